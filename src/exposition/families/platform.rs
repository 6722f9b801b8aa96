//! What a platform team watches of its own product: the catalog's health.

use crate::exposition::family::{Declaration, Kind, Reading, Subject};

const fn gauge(
    stem: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    Declaration {
        stem,
        subjects: &[Subject::Platform],
        kind: Kind::Gauge,
        labels,
        standard: false,
        help,
        rule,
        reading,
    }
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    gauge(
        "components",
        &["lifecycle"],
        "Components that are shown, by the lifecycle that the catalog gives them.",
        "`unknown` where the catalog gives none.",
        Reading::Platform(|platform| platform.components.clone()),
    ),
    gauge(
        "unowned_components",
        &[],
        "Components that are shown and that no source of ownership gives to a team.",
        "Those of the team `unowned`, unless a source named that.",
        Reading::Platform(|platform| vec![(String::new(), platform.unowned)]),
    ),
    gauge(
        "stale_catalog_entries",
        &["reason"],
        "Components of the catalog that seem to be out of date; absent where the catalog is not asked.",
        "`repository_gone`: its repository is deleted, archived or not collected any more; `owner_unknown`: its owner is missing or no team; `not_deployed`: its lifecycle is `production`, and it was not deployed for 180 days. One entry may have several reasons.",
        Reading::Platform(|platform| platform.stale.clone()),
    ),
    gauge(
        "production_components_without",
        &["what"],
        "Components whose lifecycle in the catalog is production and that lack something; absent where the catalog is not asked.",
        "`oncall`: neither an annotation of PagerDuty, Opsgenie or Splunk On-Call nor a link that says on-call; `docs`: neither `backstage.io/techdocs-ref` nor a link to documentation or a runbook; `slo`: no link to service level objectives. Libraries and documentation are left out.",
        Reading::Platform(|platform| platform.without.clone()),
    ),
];
