//! What collecting costs: GraphQL points and requests, counted by the simulated GitHub.
//!
//! `cargo bench --bench collection` — exits with a failure where a target is missed. The daemon is
//! the real one, over real HTTP; only the clock is moved by hand, so the counts are the same on
//! every machine.

mod collecting;
mod http;
mod report;

use collecting::{Collecting, NOW, show};
use dora_exporter::clock::Clock;
use github_sim::event::Verdict;
use github_sim::{Merge, Meter, Scenario};
use report::Report;
use std::process::ExitCode;

const DAY: i64 = 86_400;

/// Points for a first collection of the repository that the issue describes.
const FIRST_POINTS: f64 = 60.0;
/// Points where nothing is new.
const IDLE_POINTS: f64 = 2.0;
/// Points in relation to the least that GitHub's formula allows.
const FIRST_RATIO: f64 = 1.3;
/// Points a repository and sweep, all repositories active. The sweep over thousands, which reaches
/// 0.02 by searching whole organisations, is not built yet: 49 repositories cost a point today.
const IDLE_EACH: f64 = 0.03;

/// What a repository has gone through in 90 days.
#[derive(Clone, Copy)]
struct Life {
    deployments: i64,
    pulls: i64,
    commits_a_pull: i64,
    incidents: i64,
    merge: Merge,
}

/// 300 deployments, 500 pull requests, 1,500 commits (one of each pull request is its merge).
const BUSY: Life =
    Life { deployments: 300, pulls: 500, commits_a_pull: 2, incidents: 12, merge: Merge::Merge };

impl Life {
    fn commits(self) -> i64 {
        let on_main = if self.merge == Merge::Merge { self.commits_a_pull + 1 } else { 1 };
        self.pulls * on_main + 1
    }

    /// The least that GitHub's formula takes for the pages that hold all this: up to 149 fetched
    /// connections are a point, a page has at most 100 elements, and each element's nested lists
    /// are a fetch each (statuses; labels, commits, reviews, readiness; parents; labels, events,
    /// comments).
    fn least_points(self) -> i64 {
        let pages = |elements: i64, nested: i64| {
            let page = (148 / nested).min(100);
            (elements + page - 1) / page
        };
        pages(self.deployments, 1)
            + pages(self.pulls, 4)
            + pages(self.commits(), 1)
            + pages(self.incidents, 3)
    }

    fn play(self, story: &mut Scenario, name: &str) -> u64 {
        let start = NOW - 90 * DAY;
        let repo = story.repository(start, name);
        let step = 89 * DAY / self.pulls.max(1);
        let mut shipped = 0;
        for pull in 0..self.pulls {
            let at = start + 600 + pull * step;
            let branch = format!("change-{pull}");
            for commit in 0..self.commits_a_pull {
                story.commit(at + commit, repo, &branch, &format!("Step {commit} of {pull}"));
            }
            let number = story.open_pull(at + 10, repo, &branch, "A change");
            story.review(at + 20, repo, number, "reviewer", Verdict::Approved);
            let sha = story.merge(at + 30, repo, number, self.merge);
            while shipped * self.pulls < (pull + 1) * self.deployments && shipped < self.deployments
            {
                story.ship(at + 100 + shipped % 7, repo, &sha, "production");
                shipped += 1;
            }
        }
        for incident in 0..self.incidents {
            let at = start + DAY + incident * 5 * DAY;
            let number = story.issue(at, repo, "Checkout is down", &["incident"]);
            story.close_issue(at + 3_600, repo, number);
        }
        repo
    }
}

/// The points of a sweep beside the listing of repositories, which comes every half hour.
fn sweeping(meter: &Meter) -> f64 {
    let listing = meter.operations.get("OrganizationRepositories");
    (meter.points - listing.map_or(0, |operation| operation.points)) as f64
}

/// Discovery and the first probe, which a first collection of one repository needs besides.
const FINDING: i64 = 2;

async fn one(report: &mut Report, life: Life, title: &str, most: f64) -> anyhow::Result<u64> {
    let mut story = Scenario::new();
    life.play(&mut story, "acme/pay");
    let mut collecting = Collecting::start(story, 1).await?;
    let first = collecting.first().await?;
    show(&format!("First collection of {title}"), &first);
    let least = life.least_points() + FINDING;
    report.at_most("points", first.points as f64, most);
    report.note("the least that the formula allows", least);
    report.at_most("ratio", first.points as f64 / least as f64, FIRST_RATIO);
    let idle = collecting.sweep().await?;
    report.at_most("points of a sweep with nothing new", idle.points as f64, IDLE_POINTS);
    let idle = collecting.sweep().await?;
    report.at_most("points of the sweep after it", idle.points as f64, IDLE_POINTS);
    collecting.end().await?;
    Ok(first.requests)
}

