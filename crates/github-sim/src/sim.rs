//! The handle: the log of events and the state that follows it.

use crate::apps::Apps;
use crate::event::Event;
use crate::faults::Faults;
use crate::history::Histories;
use crate::http::{SimServer, delivery};
use crate::limits::{LimitSettings, Limits};
use crate::meter::Meter;
use crate::state::{EventError, State};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// Who the viewer is, whatever the token.
pub(crate) const VIEWER: &str = "dora-viewer";

/// A simulated GitHub. Clones share everything.
#[derive(Clone)]
pub struct Sim {
    shared: Arc<Shared>,
}

struct Shared {
    now: Box<dyn Fn() -> i64 + Send + Sync>,
    world: RwLock<World>,
    faults: Faults,
    limits: Limits,
    apps: Apps,
    meter: Mutex<Meter>,
    tokens: Mutex<Vec<String>>,
}

/// The log, and the fold of its first `applied` events.
#[derive(Default)]
pub(crate) struct World {
    log: Vec<(i64, Event)>,
    applied: usize,
    /// Whether events leave the log when they are applied.
    forgets: bool,
    folded_to: i64,
    pub(crate) state: State,
    pub(crate) histories: Histories,
}

impl Sim {
    /// An empty GitHub whose clock is `now`, in seconds since 1970.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Sim {
        let shared = Shared {
            now: Box::new(now),
            world: RwLock::default(),
            faults: Faults::default(),
            limits: Limits::default(),
            apps: Apps::default(),
            meter: Mutex::default(),
            tokens: Mutex::default(),
        };
        Sim { shared: Arc::new(shared) }
    }

    /// What the simulation's clock shows.
    pub fn now(&self) -> i64 {
        (self.shared.now)()
    }

    /// Adds an event at the instant `at`, after those already at that instant. Events of the
    /// future become visible when the clock reaches them.
    ///
    /// # Errors
    /// If the event is visible now and does not fit what happened before it: it has no effect.
    pub fn push(&self, at: i64, event: Event) -> Result<(), EventError> {
        self.extend([(at, event)])
    }

    /// Adds many events, in any order.
    ///
    /// # Errors
    /// The first event that is visible now and does not fit; the others take effect. Events of the
    /// future are judged when they become visible: `as_of(i64::MAX).rejected()` tells beforehand.
    pub fn extend(&self, events: impl IntoIterator<Item = (i64, Event)>) -> Result<(), EventError> {
        let mut added: Vec<(i64, Event)> = events.into_iter().collect();
        added.sort_by_key(|(at, _)| *at);
        let mut world = self.shared.world.write().unwrap_or_else(PoisonError::into_inner);
        let known = world.state.rejected().len();
        let refolded = world.insert(added);
        world.advance(self.now());
        let known = if refolded { 0 } else { known };
        match world.state.rejected().get(known) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Keeps no log of what has happened from now on: for long histories, whose log is as large as
    /// their state. The past is then gone: [`Sim::as_of`] an earlier instant is empty, a clock that
    /// goes back shows the same state, and events that come too late are applied late.
    pub fn forget_the_past(&self) {
        let mut world = self.shared.world.write().unwrap_or_else(PoisonError::into_inner);
        world.forgets = true;
        let applied = std::mem::take(&mut world.applied);
        world.log.drain(..applied);
        world.log.shrink_to_fit();
    }

    /// The state at `t`: a fold of the log's events up to and including that instant.
    pub fn as_of(&self, t: i64) -> State {
        let world = self.shared.world.read().unwrap_or_else(PoisonError::into_inner);
        let present = world.forgets && t >= world.folded_to;
        let mut state = if present { world.state.clone() } else { State::default() };
        for (at, event) in world.log.iter().take_while(|(at, _)| *at <= t) {
            state.apply(*at, event);
        }
        state
    }

    /// The kind and the payload of the webhook that GitHub sends once an event has happened, by the
    /// present state; none for events of which it tells nothing, and those of releases, runs, teams,
    /// properties, reviews and edits, which the simulation does not tell of.
    pub fn delivery(&self, event: &Event) -> Option<(&'static str, Value)> {
        delivery(&self.world().state, event)
    }

    /// The faults that clients meet; none at first.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The rate limits; GitHub's own at first.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// The GitHub App that is registered, and where it is installed.
    pub fn apps(&self) -> &Apps {
        &self.shared.apps
    }

    /// Changes the rate limits.
    pub fn set_limits(&self, settings: LimitSettings) {
        self.shared.limits.set(settings);
    }

    /// What was asked since the start or the last reset.
    pub fn meter(&self) -> Meter {
        self.meter_mut().clone()
    }

    /// Starts counting anew.
    pub fn reset_meter(&self) {
        *self.meter_mut() = Meter::default();
    }

    pub(crate) fn meter_mut(&self) -> MutexGuard<'_, Meter> {
        self.shared.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts this token beside those set before; as long as none is set, every token is good.
    pub fn set_token(&self, token: &str) {
        let mut tokens = self.shared.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.push(token.to_owned());
    }

    /// Accepts no token any more but those set from now on, as after a revocation.
    pub fn revoke_tokens(&self) {
        let mut tokens = self.shared.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        // No request can bear an empty token, so this one admits nobody.
        *tokens = vec![String::new()];
    }

    pub(crate) fn accepts(&self, token: &str) -> bool {
        let tokens = self.shared.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        !token.is_empty() && (tokens.is_empty() || tokens.iter().any(|known| known == token))
    }

    /// Serves both APIs, under `/` as github.com does and under `/api/` as Enterprise Server does.
    ///
    /// # Errors
    /// If the address cannot be bound. Port 0 takes a free one; [`SimServer::url`] tells which.
    pub async fn serve(&self, address: SocketAddr) -> std::io::Result<SimServer> {
        SimServer::start(self.clone(), address).await
    }

    /// The state now, without folding more than what happened since the last look.
    pub(crate) fn world(&self) -> RwLockReadGuard<'_, World> {
        let now = self.now();
        {
            let world = self.shared.world.read().unwrap_or_else(PoisonError::into_inner);
            if world.is_current(now) {
                return world;
            }
        }
        self.shared.world.write().unwrap_or_else(PoisonError::into_inner).advance(now);
        self.shared.world.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// Inserts sorted events. Returns whether the fold has to start anew, because one belongs
    /// before an event that was already applied.
    fn insert(&mut self, added: Vec<(i64, Event)>) -> bool {
        let Some((first, _)) = added.first() else { return false };
        let first = *first;
        let in_order = self.log.last().is_none_or(|(last, _)| *last <= first);
        let rewrites = self.applied > 0 && self.log[self.applied - 1].0 > first;
        if self.log.is_empty() {
            self.log = added;
        } else {
            self.log.extend(added);
        }
        if !in_order {
            // Stable: at one instant, what came first stays first.
            self.log.sort_by_key(|(at, _)| *at);
        }
        if rewrites {
            self.restart();
        }
        rewrites
    }

    fn restart(&mut self) {
        self.applied = 0;
        self.state = State::default();
        self.histories = Histories::default();
    }

    fn is_current(&self, now: i64) -> bool {
        now >= self.folded_to && self.log.get(self.applied).is_none_or(|(at, _)| *at > now)
    }

    fn advance(&mut self, now: i64) {
        if self.forgets {
            self.folded_to = now.max(self.folded_to);
            let due = self.log.partition_point(|(at, _)| *at <= now);
            self.log.drain(..due).for_each(|(at, event)| self.state.apply(at, &event));
            self.log.shrink_to_fit();
            return;
        }
        if now < self.folded_to && self.applied > 0 && self.log[self.applied - 1].0 > now {
            self.restart();
        }
        self.folded_to = now;
        while let Some((at, event)) = self.log.get(self.applied) {
            if *at > now {
                break;
            }
            self.state.apply(*at, event);
            self.applied += 1;
        }
    }
}
