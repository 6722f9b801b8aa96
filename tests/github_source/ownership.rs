//! What tells whose repositories are: properties, teams, topics and files.

use crate::fixture::{DAY, NOW, World};
use delivery::domain::{Claim, ClaimSource, RepoId, Repository};
use dora_exporter::sources::SourceError;
use dora_exporter::sources::github::{FilesRead, OwnerFiles, Said};
use github_sim::event::Permission;
use github_sim::{Event, Fault, NodeFault, Scenario, When};

const BOTH: OwnerFiles = OwnerFiles { catalog: true, codeowners: true, workflows: false };

fn property(repo: u64, values: &[&str]) -> Event {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Event::PropertySet { repo, name: "Team".to_owned(), values }
}

fn team(slug: &str, parent: Option<&str>, repositories: &[(u64, Permission)]) -> Event {
    Event::TeamSet {
        organization: "acme".to_owned(),
        slug: slug.to_owned(),
        parent: parent.map(str::to_owned),
        repositories: repositories.to_vec(),
    }
}

fn named(said: &Said, repo: u64) -> Vec<String> {
    let claims = said.claims.get(&RepoId(repo)).map(Vec::as_slice).unwrap_or_default();
    texts(claims)
}

fn texts(claims: &[Claim]) -> Vec<String> {
    let text = |claim: &Claim| match claim {
        Claim::Team(team) => team.to_string(),
        Claim::Paths { pattern, teams } => format!("{pattern} {}", teams.join("+")),
        Claim::Component(component) => {
            let team = component.team.as_deref().unwrap_or("-");
            format!("{}@{} {team}", component.name, component.root)
        }
        Claim::Calls { workflow, pin, jobs } => {
            format!("{} {} {jobs}", workflow.as_deref().unwrap_or("-"), pin.name())
        }
    };
    claims.iter().map(text).collect()
}

/// An organisation with a number of repositories; their ids.
fn estate(scenario: &mut Scenario, count: usize) -> Vec<u64> {
    let name = |number| format!("acme/part-{number:04}");
    (0..count).map(|number| scenario.repository(NOW - 90 * DAY, &name(number))).collect()
}

#[tokio::test]
async fn a_custom_property_is_read_for_all_repositories_and_costs_nothing_while_it_stays() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 130);
    scenario.event(NOW - DAY, property(repos[0], &["payments"]));
    scenario.event(NOW - DAY, property(repos[1], &["core", "web"]));
    scenario.event(NOW - DAY, property(repos[2], &["jane@example.org"]));
    scenario.event(NOW - DAY, property(repos[120], &["@acme/search"]));
    let world = World::of(&mut scenario).await;
    let said = world.github.claims(ClaimSource::CustomProperty, "acme").await.unwrap();
    assert_eq!(named(&said, repos[0]), ["payments"]);
    assert_eq!(named(&said, repos[1]), ["core", "web"]);
    assert_eq!(named(&said, repos[120]), ["search"]);
    assert_eq!((said.claims.len(), said.no_team), (3, 1), "a person is no team");
    let before = world.sim.meter();
    let again = world.github.claims(ClaimSource::CustomProperty, "acme").await.unwrap();
    assert_eq!(again.claims, said.claims);
    let after = world.sim.meter();
    assert_eq!(after.requests - before.requests, 2, "a page for 100");
    assert_eq!(after.rest_charged, before.rest_charged, "unchanged pages are free");
    scenario.event(NOW - 1, property(repos[0], &["risk"]));
    world.play(&mut scenario);
    let changed = world.github.claims(ClaimSource::CustomProperty, "acme").await.unwrap();
    assert_eq!(named(&changed, repos[0]), ["risk"]);
}

