//! The gate before every request of one credential: one at a time, none while a limit holds.
//!
//! GitHub bans clients that go on asking while limited, so the gate is the only way out, and it
//! stays closed until the announced time. Short waits are waited for; long ones are told to the
//! caller, who has other things to do. Absent here: requests and their meaning.

use super::verdict::LimitSignal;
use crate::clock::SharedClock;
use crate::sources::{Observer, Throttle};
use delivery::domain::{HOUR, MINUTE, Span, Time};
use governor::clock::Clock as _;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// Waits up to this length are waited for; of longer ones the caller is told.
const PATIENCE: Span = MINUTE;

/// Added to a reset, since clocks differ and GitHub's are many.
const RESET_SLACK: Span = 2;

/// No announced reset is believed beyond this: the hour is the longest period GitHub documents.
const LONGEST_WAIT: Span = HOUR + MINUTE;

/// The pause after a limit whose end nobody names; it doubles while limits follow each other.
const UNKNOWN_PAUSE: Span = MINUTE;

/// How often the unknown pause doubles at most.
const MOST_DOUBLINGS: u32 = 5;

/// Half of the 2,000 points (one a query) that GitHub documents a minute: so many may go out at
/// once, and so many are added within a minute, which keeps every minute within the limit.
const HALF_A_MINUTES_POINTS: NonZeroU32 = match NonZeroU32::new(1_000) {
    Some(points) => points,
    None => NonZeroU32::MIN,
};

/// The state of the hour's limit, as the server last told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// Points an hour.
    pub(super) limit: u64,
    /// Points left.
    pub(super) remaining: u64,
    /// When the hour ends, by the server's clock.
    pub(super) reset: Time,
}

/// What may be spent until an hour ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Points that are left of the share.
    pub points: u64,
    /// The share of a whole hour, in points.
    pub allowed: u64,
    /// When the hour ends, by this machine's clock.
    pub until: Time,
}

/// The gate stays closed for longer than anyone wants to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// Until when.
    pub(super) until: Time,
    /// Which limit.
    pub(super) reason: String,
}

/// One credential's gate.
pub(super) struct Gate {
    source: String,
    api: &'static str,
    share: f64,
    clock: SharedClock,
    observer: Arc<dyn Observer>,
    pace: RateLimiter<
        governor::state::NotKeyed,
        governor::state::InMemoryState,
        PaceClock,
        governor::middleware::NoOpMiddleware<Duration>,
    >,
    pace_clock: PaceClock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The hour's limit, as it was told last.
    told: Option<Limits>,
    closed: Option<Closure>,
    limits_in_a_row: u32,
}

struct Closure {
    since: Time,
    until: Time,
    /// Whether the observer heard of it at its start; short ones are told when somebody waits.
    told: bool,
    why: Throttle,
    reason: String,
}

/// The right to send one request. While it lives no other request goes out.
pub(super) struct Permit<'a> {
    gate: &'a Gate,
    state: MutexGuard<'a, State>,
}

impl Gate {
    pub(super) fn new(
        source: &str,
        api: &'static str,
        share: f64,
        clock: SharedClock,
        observer: Arc<dyn Observer>,
    ) -> Gate {
        let quota = Quota::per_minute(HALF_A_MINUTES_POINTS);
        let pace_clock = PaceClock::new(clock.clone());
        let pace = RateLimiter::direct_with_clock(quota, pace_clock.clone());
        let source = source.to_owned();
        Gate { source, api, share, clock, observer, pace, pace_clock, state: Mutex::default() }
    }

    /// Takes over what a former gate of the same credential knew of its limits. A share that is
    /// spent closes this one only where it is the same share.
    pub(super) fn inherit(&self, former: &Gate) {
        let (Ok(mut state), Ok(mut known)) = (self.state.try_lock(), former.state.try_lock())
        else {
            return;
        };
        *state = std::mem::take(&mut known);
        if self.share != former.share {
            state.closed = state.closed.take().filter(|closure| closure.why != Throttle::Share);
        }
    }

    /// What may still be spent in this hour; nothing where no limit is known.
    pub(super) fn left(&self) -> Option<Left> {
        let told = self.state.try_lock().ok()?.told?;
        let allowed = (self.share.min(1.0) * told.limit as f64).round() as u64;
        let points = told.remaining.saturating_sub(told.limit.saturating_sub(allowed));
        let until = told.reset;
        (until > self.clock.now()).then_some(Left { points, allowed, until })
    }

