//! What sources say of whose something is. Kept as they said it: which source is believed, and what
//! several teams mean, is decided where components are shown.

use super::{RepoId, TeamName};
use std::sync::Arc;

/// A source that may say whose a repository or a part of it is.
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
}

impl ClaimSource {
    /// All of them.
    pub const ALL: [ClaimSource; 6] = [
        ClaimSource::CatalogServer,
        ClaimSource::CatalogFiles,
        ClaimSource::CustomProperty,
        ClaimSource::GitHubTeam,
        ClaimSource::CodeOwners,
        ClaimSource::Topic,
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
}
