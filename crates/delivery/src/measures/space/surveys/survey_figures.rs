//! The figures of a survey: of teams, and of all teams together, as far as they may be shown.

use super::anonymity::{Cell, Shown, shown};
use super::survey_score::{Score, score};
use super::unrelated_work::{UnrelatedWork, unrelated_work};
use crate::domain::{Answered, Survey, SurveyedTeam, TeamName, Time};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is shown of a team, or of all together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupFigures {
    /// How many answered.
    pub responses: u64,
    /// How many were asked, where that is known of all.
    pub invited: Option<u64>,
    /// By question, in order of their ids; without those that too few answered.
    pub scores: Vec<Score>,
    /// The headline question.
    pub unrelated_work: Option<UnrelatedWork>,
}

/// What is shown of a survey.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyFigures {
    /// Its name.
    pub name: Arc<str>,
    /// When it was closed.
    pub closed: Time,
    /// Teams that may be shown, in order of their names.
    pub teams: Vec<(TeamName, GroupFigures)>,
    /// All together, those included that are not shown alone; absent where that would tell of them.
    pub whole: Option<GroupFigures>,
}

/// The figures of a survey; no group of fewer than `k` can be told by them.
pub fn survey_figures(survey: &Survey, k: u64) -> SurveyFigures {
    let of_responses = shown_responses(survey, k);
    let mut whole = whole(survey, &of_responses, k);
    let mut figures: Vec<GroupFigures> = survey.teams.values().map(responses_of).collect();
    for id in questions(survey) {
        let of_question = shown_answers(survey, id, &of_responses, k);
        for ((team, figures), is_shown) in
            survey.teams.values().zip(&mut figures).zip(&of_question.cells)
        {
            figures.add(id, team.answers.questions.get(id).filter(|_| *is_shown));
        }
        if let Some(whole) = &mut whole {
            let pooled =
                survey.teams.values().filter(|team| of_question.batches.contains(&team.batch));
            whole.add(id, pooled.filter_map(|team| team.answers.questions.get(id)));
        }
    }
    let teams = survey.teams.keys().cloned().zip(figures).zip(&of_responses.cells);
    let teams = teams.filter(|(_, is_shown)| **is_shown).map(|(team, _)| team).collect();
    SurveyFigures { name: Arc::clone(&survey.name), closed: survey.closed, teams, whole }
}

fn responses_of(team: &SurveyedTeam) -> GroupFigures {
    GroupFigures {
        responses: u64::from(team.answers.responses),
        invited: team.answers.invited.map(u64::from),
        ..GroupFigures::default()
    }
}

impl GroupFigures {
    fn add<'a>(
        &mut self,
        id: &Arc<str>,
        answered: impl IntoIterator<Item = &'a Answered, IntoIter: Clone>,
    ) {
        let answered = answered.into_iter();
        self.scores.extend(score(id, answered.clone()));
        if let Some(hours) = unrelated_work(answered) {
            self.unrelated_work = Some(hours);
        }
    }
}

/// All that was asked, in order.
pub(super) fn questions(survey: &Survey) -> BTreeSet<&Arc<str>> {
    survey.teams.values().flat_map(|team| team.answers.questions.keys()).collect()
}

/// Which teams may be shown at all.
pub(super) fn shown_responses(survey: &Survey, k: u64) -> Shown {
    let cell = |team: &SurveyedTeam| Cell {
        size: u64::from(team.answers.responses),
        batch: team.batch,
        is_eligible: true,
        is_withheld: team.is_withheld,
    };
    shown(&survey.teams.values().map(cell).collect::<Vec<_>>(), k)
}

/// Whose answers to a question may be shown.
pub(super) fn shown_answers(survey: &Survey, id: &str, of_responses: &Shown, k: u64) -> Shown {
    let cell = |(team, is_eligible): (&SurveyedTeam, &bool)| Cell {
        size: team.answers.questions.get(id).map_or(0, Answered::size),
        batch: team.batch,
        is_eligible: *is_eligible,
        is_withheld: team.is_withheld || team.withheld.contains(id),
    };
    let cells: Vec<Cell> = survey.teams.values().zip(&of_responses.cells).map(cell).collect();
    shown(&cells, k)
}

/// The responses of all together. How many were asked is told only where that is known of all, and
/// where no hidden team could be told by it: those may have been asked without answering.
fn whole(survey: &Survey, of_responses: &Shown, k: u64) -> Option<GroupFigures> {
    if of_responses.batches.is_empty() {
        return None;
    }
    let members = || {
        let teams = survey.teams.values().zip(&of_responses.cells);
        teams.filter(|(team, _)| of_responses.batches.contains(&team.batch))
    };
    let responses = members().map(|(team, _)| u64::from(team.answers.responses)).sum();
    let is_hidden_well = of_responses.batches.iter().all(|batch| {
        let hidden = members().filter(|(team, is_shown)| team.batch == *batch && !**is_shown);
        let hidden: Vec<u64> = hidden.map(|(team, _)| u64::from(team.answers.responses)).collect();
        hidden.is_empty() || hidden.iter().sum::<u64>() >= k
    });
    let invited: Option<u64> = members().map(|(team, _)| team.answers.invited.map(u64::from)).sum();
    Some(GroupFigures {
        responses,
        invited: invited.filter(|_| is_hidden_well),
        ..GroupFigures::default()
    })
}
