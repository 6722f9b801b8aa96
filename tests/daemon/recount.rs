//! Counting figures again from the lists of the API, by the rules as they are published.

use chrono::DateTime;
use serde_json::Value;
use std::collections::BTreeSet;

const DAY: i64 = 86_400;
const WINDOWS: [(&str, i64); 3] = [("7d", 7 * DAY), ("30d", 30 * DAY), ("90d", 90 * DAY)];
/// A family's name without its prefix, further labels, and the value.
pub type Counted = Vec<(String, String, f64)>;

/// A component, and where its windows end.
#[derive(Clone, Debug)]
pub struct Member {
    pub repo: String,
    pub component: String,
    at: i64,
}

impl Member {
    pub fn of(document: &Value) -> Member {
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        let at = seconds(&document["at"]).unwrap();
        Member { repo: text("repo"), component: text("component"), at }
    }

    fn has(&self, fact: &Value) -> bool {
        fact["repo"] == self.repo.as_str() && fact["component"] == self.component.as_str()
    }
}

/// All that is told of a subject.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub at: i64,
    pub members: Vec<Member>,
    pub deployments: Vec<Value>,
    pub changes: Vec<Value>,
    pub failures: Vec<Value>,
    pub incidents: Vec<Value>,
}

impl Facts {
    /// Those of one component.
    pub fn only(&self, member: &Member) -> Facts {
        let own = |facts: &[Value]| facts.iter().filter(|one| member.has(one)).cloned().collect();
        Facts {
            at: self.at,
            members: vec![member.clone()],
            deployments: own(&self.deployments),
            changes: own(&self.changes),
            failures: own(&self.failures),
            incidents: own(&self.incidents),
        }
    }

    /// Adds those of another team.
    pub fn add(&mut self, other: Facts) {
        self.at = self.at.max(other.at);
        self.members.extend(other.members);
        self.deployments.extend(other.deployments);
        self.changes.extend(other.changes);
        self.failures.extend(other.failures);
        self.incidents.extend(other.incidents);
    }

    /// The facts whose field lies in the window of their component.
    fn within<'a>(&self, facts: &'a [Value], field: &str, length: i64) -> Vec<&'a Value> {
        let inside = |fact: &&Value| {
            let member = self.members.iter().find(|member| member.has(fact));
            let end = member.map_or(self.at, |member| member.at);
            seconds(&fact[field]).is_some_and(|at| at > end - length && at <= end)
        };
        facts.iter().filter(|fact| fact["counted"] == true).filter(inside).collect()
    }
}

/// An instant in seconds.
pub fn seconds(text: &Value) -> Option<i64> {
    Some(DateTime::parse_from_rfc3339(text.as_str()?).unwrap().timestamp())
}

/// All figures of a subject: of a group with unmapped incidents, of a team with levels, of a component
/// with the gauges of the original collector.
pub fn recount(facts: &Facts, is_group: bool, is_team: bool) -> Counted {
    let mut counted = Counted::new();
    for (label, length) in WINDOWS {
        let label = format!("window=\"{label}\"");
        let mut add = |family: &str, more: &str, value: f64| {
            counted.push((format!("window_{family}"), format!("{label}{more}"), value));
        };
        window(facts, length, is_group, &mut add);
    }
    point(facts, &mut counted);
    if is_team {
        levels(facts, &mut counted);
    }
    if !is_group {
        original(facts, &mut counted);
    }
    counted
}

