#![allow(clippy::unwrap_used)]

use super::*;
use delivery::domain::{
    Author, ChangeReference, Commit, Deployment, DeploymentId, DeploymentMark, DeploymentState,
    DeploymentStatus, Headline, Oid, Person, PullCommit, PullRequest, ReadinessEvent, RepoId,
    Reversion, Review, ReviewState, Time,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const REPO: RepoId = RepoId(7);

/// Few ids, so that they meet each other.
fn oid() -> impl Strategy<Value = Oid> {
    prop_oneof![any::<u8>().prop_map(|byte| Oid([byte; 20])), any::<[u8; 20]>().prop_map(Oid),]
}

/// Instants of our time, and such as clocks and hostile senders name.
fn time() -> impl Strategy<Value = Time> {
    prop_oneof![1_700_000_000..1_800_000_000_i64, any::<i64>()].prop_map(Time)
}

fn name() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![Just("production"), Just("eu/live"), Just("")].prop_map(Arc::from)
}

fn author() -> impl Strategy<Value = Author> {
    (option::of(any::<u64>()), any::<bool>())
        .prop_map(|(person, is_bot)| Author { person: person.map(Person), is_bot })
}

fn reversion() -> impl Strategy<Value = Reversion> {
    let of = prop_oneof![
        any::<u32>().prop_map(ChangeReference::Pull),
        "[0-9a-f]{7,40}".prop_map(|digits| ChangeReference::Commit(digits.parse().unwrap())),
    ];
    (of, any::<bool>()).prop_map(|(of, reapplies)| Reversion { of, reapplies })
}

fn state() -> impl Strategy<Value = DeploymentState> {
    proptest::sample::select(vec![
        DeploymentState::Success,
        DeploymentState::Failure,
        DeploymentState::Error,
        DeploymentState::Inactive,
        DeploymentState::Pending,
        DeploymentState::Other,
    ])
}

fn deployment() -> impl Strategy<Value = Deployment> {
    let status = (time(), state(), option::of(name()))
        .prop_map(|(at, state, environment)| DeploymentStatus { at, state, environment });
    let mark = prop_oneof![
        name().prop_map(DeploymentMark::Task),
        (name(), name()).prop_map(|(field, value)| DeploymentMark::Payload(field, value)),
    ];
    (0..9_u64, oid(), name(), time(), vec(mark, 0..3), vec(status, 0..4)).prop_map(
        |(id, sha, environment, created_at, marks, statuses)| Deployment {
            id: DeploymentId(id),
            node_id: Arc::default(),
            repo: REPO,
            sha,
            environment,
            created_at,
            marks,
            statuses,
        },
    )
}

fn pull() -> impl Strategy<Value = PullRequest> {
    let commit = (oid(), option::of(time()), any::<u64>(), any::<bool>()).prop_map(
        |(oid, authored_at, headline, looks_like_merge)| PullCommit {
            oid,
            authored_at,
            headline: Headline(headline),
            looks_like_merge,
        },
    );
    let readiness = (time(), any::<bool>()).prop_map(|(at, ready)| ReadinessEvent { at, ready });
    let verdict = proptest::sample::select(vec![
        ReviewState::Approved,
        ReviewState::ChangesRequested,
        ReviewState::Commented,
        ReviewState::Dismissed,
        ReviewState::Other,
    ]);
    let review =
        (time(), verdict, author()).prop_map(|(at, state, author)| Review { at, state, author });
    let lists =
        (vec(commit, 0..4), vec(readiness, 0..3), vec(review, 0..3), vec(reversion(), 0..3));
    let rest = (any::<bool>(), any::<[u32; 3]>(), option::of(vec(name(), 0..3)));
    let ids = (option::of(oid()), option::of(oid()), any::<bool>());
    (0..9_u32, author(), time(), time(), ids, lists, rest).prop_map(
        |(number, author, opened_at, merged_at, ids, lists, (hotfix, sizes, components))| {
            let (merge_commit, head, ends_with_head) = ids;
            let (commits, readiness, reviews, reverts) = lists;
            let last = commits.last().map(|commit: &PullCommit| commit.oid);
            PullRequest {
                repo: REPO,
                number,
                author,
                opened_at,
                merged_at,
                merge_commit,
                head: if ends_with_head { last } else { head },
                commits,
                readiness,
                reviews,
                reverts,
                hotfix,
                additions: sizes[0],
                deletions: sizes[1],
                changed_files: sizes[2],
                components,
            }
        },
    )
}

