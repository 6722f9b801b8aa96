//! The exporter's own metrics: kept in a registry of the prometheus crate, gathered at the scrape
//! and written by the same writer as everything else.

use super::family::Kind;
use super::format::Format;
use super::own_families::{self as own, CounterVec, GaugeVec};
use super::writer::{Samples, Writer};
use delivery::domain::{Span, Time};
use prometheus::proto::{Metric, MetricFamily, MetricType};
use prometheus::{Gauge, Histogram, HistogramVec, Registry};

/// The exporter's own metrics. Methods return at once and cannot fail.
#[derive(Debug)]
pub struct OwnMetrics {
    registry: Registry,
    source_up: GaugeVec,
    last_success: GaugeVec,
    data_through: GaugeVec,
    collection_duration: HistogramVec,
    failures: CounterVec,
    items: CounterVec,
    backfill_remaining: GaugeVec,
    missed: CounterVec,
    requests: CounterVec,
    points_spent: CounterVec,
    limit: GaugeVec,
    remaining: GaugeVec,
    reset: GaugeVec,
    throttled: CounterVec,
    webhook_events: CounterVec,
    facts: GaugeVec,
    evaluation_duration: Histogram,
    series: Gauge,
    series_withheld: GaugeVec,
    last_reload_successful: Gauge,
    last_reload_success: Gauge,
}

/// The values of labels that a source can have, so that its counters start at 0.
#[derive(Clone, Copy, Debug)]
pub struct SourceLabels<'a> {
    /// The source's name.
    pub source: &'a str,
    /// Its collectors.
    pub collectors: &'a [&'a str],
    /// Its APIs.
    pub apis: &'a [&'a str],
    /// Why a collection may fail.
    pub failure_reasons: &'a [&'a str],
    /// Why requests may be held back.
    pub throttle_reasons: &'a [&'a str],
}

impl OwnMetrics {
    /// Registers all families, and the process's own.
    ///
    /// # Errors
    ///
    /// Where two families have the same name or one is no legal name: never, once the tests pass.
    pub fn new() -> prometheus::Result<OwnMetrics> {
        let registry = Registry::new();
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        let build_info = own::BUILD_INFO.gauges(&registry)?;
        build_info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        Ok(OwnMetrics {
            source_up: own::SOURCE_UP.gauges(&registry)?,
            last_success: own::LAST_SUCCESS.gauges(&registry)?,
            data_through: own::DATA_THROUGH.gauges(&registry)?,
            collection_duration: own::COLLECTION_DURATION.collection_times(&registry)?,
            failures: own::FAILURES.counters(&registry)?,
            items: own::ITEMS.counters(&registry)?,
            backfill_remaining: own::BACKFILL_REMAINING.gauges(&registry)?,
            missed: own::MISSED.counters(&registry)?,
            requests: own::REQUESTS.counters(&registry)?,
            points_spent: own::POINTS_SPENT.counters(&registry)?,
            limit: own::LIMIT.gauges(&registry)?,
            remaining: own::REMAINING.gauges(&registry)?,
            reset: own::RESET.gauges(&registry)?,
            throttled: own::THROTTLED.counters(&registry)?,
            webhook_events: own::WEBHOOK_EVENTS.counters(&registry)?,
            facts: own::FACTS.gauges(&registry)?,
            evaluation_duration: own::EVALUATION_DURATION.evaluation_times(&registry)?,
            series: own::SERIES.gauge(&registry)?,
            series_withheld: own::SERIES_WITHHELD.gauges(&registry)?,
            last_reload_successful: own::LAST_RELOAD_SUCCESSFUL.gauge(&registry)?,
            last_reload_success: own::LAST_RELOAD_SUCCESS.gauge(&registry)?,
            registry,
        })
    }

    /// Makes a source known: its counters start at 0, so that a first failure is an increase.
    pub fn source(&self, labels: &SourceLabels<'_>) {
        let source = labels.source;
        for collector in labels.collectors {
            self.items.with_label_values(&[source, collector]);
            self.missed.with_label_values(&[source, collector]);
            self.collection_duration.with_label_values(&[source, collector]);
            for reason in labels.failure_reasons {
                self.failures.with_label_values(&[source, collector, reason]);
            }
        }
        for api in labels.apis {
            self.points_spent.with_label_values(&[source, api]);
        }
        for reason in labels.throttle_reasons {
            self.throttled.with_label_values(&[source, reason]);
        }
    }

