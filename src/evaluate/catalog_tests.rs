//! Which entries end up with which repository, and what becomes of the others.

#![allow(clippy::unwrap_used, clippy::field_reassign_with_default)]

use super::*;
use delivery::domain::{Repository, RepositoryState};

fn repository(id: u64, name: &str, former: &[&str], state: RepositoryState) -> Repository {
    Repository {
        id: RepoId(id),
        node_id: Arc::from(format!("R_{id}")),
        full_name: Arc::from(name),
        former_names: former.iter().map(|name| Arc::from(*name)).collect(),
        host: Arc::from("github"),
        state,
        head: None,
        created_at: None,
    }
}

fn entry(name: &str, repository: Option<&str>, team: &str) -> Claim {
    Claim::Component(CatalogComponent {
        name: Arc::from(name),
        repository: repository.map(Arc::from),
        team: Some(Arc::from(team)),
        ..CatalogComponent::default()
    })
}

fn facts(repository: Repository) -> RepositoryFacts {
    let mut facts = RepositoryFacts::default();
    facts.repository = Some(repository);
    facts
}

/// Two repositories that are collected, and one that was.
fn estate() -> BTreeMap<RepoId, RepositoryFacts> {
    use RepositoryState::{Active, Gone};
    let all = [
        repository(1, "acme/shop", &["acme/store"], Active),
        repository(2, "acme/blog", &["acme/news"], Active),
        repository(3, "acme/attic", &[], Gone),
    ];
    all.map(|repository| (repository.id, facts(repository))).into()
}

fn found(estate: &BTreeMap<RepoId, RepositoryFacts>, repo: u64) -> Vec<String> {
    let entries = estate[&RepoId(repo)].claims.catalog().iter();
    entries.map(|entry| format!("{} {}", entry.name, entry.team.as_deref().unwrap())).collect()
}

#[test]
fn entries_find_their_repositories_by_name_and_servers_come_before_files() {
    let mut estate = estate();
    let files = vec![
        entry("api", None, "file"),
        entry("web", None, "file"),
        entry("post", Some("acme/blog"), "file"),
    ];
    estate.get_mut(&RepoId(1)).unwrap().claims.absorb(ClaimSource::CatalogFiles, files);
    let mut catalog = Catalog::default();
    catalog.absorb(vec![
        entry("API", Some("Acme/Store"), "server"),
        entry("old", Some("acme/attic"), "server"),
        entry("far", Some("acme/elsewhere"), "server"),
        entry("lost", None, "server"),
    ]);
    assert_eq!(catalog.assign(&mut estate), [RepoId(1), RepoId(2)]);
    assert_eq!(found(&estate, 1), ["API server", "web file"], "by a former name, in any case");
    assert_eq!(found(&estate, 2), ["post file"], "said in another repository");
    assert_eq!(catalog.of_the_gone, 1);
    assert_eq!(catalog.told.iter().map(|name| &**name).collect::<Vec<_>>(), ["acme/elsewhere"]);
    assert!(catalog.assign(&mut estate).is_empty(), "nothing is news twice");
    let components = catalogued(&estate);
    assert_eq!(components.keys().collect::<Vec<_>>(), [&RepoId(1)], "one alone is the repository");
    catalog.absorb(Vec::new());
    assert_eq!(catalog.assign(&mut estate), [RepoId(1)]);
    assert_eq!(found(&estate, 1), ["api file", "web file"]);
}

#[test]
fn a_name_that_is_used_again_means_who_bears_it_now() {
    let mut estate = estate();
    let taken = repository(4, "acme/store", &[], RepositoryState::Active);
    estate.insert(RepoId(4), facts(taken));
    let mut catalog = Catalog::default();
    catalog.absorb(vec![entry("api", Some("acme/store"), "server")]);
    assert_eq!(catalog.assign(&mut estate), [RepoId(4)]);
}

#[test]
fn the_only_entry_that_is_deployed_speaks_for_the_repository() {
    let mut claims = RepositoryClaims::default();
    let library = |name: &str| CatalogComponent {
        name: Arc::from(name),
        is_library: true,
        ..CatalogComponent::default()
    };
    let service = CatalogComponent { name: Arc::from("api"), ..CatalogComponent::default() };
    claims.set_catalog(vec![library("docs")]);
    assert_eq!(claims.entry(None).map(|entry| &*entry.name), Some("docs"));
    claims.set_catalog(vec![service.clone(), library("docs"), library("sdk")]);
    assert_eq!(claims.entry(None).map(|entry| &*entry.name), Some("api"));
    claims.set_catalog(vec![library("docs"), library("sdk")]);
    assert_eq!(claims.entry(None), None);
    let other = CatalogComponent { name: Arc::from("web"), ..CatalogComponent::default() };
    claims.set_catalog(vec![service, other]);
    assert_eq!(claims.entry(None), None);
    assert_eq!(claims.entry(Some("WEB")).map(|entry| &*entry.name), Some("web"));
}
