//! What Atlantis' comments on a pull request say: which plans there are, and which of them were applied.
//!
//! Its comments begin with `Ran Plan for` or `Ran Apply for` and the project, or with how many
//! projects there are, each of which then has a part of its own. Absent here: whose comments these
//! are, and the status that Atlantis gives the commit.

use delivery::domain::Time;
use std::collections::BTreeMap;

/// What a comment begins with once Atlantis is about to merge, as everything is applied.
const MERGING: &str = "Automatically merging because all plans have been successfully applied";
/// How the part of a project ends that could not be planned or applied, in bold.
const FAILURES: [&str; 4] =
    ["**Plan Failed**", "**Plan Error**", "**Apply Failed**", "**Apply Error**"];

/// What comments come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// None of them is of Atlantis, or none says anything of a project.
    Nothing,
    /// There are plans, and none of them has anything to apply.
    NoChanges,
    /// Some plan is not applied.
    Waiting,
    /// All plans are applied since then: the last apply before that was so.
    Applied(Time),
}

/// A project's name, folder and workspace, as far as a comment tells them.
type Project = [String; 3];

/// What became of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    NoChanges,
    Applied(Time),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Plan,
    Apply,
}

/// Reads comments in their order, with when each was written. What was applied when the pull request
/// was merged, or as soon as it was after that, stays so: later comments repeat it.
pub fn atlantis<'a>(comments: impl Iterator<Item = (Time, &'a str)>, merged_at: Time) -> Told {
    let mut projects: BTreeMap<Project, State> = BTreeMap::new();
    let mut told = Told::Nothing;
    for (at, body) in joined(comments) {
        if matches!(told, Told::Applied(_)) && at > merged_at {
            break;
        }
        if body.starts_with(MERGING) {
            // Of a project that is no part of the pull request any more there is only the old plan.
            projects.retain(|_, state| *state != State::Waiting);
        } else if let Some((command, parts)) = read(&body) {
            for (project, part) in parts {
                let before = projects.get(&project).copied();
                projects.insert(project, state(command, &part, before, at));
            }
        }
        told = sum(&projects);
    }
    told
}

/// Atlantis goes on in another comment where one would be too long.
fn joined<'a>(comments: impl Iterator<Item = (Time, &'a str)>) -> Vec<(Time, String)> {
    let mut whole: Vec<(Time, String)> = Vec::new();
    for (at, body) in comments {
        let body = body.trim_start();
        let first = body.lines().next().unwrap_or_default();
        let goes_on = first.starts_with("Continued ") && first.contains("from previous comment");
        match whole.last_mut() {
            Some((_, before)) if goes_on => {
                before.push('\n');
                before.push_str(body);
            }
            _ if command(first).is_some() || first.starts_with(MERGING) => {
                whole.push((at, body.to_owned()));
            }
            _ => {}
        }
    }
    whole
}

/// The command that a first line is about, with the rest of it.
fn command(first: &str) -> Option<(Command, &str)> {
    let words = [("Ran Plan ", Command::Plan), ("Ran Apply ", Command::Apply)];
    words.into_iter().find_map(|(words, command)| Some((command, first.strip_prefix(words)?)))
}

/// A comment's projects, each with its part of the comment; of one that is only listed, since the
/// rest is missing, there is none.
fn read(body: &str) -> Option<(Command, BTreeMap<Project, Option<String>>)> {
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    let (command, about) = command(first)?;
    if let Some(project) = project(about) {
        return Some((command, [(project, Some(rest.to_owned()))].into()));
    }
    let mut parts: BTreeMap<Project, Option<String>> = BTreeMap::new();
    let mut present: Option<Project> = None;
    for line in rest.lines() {
        if let Some(next) = line.strip_prefix("### ") {
            // A summary stands under a heading, too.
            present = numbered(next).and_then(project);
            parts.extend(present.iter().cloned().map(|project| (project, Some(String::new()))));
        } else if let Some(Some(part)) = present.as_ref().and_then(|one| parts.get_mut(one)) {
            part.push_str(line);
            part.push('\n');
        } else if present.is_none()
            && let Some(listed) = numbered(line).and_then(project)
        {
            parts.entry(listed).or_default();
        }
    }
    Some((command, parts))
}

/// What stands behind the number of a list's line.
fn numbered(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    number.parse::<u32>().is_ok().then_some(rest)
}

/// The project that a line names: at least by its folder.
fn project(line: &str) -> Option<Project> {
    let named = |what: &str| {
        let (_, rest) = line.split_once(&format!("{what}: `"))?;
        Some(rest.split_once('`')?.0.to_owned())
    };
    let folder = named("dir").or_else(|| named("path"))?;
    Some([named("project").unwrap_or_default(), folder, named("workspace").unwrap_or_default()])
}

fn state(command: Command, part: &Option<String>, before: Option<State>, at: Time) -> State {
    let Some(part) = part else { return State::Waiting };
    let has_failed = |line: &str| FAILURES.iter().any(|words| line.starts_with(words));
    if part.lines().any(|line| has_failed(line.trim_start())) {
        return State::Waiting;
    }
    if command == Command::Apply {
        return State::Applied(at);
    }
    // Of several modules in one project each has such a line.
    let has_changes = part.lines().any(|line| line.contains("Plan: ") && line.contains(" to add"));
    match before {
        _ if has_changes || !part.contains("No changes.") => State::Waiting,
        Some(applied @ State::Applied(_)) => applied,
        _ => State::NoChanges,
    }
}

fn sum(projects: &BTreeMap<Project, State>) -> Told {
    let last = projects.values().filter_map(|state| match state {
        State::Applied(at) => Some(*at),
        State::Waiting | State::NoChanges => None,
    });
    match last.max() {
        _ if projects.is_empty() => Told::Nothing,
        _ if projects.values().any(|state| *state == State::Waiting) => Told::Waiting,
        Some(at) => Told::Applied(at),
        None => Told::NoChanges,
    }
}

#[cfg(test)]
#[path = "atlantis_tests.rs"]
mod tests;
