//! The exporter itself: its sources, their limits, its work and its resources.

use crate::dashboard::{Dashboard, Row, row};
use crate::measure::{AGE_BOUNDS, NO_BOUNDS};
use crate::overview::head;
use crate::panel::{Panel, unit};
use crate::query::age;
use crate::variable::of_labels;
use serde_json::json;

/// The instances that are chosen: several replicas are each looked at on their own.
const SCOPE: &str = "{instance=~\"$instance\"}";
/// The step of graphs here, which are of now and not of weeks.
const STEP: &str = "30s";
/// What is said where nothing is scraped.
const NOT_SCRAPED: &str = "Not scraped";

/// The dashboard.
pub fn dashboard() -> Dashboard {
    let age = format!("1000 * min(dora_exporter_source_last_success_timestamp_seconds{SCOPE})");
    let about = "When the collection that lags most last succeeded.";
    let mut head = head(about, &age);
    head = head.titled("Last success");
    Dashboard {
        uid: "dora-health",
        title: "DORA / Exporter health",
        description: "Whether dora-exporter reads its sources, how much of their limits it spends, and what it costs to run.",
        from: "now-6h",
        review: "/teams",
        variables: vec![of_labels(
            "instance",
            "Instance",
            "label_values(dora_exporter_build_info, instance)",
        )],
        annotations: Vec::new(),
        head,
        rows: vec![now(), sources(), limits(), work(), process()],
    }
}

fn stat(title: &str, about: &str, unit: &str, legend: &str, expr: &str) -> Panel {
    Panel::stat(title, about, unit).ask_now(legend, expr).empty(NOT_SCRAPED)
}

fn lines(title: &str, about: &str, unit: &str, legend: &str, expr: &str) -> Panel {
    Panel::lines(title, about, unit).every(STEP).ask(legend, expr).empty(NOT_SCRAPED)
}

fn of(family: &str) -> String {
    format!("{family}{SCOPE}")
}

fn per_second(family: &str, labels: &str) -> String {
    format!("sum by ({labels}) (rate({family}{SCOPE}[$__rate_interval]))")
}

fn now() -> Row {
    let yes_no = |yes: &str, no: &str| {
        json!([{ "type": "value", "options": {
            "0": { "text": no, "color": "red", "index": 0 },
            "1": { "text": yes, "color": "green", "index": 1 },
        } }])
    };
    let up = format!("min by (source) ({})", of("dora_exporter_source_up"));
    let success = age(&format!(
        "max by (source) ({})",
        of("dora_exporter_source_last_success_timestamp_seconds")
    ));
    let complete = of("dora_exporter_backfill_complete");
    let reload = format!("min({})", of("dora_exporter_config_last_reload_successful"));
    let version = format!("count by (version) ({})", of("dora_exporter_build_info"));
    let panels = vec![
        stat("Sources", "Whether each source answered when it was last asked.", unit::NONE, "{{source}}", &up)
            .field("mappings", yes_no("up", "down")),
        stat("Last success", "How long ago any collection of each source last succeeded.", unit::SECONDS, "{{source}}", &success)
            .bounds(AGE_BOUNDS),
        stat(
            "Repositories read",
            "Share of repositories whose history is complete; components of the others have no series yet.",
            unit::SHARE,
            "",
            &format!("avg(max by (repo) ({complete}))"),
        )
        .decimals(0)
        .bounds(&[("orange", None), ("green", Some(1.0))]),
        stat("Configuration", "Whether the configuration was in order when it was last read; otherwise the former one is in force.", unit::NONE, "", &reload)
            .field("mappings", yes_no("in order", "refused")),
        stat("Series", "Series that are exposed, without the exporter's own.", unit::NONE, "", &format!("max({})", of("dora_exporter_series")))
            .bounds(NO_BOUNDS)
            .decimals(0),
        stat("Version", "The versions that run, each with its number of instances.", unit::NONE, "{{version}}", &version)
            .option("textMode", json!("name"))
            .bounds(NO_BOUNDS),
    ];
    row("Now", panels)
}

