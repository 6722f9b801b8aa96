//! What webhooks tell, against GitHub's own examples.

use github_sim::event::{CloseReason, Verdict};
use github_sim::{Event, Merge, Scenario, Sim};
use serde_json::Value;
use std::io::Read;

fn examples(kind: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/github-webhooks.json.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let of_it = all.iter().find(|one| one["name"] == kind).unwrap();
    of_it["examples"].as_array().unwrap().clone()
}

/// The fields of `ours` that no example has, or has as another type.
fn strange(ours: &Value, theirs: &[&Value], place: &str, wrong: &mut Vec<String>) {
    let Value::Object(fields) = ours else { return };
    for (name, value) in fields {
        let place = format!("{place}.{name}");
        // Documented, and newer than the examples.
        if name == "state_reason" || name == "has_discussions" {
            continue;
        }
        let known: Vec<&Value> = theirs.iter().filter_map(|one| one.get(name)).collect();
        let is_like = |one: &&Value| {
            one.is_null() || std::mem::discriminant(*one) == std::mem::discriminant(value)
        };
        if known.is_empty() || !(value.is_null() || known.iter().any(is_like)) {
            wrong.push(place);
        } else if name != "payload" && known.iter().any(|one| one.is_object()) {
            strange(value, &known, &place, wrong);
        }
    }
}

#[test]
fn payloads_have_no_field_that_githubs_examples_lack() {
    let mut story = Scenario::new();
    let repo = story.repository(1_000, "acme/pay");
    story.commit(2_000, repo, "feature", "Work");
    let number = story.open_pull(2_100, repo, "feature", "A feature");
    let author = "grace".to_owned();
    let verdict = Verdict::ChangesRequested;
    story.event(2_200, Event::PullReviewed { repo, number, author, verdict });
    for ready in [false, true] {
        story.event(2_300, Event::PullReadiness { repo, number, ready });
    }
    story.event(2_400, Event::PullClosed { repo, number });
    story.event(2_500, Event::PullReopened { repo, number });
    let sha = story.merge(3_000, repo, number, Merge::Squash);
    story.ship(4_000, repo, &sha, "production");
    let issue = story.issue(5_000, repo, "Down", &["incident"]);
    story.comment(5_100, repo, issue, "Looking");
    story.close_issue(5_200, repo, issue);
    story.reopen_issue(5_300, repo, issue);
    let labels = vec!["bug".to_owned()];
    story.event(5_400, Event::Labeled { repo, number: issue, labels: labels.clone() });
    story.event(5_500, Event::Labeled { repo, number, labels });
    let (by, reason) = ("ada".to_owned(), CloseReason::Completed);
    story.event(5_600, Event::IssueClosed { repo, number: issue, by, reason });
    story.event(6_000, Event::RepositoryArchived { repo, archived: true });
    let (owner, name) = ("acme".to_owned(), "payments".to_owned());
    story.event(6_100, Event::RepositoryMoved { repo, owner, name });
    let sim = Sim::new(|| 10_000);
    let mut kinds = std::collections::BTreeSet::new();
    for (at, event) in story.into_events() {
        sim.push(at, event.clone()).unwrap();
        let Some((kind, payload)) = sim.delivery(&event) else { continue };
        kinds.insert(kind);
        let examples = examples(kind);
        let mut wrong = Vec::new();
        strange(&payload, &examples.iter().collect::<Vec<_>>(), kind, &mut wrong);
        assert_eq!(wrong, Vec::<String>::new(), "{payload:#}");
    }
    let expected = [
        "deployment",
        "deployment_status",
        "issue_comment",
        "issues",
        "pull_request",
        "pull_request_review",
        "push",
        "repository",
    ];
    assert_eq!(Vec::from_iter(kinds), expected);
}
