//! What a platform team watches of its own product: the catalog's health, golden paths and shared
//! workflows.

use crate::exposition::family::{Declaration, Kind, Reading, Subject};

const fn gauge(
    stem: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    Declaration::gauge(stem, &[Subject::Platform], labels, help, rule, reading)
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
    gauge(
        "golden_path_components",
        &["template"],
        "Components of the catalog that say from which template they were made; absent where the catalog is not asked.",
        "By the annotation `catalog.template_annotation`, `backstage.io/source-template` by default; `template:default/service` is shown as `service`. All components count, libraries too, of repositories that are collected.",
        Reading::Platform(|platform| platform.golden_path.clone()),
    ),
    gauge(
        "workflow_references",
        &["workflow", "pin"],
        "Jobs that call a reusable workflow, by what the call is pinned to; absent where workflow files are not read.",
        "Jobs with `uses: owner/name/.github/workflows/file.yml@reference` in `.github/workflows` at the head of the default branches of collected repositories; calls within a repository (`./…`) are left out. `sha`: 40 or 64 hexadecimal digits; `tag`: a version such as `v1`, `1.2.3` or `build-v2`; `branch`: anything else. Workflows of owners that are neither collected nor in `platform.workflow_owners` count as `external`. A workflow that is called has all three, also at 0.",
        Reading::PlatformPairs(|platform| &platform.workflows),
    ),
    Declaration {
        stem: "self_service_seconds",
        subjects: &[Subject::Platform],
        kind: Kind::Histogram,
        labels: &[],
        standard: false,
        help: "Time from opening a pull request that changes infrastructure until it was applied; absent without `[[platform.self_service]]`.",
        rule: "Merged pull requests of those repositories that change one of the configured paths: from the opening until the last apply after which everything that was planned is applied, before the merge or after it. One observation each, once it is both merged and applied, if that is after the repository's pull requests were first read to the end; as `dora_change_lead_time_seconds` it never takes anything back. What is closed without a merge, or never applied, is not observed.",
        reading: Reading::PlatformHistogram(|platform| platform.self_service.as_ref()),
    },
];
