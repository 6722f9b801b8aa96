//! The exporter's own families, declared exactly once. `process_*` come from the prometheus crate,
//! and `dora_exporter_backfill_complete`, which has a series per repository, is prepared with the
//! judged families.

use super::family::Kind;
use prometheus::core::{Collector, GenericCounterVec, GenericGaugeVec};
use prometheus::{Gauge, Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// One of the exporter's own families.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnFamily {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) labels: &'static [&'static str],
    pub(super) help: &'static str,
}

const fn own(
    name: &'static str,
    kind: Kind,
    labels: &'static [&'static str],
    help: &'static str,
) -> OwnFamily {
    OwnFamily { name, kind, labels, help }
}

const COLLECTOR: &[&str] = &["source", "collector"];
const API: &[&str] = &["source", "api"];

pub(super) const BUILD_INFO: OwnFamily = own(
    "dora_exporter_build_info",
    Kind::Gauge,
    &["version"],
    "1, with the version of the exporter.",
);
pub(super) const SOURCE_UP: OwnFamily = own(
    "dora_exporter_source_up",
    Kind::Gauge,
    &["source"],
    "1 if the source answered when it was last asked, else 0.",
);
pub(super) const LAST_SUCCESS: OwnFamily = own(
    "dora_exporter_source_last_success_timestamp_seconds",
    Kind::Gauge,
    COLLECTOR,
    "When a collection last succeeded; absent before the first.",
);
pub(super) const DATA_THROUGH: OwnFamily = own(
    "dora_exporter_source_data_through_timestamp_seconds",
    Kind::Gauge,
    COLLECTOR,
    "Instant through which every repository's facts have been collected; absent before the first success.",
);
pub(super) const COLLECTION_DURATION: OwnFamily = own(
    "dora_exporter_source_collection_duration_seconds",
    Kind::Histogram,
    COLLECTOR,
    "How long collections took.",
);
pub(super) const FAILURES: OwnFamily = own(
    "dora_exporter_source_failures_total",
    Kind::Counter,
    &["source", "collector", "reason"],
    "Collections that failed, by reason.",
);
pub(super) const ITEMS: OwnFamily = own(
    "dora_exporter_source_items_total",
    Kind::Counter,
    COLLECTOR,
    "Items read from the source, known ones that were read again included.",
);
pub(super) const BACKFILL_REMAINING: OwnFamily = own(
    "dora_exporter_source_backfill_remaining_seconds",
    Kind::Gauge,
    &["source"],
    "How long the first collection will take still, by its pace so far; absent before that can be told, and once it is complete.",
);
pub(super) const MISSED: OwnFamily = own(
    "dora_exporter_source_missed_news_total",
    Kind::Counter,
    COLLECTOR,
    "News that the reconcile found and the sweeps had missed, by repository and list.",
);
pub(super) const REQUESTS: OwnFamily = own(
    "dora_exporter_github_requests_total",
    Kind::Counter,
    &["source", "api", "code"],
    "Requests to GitHub by HTTP status; `error` where there was no answer.",
);
pub(super) const POINTS_SPENT: OwnFamily = own(
    "dora_exporter_github_points_spent_total",
    Kind::Counter,
    API,
    "Points of GitHub's rate limit that were spent.",
);
pub(super) const LIMIT: OwnFamily = own(
    "dora_exporter_github_rate_limit_points",
    Kind::Gauge,
    API,
    "Points an hour that GitHub allows; absent where it sets no limit.",
);
pub(super) const REMAINING: OwnFamily = own(
    "dora_exporter_github_rate_limit_remaining_points",
    Kind::Gauge,
    API,
    "Points that remain until the limit's reset; absent where GitHub sets no limit.",
);
pub(super) const RESET: OwnFamily = own(
    "dora_exporter_github_rate_limit_reset_timestamp_seconds",
    Kind::Gauge,
    API,
    "When the limit is reset; absent where GitHub sets no limit.",
);
pub(super) const THROTTLED: OwnFamily = own(
    "dora_exporter_github_throttled_seconds_total",
    Kind::Counter,
    &["source", "reason"],
    "Seconds for which requests were held back, by reason.",
);
pub(super) const WEBHOOK_EVENTS: OwnFamily = own(
    "dora_exporter_webhook_events_total",
    Kind::Counter,
    &["source", "outcome"],
    "Events that were sent to a webhook, by what became of them; absent while none is taken.",
);
pub(super) const FACTS: OwnFamily =
    own("dora_exporter_facts", Kind::Gauge, &["kind"], "Facts that figures are judged from.");
