//! What a scrape costs: over HTTP on loopback by the real server, while figures change.
//!
//! `cargo bench --bench scrape [-- SERIES]` — 20,000 series unless told otherwise. Exits with a
//! failure where the target is missed. Other work on the machine only ever adds to a time, so the
//! best round is held to the target, and the median round is printed beside it.

mod http;
mod report;

use bytes::Bytes;
use delivery::domain::{DAY, HOUR, Time};
use delivery::ledger::History;
use delivery::measures::{Contribution, Member, evaluated_windows, seed_figures};
use dora_exporter::config::ComponentDetail;
use dora_exporter::evaluate::Questions;
use dora_exporter::exposition::{
    ComponentFigures, ComponentInfo, ComponentLabels, Encoded, Exposure, FigureSet, Figures,
    Format, OwnMetrics, SettledFigures, encode,
};
use dora_exporter::serve::api::Api;
use dora_exporter::serve::{self, HealthReport, HealthView, MetricsBody, ServeState};
use http::Scraper;
use report::Report;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0";
/// How many rounds there are, and how many scrapes a round.
const ROUNDS: (usize, usize) = (9, 400);
/// The same of bodies that all rounds together would move more of than [`MOST_BYTES`]: plain ones of
/// a million series.
const FEW_ROUNDS: (usize, usize) = (3, 20);
const MOST_BYTES: usize = 50_000_000_000;
/// The whole body, milliseconds, at 20,000 series.
const P99_MILLISECONDS: f64 = 5.0;
/// How often a component changes and everything is encoded again: ten times as often as the daemon
/// ever does it.
const CHANGE_EVERY: Duration = Duration::from_millis(100);
const EXPOSURE: Exposure = Exposure {
    component_detail: ComponentDetail::Full,
    seed_surface: true,
    max_series: usize::MAX,
    created_timestamps: false,
};

fn component(number: usize) -> Arc<ComponentFigures> {
    let history = History::default();
    let t = Time(20_000 * DAY);
    let mut settled = SettledFigures::default();
    for pull in 0..number as u32 % 60 {
        let seconds = i64::from(pull) * 7 * HOUR;
        settled.lead_time_hours.observe_pull(seconds, pull);
        settled.change_lead_time.observe_pull(seconds, pull);
    }
    let member = Member::component(&history, t);
    let windows = evaluated_windows(&[]);
    let contribution = Contribution::of(&member, &windows);
    let figures = windows.iter().filter_map(|window| {
        let mut figures = contribution.window_figures(*window)?;
        // Values differ as they do in life, or they would compress too well.
        figures.deployments = (number * 7) as u64 % 97;
        figures.deployment_frequency_per_day = number as f64 / 7.3;
        Some((Arc::from(format!("{}d", window.length / DAY)), figures))
    });
    Arc::new(ComponentFigures {
        labels: ComponentLabels {
            team: format!("team-{}", number % 40).into(),
            repo: format!("acme/service-{number}").into(),
            component: format!("service-{number}").into(),
        },
        info: ComponentInfo { system: "".into(), lifecycle: "".into(), source: "rules".into() },
        figures: Figures {
            windows: figures.collect(),
            space: Vec::new(),
            open_changes: None,
            point: contribution.point.clone(),
            data_through: Some(t.plus(number as i64 % 60)),
        },
        seed: seed_figures(&member),
        born_at: Some(t),
        settled: vec![("team".into(), Arc::new(settled))],
    })
}

/// What the daemon gives its server.
struct Snapshot {
    encoded: watch::Receiver<Arc<Encoded>>,
    own: Arc<OwnMetrics>,
}

impl MetricsBody for Snapshot {
    fn body(&self, format: Format, gzip: bool) -> Vec<Bytes> {
        let encoded = Arc::clone(&self.encoded.borrow());
        encoded.body(format, &self.own.text(format, None), gzip)
    }
}

struct Healthy;

