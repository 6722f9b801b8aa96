//! How many series there would be, before anything is collected.

use super::families::families;
use super::family::{Family, Reading, Subject};
use super::figures::Exposure;
use super::histogram::Histogram;
use super::samples::{STANDARD_STATS, STATS, shows};
use super::settled::SettledFigures;
use crate::config::ComponentDetail;
use delivery::domain::Pin;
use delivery::ledger::Reason;
use delivery::measures::{Level, OpenState, PHASES};

/// Measures that have a performance level.
const LEVELLED_MEASURES: usize = 4;
/// How many values a label of the platform's families has.
const PLATFORM_VALUES: usize = 3;
/// A histogram's series beside its buckets: the sum and the count.
const BESIDE_BUCKETS: usize = 2;

/// How many there are of whatever has series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Components.
    pub components: usize,
    /// Teams with a component.
    pub teams: usize,
    /// Organisations with a component.
    pub orgs: usize,
    /// Collected repositories.
    pub repositories: usize,
    /// Templates that components say they were made from.
    pub templates: usize,
    /// Reusable workflows that are called.
    pub workflows: usize,
}

/// The most series that so many subjects can have, without the exporter's own: each has data for
/// every family in each of `windows` windows, and no component has had another team.
pub fn expected_series(subjects: Subjects, windows: usize, exposure: &Exposure) -> usize {
    let shown = families().iter().filter(|family| shows(family, exposure));
    shown
        .map(|family| {
            let count = match family.subject() {
                Subject::Component => subjects.components,
                Subject::Team | Subject::Space => subjects.teams,
                Subject::Org => subjects.orgs,
                Subject::Repository => subjects.repositories,
                // Nobody knows before they are imported.
                Subject::Survey => 0,
                Subject::Platform => 1,
            };
            count * of_one(family, subjects, windows, exposure)
        })
        .sum()
}

fn of_one(family: &Family, subjects: Subjects, windows: usize, exposure: &Exposure) -> usize {
    let is_standard = family.subject() == Subject::Component
        && exposure.component_detail == ComponentDetail::Standard;
    let (windows, stats) =
        if is_standard { (windows.min(1), STANDARD_STATS) } else { (windows, STATS.len()) };
    match family.declaration.reading {
        Reading::Window(_) | Reading::Space(_) => windows,
        Reading::Durations(_) | Reading::SpaceStats(_) => windows * stats,
        Reading::Phases => windows * PHASES.len() * stats,
        Reading::OpenChanges => OpenState::ALL.len(),
        Reading::PerformanceLevels => LEVELLED_MEASURES * Level::ALL.len(),
        Reading::SeedLeadTimes => of_histogram(|settled| &settled.lead_time_hours),
        Reading::Histogram(read) => of_histogram(read),
        Reading::PlatformHistogram(_) => buckets_of(&SettledFigures::default().all_self_service()),
        Reading::PhaseHistograms => {
            PHASES.len() * of_histogram(|settled| settled.change_phase(PHASES[0]))
        }
        Reading::FailedDeployments => Reason::ALL.len(),
        // The reasons, or what may lack; of lifecycles there are about as many.
        Reading::Platform(_) if family.declaration.labels.is_empty() => 1,
        Reading::Platform(_) if family.declaration.labels == ["template"] => subjects.templates,
        Reading::Platform(_) => PLATFORM_VALUES,
        Reading::PlatformPairs(_) => subjects.workflows * Pin::ALL.len(),
        Reading::Counter(_)
        | Reading::Point(_)
        | Reading::Open(_)
        | Reading::DataThrough
        | Reading::Seed(_)
        | Reading::Info
        | Reading::SurveyScores
        | Reading::SurveyUnrelatedWork
        | Reading::Survey(_)
        | Reading::BackfillComplete => 1,
    }
}

fn of_histogram(read: fn(&SettledFigures) -> &Histogram) -> usize {
    buckets_of(read(&SettledFigures::default()))
}

fn buckets_of(histogram: &Histogram) -> usize {
    histogram.buckets().count() + BESIDE_BUCKETS
}
