//! `check`: connects, and tells what would be collected, at what cost, and what is amiss. Nothing
//! is stored, and a daemon may run meanwhile.

mod cost;
mod declared;
mod elsewhere;
mod environments;
mod findings;
mod incidents;
mod look;
mod looked;
mod ownership;
mod pagerduty;
mod permissions;
mod place;
mod production;
mod report;
mod text;

use super::args::CheckArgs;
use super::bars::Bars;
use super::output;
use crate::cli::findings::{Finding, Severity};
use crate::clock::{SharedClock, SystemClock};
use crate::config::{self, GitHubSettings, Problems, Settings};
use look::look;
use looked::{RECENT, count_once};
use place::Place;
use report::{Report, SeriesReport, SourceReport};
use std::process::ExitCode;
use std::sync::Arc;

/// Exit codes for the worst finding.
const WARNED: u8 = 1;
const FAILED: u8 = 2;

/// Checks, prints, and gives 0 where nothing is amiss, 1 for warnings, 2 for errors.
pub async fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let report = match config::load(&args.into_sources()) {
        Ok(settings) => {
            // Whoever asks for JSON is a program.
            let bars = if json { Bars::default() } else { Bars::beside(&settings.log) };
            check(&settings, Arc::new(SystemClock), &bars).await
        }
        Err(problems) => refused(&problems),
    };
    output::print(&if json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        text::text(&report)
    })?;
    Ok(match report.worst() {
        Some(Severity::Error) => ExitCode::from(FAILED),
        Some(Severity::Warning) => ExitCode::from(WARNED),
        Some(Severity::Note) | None => ExitCode::SUCCESS,
    })
}

fn refused(problems: &Problems) -> Report {
    let finding = |problem: &config::Problem| {
        let place = problem.place.as_ref().map(|place| format!("({place}) ")).unwrap_or_default();
        Finding {
            severity: Severity::Error,
            key: problem.key.clone(),
            message: format!("{place}{}", problem.message),
        }
    };
    Report { findings: problems.iter().map(finding).collect(), ..Report::default() }
}

async fn check(settings: &Settings, clock: SharedClock, bars: &Bars) -> Report {
    let now = clock.now();
    let times = (now.plus(-RECENT), now.plus(-settings.collection.lookback));
    let mut looked = Vec::new();
    let sections = settings.github.iter().enumerate();
    let parts: Vec<(usize, GitHubSettings)> = sections
        .flat_map(|(at, github)| github.parts().into_iter().map(move |part| (at, part)))
        .collect();
    for part in &parts {
        let steps = bars.steps(&part.1.name);
        looked.push(look(part, settings, Arc::clone(&clock), times, &steps).await);
    }
    if let Some(first) = looked.first_mut() {
        ownership::ask_catalog(settings, Arc::clone(&clock), &mut first.said).await;
    }
    count_once(&settings.github, &mut looked);
    let place = Place::new(settings, &looked, now);
    let sources: Vec<SourceReport> =
        parts.iter().zip(&looked).map(|((_, part), looked)| place.source(part, looked)).collect();
    let series = place.series(&looked);
    let mut findings = findings::find(settings, &looked, now);
    findings.extend(incidents::find(&sources));
    limits(settings, &sources, series, &mut findings);
    let pagerduty = pagerduty::ask(settings, &looked, &clock, &mut findings).await;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let shard = settings.collection.shard;
    let shard = (!shard.is_whole()).then(|| shard.to_string());
    Report { shard, sources, pagerduty, series: Some(series), findings }
}

/// What does not fit into the limits.
fn limits(
    settings: &Settings,
    sources: &[SourceReport],
    series: SeriesReport,
    findings: &mut Vec<Finding>,
) {
    let mut warn = |key: &str, message: String| {
        findings.push(Finding { severity: Severity::Warning, key: key.to_owned(), message });
    };
    for source in sources {
        let Some(limit) = source.limit else { continue };
        let share = settings.collection.budget_share;
        let a_day = (limit.points_an_hour as f64 * share) as u64 * 24;
        if source.cost.daily_points > a_day {
            let (name, cost) = (&source.name, source.cost.daily_points);
            warn(
                "collection.sweep_interval",
                format!(
                    "{name}: a day costs about {cost} points, and {a_day} may be spent: write a \
                     longer sweep_interval, or divide the repositories among several tokens"
                ),
            );
        }
    }
    if series.expected > series.max {
        let SeriesReport { expected, max } = series;
        warn(
            "exposition.max_series",
            format!(
                "up to {expected} series, of which {max} may be shown: raise it, or set \
                 component_detail to \"none\""
            ),
        );
    }
}
