//! What a source showed to whoever looked at it.

use super::declared::Declared;
use crate::cli::findings::Seen;
use crate::config::GitHubSettings;
use crate::sources::SourceError;
use crate::sources::github::{Installation, Optional, RequestCost, Survey};
use delivery::domain::{ClaimSource, Claims, DAY, Incident, RepoId, Repository, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Over how long deployments and incidents are counted.
pub const RECENT: Span = 30 * DAY;

/// What a source showed.
#[derive(Debug, Default)]
pub struct Looked {
    /// The place of its `[[github]]`.
    pub section: usize,
    /// Where the GitHub App is installed.
    pub installation: Option<Installation>,
    /// Why it could not be asked as a whole.
    pub broken: Option<SourceError>,
    /// What the server's schema lacks and is done without.
    pub lacking: Vec<&'static Optional>,
    /// Organisations and names that could not be listed.
    pub failures: Vec<SourceError>,
    /// The repositories that would be collected, by name, with what they hold.
    pub repositories: Vec<(Repository, Survey)>,
    /// Those that an earlier section has shown, too: they count there.
    pub shown_before: Vec<(Repository, Survey)>,
    /// Incidents of repositories that have no component to count for.
    pub incidents: BTreeMap<RepoId, Vec<Incident>>,
    /// What was read of those that hold declared components.
    pub declared: BTreeMap<RepoId, Declared>,
    /// The names of those that are asked for and left out: excluded, archived, forks.
    pub left_out: Vec<Arc<str>>,
    /// What the sources of ownership there say.
    pub said: Said,
    /// The names of those that do not have the workflow whose runs are their deployments.
    pub without_workflow: Vec<Arc<str>>,
    /// Why the runs of a repository that is deployed may not be read.
    pub runs_denied: Option<SourceError>,
    /// Whether other processes collect the rest: what they see cannot be missed here.
    pub is_a_shard: bool,
    /// Points an hour, and how many are left.
    pub limit: Option<(u64, u64)>,
    /// Points that were spent.
    pub spent: u64,
    /// What requests cost, where the server tells.
    pub costs: Vec<RequestCost>,
}

impl Looked {
    /// The repositories alone.
    pub fn seen(&self) -> Seen {
        let repositories = self.collected().map(|(repository, _)| repository.clone());
        Seen {
            repositories: repositories.collect(),
            left_out: self.left_out.clone(),
            is_whole: self.broken.is_none() && self.failures.is_empty() && !self.is_a_shard,
        }
    }

    /// Everything that this section collects, whoever else does.
    pub fn collected(&self) -> impl Iterator<Item = &(Repository, Survey)> {
        self.repositories.iter().chain(&self.shown_before)
    }

    /// The incidents that were read one by one, to find out whose each is.
    pub fn incidents_of(&self, repo: RepoId) -> Option<&[Incident]> {
        let declared = self.declared.get(&repo).and_then(Declared::incidents);
        declared.or_else(|| self.incidents.get(&repo).map(Vec::as_slice))
    }
}

/// Takes apart what several sections of the same GitHub show: it is read by each, and counts once.
pub fn count_once(github: &[GitHubSettings], looked: &mut [Looked]) {
    let mut known = BTreeSet::new();
    for looked in looked {
        let host = github.get(looked.section).map(|section| &section.graphql_url);
        let is_new = |(one, _): &(Repository, Survey)| known.insert((host, one.id));
        let all = std::mem::take(&mut looked.repositories);
        (looked.repositories, looked.shown_before) = all.into_iter().partition(is_new);
    }
}

/// What the sources of ownership said.
#[derive(Debug, Default)]
pub struct Said {
    /// What each says of each repository.
    pub claims: Vec<Claims>,
    /// Sources that could not be asked, with why.
    pub failures: Vec<(ClaimSource, SourceError)>,
    /// Parts of files that could not be used, with what they were read for.
    pub problems: Vec<(ClaimSource, String)>,
    /// How many owners each names that are no team.
    pub no_team: BTreeMap<ClaimSource, usize>,
}
