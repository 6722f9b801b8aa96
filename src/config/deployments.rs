//! `[[deployments]]`: what tells of a repository's deployments, where that is not GitHub's own list.

use crate::config::patterns::{Glob, RepositoryPattern, TOLD};
use delivery::domain::DeploymentSource;
use std::fmt::Write;
use std::sync::Arc;

/// What tells of a repository's deployments.
#[derive(Clone, Debug, Default)]
pub enum DeploymentTeller {
    /// GitHub's deployments, to whatever environment.
    #[default]
    GitHubDeployments,
    /// Runs of a workflow.
    WorkflowRun {
        /// `workflow`: which.
        workflow: WorkflowName,
        /// `branch`: of which runs are read; absent: the default branch.
        branch: Option<String>,
    },
    /// Published releases.
    Release {
        /// `prereleases`: whether pre-releases are deployments.
        prereleases: bool,
        /// `tags`: only releases of these.
        tags: TagNames,
    },
    /// Tags.
    Tag {
        /// `tags`: only these.
        tags: TagNames,
    },
}

/// What a workflow is named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkflowName {
    /// Its file below `.github/workflows`.
    File(String),
    /// Its name, without regard to case.
    Name(String),
}

impl WorkflowName {
    /// As it was written.
    pub fn text(&self) -> &str {
        match self {
            WorkflowName::File(text) | WorkflowName::Name(text) => text,
        }
    }

    /// Whether a workflow of this name, in the file at this path, is meant.
    pub fn is(&self, name: &str, path: &str) -> bool {
        match self {
            // A run of another revision bears that behind its path.
            WorkflowName::File(file) => {
                let path = path.split('@').next().unwrap_or_default();
                path.rsplit('/').next() == Some(file)
            }
            WorkflowName::Name(text) => text.to_lowercase() == name.to_lowercase(),
        }
    }
}

/// Names of tags, as globs; empty: every name.
#[derive(Clone, Debug, Default)]
pub struct TagNames(pub(super) Vec<Glob>);

impl TagNames {
    /// Whether a tag is meant.
    pub fn contains(&self, tag: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|glob| glob.matches(tag))
    }
}

impl DeploymentTeller {
    /// What kind it is.
    pub fn source(&self) -> DeploymentSource {
        match self {
            DeploymentTeller::GitHubDeployments => DeploymentSource::GitHubDeployments,
            DeploymentTeller::WorkflowRun { .. } => DeploymentSource::WorkflowRun,
            DeploymentTeller::Release { .. } => DeploymentSource::Release,
            DeploymentTeller::Tag { .. } => DeploymentSource::Tag,
        }
    }

    /// The environment that it deploys to: itself, as it is written. Absent where its deployments
    /// name their own.
    pub fn environment(&self) -> Option<String> {
        let mut text = format!("{TOLD}{}\"", self.source().name());
        let tags = match self {
            DeploymentTeller::GitHubDeployments => return None,
            DeploymentTeller::WorkflowRun { workflow, branch } => {
                let _ = write!(text, ", workflow = {:?}", workflow.text());
                if let Some(branch) = branch {
                    let _ = write!(text, ", branch = {branch:?}");
                }
                return Some(text);
            }
            DeploymentTeller::Release { prereleases, tags } => {
                if *prereleases {
                    text.push_str(", prereleases = true");
                }
                tags
            }
            DeploymentTeller::Tag { tags } => tags,
        };
        if !tags.0.is_empty() {
            let tags: Vec<&str> = tags.0.iter().map(Glob::text).collect();
            let _ = write!(text, ", tags = {tags:?}");
        }
        Some(text)
    }
}

/// `[[deployments]]`
#[derive(Clone, Debug)]
pub struct DeploymentSettings {
    /// `repositories`: names and globs; empty: all.
    pub repositories: Vec<RepositoryPattern>,
    /// What tells.
    pub teller: DeploymentTeller,
}

impl DeploymentSettings {
    /// Whether it says what tells of the deployments of the repository that is called so now.
    pub fn matches(&self, full_name: &str) -> bool {
        self.repositories.is_empty()
            || self.repositories.iter().any(|pattern| pattern.matches(full_name))
    }
}

/// All entries, in the order in which they are written: the first that matches decides.
#[derive(Clone, Debug, Default)]
pub struct Deployments(pub(super) Arc<[DeploymentSettings]>);

impl Deployments {
    /// The entries that are written. A last one that says what holds without it says nothing.
    pub fn new(mut entries: Vec<DeploymentSettings>) -> Deployments {
        let says_nothing = |one: &DeploymentSettings| {
            one.repositories.is_empty()
                && one.teller.source() == DeploymentSource::GitHubDeployments
        };
        if entries.last().is_some_and(says_nothing) {
            entries.pop();
        }
        Deployments(entries.into())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &DeploymentSettings> {
        self.0.iter()
    }

    /// Which entry decides; absent: none, so GitHub's deployments tell.
    pub fn place(&self, full_name: &str) -> Option<usize> {
        self.0.iter().position(|entry| entry.matches(full_name))
    }
}
