//! Facts as plain types: what a source said, with nothing inferred.
//!
//! Facts carry no text that a rule does not need: what a body or a message says is parsed at the
//! source into references and marks, and a person is a keyed hash.

mod claim;
mod commit;
mod deployment;
mod fact;
mod identity;
mod incident;
mod infrastructure_pull;
mod open_pull_request;
mod pull_request;
mod reference;
mod repository;
mod survey;
mod time;
mod workflow_run;

pub use claim::{CatalogComponent, Claim, ClaimSource, Claims, Pin};
pub use commit::{Commit, CommitGraph, CommitIndex, Headline};
pub use deployment::{
    Deployment, DeploymentMark, DeploymentState, DeploymentStatus, OtherDeployment,
};
pub use fact::{Collector, Fact, Progress};
pub use identity::{
    ComponentId, ComponentName, DeploymentId, DeploymentSource, IncidentId, Oid, OidPrefix,
    ParseOidError, Person, PullNumber, RepoId, TeamName,
};
pub use incident::{Incident, IncidentEvent, IncidentTransition, pagerduty_service};
pub use infrastructure_pull::InfrastructurePull;
pub use open_pull_request::{OpenPullRequest, OpenPullRequests, ReviewDecision};
pub use pull_request::{Author, PullCommit, PullRequest, ReadinessEvent, Review, ReviewState};
pub use reference::{ChangeReference, IncidentLink, RepositoryName, Reversion};
pub use repository::{Repository, RepositoryState};
pub use survey::{
    Answered, Dimension, Question, Scale, Survey, SurveyImport, SurveyedTeam, TeamAnswers,
    quarter_end,
};
pub use time::{DAY, HOUR, MINUTE, Span, Time, WEEK, Window};
pub use workflow_run::{RunVerdict, WorkflowRun};
