//! What sources say of a repository: whose it is, which components it has, and which shared workflows
//! it calls. Kept as they said it: which source is believed, and what several teams mean, is decided
//! where components are shown.

use super::{RepoId, TeamName};
use std::sync::Arc;

/// A source that says something of a repository: most of them whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimSource {
    /// The catalog's server.
    CatalogServer,
    /// Catalog files in the repositories.
    CatalogFiles,
    /// A custom property that the organisation defines.
    CustomProperty,
    /// Teams at the host that may write to the repository.
    GitHubTeam,
    /// The file `CODEOWNERS`.
    CodeOwners,
    /// A topic of the repository.
    Topic,
    /// Workflow files in the repository, which say nothing of owners.
    WorkflowFiles,
}

impl ClaimSource {
    /// All of them.
    pub const ALL: [ClaimSource; 7] = [
        ClaimSource::CatalogServer,
        ClaimSource::CatalogFiles,
        ClaimSource::CustomProperty,
        ClaimSource::GitHubTeam,
        ClaimSource::CodeOwners,
        ClaimSource::Topic,
        ClaimSource::WorkflowFiles,
    ];

    /// The name in labels, logs and the store.
    pub fn name(self) -> &'static str {
        match self {
            ClaimSource::CatalogServer => "catalog_server",
            ClaimSource::CatalogFiles => "catalog_files",
            ClaimSource::CustomProperty => "custom_property",
            ClaimSource::GitHubTeam => "github_team",
            ClaimSource::CodeOwners => "codeowners",
            ClaimSource::Topic => "topic",
            ClaimSource::WorkflowFiles => "workflow_files",
        }
    }
}

/// All that one source says of one repository; later claims replace all earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The repository that it is said of, or in; absent for a source of its own, whose claims name
    /// their repositories.
    pub repo: Option<RepoId>,
    /// Who says it.
    pub source: ClaimSource,
    /// What it says; empty where it says nothing, or nothing any more.
    pub claims: Vec<Claim>,
}

/// One thing that a source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The repository is this team's. Several teams are no answer.
    Team(TeamName),
    /// Paths that match the pattern are these teams'; the last claim that matches counts.
    Paths {
        /// A pattern as `CODEOWNERS` has it.
        pattern: Arc<str>,
        /// The teams; none where the line names only people, or nobody.
        teams: Vec<TeamName>,
    },
    /// There is a component.
    Component(CatalogComponent),
    /// Jobs call a reusable workflow of a repository.
    Calls {
        /// Where it is: `owner/name/.github/workflows/file.yml`, owner and name in lower case; absent
        /// where its owner may be a person.
        workflow: Option<Arc<str>>,
        /// What the call is pinned to.
        pin: Pin,
        /// How many jobs call it so.
        jobs: u32,
    },
}

/// What a call of a workflow is pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pin {
    /// A branch: every push to it changes what is called.
    Branch,
    /// A commit: nothing changes it.
    Sha,
    /// A tag, which stands for a release.
    Tag,
}

impl Pin {
    /// All of them, by name.
    pub const ALL: [Pin; 3] = [Pin::Branch, Pin::Sha, Pin::Tag];

    /// The name in labels and the store.
    pub fn name(self) -> &'static str {
        match self {
            Pin::Branch => "branch",
            Pin::Sha => "sha",
            Pin::Tag => "tag",
        }
    }
}

/// A component as the catalog describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogComponent {
    /// `owner/name` of its repository; absent where it is the repository that says so.
    pub repository: Option<Arc<str>>,
    /// The folder that holds it, without slashes at its ends; empty for the whole repository.
    pub root: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is a library or documentation: nothing that is deployed by itself.
    pub is_library: bool,
    /// Whose it is; absent where its owner is no team.
    pub team: Option<TeamName>,
    /// The system it is part of.
    pub system: Option<Arc<str>>,
    /// Its lifecycle, such as `production`.
    pub lifecycle: Option<Arc<str>>,
    /// The id of its service at PagerDuty.
    pub pagerduty_service: Option<Arc<str>>,
    /// Whether it says who is on call.
    pub has_on_call: bool,
    /// Whether it says where its documentation is.
    pub has_docs: bool,
    /// Whether it says where its service level objectives are.
    pub has_slo: bool,
    /// The template that it was made from.
    pub template: Option<Arc<str>>,
}
