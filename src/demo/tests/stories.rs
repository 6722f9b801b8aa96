//! Every story that the demo promises is in what a first collection sees.

use super::*;
use github_sim::event::{CloseReason, Verdict};

/// Whether an event tells the story.
type Story = fn(&Event) -> bool;

const PULLS: [(&str, Story); 15] = [
    ("revert", |event| {
        pull(event, |pull| {
            pull.title.starts_with("Revert \"")
                && pull.body.starts_with("Reverts acme/")
                && pull.head.starts_with("revert-")
        })
    }),
    ("reapply", |event| {
        pull(event, |pull| {
            pull.title.starts_with("Reapply \"")
                && pull.body.starts_with("Reverts acme/")
                && pull.head.contains("-revert-")
        })
    }),
    ("hotfix by label", |event| pull(event, |pull| pull.labels.contains(&"hotfix".to_owned()))),
    ("hotfix by branch", |event| pull(event, |pull| pull.head.starts_with("hotfix/"))),
    ("hotfix by title", |event| pull(event, |pull| pull.title.starts_with("Hotfix: "))),
    ("promotion", |event| pull(event, |pull| pull.head == "develop" && pull.base == "main")),
    ("pull request to develop", |event| pull(event, |pull| pull.base == "develop")),
    ("draft", |event| pull(event, |pull| pull.draft)),
    ("update by a bot", |event| pull(event, |pull| pull.author == "dependabot")),
    ("login in a branch", |event| {
        pull(event, |pull| {
            pull.head.split_once('/').is_some_and(|(first, _)| LOGINS.contains(&first))
        })
    }),
    ("ready for review", |event| matches!(event, Event::PullReadiness { ready: true, .. })),
    ("closed without a merge", |event| matches!(event, Event::PullClosed { .. })),
    ("review by a bot", |event| reviewed(event) == Some("lint-review")),
    ("review by a person", |event| reviewed(event).is_some_and(|who| LOGINS.contains(&who))),
    ("author who left", |event| {
        pull(event, |pull| people::LEAVERS.iter().any(|(who, _)| *who == pull.author))
    }),
];

const COMMITS: [(&str, Story); 9] = [
    ("squash", |event| pushed(event, |it| it.parents.len() == 1 && it.message.contains(" (#"))),
    ("merge commit", |event| {
        pushed(event, |it| it.parents.len() == 2 && it.message.starts_with("Merge pull request #"))
    }),
    ("rebase", |event| {
        pushed(event, |it| it.authored_at + 600 < it.committed_at && !it.message.contains(" (#"))
    }),
    ("branch updated from its base", |event| {
        pushed(event, |it| it.message.starts_with("Merge branch 'main' into "))
    }),
    ("reverting commit", |event| {
        pushed(event, |it| it.message.contains("\n\nThis reverts commit "))
    }),
    ("direct push", |event| {
        matches!(event, Event::Push { branch, .. } if branch == "main")
            && pushed(event, |it| it.parents.len() == 1 && !it.message.contains('#'))
    }),
    ("null author", |event| pushed(event, |it| it.author.is_none())),
    ("clock ahead", |event| pushed(event, |it| it.authored_at > it.committed_at)),
    ("work of days", |event| pushed(event, |it| it.message.contains(": part 4"))),
];

const DEPLOYMENTS: [(&str, Story); 9] = [
    ("production", |event| environment(event, |name| name == "production")),
    ("region eu", |event| environment(event, |name| name == "prod-eu")),
    ("region us", |event| environment(event, |name| name == "prod-us")),
    ("staging", |event| environment(event, |name| name == "staging")),
    ("canary", |event| environment(event, |name| name == "production-canary")),
    ("preview", |event| environment(event, |name| name.starts_with("preview/pr-"))),
    ("branch in production", |event| {
        environment(event, |name| name == "production")
            && matches!(event, Event::DeploymentCreated { branch: Some(of), .. } if of != "main")
    }),
    ("failure", |event| status(event) == Some("FAILURE")),
    ("error", |event| status(event) == Some("ERROR")),
];

const INCIDENTS: [(&str, Story); 8] = [
    ("mapped by label", |event| incident(event, |_, labels| mapped(labels))),
    ("named cause", |event| incident(event, |body, _| body.contains("Caused by "))),
    ("named root cause", |event| commented(event, "Root cause: ")),
    ("named fix", |event| commented(event, "Fixed by ")),
    ("false alarm", |event| closed(event) == Some(CloseReason::NotPlanned)),
    ("resolved", |event| closed(event) == Some(CloseReason::Completed)),
    ("reopened", |event| matches!(event, Event::IssueReopened { .. })),
    ("a bug at first", |event| matches!(event, Event::Labeled { .. })),
];

/// What a pull request's opening says.
struct Opening<'a> {
    title: &'a str,
    body: &'a str,
    base: &'a str,
    head: &'a str,
    author: &'a str,
    draft: bool,
    labels: &'a [String],
}

