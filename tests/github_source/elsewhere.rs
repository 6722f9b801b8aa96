//! Deployments that runs of a workflow, releases or tags tell.

use crate::fixture::{DAY, NOW, Walked, World, reach, walk};
use delivery::domain::{
    Deployment, DeploymentId, DeploymentSource, DeploymentState, Fact, Repository, Time,
};
use dora_exporter::sources::github::{Probed, Reach};
use github_sim::event::{ReleaseEvent, RunEvent};
use github_sim::{Event, Scenario};
use std::collections::BTreeSet;
use std::sync::Arc;

const RUNS: &str = "[[deployments]]\nsource = \"workflow_run\"\nworkflow = \"deploy.yml\"\n";
const RELEASES: &str = "[[deployments]]\nsource = \"release\"\n";
const TAGS: &str = "[[deployments]]\nsource = \"tag\"\ntags = [\"v*\"]\n";

fn deployments(walked: &Walked) -> Vec<&Deployment> {
    let deployments = walked.facts.iter().filter_map(|fact| match fact {
        Fact::Deployment(deployment) => Some(deployment),
        _ => None,
    });
    deployments.collect()
}

fn numbers(walked: &Walked) -> BTreeSet<u64> {
    deployments(walked).iter().map(|one| one.id.number()).collect()
}

/// Each deployment's number with its last status.
fn states(walked: &Walked) -> Vec<(u64, DeploymentState)> {
    let state = |one: &&Deployment| (one.id.number(), one.statuses.last().unwrap().state);
    deployments(walked).iter().map(state).collect()
}

async fn read(world: &World, repo: &Repository, cursor: Option<&str>, reach: &Reach) -> Walked {
    walk(cursor, async |cursor: Option<String>| {
        world.github.deployments(repo, cursor.as_deref(), reach).await
    })
    .await
}

/// A repository that is older than any look-back, and its first commit.
fn shop() -> (Scenario, u64, String) {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 300 * DAY, "acme/shop");
    let sha = story.head(repo, "main").unwrap();
    (story, repo, sha)
}

#[tokio::test]
async fn runs_are_read_beyond_a_thousand_down_to_one_before_the_look_back_and_then_cost_nothing() {
    let (mut story, repo, sha) = shop();
    let run = |story: &mut Scenario, at: i64, branch: &str, file: &str| {
        let id = story.run_of(at, repo, file, &sha, branch);
        story.conclude(at + 60, repo, id, "success");
        id
    };
    run(&mut story, NOW - 200 * DAY, "main", "deploy.yml");
    let mut expected = BTreeSet::from([run(&mut story, NOW - 130 * DAY, "main", "deploy.yml")]);
    // A hundred and fifty within one second are more than a page.
    for n in (1..=1_050_i64).rev() {
        let at = NOW - DAY - (n.max(150) * 3_600);
        expected.insert(run(&mut story, at, "main", "deploy.yml"));
    }
    run(&mut story, NOW - DAY, "next", "deploy.yml");
    run(&mut story, NOW - DAY, "main", "test.yml");
    let world = World::of(&mut story).await.with_components(RUNS);
    let repository = world.repository(repo).await;
    world.sim.reset_meter();
    let walked = read(&world, &repository, None, &reach()).await;
    assert_eq!(numbers(&walked), expected, "one before the look-back, and not further");
    assert!(walked.pages <= 14, "{} pages", walked.pages);
    assert_eq!(world.sim.meter().points, 0, "none of it is GraphQL");
    let quiet = read(&world, &repository, Some(&walked.cursor), &reach()).await;
    assert_eq!((quiet.facts.len(), &quiet.cursor), (0, &walked.cursor));
    let charged = world.sim.meter().rest_charged;
    read(&world, &repository, Some(&walked.cursor), &reach()).await;
    assert_eq!(world.sim.meter().rest_charged, charged, "what did not change is free");
    let probes = world.github.probe(std::slice::from_ref(&repository)).await.unwrap();
    assert!(matches!(&probes[0].outcome, Probed::Found { deployment: Some(_), .. }));
}

