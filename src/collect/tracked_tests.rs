//! Tiers of idleness, the spread of reconciles, progress.

#![allow(clippy::unwrap_used)]

use super::*;
use delivery::domain::{HOUR, RepoId};

const NOW: Time = Time(1_800_000_000);

fn tracked(id: u64) -> Tracked {
    let repository = Repository {
        id: RepoId(id),
        node_id: Arc::from("R_1"),
        full_name: Arc::from("acme/pay"),
        former_names: Vec::new(),
        host: Arc::from("github"),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    };
    Tracked::new(repository, Arc::new(EnvironmentRule::new(&[] as &[&str], &[]).unwrap()))
}

#[test]
fn the_longer_nothing_has_moved_the_more_seldom_deployments_are_asked_for() {
    for (moved, looked, asks) in [
        (DAY, MINUTE, true),
        (7 * DAY - 1, MINUTE, true),
        (7 * DAY, 29 * MINUTE, false),
        (7 * DAY, 30 * MINUTE, true),
        (89 * DAY, 29 * MINUTE, false),
        (90 * DAY, 23 * HOUR, false),
        (90 * DAY, DAY, true),
        // The clock was set back since.
        (90 * DAY, -HOUR, true),
    ] {
        let mut repository = tracked(1);
        repository.moved_by(NOW.plus(-moved));
        repository.looked_at = Some(NOW.plus(-looked));
        assert_eq!(repository.asks_for_deployments(NOW), asks, "{moved} {looked}");
        repository.moved_by(NOW.plus(-MINUTE));
        assert!(repository.asks_for_deployments(NOW), "whatever moves is active");
    }
    assert!(tracked(1).asks_for_deployments(NOW), "never asked");
}

#[test]
fn first_reconciles_are_spread_over_the_interval() {
    let dues: BTreeSet<i64> =
        (0..1_000).map(|id| NOW.since(tracked(id).spread(NOW, DAY)) / HOUR).collect();
    assert_eq!(dues, (0..24).collect(), "one in each hour at least");
}

#[test]
fn progress_never_goes_back() {
    let mut repository = tracked(1);
    for through in [NOW, NOW.plus(-HOUR)] {
        repository.absorb(&Fact::Progress(Progress {
            repo: RepoId(1),
            collector: Collector::PullRequests,
            complete: true,
            through: Some(through),
        }));
    }
    assert_eq!(repository.progress[&Collector::PullRequests].through, Some(NOW));
}

#[test]
fn a_failed_deployment_is_asked_for_a_week_by_sweeps_and_a_month_by_the_reconcile() {
    for (failed, by_sweeps, by_reconcile) in
        [(6 * DAY, 1, 0), (8 * DAY, 0, 1), (30 * DAY, 0, 1), (32 * DAY, 0, 0)]
    {
        let mut repository = tracked(1);
        repository.absorb(&Fact::Deployment(Deployment {
            id: DeploymentId::of(delivery::domain::DeploymentSource::GitHubDeployments, 5),
            node_id: Arc::from("DE_5"),
            repo: RepoId(1),
            sha: Oid([1; 20]),
            environment: Arc::from("production"),
            created_at: NOW.plus(-failed),
            marks: Vec::new(),
            statuses: vec![delivery::domain::DeploymentStatus {
                at: NOW.plus(-failed),
                state: DeploymentState::Failure,
                environment: None,
            }],
        }));
        let asked = repository.unfinished_deployments(NOW).count();
        let reconciled = repository.long_failed_deployments(NOW).count();
        assert_eq!((asked, reconciled), (by_sweeps, by_reconcile), "{failed}");
    }
}

#[test]
fn what_only_the_reconcile_asks_for_was_missed_by_the_sweeps() {
    let mut repository = tracked(1);
    let incident = |counts, closed: bool| {
        let resolved =
            |at| delivery::domain::IncidentEvent { at, transition: IncidentTransition::Resolved };
        Fact::Incident(Incident {
            id: IncidentId(Arc::from("github:9")),
            node_id: Arc::from("I_9"),
            url: None,
            repo: Some(RepoId(1)),
            component: None,
            ruled: None,
            severities: Vec::new(),
            counts,
            opened_at: NOW.plus(-DAY),
            events: closed.then(|| resolved(NOW.plus(-HOUR))).into_iter().collect(),
            causes: Vec::new(),
            fixes: Vec::new(),
        })
    };
    repository.absorb(&incident(true, false));
    assert_eq!(
        repository.is_missed(&incident(false, false), NOW),
        None,
        "sweeps ask for open ones"
    );
    repository.absorb(&incident(true, true));
    assert_eq!(repository.is_missed(&incident(true, true), NOW), None, "nothing has changed");
    let unlabelled = repository.is_missed(&incident(false, true), NOW);
    assert_eq!(unlabelled, Some(Collector::Incidents));
    repository.absorb(&incident(false, true));
    assert_eq!(repository.is_missed(&incident(false, true), NOW), None, "told once");
}
