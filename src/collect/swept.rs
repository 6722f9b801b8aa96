//! What is known of sweeps from one to the next, and how repositories are asked in them.

use crate::sources::SourceError;
use delivery::domain::{Collector, Repository, Time};
use std::collections::BTreeMap;

/// From so many repositories of an owner searches pay: they cost three points, and save one in a
/// hundred repositories.
pub(super) const SEARCH_PAYS_FROM: usize = 300;

/// Which repositories of an owner were swept when, and what the reconcile found since it was told.
#[derive(Debug, Default)]
pub(super) struct Sweeps {
    /// By owner in lower case, when the last sweep began that asked about all of its repositories.
    pub(super) swept: BTreeMap<String, Time>,
    /// The owners that the last sweep searched, with the instant since which.
    pub(super) searched: BTreeMap<String, Time>,
    /// What the sweeps had missed.
    pub(super) drift: Drift,
    /// Why some repository could not be asked in this sweep.
    pub(super) refused: Option<SourceError>,
}

/// What the reconcile found since it was told.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// When it was told last.
    pub(super) since: Option<Time>,
    /// Repositories that were asked for everything.
    pub(super) checked: u64,
    /// By list.
    pub(super) missed: BTreeMap<Collector, u64>,
}

/// How a repository was asked.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) asked_at: Time,
    pub(super) everything: bool,
    /// Since when owners were searched.
    pub(super) searched: &'a BTreeMap<String, Time>,
}

/// The owner that searches and sweeps of thousands go by.
pub(super) fn owner_of(repository: &Repository) -> String {
    repository.full_name.split('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// A repository as it was found, with the head up to which its commits are read: that moves with
/// the last of the commits.
pub(super) fn with_head_of(found: Repository, known: Option<&Repository>) -> Repository {
    Repository { head: known.and_then(|known| known.head), ..found }
}
