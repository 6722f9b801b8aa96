//! When infrastructure was applied, as it is read, and what that costs.

use crate::fixture::{DAY, NOW, World, reach, walk};
use delivery::domain::{Fact, InfrastructurePull, PullNumber, RepoId};
use github_sim::{Event, Merge, NodeFault, Scenario};
use std::collections::BTreeMap;
use std::sync::Arc;

const RULE: &str =
    "[[platform.self_service]]\nrepositories = [\"acme/infra\"]\npaths = [\"terraform/**\"]\n";
const PLANNED: &str = "Ran Plan for dir: `a` workspace: `default`\n```\nPlan: 1 to add\n```";
const APPLIED: &str = "Ran Apply for dir: `a` workspace: `default`\n```\nApply complete!\n```";
const HOUR: i64 = 3_600;

/// A pull request that is opened at an instant, planned, and merged two hours later; its head.
fn pull(story: &mut Scenario, repo: u64, at: i64, path: &str) -> (PullNumber, String) {
    let branch = format!("b{at}");
    let head = story.commit(at - HOUR, repo, &branch, "Change");
    let number = story.open_pull(at, repo, &branch, "Change");
    story.files(at, repo, number, &[path]);
    story.comment_by(at + 60, repo, number, "acme-atlantis", PLANNED);
    (number, head)
}

fn applied(facts: &[Fact]) -> BTreeMap<PullNumber, Option<i64>> {
    let found = facts.iter().filter_map(|fact| match fact {
        Fact::InfrastructurePull(one) => {
            Some((one.number, one.applied_at.map(|at| at.since(one.opened_at))))
        }
        _ => None,
    });
    found.collect()
}

async fn read(world: &World, repo: u64) -> Vec<Fact> {
    let repo = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    world.sim.reset_meter();
    let read = walk(None, async |cursor: Option<String>| {
        github.pull_requests(&repo, cursor.as_deref(), &reach).await
    });
    read.await.facts
}

/// 40 pull requests, half of which change infrastructure, and a quarter is applied.
fn many() -> (Scenario, u64) {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 300 * DAY, "acme/infra");
    for nth in 0..40 {
        let at = NOW - 40 * DAY + nth * DAY / 2;
        let path = if nth % 2 == 0 { "terraform/a/main.tf" } else { "README.md" };
        let (number, _) = pull(&mut story, repo, at, path);
        if nth % 4 == 0 {
            story.comment_by(at + HOUR, repo, number, "acme-atlantis", APPLIED);
        }
        story.merge(at + 2 * HOUR, repo, number, Merge::Squash);
    }
    (story, repo)
}

#[tokio::test]
async fn only_pull_requests_of_infrastructure_are_asked_about_and_a_batch_costs_a_point() {
    let (mut story, repo) = many();
    let world = World::of(&mut story).await.with_components(RULE);
    let found = applied(&read(&world, repo).await);
    assert_eq!(found.len(), 20);
    assert_eq!(found.values().filter(|at| **at == Some(HOUR)).count(), 10);
    assert_eq!(found.values().filter(|at| at.is_none()).count(), 10);
    let meter = world.sim.meter();
    let of = |operation: &str| meter.operations.get(operation).copied().unwrap_or_default();
    assert_eq!((of("PullRequestsWithFiles").points, of("PullRequests").points), (2, 0));
    assert_eq!(of("Applies").requests, 2, "one for each page that has any");
    assert_eq!(of("Applies").points, 2);

    let world = World::of(&mut many().0).await;
    assert!(applied(&read(&world, repo).await).is_empty());
    let meter = world.sim.meter();
    assert!(!meter.operations.contains_key("Applies"), "nothing is read unless it is configured");
    assert!(!meter.operations.contains_key("PullRequestsWithFiles"));
}

#[tokio::test]
async fn a_merge_that_applies_asks_nothing_more() {
    let (mut story, repo) = many();
    let rule = RULE.replace("paths = [\"terraform/**\"]", "applied_by = \"merge\"");
    let world = World::of(&mut story).await.with_components(&rule);
    let found = applied(&read(&world, repo).await);
    assert!(found.len() == 40 && found.values().all(|at| *at == Some(2 * HOUR)), "{found:?}");
    let meter = world.sim.meter();
    assert!(!meter.operations.contains_key("Applies"), "{meter:?}");
    assert!(!meter.operations.contains_key("PullRequestsWithFiles"), "{meter:?}");
}

