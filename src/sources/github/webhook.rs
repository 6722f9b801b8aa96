//! Webhook events: where something became known. What that is, is asked, so that an event that is
//! late, repeated or out of order says nothing wrong. Of an event only ids and names are looked at,
//! and whatever decides that it brings nothing that is kept.

use super::incidents::{self, IssueRule};
use super::owner_files::is_owner_file;
use super::{GitHub, repositories};
use crate::config::{ByRepository, CiRule};
use delivery::domain::{ClaimSource, DeploymentSource, RepoId};
use delivery::ledger::ProductionEnvironments;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// No id of GitHub's is longer.
const LONGEST_ID: usize = 200;

/// What changes whether a pull request is open or what it waits for; new commits may dismiss approvals,
/// and another base may ask for others.
const MOVES_A_PULL: [&str; 9] = [
    "opened",
    "closed",
    "reopened",
    "ready_for_review",
    "converted_to_draft",
    "synchronize",
    "edited",
    "submitted",
    "dismissed",
];

/// Of what there are news.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum News {
    /// Some list of a repository.
    Lists,
    /// The deployment with this node id.
    Deployment(Arc<str>),
    /// The issue with this node id.
    Issue(Arc<str>),
    /// The open pull requests of a repository.
    OpenPullRequests,
    /// A run of continuous integration that has ended, by its id.
    Run(u64),
    /// The files that say whose a repository is.
    OwnerFiles,
    /// Which repositories there are, under which names, and who may read them.
    Repositories,
    /// What organisations say of whose their repositories are.
    Ownership(ClaimSource),
}

/// What an event tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Of which repository.
    pub repo: Option<RepoId>,
    /// Whether the configuration asks for a repository of that name.
    pub is_asked_for: bool,
    /// Of what; nothing where the event brings nothing that is kept.
    pub news: Vec<News>,
}

/// Whatever is an object.
#[derive(Deserialize)]
struct Anything {}

#[derive(Deserialize)]
struct About {
    repository: Home,
}

#[derive(Deserialize)]
struct MaybeAbout {
    repository: Option<Home>,
}

#[derive(Deserialize)]
struct Home {
    id: u64,
    full_name: String,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct OfDeployment {
    repository: Home,
    deployment: Deployment,
    deployment_status: Option<Status>,
}

#[derive(Deserialize)]
struct Deployment {
    node_id: String,
    environment: String,
}

#[derive(Deserialize)]
struct Status {
    environment: Option<String>,
}

#[derive(Deserialize)]
struct OfPull {
    action: Option<String>,
    repository: Home,
    pull_request: Pull,
}

#[derive(Deserialize)]
struct Pull {
    merged_at: Option<String>,
}

#[derive(Deserialize)]
struct OfIssue {
    repository: Home,
    issue: Issue,
    /// The label that was given or taken away.
    label: Option<Label>,
}

#[derive(Deserialize)]
struct Issue {
    node_id: String,
    #[serde(default)]
    labels: Vec<Label>,
    /// There where it is a pull request.
    pull_request: Option<Anything>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct OfRun {
    action: String,
    repository: Home,
    workflow_run: Run,
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    event: String,
    name: Option<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Push {
    repository: Home,
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default)]
    commits: Vec<Pushed>,
}

#[derive(Deserialize)]
struct Pushed {
    #[serde(default)]
    added: Vec<String>,
    #[serde(default)]
    modified: Vec<String>,
    #[serde(default)]
    removed: Vec<String>,
}

impl GitHub {
    /// What an event of this kind tells, where `ci` says which runs are continuous integration. The
    /// error says what is wrong with it, and repeats nothing of it.
    pub fn heard(
        &self,
        kind: &str,
        body: &[u8],
        ci: &ByRepository<CiRule>,
    ) -> Result<Heard, String> {
        match kind {
            "deployment" | "deployment_status" => self.heard_of_deployment(kind, body),
            "pull_request" | "pull_request_review" => {
                let OfPull { action, repository, pull_request } = decode(kind, body)?;
                let moves = action.is_none_or(|action| MOVES_A_PULL.contains(&action.as_str()));
                let news = match pull_request.merged_at {
                    Some(_) => Some(News::Lists),
                    None => moves.then_some(News::OpenPullRequests),
                };
                Ok(self.of(&repository, news))
            }
            "issues" | "issue_comment" => self.heard_of_issue(kind, body),
            "push" => self.heard_of_push(kind, body),
            "workflow_run" => self.heard_of_run(kind, body, ci),
            "release" => {
                let tellers = [DeploymentSource::Release, DeploymentSource::Tag];
                self.heard_of_teller(kind, body, &tellers)
            }
            "repository" | "public" => {
                let About { repository } = decode(kind, body)?;
                Ok(self.of(&repository, [News::Repositories]))
            }
            "installation"
            | "installation_repositories"
            | "installation_target"
            | "organization" => {
                decode::<Anything>(kind, body)?;
                Ok(everywhere(News::Repositories))
            }
            "team" | "team_add" => {
                // A team that was renamed is of no repository.
                decode::<MaybeAbout>(kind, body)?;
                Ok(everywhere(News::Ownership(ClaimSource::GitHubTeam)))
            }
            "custom_property_values" => {
                let MaybeAbout { repository } = decode(kind, body)?;
                let news = News::Ownership(ClaimSource::CustomProperty);
                let covers = |home: &Home| self.covers(&home.full_name);
                Ok(if repository.is_none_or(|home| covers(&home)) {
                    everywhere(news)
                } else {
                    Heard::default()
                })
            }
            _ => decode::<Anything>(kind, body).map(|_| Heard::default()),
        }
    }

