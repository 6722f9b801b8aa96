//! Workflows and their runs, as the REST API lists and shows them.

use super::rest::{Found, Parameters};
use super::rest_json;
use crate::graphql::{parse_time, show_time};
use crate::id;
use crate::state::{Repository, Run, State, Workflow};
use serde_json::{Value, json};

/// A search by any of the parameters [`SEARCHES`] finds no more than so many runs.
const FOUND_AT_MOST: usize = 1_000;

/// Parameters that make a list a search.
const SEARCHES: [&str; 7] =
    ["actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"];

/// What is below `/actions`.
pub(super) fn route(
    state: &State,
    repo: &Repository,
    rest: &[&str],
    parameters: &Parameters,
    base: &str,
) -> Found {
    let missing = Found::Status(404, "Not Found");
    let run_of = |id: &str| id.parse().ok().and_then(|id: u64| repo.runs.get(&id));
    match rest {
        ["workflows"] => {
            let shown = repo.workflows.iter().map(|one| workflow(repo, one, base)).collect();
            Found::Wrapped("workflows", shown)
        }
        ["workflows", name] => {
            named(repo, name).map_or(missing, |found| Found::One(workflow(repo, found, base)))
        }
        ["workflows", name, "runs"] => named(repo, name).map_or(missing, |found| {
            runs(state, repo, parameters, base, |run| run.workflow == found.id)
        }),
        ["runs"] => runs(state, repo, parameters, base, |_| true),
        ["runs", id] => run_of(id)
            .map_or(missing, |run| Found::One(shown(state, repo, run, run.attempts.len(), base))),
        ["runs", id, "attempts", number] => {
            let attempt = number.parse().unwrap_or(0);
            let run = run_of(id).filter(|run| (1..=run.attempts.len()).contains(&attempt));
            run.map_or(missing, |run| Found::One(shown(state, repo, run, attempt, base)))
        }
        _ => missing,
    }
}

/// A workflow by its id or its file's name.
fn named<'s>(repo: &'s Repository, name: &str) -> Option<&'s Workflow> {
    repo.workflows.iter().find(|workflow| workflow.file == name || workflow.id.to_string() == name)
}

/// The runs that the parameters ask for, newest first.
fn runs(
    state: &State,
    repo: &Repository,
    parameters: &Parameters,
    base: &str,
    is_wanted: impl Fn(&Run) -> bool,
) -> Found {
    let is = |name: &str, value: Option<&str>| {
        parameters.get(name).is_none_or(|wanted| Some(wanted) == value)
    };
    let wanted = repo.runs.values().rev().filter(|run| {
        let attempt = run.attempts.last();
        let conclusion = attempt.and_then(|attempt| attempt.conclusion.as_deref());
        let status = if conclusion.is_some() { "completed" } else { "in_progress" };
        is_wanted(run)
            && is("branch", run.branch.as_deref())
            && is("event", Some(&run.event))
            && is("head_sha", Some(&run.sha))
            && (is("status", Some(status)) || is("status", conclusion))
            && parameters.get("created").is_none_or(|range| contains(range, run.created_at))
    });
    let is_search = SEARCHES.iter().any(|name| parameters.get(name).is_some());
    let most = if is_search { FOUND_AT_MOST } else { usize::MAX };
    let wanted = wanted.take(most);
    let shown = wanted.map(|run| shown(state, repo, run, run.attempts.len(), base));
    Found::Wrapped("workflow_runs", shown.collect())
}

/// Whether a time is in a range of the search syntax: `>=T`, `<T`, `T..U`, `*..U`, or a day.
fn contains(range: &str, at: i64) -> bool {
    let time = |text: &str| parse_time(text);
    // A day without a time of day is the whole day.
    let last = |text: &str| time(text).map(|at| if text.len() == 10 { at + 86_399 } else { at });
    if let Some((from, to)) = range.split_once("..") {
        return (from == "*" || time(from).is_some_and(|from| at >= from))
            && (to == "*" || last(to).is_some_and(|to| at <= to));
    }
    if let Some(limit) = range.strip_prefix(">=") {
        return time(limit).is_some_and(|limit| at >= limit);
    }
    if let Some(limit) = range.strip_prefix("<=") {
        return last(limit).is_some_and(|limit| at <= limit);
    }
    if let Some(limit) = range.strip_prefix('>') {
        return last(limit).is_some_and(|limit| at > limit);
    }
    if let Some(limit) = range.strip_prefix('<') {
        return time(limit).is_some_and(|limit| at < limit);
    }
    time(range).is_some_and(|from| at >= from) && last(range).is_some_and(|to| at <= to)
}

