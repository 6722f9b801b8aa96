//! The exporter's own metrics hear of sources and collecting.

use super::audit::Audit;
use crate::collect::{CATALOG, UNKNOWN_SERVICE};
use crate::config::{OwnershipSource, Settings};
use crate::exposition::{OwnMetrics, SourceLabels};
use crate::sources::github::Discovery;
use crate::sources::{SourceError, Throttle};
use crate::{collect, sources};
use delivery::domain::{ClaimSource, Collector, Span, Time};
use std::sync::Arc;

/// The label `collector` of what concerns a whole sweep.
const SWEEP: &str = "sweep";

/// The label `collector` of what tells whose repositories are.
const OWNERSHIP: &str = "ownership";

/// The sources of ownership at a GitHub that are asked on a schedule of their own.
const OWNERSHIP_SOURCES: [(OwnershipSource, ClaimSource); 4] = [
    (OwnershipSource::Catalog, ClaimSource::CatalogFiles),
    (OwnershipSource::CustomProperty, ClaimSource::CustomProperty),
    (OwnershipSource::GitHubTeam, ClaimSource::GitHubTeam),
    (OwnershipSource::CodeOwners, ClaimSource::CodeOwners),
];

/// The label `source` of a source of ownership at a GitHub.
fn part(source: &str, from: ClaimSource) -> String {
    match from {
        // A server of its own.
        ClaimSource::CatalogServer => source.to_owned(),
        _ => format!("{source}/{}", from.name()),
    }
}

/// Passes on to the own metrics what the rooms tell.
#[derive(Clone)]
pub struct Observers {
    own: Arc<OwnMetrics>,
    audit: Option<Arc<Audit>>,
}

impl Observers {
    /// Observers that have heard of nothing.
    pub fn new(own: Arc<OwnMetrics>) -> Observers {
        Observers { own, audit: None }
    }

    /// Observers that compare what is discovered with the configuration, too.
    pub fn auditing(self, audit: Audit) -> Observers {
        Observers { audit: Some(Arc::new(audit)), ..self }
    }

    /// Starts the counters of a source at 0.
    pub fn introduce(&self, source: &str) {
        self.with_labels(source, |labels| self.own.source(labels));
    }

    /// Starts the counters of a source of incidents at 0.
    pub fn introduce_incidents(&self, source: &str) {
        let mut reasons = SourceError::REASONS.to_vec();
        reasons.push(UNKNOWN_SERVICE);
        self.own.source(&SourceLabels {
            source,
            collectors: &[Collector::Incidents.name(), SWEEP],
            apis: &[],
            failure_reasons: &reasons,
            throttle_reasons: &[],
        });
    }

    /// Ends the gauges of a source that is not collected any more.
    pub fn dismiss(&self, source: &str) {
        self.with_labels(source, |labels| self.own.forget_source(labels));
        self.forget_claims(source, |_| false);
    }

    /// Ends the gauges of what tells whose repositories are, or which workflows they call, at a
    /// GitHub that is not asked for it any more.
    pub fn keep_ownership(&self, source: &str, settings: &Settings) {
        self.forget_claims(source, |from| {
            let order = &settings.ownership.order;
            let of_order = OWNERSHIP_SOURCES.iter().find(|(_, one)| *one == from);
            match of_order {
                Some((asked, _)) => order.contains(asked),
                None => settings.platform.workflow_files,
            }
        });
    }

    fn forget_claims(&self, source: &str, is_asked: impl Fn(ClaimSource) -> bool) {
        let all = OWNERSHIP_SOURCES.iter().map(|(_, from)| *from);
        for from in all.chain([ClaimSource::WorkflowFiles]).filter(|from| !is_asked(*from)) {
            self.own.forget_source(&ownership_labels(&part(source, from)));
        }
    }

    /// Ends the gauges of a catalog's server that is not asked any more.
    pub fn dismiss_catalog(&self) {
        self.own.forget_source(&ownership_labels(CATALOG));
    }

    fn with_labels(&self, source: &str, act: impl FnOnce(&SourceLabels<'_>)) {
        let mut collectors: Vec<&str> = Collector::EVERY.iter().map(|one| one.name()).collect();
        collectors.push(SWEEP);
        act(&SourceLabels {
            source,
            collectors: &collectors,
            apis: &["graphql", "rest"],
            failure_reasons: &SourceError::REASONS,
            throttle_reasons: &Throttle::ALL.map(Throttle::name),
        });
    }
}

/// The labels of a source of ownership.
fn ownership_labels(source: &str) -> SourceLabels<'_> {
    SourceLabels {
        source,
        collectors: &[OWNERSHIP],
        apis: &[],
        failure_reasons: &SourceError::REASONS,
        throttle_reasons: &[],
    }
}

impl sources::Observer for Observers {
    fn request(&self, source: &str, api: &'static str, code: &str) {
        self.own.request(source, api, code);
    }

    fn points(&self, source: &str, api: &'static str, points: u64) {
        self.own.points(source, api, points);
    }

    fn limits(&self, source: &str, api: &'static str, limit: u64, remaining: u64, reset: Time) {
        self.own.limits(source, api, limit, remaining, reset);
    }

    fn throttled(&self, source: &str, reason: Throttle, seconds: u64) {
        self.own.throttled(source, reason.name(), seconds);
    }
}

impl collect::Observer for Observers {
    fn discovered(&self, source: &str, discovery: &Discovery) {
        if let Some(audit) = &self.audit {
            audit.discovered(source, discovery);
        }
    }

    fn collected(&self, source: &str, collector: Collector, seconds: f64) {
        self.own.collection_finished(source, collector.name(), seconds);
    }

    fn failed(&self, source: &str, collector: Option<Collector>, reason: &'static str) {
        self.own.failure(source, collector.map_or(SWEEP, Collector::name), reason);
    }

    fn claimed(&self, source: &str, from: ClaimSource, answered: bool) {
        self.own.source_up(&part(source, from), answered);
    }

    fn claims_failed(&self, source: &str, from: ClaimSource, reason: &'static str) {
        self.own.failure(&part(source, from), OWNERSHIP, reason);
    }

    fn items(&self, source: &str, collector: Collector, count: u64) {
        self.own.items(source, collector.name(), count);
    }

    fn up(&self, source: &str, up: bool) {
        self.own.source_up(source, up);
    }

    fn succeeded(&self, source: &str, collector: Collector, at: Time) {
        self.own.last_success(source, collector.name(), at);
    }

    fn data_through(&self, source: &str, collector: Collector, through: Time) {
        self.own.data_through(source, collector.name(), through);
    }

    fn backfill_remaining(&self, source: &str, seconds: Option<Span>) {
        self.own.backfill_remaining(source, seconds);
    }

    fn missed(&self, source: &str, collector: Collector) {
        self.own.missed(source, collector.name());
    }
}
