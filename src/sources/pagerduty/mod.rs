//! PagerDuty's REST API, version 2: incidents with their log entries.
//!
//! Kept are ids, addresses of pages, times, the service's id, and what titles and notes name as cause or fix. Titles,
//! notes, names and addresses of people are not.

mod account;
mod cursor;
mod event;
mod history;
mod lists;
mod reading;
mod wire;

pub use account::Service;

use super::incident_links::{LinkedChanges, incident_links};
use super::rest::{Rest, Vendor};
use super::{Answer, IncidentNews, IncidentSource, KnownIncidents, SourceError};
use crate::clock::SharedClock;
use crate::config::{PagerDutySettings, Urgency};
use delivery::domain::{Incident, IncidentId, RepositoryName, Time, pagerduty_service};
use history::IncidentHistory;
use http::HeaderValue;
use secrecy::ExposeSecret;
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use wire::WireIncident;

/// The version of the API, as it is asked for.
const ACCEPT: &str = "application/vnd.pagerduty+json;version=2";

/// A PagerDuty account.
pub struct PagerDuty {
    settings: PagerDutySettings,
    rest: Rest,
    clock: SharedClock,
    /// By which mapping and filters incidents are read.
    fingerprint: String,
    /// Log entries of the overlap that have had their effect.
    handled: Mutex<HashSet<String>>,
}

impl PagerDuty {
    /// Sets up the account; nothing is asked yet.
    pub fn connect(
        settings: PagerDutySettings,
        clock: SharedClock,
    ) -> Result<PagerDuty, SourceError> {
        let setup = |cause: &str| SourceError::Setup {
            what: settings.name.clone(),
            cause: cause.to_owned(),
        };
        let key = format!("Token token={}", settings.token.expose_secret());
        let mut authorization = HeaderValue::from_str(&key)
            .map_err(|_| setup("the key holds what no header can; write the key alone"))?;
        authorization.set_sensitive(true);
        let vendor = Vendor {
            source: settings.name.clone(),
            url: settings.api_url.clone(),
            ca_file: None,
            authorization: Some(authorization),
            origin: settings.token_origin.clone(),
            accept: ACCEPT,
            hint: "write an API access key of this account there; accounts in Europe need \
                   api_url = \"https://api.eu.pagerduty.com\"",
            permission: "read access to incidents and log entries",
            limit_headers: &["ratelimit-reset", "retry-after"],
            message: "/error/message",
        };
        let rest = Rest::new(vendor, Arc::clone(&clock))?;
        let fingerprint = fingerprint(&settings);
        Ok(PagerDuty { settings, rest, clock, fingerprint, handled: Mutex::default() })
    }

    /// An incident as it is kept, with what happened to it.
    fn incident(&self, wire: &WireIncident, history: IncidentHistory) -> Incident {
        let mut links = LinkedChanges::default();
        let texts = std::iter::once(wire.title()).chain(history.notes.iter().map(String::as_str));
        texts.for_each(|text| incident_links(text, &[], &mut links));
        Incident {
            id: IncidentId(Arc::from(format!("{}:{}", self.settings.name, wire.id))),
            node_id: Arc::from(wire.id.as_str()),
            url: wire.page().map(Arc::from),
            repo: None,
            component: service(wire).map(|service| self.component_of(service)),
            ruled: None,
            severities: severities(wire),
            counts: self.counts(wire),
            opened_at: wire.created_at,
            events: history.events,
            causes: links.causes,
            fixes: links.fixes,
        }
    }

    /// The component that a service's incidents are told of: as the configuration names it, else
    /// by the service, which the catalog may know.
    fn component_of(&self, service: &str) -> Arc<str> {
        match self.settings.services.get(&service.to_uppercase()) {
            Some(component) => Arc::clone(component),
            None => pagerduty_service(service),
        }
    }

    /// The service of an incident that counts, where the configuration does not name a component.
    fn unmapped(&self, wire: &WireIncident) -> Option<String> {
        let service = service(wire).filter(|_| self.counts(wire))?;
        let is_known = self.settings.services.contains_key(&service.to_uppercase());
        (!is_known).then(|| service.to_owned())
    }

    fn counts(&self, wire: &WireIncident) -> bool {
        let urgency = match wire.urgency.as_deref() {
            Some("low") => Urgency::Low,
            _ => Urgency::High,
        };
        let wanted = &self.settings.priorities;
        let priority = wire.priority.as_ref();
        let names = priority.into_iter().flat_map(|it| [&it.name, &it.summary]).flatten();
        let is_wanted = |name: &String| {
            wanted.iter().any(|wanted| wanted.to_lowercase() == name.to_lowercase())
        };
        self.settings.urgencies.contains(&urgency)
            && (wanted.is_empty() || names.into_iter().any(is_wanted))
    }
}

/// Its priority and its urgency, by which the configuration may speak of it.
fn severities(wire: &WireIncident) -> Vec<Arc<str>> {
    let priority = wire.priority.as_ref();
    let names = priority.into_iter().flat_map(|it| [&it.name, &it.summary]).flatten();
    let all: BTreeSet<String> =
        names.chain(&wire.urgency).map(|name| name.trim().to_lowercase()).collect();
    all.into_iter().map(Arc::from).collect()
}

impl IncidentSource for PagerDuty {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn changed<'a>(
        &'a self,
        cursor: Option<&'a str>,
        since: Time,
        known: &'a KnownIncidents,
    ) -> Answer<'a, IncidentNews> {
        Box::pin(self.read_slice(cursor, since, known))
    }

    fn open<'a>(&'a self, known: &'a KnownIncidents) -> Answer<'a, IncidentNews> {
        Box::pin(self.read_open(known))
    }

    fn moved(&self, event: &[u8]) -> Result<Option<Arc<str>>, String> {
        event::moved(event)
    }

    fn again<'a>(
        &'a self,
        ids: BTreeSet<Arc<str>>,
        known: &'a KnownIncidents,
    ) -> Answer<'a, IncidentNews> {
        Box::pin(self.read_again(ids, known))
    }
}

fn service(wire: &WireIncident) -> Option<&str> {
    wire.service.as_ref()?.id.as_deref()
}

/// Mapping and filters decide which incidents count and where, so others mean other facts; and so did
/// incidents without the addresses of their pages.
fn fingerprint(settings: &PagerDutySettings) -> String {
    let mut priorities = settings.priorities.clone();
    priorities.sort();
    let parts = format!(
        "{} pages {:?} {:?} {priorities:?}",
        settings.api_url, settings.services, settings.urgencies
    );
    format!("{:016x}", RepositoryName::of(&parts).0)
}

#[cfg(test)]
mod tests;
