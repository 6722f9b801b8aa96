//! `[[platform.self_service]]`: which pull requests change infrastructure, and what says that it was
//! applied.

use crate::config::patterns::{Glob, PathPattern, RepositoryPattern};
use std::fmt::Write;
use std::sync::Arc;

/// What says that a pull request was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliedBy {
    /// Atlantis: its comments, and the status that it gives the head commit.
    Atlantis,
    /// A status of the head commit.
    Status,
    /// The merge: what runs after it applies.
    Merge,
    /// A status of the merge commit.
    MergeStatus,
}

impl AppliedBy {
    /// The word of the configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            AppliedBy::Atlantis => "atlantis",
            AppliedBy::Status => "status",
            AppliedBy::Merge => "merge",
            AppliedBy::MergeStatus => "merge_status",
        }
    }
}

/// An entry.
#[derive(Clone, Debug)]
pub struct SelfServiceRule {
    /// `repositories`: names and globs.
    pub repositories: Vec<RepositoryPattern>,
    /// `paths`: what is infrastructure in them; empty: everything.
    pub paths: Vec<PathPattern>,
    /// `applied_by`: what says that it was applied.
    pub applied_by: AppliedBy,
    /// `statuses`: which statuses say so.
    pub(super) statuses: Vec<Glob>,
    /// `comments_by`: whose comments are Atlantis'; empty: anybody's that read like them.
    pub(super) comments_by: Vec<Glob>,
}

impl SelfServiceRule {
    /// Whether any of the changed paths is infrastructure.
    pub fn changes_infrastructure<'p>(&self, mut paths: impl Iterator<Item = &'p str>) -> bool {
        self.paths.is_empty()
            || paths.any(|path| self.paths.iter().any(|pattern| pattern.matches(path)))
    }

    /// Whether a status of this context says that something was applied.
    pub fn is_status(&self, context: &str) -> bool {
        self.statuses.iter().any(|glob| glob.matches(context))
    }

    /// Whether this login's comments are Atlantis'; an app's login may end in `[bot]` or not.
    pub fn is_commenter(&self, login: &str) -> bool {
        let login = login.trim_end_matches("[bot]");
        self.comments_by.is_empty() || self.comments_by.iter().any(|glob| glob.matches(login))
    }
}

/// All entries, in the order in which they are written: of those whose repositories match, the first
/// whose paths match decides.
#[derive(Clone, Debug, Default)]
pub struct SelfService(Arc<[SelfServiceRule]>);

impl SelfService {
    /// The entries that are written.
    pub fn new(rules: Vec<SelfServiceRule>) -> SelfService {
        SelfService(rules.into())
    }

    /// Whether nothing is to be read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &SelfServiceRule> {
        self.0.iter()
    }

    /// Those of the repository that is called so now.
    pub fn of(&self, full_name: &str) -> Vec<&SelfServiceRule> {
        let matches = |rule: &&SelfServiceRule| {
            rule.repositories.iter().any(|pattern| pattern.matches(full_name))
        };
        self.0.iter().filter(matches).collect()
    }
}

/// Whether changed paths matter to any of a repository's rules.
pub fn need_paths(rules: &[&SelfServiceRule]) -> bool {
    // What stands behind a rule for every path is never asked.
    rules.first().is_some_and(|rule| !rule.paths.is_empty())
}

/// A text that changes whenever a repository's rules would find something else; empty without rules.
pub fn self_service_fingerprint(rules: &[&SelfServiceRule]) -> String {
    let mut text = String::new();
    for rule in rules {
        let paths: Vec<&str> = rule.paths.iter().map(PathPattern::text).collect();
        let texts = |globs: &[Glob]| -> Vec<String> {
            globs.iter().map(|glob| glob.text().to_lowercase()).collect()
        };
        let (statuses, people) = (texts(&rule.statuses), texts(&rule.comments_by));
        let by = rule.applied_by.name();
        let _ = writeln!(text, "{by} {paths:?} {statuses:?} {people:?}");
    }
    text
}