    fn heard_of_deployment(&self, kind: &str, body: &[u8]) -> Result<Heard, String> {
        let OfDeployment { repository, deployment, deployment_status } = decode(kind, body)?;
        let name = &repository.full_name;
        let moved = deployment_status.and_then(|status| status.environment);
        let mut environments = [Some(deployment.environment), moved].into_iter().flatten();
        let production = self.parsing.production.of(name);
        let is_kept = self.teller(name) == DeploymentSource::GitHubDeployments
            && environments.any(|environment| production.contains(&environment));
        let id = id(kind, deployment.node_id)?;
        Ok(self.of(&repository, is_kept.then_some(News::Deployment(id))))
    }

    fn heard_of_issue(&self, kind: &str, body: &[u8]) -> Result<Heard, String> {
        let OfIssue { repository, issue, label } = decode(kind, body)?;
        let rule = IssueRule::of(&self.parsing.incidents, &repository.full_name);
        let wanted = rule.labels();
        let mut labels = issue.labels.iter().chain(&label);
        let is_incident =
            labels.any(|label| incidents::is_among(&label.name, wanted.iter().map(String::as_str)));
        let is_incident = is_incident && issue.pull_request.is_none();
        let id = id(kind, issue.node_id)?;
        Ok(self.of(&repository, is_incident.then_some(News::Issue(id))))
    }

    fn heard_of_run(
        &self,
        kind: &str,
        body: &[u8],
        ci: &ByRepository<CiRule>,
    ) -> Result<Heard, String> {
        let OfRun { action, repository, workflow_run: Run { id, event, name, path } } =
            decode(kind, body)?;
        let tells = self.teller(&repository.full_name) == DeploymentSource::WorkflowRun;
        let rule = ci.of(&repository.full_name);
        let [name, path] = [name, path].map(Option::unwrap_or_default);
        let is_ci = rule.selection().is_some() && rule.includes(&event, &name, &path);
        let has_ended = is_ci && action == "completed";
        let lists = tells.then_some(News::Lists);
        Ok(self.of(&repository, lists.into_iter().chain(has_ended.then_some(News::Run(id)))))
    }

    fn heard_of_push(&self, kind: &str, body: &[u8]) -> Result<Heard, String> {
        let Push { repository, reference, commits } = decode(kind, body)?;
        let branch = reference.strip_prefix("refs/heads/");
        let is_default = branch.is_some() && branch == repository.default_branch.as_deref();
        let is_told = reference.starts_with("refs/tags/")
            && self.teller(&repository.full_name) == DeploymentSource::Tag;
        let mut paths = commits
            .iter()
            .flat_map(|commit| [&commit.added, &commit.modified, &commit.removed])
            .flatten();
        let owners = is_default && paths.any(|path| is_owner_file(path));
        let lists = (is_default || is_told).then_some(News::Lists);
        Ok(self.of(&repository, lists.into_iter().chain(owners.then_some(News::OwnerFiles))))
    }

    /// What tells of deployments where that is one of `tellers`.
    fn heard_of_teller(
        &self,
        kind: &str,
        body: &[u8],
        tellers: &[DeploymentSource],
    ) -> Result<Heard, String> {
        let About { repository } = decode(kind, body)?;
        let tells = tellers.contains(&self.teller(&repository.full_name));
        Ok(self.of(&repository, tells.then_some(News::Lists)))
    }

    fn of(&self, home: &Home, news: impl IntoIterator<Item = News>) -> Heard {
        let (repo, news) = (RepoId(home.id), news.into_iter().collect());
        let is_asked_for = self.settings.shard.has(repo) && self.covers(&home.full_name);
        Heard { repo: Some(repo), is_asked_for, news }
    }

    fn covers(&self, full_name: &str) -> bool {
        repositories::Wanted::by(&self.settings).covers(full_name)
    }

    fn teller(&self, full_name: &str) -> DeploymentSource {
        self.parsing.deployments.of(full_name).source()
    }
}

fn everywhere(news: News) -> Heard {
    Heard { repo: None, is_asked_for: true, news: vec![news] }
}

/// The parts of an event that matter.
fn decode<T: DeserializeOwned>(kind: &str, body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| {
        // A kind is a header, and so whatever the sender wrote.
        let kind: String = kind.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').collect();
        match error.classify() {
            serde_json::error::Category::Data => format!("an event `{kind}` that lacks a part"),
            _ => "what is no JSON".to_owned(),
        }
    })
}

fn id(kind: &str, text: String) -> Result<Arc<str>, String> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || "-_=+/".contains(c);
    match !text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(is_id) {
        true => Ok(Arc::from(text)),
        false => Err(format!("an event `{kind}` whose node id is none")),
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
