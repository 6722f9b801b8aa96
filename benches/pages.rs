//! What a review page costs at 1,000,000 facts: the time to its first byte and to its last, and its size.
//!
//! `cargo bench --bench pages [-- FACTS REPOSITORIES]` — the daemon over a store, asked on loopback. A page
//! that nobody has asked for is made as one is after news: nothing of it is kept. Then all are asked for
//! again. Exits with a failure where a target is missed.

mod daemon;
mod history;
mod http;
mod report;

use daemon::{Daemon, prepare};
use dora_exporter::clock::{Clock, SystemClock};
use history::Size;
use http::Scraper;
use report::Report;
use std::process::ExitCode;

const MILLION: Size = Size { facts: 1_000_000, repositories: 1_000, days: 120, counted: false };
/// How many pages of components are asked for.
const COMPONENTS: usize = 40;
/// How often the list of teams is asked for; it is made anew each time.
const LISTS: usize = 40;
/// Milliseconds to the first byte.
const FIRST_BYTE: f64 = 50.0;
/// Bytes of the largest page.
const LARGEST: f64 = 200_000.0;

/// What pages of one kind cost.
#[derive(Default)]
struct Costs {
    first: Vec<f64>,
    whole: Vec<f64>,
    largest: usize,
}

impl Costs {
    async fn of(scraper: &Scraper, paths: &[String]) -> anyhow::Result<Costs> {
        let mut costs = Costs::default();
        for path in paths {
            let (first, whole, length) = scraper.timed(path).await?;
            costs.first.push(first);
            costs.whole.push(whole);
            costs.largest = costs.largest.max(length);
        }
        costs.first.sort_unstable_by(f64::total_cmp);
        costs.whole.sort_unstable_by(f64::total_cmp);
        Ok(costs)
    }

    fn tell(&self, report: &mut Report, what: &str) {
        let last = self.first.len() - 1;
        let note =
            |what: String, times: &[f64]| report.note(&what, format!("{:.1}", times[last / 2]));
        note(format!("{what}: first byte, ms, median"), &self.first);
        note(format!("{what}: whole page, ms, median"), &self.whole);
        report
            .note(&format!("{what}: whole page, ms, slowest"), format!("{:.1}", self.whole[last]));
        report.at_most(&format!("{what}: first byte, ms, slowest"), self.first[last], FIRST_BYTE);
        report.at_most(&format!("{what}: bytes of the largest"), self.largest as f64, LARGEST);
    }
}

async fn all() -> anyhow::Result<ExitCode> {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let size = match &words[..] {
        [facts, repositories, ..] => {
            Size { facts: facts.parse()?, repositories: repositories.parse()?, ..MILLION }
        }
        _ => MILLION,
    };
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    prepare(folder.path(), size, SystemClock.now(), &report).await?;
    let daemon = Daemon::start(folder.path(), size)?;
    daemon.figures().await?;
    let scraper = Scraper::of(daemon.address);
    // What a connection and code that was never run cost is not what a page costs.
    scraper.timed("/").await?;
    let lists = vec!["/teams".to_owned(); LISTS];
    let teams: Vec<String> = (0..size.teams()).map(|team| format!("/teams/t{team:03}")).collect();
    let component = |number: usize| {
        let name = format!("t{:03}-service-{number:04}", number / history::REPOSITORIES_A_TEAM);
        format!("/components/acme/{name}/{name}")
    };
    let components: Vec<String> = (0..COMPONENTS.min(size.repositories)).map(component).collect();
    Costs::of(&scraper, &lists).await?.tell(&mut report, "list of teams");
    for how in ["made", "kept"] {
        Costs::of(&scraper, &teams).await?.tell(&mut report, &format!("team, {how}"));
        Costs::of(&scraper, &components).await?.tell(&mut report, &format!("component, {how}"));
    }
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
