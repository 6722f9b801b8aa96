//! The headline question: hours a week that are not directly related to building the product.
//!
//! A quantile is the answer of one person. It is told only where at least [`ON_EITHER_SIDE`] answers
//! are as high or higher and as many as low or lower, so that nobody at the ends stands out.

use crate::domain::{Answered, Scale};
use std::collections::BTreeMap;

/// How many answers lie on either side of a quantile that is told, itself included.
const ON_EITHER_SIDE: u64 = 3;

/// Seconds a week.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UnrelatedWork {
    /// The smallest answer with at least half of the answers at or below it.
    pub p50: Option<i64>,
    /// The same for 85 of 100.
    pub p85: Option<i64>,
    /// The same for 95 of 100.
    pub p95: Option<i64>,
    /// The arithmetic mean.
    pub mean: f64,
}

/// The hours of several teams, pooled; absent without an answer.
pub(super) fn unrelated_work<'a>(
    answered: impl IntoIterator<Item = &'a Answered>,
) -> Option<UnrelatedWork> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for answered in answered.into_iter().filter(|one| one.question.scale == Scale::Hours) {
        for (answer, times) in &answered.counts {
            *counts.entry(*answer).or_default() += u64::from(*times);
        }
    }
    let size: u64 = counts.values().sum();
    if size == 0 {
        return None;
    }
    let sum: f64 = counts.iter().map(|(answer, times)| *answer as f64 * *times as f64).sum();
    let quantile = |percent| quantile(&counts, size, percent);
    let mean = sum / size as f64;
    Some(UnrelatedWork { p50: quantile(50), p85: quantile(85), p95: quantile(95), mean })
}

/// Nearest rank.
fn quantile(counts: &BTreeMap<i64, u64>, size: u64, percent: u64) -> Option<i64> {
    let rank = (size * percent).div_ceil(100);
    let mut up_to = 0;
    for (answer, times) in counts {
        let below = up_to;
        up_to += times;
        if up_to >= rank {
            let at_or_above = size - below;
            let is_told = up_to >= ON_EITHER_SIDE && at_or_above >= ON_EITHER_SIDE;
            return is_told.then_some(*answer);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Dimension, Question};

    fn told(answers: &[i64]) -> Option<UnrelatedWork> {
        let question = Question {
            dimension: Dimension::Efficiency,
            scale: Scale::Hours,
            higher_is_better: false,
        };
        let mut counts = BTreeMap::new();
        answers.iter().for_each(|answer| *counts.entry(*answer).or_default() += 1);
        unrelated_work([&Answered { question, counts }])
    }

    #[test]
    fn a_quantile_is_told_where_three_answers_lie_on_either_side() {
        let twenty: Vec<i64> = (1..=20).collect();
        let sixty: Vec<i64> = (1..=60).collect();
        type Quantiles = [Option<i64>; 3];
        let table: [(&[i64], Quantiles, f64); 5] = [
            (&[1, 2, 3, 4, 10], [Some(3), None, None], 4.0),
            (&[1, 2, 3], [None, None, None], 2.0),
            (&[4, 4, 4, 4, 4], [Some(4), Some(4), Some(4)], 4.0),
            (&twenty, [Some(10), Some(17), None], 10.5),
            (&sixty, [Some(30), Some(51), Some(57)], 30.5),
        ];
        for (answers, quantiles, mean) in table {
            let found = told(answers).map(|it| ([it.p50, it.p85, it.p95], it.mean));
            assert_eq!(found, Some((quantiles, mean)), "{answers:?}");
        }
        assert_eq!(told(&[]), None);
    }
}
