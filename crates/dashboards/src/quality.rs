//! How far the figures can be trusted: what could not be attributed, mapped, resolved or read.

use crate::dashboard::{Dashboard, Row, row};
use crate::measure::{AGE_BOUNDS, ANY_IS_BAD, NO_BOUNDS};
use crate::overview::{SET_UP, org_and_window, org_head};
use crate::panel::{Panel, unit};
use crate::query::{Level, age};
use crate::table::{Keys, column};
use serde_json::json;

/// The window of all figures here.
const WINDOW: &str = "window=\"$window\"";
/// Rows of teams.
const TEAM: Keys = &[("team", "Team")];

/// Something that figures leave out or count without knowing enough, as a part of a whole.
struct Doubt {
    title: &'static str,
    about: &'static str,
    part: &'static str,
    whole: &'static str,
    empty: &'static str,
}

const UNATTRIBUTED: Doubt = Doubt {
    title: "Unattributed incidents",
    about: "Share of incidents of a known component for which no deployment is to blame: none finished within failures.incident_window before, and none is named. They count for the time to restore, not for the change fail rate. Naming a cause in the issue (`caused by` with a deployment, SHA or pull request) attributes it.",
    part: "window_unattributed_incidents",
    whole: "window_incidents",
    empty: "No incidents",
};
const UNMAPPED: Doubt = Doubt {
    title: "Unmapped incidents",
    about: "Share of incidents that belong to no component: they live in a repository with none or several, and bear no label component/NAME. They count for their team's and the organisation's time to restore only.",
    part: "window_unmapped_incidents",
    whole: "window_incidents",
    empty: "No incidents",
};
const UNKNOWN_COMMITS: Doubt = Doubt {
    title: "Unknown commits",
    about: "Share of production deployments whose commit cannot be resolved any more, after a force push or a deleted branch. They ship nothing; their changes fall to the next deployment that resolves.",
    part: "window_deployments_unknown_commit",
    whole: "window_deployments",
    empty: "No deployments",
};
const WITHOUT_CHANGES: Doubt = Doubt {
    title: "Without changes",
    about: "Share of production deployments that shipped no change: redeployments, rollbacks, a component's earliest deployment, and those with an unknown commit.",
    part: "window_deployments_without_changes",
    whole: "window_deployments",
    empty: "No deployments",
};
const UNKNOWN_PATHS: Doubt = Doubt {
    title: "Unknown paths",
    about: "Share of changes that count for every component of their repository, because the paths that they change could not be read. Always 0 where every repository is one component.",
    part: "window_changes_unknown_paths",
    whole: "window_changes",
    empty: "No changes",
};
const ABORTED: Doubt = Doubt {
    title: "Aborted deployments",
    about: "Deployments to production that failed and never succeeded, for each production deployment. They served nobody, and so are neither deployments nor change failures; many of them point at the pipeline.",
    part: "window_aborted_deployments",
    whole: "window_deployments",
    empty: "No deployments",
};
const DOUBTS: [Doubt; 6] =
    [UNATTRIBUTED, UNMAPPED, UNKNOWN_COMMITS, WITHOUT_CHANGES, UNKNOWN_PATHS, ABORTED];

/// Where a team's name leads: to what was left out, and why.
const EVIDENCE: &[(&str, &str)] = &[
    ("What was left out, and why", "${exporter}/teams/${__value.raw:percentencode}#left-out"),
    ("Its incidents", "${exporter}/teams/${__value.raw:percentencode}/incidents?period=30d"),
];

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        uid: "dora-quality",
        title: "DORA / Data quality",
        description: "How far the DORA figures can be trusted: what could not be attributed, mapped, resolved, owned or read, and what to do about it.",
        from: "now-90d",
        review: "/teams",
        variables: org_and_window(),
        annotations: Vec::new(),
        head: org_head(),
        rows: vec![shares(), teams(), trend(), ownership(), reading()],
    }
}

fn shares() -> Row {
    let stat = |doubt: Doubt| {
        let part = Level::Org.now(doubt.part, WINDOW);
        let whole = Level::Org.now(doubt.whole, WINDOW);
        Panel::stat(doubt.title, doubt.about, unit::SHARE)
            .ask_now("", &format!("{part} / ({whole} > 0)"))
            .decimals(1)
            .bounds(NO_BOUNDS)
            .empty(doubt.empty)
    };
    row("Doubtful shares of the last $window", DOUBTS.map(stat).into())
}

fn teams() -> Row {
    let now = |stem: &str| Level::Teams.now(stem, WINDOW);
    let count =
        |title: &'static str, stem: &str| column(title, now(stem), unit::NONE).colored(ANY_IS_BAD);
    let about = "The counts behind the shares, by team: where to look first.";
    let table = Panel::table("Counts by team, over the last $window", about).columns(
        TEAM,
        vec![
            column("Incidents", now("window_incidents"), unit::NONE),
            count("Unattributed", UNATTRIBUTED.part),
            count("Unmapped", UNMAPPED.part),
            column("Deployments", now("window_deployments"), unit::NONE),
            count("Unknown commit", UNKNOWN_COMMITS.part),
            column("Without changes", now(WITHOUT_CHANGES.part), unit::NONE),
            column("Aborted", now(ABORTED.part), unit::NONE),
            column("Changes", now("window_changes"), unit::NONE),
            count("Unknown paths", UNKNOWN_PATHS.part),
        ],
        SET_UP,
    );
    row("Teams", vec![table.linked("Team", EVIDENCE).sized(24, 12)])
}

