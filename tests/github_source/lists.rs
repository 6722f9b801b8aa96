//! Reading lists: pages, news, insertions, completeness, and what they cost.

use crate::fixture::{DAY, NOW, World, reach, walk};
use delivery::domain::{
    Collector, Deployment, DeploymentId, Fact, IncidentTransition, Oid, PullRequest, Time,
};
use dora_exporter::sources::github::{Mark, Probed, Reach};
use github_sim::{Event, Merge, Scenario};
use std::collections::BTreeSet;
use std::sync::Arc;

/// `count` deployments to `environment`, one an hour until an hour ago.
fn deployed(scenario: &mut Scenario, repo: u64, environment: &str, count: i64) -> Vec<u64> {
    let sha = scenario.head(repo, "main").unwrap();
    (1..=count)
        .rev()
        .map(|hours| scenario.ship(NOW - hours * 3_600, repo, &sha, environment))
        .collect()
}

fn ids(facts: &[Fact]) -> BTreeSet<u64> {
    deployments(facts).map(|deployment| deployment.id.0).collect()
}

fn deployments(facts: &[Fact]) -> impl Iterator<Item = &Deployment> {
    facts.iter().filter_map(|fact| match fact {
        Fact::Deployment(deployment) => Some(deployment),
        _ => None,
    })
}

fn pulls(facts: &[Fact]) -> Vec<&PullRequest> {
    let pulls = facts.iter().filter_map(|fact| match fact {
        Fact::PullRequest(pull) => Some(pull),
        _ => None,
    });
    pulls.collect()
}

#[tokio::test]
async fn deployments_are_read_in_pages_down_to_one_before_the_look_back() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let sha = scenario.head(repo, "main").unwrap();
    scenario.ship(NOW - 200 * DAY, repo, &sha, "production");
    let baseline = scenario.ship(NOW - 130 * DAY, repo, &sha, "production");
    let mut expected: BTreeSet<u64> =
        deployed(&mut scenario, repo, "production", 250).into_iter().collect();
    expected.insert(baseline);
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    world.sim.reset_meter();
    let walked = walk(None, async |cursor: Option<String>| {
        github.deployments(&repo, cursor.as_deref(), &reach).await
    })
    .await;
    assert_eq!(ids(&walked.facts), expected, "one before the look-back, and not further");
    assert_eq!(walked.pages, 3);
    assert_eq!(world.sim.meter().points, 3, "a point a page");
    let first = deployments(&walked.facts).next().unwrap();
    assert_eq!(first.id, DeploymentId(*expected.iter().max().unwrap()), "newest first");
    assert!(!first.statuses.is_empty());
}

#[tokio::test]
async fn previews_neither_cost_pages_nor_are_kept() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let production = deployed(&mut scenario, repo, "production", 3);
    deployed(&mut scenario, repo, "preview", 450);
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    let walked = walk(None, async |cursor: Option<String>| {
        github.deployments(&repo, cursor.as_deref(), &reach).await
    })
    .await;
    assert_eq!(ids(&walked.facts), production.into_iter().collect());
    assert_eq!(walked.pages, 2, "the first page, and one of production only");
}

#[tokio::test]
async fn a_repository_of_previews_only_costs_one_page() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/site");
    deployed(&mut scenario, repo, "preview", 450);
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    let walked = walk(None, async |cursor: Option<String>| {
        github.deployments(&repo, cursor.as_deref(), &reach).await
    })
    .await;
    let is_other =
        |fact: &Fact| matches!(fact, Fact::OtherDeployment(one) if &*one.environment == "preview");
    assert!(!walked.facts.is_empty() && walked.facts.iter().all(is_other), "{:?}", walked.facts);
    assert_eq!(walked.pages, 1);
}

#[tokio::test]
async fn deployments_created_while_pages_are_read_are_not_missed() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let old = deployed(&mut scenario, repo, "production", 250);
    let world = World::of(&mut scenario).await;
    let repository = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    let first = github.deployments(&repository, None, &reach).await.unwrap();
    assert!(!first.done);
    world.clock.advance(100);
    let sha = scenario.head(repo, "main").unwrap();
    let new = scenario.ship(NOW + 90, repo, &sha, "production");
    world.play(&mut scenario);
    let rest = walk(Some(&first.cursor), async |cursor: Option<String>| {
        github.deployments(&repository, cursor.as_deref(), &reach).await
    })
    .await;
    let mut seen = ids(&first.facts);
    seen.extend(ids(&rest.facts));
    assert!(seen.is_superset(&old.into_iter().collect()));
    let mark = Mark { id: "new".to_owned(), at: Time(NOW + 30) };
    assert!(github.has_news(&repository, Collector::Deployments, Some(&rest.cursor), Some(&mark)));
    let news = walk(Some(&rest.cursor), async |cursor: Option<String>| {
        github.deployments(&repository, cursor.as_deref(), &reach).await
    })
    .await;
    assert!(ids(&news.facts).contains(&new));
    assert_eq!(news.pages, 1);
}

