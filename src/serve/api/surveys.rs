//! Surveys, of a team and of all together: what `/metrics` shows of teams, and the whole, by the same
//! suppression. Nothing can be asked here that would make a group smaller.

use super::instant::Instant;
use super::problem::Refusal;
use crate::exposition::FigureSet;
use delivery::domain::Time;
use delivery::measures::{GroupFigures, SurveyFigures};
use serde::Serialize;
use std::collections::BTreeSet;

/// The surveys of all teams together.
#[derive(Clone, Debug, Serialize)]
pub struct OrgSurveys {
    /// The instant of the figures.
    pub at: Instant,
    /// By name.
    pub surveys: Vec<Survey>,
}

/// The surveys of a team.
#[derive(Clone, Debug, Serialize)]
pub struct TeamSurveys {
    /// The instant of the figures.
    pub at: Instant,
    /// The team's name.
    pub team: String,
    /// By name; without those in which too few of the team answered.
    pub surveys: Vec<Survey>,
}

/// How a group answered a survey.
#[derive(Clone, Debug, Serialize)]
pub struct Survey {
    /// Its name.
    pub survey: String,
    /// When it was closed.
    pub closed: Instant,
    /// How many answered at least one question.
    pub responses: u64,
    /// How many were asked, where that is known of all and tells of no hidden team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited: Option<u64>,
    /// By question; without those that too few answered.
    pub scores: Vec<SurveyScore>,
    /// The headline question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrelated_work: Option<UnrelatedWork>,
}

/// The score of a question.
#[derive(Clone, Debug, Serialize)]
pub struct SurveyScore {
    /// The question's id.
    pub question: String,
    /// The dimension of SPACE.
    pub dimension: &'static str,
    /// From 0, the worst, to 1, the best.
    pub ratio: f64,
}

/// Seconds a week for work not directly related to building the product.
#[derive(Clone, Debug, Serialize)]
pub struct UnrelatedWork {
    /// The smallest answer with at least half of the answers at or below it; absent, as the others,
    /// where fewer than three answers lie on either side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<i64>,
    /// The same for 85 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p85: Option<i64>,
    /// The same for 95 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<i64>,
    /// The arithmetic mean.
    pub mean: f64,
}

/// All surveys, over all teams.
pub fn of_all(at: Time, shown: &FigureSet) -> OrgSurveys {
    let whole = |one: &SurveyFigures| one.whole.as_ref().map(|figures| survey(one, figures));
    OrgSurveys { at: Instant(at), surveys: shown.surveys.iter().filter_map(whole).collect() }
}

/// The surveys of a team.
pub fn of_team(at: Time, shown: &FigureSet, team: &str) -> Result<TeamSurveys, Refusal> {
    let surveyed = shown.surveys.iter().flat_map(|one| one.teams.iter().map(|(team, _)| team));
    let known: BTreeSet<&str> =
        shown.teams.iter().map(|one| &one.team).chain(surveyed).map(|team| &**team).collect();
    if !known.contains(team) {
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        return Err(Refusal::not_found("team", team, &known));
    }
    let of_survey = |one: &SurveyFigures| {
        let (_, figures) = one.teams.iter().find(|(name, _)| &**name == team)?;
        Some(survey(one, figures))
    };
    let surveys = shown.surveys.iter().filter_map(of_survey).collect();
    Ok(TeamSurveys { at: Instant(at), team: team.to_owned(), surveys })
}

/// How a group answered.
pub fn survey(survey: &SurveyFigures, figures: &GroupFigures) -> Survey {
    let scores = figures.scores.iter().map(|score| SurveyScore {
        question: score.question.to_string(),
        dimension: score.dimension.name(),
        ratio: score.ratio,
    });
    let unrelated_work = figures.unrelated_work.map(|hours| UnrelatedWork {
        p50: hours.p50,
        p85: hours.p85,
        p95: hours.p95,
        mean: hours.mean,
    });
    Survey {
        survey: survey.name.to_string(),
        closed: Instant(survey.closed),
        responses: figures.responses,
        invited: figures.invited,
        scores: scores.collect(),
        unrelated_work,
    }
}