    /// Waits for the turn and for short limits; long limits are told at once.
    pub(super) async fn admit(&self) -> Result<Permit<'_>, Closed> {
        let mut state = self.state.lock().await;
        if let Some(closure) = &state.closed {
            let now = self.clock.now();
            // A clock that was set back would keep it closed for longer than the server meant.
            let wait = if now < closure.since { 0 } else { closure.until.since(now) };
            if wait > PATIENCE {
                return Err(Closed { until: closure.until, reason: closure.reason.clone() });
            }
            if wait > 0 {
                if !closure.told {
                    self.observer.throttled(&self.source, closure.why, wait as u64);
                }
                self.clock.sleep_until(closure.until).await;
            }
            state.closed = None;
        }
        while let Err(early) = self.pace.check() {
            let wait = early.wait_time_from(self.pace_clock.now());
            let seconds = (wait.as_secs() as i64).saturating_add(1);
            self.observer.throttled(&self.source, Throttle::Pace, seconds as u64);
            self.clock.sleep_until(self.clock.now().plus(seconds)).await;
        }
        Ok(Permit { gate: self, state })
    }
}

impl Permit<'_> {
    /// What was left of the hour's points by the answer before; nothing where that is not known.
    pub(super) fn remaining(&self) -> Option<u64> {
        self.state.told.map(|told| told.remaining)
    }

    /// A limit answer came: the gate closes until the server's time, or for a growing while.
    /// Returns until when.
    pub(super) fn limited(
        mut self,
        signal: LimitSignal,
        reason: &str,
        reset: Option<Time>,
        server_now: Option<Time>,
    ) -> Time {
        let now = self.gate.clock.now();
        let doublings = self.state.limits_in_a_row.min(MOST_DOUBLINGS);
        let unknown = UNKNOWN_PAUSE << doublings;
        let (why, wait) = match signal {
            LimitSignal::Primary => {
                let until_reset =
                    reset.map_or(0, |reset| reset.since(server_clock(now, server_now)));
                let wait = if until_reset > 0 { until_reset + RESET_SLACK } else { unknown };
                (Throttle::Primary, wait)
            }
            // A second more, since the clock shows whole seconds.
            LimitSignal::Secondary(Some(pause)) => (Throttle::Secondary, pause.max(0) + 1),
            LimitSignal::Secondary(None) => (Throttle::Secondary, unknown),
        };
        let until = now.plus(wait.min(LONGEST_WAIT));
        self.state.limits_in_a_row += 1;
        self.close(until, why, reason.to_owned());
        until
    }

    /// An answer came that is no limit. `limits` closes the gate where the share is spent.
    pub(super) fn answered(mut self, limits: Option<Limits>, server_now: Option<Time>) {
        self.state.limits_in_a_row = 0;
        // Enterprise Server with limits switched off tells none, or zeros.
        let Some(limits) = limits.filter(|limits| limits.limit > 0) else { return };
        let gate = self.gate;
        let now = gate.clock.now();
        let Limits { limit, remaining, reset } = limits;
        gate.observer.limits(&gate.source, gate.api, limit, remaining, reset);
        let kept_free = ((1.0 - gate.share).max(0.0) * limits.limit as f64).round() as u64;
        let wait = limits.reset.since(server_clock(now, server_now));
        self.state.told = Some(Limits { reset: now.plus(wait), ..limits });
        if limits.remaining > kept_free || wait <= 0 {
            return;
        }
        let until = now.plus((wait + RESET_SLACK).min(LONGEST_WAIT));
        let (why, reason) = if limits.remaining == 0 {
            (Throttle::Primary, format!("all {} points of the hour are spent", limits.limit))
        } else {
            let reason = format!(
                "{} of {} points are left in this hour, which budget_share keeps free",
                limits.remaining, limits.limit
            );
            (Throttle::Share, reason)
        };
        self.close(until, why, reason);
    }

    fn close(&mut self, until: Time, why: Throttle, reason: String) {
        let since = self.gate.clock.now();
        let wait = until.since(since);
        let told = wait > PATIENCE;
        if told {
            self.gate.observer.throttled(&self.gate.source, why, wait as u64);
        }
        self.state.closed = Some(Closure { since, until, told, why, reason });
    }
}

/// The time by which the server's resets are meant: its own, however far this machine's is from it.
fn server_clock(now: Time, server_now: Option<Time>) -> Time {
    server_now.unwrap_or(now)
}

/// The injected clock, as governor wants to read it: never going back, or a clock that is set back
/// would hold requests up for as long.
#[derive(Clone)]
struct PaceClock {
    clock: SharedClock,
    /// What the clock showed last, and how far it has gone.
    gone: Arc<std::sync::Mutex<(Time, Duration)>>,
}

impl PaceClock {
    fn new(clock: SharedClock) -> PaceClock {
        let gone = Arc::new(std::sync::Mutex::new((clock.now(), Duration::ZERO)));
        PaceClock { clock, gone }
    }
}

impl governor::clock::Clock for PaceClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let (last, sum) = *gone;
        *gone = (now, sum + Duration::from_secs(now.since(last).max(0) as u64));
        gone.1
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
