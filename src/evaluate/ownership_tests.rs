//! Which source answers, in which order, and when none does.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::RepositoryPattern;
use delivery::domain::{Claim, RepoId, RepositoryState};

fn repository() -> Repository {
    Repository {
        id: RepoId(1),
        node_id: Arc::from("R_1"),
        full_name: Arc::from("acme/shop"),
        former_names: Vec::new(),
        host: Arc::from("github"),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    }
}

fn teams(names: &[&str]) -> Vec<Claim> {
    names.iter().map(|name| Claim::Team(Arc::from(*name))).collect()
}

fn line(pattern: &str, names: &[&str]) -> Claim {
    let teams = names.iter().map(|name| Arc::from(*name)).collect();
    Claim::Paths { pattern: Arc::from(pattern), teams }
}

fn entry(name: &str, root: &str, team: Option<&str>) -> CatalogComponent {
    CatalogComponent {
        name: Arc::from(name),
        root: Arc::from(root),
        team: team.map(Arc::from),
        ..CatalogComponent::default()
    }
}

/// What every source says, each with a team of its own.
fn everything() -> RepositoryClaims {
    let mut claims = RepositoryClaims::default();
    claims.set_catalog(vec![entry("shop", "", Some("by-catalog"))]);
    claims.absorb(ClaimSource::CustomProperty, teams(&["by-property"]));
    claims.absorb(ClaimSource::GitHubTeam, teams(&["by-team"]));
    claims.absorb(ClaimSource::CodeOwners, vec![line("*", &["by-line"])]);
    claims.absorb(ClaimSource::Topic, teams(&["by-topic"]));
    claims
}

fn owners(order: &[OwnershipSource]) -> OrderedOwners {
    let rules = vec![OwnershipRule {
        repositories: vec![RepositoryPattern::parse("acme/*").unwrap()],
        team: Arc::from("by-rule"),
    }];
    OrderedOwners::new(&OwnershipSettings {
        order: order.to_vec(),
        rules,
        ..OwnershipSettings::default()
    })
}

fn answer(order: &[OwnershipSource], claims: &RepositoryClaims) -> (String, &'static str) {
    let owner = owners(order).owner(&Subject::whole(&repository(), claims));
    (owner.team.to_string(), owner.source)
}

const ORDER: [OwnershipSource; 6] = [
    OwnershipSource::Rules,
    OwnershipSource::Catalog,
    OwnershipSource::CustomProperty,
    OwnershipSource::GitHubTeam,
    OwnershipSource::CodeOwners,
    OwnershipSource::Topic,
];

#[test]
fn the_first_source_of_the_order_that_answers_wins_and_is_named() {
    let expected = [
        ("by-rule", "rules"),
        ("by-catalog", "catalog"),
        ("by-property", "custom_property"),
        ("by-team", "github_team"),
        ("by-line", "codeowners"),
        ("by-topic", "topic"),
    ];
    for (from, (team, source)) in expected.into_iter().enumerate() {
        assert_eq!(answer(&ORDER[from..], &everything()), (team.to_owned(), source));
        let mut reversed = ORDER[..=from].to_vec();
        reversed.reverse();
        assert_eq!(answer(&reversed, &everything()), (team.to_owned(), source));
    }
    assert_eq!(answer(&[], &everything()), (UNOWNED.to_owned(), "none"));
}

#[test]
fn a_source_that_says_nothing_or_several_teams_leaves_the_answer_to_the_next() {
    let next = ("by-topic".to_owned(), "topic");
    for (source, claims) in [
        (ClaimSource::CustomProperty, teams(&[])),
        (ClaimSource::CustomProperty, teams(&["one", "two"])),
        (ClaimSource::GitHubTeam, teams(&["one", "two"])),
        (ClaimSource::CodeOwners, vec![line("*", &["one", "two"])]),
        (ClaimSource::CodeOwners, vec![line("*", &["one"]), line("*", &[])]),
        (ClaimSource::CodeOwners, vec![line("/docs/", &["one"])]),
    ] {
        let mut said = RepositoryClaims::default();
        said.absorb(ClaimSource::Topic, teams(&["by-topic"]));
        said.absorb(source, claims.clone());
        assert_eq!(answer(&ORDER[1..], &said), next, "{claims:?}");
    }
    let mut said = RepositoryClaims::default();
    said.absorb(ClaimSource::Topic, teams(&["one", "two"]));
    assert_eq!(answer(&ORDER[1..], &said), (UNOWNED.to_owned(), "none"));
    said.absorb(ClaimSource::Topic, teams(&["one", "one"]));
    assert_eq!(answer(&ORDER[1..], &said), ("one".to_owned(), "topic"), "twice the same is one");
}

#[test]
fn an_entry_without_a_team_or_of_another_component_leaves_the_answer_to_the_next() {
    let mut said = everything();
    said.set_catalog(vec![entry("shop", "", None)]);
    assert_eq!(answer(&ORDER[1..], &said), ("by-property".to_owned(), "custom_property"));
    said.set_catalog(vec![entry("api", "api", Some("a")), entry("web", "web", Some("b"))]);
    assert_eq!(answer(&ORDER[1..], &said), ("by-property".to_owned(), "custom_property"));
    let repository = repository();
    let api = Subject {
        repository: &repository,
        root: "api",
        claims: &said,
        entry: said.entry(Some("API")),
    };
    assert_eq!(owners(&ORDER[1..]).owner(&api).team, Arc::from("a"), "case does not matter");
}

#[test]
fn a_components_folder_decides_which_line_of_codeowners_counts() {
    let mut said = RepositoryClaims::default();
    let lines = vec![line("*", &["core"]), line("/services/pay/", &["payments"])];
    said.absorb(ClaimSource::CodeOwners, lines);
    let repository = repository();
    for (root, team) in [("", "core"), ("services/pay", "payments"), ("services/api", "core")] {
        let subject = Subject { repository: &repository, root, claims: &said, entry: None };
        assert_eq!(&*owners(&ORDER[1..]).owner(&subject).team, team, "{root}");
    }
}