#[tokio::test]
async fn a_run_is_as_its_last_attempt_whether_the_first_page_shows_it_or_not() {
    let (mut story, repo, sha) = shop();
    let failed = story.run(NOW - 3 * DAY, repo, "deploy.yml", &sha);
    story.conclude(NOW - 3 * DAY + 60, repo, failed, "failure");
    let cancelled = story.run(NOW - 2 * DAY, repo, "deploy.yml", &sha);
    story.conclude(NOW - 2 * DAY + 60, repo, cancelled, "cancelled");
    let running = story.run(NOW - 60, repo, "deploy.yml", &sha);
    let world = World::of(&mut story).await.with_components(RUNS);
    let repository = world.repository(repo).await;
    let first = read(&world, &repository, None, &reach()).await;
    let expected = [
        (running, DeploymentState::Pending),
        (cancelled, DeploymentState::Inactive),
        (failed, DeploymentState::Failure),
    ];
    assert_eq!(states(&first), expected);
    let node_ids: Vec<Arc<str>> =
        deployments(&first).iter().map(|one| Arc::clone(&one.node_id)).collect();
    // The first page shows all of them: nothing is asked one by one.
    world.sim.reset_meter();
    world.github.recheck(&node_ids[..1], &[]).await.unwrap();
    assert_eq!(world.sim.meter().requests, 0);
    story.rerun(NOW - 30, repo, failed);
    world.play(&mut story);
    let again = read(&world, &repository, Some(&first.cursor), &reach()).await;
    assert!(states(&again).iter().all(|(id, _)| *id != failed), "it has not concluded again");
    story.conclude(NOW - 10, repo, failed, "success");
    story.conclude(NOW - 5, repo, running, "failure");
    world.play(&mut story);
    let news = read(&world, &repository, Some(&again.cursor), &reach()).await;
    assert!(states(&news).contains(&(failed, DeploymentState::Success)));
    assert!(states(&news).contains(&(running, DeploymentState::Failure)));
    let rerun = deployments(&news).into_iter().find(|one| one.id.number() == failed).unwrap();
    assert_eq!(rerun.statuses[0].at, Time(NOW - 10));
    assert_eq!(rerun.created_at, Time(NOW - 30), "when the attempt began");
    // Behind a hundred newer runs it is asked by itself.
    for n in 0..100 {
        story.run(NOW - 4 + n / 50, repo, "deploy.yml", &sha);
    }
    story.event(NOW - 1, Event::Run(RunEvent::Deleted { repo, id: failed }));
    world.play(&mut story);
    let full = read(&world, &repository, Some(&news.cursor), &reach()).await;
    let path = |id: u64| Arc::from(format!("/repositories/{repo}/actions/runs/{id}"));
    let asked = [path(running), path(failed)];
    let rechecked = world.github.recheck(&asked, &[]).await.unwrap();
    assert_eq!(rechecked.missing, [path(failed)]);
    let Fact::Deployment(told) = &rechecked.facts[0] else { panic!("{:?}", rechecked.facts) };
    assert_eq!((told.id.number(), told.id.source()), (running, DeploymentSource::WorkflowRun));
    assert_eq!(deployments(&full)[0].environment, told.environment);
}

#[tokio::test]
async fn a_workflow_may_be_named_and_a_repository_may_be_without() {
    let (mut story, repo, sha) = shop();
    let lib = story.repository(NOW - 300 * DAY, "acme/lib");
    let id = story.run(NOW - DAY, repo, "release-train.yml", &sha);
    story.conclude(NOW - DAY + 60, repo, id, "success");
    let foreign = RunEvent::Started {
        repo,
        id: 5,
        file: "release-train.yml".to_owned(),
        name: "Deploy".to_owned(),
        event: "pull_request".to_owned(),
        branch: Some("main".to_owned()),
        sha,
        from_fork: true,
    };
    story.event(NOW - DAY, Event::Run(foreign));
    let named = RUNS.replace("deploy.yml", "DEPLOY");
    let world = World::of(&mut story).await.with_components(&named);
    let [shop, library] = [world.repository(repo).await, world.repository(lib).await];
    let walked = read(&world, &shop, None, &reach()).await;
    assert_eq!(numbers(&walked), [id].into(), "a fork's runs deploy nothing");
    assert!(!world.github.lacks_workflow(&shop));
    let walked = read(&world, &library, None, &reach()).await;
    assert!(walked.facts.is_empty() && world.github.lacks_workflow(&library));
    world.sim.reset_meter();
    read(&world, &library, Some(&walked.cursor), &reach()).await;
    assert_eq!(world.sim.meter().requests, 0, "until something is pushed");
    story.commit(NOW, lib, "main", "A workflow");
    let run = story.run(NOW, lib, "release-train.yml", &story.head(lib, "main").unwrap().clone());
    world.play(&mut story);
    let library = world.repository(lib).await;
    let walked = read(&world, &library, Some(&walked.cursor), &reach()).await;
    assert_eq!(numbers(&walked), [run].into());
}

