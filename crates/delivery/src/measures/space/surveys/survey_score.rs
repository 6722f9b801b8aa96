//! The score of a question: the mean of its answers, each brought to 0 (worst) to 1 (best).

use crate::domain::{Answered, Dimension, Question, Scale};
use std::sync::Arc;

/// How a group answered a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The question's id.
    pub question: Arc<str>,
    /// The dimension of SPACE.
    pub dimension: Dimension,
    /// From 0, the worst, to 1, the best.
    pub ratio: f64,
}

/// The score over the answers of several teams; absent without an answer, and for hours, which have
/// no best.
pub(super) fn score<'a>(
    id: &Arc<str>,
    answered: impl IntoIterator<Item = &'a Answered>,
) -> Option<Score> {
    let (mut sum, mut count, mut dimension) = (0.0, 0_u64, None);
    for answered in answered {
        if answered.question.scale == Scale::Hours {
            continue;
        }
        dimension.get_or_insert(answered.question.dimension);
        for (answer, times) in &answered.counts {
            sum += normalized(answered.question, *answer) * f64::from(*times);
            count += u64::from(*times);
        }
    }
    let dimension = dimension.filter(|_| count > 0)?;
    Some(Score { question: Arc::clone(id), dimension, ratio: sum / count as f64 })
}

fn normalized(question: Question, answer: i64) -> f64 {
    let (lowest, highest) = question.scale.bounds();
    let above = if question.higher_is_better { answer - lowest } else { highest - answer };
    above as f64 / (highest - lowest) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_brought_to_nought_to_one_by_scale_and_direction() {
        type Counts = &'static [(i64, u32)];
        let table: [(Scale, bool, Counts, Option<f64>); 7] = [
            (Scale::OneToFive, true, &[(1, 1), (5, 1), (4, 2)], Some(0.625)),
            (Scale::OneToFive, false, &[(1, 1), (5, 1), (4, 2)], Some(0.375)),
            (Scale::ZeroToTen, true, &[(0, 1), (10, 3)], Some(0.75)),
            (Scale::YesNo, true, &[(0, 1), (1, 4)], Some(0.8)),
            (Scale::YesNo, false, &[(0, 2), (1, 2)], Some(0.5)),
            (Scale::Hours, false, &[(3_600, 5)], None),
            (Scale::OneToFive, true, &[], None),
        ];
        for (scale, higher_is_better, counts, expected) in table {
            let question = Question { dimension: Dimension::Satisfaction, scale, higher_is_better };
            let answered = Answered { question, counts: counts.iter().copied().collect() };
            let found = score(&Arc::from("q"), [&answered]).map(|score| score.ratio);
            assert_eq!(found, expected, "{scale:?} {counts:?}");
        }
    }

    #[test]
    fn teams_are_pooled_by_their_answers_and_not_by_their_scores() {
        let question = Question {
            dimension: Dimension::Efficiency,
            scale: Scale::YesNo,
            higher_is_better: true,
        };
        let of = |no, yes| Answered { question, counts: [(0, no), (1, yes)].into() };
        let pooled = score(&Arc::from("q"), [&of(0, 1), &of(6, 3)]).map(|score| score.ratio);
        assert_eq!(pooled, Some(0.4));
    }
}