    /// A source is not collected any more: its gauges end, since nothing tells them any longer.
    /// Counters stay, since a source that comes back goes on counting.
    pub fn forget_source(&self, labels: &SourceLabels<'_>) {
        let source = labels.source;
        // What was never told is not there to be removed.
        for gauges in [&self.source_up, &self.backfill_remaining] {
            let _ = gauges.remove_label_values(&[source]);
        }
        for collector in labels.collectors {
            for gauges in [&self.last_success, &self.data_through] {
                let _ = gauges.remove_label_values(&[source, collector]);
            }
        }
        for api in labels.apis {
            for gauges in [&self.limit, &self.remaining, &self.reset] {
                let _ = gauges.remove_label_values(&[source, api]);
            }
        }
    }

    /// The configuration was read, at the start or again, and is in force.
    pub fn config_loaded(&self, at: Time) {
        self.last_reload_successful.set(1.0);
        self.last_reload_success.set(at.0 as f64);
    }

    /// The configuration was read again and refused: the former one stays in force.
    pub fn config_refused(&self) {
        self.last_reload_successful.set(0.0);
    }

    /// Whether a source answered when it was last asked.
    pub fn source_up(&self, source: &str, up: bool) {
        self.source_up.with_label_values(&[source]).set(f64::from(u8::from(up)));
    }

    /// A collection ended, well or not, after so many seconds.
    pub fn collection_finished(&self, source: &str, collector: &str, seconds: f64) {
        self.collection_duration.with_label_values(&[source, collector]).observe(seconds);
    }

    /// A collection succeeded.
    pub fn last_success(&self, source: &str, collector: &str, at: Time) {
        self.last_success.with_label_values(&[source, collector]).set(at.0 as f64);
    }

    /// The instant through which a collector has all repositories' facts.
    pub fn data_through(&self, source: &str, collector: &str, through: Time) {
        self.data_through.with_label_values(&[source, collector]).set(through.0 as f64);
    }

    /// How long the first collection will take still; absent where nobody can tell.
    pub fn backfill_remaining(&self, source: &str, seconds: Option<Span>) {
        match seconds {
            Some(seconds) => {
                self.backfill_remaining.with_label_values(&[source]).set(seconds as f64);
            }
            // What was never told is not there to be removed.
            None => drop(self.backfill_remaining.remove_label_values(&[source])),
        }
    }

    /// A collection failed.
    pub fn failure(&self, source: &str, collector: &str, reason: &str) {
        self.failures.with_label_values(&[source, collector, reason]).inc();
    }

    /// Items were read.
    pub fn items(&self, source: &str, collector: &str, items: u64) {
        self.items.with_label_values(&[source, collector]).inc_by(items);
    }

    /// The reconcile found what the sweeps had missed.
    pub fn missed(&self, source: &str, collector: &str) {
        self.missed.with_label_values(&[source, collector]).inc();
    }

    /// A request was answered; `code` is the HTTP status, or `error` where there was none.
    pub fn request(&self, source: &str, api: &str, code: &str) {
        self.requests.with_label_values(&[source, api, code]).inc();
    }

    /// Points were spent.
    pub fn points(&self, source: &str, api: &str, points: u64) {
        self.points_spent.with_label_values(&[source, api]).inc_by(points);
    }

    /// The limit's state, as the server told it.
    pub fn limits(&self, source: &str, api: &str, limit: u64, remaining: u64, reset: Time) {
        self.limit.with_label_values(&[source, api]).set(limit as f64);
        self.remaining.with_label_values(&[source, api]).set(remaining as f64);
        self.reset.with_label_values(&[source, api]).set(reset.0 as f64);
    }

    /// Requests were held back for so many seconds.
    pub fn throttled(&self, source: &str, reason: &str, seconds: u64) {
        self.throttled.with_label_values(&[source, reason]).inc_by(seconds);
    }

    /// A source takes webhooks: its counters start at 0.
    pub fn webhooks(&self, source: &str, outcomes: &[&str]) {
        for outcome in outcomes {
            self.webhook_events.with_label_values(&[source, outcome]);
        }
    }

    /// Something became of an event that was sent.
    pub fn webhook_event(&self, source: &str, outcome: &str) {
        self.webhook_events.with_label_values(&[source, outcome]).inc();
    }

    /// How many facts of a kind there are.
    pub fn facts(&self, kind: &str, count: u64) {
        self.facts.with_label_values(&[kind]).set(count as f64);
    }

    /// An evaluation took so many seconds.
    pub fn evaluation(&self, seconds: f64) {
        self.evaluation_duration.observe(seconds);
    }

    /// What the present exposition shows and withholds.
    pub fn exposed(&self, encoded: &super::Encoded) {
        self.series.set(encoded.series() as f64);
        self.series_withheld.reset();
        for (family, series) in encoded.withheld() {
            self.series_withheld.with_label_values(&[family]).set(*series as f64);
        }
    }