fn api(repo: &Repository, base: &str) -> String {
    format!("{base}/repos/{}/actions", repo.full_name())
}

fn workflow(repo: &Repository, workflow: &Workflow, base: &str) -> Value {
    let path = format!(".github/workflows/{}", workflow.file);
    json!({
        "id": workflow.id,
        "node_id": id::encode("W", &[workflow.id], None),
        "name": workflow.name,
        "path": path,
        "state": "active",
        "created_at": show_time(workflow.created_at),
        "updated_at": show_time(workflow.created_at),
        "url": format!("{}/workflows/{}", api(repo, base), workflow.id),
        "html_url": format!("https://github.com/{}/blob/HEAD/{path}", repo.full_name()),
        "badge_url": format!("https://github.com/{}/workflows/{}/badge.svg", repo.full_name(), workflow.name),
    })
}

/// A run as one of its attempts shows it.
fn shown(state: &State, repo: &Repository, run: &Run, attempt: usize, base: &str) -> Value {
    let workflow = repo.workflows.iter().find(|workflow| workflow.id == run.workflow);
    let (name, file) = workflow.map_or(("", ""), |one| (one.name.as_str(), one.file.as_str()));
    let url = format!("{}/runs/{}", api(repo, base), run.id);
    let shown = &run.attempts[attempt - 1];
    let commit = repo.graph.find(&run.sha).map(|commit| repo.graph.get(commit));
    let commit = commit.map(|commit| {
        json!({
            "id": commit.oid,
            "tree_id": commit.oid,
            "message": commit.message,
            "timestamp": show_time(commit.committed_at),
            "author": {"name": "dev", "email": "dev@users.noreply.github.com"},
            "committer": {"name": "dev", "email": "dev@users.noreply.github.com"},
        })
    });
    let mut head = rest_json::repository(state, repo, base);
    if run.from_fork {
        head["id"] = json!(repo.id + 1_000_000);
        head["fork"] = json!(true);
    }
    json!({
        "id": run.id,
        "node_id": id::encode("WFR", &[run.id], None),
        "name": name,
        "path": format!(".github/workflows/{file}"),
        "display_title": name,
        "run_number": run.number,
        "run_attempt": attempt,
        "event": run.event,
        "status": if shown.conclusion.is_some() { "completed" } else { "in_progress" },
        "conclusion": shown.conclusion,
        "workflow_id": run.workflow,
        "head_branch": run.branch,
        "head_sha": run.sha,
        "head_commit": commit,
        "head_repository": head,
        "repository": rest_json::repository(state, repo, base),
        "pull_requests": [],
        "created_at": show_time(run.created_at),
        "run_started_at": show_time(shown.started_at),
        "updated_at": show_time(shown.updated_at),
        "actor": rest_json::user(state, "dev"),
        "triggering_actor": rest_json::user(state, "dev"),
        "check_suite_id": run.id,
        "check_suite_node_id": id::encode("CS", &[run.id], None),
        "url": url,
        "html_url": format!("https://github.com/{}/actions/runs/{}", repo.full_name(), run.id),
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": format!("{base}/repos/{}/check-suites/{}", repo.full_name(), run.id),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": (attempt > 1).then(|| format!("{url}/attempts/{}", attempt - 1)),
        "workflow_url": format!("{}/workflows/{}", api(repo, base), run.workflow),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_search_syntax_has_it() {
        let noon = 1_800_014_400; // 2027-01-15T12:00:00Z
        for (range, expected) in [
            (">=2027-01-15T12:00:00Z", true),
            (">2027-01-15T12:00:00Z", false),
            ("<=2027-01-15T12:00:00Z", true),
            ("<2027-01-15T12:00:00Z", false),
            (">2027-01-14", true),
            (">2027-01-15", false),
            ("<=2027-01-15", true),
            ("2027-01-15", true),
            ("2027-01-16", false),
            ("2027-01-15..2027-01-15", true),
            ("*..2027-01-14", false),
            ("2027-01-15T12:00:01Z..*", false),
            ("nonsense", false),
        ] {
            assert_eq!(contains(range, noon), expected, "{range}");
        }
    }
}