#[tokio::test]
async fn a_probe_tells_news_exactly_until_it_is_read() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    deployed(&mut scenario, repo, "production", 2);
    let world = World::of(&mut scenario).await;
    let repository = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    let read = async |cursor: Option<&str>| {
        walk(cursor, async |cursor: Option<String>| {
            github.deployments(&repository, cursor.as_deref(), &reach).await
        })
        .await
        .cursor
    };
    let has_news = async |cursor: &str| {
        let probes = github.probe(std::slice::from_ref(&repository)).await.unwrap();
        let Probed::Found { deployment, pull, incident, .. } = &probes[0].outcome else {
            panic!("{probes:?}")
        };
        assert_eq!((pull, incident), (&None, &None));
        github.has_news(&repository, Collector::Deployments, Some(cursor), deployment.as_ref())
    };
    assert!(github.has_news(&repository, Collector::Deployments, None, None));
    let cursor = read(None).await;
    assert!(!has_news(&cursor).await);
    world.clock.advance(600);
    let sha = scenario.head(repo, "main").unwrap();
    scenario.ship(NOW + 600, repo, &sha, "production");
    world.play(&mut scenario);
    assert!(has_news(&cursor).await);
    let cursor = read(Some(&cursor)).await;
    assert!(!has_news(&cursor).await);
}

#[tokio::test]
async fn pull_requests_are_read_whole_however_much_they_hold() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    for change in 0..80 {
        let (branch, at) = (format!("change-{change}"), NOW - (100 - change) * 3_600);
        scenario.commit(at, repo, &branch, "Add a part");
        let number = scenario.open_pull(at + 60, repo, &branch, "Add a part");
        scenario.merge(at + 120, repo, number, Merge::Squash);
    }
    for part in 0..230 {
        scenario.commit(NOW - 3_600 + part, repo, "large", &format!("Part {part}"));
    }
    let large = scenario.open_pull(NOW - 3_000, repo, "large", "Large");
    scenario.merge(NOW - 2_900, repo, large, Merge::Merge);
    let unmerged = scenario.open_pull(NOW - 2_000, repo, "change-1", "Unmerged");
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    world.sim.reset_meter();
    let walked = walk(None, async |cursor: Option<String>| {
        github.pull_requests(&repo, cursor.as_deref(), &reach).await
    })
    .await;
    let pulls = pulls(&walked.facts);
    assert_eq!(pulls.len(), 81);
    assert!(pulls.iter().all(|pull| pull.number != unmerged));
    let commits = pulls.iter().find(|pull| pull.number == large).unwrap().commits.len();
    assert_eq!(commits, 230);
    assert_eq!(world.sim.meter().points, 3 + 2, "three pages, and two pages of commits");
}

#[tokio::test]
async fn incidents_are_read_with_their_endings_and_links() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let issue = scenario.issue(NOW - 7_200, repo, "Shop is down", &["incident", "component/cart"]);
    scenario.comment(NOW - 5_000, repo, issue, "Caused by #12");
    scenario.close_issue(NOW - 3_600, repo, issue);
    scenario.issue(NOW - 3_000, repo, "A wish", &["feature"]);
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    assert!(world.github.reads_incidents_of(&repo));
    let step = world.github.incidents(&repo, None, &reach()).await.unwrap();
    let [Fact::Incident(incident)] = &step.facts[..] else { panic!("{:?}", step.facts) };
    assert!(step.done);
    assert_eq!(incident.component.as_deref(), Some("cart"));
    assert_eq!(incident.events[0].transition, IncidentTransition::Resolved);
    assert_eq!(incident.events[0].at, Time(NOW - 3_600));
    assert_eq!(incident.causes.len(), 1, "by who closed it");
}

#[tokio::test]
async fn incidents_older_than_the_look_back_are_read_once_while_they_are_open() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let labels = &["incident"];
    scenario.issue(NOW - 250 * DAY, repo, "Forgotten", labels);
    let closed = scenario.issue(NOW - 230 * DAY, repo, "Long gone", labels);
    scenario.close_issue(NOW - 229 * DAY, repo, closed);
    scenario.issue(NOW - 200 * DAY, repo, "Still burning", labels);
    let again = scenario.issue(NOW - 190 * DAY, repo, "Burning again", labels);
    scenario.close_issue(NOW - 189 * DAY, repo, again);
    scenario.reopen_issue(NOW - 188 * DAY, repo, again);
    for day in 0..110 {
        let recent = scenario.issue(NOW - day * DAY - 60, repo, "Shop is slow", labels);
        scenario.close_issue(NOW - day * DAY - 30, repo, recent);
    }
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let walked = walk(None, |cursor| {
        let (github, repo) = (&world.github, &repo);
        async move { github.incidents(repo, cursor.as_deref(), &reach()).await }
    })
    .await;
    let opened = walked.facts.iter().filter_map(|fact| match fact {
        Fact::Incident(incident) => Some((NOW - incident.opened_at.0) / DAY),
        _ => None,
    });
    let old: Vec<i64> = opened.filter(|days| *days > 120).collect();
    assert_eq!(old, [190, 200], "open ones within twice the look-back");
    assert_eq!(walked.facts.len(), 112);
    let again = world.github.incidents(&repo, Some(&walked.cursor), &reach()).await.unwrap();
    assert!(again.done && again.facts.len() < 5, "{:?}", again.facts);
}

