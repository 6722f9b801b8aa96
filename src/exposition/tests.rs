//! The exposition as a whole, over figures of a small organisation.

#![allow(clippy::unwrap_used)]

mod expected;
mod formats;
mod own;
mod settled;
mod space_reviews;

use super::*;
use crate::config::ComponentDetail;
use delivery::domain::{DAY, DeploymentId, HOUR, IncidentId, Oid, Time, Window};
use delivery::ledger::{
    ChangeId, Failure, History, JudgedIncident, Phases, ProductionDeployment, Reason,
    ShippedChange, WaitingChange,
};
use delivery::measures::{
    Contribution, LEVEL_WINDOW, Member, Pool, Replacement, evaluated_windows, performance_levels,
    seed_figures,
};
use expected::three;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

const T: Time = Time(20_000 * DAY);

const FULL: Exposure = Exposure {
    component_detail: ComponentDetail::Full,
    seed_surface: true,
    max_series: 1_000_000,
    created_timestamps: false,
};
const STANDARD: Exposure = Exposure { component_detail: ComponentDetail::Standard, ..FULL };

/// A component with something to show in every family.
fn history(days_ago: i64) -> History {
    let finished_at = T.plus(-days_ago * DAY);
    let restored_at = finished_at.plus(HOUR);
    let failure = Failure {
        reason: Reason::Incident,
        evidence: vec![],
        restored_at: Some(restored_at),
        open: false,
        has_incident: true,
    };
    let incident = |opened_at, resolved_at| JudgedIncident {
        id: IncidentId(Arc::from("github:1")),
        opened_at,
        resolved_at,
        attributed: resolved_at.is_some(),
    };
    let seconds = Some(HOUR as u32);
    History {
        deployments: vec![ProductionDeployment {
            id: DeploymentId(1),
            others: Box::default(),
            sha: Oid([1; 20]),
            environment: Arc::from("production"),
            created_at: finished_at,
            finished_at,
            known_commit: true,
            is_baseline: false,
            changes: 1,
            is_rollback: false,
            is_rework: false,
            failure: Some(Box::new(failure)),
        }],
        changes: vec![ShippedChange {
            id: ChangeId::Pull(1),
            deployment: 0,
            started_at: finished_at.plus(-4 * HOUR),
            merged_at: finished_at.plus(-HOUR),
            finished_at,
            phases: Phases { coding: seconds, pickup: seconds, review: seconds, deploy: seconds },
            unknown_paths: false,
        }],
        waiting: vec![WaitingChange { id: ChangeId::Pull(2), merged_at: finished_at }],
        incidents: vec![
            incident(finished_at, Some(restored_at)),
            incident(finished_at.plus(HOUR), None),
        ],
        aborted: vec![],
        merged: space_reviews::merged(finished_at),
        named_since: Vec::new(),
        next_edge: None,
    }
}

fn pool(histories: &[&History]) -> Pool {
    let windows = evaluated_windows(&[]);
    let mut pool = Pool::new(&windows);
    for history in histories {
        let contribution = Contribution::of(&Member::component(history, T), &windows);
        pool.replace(&[Replacement { old: None, new: Some(&contribution) }]);
    }
    pool
}

fn figures(pool: &Pool) -> Figures {
    let windows = [("7d", 7), ("30d", 30), ("90d", 90)];
    let window = |days| pool.window_figures(Window::days(days), T).unwrap();
    Figures {
        windows: windows.map(|(text, days)| (Arc::from(text), window(days))).to_vec(),
        space: Vec::new(),
        open_changes: None,
        point: pool.point_figures(),
        data_through: Some(T),
    }
}

/// Lead times, one phase, and a failure of each history, settled.
fn settled(histories: &[&History]) -> Arc<SettledFigures> {
    let mut settled = SettledFigures::default();
    for history in histories {
        settled.deployments += 1;
        settled.failed_deployments[Reason::Incident as usize] += 1;
        for (number, change) in (1..).zip(&history.changes) {
            settled.lead_time_hours.observe_pull(change.lead_time(), number);
            settled.change_lead_time.observe_pull(change.lead_time(), number);
            settled.change_phases[1].observe(HOUR);
        }
        settled.time_to_restore.observe(60);
    }
    Arc::new(settled)
}

fn component(team: &str, repo: &str, history: &History) -> Arc<ComponentFigures> {
    Arc::new(ComponentFigures {
        labels: ComponentLabels {
            team: team.into(),
            repo: repo.into(),
            component: repo.rsplit('/').next().unwrap_or(repo).into(),
        },
        info: ComponentInfo { system: "".into(), lifecycle: "".into(), source: "rules".into() },
        figures: figures(&pool(&[history])),
        seed: seed_figures(&Member::component(history, T)),
        born_at: Some(T),
        settled: vec![(team.into(), settled(&[history]))],
    })
}

