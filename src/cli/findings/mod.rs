//! What a configuration says of repositories, teams and components that are not there: found by
//! the same code by `check`, and by the daemon once it knows its repositories.
//!
//! Absent here: what only `check` looks at (permissions, environments, costs), and what the
//! evaluator tells of components by the facts.

mod mapped;
mod ownership;
mod patterns;

pub use ownership::Ownership;

use crate::config::Settings;
use delivery::domain::Repository;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// How many names a message lists.
const NAMED: usize = 3;

/// How bad a finding is. The exit code of `check` tells the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Figures would be wrong or missing somewhere.
    Warning,
    /// Something cannot be collected at all.
    Error,
}

/// One thing that was found, with the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The key of the configuration that it is about.
    pub key: String,
    /// What it is, and what to write or to do.
    pub message: String,
}

/// As `check` prints it and the log has it: the key, then what it is.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.key, self.message)
    }
}

impl Finding {
    /// A warning.
    pub fn warning(key: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding { severity: Severity::Warning, key: key.into(), message: message.into() }
    }
}

/// What one `[[github]]` showed.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The repositories that are collected.
    pub repositories: Vec<Repository>,
    /// The names of those that are asked for and left out: excluded, archived, forks.
    pub left_out: Vec<Arc<str>>,
    /// Whether everything that is asked for could be listed: what was not cannot be missed.
    pub is_whole: bool,
}

impl Seen {
    /// What all parts of a section showed.
    pub fn together(parts: impl IntoIterator<Item = Seen>) -> Seen {
        let mut all = Seen { is_whole: true, ..Seen::default() };
        for part in parts {
            all.repositories.extend(part.repositories);
            all.left_out.extend(part.left_out);
            all.is_whole &= part.is_whole;
        }
        all
    }
}

/// Everything that is found; `seen` is in the order of `[[github]]`.
pub fn find(settings: &Settings, seen: &[Seen], owners: &Ownership) -> Vec<Finding> {
    patterns::find(settings, seen, owners)
}

/// The first few names, and how many more there are.
pub fn named(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