#[tokio::test]
async fn what_may_not_be_read_names_the_permission_and_concerns_nothing_else() {
    let mut scenario = Scenario::new();
    estate(&mut scenario, 1);
    let world = World::of(&mut scenario).await;
    let message = "Resource not accessible by personal access token".to_owned();
    world.sim.faults().on_requests(Fault::Message(403, message), When::default());
    let error = world.github.claims(ClaimSource::CustomProperty, "acme").await.unwrap_err();
    assert!(matches!(error, SourceError::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("Custom properties: read"), "{error}");
    world.sim.faults().on_field("Organization.teams", None, NodeFault::forbidden());
    let error = world.github.claims(ClaimSource::GitHubTeam, "acme").await.unwrap_err();
    assert!(!error.concerns_the_whole_source(), "{error}");
    assert!(error.to_string().contains("Members: read"), "{error}");
    let nobody = world.github.claims(ClaimSource::CustomProperty, "nobody").await.unwrap_err();
    assert!(matches!(nobody, SourceError::NotFound { .. }), "{nobody}");
}

#[tokio::test]
async fn a_rest_request_outlives_trouble_and_waits_for_limits() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 1);
    scenario.event(NOW - DAY, property(repos[0], &["payments"]));
    let world = World::of(&mut scenario).await;
    for fault in [Fault::Html(502), Fault::Truncated, Fault::RetryAfter(403, 30)] {
        world.sim.faults().on_requests(fault.clone(), When::default());
        let said = world.github.claims(ClaimSource::CustomProperty, "acme").await.unwrap();
        assert_eq!(named(&said, repos[0]), ["payments"], "{fault:?}");
    }
    assert!(world.clock.waits().contains(&31), "{:?}", world.clock.waits());
}

#[tokio::test]
async fn the_most_specific_team_that_may_write_is_found_among_nested_ones() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 4);
    let [a, b, c, d] = repos[..] else { panic!("four repositories") };
    let write = |repo| (repo, Permission::Write);
    scenario.event(NOW - DAY, team("engineering", None, &[write(a), write(b), write(c)]));
    scenario.event(NOW - DAY, team("payments", Some("engineering"), &[(b, Permission::Admin)]));
    scenario.event(NOW - DAY, team("search", Some("engineering"), &[]));
    scenario.event(NOW - DAY, team("guests", None, &[(a, Permission::Read), write(c)]));
    let world = World::of(&mut scenario).await;
    let said = world.github.claims(ClaimSource::GitHubTeam, "acme").await.unwrap();
    assert_eq!(named(&said, a), ["engineering"], "what all children have is the parent's");
    assert_eq!(named(&said, b), ["payments"]);
    assert_eq!(named(&said, c), ["engineering", "guests"], "a tie is told, not guessed");
    assert_eq!(named(&said, d), Vec::<String>::new());
}

#[tokio::test]
async fn large_teams_are_read_whole_as_far_as_they_may_write() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 330);
    let all = |permission| repos.iter().map(|repo| (*repo, permission)).collect::<Vec<_>>();
    let mut readers = all(Permission::Read);
    readers[329].1 = Permission::Admin;
    scenario.event(NOW - DAY, team("all-write", None, &all(Permission::Write)));
    scenario.event(NOW - DAY, team("readers", None, &readers));
    let world = World::of(&mut scenario).await;
    let said = world.github.claims(ClaimSource::GitHubTeam, "acme").await.unwrap();
    assert_eq!(said.claims.len(), 330);
    assert_eq!(named(&said, repos[200]), ["all-write"]);
    assert_eq!(named(&said, repos[329]), ["all-write", "readers"]);
    assert_eq!(world.sim.meter().points, 4, "the readers' list is left where only reading is left");
}

