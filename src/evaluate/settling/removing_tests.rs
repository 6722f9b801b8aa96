//! What is removed shows the same; what a former owner counted ends as a whole.

#![allow(clippy::unwrap_used)]

use super::super::observations;
use super::*;
use crate::exposition::SettledFigures;
use delivery::domain::{ComponentId, HOUR, RepoId, TeamName};
use delivery::ledger::Reason;
use delivery::measures::PHASES;
use proptest::prelude::*;
use std::sync::Arc;

type Shown = Vec<(TeamName, Arc<SettledFigures>)>;

fn component(number: u64) -> ComponentId {
    ComponentId::whole(RepoId(number))
}

/// Everything that can be shown.
fn shown(settled: &Settled) -> Vec<Shown> {
    let present = Arc::from("pay");
    let components = (0..2).map(|number| settled.totals.of_component(&component(number), &present));
    components.chain([settled.totals.of_teams([]), settled.totals.of_orgs([])]).collect()
}

fn counted() -> impl Strategy<Value = Counted> {
    let seconds = prop_oneof![0..20 * HOUR, 0..5_000 * HOUR];
    (0..9u8, seconds, 0..5usize).prop_map(|(kind, seconds, place)| match kind {
        0 => Counted::Deployment,
        1 => Counted::AbortedDeployment,
        2 => Counted::FailedDeployment(Reason::ALL[place]),
        3 => Counted::Incident,
        4 => Counted::LeadTimeHours(seconds),
        5 => Counted::LeadTime(seconds),
        6 => Counted::ChangePhase(PHASES[place % 4], seconds),
        7 => Counted::Recovery(seconds),
        _ => Counted::Restore(seconds),
    })
}

/// Rows in order of time, each of a change or a deployment of its own.
fn rows() -> impl Strategy<Value = Vec<SettledRow>> {
    let one = (counted(), 0..2u64, any::<bool>(), any::<bool>());
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let row = |(at, (counted, repo, moved, pull)): (usize, (Counted, u64, bool, bool))| {
            let kind = if pull { "pull" } else { "deployment" };
            SettledRow {
                family: counted.family().to_owned(),
                subject: format!("{kind}:{repo}:{at}:"),
                component: component(repo),
                team: if moved { "web" } else { "pay" }.to_owned(),
                org: "acme".to_owned(),
                reason: counted.label().map(str::to_owned),
                value: counted.value() as f64,
                at: Time(at as i64),
            }
        };
        all.into_iter().enumerate().map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_restart_shows_what_all_rows_did_whatever_is_removed(
        rows in rows(), through in 0..60i64, parts in 1..4usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut whole = Settled::default();
        whole.add(&rows);
        let before = shown(&whole);
        let (migrated, written, again) = runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("dora.db");
            let store = Store::open(&path).await.unwrap();
            for some in rows.chunks(rows.len().div_ceil(parts).max(1)) {
                assert!(store.settle(observations(some), &[]).await.unwrap().is_empty());
                // Whoever settles them again is told so, and changes nothing.
                let all: Vec<usize> = (0..some.len()).collect();
                assert_eq!(store.settle(observations(some), &[]).await.unwrap(), all);
            }
            let written = store.totals().await.unwrap();
            store.add_up_again().await;
            let migrated = store.totals().await.unwrap();
            Settled::remove_page(&store, 0, Time(through), |_| true).await.unwrap();
            let again = Settled::read(&store).await.unwrap();
            let left = store.settled(0, 100).await.unwrap().rows;
            assert!(left.iter().all(|row| row.at.0 > through));
            store.close().await;
            (migrated, written, again)
        });
        prop_assert_eq!(migrated, written, "the migration adds up as settling does");
        prop_assert_eq!(shown(&again), before);
    }
}

fn row(team: &str, at: i64) -> SettledRow {
    SettledRow {
        family: Counted::Deployment.family().to_owned(),
        subject: format!("deployment:0:{at}:"),
        component: component(0),
        team: team.to_owned(),
        org: "acme".to_owned(),
        reason: None,
        value: 1.0,
        at: Time(at),
    }
}

#[test]
fn a_former_owner_ends_as_a_whole_after_the_last_of_what_it_counted() {
    let mut settled = Settled::default();
    settled.add(&[row("old", 10), row("old", 20), row("pay", 5)]);
    let teams = |settled: &Settled, present: &str| -> Vec<(String, u64)> {
        let of = settled.totals.of_component(&component(0), &Arc::from(present));
        of.iter().map(|(team, figures)| (team.to_string(), figures.deployments)).collect()
    };
    let both = [("old".to_owned(), 2), ("pay".to_owned(), 1)];
    settled.totals.end_before(Time(19));
    assert_eq!(teams(&settled, "pay"), both);
    settled.totals.end_before(Time(20));
    assert_eq!(teams(&settled, "pay"), both[1..], "the present owner's stay whatever their age");
    assert_eq!(settled.totals.of_teams([&Arc::from("pay")]).len(), 1);
    assert_eq!(settled.totals.of_orgs([]).len(), 0);
    assert_eq!(settled.totals.of_orgs([&Arc::from("acme")]).len(), 1);
    assert_eq!(teams(&settled, "old"), both[..1], "who owns it again goes on where it was");
    settled.add(&[row("old", 30)]);
    assert_eq!(teams(&settled, "pay")[0], ("old".to_owned(), 3));
}

#[test]
fn a_row_of_what_this_version_does_not_know_stays_a_row() {
    let unknown = SettledRow { family: "later".to_owned(), ..row("pay", 1) };
    let page = SettledPage { rows: vec![unknown], places: vec![1], last: 1 };
    assert!(removable(&page, Time(9), |_| true).is_empty());
}
