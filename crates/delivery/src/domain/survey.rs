//! Surveys: how often each answer was given in a team. Who answered is known nowhere: the answers
//! of one person to several questions are counted apart, and nothing leads from one to another.

use super::{DAY, HOUR, TeamName, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The hours of a week, which no answer can exceed.
const HOURS_OF_A_WEEK: i64 = 168;

/// A dimension of SPACE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Satisfaction and well-being.
    Satisfaction,
    /// The outcome of the work.
    Performance,
    /// What is done, counted.
    Activity,
    /// Communication and collaboration.
    Communication,
    /// Efficiency and flow.
    Efficiency,
}

impl Dimension {
    /// All of them, in the order of the acronym.
    pub const ALL: [Dimension; 5] = [
        Dimension::Satisfaction,
        Dimension::Performance,
        Dimension::Activity,
        Dimension::Communication,
        Dimension::Efficiency,
    ];

    /// The name in labels, the configuration and the store.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Satisfaction => "satisfaction",
            Dimension::Performance => "performance",
            Dimension::Activity => "activity",
            Dimension::Communication => "communication",
            Dimension::Efficiency => "efficiency",
        }
    }
}

/// What may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// Whole numbers from 1 to 5.
    OneToFive,
    /// Whole numbers from 0 to 10.
    ZeroToTen,
    /// 1 for yes, 0 for no.
    YesNo,
    /// Hours a week that are not directly related to building the product, in seconds.
    Hours,
}

impl Scale {
    /// All of them.
    pub const ALL: [Scale; 4] = [Scale::OneToFive, Scale::ZeroToTen, Scale::YesNo, Scale::Hours];

    /// The name in the configuration and the store.
    pub fn name(self) -> &'static str {
        match self {
            Scale::OneToFive => "1-5",
            Scale::ZeroToTen => "0-10",
            Scale::YesNo => "yes/no",
            Scale::Hours => "hours",
        }
    }

    /// The lowest and the highest answer.
    pub fn bounds(self) -> (i64, i64) {
        match self {
            Scale::OneToFive => (1, 5),
            Scale::ZeroToTen => (0, 10),
            Scale::YesNo => (0, 1),
            Scale::Hours => (0, HOURS_OF_A_WEEK * HOUR),
        }
    }
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The dimension of SPACE.
    pub dimension: Dimension,
    /// What may be answered.
    pub scale: Scale,
    /// Whether a higher answer is the better one.
    pub higher_is_better: bool,
}

/// The answers to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The question, as it was mapped when the answers were imported.
    pub question: Question,
    /// How often each answer was given.
    pub counts: BTreeMap<i64, u32>,
}

impl Answered {
    /// How many answered.
    pub fn size(&self) -> u64 {
        self.counts.values().map(|count| u64::from(*count)).sum()
    }
}

/// What a team answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamAnswers {
    /// How many were asked, where that is known.
    pub invited: Option<u32>,
    /// How many answered at least one question.
    pub responses: u32,
    /// The answers by the question's id.
    pub questions: BTreeMap<Arc<str>, Answered>,
}

/// What a team answered, and what may be shown of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveyedTeam {
    /// The answers as they were corrected last.
    pub answers: TeamAnswers,
    /// Teams of one batch were shown together for the first time.
    pub batch: u32,
    /// Whether nothing of the team is shown, since its answers were corrected after they were.
    pub is_withheld: bool,
    /// Questions of which the same holds.
    pub withheld: BTreeSet<Arc<str>>,
}

/// A survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Its name, such as `2026Q3`.
    pub name: Arc<str>,
    /// When it was closed; nothing is shown before.
    pub closed: Time,
    /// Whether anything was shown before the latest import.
    pub was_shown: bool,
    /// By name; a team that is gone stays without answers.
    pub teams: BTreeMap<TeamName, SurveyedTeam>,
}

/// What one import tells of a survey.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveyImport {
    /// The only team that it is about, of a form for one team; else it is about all.
    pub only: Option<TeamName>,
    /// The answers by team.
    pub teams: BTreeMap<TeamName, TeamAnswers>,
}

/// The end of the quarter that a survey such as `2026Q3` is named after; nothing where it is none.
pub fn quarter_end(name: &str) -> Option<Time> {
    let (year, quarter) = name.split_once('Q')?;
    let is_number =
        |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(year, 4) || !is_number(quarter, 1) {
        return None;
    }
    let year: i64 = year.parse().ok()?;
    // The days of a year with 28 in February, before the end of each quarter.
    let days = match quarter {
        "1" => 90,
        "2" => 181,
        "3" => 273,
        "4" => 365,
        _ => return None,
    };
    let leap_years = |before: i64| (before - 1) / 4 - (before - 1) / 100 + (before - 1) / 400;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years = (year - 1970) * 365 + leap_years(year) - leap_years(1970);
    Some(Time((years + days + i64::from(is_leap)) * DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_ends_where_the_next_begins() {
        for (name, end) in [
            ("1970Q1", Some(7_776_000)),
            ("2024Q1", Some(1_711_929_600)),
            ("2026Q1", Some(1_775_001_600)),
            ("2026Q3", Some(1_790_812_800)),
            ("2026Q4", Some(1_798_761_600)),
            ("2000Q4", Some(978_307_200)),
            ("2026Q5", None),
            ("26Q1", None),
            ("2026-Q1", None),
            ("2026Q01", None),
            ("+026Q1", None),
        ] {
            assert_eq!(quarter_end(name), end.map(Time), "{name}");
        }
    }
}
