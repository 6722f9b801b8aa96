//! First pages of several repositories, asked for together.

use crate::fixture::{DAY, NOW, World};
use delivery::domain::{Fact, Time};
use dora_exporter::sources::github::{Place, Reach, Wanted};
use github_sim::{Merge, NodeFault, Scenario};

fn reach() -> Reach {
    Reach { since: Time(NOW - 100 * DAY), floor: Time(NOW - 200 * DAY), again_since: None }
}

/// Ten repositories, each with a merged pull request that is deployed.
async fn ten() -> World {
    let mut scenario = Scenario::new();
    for number in 0..10 {
        let repo = scenario.repository(NOW - 50 * DAY, &format!("acme/part-{number}"));
        scenario.commit(NOW - DAY, repo, "change", "A change");
        let pull = scenario.open_pull(NOW - DAY + 60, repo, "change", "A change");
        let sha = scenario.merge(NOW - DAY + 120, repo, pull, Merge::Merge);
        scenario.ship(NOW - DAY + 600, repo, &sha, "production");
    }
    World::of(&mut scenario).await
}

#[tokio::test]
async fn what_is_asked_for_together_is_what_each_would_have_answered() {
    let world = ten().await;
    let repositories = world.discovered().await;
    world.sim.reset_meter();
    let heads = repositories.iter().map(|repo| (repo.clone(), repo.head.unwrap())).collect();
    let (deployments, pulls) = (repositories.clone(), repositories.clone());
    let mut pages = world
        .github
        .first_pages(Wanted { deployments, pulls, heads, ..Wanted::default() })
        .await
        .unwrap();
    assert_eq!(world.sim.meter().points, 1 + 2 + 1, "13 repositories a point, 7, and 13");
    for repo in &repositories {
        let reach = reach();
        let alone = world.github.deployments(repo, None::<&str>, &reach).await.unwrap();
        let alone_pulls = world.github.pull_requests(repo, None::<&str>, &reach).await.unwrap();
        let from = repo.head.unwrap();
        let alone_history = world.github.history(repo, from, None::<&str>).await.unwrap();
        world.sim.reset_meter();
        let first = pages.deployments(repo.id);
        let together = Place { cursor: None, first };
        let together = world.github.deployments(repo, together, &reach).await.unwrap();
        assert_eq!((&together.facts, together.done), (&alone.facts, alone.done));
        assert!(matches!(together.facts[..], [Fact::Deployment(_)]), "{:?}", together.facts);
        let first = pages.pulls(repo.id);
        let together = Place { cursor: None, first };
        let together = world.github.pull_requests(repo, together, &reach).await.unwrap();
        assert_eq!((&together.facts, together.done), (&alone_pulls.facts, alone_pulls.done));
        let first = pages.history(repo.id, from);
        let together = Place { cursor: None, first };
        let together = world.github.history(repo, from, together).await.unwrap();
        assert_eq!(together.commits, alone_history.commits);
        assert_eq!(world.sim.meter().requests, 0, "nothing is asked again");
    }
}

#[tokio::test]
async fn what_does_not_come_whole_is_asked_for_alone() {
    let world = ten().await;
    let repositories = world.discovered().await;
    let fault = NodeFault::something_went_wrong();
    world.sim.faults().on_field("Repository.deployments", Some("acme/part-3"), fault);
    let deployments = repositories.clone();
    let wanted = Wanted { deployments, ..Wanted::default() };
    let mut pages = world.github.first_pages(wanted).await.unwrap();
    for repo in &repositories {
        let is_whole = &*repo.full_name != "acme/part-3";
        assert_eq!(pages.deployments(repo.id).is_some(), is_whole, "{}", repo.full_name);
    }
}
