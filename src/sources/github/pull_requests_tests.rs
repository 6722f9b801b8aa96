//! Tests of `pull_requests`, beside it.

#![allow(clippy::unwrap_used)]

use super::super::testing::{parsing, person, repository};
use super::*;
use delivery::domain::{Author, ChangeReference};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn node() -> Value {
    json!({
        "id": "PR_1", "number": 12, "title": "Add a cart", "body": "Text",
        "headRefName": "cart", "headRefOid": SHA,
        "createdAt": "2027-01-15T08:00:00Z", "mergedAt": "2027-01-15T10:00:00Z",
        "updatedAt": "2027-01-15T11:00:00Z",
        "additions": 3, "deletions": 2, "changedFiles": 1,
        "author": { "__typename": "User", "login": "mona" },
        "mergeCommit": { "oid": SHA },
        "labels": { "nodes": [ { "name": "feature" } ] },
        "commits": { "nodes": [
            { "commit": { "oid": SHA, "authoredDate": "2027-01-14T08:00:00+02:00", "message": "Add a cart\n\nText" } },
            { "commit": null },
            { "commit": { "oid": SHA, "authoredDate": null, "message": "Merge branch 'main' into cart" } }
        ] },
        "reviews": { "nodes": [
            { "state": "APPROVED", "submittedAt": "2027-01-15T09:30:00Z", "author": null },
            { "state": "PENDING", "submittedAt": null, "author": { "__typename": "User", "login": "hub" } },
            { "state": "COMMENTED", "submittedAt": "2027-01-15T09:00:00Z", "author": { "__typename": "Bot", "login": "linter" } },
            { "state": "SHRUGGED", "submittedAt": "2027-01-15T09:40:00Z", "author": { "__typename": "User", "login": "hub" } }
        ] },
        "timelineItems": { "nodes": [
            { "__typename": "ReadyForReviewEvent", "createdAt": "2027-01-15T08:30:00Z" },
            { "__typename": "ConvertToDraftEvent", "createdAt": "2027-01-15T08:10:00Z" },
            { "__typename": "SomethingNew" },
            {}
        ] }
    })
}

fn read(change: impl Fn(&mut Value)) -> Result<Option<PullRequest>, String> {
    let mut node = node();
    change(&mut node);
    listed(&node, &repository(7, "acme/shop"), &parsing(), &[], &[]).map(|listed| listed.pull)
}

fn pull(change: impl Fn(&mut Value)) -> PullRequest {
    read(change).unwrap().unwrap()
}

#[test]
fn a_pull_request_is_decoded_with_what_rules_need() {
    let pull = pull(|_| {});
    assert_eq!((pull.number, pull.repo.0), (12, 7));
    assert_eq!(pull.author, Author { person: Some(person("mona")), is_bot: false });
    assert_eq!(pull.merged_at.since(pull.opened_at), 7_200);
    assert_eq!(pull.commits.len(), 2);
    assert_eq!(pull.commits[0].authored_at, Some(Time(1_799_906_400)), "offsets are understood");
    assert_eq!(pull.commits[0].headline, Headline::of("Add a cart"));
    assert!(pull.commits[1].looks_like_merge);
    let ready: Vec<bool> = pull.readiness.iter().map(|event| event.ready).collect();
    assert_eq!(ready, [false, true], "in order of time");
    let states: Vec<_> = pull.reviews.iter().map(|review| review.state).collect();
    assert_eq!(states, [ReviewState::Commented, ReviewState::Approved, ReviewState::Other]);
    assert!(pull.reviews[0].author.is_bot);
    assert_eq!(pull.reviews[1].author.person, None, "a deleted account");
    assert!(pull.reverts.is_empty() && !pull.hotfix);
}

#[test]
fn what_github_may_leave_out_may_be_missing() {
    let bare = pull(|node| {
        for field in ["author", "mergeCommit", "body", "headRefOid", "reviews", "labels"] {
            node[field] = Value::Null;
        }
    });
    assert_eq!(bare.author, Author { person: None, is_bot: false });
    assert_eq!((bare.merge_commit, bare.head), (None, None));
    assert_eq!(read(|node| node["mergedAt"] = Value::Null).unwrap(), None);
    assert!(read(|node| node["number"] = Value::Null).unwrap_err().contains("u32"));
}

#[test]
fn reverts_are_found_in_body_branch_and_commits() {
    let reversion = |of, reapplies| Reversion { of, reapplies };
    let of_pull = |number| ChangeReference::Pull(number);
    let by_body = pull(|node| {
        node["title"] = json!("Revert \"Add a cart\"");
        node["body"] = json!("Reverts acme/shop#11");
        node["headRefName"] = json!("revert-11-cart");
    });
    assert_eq!(by_body.reverts, [reversion(of_pull(11), false)], "once, though said twice");
    let again = pull(|node| {
        node["title"] = json!("Reapply \"Add a cart\"");
        node["body"] = json!("Reverts acme/shop#12");
    });
    assert_eq!(again.reverts, [reversion(of_pull(12), true)]);
    let by_commit = pull(|node| {
        let message = "Revert \"Add\"\n\nThis reverts commit 0123456.";
        node["commits"]["nodes"][0]["commit"]["message"] = json!(message);
    });
    let of_commit = ChangeReference::Commit("0123456".parse().unwrap());
    assert_eq!(by_commit.reverts, [reversion(of_commit, false)]);
}

#[test]
fn labels_branches_and_titles_mark_hotfixes() {
    assert!(pull(|node| node["labels"]["nodes"][0]["name"] = json!("hotfix")).hotfix);
    assert!(pull(|node| node["headRefName"] = json!("hotfix/cart")).hotfix);
    assert!(pull(|node| node["title"] = json!("Hotfix: the cart")).hotfix);
}