fn trend() -> Row {
    let share = |panel: Panel, doubt: Doubt| {
        let part = Level::Org.trend(doubt.part, WINDOW);
        let whole = Level::Org.trend(doubt.whole, WINDOW);
        panel.ask(&doubt.title.to_lowercase(), &format!("{part} / ({whole} > 0)"))
    };
    let incidents = Panel::lines(
        "Incidents without a deployment or a component",
        "Shares of the incidents of each window. A rising share says that incidents are described or labelled worse, not that delivery is.",
        unit::SHARE,
    )
    .empty("No incidents")
    .sized(12, 8);
    let deployments = Panel::lines(
        "Deployments that say little",
        "Of the deployments of each window: those that shipped nothing, whose commit is unknown, and beside them those that never succeeded.",
        unit::SHARE,
    )
    .empty("No deployments")
    .sized(12, 8);
    let incidents = [UNATTRIBUTED, UNMAPPED].into_iter().fold(incidents, share);
    let deployments =
        [WITHOUT_CHANGES, UNKNOWN_COMMITS, ABORTED].into_iter().fold(deployments, share);
    row("Trend of the rolling $window", vec![incidents, deployments])
}

fn ownership() -> Row {
    let components = "max by (repo, component, source) (dora_component_info)";
    let sources = Panel::table(
        "Who says who owns what",
        "Components by the source that named their owner. Those of the team `unowned` are claimed by nobody.",
    )
    .columns(
        &[("source", "Source")],
        vec![column("Components", format!("count by (source) ({components})"), unit::NONE)],
        "No component is shown (exposition.component_detail = \"none\" hides them)",
    )
    .sized(8, 7);
    let unowned = "max by (repo, component) (dora_window_deployments{team=\"unowned\"})";
    let unowned = Panel::table(
        "Unowned components",
        "Components that no source of ownership gives to a team, with their production deployments in their own window.",
    )
    .columns(
        &[("component", "Component"), ("repo", "Repository")],
        vec![column("Deployments", unowned.to_owned(), unit::NONE).wide(110)],
        "Every component has an owner",
    )
    .sized(8, 7);
    let stale = "max by (reason) (platform_stale_catalog_entries) > 0";
    let stale = Panel::table(
        "Catalog entries out of date",
        "Components of the catalog whose repository is gone, whose owner is no team, or which are in production by the catalog and were not deployed for 180 days.",
    )
    .columns(
        &[("reason", "Reason")],
        vec![column("Entries", stale.to_owned(), unit::NONE).wide(110)],
        "None, or no catalog is asked",
    )
    .sized(8, 7);
    row("Ownership", vec![sources, unowned, stale])
}

fn reading() -> Row {
    let complete = "max by (repo) (dora_exporter_backfill_complete)";
    let incomplete = Panel::table(
        "Repositories that are still being read",
        "A component's series appear once its repository's history is complete, so that history never looks like a burst of today. Whatever stays here for hours fails: see the failures beside, and the exporter's log.",
    )
    .columns(
        &[("repo", "Repository")],
        vec![
            column("History complete", format!("{complete} == 0"), unit::NONE)
                .named(json!([{ "type": "value", "options": { "0": { "text": "no" } } }])),
        ],
        "Every repository is read",
    )
    .sized(8, 7);
    let failures = "sum by (source, collector, reason) (increase(dora_exporter_source_failures_total[1d])) > 0";
    let failures = Panel::table(
        "What could not be read, in a day",
        "Collections that failed in the last day, by reason. `forbidden` and `not_found` are permissions that the token lacks; the log names the repository.",
    )
    .columns(
        &[("source", "Source"), ("collector", "Collector"), ("reason", "Reason")],
        vec![column("Failures", failures.to_owned(), unit::NONE).decimals(0)],
        "Nothing failed",
    )
    .sized(8, 7);
    let through =
        age("max by (source, collector) (dora_exporter_source_data_through_timestamp_seconds)");
    let behind = Panel::table(
        "How far each collector is behind",
        "How old the newest facts are that every repository's list has been read through.",
    )
    .columns(
        &[("source", "Source"), ("collector", "Collector")],
        vec![column("Behind", through, unit::SECONDS).colored(AGE_BOUNDS)],
        "No collector has finished yet",
    )
    .sized(8, 7);
    let withheld = "max by (family) (dora_exporter_series_withheld)";
    let withheld = Panel::table(
        "Families that are withheld",
        "Series that exposition.max_series cuts off, least important families first. Raise it, or show less with exposition.component_detail.",
    )
    .columns(
        &[("family", "Family")],
        vec![column("Series", withheld.to_owned(), unit::NONE).wide(110)],
        "Nothing is withheld",
    )
    .sized(24, 5);
    row("What is not read or not shown", vec![incomplete, failures, behind, withheld])
}
