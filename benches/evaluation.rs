//! What judging and measuring cost: the demo's organisation, whole and after one piece of news.
//!
//! `cargo bench --bench evaluation` — a real daemon reads the organisation into a store first. Exits
//! with a failure where the target is missed.

mod acme;
mod http;
mod report;

use acme::{Acme, TOKEN};
use delivery::domain::{Fact, RepoId, Time};
use dora_exporter::cli::Daemon;
use dora_exporter::clock::{Clock, SystemClock};
use dora_exporter::config::{self, ConfigFile, Flags, Settings, Sources};
use dora_exporter::evaluate::{
    EvaluationRules, Evaluator, OrderedOwners, Settled, SettlingRules, rules_of,
};
use dora_exporter::exposition::{Encoded, Exposure, encode};
use dora_exporter::store::Store;
use http::{Scraper, values};
use report::Report;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 101;
const PATIENCE: Duration = Duration::from_secs(120);
/// Judging and measuring after one new fact, milliseconds.
const MOST_MILLISECONDS: f64 = 10.0;

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// Lets a daemon read the organisation into the settings' store.
async fn collect(settings: Settings) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let daemon = Daemon::start(settings, Arc::new(SystemClock), stop.clone()).await?;
    let scraper = Scraper::of(daemon.address());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let complete = values(&scraper.metrics().await?, "dora_exporter_backfill_complete");
        if complete.len() > 1 && complete.iter().all(|value| *value == 1.0) {
            break;
        }
        anyhow::ensure!(Instant::now() < deadline, "the first collection does not end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(scraper);
    stop.cancel();
    daemon.wait().await?;
    Ok(())
}

fn evaluator(settings: &Settings, store: &Store) -> Evaluator {
    let rules = EvaluationRules {
        judging: rules_of(settings, store.login_hasher()),
        settling: SettlingRules {
            settle_after: settings.measures.settle_after,
            seed_prime_after: settings.measures.seed_prime_after,
        },
        windows: settings.measures.windows.clone(),
        lookback: settings.collection.lookback,
        components: settings.components.clone(),
        owners: Box::new(OrderedOwners::new(&settings.ownership)),
    };
    Evaluator::new(rules, Settled::default())
}

/// The newest deployment of the repository with the most facts.
fn busiest(facts: &[Fact]) -> Option<(Fact, usize)> {
    let mut counts: BTreeMap<RepoId, usize> = BTreeMap::new();
    facts.iter().filter_map(Fact::repo).for_each(|repo| *counts.entry(repo).or_default() += 1);
    let (repo, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let mut newest: Option<(Time, &Fact)> = None;
    for fact in facts.iter().filter(|fact| fact.repo() == Some(repo)) {
        let Fact::Deployment(deployment) = fact else { continue };
        if newest.is_none_or(|(at, _)| at < deployment.created_at) {
            newest = Some((deployment.created_at, fact));
        }
    }
    newest.map(|(_, fact)| (fact.clone(), count))
}

/// The least and the median of many times, milliseconds.
fn least_and_median(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_unstable_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

async fn all() -> anyhow::Result<ExitCode> {
    let acme = Acme::serve().await?;
    let folder = tempfile::tempdir()?;
    let text = acme.configuration(([127, 0, 0, 1], 0).into(), &folder.path().join("bench.db"))?;
    let settings = config::load(&Sources {
        file: Some(ConfigFile::Text { name: "the bench's configuration".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), TOKEN.to_owned())].into(),
        flags: Flags::default(),
    })?;
    collect(settings.clone()).await?;

    let mut report = Report::default();
    let store = Store::open(&settings.store.path).await?;
    let start = Instant::now();
    let facts = store.facts_since(0, usize::MAX >> 1).await?.facts;
    report.note("facts", facts.len());
    report.note("reading them from the store, milliseconds", format!("{:.1}", milliseconds(start)));
    let news = busiest(&facts);
    let mut evaluator = evaluator(&settings, &store);
    facts.into_iter().for_each(|fact| evaluator.absorb(fact));
    let start = Instant::now();
    let due = evaluator.evaluate(SystemClock.now());
    report.note("judging and measuring all, milliseconds", format!("{:.1}", milliseconds(start)));
    evaluator.settle(due);
    let exposure = Exposure::from(&settings);
    let start = Instant::now();
    let mut encoded = encode(&evaluator.figures(), &exposure, None);
    report.note("encoding all", format!("{:.1}", milliseconds(start)));
    report.note("series", encoded.series());

    let Some((news, of)) = news else { anyhow::bail!("no deployment was read") };
    report.note("facts of the busiest repository, which has news", of);
    one_by_one(&mut report, &mut evaluator, &mut encoded, &news, &exposure);
    store.close().await;
    Ok(report.conclude())
}

/// News of one repository, again and again.
fn one_by_one(
    report: &mut Report,
    evaluator: &mut Evaluator,
    encoded: &mut Encoded,
    news: &Fact,
    exposure: &Exposure,
) {
    let (mut judging, mut encoding) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        evaluator.absorb(news.clone());
        let start = Instant::now();
        let due = evaluator.evaluate(SystemClock.now());
        judging.push(milliseconds(start));
        evaluator.settle(due);
        let start = Instant::now();
        *encoded = encode(&evaluator.figures(), exposure, Some(encoded));
        encoding.push(milliseconds(start));
    }
    let (least, median) = least_and_median(judging);
    report.note("judging and measuring after one fact, least", format!("{least:.2}"));
    report.at_most("judging and measuring after one fact, median", median, MOST_MILLISECONDS);
    let (least, median) = least_and_median(encoding);
    report.note("encoding after it, least", format!("{least:.2}"));
    report.note("encoding after it, median", format!("{median:.2}"));
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
