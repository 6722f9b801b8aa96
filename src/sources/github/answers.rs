//! What the GitHub source takes and gives, beside facts and steps.

use crate::config::{
    ByRepository, ComponentSettings, Components, DeploymentTeller, EnvironmentRule, HashLogins,
    HotfixRule, IncidentSettings, OwnershipSettings, PlatformSettings, Settings, have_paths,
    need_paths,
};
use crate::sources::SourceError;
use delivery::domain::{Claims, Commit, Fact, Oid, OtherDeployment, RepoId, Repository, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What turns texts into marks and references while they are read, so that no text has to be kept.
#[derive(Clone)]
pub struct Parsing {
    /// What marks a change as a hotfix.
    pub hotfix: ByRepository<HotfixRule>,
    /// Which issues are incidents, and where they live.
    pub incidents: Vec<IncidentSettings>,
    /// Which environments are production; deployments to others are not kept.
    pub production: ByRepository<EnvironmentRule>,
    /// What tells of deployments.
    pub deployments: ByRepository<DeploymentTeller>,
    /// Which repositories hold several components, and what tells those apart.
    pub components: Components,
    /// Which sources tell whose repositories are, and how.
    pub ownership: OwnershipSettings,
    /// Whose workflows have names.
    pub platform: PlatformSettings,
    /// Turns logins into keyed hashes.
    pub logins: Arc<dyn HashLogins>,
}

impl Parsing {
    /// What the configuration says.
    pub fn by(settings: &Settings, logins: Arc<dyn HashLogins>) -> Parsing {
        Parsing {
            hotfix: settings.by_repository(|rules| rules.failures.hotfix.clone()),
            incidents: settings.incidents.clone(),
            production: settings.by_repository(|rules| rules.production.clone()),
            deployments: settings.by_repository(|rules| rules.deployments.clone()),
            components: settings.components.clone(),
            ownership: settings.ownership.clone(),
            platform: settings.platform.clone(),
            logins,
        }
    }

    /// Whether anything depends on the paths that a repository's pull requests change.
    pub(super) fn needs_changed_paths(
        &self,
        repo: &Repository,
        components: &[&ComponentSettings],
    ) -> bool {
        have_paths(components) || need_paths(&self.platform.self_service.of(&repo.full_name))
    }
}

/// The repositories that the configuration asks for.
#[derive(Debug)]
pub struct Discovery {
    /// Listed and known repositories; `Active`, `Excluded` or `Gone`.
    pub repositories: Vec<Repository>,
    /// The names of those that are asked for and left out: excluded, archived, forks.
    pub left_out: Vec<Arc<str>>,
    /// Why those are not collected any more that are known and `Excluded` or `Gone`.
    pub endings: BTreeMap<RepoId, Ending>,
    /// The organisations among their owners, in lower case; other owners are people.
    pub organizations: BTreeSet<String>,
    /// All owners of which any repository was found, in lower case.
    pub owners: BTreeSet<String>,
    /// The owners that these credentials may not see, in lower case: of what is known of them
    /// nothing is said.
    pub unseen: BTreeSet<String>,
    /// What topics say, of each repository that was seen; nothing where they are not read.
    pub claims: Vec<Claims>,
    /// One per organisation or name that could not be listed; the rest is good.
    pub failures: Vec<SourceError>,
}

/// Why a repository is not collected any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No answer shows it.
    Gone,
    /// `exclude` names it.
    Excluded,
    /// Nothing asks for the name that it has now.
    Unasked,
    /// It is archived.
    Archived,
    /// It is a fork.
    Fork,
    /// Another process collects it.
    AnotherPart,
}

impl Ending {
    /// In words, with the key that decides it.
    pub fn words(self) -> &'static str {
        match self {
            Ending::Gone => {
                "it was deleted, or is out of the token's reach: made private or transferred"
            }
            Ending::Excluded => "`exclude` takes it out",
            Ending::Unasked => {
                "neither `organizations` nor `repositories` asks for the name that it has now"
            }
            Ending::Archived => "it is archived; `include_archived` would keep it",
            Ending::Fork => "it is a fork; `include_forks` would keep it",
            Ending::AnotherPart => "it is of another part of the repositories (`--shard`)",
        }
    }
}

/// The newest element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its node id.
    pub id: String,
    /// When it was created (a deployment) or last updated (a pull request, an issue).
    pub at: Time,
}

/// What the sweep's question told of one repository.
#[derive(Debug)]
pub struct Probe {
    /// The repository.
    pub repo: RepoId,
    /// The answer.
    pub outcome: Probed,
}

/// The sweep's answer for one repository.
#[derive(Debug)]
pub enum Probed {
    /// It is there. A list that the token may not read has a mark of now, so that reading it tells
    /// which permission is missing.
    Found {
        /// Its present names and head; `state` is as it was given.
        repository: Repository,
        /// When anything was last pushed to it.
        pushed_at: Option<Time>,
        /// The newest deployment to production; where none of the newest five is one, the oldest of
        /// these, behind which there may be one. Where they are told elsewhere: what is newest there.
        deployment: Option<Mark>,
        /// Those of the newest five that are not to production.
        others: Vec<OtherDeployment>,
        /// The newest updated merged pull request, if it was asked for.
        pull: Option<Mark>,
        /// The newest updated pull request of any state, if it was asked for.
        any_pull: Option<Box<Mark>>,
        /// The newest updated issue with an incident label, if it was asked for; absent too where
        /// incidents are not read from this repository.
        incident: Option<Mark>,
    },
    /// It is not there any more, or not readable with the token.
    Missing,
    /// It could not be asked; the others could.
    Failed(SourceError),
}

/// How far back a list is read.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// A first walk reads back to here.
    pub since: Time,
    /// A first walk goes on past `since`, down to here: through deployments until a production
    /// success whose commit resolves is found, through incidents for those that are open.
    pub floor: Time,
    /// Walk again at least back to here although nothing seems new.
    pub again_since: Option<Time>,
}

/// Lists of several repositories whose first pages are wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Of these the newest deployments.
    pub deployments: Vec<Repository>,
    /// Of these the merged pull requests that were updated last.
    pub pulls: Vec<Repository>,
    /// Of these the open pull requests that were opened first.
    pub open: Vec<Repository>,
    /// Of these the history from a commit.
    pub heads: Vec<(Repository, Oid)>,
}

/// A page of commits reachable from one commit, newest first.
#[derive(Debug)]
pub struct HistoryPage {
    /// The commits.
    pub commits: Vec<Commit>,
    /// Where to go on; absent at the end of history.
    pub next: Option<String>,
    /// The commit does not resolve (force push, deleted branch); there are no commits then.
    pub lost: bool,
}

/// What asking again by node id gave.
#[derive(Debug)]
pub struct Rechecked {
    /// Deployments and incidents as they are now.
    pub facts: Vec<Fact>,
    /// Ids that do not resolve any more.
    pub missing: Vec<Arc<str>>,
}
