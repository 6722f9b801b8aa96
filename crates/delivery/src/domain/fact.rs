//! The one currency between sources, store and ledger.

use super::{
    Author, Claims, Commit, Deployment, Incident, Oid, OtherDeployment, Person, PullRequest,
    RepoId, Repository, Survey, Time,
};

/// A list of facts that is collected on its own, with a cursor of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collector {
    /// Deployments and their statuses.
    Deployments,
    /// Commits of the default branch and of deployed branches.
    Commits,
    /// Merged pull requests.
    PullRequests,
    /// Incidents.
    Incidents,
}

impl Collector {
    /// All collectors, in the order in which a repository is collected.
    pub const ALL: [Collector; 4] =
        [Collector::Deployments, Collector::Commits, Collector::PullRequests, Collector::Incidents];

    /// The name in labels, logs and the store.
    pub fn name(self) -> &'static str {
        match self {
            Collector::Deployments => "deployments",
            Collector::Commits => "commits",
            Collector::PullRequests => "pull_requests",
            Collector::Incidents => "incidents",
        }
    }
}

/// How far one collector has come with one repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The repository.
    pub repo: RepoId,
    /// The collector.
    pub collector: Collector,
    /// Whether all history that the look-back asks for is there.
    pub complete: bool,
    /// Everything that happened up to this instant is there; absent until the first success.
    pub through: Option<Time>,
}

/// Anything a source may say. Facts are upserted by their identity; later facts replace earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A repository, by its id.
    Repository(Repository),
    /// A deployment, by its id.
    Deployment(Deployment),
    /// A deployment that is not to production, by its id. It is stored and read apart from the
    /// others, since no figure is made of it.
    OtherDeployment(OtherDeployment),
    /// A pull request, by repository and number.
    PullRequest(PullRequest),
    /// A commit, by repository and id.
    Commit(Commit),
    /// A commit that was deployed but cannot be resolved any more (force push, deleted branch).
    LostCommit {
        /// The repository.
        repo: RepoId,
        /// The commit.
        oid: Oid,
    },
    /// A commit below which everything is forgotten, by repository and id: it and all that it
    /// contains were live long ago. It is made when facts are forgotten, and no source tells it.
    Frontier {
        /// The repository.
        repo: RepoId,
        /// The commit.
        oid: Oid,
    },
    /// An incident, by its id.
    Incident(Incident),
    /// A collector's progress, by repository and collector.
    Progress(Progress),
    /// What a source says of whose a repository is, by repository and source.
    Claims(Claims),
    /// A survey, by its name.
    Survey(Survey),
}

impl Fact {
    /// The repository that the fact belongs to; an incident may have none, and a survey has none.
    pub fn repo(&self) -> Option<RepoId> {
        match self {
            Fact::Repository(repository) => Some(repository.id),
            Fact::Deployment(deployment) => Some(deployment.repo),
            Fact::OtherDeployment(deployment) => Some(deployment.repo),
            Fact::PullRequest(pull) => Some(pull.repo),
            Fact::Commit(commit) => Some(commit.repo),
            Fact::LostCommit { repo, .. } | Fact::Frontier { repo, .. } => Some(*repo),
            Fact::Incident(incident) => incident.repo,
            Fact::Progress(progress) => Some(progress.repo),
            Fact::Claims(claims) => claims.repo,
            Fact::Survey(_) => None,
        }
    }

    /// Puts another person in the place of each that the fact names.
    pub fn replace_people(&mut self, replaced: impl Fn(Person) -> Person) {
        let replace = |author: &mut Author| author.person = author.person.map(&replaced);
        match self {
            Fact::PullRequest(pull) => {
                replace(&mut pull.author);
                pull.reviews.iter_mut().for_each(|review| replace(&mut review.author));
            }
            Fact::Commit(commit) => replace(&mut commit.author),
            Fact::Repository(_)
            | Fact::Deployment(_)
            | Fact::OtherDeployment(_)
            | Fact::LostCommit { .. }
            | Fact::Frontier { .. }
            | Fact::Incident(_)
            | Fact::Progress(_)
            | Fact::Claims(_)
            | Fact::Survey(_) => {}
        }
    }
}
