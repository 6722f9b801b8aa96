//! What one new fact costs at 1,000,000 facts: judging, measuring, encoding.
//!
//! `cargo bench --bench evaluation` — an organisation of a thousand repositories in memory; then news
//! of each kind, of another repository every time. Exits with a failure where the target is missed.

mod organization;
mod report;

use delivery::domain::{Fact, Time};
use dora_exporter::config::{self, ConfigFile, Flags, Settings, Sources};
use dora_exporter::evaluate::{EvaluationRules, Evaluator, Settled};
use dora_exporter::exposition::{Encoded, Exposure, encode};
use dora_exporter::store::Store;
use organization::{FACTS_A_ROUND, Grown, TEAMS, incidents, progress};
use report::Report;
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Instant;

const REPOSITORIES: u64 = 1_000;
const FACTS: u64 = 1_000_000;
/// How often each kind of news comes.
const ROUNDS: usize = 150;
/// Judging and measuring after one new fact, milliseconds.
const MOST_MILLISECONDS: f64 = 10.0;
/// From a new fact to changed bytes, milliseconds; a second of the limit is waited for more news.
const MOST_TO_BYTES: f64 = 500.0;
/// The facts of the one repository that is much larger than the others.
const HUGE: u64 = 50_000;
const START: Time = Time(1_790_000_000);

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn settings() -> anyhow::Result<Settings> {
    let mut text =
        "[[github]]\norganizations = [\"acme\"]\n[[incidents]]\nsource = \"github_issues\"\n"
            .to_owned();
    for team in 0..TEAMS {
        writeln!(
            text,
            "[[ownership.rules]]\nrepositories = [\"acme/team-{team:02}-*\"]\nteam = \"team-{team:02}\""
        )?;
    }
    Ok(config::load(&Sources {
        file: Some(ConfigFile::Text { name: "the bench's configuration".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), "none".to_owned())].into(),
        flags: Flags::default(),
    })?)
}

fn evaluator(settings: &Settings, store: &Store) -> Evaluator {
    Evaluator::new(EvaluationRules::by(settings, store.login_hasher()), Settled::default())
}

/// An evaluator that has shown everything, and whose counters have counted what they ever will.
struct Running {
    evaluator: Evaluator,
    exposure: Exposure,
    encoded: Encoded,
    now: Time,
}

/// Milliseconds of judging and measuring, and from news to bytes.
#[derive(Default)]
struct Times {
    judging: Vec<f64>,
    to_bytes: Vec<f64>,
}

impl Running {
    /// Evaluates `seconds` later with news, and encodes.
    fn turn(&mut self, seconds: i64, news: Vec<Fact>, times: &mut Times) {
        self.now = self.now.plus(seconds);
        let start = Instant::now();
        news.into_iter().for_each(|fact| self.evaluator.absorb(fact));
        let due = self.evaluator.evaluate(self.now);
        times.judging.push(milliseconds(start));
        self.evaluator.settle(due);
        let figures = self.evaluator.figures();
        self.encoded = encode(&figures, &self.exposure, Some(&self.encoded));
        times.to_bytes.push(milliseconds(start));
    }
}

fn median_and_p99(times: &mut [f64]) -> (f64, f64) {
    times.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1];
    (at(50), at(99))
}

fn tell(report: &mut Report, what: &str, mut times: Times) {
    let (median, p99) = median_and_p99(&mut times.judging);
    report.at_most(&format!("{what}: judging and measuring, median"), median, MOST_MILLISECONDS);
    report.at_most(&format!("{what}: judging and measuring, p99"), p99, MOST_MILLISECONDS);
    let (median, p99) = median_and_p99(&mut times.to_bytes);
    report.note(&format!("{what}: to the encoded bytes, median"), format!("{median:.2}"));
    report.at_most(&format!("{what}: to the encoded bytes, p99"), p99, MOST_TO_BYTES);
}