fn window(facts: &Facts, length: i64, is_group: bool, add: &mut impl FnMut(&str, &str, f64)) {
    let deployments = facts.within(&facts.deployments, "finished_at", length);
    let changes = facts.within(&facts.changes, "shipped_at", length);
    let incidents = facts.within(&facts.incidents, "opened_at", length);
    let having = |facts: &[&Value], field: &str, is: Value| {
        facts.iter().filter(|fact| fact[field] == is).count() as f64
    };
    let all = deployments.len() as f64;
    add("deployments", "", all);
    add("deployment_frequency_per_day", "", all / (length / DAY) as f64);
    for (name, field) in [("failed", "failed"), ("rework", "rework")] {
        let part = having(&deployments, field, true.into());
        add(&format!("{name}_deployments"), "", part);
        if all > 0.0 {
            let ratio = if name == "failed" { "change_fail" } else { "rework" };
            let (lower, upper) = wilson(part, all);
            add(&format!("{ratio}_ratio"), "", part / all);
            add(&format!("{ratio}_lower_bound_ratio"), "", lower);
            add(&format!("{ratio}_upper_bound_ratio"), "", upper);
        }
    }
    if length >= 28 * DAY {
        add("deployment_weekdays_per_week", "", weekdays(facts.at, length, &deployments));
    }
    let end = |fact: &Value| {
        let member = facts.members.iter().find(|member| member.has(fact));
        member.map_or(facts.at, |member| member.at)
    };
    let aborted = facts.deployments.iter().filter(|one| {
        let at = seconds(&one["aborted_at"]).filter(|at| *at > end(one) - length);
        one["left_out"] == "aborted" && at.is_some_and(|at| at <= end(one))
    });
    add("aborted_deployments", "", aborted.count() as f64);
    add("changes", "", changes.len() as f64);
    add("incidents", "", incidents.len() as f64);
    let mapped: Vec<&Value> =
        incidents.iter().filter(|one| one["mapped"] == true).copied().collect();
    add("unattributed_incidents", "", having(&mapped, "attributed", false.into()));
    if is_group {
        add("unmapped_incidents", "", having(&incidents, "mapped", false.into()));
    }
    add("deployments_without_changes", "", having(&deployments, "changes", 0.into()));
    add("deployments_unknown_commit", "", having(&deployments, "known_commit", false.into()));
    add("changes_unknown_paths", "", having(&changes, "unknown_paths", true.into()));
    let recoveries =
        values(&facts.within(&facts.failures, "restored_at", length), "recovery_seconds");
    add("recovered_deployments", "", recoveries.len() as f64);
    let restores = restores(facts, length);
    add("restored_failures", "", restores.len() as f64);
    distribution("failed_deployment_recovery_seconds", "", recoveries, add);
    distribution("time_to_restore_seconds", "", restores, add);
    distribution("change_lead_time_seconds", "", values(&changes, "lead_time_seconds"), add);
    for phase in ["coding", "pickup", "review", "deploy"] {
        let label = format!(",phase=\"{phase}\"");
        let times = values(&changes, &format!("{phase}_seconds"));
        distribution("change_phase_seconds", &label, times, add);
    }
}

fn restores(facts: &Facts, length: i64) -> Vec<i64> {
    let alone: Vec<Value> =
        facts.failures.iter().filter(|one| one["has_incident"] == false).cloned().collect();
    let mut times =
        values(&facts.within(&facts.incidents, "resolved_at", length), "restore_seconds");
    times.extend(values(&facts.within(&alone, "restored_at", length), "recovery_seconds"));
    times
}

fn values(facts: &[&Value], field: &str) -> Vec<i64> {
    facts.iter().filter_map(|fact| fact[field].as_i64()).collect()
}

fn nearest_rank(sorted: &[i64], percent: usize) -> f64 {
    sorted[(percent * sorted.len()).div_ceil(100).max(1) - 1] as f64
}

fn distribution(
    family: &str,
    more: &str,
    mut times: Vec<i64>,
    add: &mut impl FnMut(&str, &str, f64),
) {
    if times.is_empty() {
        return;
    }
    times.sort_unstable();
    let mean = times.iter().sum::<i64>() as f64 / times.len() as f64;
    let quantiles =
        [50, 85, 95].map(|percent| (format!("p{percent}"), nearest_rank(&times, percent)));
    for (stat, value) in quantiles.into_iter().chain([("mean".to_owned(), mean)]) {
        add(family, &format!("{more},stat=\"{stat}\""), value);
    }
}

