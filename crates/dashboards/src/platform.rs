//! The platform as a product: the catalog's health, the golden paths, and who calls which workflow.

use crate::dashboard::{Dashboard, Row, row};
use crate::measure::{ANY_IS_BAD, NO_BOUNDS, color};
use crate::overview::head;
use crate::panel::{Panel, unit};
use crate::table::{Column, Keys, column};

/// The shortest step of graphs here. Files are read hourly at the most, but whoever looks at the first hour
/// shall not be told that there is nothing.
const STEP: &str = "5m";
/// Replicas tell the same.
const CALLS: &str = "max by (workflow, pin) (platform_workflow_references)";
/// Calls that a push to a branch changes.
const LOOSE: &str = "max by (workflow, pin) (platform_workflow_references{pin=\"branch\"})";
const TEMPLATES: &str = "max by (template) (platform_golden_path_components)";
const COMPONENTS: &str = "max by (lifecycle) (platform_components)";
/// Pull requests of infrastructure in the last 30 days; replicas tell the same.
const APPLIED: &str = "max(increase(platform_self_service_seconds_count[30d]))";
const NOTHING_APPLIED: &str = "Nothing was applied, or platform.self_service is not configured";
const NO_CALLS: &str = "No reusable workflow is called";

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        uid: "dora-platform",
        title: "DORA / Platform",
        description: "What a platform team watches of its own product: the state of the catalog, how many components follow a golden path, and which reusable workflows are called by a version, and how long infrastructure takes that teams change themselves.",
        from: "now-30d",
        review: "/teams",
        variables: Vec::new(),
        annotations: Vec::new(),
        head: head(
            "The instant through which facts have been collected, of the component that lags most.",
            "1000 * min(dora_org_data_through_timestamp_seconds)",
        ),
        rows: vec![now(), self_service(), workflows(), paths(), catalog()],
    }
}

fn now() -> Row {
    let share = |part: &str, whole: &str| format!("sum({part}) / (sum({whole}) > 0)");
    row("Now", vec![
        Panel::stat("Components", "Components that are shown: declared, or ever deployed to production.", unit::NONE)
            .ask_now("", &format!("sum({COMPONENTS})"))
            .bounds(NO_BOUNDS)
            .empty("No component is shown"),
        Panel::stat("Without an owner", "Components that no source of ownership gives to a team.", unit::NONE)
            .ask_now("", "max(platform_unowned_components)")
            .bounds(ANY_IS_BAD)
            .empty("No component is shown"),
        Panel::stat("From a template", "Components of the catalog that were made from a template, for each component of it that is shown: how far the golden paths are taken. Libraries have templates too, so it may exceed 100 %.", unit::SHARE)
            .ask_now("", &share(TEMPLATES, COMPONENTS))
            .bounds(NO_BOUNDS)
            .decimals(0)
            .empty("No component names its template"),
        Panel::stat("Workflow calls", "Jobs that call a reusable workflow of a repository.", unit::NONE)
            .ask_now("", &format!("sum({CALLS})"))
            .bounds(NO_BOUNDS)
            .empty(NO_CALLS),
        Panel::stat("Pinned to a branch", "Share of these calls that name a branch: every push to it changes what they run, at once and untested. A tag or a SHA changes when its caller says so.", unit::SHARE)
            .ask_now("", &share(LOOSE, CALLS))
            .bounds(&[("green", None), ("orange", Some(0.1)), ("red", Some(0.5))])
            .decimals(0)
            .empty(NO_CALLS),
        Panel::stat("Entries out of date", "Components of the catalog whose repository is gone, whose owner is no team, or which are in production by the catalog and were not deployed for 180 days; one may count several times.", unit::NONE)
            .ask_now("", "sum(max by (reason) (platform_stale_catalog_entries))")
            .bounds(ANY_IS_BAD)
            .empty("No catalog is asked"),
    ])
}