/// Everything from the beginning until nothing is left to settle.
fn start(report: &mut Report, settings: &Settings, store: &Store) -> (Running, Vec<Grown>) {
    let mut evaluator = evaluator(settings, store);
    let rounds = FACTS / REPOSITORIES / FACTS_A_ROUND + 1;
    let mut facts: u64 = 0;
    let mut absorb = |fact| {
        facts += u64::from(!matches!(fact, Fact::Progress(_)));
        evaluator.absorb(fact);
    };
    let mut grown: Vec<Grown> =
        (1..=REPOSITORIES).map(|id| Grown::with_history(id, rounds, START, &mut absorb)).collect();
    let huge = HUGE / FACTS_A_ROUND;
    grown.push(Grown::with_history(REPOSITORIES + 1, huge, START, &mut absorb));
    incidents(START).into_iter().for_each(&mut absorb);
    report.note("facts", facts);
    let start = Instant::now();
    let due = evaluator.evaluate(START);
    report.note("judging and measuring all, milliseconds", format!("{:.0}", milliseconds(start)));
    evaluator.settle(due);
    let start = Instant::now();
    let exposure = Exposure::from(settings);
    let encoded = encode(&evaluator.figures(), &exposure, None);
    report.note("encoding all", format!("{:.0}", milliseconds(start)));
    report.note("series", encoded.series());
    let mut running = Running { evaluator, exposure, encoded, now: START };
    // The original histogram takes up its month; then sources tell how far they are.
    let mut times = Times::default();
    running.turn(301, Vec::new(), &mut times);
    let now = running.now;
    let all = (1..=REPOSITORIES + 1).chain([999_999]).flat_map(|id| progress(id, now)).collect();
    running.turn(0, all, &mut times);
    report.note("progress of all repositories: to the bytes", format!("{:.0}", times.to_bytes[1]));
    (running, grown)
}

/// News of one kind, of another repository each time.
fn news(
    running: &mut Running,
    grown: &mut [Grown],
    of: impl Fn(&mut Grown, Time) -> Vec<Fact>,
) -> Times {
    let mut times = Times::default();
    for round in 0..ROUNDS {
        let at = round * 7 % grown.len();
        let news = of(&mut grown[at], running.now);
        running.turn(1, news, &mut times);
    }
    times
}

fn merged(grown: &mut Grown, now: Time) -> Vec<Fact> {
    let mut facts = Vec::new();
    grown.merge(now, &mut |fact| facts.push(fact));
    facts.push(grown.repository());
    facts
}

async fn all() -> anyhow::Result<ExitCode> {
    let settings = settings()?;
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("bench.db")).await?;
    let mut report = Report::default();
    let (mut running, mut grown) = start(&mut report, &settings, &store);
    let Some(mut huge) = grown.pop() else { anyhow::bail!("there is no repository") };

    let times = news(&mut running, &mut grown, |one, now| vec![one.deployment(now)]);
    tell(&mut report, "deployment", times);
    let times = news(&mut running, &mut grown, |one, now| vec![one.pull_request(now, &[])]);
    tell(&mut report, "pull request", times);
    let times = news(&mut running, &mut grown, |one, now| vec![one.direct_commit(now)]);
    tell(&mut report, "commit", times);
    let times = news(&mut running, &mut grown, |one, now| vec![one.incident(now)]);
    tell(&mut report, "incident", times);
    let times = news(&mut running, &mut grown, merged);
    tell(&mut report, "merge: commits, pull request, head", times);
    let times = news(&mut running, &mut grown, |_, _| Vec::new());
    tell(&mut report, "a second without news", times);

    let mut times =
        news(&mut running, std::slice::from_mut(&mut huge), |one, now| vec![one.deployment(now)]);
    let (median, _) = median_and_p99(&mut times.judging);
    report.note(
        &format!("deployment of a repository of {HUGE} facts, median"),
        format!("{median:.1}"),
    );
    store.close().await;
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