#[tokio::test]
async fn topics_come_with_the_repositories_at_no_further_cost() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 100);
    let topics = ["rust", "team-payments"].map(str::to_owned).to_vec();
    scenario.event(NOW - DAY, Event::TopicsSet { repo: repos[0], topics });
    let world = World::of(&mut scenario).await;
    let discovery = world.github.discover(&[]).await.unwrap();
    assert_eq!(world.sim.meter().points, 1);
    assert_eq!(discovery.claims.len(), 100, "also where topics say nothing");
    let of = |repo| discovery.claims.iter().find(|claims| claims.repo == Some(RepoId(repo)));
    let claims = of(repos[0]).unwrap();
    assert_eq!(
        (claims.source, texts(&claims.claims)),
        (ClaimSource::Topic, vec!["payments".into()])
    );
    assert_eq!(of(repos[1]).unwrap().claims, []);
    assert_eq!(discovery.organizations.into_iter().collect::<Vec<_>>(), ["acme"]);
}

/// Reads the files of all repositories.
async fn files(world: &World, repos: &[(Repository, Option<String>)]) -> Vec<FilesRead> {
    let asked: Vec<_> = repos.iter().map(|(repo, cursor)| (repo, cursor.as_deref())).collect();
    let read = world.github.owner_files(&asked, BOTH).await.unwrap();
    read.into_iter().map(Result::unwrap).collect()
}

fn claims_of(read: &FilesRead, source: ClaimSource) -> Vec<String> {
    let found = read.claims.iter().find(|claims| claims.source == source);
    found.map(|claims| texts(&claims.claims)).unwrap_or_default()
}

fn entity(name: &str, owner: &str) -> String {
    format!("kind: Component\nmetadata: {{ name: {name} }}\nspec: {{ owner: {owner} }}\n")
}

#[tokio::test]
async fn files_are_found_at_the_root_and_in_folders_and_read_in_batches() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 3);
    let (api, web, deep) = (entity("api", "core"), entity("web", "web"), entity("deep", "deep"));
    let points = "kind: Location\nspec: { targets: [./a/b/c/d.yaml, ./gone.yaml] }\n---\n";
    let root = format!("{points}{}", entity("root", "group:core"));
    let written: [(&str, &str); 7] = [
        ("catalog-info.yaml", &root),
        ("services/api/catalog-info.yaml", &api),
        ("web/catalog-info.yml", &web),
        ("a/b/c/d.yaml", &deep),
        ("services/api/x/catalog-info.yaml", &api),
        ("docs/CODEOWNERS", "* @acme/never"),
        (".github/CODEOWNERS", "* @acme/core\n/web/ @acme/web @jane\nbroken line\n"),
    ];
    scenario.write(NOW - DAY, repos[0], &written);
    scenario.write(NOW - DAY, repos[1], &[("CODEOWNERS", "* @acme/search")]);
    let world = World::of(&mut scenario).await;
    let discovered = world.discovered().await;
    let asked: Vec<_> = discovered.iter().map(|repo| (repo.clone(), None)).collect();
    let before = world.sim.meter().requests;
    let read = files(&world, &asked).await;
    assert_eq!(world.sim.meter().requests - before, 3, "a listing, the files, what they point to");
    let catalog = claims_of(&read[0], ClaimSource::CatalogFiles);
    assert_eq!(catalog, ["deep@a/b/c deep", "root@ core", "api@services/api core", "web@web web"]);
    assert_eq!(claims_of(&read[0], ClaimSource::CodeOwners), ["* core", "/web/ web"]);
    assert_eq!(read[0].problems.len(), 1, "{:?}", read[0].problems);
    assert_eq!(claims_of(&read[1], ClaimSource::CodeOwners), ["* search"]);
    assert_eq!(read[2].claims.len(), 2, "that nothing is said is said");
}