fn release(repo: u64, id: u64, tag: &str, draft: bool, prerelease: bool) -> Event {
    let tag = tag.to_owned();
    Event::Release(ReleaseEvent::Released { repo, id, tag, draft, prerelease })
}

#[tokio::test]
async fn releases_are_deployments_when_published_and_news_however_old_their_commits() {
    let (mut story, repo, first) = shop();
    story.tag(NOW - 200 * DAY, repo, "v0", &first);
    let baseline = story.release(NOW - 200 * DAY, repo, "v0");
    let old = story.commit(NOW - 20 * DAY, repo, "main", "One");
    let new = story.commit(NOW - 9 * DAY, repo, "main", "Two");
    story.tag(NOW - 9 * DAY, repo, "v2", &new);
    let latest = story.release(NOW - 8 * DAY, repo, "v2");
    story.tag(NOW - 8 * DAY, repo, "v3-rc1", &new);
    story.event(NOW - 7 * DAY, release(repo, 8, "v3-rc1", false, true));
    story.tag(NOW - 7 * DAY, repo, "v1.1", &old);
    story.event(NOW - 7 * DAY, release(repo, 9, "v1.1", true, false));
    let world = World::of(&mut story).await.with_components(RELEASES);
    let repository = world.repository(repo).await;
    let walked = read(&world, &repository, None, &reach()).await;
    let live = |walked: &Walked| -> Vec<u64> {
        let live =
            states(walked).into_iter().filter(|(_, state)| *state == DeploymentState::Success);
        live.map(|(id, _)| id).collect()
    };
    assert_eq!(live(&walked), [latest, baseline], "neither the draft nor the pre-release");
    assert_eq!(deployments(&walked)[0].statuses[0].at, Time(NOW - 8 * DAY), "when published");
    assert_eq!(deployments(&walked)[0].id, DeploymentId::of(DeploymentSource::Release, latest));
    let mark = async || {
        let probes = world.github.probe(std::slice::from_ref(&repository)).await.unwrap();
        let Probed::Found { deployment, .. } = &probes[0].outcome else { panic!("{probes:?}") };
        deployment.clone()
    };
    let collector = delivery::domain::Collector::Deployments;
    let has_news = |mark: &Option<_>, cursor: &str| {
        world.github.has_news(&repository, collector, Some(cursor), mark.as_ref())
    };
    assert!(!has_news(&mark().await, &walked.cursor));
    // Published long after its commit was made, behind a newer one.
    world.sim.push(NOW, release(repo, 9, "v1.1", false, false)).unwrap();
    world.clock.advance(60);
    assert!(has_news(&mark().await, &walked.cursor));
    let news = read(&world, &repository, Some(&walked.cursor), &reach()).await;
    assert!(live(&news).contains(&9));
    assert!(!has_news(&mark().await, &news.cursor));
    let pre = world.with_components(&format!("{RELEASES}prereleases = true\n"));
    let walked = read(&pre, &repository, Some(&news.cursor), &reach()).await;
    assert_eq!(live(&walked), [latest, 8, 9, baseline], "read anew, with the pre-release");
}

#[tokio::test]
async fn a_tag_that_moves_is_deployed_again_and_what_it_was_stays() {
    let (mut story, repo, first) = shop();
    let second = story.commit(NOW - 5 * DAY, repo, "main", "Two");
    story.tag(NOW - 4 * DAY, repo, "v1", &first);
    story.tag(NOW - 4 * DAY, repo, "nightly", &second);
    let world = World::of(&mut story).await.with_components(TAGS);
    let repository = world.repository(repo).await;
    let before = read(&world, &repository, None, &reach()).await;
    let [one] = &deployments(&before)[..] else { panic!("{:?}", before.facts) };
    assert_eq!((one.sha.to_string(), one.statuses[0].at), (first, Time(NOW - 4 * DAY)));
    story.tag(NOW - 10, repo, "v1", &second);
    world.play(&mut story);
    let after = read(&world, &repository, Some(&before.cursor), &reach()).await;
    let [two] = &deployments(&after)[..] else { panic!("{:?}", after.facts) };
    assert_eq!((two.sha.to_string(), two.statuses[0].at), (second, Time(NOW - 10)));
    assert_ne!(one.id, two.id);
}
