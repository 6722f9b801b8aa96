//! What is told beside a file: which survey it is, of whom, and when it was closed.

use super::SurveyRefusal;
use crate::config::SurveySettings;
use chrono::{DateTime, NaiveDate, NaiveTime};
use delivery::domain::{TeamName, Time, quarter_end};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest name of a survey.
const LONGEST_NAME: usize = 64;

/// What is told beside a file, as it was written.
#[derive(Clone, Debug, Default)]
pub struct SurveyRequest {
    /// The survey's name.
    pub survey: Option<String>,
    /// The only team that it is about.
    pub team: Option<String>,
    /// When it was closed: a day or a time.
    pub closed: Option<String>,
    /// How many were asked, as `team=number`.
    pub invited: Vec<String>,
    /// Whether rows that cannot be understood are skipped.
    pub skip_invalid: bool,
}

/// The same, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveyTerms {
    /// The survey's name; empty until it is told.
    pub survey: Arc<str>,
    /// The only team that it is about.
    pub team: Option<TeamName>,
    /// When it was closed, where that is told.
    pub closed: Option<Time>,
    /// How many were asked.
    pub invited: BTreeMap<TeamName, u32>,
}

impl SurveyRequest {
    /// Understands it.
    pub(super) fn terms(&self, settings: &SurveySettings) -> Result<SurveyTerms, SurveyRefusal> {
        let mut terms = SurveyTerms::default();
        if let Some(survey) = &self.survey {
            terms.survey = name(survey)?;
        }
        if let Some(team) = &self.team {
            terms.team = Some(known_team(team, settings)?);
        }
        if let Some(closed) = &self.closed {
            terms.closed = Some(instant(closed)?);
        }
        for one in &self.invited {
            let (team, count) = one.rsplit_once('=').ok_or_else(|| {
                refused("write how many were invited as TEAM=NUMBER, such as payments=9")
            })?;
            terms.invite(team, count.trim().parse().ok(), settings)?;
        }
        Ok(terms)
    }
}

impl SurveyTerms {
    /// Takes note of how many of a team were asked.
    pub(super) fn invite(
        &mut self,
        team: &str,
        count: Option<u32>,
        settings: &SurveySettings,
    ) -> Result<(), SurveyRefusal> {
        let team = known_team(team, settings)?;
        let count = count.ok_or_else(|| refused("how many were invited is a whole number"))?;
        self.invited.insert(team, count);
        Ok(())
    }
}

/// The survey's name; a quarter's is written with a capital Q.
pub(super) fn name(text: &str) -> Result<Arc<str>, SurveyRefusal> {
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !starts_well || text.len() > LONGEST_NAME || !text.chars().all(is_plain) {
        return Err(refused(
            "a survey is named by up to 64 letters, digits, `.`, `_` and `-`, best by its quarter, \
             such as 2026Q3",
        ));
    }
    let upper = text.to_uppercase();
    Ok(Arc::from(if quarter_end(&upper).is_some() { &upper } else { text }))
}

/// Reads a day, which means its beginning in UTC, or a time.
pub(super) fn instant(text: &str) -> Result<Time, SurveyRefusal> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let midnight = day.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let time = midnight.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|it| it.to_utc()));
    time.map(|time| Time(time.timestamp())).ok_or_else(|| {
        refused("write when the survey was closed as 2026-10-05 or 2026-10-05T18:00:00Z")
    })
}

fn known_team(text: &str, settings: &SurveySettings) -> Result<TeamName, SurveyRefusal> {
    settings.teams.find(text).cloned().ok_or_else(|| {
        refused(
            "no team of that name is known; write it into [[surveys.teams]], with how the form \
             spells it",
        )
    })
}

fn refused(message: &str) -> SurveyRefusal {
    SurveyRefusal::Request(message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survey_is_named_by_plain_words_and_a_quarter_with_a_capital_letter() {
        assert_eq!(name(" 2026q3 ").as_deref(), Ok("2026Q3"));
        assert_eq!(name("eu-2026.summer").as_deref(), Ok("eu-2026.summer"));
        for bad in ["", "a b", "-x", "ä", &"x".repeat(65), "a\nb", "a\"b"] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }
}
