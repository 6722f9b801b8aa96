//! Tests of `gate`, beside it.

#![allow(clippy::unwrap_used)]

use super::super::testing::{Ear, LeapingClock};
use super::*;
use crate::clock::Clock as _;

const NOW: i64 = 1_800_000_000;

struct Fixture {
    clock: Arc<LeapingClock>,
    ear: Arc<Ear>,
    gate: Gate,
}

fn gate(share: f64) -> Fixture {
    let (clock, ear) = (LeapingClock::at(NOW), Arc::new(Ear::default()));
    let gate = Gate::new("github", "graphql", share, clock.clone(), ear.clone());
    Fixture { clock, ear, gate }
}

impl Fixture {
    async fn permit(&self) -> Permit<'_> {
        self.gate.admit().await.ok().unwrap()
    }

    async fn closed(&self) -> Option<Time> {
        self.gate.admit().await.err().map(|closed| closed.until)
    }

    async fn answer(&self, limit: u64, remaining: u64, reset: i64) {
        let limits = Limits { limit, remaining, reset: Time(reset) };
        self.permit().await.answered(Some(limits), None);
    }

    async fn limit(&self, signal: LimitSignal, reset: Option<i64>) -> i64 {
        self.permit().await.limited(signal, "limit", reset.map(Time), None).since(Time(NOW))
    }
}

#[tokio::test]
async fn a_pause_named_by_the_server_holds_back_the_next_request() {
    let fixture = gate(0.8);
    fixture.limit(LimitSignal::Secondary(Some(30)), None).await;
    drop(fixture.permit().await);
    assert_eq!(fixture.clock.waits(), [31], "a second more: the clock shows whole seconds");
    assert_eq!(*fixture.ear.throttled.lock().unwrap(), [(Throttle::Secondary, 31)]);
}

#[tokio::test]
async fn a_long_limit_is_told_at_once_and_no_request_goes_out_before_its_end() {
    let fixture = gate(0.8);
    fixture.limit(LimitSignal::Primary, Some(NOW + 1_800)).await;
    let until = Time(NOW + 1_802);
    assert_eq!(fixture.closed().await, Some(until));
    fixture.clock.set(NOW + 1_700);
    assert_eq!(fixture.closed().await, Some(until));
    assert!(fixture.clock.waits().is_empty(), "nobody waited so far");
    fixture.clock.set(NOW + 1_750);
    drop(fixture.permit().await);
    assert_eq!(fixture.clock.now(), until, "a short rest of the wait is waited for");
}

#[tokio::test]
async fn limits_that_nobody_dates_pause_for_a_growing_while_until_an_answer() {
    let fixture = gate(0.8);
    for expected in [60, 180, 420] {
        let until = fixture.limit(LimitSignal::Secondary(None), None).await;
        assert_eq!(until, expected, "after 60, 120, 240 s more");
        fixture.clock.set(NOW + until);
    }
    fixture.permit().await.answered(None, None);
    let before = fixture.clock.now().since(Time(NOW));
    assert_eq!(fixture.limit(LimitSignal::Secondary(None), None).await - before, 60);
}

#[tokio::test]
async fn a_reset_in_the_past_or_far_future_is_not_believed() {
    assert_eq!(gate(0.8).limit(LimitSignal::Primary, Some(NOW - 5)).await, 60);
    assert_eq!(gate(0.8).limit(LimitSignal::Primary, None).await, 60);
    let far = gate(0.8).limit(LimitSignal::Primary, Some(NOW + 1_000_000)).await;
    assert_eq!(far, 3_660);
}

#[tokio::test]
async fn a_reset_is_meant_by_the_servers_clock_however_far_this_machines_is_from_it() {
    for ahead in [0, -100, 3_600, -3_600, 40_000] {
        let server_now = Some(Time(NOW + ahead));
        let reset = Time(NOW + ahead + 500);
        let limited = gate(0.8);
        let until =
            limited.permit().await.limited(LimitSignal::Primary, "", Some(reset), server_now);
        assert_eq!(until, Time(NOW + 502), "{ahead}");
        let spent = gate(0.8);
        let limits = Limits { limit: 5_000, remaining: 1_000, reset };
        spent.permit().await.answered(Some(limits), server_now);
        assert_eq!(spent.closed().await, Some(Time(NOW + 502)), "{ahead}");
    }
}

#[tokio::test]
async fn the_share_of_others_stays_free_until_the_hour_ends() {
    let fixture = gate(0.8);
    fixture.answer(5_000, 1_001, NOW + 900).await;
    assert_eq!(fixture.closed().await, None);
    fixture.answer(5_000, 1_000, NOW + 900).await;
    assert_eq!(fixture.closed().await, Some(Time(NOW + 902)));
    assert_eq!(fixture.ear.throttled.lock().unwrap().last(), Some(&(Throttle::Share, 902)));
    fixture.clock.set(NOW + 902);
    assert_eq!(fixture.closed().await, None);
    fixture.answer(5_000, 0, NOW + 1_900).await;
    assert_eq!(fixture.ear.throttled.lock().unwrap().last().unwrap().0, Throttle::Primary);
}

#[tokio::test]
async fn the_whole_hour_may_be_spent_where_the_share_is_one() {
    let fixture = gate(1.0);
    fixture.answer(5_000, 1, NOW + 900).await;
    assert_eq!(fixture.closed().await, None);
    fixture.answer(5_000, 0, NOW + 900).await;
    assert!(fixture.closed().await.is_some());
}

#[tokio::test]
async fn missing_zero_and_expired_limits_close_nothing() {
    let fixture = gate(0.8);
    fixture.permit().await.answered(None, None);
    fixture.answer(0, 0, NOW + 900).await;
    fixture.answer(5_000, 3, NOW - 1).await;
    assert_eq!(fixture.closed().await, None);
    assert_eq!(*fixture.ear.limits.lock().unwrap(), [(5_000, 3)]);
}

#[tokio::test]
async fn no_minute_sees_more_requests_than_github_documents() {
    let fixture = gate(0.8);
    let mut sent = Vec::new();
    for _ in 0..5_000 {
        drop(fixture.permit().await);
        sent.push(fixture.clock.now().0);
    }
    for (first, at) in sent.iter().enumerate() {
        let within = sent[first..].iter().take_while(|later| **later < at + 60).count();
        assert!(within <= 2_000, "{within} requests within a minute");
    }
    assert!(fixture.clock.now().since(Time(NOW)) <= 300, "the pace is used");
}

#[tokio::test]
async fn a_limit_outlives_the_gate_that_met_it_and_a_share_only_while_it_is_the_same() {
    let former = gate(0.8);
    former.limit(LimitSignal::Primary, Some(NOW + 1_800)).await;
    let next = gate(0.5);
    next.gate.inherit(&former.gate);
    assert_eq!(next.closed().await, Some(Time(NOW + 1_802)));

    for (share, closed) in [(0.8, true), (0.9, false)] {
        let former = gate(0.8);
        former.answer(1_000, 100, NOW + 1_800).await;
        assert!(former.closed().await.is_some());
        let next = gate(share);
        next.gate.inherit(&former.gate);
        assert_eq!(next.closed().await.is_some(), closed, "{share}");
    }
}
