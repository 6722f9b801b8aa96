//! Builders that the tables of all rules share, and the properties that all figures have.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{DAY, DeploymentId, IncidentId, Oid, Person, Time, Window};
use crate::ledger::{
    AbortedDeployment, ChangeId, Failure, History, JudgedIncident, MergedChange, Phases,
    ProductionDeployment, Reason, ReviewOf, ShippedChange, WaitingChange,
};
use proptest::prelude::*;
use std::sync::Arc;

pub(super) fn deployment(finished_at: i64) -> ProductionDeployment {
    ProductionDeployment {
        id: DeploymentId(finished_at.unsigned_abs()),
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

/// A failure without an incident; open where nothing restored it.
pub(super) fn failed(finished_at: i64, restored_at: Option<i64>) -> ProductionDeployment {
    let failure = Failure {
        reason: Reason::Hotfix,
        evidence: vec![],
        restored_at: restored_at.map(Time),
        open: restored_at.is_none(),
        has_incident: false,
    };
    ProductionDeployment { failure: Some(Box::new(failure)), ..deployment(finished_at) }
}

pub(super) fn failed_with_incident(
    finished_at: i64,
    restored_at: Option<i64>,
) -> ProductionDeployment {
    let mut deployment = failed(finished_at, restored_at);
    deployment.failure.as_mut().unwrap().has_incident = true;
    deployment
}

pub(super) fn change(started_at: i64, finished_at: i64) -> ShippedChange {
    ShippedChange {
        id: ChangeId::Pull(1),
        deployment: 0,
        started_at: Time(started_at),
        merged_at: Time(started_at),
        finished_at: Time(finished_at),
        phases: Phases::default(),
        unknown_paths: false,
    }
}

pub(super) fn waiting(merged_at: i64) -> WaitingChange {
    WaitingChange { id: ChangeId::Pull(1), merged_at: Time(merged_at) }
}

pub(super) fn incident(opened_at: i64, resolved_at: Option<i64>) -> JudgedIncident {
    JudgedIncident {
        id: IncidentId(Arc::from("github:1")),
        opened_at: Time(opened_at),
        resolved_at: resolved_at.map(Time),
        attributed: false,
    }
}

pub(super) fn aborted(at: i64) -> AbortedDeployment {
    AbortedDeployment { id: DeploymentId(1), at: Time(at) }
}

/// A history of deployments, which must be in order of finish.
pub(super) fn history(deployments: Vec<ProductionDeployment>) -> History {
    assert!(deployments.is_sorted_by_key(|deployment| deployment.finished_at));
    History { deployments, ..History::default() }
}

/// A figure of one component at `t`.
pub(super) fn one<T>(history: &History, t: i64, figure: impl Fn(&Member<'_>) -> T) -> T {
    figure(&Member::component(history, Time(t)))
}

/// A member's figures over a window.
pub(super) fn figures(member: &Member<'_>, window: Window) -> WindowFigures {
    Contribution::of(member, &[window]).window_figures(window).unwrap()
}

/// A fresh pool of members.
pub(super) fn pooled(members: &[Member<'_>], windows: &[Window]) -> Pool {
    let mut pool = Pool::new(windows);
    let all: Vec<_> = members.iter().map(|member| Contribution::of(member, windows)).collect();
    let put = all.iter().map(|new| Replacement { old: None, new: Some(new) });
    pool.replace(&put.collect::<Vec<_>>());
    pool
}

/// The instant that random histories surround, with facts on both sides.
pub(super) const T: i64 = 20_000 * DAY + 12_345;

fn instant() -> impl Strategy<Value = i64> {
    // Days and their boundaries collide often, so that ties and edges are met.
    prop_oneof![
        T - 60 * DAY..T + 3 * DAY,
        (-40..3_i64).prop_map(|days| T + days * DAY),
        (-40..3_i64).prop_map(|days| T - T % DAY + days * DAY),
    ]
}

prop_compose! {
    fn any_deployment()(
        at in instant(),
        kind in 0..4,
        restored_after in proptest::option::of(1..20 * DAY),
        rework: bool,
        known_commit: bool,
        changes in 0..3_u32,
    ) -> ProductionDeployment {
        let restored = restored_after.map(|after| at + after);
        let deployment = match kind {
            0 => failed(at, restored),
            1 => failed_with_incident(at, restored),
            _ => deployment(at),
        };
        ProductionDeployment { is_rework: rework, known_commit, changes, ..deployment }
    }
}

prop_compose! {
    fn any_change()(
        at in instant(),
        lead in 0..50 * DAY,
        coding in proptest::option::of(0..DAY as u32),
        reviewed in proptest::option::of((0..DAY as u32, 0..DAY as u32)),
        deploy in proptest::option::of(0..DAY as u32),
    ) -> ShippedChange {
        let (pickup, review) = reviewed.unzip();
        let phases = Phases { coding, pickup, review, deploy };
        ShippedChange { phases, ..change(at - lead, at) }
    }
}

prop_compose! {
    pub(super) fn any_incident()(
        at in instant(),
        after in proptest::option::of(0..20 * DAY),
        attributed: bool,
    ) -> JudgedIncident {
        JudgedIncident { attributed, ..incident(at, after.map(|after| at + after)) }
    }
}

prop_compose! {
    fn any_merged()(
        at in instant(),
        author in proptest::option::weighted(0.9, 0..6_u64),
        first_review in 0..DAY as u32,
        reviews in proptest::collection::vec((proptest::option::weighted(0.9, 0..6_u64), any::<bool>()), 0..4),
        lines in 0..1_000_u32,
    ) -> MergedChange {
        let reviews: Box<[ReviewOf]> = reviews
            .into_iter()
            .map(|(reviewer, requests_changes)| ReviewOf { reviewer: reviewer.map(Person), requests_changes })
            .collect();
        let first_review = (!reviews.is_empty()).then_some(first_review);
        MergedChange { merged_at: Time(at), author: author.map(Person), first_review, reviews, lines }
    }
}

prop_compose! {
    pub(super) fn any_history()(
        mut deployments in proptest::collection::vec(any_deployment(), 0..30),
        mut changes in proptest::collection::vec(any_change(), 0..30),
        mut incidents in proptest::collection::vec(any_incident(), 0..10),
        mut waiting_at in proptest::collection::vec(instant(), 0..5),
        mut aborted_at in proptest::collection::vec(instant(), 0..5),
        mut merged in proptest::collection::vec(any_merged(), 0..20),
    ) -> History {
        deployments.sort_by_key(|one| one.finished_at);
        changes.sort_by_key(|one| one.finished_at);
        incidents.sort_by_key(|one| one.opened_at);
        waiting_at.sort_unstable();
        aborted_at.sort_unstable();
        merged.sort_by_key(|one| one.merged_at);
        History {
            deployments,
            changes,
            incidents,
            waiting: waiting_at.into_iter().map(waiting).collect(),
            aborted: aborted_at.into_iter().map(aborted).collect(),
            merged,
            named_since: Vec::new(),
            next_edge: None,
        }
    }
}

pub(super) type AllFigures = (Vec<WindowFigures>, PointFigures);

pub(super) fn windows() -> Vec<Window> {
    evaluated_windows(&[Window::days(28)])
}

pub(super) fn all_figures(pool: &Pool, t: Time) -> AllFigures {
    let figures = windows().into_iter().map(|window| pool.window_figures(window, t).unwrap());
    (figures.collect(), pool.point_figures())
}

/// The figures of one component, which a pool of it alone has, too.
fn own_figures(member: &Member<'_>) -> (AllFigures, SeedFigures) {
    let contribution = Contribution::of(member, &windows());
    let figures = windows().into_iter().map(|window| contribution.window_figures(window).unwrap());
    let found = (figures.collect(), contribution.point.clone());
    assert_eq!(found, all_figures(&pooled(&[*member], &windows()), member.t));
    (found, seed_figures(member))
}

fn ordered(distribution: Option<Distribution>) -> bool {
    distribution.is_none_or(|d| 0 <= d.p50 && d.p50 <= d.p85 && d.p85 <= d.p95 && d.mean >= 0.0)
}

fn bounded(share: Option<Proportion>) -> bool {
    share.is_none_or(|share| {
        0.0 <= share.lower
            && share.lower <= share.ratio
            && share.ratio <= share.upper
            && share.upper <= 1.0
    })
}

/// The histories of several components as that of one.
fn merged(histories: &[History]) -> History {
    fn all<T: Clone>(
        histories: &[History],
        list: impl Fn(&History) -> &Vec<T>,
        at: impl Fn(&T) -> Time,
    ) -> Vec<T> {
        let mut all: Vec<T> = histories.iter().flat_map(|one| list(one).clone()).collect();
        all.sort_by_key(at);
        all
    }
    History {
        deployments: all(histories, |one| &one.deployments, |one| one.finished_at),
        changes: all(histories, |one| &one.changes, |one| one.finished_at),
        waiting: all(histories, |one| &one.waiting, |one| one.merged_at),
        incidents: all(histories, |one| &one.incidents, |one| one.opened_at),
        aborted: all(histories, |one| &one.aborted, |one| one.at),
        merged: all(histories, |one| &one.merged, |one| one.merged_at),
        named_since: Vec::new(),
        next_edge: None,
    }
}

proptest! {
    #[test]
    fn figures_keep_their_bounds(histories in proptest::collection::vec(any_history(), 0..4)) {
        let members: Vec<_> =
            histories.iter().map(|history| Member::component(history, Time(T))).collect();
        for figures in all_figures(&pooled(&members, &windows()), Time(T)).0 {
            prop_assert!(bounded(figures.change_fail) && bounded(figures.rework));
            prop_assert_eq!(figures.change_fail.is_none(), figures.deployments == 0);
            prop_assert_eq!(figures.change_lead_time.is_none(), figures.changes == 0);
            prop_assert_eq!(figures.time_to_restore.is_none(), figures.restored_failures == 0);
            prop_assert!(figures.failed_deployments <= figures.deployments);
            prop_assert!(figures.unattributed_incidents <= figures.incidents);
            let phases = PHASES.map(|phase| figures.change_phases.get(phase));
            prop_assert!(phases.into_iter().all(ordered));
            prop_assert!(ordered(figures.change_lead_time));
            prop_assert!(ordered(figures.failed_deployment_recovery));
            prop_assert!(ordered(figures.time_to_restore));
        }
    }

    #[test]
    fn a_pool_has_the_figures_of_one_component_with_all_the_facts(
        histories in proptest::collection::vec(any_history(), 0..5),
        unmapped in proptest::collection::vec(any_incident(), 0..4),
    ) {
        let t = Time(T);
        let mut members: Vec<_> =
            histories.iter().map(|history| Member::component(history, t)).collect();
        let nothing = History::default();
        members.push(Member { history: &nothing, unmapped: &unmapped, t });
        let whole = merged(&histories);
        let whole = Member { history: &whole, unmapped: &unmapped, t };
        let found = all_figures(&pooled(&members, &windows()), t);
        prop_assert_eq!(&found, &own_figures(&whole).0);
        members.reverse();
        prop_assert_eq!(all_figures(&pooled(&members, &windows()), t), found);
    }

    #[test]
    fn nothing_changes_by_time_alone_before_the_next_edge(history in any_history(), share in 0.0..1.0) {
        let edge = next_edge(&history, &windows(), Time(T)).unwrap_or(Time(T + 200 * DAY)).0;
        // Frequencies and the rest must be equal up to the last second, and anywhere between.
        let between = T + ((edge - 1 - T) as f64 * share) as i64;
        prop_assert_eq!(one(&history, T, own_figures), one(&history, edge - 1, own_figures));
        prop_assert_eq!(one(&history, T, own_figures), one(&history, between, own_figures));
    }

    #[test]
    fn a_team_changes_by_its_own_incidents_at_its_own_edges(
        unmapped in proptest::collection::vec(any_incident(), 0..6),
    ) {
        let edge = next_pool_edge(&unmapped, &windows(), Time(T)).unwrap();
        let nothing = History::default();
        let at = |t| own_figures(&Member { history: &nothing, unmapped: &unmapped, t });
        prop_assert_eq!(at(Time(T)), at(edge.plus(-1)));
    }
}
