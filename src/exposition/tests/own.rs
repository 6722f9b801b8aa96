//! The exporter's own families.

use super::*;

/// All of the exporter's own families, each with a series.
pub(super) fn busy_metrics() -> OwnMetrics {
    let metrics = OwnMetrics::new().unwrap();
    metrics.source(&SourceLabels {
        source: "github",
        collectors: &["deployments"],
        apis: &["graphql"],
        failure_reasons: &["malformed"],
        throttle_reasons: &["primary"],
    });
    metrics.source_up("github", true);
    metrics.collection_finished("github", "deployments", 1.0);
    metrics.last_success("github", "deployments", T);
    metrics.data_through("github", "deployments", T);
    metrics.backfill_remaining("github", Some(60));
    metrics.items("github", "deployments", 7);
    metrics.request("github", "graphql", "200");
    metrics.limits("github", "graphql", 5_000, 4_000, T);
    metrics.throttled("github", "primary", 3);
    metrics.webhook_event("pagerduty", "stored");
    metrics.facts("deployment", 7);
    metrics.evaluation(0.01);
    metrics.exposed(&encode(&three(), &Exposure { max_series: 0, ..FULL }, None));
    metrics
}

#[test]
fn every_declared_family_of_the_exporter_itself_can_be_told() {
    let text = String::from_utf8(busy_metrics().text(Format::Text, None)).unwrap();
    for family in own_families::OWN_FAMILIES {
        let header = format!("# TYPE {} {}\n", family.name, family.kind.name());
        assert_eq!(text.matches(&header).count(), 1, "{}", family.name);
    }
}