/// Components of one team each, with one organisation over them.
fn set(components: &[(&str, &str, i64)]) -> FigureSet {
    let histories: Vec<History> = components.iter().map(|(_, _, ago)| history(*ago)).collect();
    let all: Vec<&History> = histories.iter().collect();
    let team = |at: usize| {
        let pool = pool(&all[at..=at]);
        let levels = performance_levels(pool.window_figures(LEVEL_WINDOW, T).as_ref());
        let space = space_reviews::of_a_team(all[at]);
        let open_changes = Some(space_reviews::open());
        let figures = Figures { space, open_changes, ..figures(&pool) };
        Arc::new(TeamFigures { team: components[at].0.into(), figures, levels })
    };
    FigureSet {
        platform: expected::platform(),
        surveys: Arc::default(),
        components: components
            .iter()
            .zip(&histories)
            .map(|((team, repo, _), history)| component(team, repo, history))
            .collect(),
        teams: (0..components.len()).map(team).collect(),
        orgs: vec![Arc::new(OrgFigures { org: "acme".into(), figures: figures(&pool(&all)) })],
        settled_teams: components
            .iter()
            .zip(&histories)
            .map(|((team, ..), history)| ((*team).into(), settled(&[history])))
            .collect(),
        settled_orgs: vec![("acme".into(), settled(&histories.iter().collect::<Vec<_>>()))],
        repositories: components
            .iter()
            .map(|(_, repo, _)| RepositoryState { repo: (*repo).into(), backfill_complete: true })
            .collect(),
    }
}

fn plain(encoded: &Encoded) -> String {
    String::from_utf8(encoded.body(Format::Text, b"", false).concat()).unwrap()
}