fn pull(event: &Event, what: impl Fn(&Opening<'_>) -> bool) -> bool {
    let Event::PullOpened { title, body, base, head, author, draft, labels, .. } = event else {
        return false;
    };
    what(&Opening { title, body, base, head, author, draft: *draft, labels })
}

fn reviewed(event: &Event) -> Option<&str> {
    let Event::PullReviewed { author, .. } = event else { return None };
    Some(author)
}

fn pushed(event: &Event, what: impl Fn(&NewCommit) -> bool) -> bool {
    matches!(event, Event::Push { commits, .. } if commits.iter().any(what))
}

fn environment(event: &Event, what: impl Fn(&str) -> bool) -> bool {
    matches!(event, Event::DeploymentCreated { environment, .. } if what(environment))
}

fn status(event: &Event) -> Option<&str> {
    let Event::DeploymentStatus { state, .. } = event else { return None };
    Some(state)
}

fn incident(event: &Event, what: impl Fn(&str, &[String]) -> bool) -> bool {
    let Event::IssueOpened { body, labels, .. } = event else { return false };
    labels.iter().any(|label| label == "incident") && what(body, labels)
}

fn mapped(labels: &[String]) -> bool {
    labels.iter().any(|label| label.starts_with("component/"))
}

fn closed(event: &Event) -> Option<CloseReason> {
    let Event::IssueClosed { reason, .. } = event else { return None };
    Some(*reason)
}

fn commented(event: &Event, what: &str) -> bool {
    matches!(event, Event::Commented { body, .. } if body.contains(what))
}

#[test]
fn every_promised_story_is_told_more_than_once() {
    let log = log(DAYS);
    let seen: Vec<&Event> =
        log.iter().filter(|(at, _)| *at > NOW - 120 * DAY).map(|(_, event)| event).collect();
    for (name, tells) in PULLS.into_iter().chain(COMMITS).chain(DEPLOYMENTS).chain(INCIDENTS) {
        let told = seen.iter().filter(|event| tells(event)).count();
        assert!(told >= 2, "{name}: {told} times");
    }
}

#[test]
fn repositories_come_in_every_kind() {
    let log = log(DAYS);
    let count = |what: Story| log.iter().filter(|(_, event)| what(event)).count();
    let pushed: BTreeSet<u64> = log
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Push { repo, .. } => Some(*repo),
            _ => None,
        })
        .collect();
    assert_eq!(count(|event| matches!(event, Event::RepositoryMoved { .. })), 2);
    assert_eq!(count(|event| matches!(event, Event::RepositoryArchived { .. })), 2);
    assert_eq!(count(|event| matches!(event, Event::RepositoryCreated { fork: true, .. })), 2);
    assert_eq!(count(|event| matches!(event, Event::AccountDeleted { .. })), 2);
    assert_eq!(41 - pushed.len(), 2, "empty repositories");
}

#[test]
fn some_incidents_belong_to_no_component() {
    let log = log(DAYS);
    let central = log.iter().find_map(|(_, event)| match event {
        Event::RepositoryCreated { repo, name, .. } if name == INCIDENTS_REPOSITORY => Some(*repo),
        _ => None,
    });
    let unmapped = log.iter().filter(|(_, event)| {
        incident(event, |_, labels| !mapped(labels))
            && matches!(event, Event::IssueOpened { repo, .. } if Some(*repo) == central)
    });
    assert!(unmapped.count() >= 2);
}

#[test]
fn versions_are_brought_back_and_failed_ones_run_again() {
    let log = log(DAYS);
    let mut versions: HashMap<u64, Vec<&String>> = HashMap::new();
    let (mut back, mut again) = (0, 0);
    for (_, event) in &log {
        let Event::DeploymentCreated { repo, sha, environment, .. } = event else { continue };
        if environment != "production" {
            continue;
        }
        let before = versions.entry(*repo).or_default();
        again += usize::from(before.last() == Some(&sha));
        back += usize::from(before.last() != Some(&sha) && before.contains(&sha));
        before.push(sha);
    }
    assert!(back >= 10, "{back} rollbacks");
    assert!(again >= 10, "{again} repetitions");
}

#[test]
fn changes_are_open_that_wait_for_their_author_a_review_an_agreement_and_the_merge() {
    let mut open: BTreeMap<(u64, u32), &str> = BTreeMap::new();
    let events = log(60);
    for (_, event) in &events {
        match event {
            Event::PullOpened { repo, number, draft, .. } => {
                open.insert((*repo, *number), if *draft { "draft" } else { "waiting" });
            }
            Event::PullReadiness { repo, number, ready } => {
                open.insert((*repo, *number), if *ready { "waiting" } else { "draft" });
            }
            Event::PullReviewed { repo, number, author, verdict }
                if LOGINS.contains(&author.as_str()) =>
            {
                let state = if *verdict == Verdict::Approved { "approved" } else { "in review" };
                open.insert((*repo, *number), state);
            }
            Event::PullMerged { repo, number, .. } | Event::PullClosed { repo, number } => {
                open.remove(&(*repo, *number));
            }
            _ => {}
        }
    }
    let states: BTreeSet<&str> = open.into_values().collect();
    assert_eq!(Vec::from_iter(states), ["approved", "draft", "in review", "waiting"]);
}
