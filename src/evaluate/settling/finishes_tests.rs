//! What settles of each kind, when, and under which subject.

#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_subject_says_which_fact_it_was_made_of() {
    let oid = Oid([7; 20]);
    for (subject, fact) in [
        ("deployment:7:12:", SubjectFact::Deployment(RepoId(7), DeploymentId(12))),
        ("deployment:7:12:api:v2", SubjectFact::Deployment(RepoId(7), DeploymentId(12))),
        ("pull:7:12:", SubjectFact::Change(RepoId(7), ChangeId::Pull(12))),
        ("coding:pull:7:12:api", SubjectFact::Change(RepoId(7), ChangeId::Pull(12))),
        (&format!("commit:7:{oid}:"), SubjectFact::Change(RepoId(7), ChangeId::Commit(oid))),
        ("incident:github:I_1", SubjectFact::Incident(IncidentId("github:I_1".into()))),
    ] {
        assert_eq!(fact_of(subject), Some(fact), "{subject}");
    }
    for unknown in ["", "survey:1", "survey:1:2:", "pull:x:1:", "pull:1"] {
        assert_eq!(fact_of(unknown), None, "{unknown}");
    }
}
use delivery::domain::{HOUR, IncidentEvent, Oid, RepoId};
use delivery::ledger::{AbortedDeployment, Failure, JudgedIncident, Phases, Witness};
use delivery::measures::Phase;
use std::sync::Arc;