impl HealthView for Healthy {
    fn report(&self) -> HealthReport {
        HealthReport {
            not_ready: None,
            sources: Vec::new(),
            next_sweep_at: None,
            now: Time(0),
            series: 0,
            started_at: Time(0),
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The p50 and p99 of a round, milliseconds.
async fn round(
    scraper: &Scraper,
    accept: &str,
    gzip: bool,
    scrapes: usize,
) -> anyhow::Result<(f64, f64)> {
    let mut times = Vec::with_capacity(scrapes);
    for _ in 0..scrapes {
        let start = Instant::now();
        scraper.body_as("/metrics", accept, gzip).await?;
        times.push(milliseconds(start.elapsed()));
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok((times[scrapes / 2], times[scrapes * 99 / 100]))
}

async fn scrapes(
    report: &mut Report,
    scraper: &Scraper,
    (format, accept): (&str, &str),
    gzip: bool,
) -> anyhow::Result<()> {
    let name = format!("{format}, {}", if gzip { "gzip" } else { "plain" });
    let bytes = scraper.body_as("/metrics", accept, gzip).await?.len();
    report.note(&format!("{name}: bytes"), bytes);
    let is_large = bytes * ROUNDS.0 * ROUNDS.1 > MOST_BYTES;
    let (count, scrapes) = if is_large { FEW_ROUNDS } else { ROUNDS };
    if is_large {
        let fewer = format!("{count} of {scrapes} scrapes, since the body is large");
        report.note(&format!("{name}: rounds"), fewer);
    }
    let mut rounds = Vec::with_capacity(count);
    for _ in 0..count {
        rounds.push(round(scraper, accept, gzip, scrapes).await?);
    }
    rounds.sort_unstable_by(|one, other| one.1.total_cmp(&other.1));
    let (median, median_p99) = rounds[count / 2];
    report.note(&format!("{name}: median, milliseconds"), format!("{median:.2}"));
    report.note(&format!("{name}: p99 of the median round"), format!("{median_p99:.2}"));
    report.at_most(&format!("{name}: p99 of the best round"), rounds[0].1, P99_MILLISECONDS);
    Ok(())
}

async fn all(wanted: usize) -> anyhow::Result<ExitCode> {
    let one = FigureSet { components: vec![component(0)], ..FigureSet::default() };
    let each = encode(&one, &EXPOSURE, None).series().max(1);
    let components: Vec<_> = (0..wanted.div_ceil(each)).map(component).collect();
    let mut set = FigureSet { components, ..FigureSet::default() };

    let mut report = Report::default();
    let start = Instant::now();
    let first = encode(&set, &EXPOSURE, None);
    report.note("series", first.series());
    report.note("encoding all, milliseconds", format!("{:.1}", milliseconds(start.elapsed())));
    set.components[0] = component(1_000_000);
    let start = Instant::now();
    let encoded = encode(&set, &EXPOSURE, Some(&first));
    let changed = format!("{:.1}", milliseconds(start.elapsed()));
    report.note("encoding again, one component changed", changed);
    report.note("  chunks compressed again", encoded.compressed_chunks());
    report.note("bytes kept for all formats", encoded.prepared_bytes());

    let own = Arc::new(OwnMetrics::new()?);
    own.exposed(&encoded);
    let snapshot = watch::Sender::new(Arc::new(encoded));
    let state = ServeState {
        metrics: Arc::new(Snapshot { encoded: snapshot.subscribe(), own }),
        health: Arc::new(Healthy),
        telemetry_path: "/metrics".to_owned(),
        version: "bench",
        api: Api { questions: Questions::new().0, origins: Vec::new() },
        pages: Default::default(),
        reload: None,
        doors: Arc::default(),
    };
    let listener = serve::bind(([127, 0, 0, 1], 0).into()).await?;
    let scraper = Scraper::of(listener.local_addr()?);
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve::serve(listener, state, stop.clone()));
    let changing = tokio::spawn(change(set, snapshot, stop.clone()));
    for format in [("text", "text/plain"), ("OpenMetrics", OPEN_METRICS)] {
        for gzip in [false, true] {
            scrapes(&mut report, &scraper, format, gzip).await?;
        }
    }
    stop.cancel();
    changing.await?;
    drop(scraper);
    server.await??;
    Ok(report.conclude())
}

/// Publishes one changed component after the other, as evaluation does.
async fn change(
    mut set: FigureSet,
    snapshot: watch::Sender<Arc<Encoded>>,
    stop: CancellationToken,
) {
    let mut number = 1_000_000;
    while !stop.is_cancelled() {
        tokio::time::sleep(CHANGE_EVERY).await;
        number += 1;
        let place = number % set.components.len();
        set.components[place] = component(number);
        let previous = Arc::clone(&snapshot.borrow());
        let work = || encode(&set, &EXPOSURE, Some(&previous));
        let encoded = tokio::task::block_in_place(work);
        snapshot.send_replace(Arc::new(encoded));
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let wanted = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(20_000);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all(wanted))
}