async fn ten_times(report: &mut Report) -> anyhow::Result<()> {
    let life = Life { pulls: 10 * BUSY.pulls, ..BUSY };
    let most = FIRST_RATIO * (life.least_points() + FINDING) as f64;
    one(report, life, "ten times as many pull requests", most).await?;
    Ok(())
}

async fn squashed(report: &mut Report) -> anyhow::Result<()> {
    let life = Life { merge: Merge::Squash, ..BUSY };
    one(report, life, "squashed pull requests", FIRST_POINTS).await?;
    Ok(())
}

async fn news(report: &mut Report) -> anyhow::Result<()> {
    let mut story = Scenario::new();
    let repo = BUSY.play(&mut story, "acme/pay");
    let mut collecting = Collecting::start(story, 1).await?;
    collecting.first().await?;
    collecting.sweep().await?;

    println!("News of one repository, the probe of the sweep included");
    let head = collecting.story.head(repo, "main").unwrap_or_default();
    let at = collecting.clock.now().0;
    collecting.story.ship(at + 120, repo, &head, "production");
    let meter = collecting.sweep().await?;
    show("One deployment of a known commit", &meter);
    report.at_most("points (probe, deployments)", sweeping(&meter), 2.0);

    let at = collecting.clock.now().0;
    collecting.story.commit(at + 100, repo, "news", "Something new");
    let number = collecting.story.open_pull(at + 200, repo, "news", "News");
    let sha = collecting.story.merge(at + 300, repo, number, Merge::Squash);
    let meter = collecting.sweep().await?;
    show("One merged pull request", &meter);
    report.at_most("points (probe, pull requests, history)", sweeping(&meter), 3.0);

    let at = collecting.clock.now().0;
    collecting.story.ship(at + 120, repo, &sha, "production");
    let number = collecting.story.issue(at + 200, repo, "Down", &["incident"]);
    let failing = collecting.story.deploy(at + 210, repo, &sha, "production");
    collecting.story.status(at + 220, failing, "FAILURE");
    let meter = collecting.sweep().await?;
    show("Its deployment, an incident, and a deployment that fails", &meter);
    report.at_most("points (probe, deployments, incidents)", sweeping(&meter), 3.0);

    let meter = collecting.sweep().await?;
    show("Nothing, while the incident is open and the deployment may be run again", &meter);
    report.at_most("points (probe, both asked again)", sweeping(&meter), IDLE_POINTS);

    let at = collecting.clock.now().0;
    collecting.story.close_issue(at + 200, repo, number);
    let meter = collecting.sweep().await?;
    show("The incident is resolved", &meter);
    report.at_most("points (probe, both asked again, incidents)", sweeping(&meter), 3.0);
    let meter = collecting.sweep().await?;
    let what = "points where nothing follows (probe, the deployment)";
    report.at_most(what, sweeping(&meter), IDLE_POINTS);
    collecting.end().await
}

async fn hundred(report: &mut Report) -> anyhow::Result<()> {
    let small =
        Life { deployments: 20, pulls: 20, commits_a_pull: 2, incidents: 1, merge: Merge::Squash };
    let mut story = Scenario::new();
    for number in 0..100 {
        small.play(&mut story, &format!("acme/service-{number}"));
    }
    let mut collecting = Collecting::start(story, 100).await?;
    let first = collecting.first().await?;
    show("First collection of 100 small repositories", &first);
    let least = 100 * small.least_points() + 1 + 3;
    report.at_most("ratio to the least", first.points as f64 / least as f64, FIRST_RATIO);
    collecting.sweep().await?;
    let idle = collecting.sweep().await?;
    show("A sweep over them with nothing new", &idle);
    report.at_most("points a repository", sweeping(&idle) / 100.0, IDLE_EACH);
    collecting.end().await
}

async fn all() -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    one(&mut report, BUSY, "300 deployments, 500 pull requests, 1,501 commits", FIRST_POINTS)
        .await?;
    squashed(&mut report).await?;
    ten_times(&mut report).await?;
    news(&mut report).await?;
    hundred(&mut report).await?;
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