#[tokio::test]
async fn only_repositories_whose_head_moved_are_asked_and_only_changed_files_are_read() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 2);
    scenario.write(NOW - DAY, repos[0], &[("CODEOWNERS", "* @acme/core")]);
    let world = World::of(&mut scenario).await;
    let asked: Vec<_> = world.discovered().await.into_iter().map(|repo| (repo, None)).collect();
    let read = files(&world, &asked).await;
    let have_news = |repos: &[Repository]| -> Vec<bool> {
        let cursors = read.iter().map(|read| Some(read.cursor.as_str()));
        let both = repos.iter().zip(cursors);
        both.map(|(repo, cursor)| world.github.owner_files_may_have_news(repo, cursor, BOTH))
            .collect()
    };
    assert_eq!(have_news(&world.discovered().await), [false, false]);
    scenario.commit(NOW - 10, repos[0], "main", "Something else");
    world.play(&mut scenario);
    let moved = world.discovered().await;
    assert_eq!(have_news(&moved), [true, false]);
    let before = world.sim.meter().requests;
    let again = files(&world, &[(moved[0].clone(), Some(read[0].cursor.clone()))]).await;
    assert_eq!(world.sim.meter().requests - before, 1, "the listing is as it was");
    assert!(again[0].claims.is_empty() && again[0].cursor != read[0].cursor);
    scenario.write(NOW - 5, repos[0], &[("CODEOWNERS", "* @acme/payments")]);
    world.play(&mut scenario);
    let moved = world.discovered().await;
    let changed = files(&world, &[(moved[0].clone(), Some(again[0].cursor.clone()))]).await;
    assert_eq!(claims_of(&changed[0], ClaimSource::CodeOwners), ["* payments"]);
    let removed = vec![("CODEOWNERS".to_owned(), None)];
    scenario.event(NOW - 4, Event::FilesWritten { repo: repos[0], files: removed });
    scenario.commit(NOW - 3, repos[0], "main", "Nobody's");
    world.play(&mut scenario);
    let moved = world.discovered().await;
    let gone = files(&world, &[(moved[0].clone(), Some(changed[0].cursor.clone()))]).await;
    assert!(claims_of(&gone[0], ClaimSource::CodeOwners).is_empty());
    assert_eq!(gone[0].claims.len(), 2, "what is gone is said no more");
}

#[tokio::test]
async fn a_repository_whose_files_cannot_be_read_hides_no_other() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 3);
    for repo in &repos {
        scenario.write(NOW - DAY, *repo, &[("CODEOWNERS", "* @acme/core")]);
    }
    let world = World::of(&mut scenario).await;
    let fault = NodeFault::something_went_wrong();
    world.sim.faults().on_field("Repository.object", Some("acme/part-0001"), fault);
    let discovered = world.discovered().await;
    let asked: Vec<_> = discovered.iter().map(|repo| (repo, None)).collect();
    let read = world.github.owner_files(&asked, BOTH).await.unwrap();
    let outcomes: Vec<bool> = read.iter().map(Result::is_ok).collect();
    assert_eq!(outcomes, [true, false, true]);
    let error = read[1].as_ref().unwrap_err();
    assert!(error.to_string().contains("files of acme/part-0001"), "{error}");
}

#[tokio::test]
async fn a_repository_too_large_to_be_listed_in_depth_still_has_its_root() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 1);
    let (api, root) = (entity("api", "deep"), entity("root", "core"));
    let written = [("catalog-info.yaml", root.as_str()), ("a/b/catalog-info.yaml", api.as_str())];
    scenario.write(NOW - DAY, repos[0], &written);
    let world = World::of(&mut scenario).await;
    let discovered = world.discovered().await;
    let too_much = || {
        let mentions = Some("\"deep\":true".to_owned());
        let when = When { times: 4, mentions, ..When::default() };
        world.sim.faults().on_requests(Fault::SomethingWentWrong, when);
    };
    too_much();
    let read = files(&world, &[(discovered[0].clone(), None)]).await;
    assert_eq!(claims_of(&read[0], ClaimSource::CatalogFiles), ["root@ core"]);
    let whole = files(&world, &[(discovered[0].clone(), None)]).await;
    assert_eq!(whole[0].claims[0].claims.len(), 2);
    too_much();
    let asked = [(&discovered[0], Some(whole[0].cursor.as_str()))];
    let kept = world.github.owner_files(&asked, BOTH).await.unwrap();
    assert!(kept[0].is_err(), "what is known of its depths is not lost to trouble");
}

