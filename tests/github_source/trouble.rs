//! Limits, failures and broken parts.

use crate::fixture::{DAY, NOW, World, reach, walk};
use delivery::domain::{Collector, Fact, Repository, Time};
use dora_exporter::sources::github::{GitHub, Mark, Probed};
use dora_exporter::sources::{SourceError, Throttle};
use github_sim::{Api, Fault, LimitSettings, NodeFault, Scenario, When};
use std::sync::atomic::Ordering;

/// A repository with this many production deployments.
async fn world(deployments: i64) -> (World, Repository) {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let sha = scenario.head(repo, "main").unwrap();
    for hours in (1..=deployments).rev() {
        scenario.ship(NOW - hours * 3_600, repo, &sha, "production");
    }
    let world = World::of(&mut scenario).await;
    let repository = world.repository(repo).await;
    world.sim.reset_meter();
    (world, repository)
}

async fn read(github: &GitHub, repo: &Repository) -> Result<usize, SourceError> {
    github.deployments(repo, None, &reach()).await.map(|step| step.facts.len())
}

#[tokio::test]
async fn every_short_limit_is_waited_out_and_met_once() {
    for (fault, waited) in [
        (Fault::RetryAfter(403, 30), 31),
        (Fault::RetryAfter(429, 5), 6),
        (Fault::SecondaryLimit(403), 60),
        (Fault::SecondaryLimit(429), 60),
    ] {
        let (world, repo) = world(2).await;
        world.sim.faults().on_requests(fault.clone(), When::default());
        assert_eq!(read(&world.github, &repo).await.unwrap(), 2, "{fault:?}");
        assert_eq!(world.clock.waits(), [waited], "{fault:?}");
        assert_eq!(world.sim.meter().limited, 1, "{fault:?}");
        assert_eq!(*world.ear.throttled.lock().unwrap(), [Throttle::Secondary], "{fault:?}");
    }
}