/// Matches of rules, and the match at which the failure settles.
type Case = (&'static [(Reason, i64)], Option<(i64, Reason)>);
/// An incident's turns, and what settles.
type Turns = (&'static [(i64, IncidentTransition)], &'static [(i64, Counted)]);

fn deployment(id: u64, finished_at: i64) -> ProductionDeployment {
    ProductionDeployment {
        id: DeploymentId(id),
        others: Box::default(),
        sha: Oid([0; 20]),
        environment: Arc::from("production"),
        created_at: Time(finished_at),
        finished_at: Time(finished_at),
        known_commit: true,
        is_baseline: false,
        changes: 0,
        is_rollback: false,
        is_rework: false,
        failure: None,
    }
}

/// A failure by these matches, ordered by reason as the ledger does.
fn failure(matches: &[(Reason, i64)], restored_at: Option<i64>, has_incident: bool) -> Failure {
    let evidence = matches.iter().map(|(reason, at)| Evidence {
        reason: *reason,
        at: Time(*at),
        witness: Witness::Rollback(DeploymentId(9)),
    });
    Failure {
        reason: matches[0].0,
        evidence: evidence.collect(),
        restored_at: restored_at.map(Time),
        open: restored_at.is_none(),
        has_incident,
    }
}

/// What finished in `(10, 100]`, as instant, subject and what it counts for.
fn found(history: &History) -> Vec<(i64, String, Vec<Counted>)> {
    let component = ComponentId { repo: RepoId(7), name: Arc::from("api") };
    let judged = Judged { component: &component, history };
    let finishes = judged.between(Time(10), Time(100)).into_iter();
    finishes.map(|finish| (finish.at.0, finish.subject, finish.counted)).collect()
}

fn one(at: i64, subject: &str, counted: &[Counted]) -> (i64, String, Vec<Counted>) {
    (at, subject.to_owned(), counted.to_vec())
}

#[test]
fn deployments_settle_at_their_finish_and_rework_with_them() {
    let rework = ProductionDeployment { is_rework: true, ..deployment(3, 100) };
    let deployments = vec![deployment(1, 10), deployment(2, 11), rework, deployment(4, 101)];
    let history = History { deployments, ..History::default() };
    let expected = [
        one(11, "deployment:7:2:api", &[Counted::Deployment]),
        one(100, "deployment:7:3:api", &[Counted::Deployment, Counted::ReworkDeployment]),
    ];
    assert_eq!(found(&history), expected);
}

#[test]
fn aborted_deployments_settle_when_that_is_judged() {
    let aborted = [(1, 10), (2, 50)];
    let aborted = aborted.map(|(id, at)| AbortedDeployment { id: DeploymentId(id), at: Time(at) });
    let history = History { aborted: aborted.to_vec(), ..History::default() };
    assert_eq!(found(&history), [one(50, "deployment:7:2:api", &[Counted::AbortedDeployment])]);
}

#[test]
fn a_failure_settles_at_its_first_match_with_the_reason_of_that_match() {
    let cases: [Case; 5] = [
        (&[(Reason::Incident, 30)], Some((30, Reason::Incident))),
        (&[(Reason::Rollback, 40), (Reason::Incident, 30)], Some((30, Reason::Incident))),
        (&[(Reason::Revert, 30), (Reason::Incident, 30)], Some((30, Reason::Revert))),
        (&[(Reason::Linked, 50), (Reason::Hotfix, 9)], None),
        (&[(Reason::Linked, 101)], None),
    ];
    for (matches, expected) in cases {
        let failed = ProductionDeployment {
            failure: Some(Box::new(failure(matches, None, true))),
            ..deployment(1, 5)
        };
        let history = History { deployments: vec![failed], ..History::default() };
        let expected: Vec<_> = expected
            .map(|(at, reason)| one(at, "deployment:7:1:api", &[Counted::FailedDeployment(reason)]))
            .into_iter()
            .collect();
        assert_eq!(found(&history), expected);
    }
}

#[test]
fn a_recovery_restores_by_itself_only_where_no_incident_does() {
    for (has_incident, counted) in [
        (false, vec![Counted::Recovery(55), Counted::Restore(55)]),
        (true, vec![Counted::Recovery(55)]),
    ] {
        let failure = failure(&[(Reason::Rollback, 7)], Some(60), has_incident);
        let failed = ProductionDeployment { failure: Some(Box::new(failure)), ..deployment(1, 5) };
        let history = History { deployments: vec![failed], ..History::default() };
        assert_eq!(found(&history), [one(60, "deployment:7:1:api", &counted)]);
    }
}

#[test]
fn incidents_settle_at_their_opening_and_at_their_resolution() {
    let incident = |id: &str, opened_at, resolved_at: Option<i64>| JudgedIncident {
        id: IncidentId(Arc::from(id)),
        opened_at: Time(opened_at),
        resolved_at: resolved_at.map(Time),
        attributed: false,
    };
    let incidents =
        vec![incident("a", 5, Some(20)), incident("b", 30, None), incident("c", 40, Some(90))];
    let expected = [
        one(20, "incident:a", &[Counted::Restore(15)]),
        one(30, "incident:b", &[Counted::Incident]),
        one(40, "incident:c", &[Counted::Incident]),
        one(90, "incident:c", &[Counted::Restore(50)]),
    ];
    assert_eq!(found(&History { incidents, ..History::default() }), expected);
}

#[test]
fn a_change_settles_once_it_is_shipped_and_merged_with_the_phases_that_it_has() {
    let change = |id, merged_at, phases| ShippedChange {
        id,
        deployment: 0,
        started_at: Time(30 - HOUR),
        merged_at: Time(merged_at),
        finished_at: Time(30),
        phases,
        unknown_paths: false,
    };
    let phases = Phases { coding: Some(0), pickup: None, review: None, deploy: Some(9) };
    let oid = Oid([0xab; 20]);
    let changes = vec![
        change(ChangeId::Pull(1), 20, phases),
        change(ChangeId::Pull(2), 101, phases),
        change(ChangeId::Commit(oid), 70, Phases::default()),
    ];
    let times = [Counted::LeadTimeHours(HOUR), Counted::LeadTime(HOUR)];
    let with_phases =
        [Counted::ChangePhase(Phase::Coding, 0), Counted::ChangePhase(Phase::Deploy, 9)];
    let expected = [
        one(30, "pull:7:1:api", &[times, with_phases].concat()),
        one(70, &format!("commit:7:{oid}:api"), &times),
    ];
    assert_eq!(found(&History { changes, ..History::default() }), expected);
}

#[test]
fn an_unmapped_incident_settles_as_it_stood_settle_after_later() {
    use IncidentTransition::{Dismissed, Reopened, Resolved};
    let cases: [Turns; 6] = [
        (&[], &[(20, Counted::Incident)]),
        (&[(25, Dismissed)], &[]),
        (&[(26, Dismissed)], &[(20, Counted::Incident)]),
        (&[(40, Resolved)], &[(20, Counted::Incident), (40, Counted::Restore(20))]),
        // What was opened again soon was not resolved; what was opened again later had been.
        (
            &[(40, Resolved), (45, Reopened), (60, Resolved), (70, Reopened)],
            &[(20, Counted::Incident), (60, Counted::Restore(40))],
        ),
        (
            &[(40, Resolved), (101, Resolved)],
            &[(20, Counted::Incident), (40, Counted::Restore(20))],
        ),
    ];
    for (events, expected) in cases {
        let event = |(at, transition): &(i64, IncidentTransition)| IncidentEvent {
            at: Time(*at),
            transition: *transition,
        };
        let incident = Incident {
            id: IncidentId(Arc::from("i")),
            node_id: Arc::from("i"),
            url: None,
            repo: None,
            component: None,
            ruled: None,
            severities: Vec::new(),
            counts: true,
            opened_at: Time(20),
            events: events.iter().map(event).collect(),
            causes: vec![],
            fixes: vec![],
        };
        let unmapped = UnmappedIncidents { incidents: vec![&incident], settle_after: 5 };
        let finishes = unmapped.between(Time(10), Time(100)).into_iter();
        let found: Vec<_> = finishes.map(|finish| (finish.at.0, finish.counted[0])).collect();
        assert_eq!(found, expected, "{events:?}");
        assert!(unmapped.primed(Time(0), Time(100)).is_empty());
    }
}