#[tokio::test]
async fn catalog_files_beyond_those_that_are_read_are_told() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 1);
    let files_of = |number: usize| {
        let (path, name) = (format!("s/{number:04}/catalog-info.yaml"), format!("c{number}"));
        (path, entity(&name, "core"))
    };
    let written: Vec<(String, String)> = (0..503).map(files_of).collect();
    let written: Vec<(&str, &str)> =
        written.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    scenario.write(NOW - DAY, repos[0], &written);
    let world = World::of(&mut scenario).await;
    let discovered = world.discovered().await;
    let read = files(&world, &[(discovered[0].clone(), None)]).await;
    assert_eq!(claims_of(&read[0], ClaimSource::CatalogFiles).len(), 500);
    let [(ClaimSource::CatalogFiles, path, problem)] = &read[0].problems[..] else {
        panic!("{:?}", read[0].problems)
    };
    assert_eq!((path.as_str(), problem.reason()), ("s/0500/catalog-info.yaml", "too_many"));
    assert!(problem.to_string().starts_with("and 2 more are not read"), "{problem}");
    let again = files(&world, &[(discovered[0].clone(), Some(read[0].cursor.clone()))]).await;
    assert!(again[0].problems.is_empty(), "it is told once");
}

#[tokio::test]
async fn ownership_of_a_thousand_repositories_takes_few_requests() {
    let mut scenario = Scenario::new();
    let repos = estate(&mut scenario, 1_000);
    let api = entity("api", "core");
    for repo in &repos {
        let written = [("CODEOWNERS", "* @acme/core"), ("catalog-info.yaml", api.as_str())];
        scenario.write(NOW - DAY, *repo, &written);
    }
    for number in 0..40 {
        let given: Vec<_> =
            repos[number * 25..][..25].iter().map(|repo| (*repo, Permission::Write)).collect();
        scenario.event(NOW - DAY, team(&format!("team-{number}"), None, &given));
    }
    let readers: Vec<_> = repos.iter().map(|repo| (*repo, Permission::Read)).collect();
    scenario.event(NOW - DAY, team("everybody", None, &readers));
    let world = World::of(&mut scenario).await;
    let asked: Vec<_> = world.discovered().await.into_iter().map(|repo| (repo, None)).collect();
    let requests = || world.sim.meter().requests;
    let before = requests();
    let mut cursors = Vec::new();
    for some in asked.chunks(500) {
        cursors.extend(files(&world, some).await.into_iter().map(|read| read.cursor));
    }
    assert_eq!(cursors.len(), 1_000);
    for from in [ClaimSource::CustomProperty, ClaimSource::GitHubTeam] {
        world.github.claims(from, "acme").await.unwrap();
    }
    let first = requests() - before;
    assert!(first <= 60, "{first} requests for a first reading");
    // An hour later: heads are known from discovery, and only those that moved are asked for.
    let before = requests();
    let moved: Vec<_> = world
        .discovered()
        .await
        .into_iter()
        .zip(cursors)
        .filter(|(repo, cursor)| world.github.owner_files_may_have_news(repo, Some(cursor), BOTH))
        .map(|(repo, cursor)| (repo, Some(cursor)))
        .collect();
    let listing = requests() - before;
    assert_eq!(listing, 10, "a page for 100 repositories, which is asked for in any case");
    assert!(moved.is_empty());
    files(&world, &moved).await;
    for from in [ClaimSource::CustomProperty, ClaimSource::GitHubTeam] {
        world.github.claims(from, "acme").await.unwrap();
    }
    let hourly = requests() - before - listing;
    assert!(hourly <= 15, "{hourly} requests an hour where nothing moved");
}
