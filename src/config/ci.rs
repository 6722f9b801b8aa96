//! `[space]`: which runs of workflows are continuous integration.

use crate::config::deployments::{DeploymentTeller, WorkflowName};
use crate::config::patterns::Glob;
use sha2::{Digest, Sha256};

/// `ci`, `ci_events`, `ci_workflows` and `ci_exclude_workflows` of `[space]`.
#[derive(Clone, Debug, Default)]
pub struct CiSettings {
    /// `ci`: whether runs are read.
    pub is_read: bool,
    /// `ci_events`: what starts them.
    pub events: Vec<String>,
    pub(super) workflows: Vec<Glob>,
    pub(super) excluded: Vec<Glob>,
}

/// Which runs of one repository are continuous integration.
#[derive(Clone, Debug, Default)]
pub struct CiRule {
    settings: CiSettings,
    /// The workflow that tells of its deployments.
    deploying: Option<WorkflowName>,
    selection: u32,
}

impl CiRule {
    /// The rule of a repository whose deployments are told so.
    pub(super) fn of(settings: &CiSettings, teller: &DeploymentTeller) -> CiRule {
        let deploying = match teller {
            DeploymentTeller::WorkflowRun { workflow, .. } => Some(workflow.clone()),
            _ => None,
        };
        let CiSettings { events, workflows, excluded, .. } = settings;
        let [workflows, excluded] =
            [workflows, excluded].map(|globs| globs.iter().map(Glob::text).collect::<Vec<_>>());
        let text = format!("{:?}", (events, workflows, excluded, &deploying));
        let digest = Sha256::digest(text.as_bytes());
        let selection = digest.iter().take(4).fold(0, |hash, byte| hash << 8 | u32::from(*byte));
        CiRule { settings: settings.clone(), deploying, selection }
    }

    /// A rule of these events, for tests of what reads runs.
    #[cfg(test)]
    pub(crate) fn of_events(events: &[&str]) -> CiRule {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        let workflows = Glob::parse("*").into_iter().collect();
        let settings = CiSettings { is_read: true, events, workflows, excluded: Vec::new() };
        CiRule::of(&settings, &DeploymentTeller::default())
    }

    /// A hash of what selects runs; absent where none are read.
    pub fn selection(&self) -> Option<u32> {
        self.settings.is_read.then_some(self.selection)
    }

    /// Whether a run of the workflow of this name, in the file at this path, that was started by an
    /// event, is meant.
    pub fn includes(&self, event: &str, name: &str, path: &str) -> bool {
        // A run of another revision bears that behind its path.
        let file = path.split('@').next().and_then(|path| path.rsplit('/').next());
        let any = |globs: &[Glob]| {
            globs.iter().any(|glob| glob.matches(name) || file.is_some_and(|it| glob.matches(it)))
        };
        self.settings.events.iter().any(|one| one == event)
            && any(&self.settings.workflows)
            && !any(&self.settings.excluded)
            && !self.deploying.as_ref().is_some_and(|deploying| deploying.is(name, path))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn rule(workflows: &[&str], excluded: &[&str], teller: &DeploymentTeller) -> CiRule {
        let globs = |texts: &[&str]| texts.iter().map(|text| Glob::parse(text).unwrap()).collect();
        let settings = CiSettings {
            is_read: true,
            events: vec!["push".to_owned(), "pull_request".to_owned()],
            workflows: globs(workflows),
            excluded: globs(excluded),
        };
        CiRule::of(&settings, teller)
    }

    #[test]
    fn runs_are_meant_by_event_and_by_their_workflows_file_or_name() {
        let deploying = DeploymentTeller::WorkflowRun {
            workflow: WorkflowName::File("deploy.yml".to_owned()),
            branch: None,
        };
        let rule = rule(&["*"], &["night*", "stale bot"], &deploying);
        for (event, name, path, expected) in [
            ("push", "CI", ".github/workflows/ci.yml", true),
            ("pull_request", "CI", ".github/workflows/ci.yml@main", true),
            ("schedule", "CI", ".github/workflows/ci.yml", false),
            ("dynamic", "CodeQL", "dynamic/github-code-scanning/codeql", false),
            ("push", "Tests", ".github/workflows/nightly.yml@main", false),
            ("push", "Stale Bot", ".github/workflows/s.yml", false),
            ("push", "Deploy", ".github/workflows/deploy.yml", false),
        ] {
            assert_eq!(rule.includes(event, name, path), expected, "{event} {name} {path}");
        }
    }

    #[test]
    fn what_selects_other_runs_has_another_hash() {
        let teller = DeploymentTeller::default();
        let all = rule(&["*"], &[], &teller).selection();
        assert_eq!(all, rule(&["*"], &[], &teller).selection());
        assert_ne!(all, rule(&["ci.yml"], &[], &teller).selection());
        assert_ne!(all, rule(&["*"], &["ci.yml"], &teller).selection());
        assert_eq!(CiRule::default().selection(), None, "switched off");
    }
}
