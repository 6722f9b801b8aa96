//! Rate limits, primary and secondary, by the simulation's clock.

use crate::meter::Api;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Length of a primary window, seconds.
const HOUR: i64 = 3600;
/// REST requests an hour without a token.
const ANONYMOUS: u64 = 60;
/// Requests in flight at once, both APIs together.
const CONCURRENT: usize = 100;
/// Secondary points a minute: a GET or a GraphQL query is one.
const GRAPHQL_PER_MINUTE: usize = 2000;
/// Secondary points a minute for REST.
const REST_PER_MINUTE: usize = 900;

/// The limits as they are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// GraphQL points per hour and token.
    pub points_per_hour: u64,
    /// REST requests per hour and token.
    pub requests_per_hour: u64,
    /// Whether secondary limits are enforced.
    pub secondary: bool,
    /// False: no primary limits and no headers of them, as on an Enterprise Server by default.
    pub primary: bool,
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitSettings {
            points_per_hour: 5000,
            requests_per_hour: 5000,
            secondary: true,
            primary: true,
        }
    }
}

/// The rate limits with what was used of them.
#[derive(Default)]
pub struct Limits {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    settings: LimitSettings,
    windows: HashMap<(String, Api), Window>,
    recent: HashMap<(String, Api), VecDeque<i64>>,
    in_flight: usize,
    /// Until when each token was told to send nothing.
    pauses: HashMap<String, i64>,
}

/// One token's bucket of one API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    pub(crate) reset_at: i64,
    pub(crate) unlimited: bool,
}

impl Window {
    pub(crate) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Primary,
    Secondary,
}

impl Limits {
    /// The settings in force.
    pub fn settings(&self) -> LimitSettings {
        self.lock().settings
    }

    /// Changes the settings. What was used so far stays used.
    pub fn set(&self, settings: LimitSettings) {
        self.lock().settings = settings;
    }

    /// Sets what remains of an API's primary limit for every token seen so far, in its window.
    pub fn set_remaining(&self, api: Api, remaining: u64) {
        let mut inner = self.lock();
        let windows = inner.windows.iter_mut().filter(|((_, of), _)| *of == api);
        windows.for_each(|(_, window)| window.used = window.limit.saturating_sub(remaining));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request in. Returns how many are in flight, and whether secondary limits refuse.
    pub(crate) fn enter(&self, token: &str, api: Api, now: i64) -> (usize, Option<Refusal>) {
        let mut inner = self.lock();
        inner.in_flight += 1;
        let in_flight = inner.in_flight;
        if !inner.settings.secondary {
            return (in_flight, None);
        }
        let recent = inner.recent.entry((token.to_owned(), api)).or_default();
        while recent.front().is_some_and(|at| now - at >= 60) {
            recent.pop_front();
        }
        recent.push_back(now);
        let most = if api == Api::Graphql { GRAPHQL_PER_MINUTE } else { REST_PER_MINUTE };
        let refused = in_flight > CONCURRENT || recent.len() > most;
        (in_flight, refused.then_some(Refusal::Secondary))
    }

    /// A token was told to send nothing until then.
    pub(crate) fn pause(&self, token: &str, until: i64) {
        self.lock().pauses.insert(token.to_owned(), until);
    }

    /// Whether a token sends although it was told not to.
    pub(crate) fn is_paused(&self, token: &str, now: i64) -> bool {
        self.lock().pauses.get(token).is_some_and(|until| now < *until)
    }

    /// Counts a request out.
    pub(crate) fn leave(&self) {
        let mut inner = self.lock();
        inner.in_flight = inner.in_flight.saturating_sub(1);
    }

    /// The token's window now, without charging it.
    pub(crate) fn window(&self, token: &str, api: Api, now: i64) -> Window {
        let mut inner = self.lock();
        let settings = inner.settings;
        let limit = match api {
            Api::Graphql => settings.points_per_hour,
            Api::Rest if token.is_empty() => settings.requests_per_hour.min(ANONYMOUS),
            Api::Rest => settings.requests_per_hour,
        };
        let fresh = || Window { limit, used: 0, reset_at: now + HOUR, unlimited: false };
        let window = inner.windows.entry((token.to_owned(), api)).or_insert_with(fresh);
        if now >= window.reset_at {
            *window = fresh();
        }
        window.limit = limit;
        window.unlimited = !settings.primary;
        *window
    }

    /// Charges a window; refuses when nothing remains. The last points may be overdrawn, since
    /// GitHub only looks whether any remain.
    pub(crate) fn charge(
        &self,
        token: &str,
        api: Api,
        now: i64,
        points: u64,
    ) -> (Window, Option<Refusal>) {
        let window = self.window(token, api, now);
        if window.unlimited {
            return (window, None);
        }
        if window.remaining() == 0 {
            return (window, Some(Refusal::Primary));
        }
        let mut inner = self.lock();
        let Some(window) = inner.windows.get_mut(&(token.to_owned(), api)) else {
            return (window, None);
        };
        window.used = (window.used + points).min(window.limit);
        (*window, None)
    }

    /// Uses up a token's window, as a fault that says so must.
    pub(crate) fn exhaust(&self, token: &str, api: Api, now: i64) {
        self.window(token, api, now);
        if let Some(window) = self.lock().windows.get_mut(&(token.to_owned(), api)) {
            window.used = window.limit;
        }
    }
}
