//! A random organisation, and what a collector has found of it by an instant.

use super::*;
use delivery::domain::{
    Author, ChangeReference, Commit, Headline, IncidentEvent, IncidentLink, IncidentTransition,
    OidPrefix, Person, PullRequest, Reversion, Review, ReviewState,
};
use proptest::prelude::*;

/// When everything is born; history reaches back before it.
pub(super) const BIRTH: Time = NOW;
pub(super) const END: Time = Time(NOW.0 + 25 * DAY);
const NOBODY: Author = Author { person: None, is_bot: false };
/// Two components, an owner's incidents elsewhere, and incidents of nobody.
const REPOSITORIES: [(u64, &str); 4] =
    [(1, "acme/pay-api"), (2, "acme/website"), (3, "acme/incidents"), (4, "acme/other-incidents")];

/// One of a few people.
fn somebody(number: u64) -> Author {
    Author { person: Some(Person(number % 5)), is_bot: false }
}

/// What an incident's text names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// A commit of the incident's repository.
    Commit(u8),
    /// A commit of a repository by its name.
    CommitOf(u8),
    /// A deployment, by the place of its event.
    Deployment(u8),
}

/// Events whose incidents name commits of their own repository.
pub(super) fn event() -> impl Strategy<Value = Event> {
    event_naming((0..9_u8).prop_map(Named::Commit))
}

/// Events whose incidents name things of any repository.
pub(super) fn event_naming_anything() -> impl Strategy<Value = Event> {
    event_naming(prop_oneof![
        (0..9_u8).prop_map(Named::Commit),
        (0..9_u8).prop_map(Named::CommitOf),
        (0..20_u8).prop_map(Named::Deployment),
    ])
}

/// Something that happened, in minutes after birth.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Merge {
        minute: i64,
        hotfix: bool,
        reverts: Option<u32>,
    },
    Deploy {
        minute: i64,
        repo: u64,
        commit: u8,
        region: bool,
        success: bool,
        retried: bool,
    },
    Incident {
        minute: i64,
        repo: u64,
        named: bool,
        link: Option<(bool, Named)>,
        turns: Vec<(i64, u8)>,
    },
}

fn event_naming(named: impl Strategy<Value = Named>) -> impl Strategy<Value = Event> {
    let minute = -3 * 1_440..14 * 1_440_i64;
    let close = prop_oneof![1..40_i64, 40..4_000_i64];
    let flags = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.3));
    prop_oneof![
        (minute.clone(), prop::bool::weighted(0.2), prop::option::weighted(0.2, 0..8_u32))
            .prop_map(|(minute, hotfix, reverts)| Event::Merge { minute, hotfix, reverts }),
        (minute.clone(), 1..3_u64, 0..9_u8, flags).prop_map(
            |(minute, repo, commit, (region, success, retried))| Event::Deploy {
                minute,
                repo,
                commit,
                region,
                success,
                retried
            }
        ),
        (
            minute,
            1..5_u64,
            any::<bool>(),
            prop::option::of((any::<bool>(), named)),
            prop::collection::vec((close, 0..3_u8), 0..4)
        )
            .prop_map(|(minute, repo, named, link, turns)| Event::Incident {
                minute,
                repo,
                named,
                link,
                turns
            }),
    ]
}

/// The commit of that place on the branch of a repository.
fn oid(repo: u64, place: usize) -> Oid {
    let mut oid = [repo as u8; 20];
    oid[0] = place as u8;
    Oid(oid)
}

fn author_and_merge(
    repo: u64,
    place: usize,
    at: Time,
    hotfix: bool,
    reverts: Option<u32>,
) -> [Fact; 2] {
    let reverts: Vec<_> = reverts
        .map(|number| Reversion { of: ChangeReference::Pull(number), reapplies: false })
        .into_iter()
        .collect();
    let parents = place.checked_sub(1).map(|before| oid(repo, before)).into_iter().collect();
    let commit = Commit {
        repo: RepoId(repo),
        oid: oid(repo, place),
        parents,
        authored_at: at.plus(-5 * HOUR),
        committed_at: at,
        headline: Headline(place as u64),
        author: NOBODY,
        reverts: Vec::new(),
        hotfix: false,
    };
    let pull = PullRequest {
        repo: RepoId(repo),
        number: place as u32,
        author: somebody(repo + place as u64),
        opened_at: at.plus(-2 * HOUR),
        merged_at: at,
        merge_commit: Some(commit.oid),
        head: None,
        commits: Vec::new(),
        readiness: Vec::new(),
        reviews: (0..place as u64 % 3)
            .map(|nth| Review {
                at: at.plus(-HOUR),
                state: ReviewState::Approved,
                author: somebody(place as u64 * 3 + nth),
            })
            .collect(),
        reverts,
        hotfix,
        additions: 1,
        deletions: 0,
        changed_files: 1,
        components: None,
    };
    [Fact::Commit(commit), Fact::PullRequest(pull)]
}

