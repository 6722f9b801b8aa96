//! Surveys, as they are shown: closed ones, each by what k allows.

use super::Evaluator;
use delivery::domain::{Survey, Time};
use delivery::measures::{SurveyFigures, survey_figures};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The smallest group of which anything is shown, unless it is configured.
const MINIMUM: u64 = 5;

impl Evaluator {
    /// The same, showing nothing of surveys that tells of fewer than `minimum` people.
    pub fn surveying(mut self, minimum: u64) -> Evaluator {
        self.estate.surveys.of_at_least(minimum);
        self
    }
}

/// All surveys.
#[derive(Debug)]
pub struct Surveys {
    minimum: u64,
    known: BTreeMap<Arc<str>, Survey>,
    /// What is shown, and from when to when that holds; absent where it has to be found out.
    shown: Option<(Arc<[SurveyFigures]>, Time, Time)>,
}

impl Default for Surveys {
    fn default() -> Surveys {
        Surveys { minimum: MINIMUM, known: BTreeMap::new(), shown: None }
    }
}

impl Surveys {
    /// Shows nothing of fewer than `minimum` people.
    pub fn of_at_least(&mut self, minimum: u64) {
        (self.minimum, self.shown) = (minimum, None);
    }

    /// Takes over a survey, in place of what was known of it.
    pub fn absorb(&mut self, survey: Survey) {
        self.shown = None;
        self.known.insert(Arc::clone(&survey.name), survey);
    }

    /// Drops what was closed before `until`; returns the names.
    pub fn forget_closed_before(&mut self, until: Time) -> Vec<Arc<str>> {
        let old = self.known.values().filter(|survey| survey.closed < until);
        let old: Vec<Arc<str>> = old.map(|survey| Arc::clone(&survey.name)).collect();
        for name in &old {
            self.known.remove(name);
            self.shown = None;
        }
        old
    }

    /// The figures of what is closed at `now`, by name.
    pub fn shown(&mut self, now: Time) -> Arc<[SurveyFigures]> {
        if let Some((shown, from, until)) = &self.shown
            && (*from..*until).contains(&now)
        {
            return Arc::clone(shown);
        }
        let is_closed = |survey: &&Survey| survey.closed <= now;
        let figures = |survey| survey_figures(survey, self.minimum);
        let shown: Arc<[SurveyFigures]> =
            self.known.values().filter(is_closed).map(figures).collect();
        let later = self.known.values().map(|survey| survey.closed).filter(|closed| *closed > now);
        let until = later.min().unwrap_or(Time::MAX);
        self.shown = Some((Arc::clone(&shown), now, until));
        shown
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::{SurveyedTeam, TeamAnswers};

    fn survey(name: &str, closed: i64, responses: u32) -> Survey {
        let answers = TeamAnswers { responses, ..TeamAnswers::default() };
        let team = SurveyedTeam { answers, ..SurveyedTeam::default() };
        let teams = [(Arc::from("payments"), team)].into();
        Survey { name: name.into(), closed: Time(closed), was_shown: false, teams }
    }

    fn shown(surveys: &mut Surveys, now: i64) -> Vec<(String, usize)> {
        let shown = surveys.shown(Time(now));
        shown.iter().map(|one| (one.name.to_string(), one.teams.len())).collect()
    }

    #[test]
    fn a_survey_shows_from_its_close_until_it_is_forgotten_whichever_way_time_goes() {
        let mut surveys = Surveys::default();
        surveys.absorb(survey("first", 100, 5));
        surveys.absorb(survey("second", 200, 4));
        assert_eq!(shown(&mut surveys, 99), []);
        assert_eq!(shown(&mut surveys, 100), [("first".into(), 1)]);
        assert_eq!(shown(&mut surveys, 200), [("first".into(), 1), ("second".into(), 0)]);
        assert_eq!(shown(&mut surveys, 150), [("first".into(), 1)]);
        surveys.absorb(survey("first", 100, 4));
        assert_eq!(shown(&mut surveys, 150), [("first".into(), 0)]);
        surveys.of_at_least(4);
        assert_eq!(shown(&mut surveys, 150), [("first".into(), 1)]);
        assert_eq!(surveys.forget_closed_before(Time(101)), [Arc::from("first")]);
        assert_eq!((shown(&mut surveys, 150), surveys.len()), (vec![], 1));
    }
}
