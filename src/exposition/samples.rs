//! Walks the samples of a family over a set of figures, in the order of the exposition.

use super::family::{Family, Reading, Subject};
use super::figures::{
    ComponentFigures, ComponentLabels, Exposure, FigureSet, Figures, OrgFigures, RepositoryState,
    TeamFigures,
};
use super::histogram::Histogram;
use super::writer::Samples;
use crate::config::ComponentDetail;
use delivery::domain::Time;
use delivery::measures::{BENCHMARK, Distribution, Level, Measure, PHASES, WindowFigures};
use std::ops::Range;
use std::sync::Arc;

/// The value of the label `stat`, and how it is read.
pub(super) type Stat = (&'static str, fn(&Distribution) -> f64);

/// All statistics; a component's standard detail has the first two.
pub(super) const STATS: [Stat; 4] = [
    ("p50", |times| times.p50 as f64),
    ("p85", |times| times.p85 as f64),
    ("p95", |times| times.p95 as f64),
    ("mean", |times| times.mean),
];
pub(super) const STANDARD_STATS: usize = 2;

/// A set of figures in the order of labels, so that equal sets give equal bytes.
pub(super) struct Sorted<'a> {
    components: Vec<&'a ComponentFigures>,
    teams: Vec<&'a TeamFigures>,
    orgs: Vec<&'a OrgFigures>,
    repositories: Vec<&'a RepositoryState>,
}

