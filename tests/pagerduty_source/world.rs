//! An account with a source that reads it; both share a clock that leaps to what is waited for.

use crate::stand_in::{KEY, StandIn};
use delivery::domain::{Incident, IncidentTransition, Time};
use dora_exporter::clock::Clock;
use dora_exporter::config::{PagerDutySettings, Urgency};
use dora_exporter::sources::pagerduty::PagerDuty;
use dora_exporter::sources::{IncidentNews, IncidentSource, KnownIncidents, SourceError};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// 2026-06-01T00:00:00Z.
pub const NOW: i64 = 1_780_272_000;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;
/// How far back is read.
pub const LOOKBACK: i64 = 120 * DAY;

#[derive(Clone, Default)]
pub struct LeapingClock {
    now: Arc<AtomicI64>,
    waits: Arc<Mutex<Vec<i64>>>,
}

impl LeapingClock {
    pub fn set(&self, at: i64) {
        self.now.store(at, Ordering::SeqCst);
    }

    pub fn seconds(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// What was waited for since the last time.
    pub fn waits(&self) -> Vec<i64> {
        std::mem::take(&mut self.waits.lock().unwrap())
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> Time {
        Time(self.seconds())
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.waits.lock().unwrap().push(until.since(self.now()));
        self.now.fetch_max(until.0, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

pub struct World {
    pub clock: LeapingClock,
    pub account: StandIn,
}

impl World {
    pub async fn at(now: i64) -> World {
        let clock = LeapingClock::default();
        clock.set(now);
        let shown = clock.clone();
        World { account: StandIn::serve(move || shown.seconds()).await, clock }
    }

    pub fn settings(&self) -> PagerDutySettings {
        PagerDutySettings {
            name: "pagerduty".to_owned(),
            api_url: self.account.url.clone(),
            token: KEY.to_owned().into(),
            token_origin: "the environment variable PAGERDUTY_TOKEN".to_owned(),
            services: BTreeMap::from([("P1".to_owned(), Arc::from("acme/pay"))]),
            urgencies: BTreeSet::from([Urgency::High]),
            priorities: Vec::new(),
            webhook_secrets: Vec::new(),
        }
    }

    pub fn reader(&self) -> Reader {
        self.reader_with(self.settings())
    }

    pub fn reader_with(&self, settings: PagerDutySettings) -> Reader {
        let source = PagerDuty::connect(settings, Arc::new(self.clock.clone())).unwrap();
        Reader { source, known: KnownIncidents::default(), cursor: None, kept: BTreeMap::new() }
    }
}

/// Keeps what the source tells, as collecting does.
pub struct Reader {
    source: PagerDuty,
    pub known: KnownIncidents,
    pub cursor: Option<String>,
    pub kept: BTreeMap<String, Incident>,
}

impl Reader {
    /// A sweep: everything that changed, then what is open. Gives what was told beside incidents.
    pub async fn sweep(&mut self, now: i64) -> Result<IncidentNews, SourceError> {
        let (mut unread, mut unmapped) = (Vec::new(), Vec::new());
        loop {
            let since = Time(now - LOOKBACK);
            let mut news = self.source.changed(self.cursor.as_deref(), since, &self.known).await?;
            self.cursor = Some(news.cursor.clone());
            unread.append(&mut news.unread);
            unmapped.append(&mut news.unmapped);
            let done = news.done;
            self.keep(news);
            if done {
                break;
            }
        }
        let mut news = self.source.open(&self.known).await?;
        news.unread.append(&mut unread);
        news.unmapped.append(&mut unmapped);
        let told = IncidentNews {
            unread: std::mem::take(&mut news.unread),
            unmapped: std::mem::take(&mut news.unmapped),
            gone: news.gone.clone(),
            ..IncidentNews::default()
        };
        self.keep(news);
        Ok(told)
    }

    fn keep(&mut self, news: IncidentNews) {
        let gone = news.gone.iter().filter_map(|id| self.known.get(id));
        let gone: Vec<Incident> = gone.map(|it| Incident { counts: false, ..it }).collect();
        for incident in news.incidents.into_iter().chain(gone) {
            self.kept.insert(incident.node_id.to_string(), incident.clone());
            self.known.insert(incident);
        }
    }

    /// What happened to an incident, as hours after its opening with a letter each.
    pub fn events(&self, id: &str) -> Vec<(i64, char)> {
        let incident = &self.kept[id];
        let letter = |transition| match transition {
            IncidentTransition::Resolved => 'r',
            IncidentTransition::Dismissed => 'd',
            IncidentTransition::Reopened => 'o',
        };
        let hours = |at: Time| at.since(incident.opened_at) / HOUR;
        incident.events.iter().map(|event| (hours(event.at), letter(event.transition))).collect()
    }
}
