//! The samples of surveys: teams by survey, in the order of their labels.

use super::family::{Family, Reading};
use super::writer::Samples;
use delivery::domain::TeamName;
use delivery::measures::{GroupFigures, SurveyFigures};

/// A team in a survey.
pub(super) struct Surveyed<'a> {
    team: &'a TeamName,
    survey: &'a SurveyFigures,
    figures: &'a GroupFigures,
}

/// Every team in every survey.
pub(super) fn surveyed(surveys: &[SurveyFigures]) -> Vec<Surveyed<'_>> {
    let teams = surveys.iter().flat_map(|survey| {
        survey.teams.iter().map(move |(team, figures)| Surveyed { team, survey, figures })
    });
    let mut all: Vec<Surveyed<'_>> = teams.collect();
    all.sort_unstable_by_key(|one| (one.team, &one.survey.name));
    all
}

impl Surveyed<'_> {
    /// Gives `to` the samples of a family.
    pub(super) fn walk(&self, family: &Family, to: &mut impl Samples) {
        to.subject(&[("team", self.team), ("survey", &self.survey.name)]);
        match family.declaration.reading {
            Reading::SurveyScores => {
                for score in &self.figures.scores {
                    let labels =
                        [("question", &*score.question), ("dimension", score.dimension.name())];
                    to.sample("", &labels, score.ratio);
                }
            }
            Reading::SurveyUnrelatedWork => {
                let Some(hours) = &self.figures.unrelated_work else { return };
                let quantile = |answer: Option<i64>| answer.map(|answer| answer as f64);
                let stats = [
                    ("p50", quantile(hours.p50)),
                    ("p85", quantile(hours.p85)),
                    ("p95", quantile(hours.p95)),
                    ("mean", Some(hours.mean)),
                ];
                for (stat, value) in stats {
                    if let Some(value) = value {
                        to.sample("", &[("stat", stat)], value);
                    }
                }
            }
            Reading::Survey(read) => {
                if let Some(value) = read(self.survey, self.figures) {
                    to.sample("", &[], value);
                }
            }
            // The others are of other subjects.
            _ => {}
        }
    }
}
