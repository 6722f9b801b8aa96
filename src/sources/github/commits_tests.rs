//! Tests of `commits`, beside it.

#![allow(clippy::unwrap_used)]

use super::super::testing::{parsing, person, repository};
use super::*;
use delivery::domain::{Author, ChangeReference, Reversion};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn node() -> Value {
    json!({
        "id": "C_1", "oid": SHA, "authoredDate": "2027-01-15T10:00:00+02:00",
        "committedDate": "2027-01-15T08:10:00Z", "message": "Hotfix: stock\n\nBody",
        "author": { "name": "Mona", "user": { "login": "mona" } },
        "parents": { "pageInfo": { "hasNextPage": false, "endCursor": null }, "nodes": [ { "oid": SHA }, { "oid": SHA } ] }
    })
}

fn read(change: impl Fn(&mut Value)) -> Result<Commit, String> {
    let mut node = node();
    change(&mut node);
    commit(&node, &repository(7, "acme/shop"), &parsing())
}

#[test]
fn a_commit_is_decoded_with_its_parents() {
    let commit = read(|_| {}).unwrap();
    assert_eq!(commit.authored_at, Time(1_800_000_000));
    assert_eq!(commit.committed_at.since(commit.authored_at), 600);
    assert_eq!(commit.parents.len(), 2);
    assert_eq!(commit.author, Author { person: Some(person("mona")), is_bot: false });
    assert_eq!(commit.headline, Headline::of("Hotfix: stock"));
    assert!(commit.hotfix);
}

#[test]
fn a_commit_of_no_account_has_no_person() {
    for author in [Value::Null, json!({ "name": "Mona", "user": null })] {
        let commit = read(|node| node["author"] = author.clone()).unwrap();
        assert_eq!(commit.author, Author { person: None, is_bot: false });
    }
}

#[test]
fn a_commit_with_unknown_parents_is_refused() {
    let more = json!({ "hasNextPage": true, "endCursor": "c" });
    assert!(read(|node| node["parents"]["pageInfo"] = more.clone()).is_err());
    assert!(read(|node| node["parents"]["nodes"][0]["oid"] = json!("x")).is_err());
    assert!(read(|node| node["oid"] = Value::Null).is_err());
}

#[test]
fn a_reverting_message_names_the_commit() {
    let message = "Revert \"Revert \"Add\"\"\n\nThis reverts commit 0123456.";
    let commit = read(|node| node["message"] = json!(message)).unwrap();
    let of = ChangeReference::Commit("0123456".parse().unwrap());
    assert_eq!(commit.reverts, [Reversion { of, reapplies: true }]);
}