/// When each commit was merged, with whether it is a hotfix and what it reverts.
fn merges(events: &[Event]) -> Vec<(Time, bool, Option<u32>)> {
    let merged = events.iter().filter_map(|event| match event {
        Event::Merge { minute, hotfix, reverts } => {
            Some((BIRTH.plus(minute * MINUTE), *hotfix, *reverts))
        }
        _ => None,
    });
    let first = (BIRTH.plus(-9 * DAY), false, None);
    let mut merges: Vec<_> = merged.chain([first]).collect();
    merges.sort_unstable();
    merges
}

/// All that a collector finds that has come through `t`.
pub(super) fn facts_at(events: &[Event], t: Time) -> Vec<Fact> {
    let mut facts = Vec::new();
    let merges = merges(events);
    for (number, event) in (10_u64..).zip(events) {
        match event {
            Event::Merge { .. } => {}
            Event::Deploy { minute, repo, commit, region, success, retried } => {
                let at = BIRTH.plus(minute * MINUTE);
                // What is deployed is there.
                let merged = merges.partition_point(|(merged_at, ..)| *merged_at <= at);
                let commit = usize::from(*commit).min(merged - 1);
                let state = |success: bool| {
                    if success { DeploymentState::Success } else { DeploymentState::Failure }
                };
                let statuses = [(at.plus(90), *success), (at.plus(2 * DAY), true)];
                let statuses = &statuses[..1 + usize::from(*retried)];
                facts.extend(deployment_at(*repo, number, commit, *region, at, t).map(|one| {
                    let statuses = statuses.iter().filter(|(at, _)| *at <= t);
                    let status = |(at, success): &(Time, bool)| DeploymentStatus {
                        at: *at,
                        state: state(*success),
                        environment: None,
                    };
                    Fact::Deployment(Deployment { statuses: statuses.map(status).collect(), ..one })
                }));
            }
            Event::Incident { minute, repo, named, link, turns } => {
                let opened_at = BIRTH.plus(minute * MINUTE);
                let link = link.map(|(cause, named)| {
                    let commit =
                        |place: u8| ChangeReference::Commit(OidPrefix::from(oid(1, place.into())));
                    let link = match named {
                        Named::Commit(place) => IncidentLink::Change(commit(place)),
                        Named::CommitOf(place) => IncidentLink::ChangeOf(
                            RepositoryName::of("acme/pay-api"),
                            commit(place),
                        ),
                        Named::Deployment(place) => {
                            IncidentLink::Deployment(DeploymentId(10 + u64::from(place)))
                        }
                    };
                    (cause, link)
                });
                let links = |causes: bool| {
                    link.filter(|(cause, _)| *cause == causes)
                        .map(|(_, link)| link)
                        .into_iter()
                        .collect()
                };
                let fact = incident(&number.to_string(), *repo, None);
                let Fact::Incident(incident) = fact else { unreachable!() };
                let component = named.then(|| Arc::from("website"));
                let events = turned(opened_at, turns, t);
                let (causes, fixes) = (links(true), links(false));
                if opened_at <= t {
                    facts.push(Fact::Incident(Incident {
                        opened_at,
                        component,
                        events,
                        causes,
                        fixes,
                        ..incident
                    }));
                }
            }
        }
    }
    let merged = merges.partition_point(|(at, ..)| *at <= t);
    for (repo, name) in REPOSITORIES {
        let Fact::Repository(repository) = repository(repo, name) else { unreachable!() };
        let head = Some(oid(repo, merged - 1));
        facts.push(Fact::Repository(Repository { head, ..repository }));
        facts.extend(progress(repo, true, t));
        if repo < 3 {
            let first = deployment_at(repo, repo, 0, false, BIRTH.plus(-8 * DAY), t);
            facts.extend(first.map(|first| {
                let at = first.created_at;
                let state = DeploymentState::Success;
                let statuses = vec![DeploymentStatus { at, state, environment: None }];
                Fact::Deployment(Deployment { statuses, ..first })
            }));
            for (place, (at, hotfix, reverts)) in merges[..merged].iter().enumerate() {
                facts.extend(author_and_merge(repo, place, *at, *hotfix, *reverts));
            }
        }
    }
    facts
}

fn deployment_at(
    repo: u64,
    id: u64,
    commit: usize,
    region: bool,
    created_at: Time,
    t: Time,
) -> Option<Deployment> {
    let environment = if region { "production-eu" } else { "production" };
    let one = Deployment {
        id: DeploymentId(id),
        node_id: Arc::from(format!("DE_{id}")),
        repo: RepoId(repo),
        sha: oid(repo, commit),
        environment: Arc::from(environment),
        created_at,
        marks: Vec::new(),
        statuses: Vec::new(),
    };
    (created_at <= t).then_some(one)
}

fn turned(opened_at: Time, turns: &[(i64, u8)], t: Time) -> Vec<IncidentEvent> {
    use IncidentTransition::{Dismissed, Reopened, Resolved};
    let mut at = opened_at;
    let events = turns.iter().map(|(minutes, kind)| {
        at = at.plus(minutes * MINUTE);
        let transition = [Resolved, Dismissed, Reopened][usize::from(*kind)];
        IncidentEvent { at, transition }
    });
    events.filter(|event| event.at <= t).collect()
}
