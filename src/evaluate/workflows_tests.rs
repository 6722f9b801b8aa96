//! Calls of workflows, summed over repositories.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::evaluate::estate::{Changes, Estate};
use crate::evaluate::tests::repository;
use delivery::domain::{Fact, RepositoryState};

fn call(workflow: Option<&str>, pin: Pin, jobs: u32) -> Claim {
    Claim::Calls { workflow: workflow.map(Into::into), pin, jobs }
}

fn says(repo: u64, claims: Vec<Claim>) -> Fact {
    let source = ClaimSource::WorkflowFiles;
    Fact::Claims(delivery::domain::Claims { repo: Some(RepoId(repo)), source, claims })
}

fn texts(facts: &[Fact]) -> Vec<String> {
    let (mut estate, mut changes) = (Estate::default(), Changes::default());
    facts.iter().for_each(|fact| estate.absorb(fact.clone(), &mut changes));
    assert!(changes.workflows);
    let shown = references(&estate.repositories).into_iter();
    shown.map(|([workflow, pin], count)| format!("{workflow} {pin} {count}")).collect()
}

fn story() -> Vec<Fact> {
    let mut shared = repository(1, "acme/Shared");
    let mut gone = repository(4, "acme/gone");
    if let (Fact::Repository(shared), Fact::Repository(gone)) = (&mut shared, &mut gone) {
        shared.former_names = vec!["acme/ci".into()];
        gone.state = RepositoryState::Gone;
    }
    let build = |name: &str| format!("acme/{name}/.github/workflows/Build.yml");
    vec![
        shared,
        repository(2, "acme/api"),
        repository(3, "acme/web"),
        gone,
        says(2, vec![call(Some(&build("shared")), Pin::Tag, 2), call(None, Pin::Branch, 1)]),
        says(3, vec![call(Some(&build("ci")), Pin::Tag, 1), call(Some(&build("ci")), Pin::Sha, 1)]),
        says(1, vec![call(Some("actions/x/.github/workflows/y.yml"), Pin::Branch, 1)]),
        says(4, vec![call(Some(&build("shared")), Pin::Branch, 9)]),
    ]
}

#[test]
fn workflows_go_by_the_present_names_of_their_repositories_with_every_pin() {
    let expected = [
        "acme/Shared/.github/workflows/Build.yml branch 0",
        "acme/Shared/.github/workflows/Build.yml sha 1",
        "acme/Shared/.github/workflows/Build.yml tag 3",
        "actions/x/.github/workflows/y.yml branch 1",
        "actions/x/.github/workflows/y.yml sha 0",
        "actions/x/.github/workflows/y.yml tag 0",
        "external branch 1",
        "external sha 0",
        "external tag 0",
    ];
    assert_eq!(texts(&story()), expected);
}

#[test]
fn neither_order_nor_repetition_of_what_is_said_matters() {
    let story = story();
    let expected = texts(&story);
    for turn in 0..story.len() {
        let mut other = story.clone();
        other.rotate_left(turn);
        other.extend(story.iter().rev().cloned());
        assert_eq!(texts(&other), expected, "{turn}");
    }
}

#[test]
fn what_workflows_call_changes_nobodys_owner_and_judges_nothing_again() {
    let (mut estate, mut changes) = (Estate::default(), Changes::default());
    estate.absorb(says(2, vec![call(None, Pin::Branch, 1)]), &mut changes);
    assert!(changes.workflows && !changes.mapping && !changes.catalog);
    assert!(changes.repositories.is_empty());
}
