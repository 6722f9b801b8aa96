//! Walks the samples of a family over a set of figures, in the order of the exposition.

use super::family::{Family, Reading, Subject};
use super::figures::{
    ComponentFigures, ComponentLabels, Exposure, FigureSet, Figures, OrgFigures, PlatformFigures,
    RepositoryState, TeamFigures,
};
use super::histogram::Histogram;
use super::settled::SettledFigures;
use super::surveyed;
use super::writer::Samples;
use crate::config::ComponentDetail;
use delivery::domain::{TeamName, Time};
use delivery::ledger::Reason;
use delivery::measures::{
    BENCHMARK, Distribution, Level, Measure, OpenState, PHASES, WindowFigures,
};
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
    settled_teams: Vec<&'a (TeamName, Arc<SettledFigures>)>,
    settled_orgs: Vec<&'a (Arc<str>, Arc<SettledFigures>)>,
    repositories: Vec<&'a RepositoryState>,
    surveyed: Vec<surveyed::Surveyed<'a>>,
    platform: &'a PlatformFigures,
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
        let mut settled_teams: Vec<_> = set.settled_teams.iter().collect();
        settled_teams.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut settled_orgs: Vec<_> = set.settled_orgs.iter().collect();
        settled_orgs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Sorted {
            components,
            teams,
            orgs,
            settled_teams,
            settled_orgs,
            repositories,
            surveyed: surveyed::surveyed(&set.surveys),
            platform: &set.platform,
        }
    }

    /// How many subjects a family has.
    pub(super) fn len(&self, family: &Family) -> usize {
        match family.subject() {
            Subject::Component => self.components.len(),
            Subject::Team if family.declaration.is_settled() => self.settled_teams.len(),
            Subject::Org if family.declaration.is_settled() => self.settled_orgs.len(),
            Subject::Team | Subject::Space => self.teams.len(),
            Subject::Org => self.orgs.len(),
            Subject::Repository => self.repositories.len(),
            Subject::Survey => self.surveyed.len(),
            Subject::Platform => 1,
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
            Subject::Team if family.declaration.is_settled() => {
                for (team, figures) in &self.settled_teams[subjects] {
                    settled(family, figures, &[("team", team)], None, to);
                }
            }
            Subject::Org if family.declaration.is_settled() => {
                for (org, figures) in &self.settled_orgs[subjects] {
                    settled(family, figures, &[("org", org)], None, to);
                }
            }
            Subject::Team | Subject::Space => {
                self.teams[subjects].iter().for_each(|one| team(family, one, to));
            }
            Subject::Org => self.orgs[subjects].iter().for_each(|one| {
                to.subject(&[("org", &one.org)]);
                figures(family, &one.figures, false, to);
            }),
            Subject::Survey => {
                self.surveyed[subjects].iter().for_each(|one| one.walk(family, to));
            }
            Subject::Platform => platform(family, self.platform, to),
            Subject::Repository => self.repositories[subjects].iter().for_each(|one| {
                if let Reading::BackfillComplete = family.declaration.reading {
                    to.subject(&[("repo", &one.repo)]);
                    to.sample("", &[], f64::from(u8::from(one.backfill_complete)));
                }
            }),
        }
    }
}

fn platform(family: &Family, figures: &PlatformFigures, to: &mut impl Samples) {
    to.subject(&[]);
    match (family.declaration.reading, family.declaration.labels) {
        (Reading::Platform(read), [label]) => {
            for (value, count) in read(figures) {
                to.sample("", &[(label, &value)], count as f64);
            }
        }
        (Reading::Platform(read), _) => {
            for (_, count) in read(figures) {
                to.sample("", &[], count as f64);
            }
        }
        (Reading::PlatformHistogram(read), _) => {
            if let Some(times) = read(figures) {
                histogram(times, None, to);
            }
        }
        (Reading::PlatformPairs(read), [one, other]) => {
            for ([first, second], count) in read(figures) {
                to.sample("", &[(one, first), (other, second)], *count as f64);
            }
        }
        _ => {}
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
    if family.declaration.is_settled() {
        let created = one.born_at.filter(|_| exposure.created_timestamps);
        for (team, figures) in &one.settled {
            settled(family, figures, &component_labels(&one.labels, team), created, to);
        }
        return;
    }
    to.subject(&component_labels(&one.labels, &one.labels.team));
    match family.declaration.reading {
        Reading::Seed(read) => {
            if let Some(value) = read(&one.seed) {
                to.sample("", &[], value);
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

fn component_labels<'a>(
    labels: &'a ComponentLabels,
    team: &'a str,
) -> [(&'static str, &'a str); 3] {
    [("team", team), ("repo", &labels.repo), ("component", &labels.component)]
}

/// The readings of what has been settled, which all levels share.
fn settled(
    family: &Family,
    figures: &SettledFigures,
    labels: &[(&str, &str)],
    created: Option<Time>,
    to: &mut impl Samples,
) {
    to.subject(labels);
    match family.declaration.reading {
        Reading::Counter(read) => counter(&[], read(figures), created, to),
        Reading::FailedDeployments => {
            for (reason, count) in Reason::ALL.iter().zip(figures.failed_deployments) {
                counter(&[("reason", reason.name())], count, created, to);
            }
        }
        Reading::SeedLeadTimes => histogram(&figures.lead_time_hours, created, to),
        Reading::Histogram(read) => histogram(read(figures), created, to),
        Reading::PhaseHistograms => {
            for phase in PHASES {
                to.subject(&[labels, &[("phase", phase.name())]].concat());
                histogram(figures.change_phase(phase), created, to);
            }
        }
        // The others are taken where figures are walked.
        _ => {}
    }
}

fn counter(labels: &[(&str, &str)], count: u64, created: Option<Time>, to: &mut impl Samples) {
    to.sample("", labels, count as f64);
    if let Some(at) = created {
        to.created(labels, at);
    }
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
        Reading::Space(read) => {
            for (window, figures) in &one.space {
                if let Some(value) = read(figures) {
                    to.sample("", &[("window", window)], value);
                }
            }
        }
        Reading::SpaceStats(read) => {
            for (window, figures) in &one.space {
                let Some(values) = read(figures) else { continue };
                for (stat, value) in stats {
                    to.sample("", &[("window", window), ("stat", stat)], value(&values));
                }
            }
        }
        Reading::OpenChanges => {
            for (state, open) in
                one.open_changes.iter().flat_map(|open| OpenState::ALL.map(|it| (it, open)))
            {
                to.sample("", &[("state", state.name())], open.count(state) as f64);
            }
        }
        Reading::Open(read) => {
            if let Some(value) = one.open_changes.as_ref().and_then(read) {
                to.sample("", &[], value);
            }
        }
        Reading::Phases => {
            windows.iter().for_each(|(window, figures)| phases(window, figures, stats, to));
        }
        // Settled readings, and those of one level only, are taken elsewhere.
        _ => {}
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