impl<'a> Sorted<'a> {
    pub(super) fn of(set: &'a FigureSet) -> Sorted<'a> {
        let mut components: Vec<&ComponentFigures> =
            set.components.iter().map(Arc::as_ref).collect();
        components.sort_unstable_by(|a, b| a.labels.cmp(&b.labels));
        let mut teams: Vec<&TeamFigures> = set.teams.iter().map(Arc::as_ref).collect();
        teams.sort_unstable_by(|a, b| a.team.cmp(&b.team));
        let mut orgs: Vec<&OrgFigures> = set.orgs.iter().map(Arc::as_ref).collect();
        orgs.sort_unstable_by(|a, b| a.org.cmp(&b.org));
        let mut repositories: Vec<&RepositoryState> = set.repositories.iter().collect();
        repositories.sort_unstable();
        Sorted { components, teams, orgs, repositories }
    }

    /// How many subjects a family has.
    pub(super) fn len(&self, subject: Subject) -> usize {
        match subject {
            Subject::Component => self.components.len(),
            Subject::Team => self.teams.len(),
            Subject::Org => self.orgs.len(),
            Subject::Repository => self.repositories.len(),
        }
    }

    /// Gives `to` the samples of a family for some of its subjects.
    pub(super) fn walk(
        &self,
        family: &Family,
        exposure: &Exposure,
        subjects: Range<usize>,
        to: &mut impl Samples,
    ) {
        if !shows(family, exposure) {
            return;
        }
        match family.subject() {
            Subject::Component => self.components[subjects]
                .iter()
                .for_each(|one| component(family, one, exposure, to)),
            Subject::Team => self.teams[subjects].iter().for_each(|one| team(family, one, to)),
            Subject::Org => self.orgs[subjects].iter().for_each(|one| {
                to.subject(&[("org", &one.org)]);
                figures(family, &one.figures, false, to);
            }),
            Subject::Repository => self.repositories[subjects].iter().for_each(|one| {
                if let Reading::BackfillComplete = family.declaration.reading {
                    to.subject(&[("repo", &one.repo)]);
                    to.sample("", &[], f64::from(u8::from(one.backfill_complete)));
                }
            }),
        }
    }
}

/// Whether the configuration shows a family at all.
pub(super) fn shows(family: &Family, exposure: &Exposure) -> bool {
    let in_detail = match exposure.component_detail {
        _ if family.subject() != Subject::Component => true,
        ComponentDetail::Full => true,
        ComponentDetail::Standard => family.is_standard(),
        ComponentDetail::None => false,
    };
    in_detail && (exposure.seed_surface || !family.declaration.is_seed())
}

fn component(family: &Family, one: &ComponentFigures, exposure: &Exposure, to: &mut impl Samples) {
    component_subject(&one.labels, &one.labels.team, to);
    match family.declaration.reading {
        Reading::Seed(read) => {
            if let Some(value) = read(&one.seed) {
                to.sample("", &[], value);
            }
        }
        Reading::SeedLeadTimes => {
            for (team, times) in &one.lead_time_hours {
                component_subject(&one.labels, team, to);
                histogram(times, one.born_at.filter(|_| exposure.created_timestamps), to);
            }
        }
        Reading::Info => {
            let info = &one.info;
            let labels = [
                ("system", info.system.as_ref()),
                ("lifecycle", info.lifecycle.as_ref()),
                ("source", info.source.as_ref()),
            ];
            to.sample("", &labels, 1.0);
        }
        _ => {
            let standard = exposure.component_detail == ComponentDetail::Standard;
            figures(family, &one.figures, standard, to);
        }
    }
}

fn component_subject(labels: &ComponentLabels, team: &str, to: &mut impl Samples) {
    to.subject(&[("team", team), ("repo", &labels.repo), ("component", &labels.component)]);
}

fn histogram(times: &Histogram, created: Option<Time>, to: &mut impl Samples) {
    for ((bound, count), exemplar) in times.buckets().zip(times.exemplars()) {
        to.bucket(bound, count, exemplar);
    }
    to.sample("_sum", &[], times.sum());
    to.sample("_count", &[], times.count() as f64);
    if let Some(at) = created {
        to.created(&[], at);
    }
}

fn team(family: &Family, one: &TeamFigures, to: &mut impl Samples) {
    to.subject(&[("team", &one.team)]);
    match family.declaration.reading {
        Reading::PerformanceLevels => {
            for (measure, reached) in &one.levels {
                performance_level(*measure, *reached, to);
            }
        }
        _ => figures(family, &one.figures, false, to),
    }
}

fn performance_level(measure: Measure, reached: Option<Level>, to: &mut impl Samples) {
    let Some(reached) = reached else { return };
    for level in Level::ALL {
        let labels =
            [("measure", measure.name()), ("level", level.name()), ("benchmark", BENCHMARK)];
        to.sample("", &labels, f64::from(u8::from(level == reached)));
    }
}

/// The readings that all levels share.
fn figures(family: &Family, one: &Figures, standard: bool, to: &mut impl Samples) {
    let windows = if standard { one.standard_window() } else { &one.windows };
    let stats = if standard { &STATS[..STANDARD_STATS] } else { &STATS };
    match family.declaration.reading {
        Reading::Point(read) => {
            if let Some(value) = read(&one.point) {
                to.sample("", &[], value);
            }
        }
        Reading::DataThrough => {
            if let Some(through) = one.data_through {
                to.sample("", &[], through.0 as f64);
            }
        }
        Reading::Window(read) => {
            for (window, figures) in windows {
                if let Some(value) = read(figures) {
                    to.sample("", &[("window", window)], value);
                }
            }
        }
        Reading::Durations(read) => {
            for (window, figures) in windows {
                let Some(times) = read(figures) else { continue };
                for (stat, value) in stats {
                    to.sample("", &[("window", window), ("stat", stat)], value(&times));
                }
            }
        }
        Reading::Phases => {
            windows.iter().for_each(|(window, figures)| phases(window, figures, stats, to));
        }
        // Readings of one level only are taken where that level is walked.
        Reading::Seed(_)
        | Reading::SeedLeadTimes
        | Reading::PerformanceLevels
        | Reading::Info
        | Reading::BackfillComplete => {}
    }
}

fn phases(window: &str, figures: &WindowFigures, stats: &[Stat], to: &mut impl Samples) {
    for phase in PHASES {
        let Some(times) = figures.change_phases.get(phase) else { continue };
        for (stat, value) in stats {
            let labels = [("window", window), ("phase", phase.name()), ("stat", stat)];
            to.sample("", &labels, value(&times));
        }
    }
}
