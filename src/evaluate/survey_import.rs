//! Surveys: what was read of a file replaces what is stored, in one transaction.

use crate::clock::SharedClock;
use crate::store::{Store, StoreError};
use delivery::domain::{
    Fact, Span, Survey, SurveyImport, SurveyedTeam, TeamName, Time, quarter_end,
};
use delivery::measures::{corrected, survey_figures};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Keeps imports apart: each builds on what the one before has stored.
pub type SurveyTurn = Arc<Mutex<()>>;

/// Stores surveys.
#[derive(Clone)]
pub struct ImportSurveys {
    /// Where they go.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// The size of the smallest group that anything is shown of.
    pub minimum: u64,
    /// How long surveys are kept.
    pub retention: Span,
    /// The turn that an import waits for.
    pub turn: SurveyTurn,
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// What was told cannot be used.
    #[error("{0}; nothing was stored")]
    Refused(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import does to a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurveyChange {
    /// It is new.
    New,
    /// It takes the place of what was stored.
    Replaced,
    /// It is as it was stored.
    Unchanged,
}

/// What is shown of a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its figures, from the close on; how many answered.
    Shown(u64),
    /// Nothing, since too few answered.
    TooFew,
    /// Nothing, since a smaller team could be told by it.
    HidesAnother,
    /// Nothing of what was corrected after it was shown.
    Corrected,
}

/// What became of an import.
#[derive(Clone, Debug)]
pub struct ImportedSurvey {
    /// The survey's name.
    pub survey: Arc<str>,
    /// From when on it is shown.
    pub closed: Time,
    /// Whether that is past.
    pub is_closed: bool,
    /// What was done, or would be.
    pub change: SurveyChange,
    /// The teams that it has now, by name.
    pub teams: Vec<(TeamName, Standing)>,
}

impl ImportSurveys {
    /// Stores what a file tells of a survey, which was closed at an instant if that is told; with
    /// `dry_run` only says what that would do.
    pub async fn import(
        &self,
        survey: &Arc<str>,
        closed: Option<Time>,
        told: &SurveyImport,
        dry_run: bool,
    ) -> Result<ImportedSurvey, ImportError> {
        if survey.is_empty() {
            let message = "which survey is it? Name it, best by its quarter, such as 2026Q3";
            return Err(ImportError::Refused(message));
        }
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let stored = self.store.surveys().await?.into_iter().find(|one| one.name == *survey);
        let known = stored.as_ref().map(|stored| stored.closed);
        let closed = closed.or(known).or_else(|| quarter_end(survey));
        let closed = closed.ok_or(ImportError::Refused(
            "when was the survey closed? Its name is no quarter's, so tell it (closed)",
        ))?;
        if closed < now.plus(-self.retention) {
            return Err(ImportError::Refused(
                "the survey was closed longer ago than surveys are kept (store.retention)",
            ));
        }
        let after = corrected(stored.as_ref(), survey, told, closed, self.minimum, now);
        let is_too_many = |team: &SurveyedTeam| {
            team.answers.invited.is_some_and(|invited| invited < team.answers.responses)
        };
        if after.teams.values().any(is_too_many) {
            return Err(ImportError::Refused(
                "more of a team answered than were invited; correct how many were",
            ));
        }
        let change = match &stored {
            None => SurveyChange::New,
            Some(stored) if stored.teams == after.teams && stored.closed == after.closed => {
                SurveyChange::Unchanged
            }
            Some(_) => SurveyChange::Replaced,
        };
        let teams = standings(&after, self.minimum);
        if !dry_run && change != SurveyChange::Unchanged {
            self.store.commit(&[Fact::Survey(after)], &[]).await?;
            // Neither a team nor a number: the log tells no more than what is shown.
            tracing::info!(%survey, change = change.name(), "a survey was imported");
        }
        let is_closed = closed <= now;
        Ok(ImportedSurvey { survey: Arc::clone(survey), closed, is_closed, change, teams })
    }
}

impl SurveyChange {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            SurveyChange::New => "new",
            SurveyChange::Replaced => "replaced",
            SurveyChange::Unchanged => "unchanged",
        }
    }
}

/// What is shown of each team that answered.
fn standings(survey: &Survey, minimum: u64) -> Vec<(TeamName, Standing)> {
    let figures = survey_figures(survey, minimum);
    let shown = |name: &TeamName| figures.teams.iter().find(|(team, _)| team == name);
    let answered = survey.teams.iter().filter(|(_, team)| team.answers.responses > 0);
    let standing = |(name, team): (&TeamName, &SurveyedTeam)| {
        let standing = match shown(name) {
            Some(_) if !team.withheld.is_empty() => Standing::Corrected,
            Some((_, figures)) => Standing::Shown(figures.responses),
            None if team.is_withheld => Standing::Corrected,
            None if u64::from(team.answers.responses) < minimum => Standing::TooFew,
            None => Standing::HidesAnother,
        };
        (Arc::clone(name), standing)
    };
    answered.map(standing).collect()
}