fn series(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

fn gunzip(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // Reads one member only and checks its checksum and length.
    flate2::read::GzDecoder::new(body).read_to_end(&mut text).unwrap();
    text
}

#[test]
fn every_declared_family_is_shown_with_its_labels() {
    let encoded = encode(&three(), &FULL, None);
    let text = plain(&encoded);
    for family in families() {
        let header = format!("# TYPE {} {}\n", family.name(), family.kind().name());
        assert_eq!(text.matches(&header).count(), 1, "{}", family.name());
        let suffix = if family.kind() == Kind::Histogram { "_count" } else { "" };
        let name = format!("{}{suffix}", family.name());
        let is_its = |line: &&str| line.split(['{', ' ']).next() == Some(&name);
        let sample = series(&text).into_iter().find(is_its).unwrap();
        let labels: Vec<String> = family.labels().map(|label| format!("{label}=\"")).collect();
        assert_eq!(sample.matches("=\"").count(), labels.len(), "{sample}");
        assert!(labels.iter().all(|label| sample.contains(label)), "{sample}");
    }
    assert_eq!(encoded.series(), series(&text).len());
}

#[test]
fn no_series_appears_twice_and_no_name_is_declared_twice() {
    let text = plain(&encode(&three(), &FULL, None));
    let names: BTreeSet<&str> = families().iter().map(Family::name).collect();
    assert_eq!(names.len(), families().len());
    let keys: BTreeSet<&str> =
        series(&text).into_iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(keys.len(), series(&text).len());
}

#[test]
fn labels_do_not_meet_those_that_prometheus_and_its_users_set() {
    let never = ["env", "environment", "service", "owner", "stage", "instance", "job"];
    for family in families() {
        assert!(family.labels().all(|label| !never.contains(&label)), "{}", family.name());
    }
}

#[test]
fn a_component_of_standard_detail_has_one_window_and_two_statistics() {
    let text = plain(&encode(&three(), &STANDARD, None));
    let of_components = |line: &&str| line.contains("component=\"pay\"");
    let shown: Vec<&str> = series(&text).into_iter().filter(of_components).collect();
    assert!(shown.iter().all(|line| !line.contains("window=") || line.contains("window=\"30d\"")));
    assert!(shown.iter().all(|line| !line.contains("p95") && !line.contains("mean\"")));
    assert!(shown.iter().all(|line| !line.contains("bound_ratio") && !line.contains("phase=")));
    assert_eq!(shown.len(), 3 + 11 + (5 + 5 + 14) + 7 + 11 + 6, "{shown:#?}");
    assert!(text.contains("dora_team_window_change_phase_seconds{team=\"payments\",window=\"7d\""));
}

#[test]
fn without_a_window_of_30_days_the_nearest_one_is_standard() {
    let mut figures = three().components[0].figures.clone();
    figures.windows.remove(1);
    assert_eq!(figures.standard_window()[0].0.as_ref(), "7d");
    figures.windows.clear();
    assert!(figures.standard_window().is_empty());
}

#[test]
fn components_and_the_original_surface_can_be_switched_off() {
    let none = Exposure { component_detail: ComponentDetail::None, ..FULL };
    let text = plain(&encode(&three(), &none, None));
    assert!(!text.contains("component=") && text.contains("dora_team_open_failures"));
    let modern = Exposure { seed_surface: false, ..STANDARD };
    let text = plain(&encode(&three(), &modern, None));
    for name in [
        "dora_deployment_frequency_per_day",
        "dora_lead_time_hours",
        "dora_change_failure_rate",
        "dora_mean_time_to_restore_hours",
    ] {
        assert!(!text.contains(name), "{name}");
    }
    assert!(text.contains("dora_open_failures{"));
}

#[test]
fn equal_figures_in_any_order_give_equal_bytes() {
    let set = three();
    let mut turned = set.clone();
    turned.components.reverse();
    turned.teams.reverse();
    turned.settled_teams.reverse();
    turned.repositories.reverse();
    assert_eq!(plain(&encode(&set, &FULL, None)), plain(&encode(&turned, &FULL, None)));
}

#[test]
fn a_body_is_one_gzip_member_that_ends_with_the_exporters_own_metrics() {
    let metrics = OwnMetrics::new().unwrap();
    let nothing = Encoded::default();
    let names: Vec<String> = (0..600).map(|n| format!("acme/service-{n}")).collect();
    let many: Vec<_> = names.iter().map(|name| ("team", name.as_str(), 3)).collect();
    for encoded in [encode(&set(&many), &STANDARD, None), encode(&three(), &FULL, None), nothing] {
        for format in [Format::Text, Format::OpenMetrics] {
            for own in [metrics.text(format, None).as_slice(), b""] {
                let plain = encoded.body(format, own, false).concat();
                assert!(plain.ends_with(&[own, format.end()].concat()));
                assert_eq!(gunzip(&encoded.body(format, own, true).concat()), plain);
            }
        }
    }
}

#[test]
fn what_did_not_change_is_not_compressed_again() {
    let names: Vec<String> = (0..600).map(|n| format!("acme/service-{n:03}")).collect();
    let many: Vec<_> = names.iter().map(|name| ("team", name.as_str(), 3)).collect();
    let first = encode(&set(&many), &STANDARD, None);
    let same = encode(&set(&many), &STANDARD, Some(&first));
    assert_eq!(same.compressed_chunks(), 0);
    assert_same_bytes(&same, &first);

    let mut news = many.clone();
    news[0].2 = 2;
    let fresh = encode(&set(&news), &STANDARD, None);
    let reused = encode(&set(&news), &STANDARD, Some(&first));
    assert!(reused.compressed_chunks() * 2 < fresh.compressed_chunks());
    assert_same_bytes(&reused, &fresh);
    // A family that vanished or came must not disturb its neighbours.
    let full = encode(&set(&news), &FULL, Some(&reused));
    assert_same_bytes(&full, &encode(&set(&news), &FULL, None));
}

fn assert_same_bytes(one: &Encoded, other: &Encoded) {
    for format in [Format::Text, Format::OpenMetrics] {
        let [one, other] = [one, other].map(|encoded| encoded.body(format, b"own", true).concat());
        assert_eq!(one, other);
        assert!(!gunzip(&one).is_empty());
    }
}

#[test]
fn families_beyond_the_limit_are_withheld_whole_and_told() {
    let whole = encode(&three(), &FULL, None);
    let limit = Exposure { max_series: whole.series() - 1, ..FULL };
    let limited = encode(&three(), &limit, Some(&whole));
    let (family, count) = &limited.withheld()[0];
    assert_eq!((family.as_str(), limited.withheld().len()), ("dora_change_phase_seconds", 1));
    assert_eq!(limited.series() + count, whole.series());
    assert!(!plain(&limited).contains("dora_change_phase_seconds"));
    assert!(whole.withheld().is_empty());
    let metrics = OwnMetrics::new().unwrap();
    metrics.exposed(&limited);
    let told = format!("dora_exporter_series_withheld{{family=\"{family}\"}} {count}\n");
    assert!(String::from_utf8(metrics.text(Format::Text, None)).unwrap().contains(&told));
    metrics.exposed(&whole);
    assert!(
        !String::from_utf8(metrics.text(Format::Text, None)).unwrap().contains("series_withheld")
    );
}

#[test]
fn promtool_complains_of_the_two_original_names_only() {
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = promtool else {
        return eprintln!("promtool is not installed: nothing was checked");
    };
    let body = encode(&three(), &FULL, None)
        .body(Format::Text, &own::busy_metrics().text(Format::Text, None), false)
        .concat();
    promtool.stdin.take().unwrap().write_all(&body).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    let complaints: BTreeMap<&str, &str> =
        said.lines().filter_map(|line| line.split_once(' ')).collect();
    let names: Vec<&str> = complaints.keys().copied().collect();
    assert_eq!(names, ["dora_lead_time_hours", "dora_mean_time_to_restore_hours"], "{said}");
    assert_eq!(output.status.code(), Some(3));
}