    /// All of them, for [`super::Encoded::body`]; `created`, where it is to be told, is since when
    /// they have counted.
    pub fn text(&self, format: Format, created: Option<Time>) -> Vec<u8> {
        let mut writer = Writer::with_capacity(format, 0);
        for family in self.registry.gather() {
            write(&mut writer, &family, created);
        }
        writer.into_bytes()
    }
}

fn write(writer: &mut Writer, family: &MetricFamily, created: Option<Time>) {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => Kind::Counter,
        MetricType::HISTOGRAM => Kind::Histogram,
        _ => Kind::Gauge,
    };
    writer.family(family.name(), family.help(), kind);
    for metric in family.get_metric() {
        let labels: Vec<(&str, &str)> =
            metric.get_label().iter().map(|label| (label.name(), label.value())).collect();
        writer.subject(&labels);
        match kind {
            Kind::Counter => writer.sample("", &[], metric.get_counter().get_value()),
            Kind::Gauge => writer.sample("", &[], metric.get_gauge().get_value()),
            Kind::Histogram => write_histogram(writer, metric),
        }
        if let Some(at) = created.filter(|_| kind != Kind::Gauge) {
            writer.created(&[], at);
        }
    }
}

fn write_histogram(writer: &mut Writer, metric: &Metric) {
    let histogram = metric.get_histogram();
    for bucket in histogram.get_bucket() {
        if bucket.upper_bound().is_finite() {
            writer.bucket(bucket.upper_bound(), bucket.cumulative_count(), None);
        }
    }
    writer.bucket(f64::INFINITY, histogram.get_sample_count(), None);
    writer.sample("_sum", &[], histogram.get_sample_sum());
    writer.sample("_count", &[], histogram.get_sample_count() as f64);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn text(metrics: &OwnMetrics) -> String {
        String::from_utf8(metrics.text(Format::Text, None)).unwrap()
    }

    #[test]
    fn a_known_source_starts_at_zero_and_counts_up() {
        let metrics = OwnMetrics::new().unwrap();
        metrics.source(&SourceLabels {
            source: "github",
            collectors: &["deployments"],
            apis: &["graphql"],
            failure_reasons: &["malformed"],
            throttle_reasons: &["primary"],
        });
        let failures = "dora_exporter_source_failures_total{collector=\"deployments\",reason=\"malformed\",source=\"github\"}";
        assert!(text(&metrics).contains(&format!("{failures} 0\n")));
        metrics.failure("github", "deployments", "malformed");
        metrics.points("github", "graphql", 3);
        metrics.collection_finished("github", "deployments", 0.5);
        let text = text(&metrics);
        assert!(text.contains(&format!("{failures} 1\n")), "{text}");
        assert!(text.contains("points_spent_total{api=\"graphql\",source=\"github\"} 3\n"));
        assert!(text.contains("collection_duration_seconds_bucket{collector=\"deployments\",source=\"github\",le=\"0.5\"} 1\n"));
        assert!(text.contains("collection_duration_seconds_bucket{collector=\"deployments\",source=\"github\",le=\"+Inf\"} 1\n"));
        assert!(text.contains("throttled_seconds_total{reason=\"primary\",source=\"github\"} 0\n"));
    }

    #[test]
    fn a_forgotten_source_has_counters_but_no_gauges() {
        let metrics = OwnMetrics::new().unwrap();
        let labels = SourceLabels {
            source: "github",
            collectors: &["deployments"],
            apis: &["graphql"],
            failure_reasons: &[],
            throttle_reasons: &[],
        };
        metrics.source_up("github", true);
        metrics.last_success("github", "deployments", Time(1));
        metrics.limits("github", "graphql", 5_000, 4_999, Time(2));
        metrics.points("github", "graphql", 3);
        metrics.forget_source(&labels);
        let text = text(&metrics);
        for gauge in ["source_up", "last_success", "rate_limit"] {
            assert!(!text.contains(gauge), "{text}");
        }
        assert!(text.contains("points_spent_total{api=\"graphql\",source=\"github\"} 3\n"));
    }

    #[test]
    fn what_was_never_told_is_absent() {
        let text = text(&OwnMetrics::new().unwrap());
        assert!(text.contains("dora_exporter_build_info{version=\""));
        assert!(text.contains("dora_exporter_series 0\n"));
        assert!(!text.contains("source_up"));
        assert!(!text.contains("rate_limit"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_is_described() {
        assert!(text(&OwnMetrics::new().unwrap()).contains("\nprocess_resident_memory_bytes "));
    }
}