pub(super) const EVALUATION_DURATION: OwnFamily = own(
    "dora_exporter_evaluation_duration_seconds",
    Kind::Histogram,
    &[],
    "How long judging, measuring and encoding took after news or the passing of time.",
);
pub(super) const SERIES: OwnFamily = own(
    "dora_exporter_series",
    Kind::Gauge,
    &[],
    "Series that are exposed, without the exporter's own.",
);
pub(super) const SERIES_WITHHELD: OwnFamily = own(
    "dora_exporter_series_withheld",
    Kind::Gauge,
    &["family"],
    "Series that `exposition.max_series` withholds, by family; absent while none are.",
);

pub(super) const LAST_RELOAD_SUCCESSFUL: OwnFamily = own(
    "dora_exporter_config_last_reload_successful",
    Kind::Gauge,
    &[],
    "1 if the configuration was in order when it was last read, else 0: the former one is in force.",
);
pub(super) const LAST_RELOAD_SUCCESS: OwnFamily = own(
    "dora_exporter_config_last_reload_success_timestamp_seconds",
    Kind::Gauge,
    &[],
    "When the configuration in force was read.",
);

/// All of them, for the reference.
pub(super) const OWN_FAMILIES: &[OwnFamily] = &[
    BUILD_INFO,
    SOURCE_UP,
    LAST_SUCCESS,
    DATA_THROUGH,
    COLLECTION_DURATION,
    FAILURES,
    ITEMS,
    BACKFILL_REMAINING,
    MISSED,
    REQUESTS,
    POINTS_SPENT,
    LIMIT,
    REMAINING,
    RESET,
    THROTTLED,
    WEBHOOK_EVENTS,
    FACTS,
    EVALUATION_DURATION,
    SERIES,
    SERIES_WITHHELD,
    LAST_RELOAD_SUCCESSFUL,
    LAST_RELOAD_SUCCESS,
];

/// Gauges with labels that hold whole numbers or times.
pub(super) type GaugeVec = GenericGaugeVec<prometheus::core::AtomicF64>;
/// Counters with labels.
pub(super) type CounterVec = GenericCounterVec<prometheus::core::AtomicU64>;

/// Bounds for collections, which take from a page to a first collection of a large organisation.
const COLLECTION_SECONDS: &[f64] = &[0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0];
/// Bounds for evaluations, which take milliseconds.
const EVALUATION_SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

impl OwnFamily {
    fn opts(&self) -> Opts {
        Opts::new(self.name, self.help)
    }

    pub(super) fn gauges(&self, registry: &Registry) -> prometheus::Result<GaugeVec> {
        registered(registry, GaugeVec::new(self.opts(), self.labels)?)
    }

    pub(super) fn gauge(&self, registry: &Registry) -> prometheus::Result<Gauge> {
        registered(registry, Gauge::with_opts(self.opts())?)
    }

    pub(super) fn counters(&self, registry: &Registry) -> prometheus::Result<CounterVec> {
        registered(registry, IntCounterVec::new(self.opts(), self.labels)?)
    }

    pub(super) fn collection_times(&self, registry: &Registry) -> prometheus::Result<HistogramVec> {
        let opts = HistogramOpts::from(self.opts()).buckets(COLLECTION_SECONDS.to_vec());
        registered(registry, HistogramVec::new(opts, self.labels)?)
    }

    pub(super) fn evaluation_times(&self, registry: &Registry) -> prometheus::Result<Histogram> {
        let opts = HistogramOpts::from(self.opts()).buckets(EVALUATION_SECONDS.to_vec());
        registered(registry, Histogram::with_opts(opts)?)
    }
}

fn registered<C: Collector + Clone + 'static>(
    registry: &Registry,
    family: C,
) -> prometheus::Result<C> {
    registry.register(Box::new(family.clone()))?;
    Ok(family)
}
