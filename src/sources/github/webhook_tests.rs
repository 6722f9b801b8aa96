//! What events tell, by GitHub's own examples.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::testing::{Ear, LeapingClock, parsing, pattern};
use super::*;
use crate::config::{
    ByRepository, CiRule, Credential, DeploymentTeller, GitHubSettings, RepositoryPattern, Shard,
    TagNames, TokenSettings, WorkflowName,
};
use serde_json::{Value, json};
use std::io::Read;

/// What this GitHub's `[[github]]` asks for.
fn settings(repositories: Vec<RepositoryPattern>) -> GitHubSettings {
    GitHubSettings {
        name: "github".to_owned(),
        api_url: "http://127.0.0.1:1".to_owned(),
        graphql_url: "http://127.0.0.1:1/graphql".to_owned(),
        ca_file: None,
        organizations: vec!["acme".to_owned()],
        repositories,
        exclude: Vec::new(),
        include_archived: false,
        include_forks: false,
        host: "github".to_owned(),
        shard: Shard::WHOLE,
        credential: Credential::Token(TokenSettings::default()),
        webhook_secrets: Vec::new(),
    }
}

fn github(teller: DeploymentTeller) -> GitHub {
    let mut parsing = parsing();
    parsing.deployments = ByRepository::everywhere(teller);
    let (clock, ear) = (LeapingClock::at(1_000), Arc::new(Ear::default()));
    GitHub::connect(&settings(vec![pattern("codertocat/*")]), 1.0, parsing, clock, ear).unwrap()
}

fn examples() -> Vec<(String, Value)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/github-webhooks.json.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let of = |one: &Value| {
        let kind = one["name"].as_str().unwrap().to_owned();
        let examples = one["examples"].as_array().unwrap().clone();
        examples.into_iter().map(move |example| (kind.clone(), example)).collect::<Vec<_>>()
    };
    all.iter().flat_map(of).collect()
}

fn ci() -> ByRepository<CiRule> {
    ByRepository::everywhere(CiRule::of_events(&["push"]))
}

fn heard(github: &GitHub, kind: &str, event: &Value) -> Result<Vec<News>, String> {
    github.heard(kind, event.to_string().as_bytes(), &ci()).map(|heard| heard.news)
}

#[tokio::test]
async fn each_of_the_processes_that_divide_repositories_hears_of_its_own() {
    let event = json!({"repository": {"id": 186_853_002, "full_name": "Codertocat/Hello-World"}});
    let asked_for = |part: &str| {
        let mut settings = settings(vec![pattern("codertocat/*")]);
        settings.shard = Shard::parse(part).unwrap();
        let (clock, ear) = (LeapingClock::at(1_000), Arc::new(Ear::default()));
        let github = GitHub::connect(&settings, 1.0, parsing(), clock, ear).unwrap();
        github.heard("repository", event.to_string().as_bytes(), &ci()).unwrap().is_asked_for
    };
    let parts: Vec<bool> = ["1/3", "2/3", "3/3"].map(asked_for).into();
    assert_eq!(parts.iter().filter(|is_asked_for| **is_asked_for).count(), 1, "{parts:?}");
}

#[tokio::test]
async fn every_example_of_githubs_is_understood() {
    let github = github(DeploymentTeller::default());
    let examples = examples();
    assert!(examples.len() > 300, "{}", examples.len());
    let mut told = std::collections::BTreeMap::<String, usize>::new();
    for (kind, example) in &examples {
        let heard = heard(&github, kind, example).unwrap_or_else(|why| panic!("{kind}: {why}"));
        *told.entry(kind.clone()).or_default() += heard.len();
    }
    for kind in ["deployment", "deployment_status", "push", "repository", "team", "installation"] {
        assert!(told[kind] > 0, "{kind}");
    }
    for kind in ["ping", "star", "check_run", "discussion", "workflow_run", "release"] {
        assert_eq!(told[kind], 0, "{kind}");
    }
}

fn example(kind: &str) -> Value {
    examples().into_iter().find(|(known, _)| known == kind).unwrap().1
}