#[tokio::test]
async fn history_is_paged_to_its_end_and_tells_lost_commits() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let mut heads = Vec::new();
    for commit in 0..250 {
        let at = NOW - 100 * DAY + commit * 60;
        heads.push(scenario.commit(at, repo, "main", "Add a part"));
    }
    scenario.event(NOW - 60, Event::CommitsLost { repo, oids: vec![heads[10].clone()] });
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let oid = |text: &str| text.parse::<Oid>().unwrap();
    assert_eq!(repo.head, Some(oid(&heads[249])));
    let (mut seen, mut next, mut pages) = (BTreeSet::new(), None, 0);
    loop {
        let page = world.github.history(&repo, repo.head.unwrap(), next.as_deref()).await.unwrap();
        assert!(!page.lost);
        seen.extend(page.commits.iter().map(|commit| commit.oid));
        pages += 1;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert!(pages <= 3 && seen.len() >= 239, "{pages} pages, {} commits", seen.len());
    let lost = world.github.history(&repo, oid(&heads[10]), None).await.unwrap();
    assert!(lost.lost && lost.commits.is_empty() && lost.next.is_none());
    let from: Vec<Oid> = heads.iter().rev().take(20).map(|head| oid(head)).collect();
    let from = [&from[..], &[oid(&heads[10])]].concat();
    world.sim.reset_meter();
    let pages = world.github.histories(&repo, &from).await.unwrap();
    assert_eq!(world.sim.meter().points, 2, "13 commits a point");
    assert_eq!(pages.iter().map(|(oid, _)| *oid).collect::<Vec<_>>(), from);
    let (last, rest) = pages.split_last().unwrap();
    assert!(last.1.lost);
    for (oid, page) in rest {
        assert_eq!((page.commits[0].oid, page.commits.len()), (*oid, 10));
    }
    let (oid, page) = &rest[0];
    let more = world.github.history(&repo, *oid, page.next.as_deref()).await.unwrap();
    assert_eq!(Some(&more.commits[0].oid), page.commits[9].parents.first(), "it goes on");
}

#[tokio::test]
async fn known_deployments_and_incidents_are_asked_again_in_one_request() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    deployed(&mut scenario, repo, "production", 150);
    let issue = scenario.issue(NOW - 900, repo, "Shop is down", &["incident"]);
    let world = World::of(&mut scenario).await;
    let repository = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    let walked = walk(None, async |cursor: Option<String>| {
        github.deployments(&repository, cursor.as_deref(), &reach).await
    })
    .await;
    let incidents = github.incidents(&repository, None, &reach).await.unwrap().facts;
    let mut nodes: Vec<Arc<str>> =
        deployments(&walked.facts).map(|deployment| deployment.node_id.clone()).collect();
    nodes.truncate(99);
    let last = deployments(&walked.facts).next().unwrap().id;
    let issues: Vec<Arc<str>> = incidents
        .iter()
        .filter_map(|fact| match fact {
            Fact::Incident(incident) => Some(incident.node_id.clone()),
            _ => None,
        })
        .collect();
    nodes.push(Arc::from("DE_unknown"));
    scenario.status(NOW + 50, last.0, "FAILURE");
    scenario.close_issue(NOW + 50, repo, issue);
    world.clock.advance(60);
    world.play(&mut scenario);
    world.sim.reset_meter();
    let again = github.recheck(&nodes, &issues).await.unwrap();
    assert_eq!((world.sim.meter().points, world.sim.meter().requests), (1, 1));
    assert_eq!(again.facts.len(), 100);
    assert_eq!(again.missing, [Arc::from("DE_unknown")]);
    let moved = deployments(&again.facts).find(|deployment| deployment.id == last).unwrap();
    assert_eq!(moved.statuses.last().unwrap().at, Time(NOW + 50));
    let closed = again
        .facts
        .iter()
        .any(|fact| matches!(fact, Fact::Incident(incident) if incident.events.len() == 1));
    assert!(closed);
}

#[tokio::test]
async fn a_reconcile_reads_again_what_seems_known() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let all = deployed(&mut scenario, repo, "production", 150);
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    let github = &world.github;
    let first = walk(None, async |cursor: Option<String>| {
        github.deployments(&repo, cursor.as_deref(), &reach()).await
    })
    .await;
    world.clock.advance(3_600);
    let again = Reach { again_since: Some(Time(NOW - 120 * DAY)), ..reach() };
    let second = walk(Some(&first.cursor), async |cursor: Option<String>| {
        github.deployments(&repo, cursor.as_deref(), &again).await
    })
    .await;
    assert_eq!(ids(&second.facts), all.into_iter().collect());
}
