//! A refresh of busy repositories, side by side: by the request pattern of the original collector, a
//! script on GitHub's REST lists, and by this daemon.
//!
//! `cargo bench --bench original` — exits with a failure where a target is missed. The counts come from the
//! simulated GitHub and are the same on every machine. `DORA_BENCH_REPOSITORIES` sets how many
//! repositories both read.

#![allow(dead_code, reason = "what benches share is more than is needed here")]

mod busy;
mod collecting;
mod http;
mod report;

use anyhow::Context;
use busy::{busy, repositories};
use collecting::{Collecting, NOW, SWEEP_INTERVAL};
use dora_exporter::clock::Clock;
use github_sim::{Api, LimitSettings, Merge, Meter, Scenario};
use octocrab::{Octocrab, Page};
use report::Report;
use serde_json::Value;
use std::process::ExitCode;

const DAY: i64 = 86_400;
/// What the original looks back on in each cycle.
const WINDOW: i64 = 7 * DAY;
/// Cycles of each situation, over which the cost is a mean: more than half an hour of the clock, so that
/// what the daemon does seldom is among it.
const CYCLES: usize = 6;
/// Points or requests that a token has an hour, of either API.
const LIMIT: f64 = 5_000.0;
/// The part of them that the daemon spends at most; its default.
const SHARE: f64 = 0.8;
/// So many times fewer points than the original, at least.
const RATIO: f64 = 10.0;

/// The original collector's way to ask, with the page size of its client, which is GitHub's default.
struct Original {
    github: Octocrab,
}

impl Original {
    fn of(collecting: &Collecting) -> anyhow::Result<Original> {
        // A token of its own, so that nothing is charged to the daemon's.
        let github = Octocrab::builder().base_uri(&collecting.url)?.personal_token("original");
        Ok(Original { github: github.build()? })
    }

    async fn all(&self, route: String) -> anyhow::Result<Vec<Value>> {
        let first: Page<Value> = self.github.get(route, None::<&()>).await?;
        Ok(self.github.all_pages(first).await?)
    }

    async fn statuses(&self, repo: &str, deployment: &Value) -> anyhow::Result<()> {
        let id = &deployment["id"];
        let statuses = self.all(format!("{repo}/deployments/{id}/statuses")).await?;
        anyhow::ensure!(!statuses.is_empty(), "{repo}: {id} has no status");
        Ok(())
    }

    /// All that it asks of a repository in a cycle: its frequency of deployments, then its lead times.
    async fn read(&self, repo: &str, since: i64) -> anyhow::Result<()> {
        let _: Value = self.github.get(repo, None::<&()>).await?;
        let production = format!("{repo}/deployments?environment=production");
        for deployment in self.all(production.clone()).await? {
            if time(&deployment["created_at"])? > Some(since) {
                self.statuses(repo, &deployment).await?;
            }
        }
        let closed = "state=closed&base=main&sort=updated&direction=desc";
        for pull in self.all(format!("{repo}/pulls?{closed}")).await? {
            if time(&pull["merged_at"])? > Some(since) {
                let sha = pull["merge_commit_sha"].as_str().context("a merge without commit")?;
                for deployment in self.all(format!("{production}&sha={sha}")).await? {
                    self.statuses(repo, &deployment).await?;
                }
            }
        }
        Ok(())
    }

    /// The requests of a cycle, all of which are charged.
    async fn cycle(&self, collecting: &Collecting, repositories: usize) -> anyhow::Result<f64> {
        collecting.taken();
        let since = collecting.clock.now().0 - WINDOW;
        for number in 0..repositories {
            self.read(&format!("/repos/acme/busy-{number}"), since).await?;
        }
        let meter = collecting.taken();
        let is_alone = !meter.by_api.contains_key(&Api::Graphql);
        anyhow::ensure!(is_alone && meter.rest_charged == meter.requests, "{meter:?}");
        Ok(meter.requests as f64)
    }
}