fn commit() -> impl Strategy<Value = Commit> {
    let texts = (any::<u64>(), author(), vec(reversion(), 0..3), any::<bool>());
    (oid(), vec(oid(), 0..5), time(), time(), texts).prop_map(
        |(oid, parents, authored_at, committed_at, (headline, author, reverts, hotfix))| Commit {
            repo: REPO,
            oid,
            parents,
            authored_at,
            committed_at,
            headline: Headline(headline),
            author,
            reverts,
            hotfix,
        },
    )
}

proptest! {
    #[test]
    fn deployments_come_out_as_they_went_in_until_they_are_forgotten(
        told in vec(deployment(), 0..20),
        gone in vec((0..10_u64).prop_map(DeploymentId), 0..6),
    ) {
        let mut deployments = Deployments::default();
        told.iter().for_each(|one| deployments.insert(one));
        deployments.forget(&gone);
        let mut expected: BTreeMap<_, _> = told.iter().map(|one| (one.id, one.clone())).collect();
        expected.retain(|id, _| !gone.contains(id));
        let success = |one: &Deployment| {
            let all = one.statuses.iter().filter(|it| it.state == DeploymentState::Success);
            all.map(|status| status.at).min()
        };
        prop_assert_eq!(deployments.len(), expected.len());
        prop_assert_eq!(deployments.ever_succeeded(), expected.values().any(|one| success(one).is_some()));
        prop_assert_eq!(deployments.first_succeeded_at(), expected.values().filter_map(success).min());
        for id in (0..10).map(DeploymentId) {
            prop_assert_eq!(deployments.contains(id), expected.contains_key(&id));
            prop_assert_eq!(deployments.succeeded_at(id), expected.get(&id).and_then(success));
        }
        let all: Vec<_> = deployments.all(REPO).collect();
        prop_assert_eq!(all, expected.into_values().collect::<Vec<_>>());
    }

    #[test]
    fn pull_requests_come_out_as_they_went_in_until_they_are_forgotten(
        told in vec(pull(), 0..20),
        gone in vec(0..10_u32, 0..6),
    ) {
        let mut pulls = Pulls::default();
        told.iter().for_each(|one| pulls.insert(one));
        pulls.forget(&gone);
        let mut expected: BTreeMap<_, _> = told.iter().map(|one| (one.number, one.clone())).collect();
        expected.retain(|number, _| !gone.contains(number));
        prop_assert_eq!(pulls.len(), expected.len());
        for number in 0..10 {
            prop_assert_eq!(pulls.get(REPO, number), expected.get(&number).cloned());
            prop_assert_eq!(pulls.contains(number), expected.contains_key(&number));
        }
        let all: Vec<_> = pulls.all(REPO).collect();
        prop_assert_eq!(all, expected.into_values().collect::<Vec<_>>());
    }

    #[test]
    fn commits_come_out_as_they_went_in_until_they_are_forgotten(
        told in vec(commit(), 0..40),
        gone in vec(any::<prop::sample::Index>(), 0..10),
        [before, after] in [vec(oid(), 0..3), vec(oid(), 0..3)],
    ) {
        let mut commits = Commits::default();
        told.iter().for_each(|one| commits.insert(one));
        before.into_iter().for_each(|oid| commits.insert_frontier(oid));
        let mut expected: BTreeMap<_, _> = told.iter().map(|one| (one.oid, one.clone())).collect();
        let gone = gone.iter().filter(|_| !told.is_empty()).map(|at| at.get(&told).oid);
        let (gone, after): (BTreeSet<Oid>, BTreeSet<Oid>) = (gone.collect(), after.into_iter().collect());
        commits.forget(&gone, after.clone());
        expected.retain(|oid, _| !gone.contains(oid));
        prop_assert_eq!(commits.len(), expected.len());
        let graph = commits.graph(REPO);
        prop_assert_eq!(graph.len(), expected.len());
        prop_assert_eq!(graph.frontier(), &after);
        prop_assert_eq!(commits.frontier(), &after);
        for oid in told.iter().flat_map(|one| one.parents.iter().chain([&one.oid])) {
            prop_assert_eq!(graph.find(oid).map(|at| graph.commit(at)), expected.get(oid));
            prop_assert_eq!(commits.contains(oid), expected.contains_key(oid));
            prop_assert_eq!(commits.committed_at(oid), expected.get(oid).map(|one| one.committed_at));
        }
    }
}
