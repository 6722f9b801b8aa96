//! Tests of `applies`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{ConfigFile, Sources, load_offline};

fn rules(text: &str) -> SelfService {
    let text = format!("[[platform.self_service]]\nrepositories = [\"acme/*\"]\n{text}\n");
    let file = Some(ConfigFile::Text { name: "rules".to_owned(), text });
    load_offline(&Sources { file, ..Sources::default() }).unwrap().platform.self_service
}

fn status(context: &str, state: &str, description: &str, minute: u32) -> Value {
    let created_at = format!("2027-01-15T10:{minute:02}:00Z");
    json!({ "context": context, "state": state, "description": description, "createdAt": created_at })
}

fn comment(login: &str, body: &str, minute: u32) -> Value {
    let created_at = format!("2027-01-15T10:{minute:02}:00Z");
    let author = (!login.is_empty()).then(|| json!({ "login": login }));
    json!({ "createdAt": created_at, "body": body, "author": author })
}

/// The minute after 10 o'clock at which a pull request was applied that was merged at 10:30.
fn minute(rule: &str, head: Value, merged: Value, comments: Vec<Value>) -> Option<i64> {
    let node = json!({
        "id": "PR_1", "number": 1,
        "createdAt": "2027-01-15T10:00:00Z", "mergedAt": "2027-01-15T10:30:00Z",
        "repository": { "databaseId": 7, "nameWithOwner": "acme/infra" },
        "mergeCommit": { "status": merged },
        "head": { "nodes": [ { "commit": { "status": head } } ] },
        "comments": { "nodes": comments },
    });
    let rules = rules(rule);
    let rule = rules.of("acme/infra")[0];
    let opened_at = super::super::page::time("2027-01-15T10:00:00Z").unwrap();
    applied_at(&node, rule).map(|at| at.since(opened_at) / 60)
}

fn contexts(all: &[Value]) -> Value {
    json!({ "contexts": all })
}

const PLANNED: &str = "Ran Plan for dir: `a` workspace: `default`\n```\nPlan: 1 to add\n```";
const CLEAN: &str = "Ran Plan for dir: `a` workspace: `default`\n```\nNo changes.\n```";
const APPLIED: &str = "Ran Apply for dir: `a` workspace: `default`\n```\nApply complete!\n```";

#[test]
fn atlantis_is_believed_by_its_comments_or_by_its_status() {
    let (ok, waits) = ("SUCCESS", "PENDING");
    let said = |bodies: &[&str]| -> Vec<Value> {
        (1..).zip(bodies).map(|(at, body)| comment("atlantis", body, at * 10)).collect()
    };
    let apply = "atlantis/apply";
    for (statuses, comments, expected) in [
        (vec![], said(&[]), None),
        (vec![], said(&[PLANNED, APPLIED]), Some(20)),
        (vec![status(apply, ok, "1/1 projects applied", 22)], said(&[]), Some(22)),
        (vec![status(apply, ok, "1/1 projects applied", 22)], said(&[PLANNED, APPLIED]), Some(20)),
        (
            vec![status(apply, waits, "1/2 projects applied", 22)],
            said(&[PLANNED, APPLIED]),
            Some(20),
        ),
        (vec![status(apply, ok, "2/2 projects applied", 22)], said(&[PLANNED]), Some(22)),
        (vec![status(apply, waits, "0/1 projects applied", 22)], said(&[PLANNED]), None),
        (vec![status(apply, "FAILURE", "0/1 projects applied", 22)], said(&[]), None),
        // There was nothing to apply.
        (vec![status(apply, ok, "0/0 projects applied successfully.", 2)], said(&[]), None),
        (vec![status(apply, ok, "1/1 projects applied successfully.", 2)], said(&[CLEAN]), None),
        (vec![status("atlantis/plan", ok, "1/1 projects planned", 2)], said(&[PLANNED]), None),
    ] {
        let head = contexts(&statuses);
        assert_eq!(
            minute("", head, Value::Null, comments.clone()),
            expected,
            "{statuses:?} {comments:?}"
        );
    }
    assert_eq!(
        minute("", Value::Null, Value::Null, said(&[PLANNED, APPLIED])),
        Some(20),
        "no status"
    );
}

#[test]
fn comments_of_others_are_not_atlantis_where_it_has_a_name() {
    let rule = "comments_by = [\"acme-*\"]";
    let said = |login: &str| vec![comment(login, APPLIED, 20)];
    for (login, expected) in
        [("acme-atlantis", Some(20)), ("acme-atlantis[bot]", Some(20)), ("mona", None), ("", None)]
    {
        assert_eq!(minute(rule, Value::Null, Value::Null, said(login)), expected, "{login}");
    }
    assert_eq!(minute("", Value::Null, Value::Null, said("")), Some(20), "a deleted account");
}

#[test]
fn statuses_of_the_head_or_of_the_merge_and_the_merge_itself_are_asked_as_configured() {
    let of =
        |minute| contexts(&[status("tf/a", "SUCCESS", "", minute), status("ci", "FAILURE", "", 1)]);
    let (head, merged) = (of(20), of(40));
    let said = || vec![comment("atlantis", APPLIED, 10)];
    for (rule, expected) in [
        ("applied_by = \"status\"\nstatuses = [\"TF/*\"]", Some(20)),
        ("applied_by = \"merge_status\"\nstatuses = [\"tf/*\"]", Some(40)),
        ("applied_by = \"merge_status\"\nstatuses = [\"*\"]", None),
        ("applied_by = \"status\"\nstatuses = [\"other\"]", None),
        ("applied_by = \"merge\"", Some(30)),
    ] {
        assert_eq!(minute(rule, head.clone(), merged.clone(), said()), expected, "{rule}");
    }
    let two = contexts(&[status("tf/a", "SUCCESS", "", 20), status("tf/b", "SUCCESS", "", 25)]);
    let rule = "applied_by = \"status\"\nstatuses = [\"tf/*\"]";
    assert_eq!(minute(rule, two, Value::Null, vec![]), Some(25), "the last of all");
}

#[test]
fn only_what_the_rules_need_is_asked() {
    let wants = |text: &str| Wants::of(&rules(text).of("acme/infra"));
    let none = Wants::default();
    assert_eq!(wants(""), Wants { comments: true, head: true, ..none });
    assert_eq!(wants("applied_by = \"status\"\nstatuses = [\"x\"]"), Wants { head: true, ..none });
    let text = "applied_by = \"merge_status\"\nstatuses = [\"x\"]";
    assert_eq!(wants(text), Wants { merged: true, ..none });
    assert!(wants("applied_by = \"merge\"").is_nothing());
    let more = "paths = [\"a\"]\n[[platform.self_service]]\nrepositories = [\"acme/*\"]\n\
                applied_by = \"merge\"";
    assert_eq!(wants(more), Wants { comments: true, head: true, files: true, ..none });
}
