//! Tests of `incident_links`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;

const NAMES: [&str; 1] = ["acme/shop"];

fn deployed(id: u64) -> IncidentLink {
    IncidentLink::Deployment(DeploymentId(id))
}

fn merged(number: PullNumber) -> IncidentLink {
    IncidentLink::Change(ChangeReference::Pull(number))
}

fn committed(oid: &str) -> IncidentLink {
    IncidentLink::Change(ChangeReference::Commit(oid.parse().unwrap()))
}

fn abbreviated(oid: &str) -> ChangeReference {
    ChangeReference::Commit(oid.parse().unwrap())
}

fn of_other(change: ChangeReference) -> IncidentLink {
    IncidentLink::ChangeOf(RepositoryName::of("acme/other"), change)
}

fn read(text: &str) -> LinkedChanges {
    let mut links = LinkedChanges::default();
    incident_links(text, &NAMES, &mut links);
    links
}

#[test]
fn a_keyword_followed_by_a_reference_names_the_cause() {
    for (text, expected) in [
        ("Caused by #12", vec![merged(12)]),
        ("caused by: acme/shop#12.", vec![merged(12)]),
        ("introduced by PR 12", vec![merged(12)]),
        ("introduced by pull request #12", vec![merged(12)]),
        ("**Root cause:** the deployment 991", vec![deployed(991)]),
        ("**Root cause**: deployment #991", vec![deployed(991)]),
        ("Root cause:\n- https://github.com/acme/shop/pull/12/files", vec![merged(12)]),
        ("regression from commit abcdefa", vec![committed("abcdefa")]),
        ("regression from `0123abc`", vec![committed("0123abc")]),
        ("caused by https://github.com/acme/shop/deployments/991", vec![deployed(991)]),
        ("caused by https://api.github.com/repos/acme/pay/deployments/991", vec![deployed(991)]),
        ("caused by https://ghe.example/api/v3/repos/acme/shop/deployments/5", vec![deployed(5)]),
        ("caused by [the fix](https://github.com/acme/shop/pull/12)", vec![merged(12)]),
        ("caused by [this](https://github.com/acme/shop/pull/12)", vec![merged(12)]),
        ("caused by <https://github.com/acme/shop/commit/0123abc>", vec![committed("0123abc")]),
        ("caused by #12, #13 and 0123abc", vec![merged(12), merged(13), committed("0123abc")]),
        ("caused by #12 #13", vec![merged(12)]),
        ("caused by acme/shop@0123abc", vec![committed("0123abc")]),
        ("caused by acme/other#1, #13", vec![of_other(ChangeReference::Pull(1)), merged(13)]),
        (
            "caused by https://github.com/acme/other/pull/1",
            vec![of_other(ChangeReference::Pull(1))],
        ),
        ("caused by Acme/Other@0123abc.", vec![of_other(abbreviated("0123abc"))]),
        (
            "caused by https://github.com/acme/other/commit/0123abc",
            vec![of_other(abbreviated("0123abc"))],
        ),
    ] {
        let found = read(text);
        assert_eq!(found.causes, expected, "{text}");
        assert_eq!(found.fixes, [], "{text}");
    }
}

#[test]
fn fixing_words_name_the_fix() {
    for text in ["Fixed by #12", "fixes acme/shop#12", "Resolved by: PR #12"] {
        assert_eq!(read(text), LinkedChanges { causes: vec![], fixes: vec![merged(12)] }, "{text}");
    }
}

#[test]
fn any_other_mention_means_nothing() {
    for text in [
        "See #12",
        "caused by a bad index",
        "caused by a bad index in #12",
        "caused by 1000000 requests",
        "caused by the defaced page",
        "caused by acme/other@page",
        "caused by ops@0123abc",
        "caused by https://github.com/acme/shop/deployments/activity_log?environment=production",
        "caused by https://github.com/acme/shop/issues/12",
        "this was not caused by #12",
        "it isn't caused by #12",
        "prefixes #12",
        "unfixed by #12",
        "The root cause is #12",
        "caused by",
        "caused by #",
        "caused by é#12",
    ] {
        assert_eq!(read(text), LinkedChanges::default(), "{text}");
    }
}