fn time(shown: &Value) -> anyhow::Result<Option<i64>> {
    let shown = shown.as_str().map(chrono::DateTime::parse_from_rfc3339).transpose()?;
    Ok(shown.map(|at| at.timestamp()))
}

/// What both took in some cycles, in all.
#[derive(Default)]
struct Taken {
    original: f64,
    requests: f64,
    points: f64,
}

impl Taken {
    fn add(&mut self, meter: &Meter) {
        self.requests += meter.requests as f64;
        // Of either API; each has a limit of its own.
        self.points += (meter.points + meter.rest_charged) as f64;
    }

    /// What a repository and cycle takes, and what an hour bears by that.
    fn tell(&self, repositories: usize, report: &mut Report) {
        let each = |taken: f64| taken / (CYCLES * repositories) as f64;
        let an_hour = |taken: f64, limit: f64| {
            let cycles = 3_600.0 / SWEEP_INTERVAL as f64;
            (limit / cycles / each(taken)).floor()
        };
        let shown = |figure: f64| format!("{figure:.3}");
        report.note("requests each, original: a point each", shown(each(self.original)));
        report.note("requests each, daemon", shown(each(self.requests)));
        report.note("points each, daemon", shown(each(self.points)));
        report.note("ratio of requests", format!("{:.0}", self.original / self.requests));
        report.at_least("ratio of points", self.original / self.points, RATIO);
        let (original, daemon) = (an_hour(self.original, LIMIT), an_hour(self.points, LIMIT));
        report.note("repositories that a token bears, original, all of it spent", original);
        report.note("the same, daemon, all of it spent", daemon);
        report.note("the same, daemon, 0.8 of it spent", an_hour(self.points, SHARE * LIMIT));
    }
}

/// Every repository gets a pull request merged, which is deployed at once.
fn happen(story: &mut Scenario, repos: &[u64], branch: &str, at: i64) {
    for repo in repos {
        story.commit(at - 110, *repo, branch, "A change");
        let number = story.open_pull(at - 100, *repo, branch, "A change");
        let sha = story.merge(at - 90, *repo, number, Merge::Squash);
        story.ship(at, *repo, &sha, "production");
    }
}

/// What cycles take, in each of which every repository has news, or none.
async fn cycles(
    collecting: &mut Collecting,
    original: &Original,
    repos: &[u64],
    with_news: bool,
) -> anyhow::Result<Taken> {
    let mut taken = Taken::default();
    for cycle in 0..CYCLES {
        let at = collecting.clock.now().0 + 120;
        if with_news {
            happen(&mut collecting.story, repos, &format!("news-{cycle}"), at);
        }
        taken.add(&collecting.sweep().await?);
        if with_news {
            collecting.shows_deployments_of(at).await?;
            taken.add(&collecting.taken());
        }
        taken.original += original.cycle(collecting, repos.len()).await?;
    }
    Ok(taken)
}

async fn all() -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let repositories = repositories();
    let (story, repos) = busy(repositories, NOW);
    // Neither is to be stopped by limits here: what they take is told in relation to them.
    let plenty = LimitSettings {
        points_per_hour: 10_000_000,
        requests_per_hour: 10_000_000,
        secondary: false,
        ..LimitSettings::default()
    };
    let mut collecting = Collecting::limited(story, repositories, plenty).await?;
    let mut first = Taken::default();
    first.add(&collecting.first().await?);
    println!("{repositories} busy repositories, {CYCLES} cycles of each situation");
    let each = |taken: f64| format!("{:.1}", taken / repositories as f64);
    report.note("points each of the daemon's first collection of 90 days", each(first.points));

    let original = Original::of(&collecting)?;
    // One that may have left something to do.
    collecting.sweep().await?;
    println!("Nothing new");
    let taken = cycles(&mut collecting, &original, &repos, false).await?;
    taken.tell(repositories, &mut report);
    println!("A pull request merged and deployed in each, within each five minutes");
    let taken = cycles(&mut collecting, &original, &repos, true).await?;
    taken.tell(repositories, &mut report);
    collecting.end().await?;
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
