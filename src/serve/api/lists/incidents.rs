//! The list of incidents: those that count, mapped to a component or not, and those that were left out.

use super::{Entry, Told, value};
use crate::evaluate::{
    ExaminedOrganizations, ExaminedTeam, IncidentPlace, UnmappedIncident, WebAddresses,
};
use crate::serve::api::instant::Instant;
use crate::serve::api::links::Links;
use delivery::domain::{IncidentId, Time};
use delivery::ledger::{JudgedIncident, Witness};
use serde::Serialize;
use std::collections::BTreeMap;

/// An incident.
#[derive(Clone, Debug, Serialize)]
pub struct Incident {
    /// `owner/name` of the component's repository; absent where it is unmapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// The component's name; absent where it is unmapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The team that it counts for without being of a component, in the list of organisations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The organisation that it counts for, in the list of organisations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// What its source calls its component, where nothing is called so: `owner/repo`, a component's
    /// name, or `pagerduty:` with a service's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Its id, unique over all sources.
    pub id: String,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was last resolved; absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Instant>,
    /// From its opening to its resolution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_seconds: Option<i64>,
    /// Whether it is open.
    pub open: bool,
    /// Whether its component is known.
    pub mapped: bool,
    /// Whether a deployment is to blame.
    pub attributed: bool,
    /// Why none is: `unmapped`, `named_cause`, `no_deployment`, `out_of_window`, `rule_off` or `severity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unattributed: Option<&'static str>,
    /// The deployments of the component that it blames.
    pub blames: Vec<u64>,
    /// Whether it counts as an incident.
    pub counted: bool,
    /// Why not: `dismissed` or `unmarked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<&'static str>,
    /// Where it is found: its page, or the issues that were opened in its second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Told<'_> {
    pub(super) fn incidents(&self, entries: &mut Vec<Entry>) {
        let examination = &self.component.examination;
        let mut blames: BTreeMap<&IncidentId, Vec<u64>> = BTreeMap::new();
        for deployment in &examination.history.deployments {
            let evidence = deployment.failure.iter().flat_map(|failure| &failure.evidence);
            for evidence in evidence {
                if let Witness::Incident(id) = &evidence.witness {
                    blames.entry(id).or_default().push(deployment.id.0);
                }
            }
        }
        for one in &examination.history.incidents {
            let mut blames = blames.remove(&one.id).unwrap_or_default();
            blames.dedup();
            let why = examination.unattributed.get(&one.id);
            let incident = Incident {
                repo: Some(self.repo()),
                component: Some(self.name()),
                mapped: true,
                attributed: one.attributed,
                unattributed: why.map(|why| why.name()),
                blames,
                url: incident_url(self.team, self.web, &one.id),
                ..incident(one)
            };
            entries.push(self.entry(span(one), &one.id.0, &incident));
        }
        for one in &examination.incidents {
            let incident = Incident {
                repo: Some(self.repo()),
                component: Some(self.name()),
                mapped: true,
                url: incident_url(self.team, self.web, &one.id),
                ..none(&one.id, one.opened_at, one.why.name())
            };
            let at = one.opened_at;
            entries.push(self.entry((at, at), &one.id.0, &incident));
        }
    }
}

/// An incident that no component has.
pub(super) fn unmapped(team: &ExaminedTeam, web: &WebAddresses, one: &JudgedIncident) -> Entry {
    let incident = Incident {
        unattributed: Some("unmapped"),
        called: team.called.get(&one.id).map(ToString::to_string),
        url: incident_url(team, web, &one.id),
        ..incident(one)
    };
    let (at, over_at) = span(one);
    let (key, fact) = (one.id.0.to_string(), value(&incident));
    Entry { at, over_at, key, windows_end: team.at, fact }
}

/// The entries of the list of incidents that no component has, of all teams and organisations.
pub fn unmapped_incidents(told: &ExaminedOrganizations, web: &WebAddresses) -> Vec<Entry> {
    let entry = |one: &UnmappedIncident| {
        let judged = one.judged.as_ref();
        let known = match judged {
            Some(judged) => Incident { unattributed: Some("unmapped"), ..incident(judged) },
            None if one.is_marked => none(&one.id, one.opened_at, "dismissed"),
            None => none(&one.id, one.opened_at, "unmarked"),
        };
        let incident = Incident {
            team: one.team.as_ref().map(ToString::to_string),
            org: one.org.as_ref().map(ToString::to_string),
            called: one.called.as_ref().map(ToString::to_string),
            url: one.place.as_ref().and_then(|place| url(place, web)),
            ..known
        };
        let (at, over_at) = judged.map_or((one.opened_at, one.opened_at), span);
        let (key, fact) = (one.id.0.to_string(), value(&incident));
        Entry { at, over_at, key, windows_end: told.at, fact }
    };
    let mut entries: Vec<Entry> = told.unmapped.iter().map(entry).collect();
    super::sort(&mut entries);
    entries
}

/// What is known of an incident without its component.
fn incident(one: &JudgedIncident) -> Incident {
    Incident {
        resolved_at: one.resolved_at.map(Instant),
        restore_seconds: one.resolved_at.map(|at| at.since(one.opened_at).max(0)),
        open: one.resolved_at.is_none(),
        counted: true,
        left_out: None,
        ..none(&one.id, one.opened_at, "")
    }
}

/// What is known of an incident that is none, and why.
fn none(id: &IncidentId, opened_at: Time, why: &'static str) -> Incident {
    Incident {
        repo: None,
        component: None,
        team: None,
        org: None,
        called: None,
        id: id.0.to_string(),
        opened_at: Instant(opened_at),
        resolved_at: None,
        restore_seconds: None,
        open: false,
        mapped: false,
        attributed: false,
        unattributed: None,
        blames: Vec::new(),
        counted: false,
        left_out: Some(why),
        url: None,
    }
}

fn span(one: &JudgedIncident) -> (Time, Time) {
    (one.opened_at, one.resolved_at.unwrap_or(Time::MAX))
}

/// Where an incident is found.
pub(super) fn incident_url(
    team: &ExaminedTeam,
    web: &WebAddresses,
    id: &IncidentId,
) -> Option<String> {
    url(team.incidents.get(id)?, web)
}

fn url(place: &IncidentPlace, web: &WebAddresses) -> Option<String> {
    match place {
        IncidentPlace::Page(url) => Some(url.to_string()),
        IncidentPlace::Issue(repository, number) => Links::to(repository, web).issue(*number),
        IncidentPlace::Issues(repository, opened_at) => {
            Links::to(repository, web).issues_of(*opened_at)
        }
    }
}