fn self_service() -> Row {
    let quantile = |quantile: &str| {
        format!(
            "histogram_quantile({quantile}, sum by (le) (rate(platform_self_service_seconds_bucket[30d]))) >= 0"
        )
    };
    let applied = Panel::stat(
        "Infrastructure changes",
        "Merged pull requests that change infrastructure and were applied, in the last 30 days.",
        unit::NONE,
    )
    .ask_now("", APPLIED)
    .bounds(NO_BOUNDS)
    .decimals(0)
    .empty(NOTHING_APPLIED)
    .sized(6, 8);
    let times = Panel::lines(
        "From opening to applied",
        "How long a pull request that changes infrastructure takes until it is applied, over 30 days, as estimated from the histogram's buckets: what teams wait for when they serve themselves.",
        unit::SECONDS,
    )
    .every(STEP)
    .ask("half of them", &quantile("0.5"))
    .ask("85 % of them", &quantile("0.85"))
    .colored("half of them", color::MAIN)
    .colored("85 % of them", color::SLOW)
    .empty(NOTHING_APPLIED)
    .sized(18, 8);
    row("Self-service", vec![applied, times])
}

fn workflows() -> Row {
    let of_pin = |pin: &str| {
        format!(
            "sum by (workflow) (max by (workflow, pin) (platform_workflow_references{{pin=\"{pin}\"}}))"
        )
    };
    let called = Panel::table(
        "Reusable workflows",
        "Jobs at the heads of default branches that call each workflow, by what they are pinned to. Workflows of owners that are neither collected nor in platform.workflow_owners are external.",
    )
    .columns(
        &[("workflow", "Workflow")],
        vec![
            column("Calls", format!("sum by (workflow) ({CALLS})"), unit::NONE).wide(90),
            column("By tag", of_pin("tag"), unit::NONE).wide(90),
            column("By SHA", of_pin("sha"), unit::NONE).wide(90),
            column("By branch", of_pin("branch"), unit::NONE).colored(ANY_IS_BAD).wide(100),
        ],
        NO_CALLS,
    )
    .sized(14, 9);
    let by_pin = Panel::lines(
        "Calls by pin",
        "Jobs that call a reusable workflow, by what they are pinned to. A migration to versions moves the branch's area into the tag's.",
        unit::NONE,
    )
    .every(STEP)
    .ask("{{pin}}", &format!("sum by (pin) ({CALLS})"))
    .colored("tag", color::MAIN)
    .colored("sha", color::SLOW)
    .colored("branch", color::FAILED)
    .stacked_areas()
    .empty(NO_CALLS)
    .sized(10, 9);
    row("Reusable workflows", vec![called, by_pin])
}

fn paths() -> Row {
    let table = Panel::table(
        "Golden paths",
        "Components of the catalog by the template that they were made from, as the annotation catalog.template_annotation names it.",
    )
    .columns(
        &[("template", "Template")],
        vec![column("Components", TEMPLATES.to_owned(), unit::NONE).wide(120)],
        "No component names its template",
    )
    .sized(10, 8);
    let over_time = Panel::lines(
        "Components by template",
        "How the golden paths are adopted. A template whose line is flat while components are made is worth asking its users about.",
        unit::NONE,
    )
    .every(STEP)
    .ask("{{template}}", TEMPLATES)
    .empty("No component names its template")
    .sized(14, 8);
    row("Golden paths", vec![table, over_time])
}

fn catalog() -> Row {
    let lifecycles = Panel::table(
        "Components by lifecycle",
        "Components that are shown, by the lifecycle that the catalog gives them.",
    )
    .columns(
        &[("lifecycle", "Lifecycle")],
        vec![column("Components", COMPONENTS.to_owned(), unit::NONE).wide(120)],
        "No component is shown",
    )
    .sized(8, 7);
    let amiss = |title: &str, about: &str, key: Keys, count: Column, pixels: u32| {
        let count = count.colored(ANY_IS_BAD).wide(pixels);
        Panel::table(title, about).columns(key, vec![count], "No catalog is asked").sized(8, 7)
    };
    let stale = "max by (reason) (platform_stale_catalog_entries)";
    let stale = amiss(
        "Entries by what is out of date",
        "Components of the catalog that seem to be out of date, by reason.",
        &[("reason", "Reason")],
        column("Entries", stale.to_owned(), unit::NONE),
        110,
    );
    let without = "max by (what) (platform_production_components_without)";
    let without = amiss(
        "Production components without",
        "Components whose lifecycle in the catalog is production, and whose entry names nobody on call, no documentation, or no service level objectives.",
        &[("what", "What")],
        column("Components", without.to_owned(), unit::NONE),
        120,
    );
    row("Catalog", vec![lifecycles, stale, without])
}
