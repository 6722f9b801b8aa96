//! What is folded shows the same; what a former owner counted ends as a whole.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::exposition::SettledFigures;
use delivery::domain::{HOUR, RepoId, TeamName};
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
    #[test]
    fn totals_and_what_is_left_show_what_all_rows_did(
        rows in rows(), through in 0..60i64, kept in 0..7usize,
    ) {
        let mut whole = Settled::default();
        whole.add(&rows);
        let before = shown(&whole);
        let places = (1..).take(rows.len()).collect();
        let page = SettledPage { last: rows.len() as u64, places, rows };
        // Facts of some rows are still there: of changes the youngest only, which is what retention
        // does, since the last of a bucket is its exemplar.
        let is_kept = |row: &SettledRow| row.subject.starts_with("deployment") && row.at.0 % 7 < kept as i64;
        let folding = fold(&page, Time(through), |row| !is_kept(row));
        for (row, place) in page.rows.iter().zip(&page.places) {
            let folded = row.at.0 <= through && !is_kept(row);
            prop_assert_eq!(folding.places.contains(place), folded);
        }
        whole.folded(&folding);
        prop_assert_eq!(&shown(&whole), &before, "nothing shows at once");

        let mut again = Settled::default();
        for total in &folding.totals {
            again.totals.add_total(total, Counted::of_total(total).unwrap());
        }
        let left = page.rows.iter().zip(&page.places);
        let left: Vec<SettledRow> = left
            .filter(|(_, place)| !folding.places.contains(place))
            .map(|(row, _)| row.clone())
            .collect();
        again.add(&left);
        prop_assert_eq!(&shown(&again), &before, "nothing shows after a restart");
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
    assert_eq!(fold(&page, Time(9), |_| true), Folding::default());
}