fn sources() -> Row {
    let lag = |family: &str| age(&format!("max by (source, collector) ({})", of(family)));
    let durations = of("dora_exporter_source_collection_duration_seconds_bucket")
        .replace(SCOPE, &format!("{SCOPE}[$__rate_interval]"));
    row("Sources", vec![
        lines(
            "Data behind",
            "How old the newest facts are that every repository has been read through, by collector. Windows stop sliding once their component is 15 minutes behind.",
            unit::SECONDS,
            "{{source}} {{collector}}",
            &lag("dora_exporter_source_data_through_timestamp_seconds"),
        ),
        lines(
            "Failures by reason",
            "Collections that failed, a second. A failing repository never hides the others; the last good figures stay.",
            "ops",
            "{{collector}} {{reason}}",
            &format!("{} > 0", per_second("dora_exporter_source_failures_total", "source, collector, reason")),
        )
        .empty("Nothing failed"),
        lines(
            "Items read",
            "Items that were read from the source a second, known ones that were read again included.",
            "ops",
            "{{source}} {{collector}}",
            &per_second("dora_exporter_source_items_total", "source, collector"),
        ),
        lines(
            "Collections",
            "Collections that ended, a second.",
            "ops",
            "{{source}} {{collector}}",
            &per_second("dora_exporter_source_collection_duration_seconds_count", "source, collector"),
        )
        .sized(12, 8),
        lines(
            "Collection time, 95th percentile",
            "Within how long 95 in 100 collections ended, from the buckets of a histogram.",
            unit::SECONDS,
            "{{source}} {{collector}}",
            &format!("histogram_quantile(0.95, sum by (source, collector, le) (rate({durations}))) >= 0"),
        )
        .empty("No collection ended in this time")
        .sized(12, 8),
    ])
}

fn limits() -> Row {
    let remaining = format!(
        "min by (source, api) ({}) / max by (source, api) ({})",
        of("dora_exporter_github_rate_limit_remaining_points"),
        of("dora_exporter_github_rate_limit_points"),
    );
    let spent = format!(
        "sum by (source, api) (increase({}[1h]))",
        of("dora_exporter_github_points_spent_total")
    );
    row("Limits of GitHub", vec![
        lines(
            "Points that remain",
            "Share of the hour's points that GitHub still grants, by API. Absent where it sets no limit.",
            unit::SHARE,
            "{{source}} {{api}}",
            &remaining,
        )
        .field("max", json!(1))
        .bounds_drawn(&[("red", None), ("green", Some(0.1))])
        .empty("GitHub sets no limit, or is not read yet"),
        lines(
            "Points spent in an hour",
            "Points of the rate limit that were spent in the hour before.",
            unit::NONE,
            "{{source}} {{api}}",
            &spent,
        ),
        lines(
            "Held back",
            "Seconds a second for which requests were held back, by reason: GitHub's primary and secondary limits, the share that collection.budget_share leaves free, and the pace between requests.",
            unit::SHARE,
            "{{source}} {{reason}}",
            &per_second("dora_exporter_github_throttled_seconds_total", "source, reason"),
        )
        .custom("axisSoftMax", json!(0.2)),
        lines(
            "Requests by answer",
            "Requests a second by HTTP status; `error` where there was no answer.",
            "reqps",
            "{{api}} {{code}}",
            &per_second("dora_exporter_github_requests_total", "source, api, code"),
        )
        .sized(16, 7),
        lines(
            "Webhook events",
            "Events that were sent to a webhook a second, by what became of them.",
            "reqps",
            "{{source}} {{outcome}}",
            &per_second("dora_exporter_webhook_events_total", "source, outcome"),
        )
        .empty("No webhook is configured")
        .sized(8, 7),
    ])
}

fn work() -> Row {
    let evaluation = |quantile: &str| {
        let buckets = of("dora_exporter_evaluation_duration_seconds_bucket");
        format!(
            "histogram_quantile({quantile}, sum by (le) (rate({buckets}[$__rate_interval]))) >= 0"
        )
    };
    row("Work", vec![
        lines(
            "Facts",
            "Facts that figures are judged from, by kind.",
            "short",
            "{{kind}}",
            &format!("max by (kind) ({})", of("dora_exporter_facts")),
        ),
        lines(
            "Series",
            "Series that are exposed, without the exporter's own; and those that exposition.max_series withholds.",
            "short",
            "exposed",
            &format!("max({})", of("dora_exporter_series")),
        )
        .ask("withheld", &format!("sum(max by (family) ({}))", of("dora_exporter_series_withheld"))),
        lines(
            "Evaluation time",
            "How long judging, measuring and encoding took after news or the passing of time, from the buckets of a histogram.",
            unit::SECONDS,
            "median",
            &evaluation("0.5"),
        )
        .ask("95th percentile", &evaluation("0.95")),
    ])
}

fn process() -> Row {
    let each = |family: &str| format!("max by (instance) ({})", of(family));
    row(
        "Process",
        vec![
            lines(
                "CPU",
                "Cores in use.",
                "short",
                "{{instance}}",
                &per_second("process_cpu_seconds_total", "instance"),
            ),
            lines(
                "Memory",
                "Resident memory.",
                unit::BYTES,
                "{{instance}}",
                &each("process_resident_memory_bytes"),
            ),
            lines(
                "Open files",
                "File descriptors in use; the exporter stops accepting connections where the limit is reached.",
                unit::NONE,
                "{{instance}}",
                &each("process_open_fds"),
            ),
        ],
    )
}