fn wilson(part: f64, whole: f64) -> (f64, f64) {
    let (z, p) = (1.959_964_f64, part / whole);
    let scale = 1.0 + z * z / whole;
    let centre = (p + z * z / (2.0 * whole)) / scale;
    let half = z / scale * (p * (1.0 - p) / whole + z * z / (4.0 * whole * whole)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Monday 1970-01-05 was the first.
fn week(at: i64) -> i64 {
    (at - 4 * DAY).div_euclid(7 * DAY)
}

fn weekdays(at: i64, length: i64, deployments: &[&Value]) -> f64 {
    let days: BTreeSet<i64> = deployments
        .iter()
        .map(|one| seconds(&one["finished_at"]).unwrap().div_euclid(DAY))
        .collect();
    // Weeks that begin after the window's start and are over at its end.
    let weeks = week(at - length) + 1..week(at);
    let mut counts: Vec<usize> = weeks
        .map(|week| (0..5).filter(|day| days.contains(&(week * 7 + 4 + day))).count())
        .collect();
    counts.sort_unstable();
    (counts[counts.len() / 2] + counts[(counts.len() - 1) / 2]) as f64 / 2.0
}

fn point(facts: &Facts, counted: &mut Counted) {
    let mut add = |family: &str, value: f64| {
        counted.push((family.to_owned(), String::new(), value));
    };
    let waiting = facts.changes.iter().filter(|one| one["left_out"] == "waiting");
    let waiting: Vec<i64> = waiting.filter_map(|one| seconds(&one["merged_at"])).collect();
    let incidents = facts.incidents.iter().filter(|one| one["counted"] == true);
    let incidents = incidents.filter(|one| one["open"] == true);
    let alone = facts.failures.iter().filter(|one| one["has_incident"] == false);
    let alone = alone.filter(|one| one["open"] == true);
    let open: Vec<i64> = incidents
        .filter_map(|one| seconds(&one["opened_at"]))
        .chain(alone.filter_map(|one| seconds(&one["finished_at"])))
        .collect();
    for (family, starts) in [("open_failures", open), ("waiting_changes", waiting)] {
        add(family, starts.len() as f64);
        if let Some(oldest) = starts.iter().min() {
            let one = family.trim_end_matches('s');
            add(&format!("oldest_{one}_timestamp_seconds"), *oldest as f64);
        }
    }
    let deployed = facts.deployments.iter().filter(|one| one["counted"] == true);
    if let Some(last) = deployed.filter_map(|one| seconds(&one["finished_at"])).max() {
        add("last_deployment_timestamp_seconds", last as f64);
    }
}

/// The benchmark of 2023, over 90 days.
fn levels(facts: &Facts, counted: &mut Counted) {
    let length = 90 * DAY;
    let deployments = facts.within(&facts.deployments, "finished_at", length);
    let failed = deployments.iter().filter(|one| one["failed"] == true).count() as f64;
    let (all, hour) = (deployments.len() as f64, 3_600.0);
    let median = |mut times: Vec<i64>| {
        times.sort_unstable();
        (!times.is_empty()).then(|| nearest_rank(&times, 50) / hour)
    };
    let changes = facts.within(&facts.changes, "shipped_at", length);
    let recovered = facts.within(&facts.failures, "restored_at", length);
    let a_day = all / 90.0;
    let below = |value: f64, bounds: [f64; 3]| bounds.iter().position(|bound| value < *bound);
    let at_least = |value: f64, bounds: [f64; 3]| bounds.iter().position(|bound| value >= *bound);
    let at_most = |value: f64, bounds: [f64; 3]| bounds.iter().position(|bound| value <= *bound);
    let reached = [
        (
            "change_lead_time",
            median(values(&changes, "lead_time_seconds"))
                .map(|hours| below(hours, [24.0, 7.0 * 24.0, 30.0 * 24.0])),
        ),
        ("deployment_frequency", Some(at_least(a_day, [1.0, 1.0 / 7.0, 1.0 / 30.0]))),
        ("change_fail_rate", (all > 0.0).then(|| at_most(failed / all, [0.05, 0.10, 0.15]))),
        (
            "failed_deployment_recovery_time",
            median(values(&recovered, "recovery_seconds"))
                .map(|hours| below(hours, [1.0, 24.0, 7.0 * 24.0])),
        ),
    ];
    for (measure, level) in reached.into_iter().filter_map(|(name, level)| Some((name, level?))) {
        for (at, name) in ["elite", "high", "medium", "low"].into_iter().enumerate() {
            let labels = format!("measure=\"{measure}\",level=\"{name}\",benchmark=\"2023\"");
            let is = f64::from(u8::from(at == level.unwrap_or(3)));
            counted.push(("performance_level".to_owned(), labels, is));
        }
    }
}

/// The gauges of the original collector.
fn original(facts: &Facts, counted: &mut Counted) {
    let week = facts.within(&facts.deployments, "finished_at", 7 * DAY).len() as f64;
    let month = facts.within(&facts.deployments, "finished_at", 30 * DAY);
    let failed = month.iter().filter(|one| one["failed"] == true).count() as f64;
    let restores = restores(facts, 30 * DAY);
    let mut add = |family: &str, value: f64| {
        counted.push((family.to_owned(), String::new(), value));
    };
    add("deployment_frequency_per_day", week / 7.0);
    if !month.is_empty() {
        add("change_failure_rate", failed / month.len() as f64);
    }
    if !restores.is_empty() {
        let mean = restores.iter().sum::<i64>() as f64 / restores.len() as f64;
        add("mean_time_to_restore_hours", mean / 3_600.0);
    }
}