#[tokio::test]
async fn a_spent_hour_is_told_and_nothing_is_asked_until_it_ends() {
    for fault in [
        Fault::PrimaryLimit(403),
        Fault::PrimaryLimit(429),
        Fault::GraphqlLimit("RATE_LIMITED".to_owned()),
        Fault::GraphqlLimit("RATE_LIMIT".to_owned()),
    ] {
        let (world, repo) = world(2).await;
        world.sim.faults().on_requests(fault.clone(), When::default());
        let refused = read(&world.github, &repo).await.unwrap_err();
        let SourceError::RateLimited { until, .. } = refused else {
            panic!("{fault:?}: {refused}")
        };
        assert!(until > Time(NOW + 60), "{fault:?}");
        for _ in 0..3 {
            let again = read(&world.github, &repo).await;
            assert!(matches!(again, Err(SourceError::RateLimited { .. })), "{fault:?}");
        }
        assert_eq!(world.sim.meter().requests, 1, "{fault:?}");
        world.clock.advance(until.0 - NOW);
        assert_eq!(read(&world.github, &repo).await.unwrap(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn the_share_of_the_hour_that_others_keep_is_not_spent() {
    let (world, repo) = world(2).await;
    world.sim.limits().set_remaining(Api::Graphql, 1_001);
    assert!(read(&world.github, &repo).await.is_ok(), "1,000 of 5,000 are kept free");
    let refused = read(&world.github, &repo).await;
    assert!(matches!(refused, Err(SourceError::RateLimited { .. })), "{refused:?}");
    assert_eq!(world.sim.meter().requests, 1);
    assert_eq!(world.ear.throttled.lock().unwrap().last(), Some(&Throttle::Share));
}

#[tokio::test]
async fn an_enterprise_server_without_limits_is_read_without_limits() {
    let (world, repo) = world(2).await;
    world.sim.set_limits(LimitSettings {
        primary: false,
        secondary: false,
        ..LimitSettings::default()
    });
    for _ in 0..3 {
        assert_eq!(read(&world.github, &repo).await.unwrap(), 2);
    }
    assert!(world.clock.waits().is_empty());
}

#[tokio::test]
async fn points_are_counted_as_github_charges_them() {
    let (world, repo) = world(2).await;
    let before = world.ear.points.load(Ordering::SeqCst);
    read(&world.github, &repo).await.unwrap();
    assert_eq!(world.ear.points.load(Ordering::SeqCst) - before, world.sim.meter().points);
}

#[tokio::test]
async fn trouble_is_met_by_smaller_pages_until_all_is_read() {
    for fault in [
        Fault::Html(502),
        Fault::Html(503),
        Fault::Message(504, "We couldn't respond to your request in time".to_owned()),
        Fault::Html(200),
        Fault::SomethingWentWrong,
        Fault::Truncated,
        Fault::Reset,
    ] {
        let (world, repo) = world(60).await;
        let when = When { times: 2, ..When::default() };
        world.sim.faults().on_requests(fault.clone(), when);
        let walked = walk(None, async |cursor: Option<String>| {
            world.github.deployments(&repo, cursor.as_deref(), &reach()).await
        })
        .await;
        assert_eq!(walked.facts.len(), 60, "{fault:?}");
        assert_eq!(walked.pages, 2, "{fault:?}: one of 25 after two halvings, and the rest");
        assert!(world.clock.waits().iter().all(|wait| (1..=4).contains(wait)), "{fault:?}");
    }
}

#[tokio::test]
async fn batches_shrink_to_what_the_server_bears_and_stay_there() {
    let mut scenario = Scenario::new();
    for number in 0..60 {
        scenario.repository(NOW - 100 * DAY, &format!("acme/part-{number:02}"));
    }
    let world = World::of(&mut scenario).await;
    let repositories = world.discovered().await;
    world.sim.faults().limit_pages(Some(15));
    world.sim.reset_meter();
    for requests in [3 * 3 + 4, 3 * 3 + 4 + 7] {
        let probes = world.github.probe(&repositories).await.unwrap();
        assert!(probes.iter().all(|probe| matches!(probe.outcome, Probed::Found { .. })));
        assert_eq!(world.sim.meter().requests, requests, "37, 18, then 9, three times");
    }
}

#[tokio::test]
async fn repositories_of_a_refused_batch_are_told_what_was_refused() {
    let mut scenario = Scenario::new();
    for number in 0..60 {
        scenario.repository(NOW - 100 * DAY, &format!("acme/part-{number:02}"));
    }
    let world = World::of(&mut scenario).await;
    let repositories = world.discovered().await;
    world.sim.faults().on_requests(Fault::Html(502), When { times: 4, ..When::default() });
    let probes = world.github.probe(&repositories).await.unwrap();
    let failed: Vec<String> = probes
        .iter()
        .filter_map(|probe| match &probe.outcome {
            Probed::Failed(error) => Some(error.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(failed.len(), 4, "37, 18, 9, then 4 at a time: {failed:?}");
    for (number, text) in failed.iter().enumerate() {
        let expected = format!("news of acme/part-{number:02}: the server answered HTTP 502: ");
        assert!(text.starts_with(&expected), "{text}");
    }
}

#[tokio::test]
async fn lasting_trouble_is_told_by_its_kind_after_four_tries() {
    let kind = async |fault: Fault| {
        let (world, repo) = world(2).await;
        let when = When { times: 100, ..When::default() };
        world.sim.faults().on_requests(fault, when);
        let error = read(&world.github, &repo).await.unwrap_err();
        assert!(error.to_string().contains("acme/shop"), "{error}");
        assert!(!error.to_string().contains("secret-token"), "{error}");
        (error.reason(), world.sim.meter().requests)
    };
    assert_eq!(kind(Fault::Html(502)).await, ("server_error", 4));
    assert_eq!(kind(Fault::Html(200)).await, ("malformed", 4));
    // Where it breaks off decides whether anything came at all.
    let (reason, tries) = kind(Fault::Truncated).await;
    assert!(["malformed", "unreachable"].contains(&reason) && tries == 4, "{reason}");
    assert_eq!(kind(Fault::Reset).await, ("unreachable", 4));
    assert_eq!(kind(Fault::Html(302)).await, ("malformed", 1));
    assert_eq!(kind(Fault::Html(404)).await, ("malformed", 1));
    let (reason, _) = kind(Fault::Message(403, "Resource not accessible".to_owned())).await;
    assert_eq!(reason, "forbidden");
}

#[tokio::test]
async fn a_refused_token_is_told_with_its_origin_and_not_tried_again() {
    let (world, repo) = world(2).await;
    world.sim.revoke_tokens();
    let error = read(&world.github, &repo).await.unwrap_err();
    assert!(matches!(error, SourceError::Unauthorized { .. }));
    assert!(error.to_string().contains("GITHUB_TOKEN"), "{error}");
    assert!(error.concerns_the_whole_source());
    assert_eq!(world.sim.meter().requests, 1);
}

#[tokio::test]
async fn a_broken_element_costs_no_other_and_is_read_once_it_is_well() {
    let (world, repo) = world(20).await;
    let step = world.github.deployments(&repo, None, &reach()).await.unwrap();
    let Fact::Deployment(broken) = &step.facts[5] else { panic!("{:?}", step.facts) };
    let node = broken.node_id.clone();
    world.sim.faults().on_node(&node, NodeFault::something_went_wrong());
    let step = world.github.deployments(&repo, None, &reach()).await.unwrap();
    assert!(step.done);
    assert_eq!(step.facts.len(), 19);
    let mark = Mark { id: "old".to_owned(), at: Time(NOW - 4_000) };
    assert!(world.github.has_news(&repo, Collector::Deployments, Some(&step.cursor), Some(&mark)));
    world.sim.faults().clear();
    let again =
        world.github.deployments(&repo, Some(step.cursor.as_str()), &reach()).await.unwrap();
    let reread = |fact: &Fact| matches!(fact, Fact::Deployment(found) if found.node_id == node);
    assert!(again.facts.iter().any(reread));
    world.clock.advance(60);
    let last =
        world.github.deployments(&repo, Some(again.cursor.as_str()), &reach()).await.unwrap();
    let newest = Mark { id: "old".to_owned(), at: Time(NOW - 4_000) };
    assert!(!world.github.has_news(
        &repo,
        Collector::Deployments,
        Some(&last.cursor),
        Some(&newest)
    ));
}

#[tokio::test]
async fn environments_that_may_not_be_read_hide_no_deployments() {
    let (world, repo) = world(20).await;
    world.sim.faults().on_field("Repository.environments", None, NodeFault::forbidden());
    assert_eq!(read(&world.github, &repo).await.unwrap(), 20);
}

#[tokio::test]
async fn deployments_that_may_not_be_read_name_the_permission() {
    let (world, repo) = world(2).await;
    world.sim.faults().on_field("Repository.deployments", None, NodeFault::forbidden());
    let error = read(&world.github, &repo).await.unwrap_err();
    assert!(matches!(error, SourceError::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("Deployments: read"), "{error}");
}

#[tokio::test]
async fn one_broken_repository_hides_no_other_from_a_probe() {
    let mut scenario = Scenario::new();
    for number in 0..5 {
        scenario.repository(NOW - 100 * DAY, &format!("acme/part-{number}"));
    }
    let world = World::of(&mut scenario).await;
    let repositories = world.discovered().await;
    world.sim.faults().on_node("acme/part-2", NodeFault::something_went_wrong());
    let probes = world.github.probe(&repositories).await.unwrap();
    let found = probes.iter().filter(|probe| matches!(probe.outcome, Probed::Found { .. }));
    assert_eq!(found.count(), 4);
    assert!(matches!(probes[2].outcome, Probed::Failed(_)));
}

#[tokio::test]
async fn requests_never_overlap() {
    let (world, repo) = world(20).await;
    let reads = (0..8).map(|_| read(&world.github, &repo));
    for read in futures_joined(reads).await {
        assert_eq!(read.unwrap(), 20);
    }
    assert_eq!(world.sim.meter().most_in_flight, 1);
}

/// Waits for all futures together, on one task.
async fn futures_joined<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut futures {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        match futures.iter().all(|(_, output)| output.is_some()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}