#[tokio::test]
async fn an_event_tells_where_something_became_known() {
    let github = github(DeploymentTeller::default());
    let mut deployed = example("deployment_status");
    deployed["deployment"]["node_id"] = json!("DE_1");
    let deployment = News::Deployment(Arc::from("DE_1"));
    assert_eq!(heard(&github, "deployment_status", &deployed), Ok(vec![deployment.clone()]));
    deployed["deployment"]["environment"] = json!("pr-12");
    assert_eq!(heard(&github, "deployment_status", &deployed), Ok(vec![deployment]), "moved there");
    deployed["deployment_status"]["environment"] = json!("pr-12");
    assert_eq!(heard(&github, "deployment_status", &deployed), Ok(vec![]), "no production");

    let mut pull = example("pull_request");
    pull["pull_request"]["merged_at"] = Value::Null;
    for (action, expected) in [
        ("opened", vec![News::OpenPullRequests]),
        ("closed", vec![News::OpenPullRequests]),
        ("converted_to_draft", vec![News::OpenPullRequests]),
        ("a_later_action", vec![]),
        ("labeled", vec![]),
    ] {
        pull["action"] = json!(action);
        assert_eq!(heard(&github, "pull_request", &pull), Ok(expected), "{action}");
    }
    pull["action"] = json!("submitted");
    let told = Ok(vec![News::OpenPullRequests]);
    assert_eq!(heard(&github, "pull_request_review", &pull), told);
    pull["pull_request"]["merged_at"] = json!("2026-06-01T00:00:00Z");
    assert_eq!(heard(&github, "pull_request", &pull), Ok(vec![News::Lists]));
    assert_eq!(heard(&github, "pull_request_review", &pull), Ok(vec![News::Lists]));

    let mut issue = example("issues");
    issue["issue"]["node_id"] = json!("I_1");
    issue["issue"]["labels"] = json!([{"name": "INCIDENT"}]);
    let told = Ok(vec![News::Issue(Arc::from("I_1"))]);
    assert_eq!(heard(&github, "issues", &issue), told);
    assert_eq!(heard(&github, "issue_comment", &issue), told);
    issue["issue"]["labels"] = json!([]);
    issue["label"] = json!({"name": "outage"});
    assert_eq!(heard(&github, "issues", &issue), told, "the label was taken away");
    issue["label"] = json!({"name": "bug"});
    assert_eq!(heard(&github, "issues", &issue), Ok(vec![]));

    let mut push = example("push");
    push["repository"]["default_branch"] = json!("main");
    for (reference, paths, expected) in [
        ("refs/heads/main", json!(["src/a.rs"]), vec![News::Lists]),
        ("refs/heads/topic", json!(["CODEOWNERS"]), vec![]),
        ("refs/heads/main", json!([".github/CODEOWNERS"]), vec![News::Lists, News::OwnerFiles]),
        ("refs/heads/main", json!(["a/catalog-info.yaml"]), vec![News::Lists, News::OwnerFiles]),
        ("refs/heads/main", json!(["a/CODEOWNERS"]), vec![News::Lists]),
        ("refs/tags/v1", json!([]), vec![]),
    ] {
        push["ref"] = json!(reference);
        push["commits"] = json!([{"added": [], "modified": paths, "removed": []}]);
        assert_eq!(heard(&github, "push", &push), Ok(expected), "{reference} {paths}");
    }
}

#[tokio::test]
async fn runs_releases_and_tags_tell_where_they_are_deployments() {
    let (workflow, branch) = (WorkflowName::File("deploy.yml".to_owned()), None);
    let runs = github(DeploymentTeller::WorkflowRun { workflow, branch });
    let releases =
        github(DeploymentTeller::Release { prereleases: false, tags: TagNames::default() });
    let tags = github(DeploymentTeller::Tag { tags: TagNames::default() });
    let mut tag = example("push");
    tag["ref"] = json!("refs/tags/v1");
    for (kind, event, told) in [
        ("workflow_run", example("workflow_run"), [true, false, false]),
        ("release", example("release"), [false, true, true]),
        ("push", tag, [false, false, true]),
        ("deployment_status", example("deployment_status"), [false; 3]),
    ] {
        for (github, told) in [&runs, &releases, &tags].into_iter().zip(told) {
            assert_eq!(
                heard(github, kind, &event).map(|news| !news.is_empty()),
                Ok(told),
                "{kind}"
            );
        }
    }
}

#[tokio::test]
async fn runs_tell_where_they_are_continuous_integration_and_have_ended() {
    let github = github(DeploymentTeller::default());
    let mut event = example("workflow_run");
    event["workflow_run"]["id"] = json!(30_433_642);
    for (action, started_by, expected) in [
        ("completed", "push", vec![News::Run(30_433_642)]),
        ("completed", "schedule", vec![]),
        ("requested", "push", vec![]),
        ("in_progress", "push", vec![]),
    ] {
        event["action"] = json!(action);
        event["workflow_run"]["event"] = json!(started_by);
        assert_eq!(heard(&github, "workflow_run", &event), Ok(expected), "{action} {started_by}");
    }
    event["action"] = json!("completed");
    event["workflow_run"]["event"] = json!("push");
    let off = ByRepository::everywhere(CiRule::default());
    let heard = github.heard("workflow_run", event.to_string().as_bytes(), &off).unwrap();
    assert_eq!(heard.news, [], "no runs are read");
}

#[tokio::test]
async fn a_repository_is_told_of_by_whether_it_is_asked_for() {
    let github = github(DeploymentTeller::default());
    let mut event = example("repository");
    for (name, is_asked_for) in [("acme/new", true), ("Codertocat/x", true), ("else/x", false)] {
        event["repository"]["full_name"] = json!(name);
        let heard = github.heard("repository", event.to_string().as_bytes(), &ci()).unwrap();
        assert_eq!((heard.is_asked_for, heard.news), (is_asked_for, vec![News::Repositories]));
    }
}

#[tokio::test]
async fn what_is_no_event_is_refused_without_repeating_it() {
    let github = github(DeploymentTeller::default());
    let mut hostile = example("deployment_status");
    hostile["deployment"]["node_id"] = json!("DE_1\") { viewer { login } }");
    let mut long = example("issues");
    long["issue"]["node_id"] = json!("I".repeat(201));
    for (kind, body) in [
        ("deployment_status", hostile.to_string()),
        ("issues", long.to_string()),
        ("push", "{}".to_owned()),
        ("push", "{\"ref\": \"refs/heads/secret\"".to_owned()),
        ("ping", "secret".to_owned()),
        ("ping", String::new()),
        ("unheard-of", "\u{1}".to_owned()),
        ("pull_request", "[[[[".repeat(10_000)),
    ] {
        let refused = github.heard(kind, body.as_bytes(), &ci()).unwrap_err();
        assert!(!refused.contains("secret") && !refused.contains("viewer"), "{refused}");
    }
}
