//! What an import makes of a survey: new, replaced, or the same.
//!
//! Figures that were shown stay where they were scraped. If a team were shown again after one answer
//! was corrected, the difference would tell that answer. So what was changed after it was shown is
//! withheld from then on, with what was hidden beside it, and the whole goes without the batch that it
//! belongs to. A team that is new after a change may have taken its answers over from another, and is
//! withheld, too. Teams that merely come later are a batch of their own. Before a survey is closed
//! nothing is shown, and every change is free.

use super::survey_figures::{questions, shown_answers, shown_responses};
use crate::domain::{Survey, SurveyImport, SurveyedTeam, TeamAnswers, TeamName, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The survey after an import at `now`, when groups of at least `k` are shown.
pub fn corrected(
    stored: Option<&Survey>,
    name: &Arc<str>,
    told: &SurveyImport,
    closed: Time,
    k: u64,
    now: Time,
) -> Survey {
    let was_shown = stored.is_some_and(|stored| stored.was_shown || stored.closed <= now);
    let none = BTreeMap::new();
    let before = stored.map_or(&none, |stored| &stored.teams);
    let after = answers_after(before, told);
    let teams = match stored.filter(|_| was_shown) {
        None => after
            .into_iter()
            .map(|(team, answers)| (team, SurveyedTeam { answers, ..SurveyedTeam::default() }))
            .collect(),
        Some(stored) => after_being_shown(stored, after, k),
    };
    Survey { name: Arc::clone(name), closed, was_shown, teams }
}

/// The answers of each team that has any. Who was asked is kept where it is not told anew.
fn answers_after(
    before: &BTreeMap<TeamName, SurveyedTeam>,
    told: &SurveyImport,
) -> BTreeMap<TeamName, TeamAnswers> {
    let is_replaced = |team: &TeamName| told.only.as_ref().is_none_or(|only| only == team);
    let kept = before.iter().filter(|(team, _)| !is_replaced(team));
    let mut after: BTreeMap<TeamName, TeamAnswers> =
        kept.map(|(team, one)| (Arc::clone(team), one.answers.clone())).collect();
    for (team, known) in before.iter().filter(|(team, _)| is_replaced(team)) {
        // Of those that were asked nobody may have answered.
        if let Some(invited) = known.answers.invited {
            let nothing = TeamAnswers { invited: Some(invited), ..TeamAnswers::default() };
            after.insert(Arc::clone(team), nothing);
        }
    }
    for (team, answers) in &told.teams {
        let known = before.get(team).and_then(|known| known.answers.invited);
        let invited = answers.invited.or(known);
        after.insert(Arc::clone(team), TeamAnswers { invited, ..answers.clone() });
    }
    after
}

fn after_being_shown(
    stored: &Survey,
    mut after: BTreeMap<TeamName, TeamAnswers>,
    k: u64,
) -> BTreeMap<TeamName, SurveyedTeam> {
    let next_batch = stored.teams.values().map(|team| team.batch + 1).max().unwrap_or_default();
    let mut teams: BTreeMap<TeamName, SurveyedTeam> = BTreeMap::new();
    for (name, known) in &stored.teams {
        let answers = after.remove(name).unwrap_or_default();
        teams.insert(Arc::clone(name), SurveyedTeam { answers, ..known.clone() });
    }
    let (of_responses, of_questions) = changes(stored, &teams);
    withhold(stored, &mut teams, &of_responses, &of_questions, k);
    let is_corrected = teams.values().any(|team| team.is_withheld || !team.withheld.is_empty());
    for (name, answers) in after {
        let team = SurveyedTeam {
            answers,
            batch: next_batch,
            is_withheld: is_corrected,
            ..SurveyedTeam::default()
        };
        teams.insert(name, team);
    }
    teams
}

/// Batches in which somebody's number of responses changed, or the answers to a question.
type Changed<'a> = BTreeSet<(u32, &'a TeamName)>;

/// The teams whose responses changed, and by question those whose answers did.
fn changes<'a>(
    stored: &'a Survey,
    teams: &BTreeMap<TeamName, SurveyedTeam>,
) -> (Changed<'a>, BTreeMap<&'a Arc<str>, Changed<'a>>) {
    let mut of_responses = Changed::new();
    let mut of_questions: BTreeMap<&Arc<str>, Changed<'_>> = BTreeMap::new();
    for (name, known) in &stored.teams {
        let Some(team) = teams.get(name) else { continue };
        let place = (known.batch, name);
        let has_other_size = team.answers.responses != known.answers.responses;
        if has_other_size {
            of_responses.insert(place);
        }
        for id in questions(stored) {
            // Who did not answer then and does now is a change; a new question is none.
            let counts = |answers: &TeamAnswers| {
                answers
                    .questions
                    .get(id)
                    .map(|answered| answered.counts.clone())
                    .unwrap_or_default()
            };
            if has_other_size || counts(&team.answers) != counts(&known.answers) {
                of_questions.entry(id).or_default().insert(place);
            }
        }
    }
    (of_responses, of_questions)
}

/// Withholds what changed, and of its batches what was hidden before: else something that was hidden
/// to protect another could be shown now.
fn withhold(
    stored: &Survey,
    teams: &mut BTreeMap<TeamName, SurveyedTeam>,
    of_responses: &Changed<'_>,
    of_questions: &BTreeMap<&Arc<str>, Changed<'_>>,
    k: u64,
) {
    let were_shown = shown_responses(stored, k);
    let touches =
        |changed: &Changed<'_>, batch: u32| changed.iter().any(|(touched, _)| *touched == batch);
    for (at, (name, known)) in stored.teams.iter().enumerate() {
        let Some(team) = teams.get_mut(name) else { continue };
        let is_changed = of_responses.contains(&(known.batch, name));
        let was_hidden = touches(of_responses, known.batch) && !were_shown.cells[at];
        team.is_withheld |= is_changed || was_hidden;
    }
    let none = Changed::new();
    for id in questions(stored) {
        let changed = of_questions.get(id).unwrap_or(&none);
        let were_shown = shown_answers(stored, id, &were_shown, k);
        for (at, (name, known)) in stored.teams.iter().enumerate() {
            let Some(team) = teams.get_mut(name) else { continue };
            // The whole goes without a batch of which a team is withheld, in every question.
            let is_touched = touches(of_responses, known.batch) || touches(changed, known.batch);
            let was_hidden = is_touched && !were_shown.cells[at];
            if changed.contains(&(known.batch, name)) || was_hidden {
                team.withheld.insert(Arc::clone(id));
            }
        }
    }
}