#[tokio::test]
async fn statuses_that_may_not_be_read_leave_the_comments() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 300 * DAY, "acme/infra");
    let (first, head) = pull(&mut story, repo, NOW - 9 * DAY, "terraform/a.tf");
    story.check(NOW - 9 * DAY + HOUR, repo, &head, "atlantis/apply", "SUCCESS");
    story.merge(NOW - 9 * DAY + 2 * HOUR, repo, first, Merge::Squash);
    let (second, _) = pull(&mut story, repo, NOW - 8 * DAY, "terraform/a.tf");
    story.comment_by(NOW - 8 * DAY + HOUR, repo, second, "acme-atlantis", APPLIED);
    story.merge(NOW - 8 * DAY + 2 * HOUR, repo, second, Merge::Squash);
    let world = World::of(&mut story).await.with_components(RULE);
    let expected = BTreeMap::from([(first, Some(HOUR)), (second, Some(HOUR))]);
    assert_eq!(applied(&read(&world, repo).await), expected);
    world.sim.faults().on_field("Commit.status", None, NodeFault::forbidden());
    let expected = BTreeMap::from([(first, None), (second, Some(HOUR))]);
    assert_eq!(applied(&read(&world, repo).await), expected);
}

#[tokio::test]
async fn comments_beyond_the_first_hundred_are_read() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 300 * DAY, "acme/infra");
    let at = NOW - 9 * DAY;
    let (number, _) = pull(&mut story, repo, at, "terraform/a.tf");
    for nth in 0..230 {
        story.comment(at + 120 + nth, repo, number, "What about this line?");
    }
    story.comment_by(at + HOUR, repo, number, "acme-atlantis", APPLIED);
    story.merge(at + 2 * HOUR, repo, number, Merge::Squash);
    let world = World::of(&mut story).await.with_components(RULE);
    assert_eq!(applied(&read(&world, repo).await), BTreeMap::from([(number, Some(HOUR))]));
}

#[tokio::test]
async fn what_waits_is_asked_again_by_id_and_told_once_it_is_applied() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 300 * DAY, "acme/infra");
    let (number, _) = pull(&mut story, repo, NOW - DAY, "terraform/a.tf");
    let sha = story.merge(NOW - DAY + 2 * HOUR, repo, number, Merge::Squash);
    let rules = "[[platform.self_service]]\nrepositories = [\"acme/infra\"]\npaths = [\"docs\"]\n\
                 [[platform.self_service]]\nrepositories = [\"acme/*\"]\n\
                 applied_by = \"merge_status\"\nstatuses = [\"cloud/*\"]\n";
    let world = World::of(&mut story).await.with_components(rules);
    let facts = read(&world, repo).await;
    let waiting: Vec<&InfrastructurePull> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::InfrastructurePull(one) => Some(one),
            _ => None,
        })
        .collect();
    assert!(waiting.len() == 1 && waiting[0].applied_at.is_none(), "{waiting:?}");
    let ids = [(Arc::from("acme/infra"), Arc::clone(&waiting[0].node_id))];
    assert!(world.github.applies(&ids).await.unwrap().is_empty(), "not yet");
    let state = |state: &str| Event::CommitStatus {
        repo,
        sha: sha.clone(),
        context: "cloud/apply".to_owned(),
        state: state.to_owned(),
        description: String::new(),
    };
    world.sim.extend([(NOW - HOUR, state("PENDING")), (NOW - 60, state("SUCCESS"))]).unwrap();
    let told = world.github.applies(&ids).await.unwrap();
    assert_eq!(applied(&told), BTreeMap::from([(number, Some(DAY - 60))]));
    assert_eq!(told[0].repo(), Some(RepoId(repo)));
    let elsewhere = [(Arc::from("other/infra"), Arc::clone(&waiting[0].node_id))];
    assert!(world.github.applies(&elsewhere).await.unwrap().is_empty(), "no rule any more");
}
