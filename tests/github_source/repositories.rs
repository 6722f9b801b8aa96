//! Discovery, and the sweep's question.

use crate::fixture::{DAY, NOW, World, pattern};
use delivery::domain::{Repository, RepositoryState};
use dora_exporter::sources::SourceError;
use dora_exporter::sources::github::Probed;
use github_sim::{Event, NodeFault, Scenario};

fn names(repositories: &[Repository]) -> Vec<&str> {
    repositories.iter().map(|repo| &*repo.full_name).collect()
}

fn archived(scenario: &mut Scenario, full_name: &str) -> u64 {
    let repo = scenario.repository(NOW - 90 * DAY, full_name);
    scenario.event(NOW - 80 * DAY, Event::RepositoryArchived { repo, archived: true });
    repo
}

#[tokio::test]
async fn an_organisation_is_listed_without_archived_excluded_and_foreign_repositories() {
    let mut scenario = Scenario::new();
    for number in 0..120 {
        scenario.empty_repository(NOW - 100 * DAY, &format!("acme/part-{number:03}"));
    }
    scenario.repository(NOW - 100 * DAY, "acme/secret");
    scenario.repository(NOW - 100 * DAY, "other/shop");
    archived(&mut scenario, "acme/attic");
    let world =
        World::with(&mut scenario, |settings| settings.exclude = vec![pattern("acme/sec*")]).await;
    let found = world.discovered().await;
    assert_eq!(found.len(), 120);
    assert_eq!(&*found[0].full_name, "acme/part-000");
    assert_eq!(found[0].head, None, "an empty repository is one");
    assert_eq!(world.sim.meter().points, 2, "a point for 100");
}

#[tokio::test]
async fn names_and_globs_are_found_and_a_name_means_the_repository_as_it_is() {
    let mut scenario = Scenario::new();
    scenario.repository(NOW - 100 * DAY, "acme/pay-api");
    scenario.repository(NOW - 100 * DAY, "acme/shop");
    scenario.repository(NOW - 100 * DAY, "other/tool");
    archived(&mut scenario, "acme/pay-old");
    archived(&mut scenario, "other/attic");
    let world = World::with(&mut scenario, |settings| {
        settings.organizations.clear();
        settings.repositories =
            ["acme/pay-*", "other/tool", "Other/Attic"].into_iter().map(pattern).collect();
    })
    .await;
    assert_eq!(names(&world.discovered().await), ["acme/pay-api", "other/attic", "other/tool"]);
}

#[tokio::test]
async fn what_cannot_be_listed_is_named_and_hides_nothing() {
    let mut scenario = Scenario::new();
    scenario.repository(NOW - 100 * DAY, "acme/shop");
    let world = World::with(&mut scenario, |settings| {
        settings.organizations.push("nobody".to_owned());
        settings.repositories = vec![pattern("acme/nothing")];
    })
    .await;
    let discovery = world.github.discover(&[]).await.unwrap();
    assert_eq!(names(&discovery.repositories), ["acme/shop"]);
    let failures: Vec<String> = discovery.failures.iter().map(ToString::to_string).collect();
    assert!(failures.len() == 2, "{failures:?}");
    assert!(failures[0].contains("`nobody`") && failures[0].contains("not found"), "{failures:?}");
    assert!(failures[1].contains("`acme/nothing`"), "{failures:?}");
}

#[tokio::test]
async fn renamed_excluded_and_deleted_repositories_are_told_apart() {
    let mut scenario = Scenario::new();
    let renamed = scenario.repository(NOW - 100 * DAY, "acme/shop");
    let left = scenario.repository(NOW - 100 * DAY, "acme/tool");
    let deleted = scenario.repository(NOW - 100 * DAY, "acme/lost");
    let old = scenario.repository(NOW - 100 * DAY, "acme/old");
    let world = World::of(&mut scenario).await;
    let known = world.discovered().await;
    assert_eq!(known.len(), 4);
    let moved = |repo, owner: &str, name: &str| Event::RepositoryMoved {
        repo,
        owner: owner.to_owned(),
        name: name.to_owned(),
    };
    scenario.event(NOW + 10, Event::Organization { login: "other".to_owned() });
    scenario.event(NOW + 11, moved(renamed, "acme", "store"));
    scenario.event(NOW + 12, moved(left, "other", "tool"));
    scenario.event(NOW + 13, Event::RepositoryDeleted { repo: deleted });
    scenario.event(NOW + 14, Event::RepositoryArchived { repo: old, archived: true });
    world.clock.advance(60);
    world.play(&mut scenario);
    let discovery = world.github.discover(&known).await.unwrap();
    assert!(discovery.failures.is_empty(), "{:?}", discovery.failures);
    let of = |id: u64| discovery.repositories.iter().find(|repo| repo.id.0 == id).unwrap();
    assert_eq!(
        (&*of(renamed).full_name, of(renamed).state),
        ("acme/store", RepositoryState::Active)
    );
    assert_eq!(of(renamed).former_names, ["acme/shop".into()]);
    assert_eq!((&*of(left).full_name, of(left).state), ("other/tool", RepositoryState::Excluded));
    assert_eq!(of(deleted).state, RepositoryState::Gone);
    assert_eq!(of(old).state, RepositoryState::Excluded);
}

