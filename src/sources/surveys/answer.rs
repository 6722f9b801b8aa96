//! What a cell says: an answer on the question's scale, none, or something else.

use crate::config::{SurveyQuestion, plain};
use delivery::domain::{HOUR, MINUTE, Scale};

/// Reads an answer; nothing where the cell is empty. The error completes "the answer to …". With
/// `is_option` the column is the choice itself, which is not chosen where it is empty.
pub(super) fn answer(
    question: &SurveyQuestion,
    cell: &str,
    is_option: bool,
) -> Result<Option<i64>, String> {
    let cell = plain(cell);
    if is_option {
        return Ok(Some(i64::from(!cell.is_empty())));
    }
    if cell.is_empty() {
        return Ok(None);
    }
    if is_formula(&cell) {
        return Err("is a formula".to_owned());
    }
    let (lowest, highest) = question.question.scale.bounds();
    if let Some(at) = question.labels.iter().position(|label| *label == cell) {
        return Ok(Some(lowest + at as i64));
    }
    let number = match (&question.option, question.question.scale) {
        (Some(option), _) if !["yes", "true", "1"].contains(&cell.as_str()) => {
            Some(i64::from(is_chosen(&cell, option)))
        }
        (_, Scale::YesNo) => match cell.as_str() {
            "yes" | "true" | "1" => Some(1),
            "no" | "false" | "0" => Some(0),
            _ => None,
        },
        (_, Scale::OneToFive | Scale::ZeroToTen) => whole(&cell),
        (_, Scale::Hours) => hours(&cell),
    };
    match number.filter(|number| (lowest..=highest).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(expected(question, lowest, highest)),
    }
}

/// Whether a spreadsheet would compute the cell. Nothing here does, but such a file was tampered with.
pub(super) fn is_formula(cell: &str) -> bool {
    let mut letters = cell.chars();
    let (first, second) = (letters.next(), letters.next());
    match first {
        Some('=' | '@') => true,
        Some('+' | '-') => !second.is_some_and(|second| second.is_ascii_digit() || second == '.'),
        _ => false,
    }
}

/// Whether an option is among those chosen: separated by semicolons (Microsoft) or commas (Google).
/// An option may hold commas itself.
fn is_chosen(cell: &str, option: &str) -> bool {
    if cell.contains(';') {
        return cell.split(';').any(|one| one.trim() == option);
    }
    cell.match_indices(option).any(|(at, found)| {
        let (before, after) = (cell[..at].trim_end(), cell[at + found.len()..].trim_start());
        (before.is_empty() || before.ends_with(',')) && (after.is_empty() || after.starts_with(','))
    })
}

/// A number of reasonable size; the decimal mark is a point or a comma.
fn number(cell: &str) -> Option<f64> {
    let number: f64 = cell.replace(',', ".").parse().ok()?;
    (number.is_finite() && number.abs() < 1e6).then_some(number)
}

/// A whole number; spreadsheets and programs may write `4.0`.
fn whole(cell: &str) -> Option<i64> {
    number(cell).filter(|number| number.fract() == 0.0).map(|number| number as i64)
}

/// Whole minutes of so many hours, in seconds: a few thousand different answers.
fn hours(cell: &str) -> Option<i64> {
    let minutes = HOUR / MINUTE;
    number(cell).map(|hours| (hours * minutes as f64).round() as i64 * MINUTE)
}

fn expected(question: &SurveyQuestion, lowest: i64, highest: i64) -> String {
    match question.question.scale {
        Scale::YesNo if question.labels.is_empty() => "is neither yes nor no".to_owned(),
        Scale::Hours => format!("is no number of hours from 0 to {}", highest / HOUR),
        _ if question.labels.is_empty() => {
            format!("is no whole number from {lowest} to {highest}")
        }
        _ => "is none of its `labels`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::{Dimension, Question};

    /// A cell, and what it says.
    type Cell = (&'static str, Result<Option<i64>, ()>);

    fn question(scale: Scale, labels: &[&str], option: Option<&str>) -> SurveyQuestion {
        let dimension = Dimension::Satisfaction;
        SurveyQuestion {
            id: "q".into(),
            column: "q".into(),
            question: Question { dimension, scale, higher_is_better: true },
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            option: option.map(str::to_owned),
        }
    }

    #[test]
    fn cells_are_read_by_scale() {
        let likert = ["never", "seldom", "at times", "often", "always"];
        let table: [(SurveyQuestion, &[Cell]); 6] = [
            (
                question(Scale::OneToFive, &[], None),
                &[
                    ("4", Ok(Some(4))),
                    (" 5 ", Ok(Some(5))),
                    ("", Ok(None)),
                    ("0", Err(())),
                    ("6", Err(())),
                    ("-1", Err(())),
                    ("4.5", Err(())),
                    ("4,0", Ok(Some(4))),
                    ("often", Err(())),
                    ("=cmd()", Err(())),
                    ("@SUM(A1)", Err(())),
                    ("+cmd|' /C calc'!A0", Err(())),
                ],
            ),
            (
                question(Scale::OneToFive, &likert, None),
                &[("Often", Ok(Some(4))), ("At  times", Ok(Some(3))), ("sometimes", Err(()))],
            ),
            (question(Scale::ZeroToTen, &[], None), &[("0", Ok(Some(0))), ("11", Err(()))]),
            (
                question(Scale::YesNo, &["nein", "ja"], None),
                &[("Ja", Ok(Some(1))), ("no", Ok(Some(0))), ("TRUE", Ok(Some(1))), ("?", Err(()))],
            ),
            (
                question(Scale::Hours, &[], None),
                &[
                    ("6", Ok(Some(6 * HOUR))),
                    ("2,5", Ok(Some(9_000))),
                    ("2.5", Ok(Some(9_000))),
                    ("0.3333", Ok(Some(20 * MINUTE))),
                    ("168", Ok(Some(168 * HOUR))),
                    ("169", Err(())),
                    ("-2", Err(())),
                    ("1e300", Err(())),
                    ("NaN", Err(())),
                    ("a lot", Err(())),
                ],
            ),
            (
                question(Scale::YesNo, &[], Some("builds, tests")),
                &[
                    ("Builds, tests;Meetings;", Ok(Some(1))),
                    ("Meetings, Builds, tests", Ok(Some(1))),
                    ("Slow builds, tests", Ok(Some(0))),
                    ("Meetings", Ok(Some(0))),
                    ("", Ok(None)),
                ],
            ),
        ];
        for (question, cells) in table {
            for (cell, expected) in cells {
                let found = answer(&question, cell, false).map_err(|_| ());
                assert_eq!(found, *expected, "{cell:?} of {:?}", question.question.scale);
            }
        }
        let option = question(Scale::YesNo, &[], Some("meetings"));
        assert_eq!(answer(&option, "Meetings", true), Ok(Some(1)));
        assert_eq!(answer(&option, "", true), Ok(Some(0)));
    }
}
