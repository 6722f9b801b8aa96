//! What a team says in surveys, as far as the metrics show it.

use super::super::calendar::{Calendar, Quarter};
use crate::evaluate::ExaminedTeam;
use delivery::domain::Time;
use delivery::measures::{GroupFigures, SurveyFigures};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many surveys are told: one, and what it is compared with.
const TOLD: usize = 2;

/// A survey, as a team answered it.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// The survey's name.
    pub name: Arc<str>,
    /// When it was closed.
    pub closed: Time,
    /// What is shown of the team; nothing where too few answered.
    pub figures: Option<GroupFigures>,
}

/// A row of the table of questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The question's id.
    pub question: Arc<str>,
    /// The dimension of SPACE.
    pub dimension: &'static str,
    /// The scores, survey by survey.
    pub scores: Vec<Option<f64>>,
}

/// The last surveys of the quarter and of those before it, the latest first. A survey is of the quarter
/// in its name, or else of the one in which it was closed. None, where the team is in none of all.
pub(super) fn surveyed(team: &ExaminedTeam, calendar: Calendar, until: Quarter) -> Vec<Surveyed> {
    let name = &team.figures.team;
    let figures = |survey: &SurveyFigures| {
        let own = survey.teams.iter().find(|(team, _)| team == name);
        own.map(|(_, figures)| figures.clone())
    };
    if !team.surveys.iter().any(|survey| figures(survey).is_some()) {
        return Vec::new();
    }
    let of = |survey: &SurveyFigures| {
        Quarter::parse(&survey.name).unwrap_or_else(|| calendar.quarter(survey.closed))
    };
    let mut all: Vec<&SurveyFigures> =
        team.surveys.iter().filter(|survey| of(survey) <= until).collect();
    all.sort_by_key(|survey| std::cmp::Reverse((of(survey), survey.closed)));
    let surveyed = all.into_iter().take(TOLD).map(|survey| Surveyed {
        name: Arc::clone(&survey.name),
        closed: survey.closed,
        figures: figures(survey),
    });
    surveyed.collect()
}

/// The scores of all surveys, by dimension and question.
pub fn rows(surveys: &[Surveyed]) -> Vec<Row> {
    let told = || surveys.iter().filter_map(|survey| survey.figures.as_ref());
    let scores = told().flat_map(|figures| &figures.scores);
    let questions: BTreeSet<_> =
        scores.map(|score| (score.dimension, Arc::clone(&score.question))).collect();
    let of = |survey: &Surveyed, id: &Arc<str>| {
        let scores = &survey.figures.as_ref()?.scores;
        scores.iter().find(|score| score.question == *id).map(|score| score.ratio)
    };
    let row = |(dimension, question): (delivery::domain::Dimension, Arc<str>)| Row {
        scores: surveys.iter().map(|survey| of(survey, &question)).collect(),
        dimension: dimension.name(),
        question,
    };
    questions.into_iter().map(row).collect()
}