#[tokio::test]
async fn a_configured_name_still_means_the_repository_after_a_transfer() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 100 * DAY, "acme/shop");
    scenario.event(NOW - 90 * DAY, Event::Organization { login: "other".to_owned() });
    let (owner, name) = ("other".to_owned(), "store".to_owned());
    scenario.event(NOW - 80 * DAY, Event::RepositoryMoved { repo, owner, name });
    let world = World::with(&mut scenario, |settings| {
        settings.organizations.clear();
        settings.repositories = vec![pattern("acme/shop")];
    })
    .await;
    let found = world.discovered().await;
    assert_eq!(names(&found), ["other/store"]);
    assert_eq!(found[0].former_names, ["acme/shop".into()]);
}

#[tokio::test]
async fn a_configured_name_that_is_used_again_means_the_new_repository() {
    let mut scenario = Scenario::new();
    let old = scenario.repository(NOW - 100 * DAY, "acme/shop");
    let world = World::with(&mut scenario, |settings| {
        settings.organizations.clear();
        settings.repositories = vec![pattern("acme/shop")];
    })
    .await;
    let known = world.discovered().await;
    let (owner, name) = ("acme".to_owned(), "old-shop".to_owned());
    scenario.event(NOW + 5, Event::RepositoryMoved { repo: old, owner, name });
    let new = scenario.repository(NOW + 6, "acme/shop");
    world.clock.advance(60);
    world.play(&mut scenario);
    let found = world.github.discover(&known).await.unwrap().repositories;
    let state = |id: u64| found.iter().find(|repo| repo.id.0 == id).unwrap().state;
    assert_eq!(state(new), RepositoryState::Active);
    assert_eq!(state(old), RepositoryState::Excluded);
}

#[tokio::test]
async fn a_probe_asks_49_repositories_a_point_and_keeps_their_order() {
    let mut scenario = Scenario::new();
    let ids: Vec<u64> = (0..60)
        .map(|number| scenario.repository(NOW - 100 * DAY, &format!("acme/part-{number:02}")))
        .collect();
    let sha = scenario.head(ids[59], "main").unwrap();
    scenario.ship(NOW - 3_600, ids[59], &sha, "production");
    scenario.ship(NOW - 1_800, ids[59], &sha, "preview");
    let world = World::of(&mut scenario).await;
    let repositories = world.discovered().await;
    scenario.event(NOW + 5, Event::RepositoryDeleted { repo: ids[3] });
    world.clock.advance(10);
    world.play(&mut scenario);
    world.sim.reset_meter();
    let probes = world.github.probe(&repositories).await.unwrap();
    assert_eq!(world.sim.meter().points, 2);
    assert!(probes.iter().map(|probe| probe.repo).eq(repositories.iter().map(|repo| repo.id)));
    assert!(matches!(probes[3].outcome, Probed::Missing));
    let found = probes.iter().filter(|probe| matches!(probe.outcome, Probed::Found { .. }));
    assert_eq!(found.count(), 59);
    let Probed::Found { deployment: Some(mark), repository, .. } = &probes[59].outcome else {
        panic!("{:?}", probes[59])
    };
    assert_eq!(mark.at.0, NOW - 3_660, "the creation of the one to production");
    assert!(repository.head.is_some());
}

#[tokio::test]
async fn a_list_that_may_not_be_read_hides_neither_its_repository_nor_others() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 100 * DAY, "acme/shop");
    scenario.repository(NOW - 100 * DAY, "acme/tool");
    let sha = scenario.head(repo, "main").unwrap();
    scenario.ship(NOW - 3_600, repo, &sha, "production");
    let world = World::of(&mut scenario).await;
    let repositories = world.discovered().await;
    let faults = world.sim.faults();
    faults.on_field("Repository.issues", Some("acme/shop"), NodeFault::forbidden());
    for _ in 0..2 {
        let probes = world.github.probe(&repositories).await.unwrap();
        let Probed::Found { deployment, pull, incident, .. } = &probes[0].outcome else {
            panic!("{probes:?}")
        };
        assert!(deployment.is_some() && pull.is_none());
        assert_eq!(incident.as_ref().unwrap().at.0, NOW, "it does not look like an empty list");
        assert!(matches!(probes[1].outcome, Probed::Found { .. }));
    }
    let asked = world.sim.meter().operations["Probe"].requests;
    assert_eq!(asked, 2 + 2, "a missing permission is met once, then left out");
    let refused = world.github.incidents(&repositories[0], None, &crate::fixture::reach()).await;
    let error = refused.unwrap_err();
    assert!(matches!(error, SourceError::Forbidden { .. }));
    assert!(error.to_string().contains("Issues: read"), "{error}");
}
