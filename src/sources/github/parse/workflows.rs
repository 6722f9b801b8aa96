//! Workflow files: the reusable workflows of repositories that their jobs call, and what these calls
//! are pinned to.
//!
//! Absent here: workflows of the repository itself (`./…`, `$/…`), which move with their callers, and
//! actions, which steps use.

use crate::sources::Problem;
use delivery::domain::{Claim, Pin};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The folder of workflow files, as `uses` and trees write it.
pub const WORKFLOWS: &str = ".github/workflows";

/// No file that is larger is read: workflows are written by hand.
const LARGEST: usize = 512 * 1024;
/// No more calls of a repository that differ in workflow or pin are kept.
const MOST_CALLS: usize = 1_000;
/// No name of a file is longer.
const LONGEST: usize = 255;
/// What branches begin with by custom, whatever follows.
const BRANCHES: [&str; 8] =
    ["release", "releases", "feature", "feat", "fix", "bugfix", "hotfix", "dependabot"];
/// What calls of workflows of the repository itself start with.
const OWN: [&str; 2] = ["./", "$/"];
/// How long a SHA is, by either of Git's hashes.
const SHA_LENGTHS: [usize; 2] = [40, 64];

/// A workflow file, so far as it is read.
#[derive(Deserialize)]
struct Workflow {
    #[serde(default)]
    jobs: Option<BTreeMap<String, Option<Job>>>,
}

#[derive(Deserialize)]
struct Job {
    #[serde(default)]
    uses: Option<String>,
}

/// Calls by workflow and pin, each with the number of jobs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Calls(BTreeMap<(Option<Arc<str>>, Pin), u32>);

impl Calls {
    /// Adds what the jobs of a file call; workflows of other owners than these, which are in lower
    /// case, get no name. Returns what of it could not be used.
    pub fn add(&mut self, text: &str, owners: &BTreeSet<String>) -> Vec<Problem> {
        if text.len() > LARGEST {
            return vec![Problem::TooLarge];
        }
        let is_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if text.lines().all(is_nothing) {
            return Vec::new();
        }
        let workflow: Workflow = match serde_saphyr::from_str(text) {
            Ok(workflow) => workflow,
            // The error's text may quote what it met, which may name a person.
            Err(error) => {
                let line = error.location().map_or(1, |location| location.line());
                let why = format!("line {line} is no workflow in YAML");
                return vec![Problem::Malformed(why)];
            }
        };
        let jobs = workflow.jobs.into_iter().flatten().filter_map(|(_, job)| job?.uses);
        let mut problems = Vec::new();
        let is_own = |uses: &str| OWN.iter().any(|own| uses.trim_start().starts_with(own));
        for uses in jobs.filter(|uses| !is_own(uses)) {
            match call(&uses, owners) {
                Some(call) => *self.0.entry(call).or_default() += 1,
                None => problems.push(Problem::NoWorkflow),
            }
        }
        problems.dedup();
        problems
    }

    /// What the files say, in order; a problem where that is more than is kept.
    pub fn into_claims(self) -> (Vec<Claim>, Option<Problem>) {
        let is_too_much = self.0.len() > MOST_CALLS;
        let calls = self.0.into_iter().take(MOST_CALLS);
        let claim = |((workflow, pin), jobs)| Claim::Calls { workflow, pin, jobs };
        let problem = is_too_much.then_some(Problem::MoreThan(MOST_CALLS, "different calls"));
        (calls.map(claim).collect(), problem)
    }
}

/// The workflow and the pin of `owner/name/.github/workflows/file.yml@reference`.
fn call(uses: &str, owners: &BTreeSet<String>) -> Option<(Option<Arc<str>>, Pin)> {
    let (called, reference) = uses.trim().split_once('@')?;
    let mut parts = called.splitn(3, '/');
    let (owner, name, path) = (parts.next()?, parts.next()?, parts.next()?);
    let file = path.strip_prefix(WORKFLOWS)?.strip_prefix('/')?;
    let is_name = |text: &str| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        !text.is_empty() && text.len() <= 100 && text.chars().all(is_letter)
    };
    let is_reference = !reference.is_empty()
        && reference.len() <= LONGEST
        && !reference.contains(|letter: char| letter.is_control() || letter.is_whitespace());
    if !is_name(owner) || !is_name(name) || !is_workflow(file) || !is_reference {
        return None;
    }
    let (owner, name) = (owner.to_lowercase(), name.to_lowercase());
    let workflow =
        owners.contains(&owner).then(|| Arc::from(format!("{owner}/{name}/{WORKFLOWS}/{file}")));
    Some((workflow, pin(reference)))
}

/// Whether a file in the folder of workflows is one.
pub fn is_workflow(file: &str) -> bool {
    let stem = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml"));
    stem.is_some_and(|stem| {
        let is_strange = |letter: char| letter.is_control() || letter == '/';
        !stem.is_empty() && file.len() <= LONGEST && !stem.contains(is_strange)
    })
}

/// What a reference is, by how it is written: a version is a tag, and what looks like neither a
/// version nor a SHA is a branch.
fn pin(reference: &str) -> Pin {
    if let Some((kind, _)) = reference.strip_prefix("refs/").and_then(|rest| rest.split_once('/')) {
        return if kind == "tags" { Pin::Tag } else { Pin::Branch };
    }
    let is_hash = reference.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_hash && SHA_LENGTHS.contains(&reference.len()) {
        return Pin::Sha;
    }
    let (name, version) = match reference.rfind(['/', '@']) {
        Some(at) => (&reference[..at], &reference[at + 1..]),
        None => ("", reference),
    };
    let first = name.split(['/', '@']).next().unwrap_or_default();
    let is_custom = BRANCHES.iter().any(|branch| first.eq_ignore_ascii_case(branch));
    if !is_custom && (is_version(version) || is_named_version(version)) {
        Pin::Tag
    } else {
        Pin::Branch
    }
}

/// `v1`, `1.2.3`, `V2.0-rc.1`, `v1.4.0+build`; a lone number may be anything.
fn is_version(text: &str) -> bool {
    let bare = text.strip_prefix(['v', 'V']);
    let rest = bare.unwrap_or(text);
    let core = rest.find(['-', '+']).map_or(rest, |at| &rest[..at]);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    let numbers = core.split('.').count();
    core.split('.').all(is_number) && (bare.is_some() || numbers > 1)
}

/// `build-v1`, `build_2.1.0`: a name before a version, as monorepos tag.
fn is_named_version(text: &str) -> bool {
    let starts = text.match_indices(['-', '_']).map(|(at, _)| &text[at + 1..]);
    let first = text.split(['-', '_']).next().unwrap_or_default();
    let is_custom = BRANCHES.iter().any(|branch| first.eq_ignore_ascii_case(branch));
    !is_custom && starts.into_iter().any(is_version)
}

#[cfg(test)]
#[path = "workflows_tests.rs"]
mod tests;
