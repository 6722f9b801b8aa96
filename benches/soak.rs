//! A day with a bad connection: 24 simulated hours of news in an organisation of hundreds of
//! repositories, once with nothing wrong and once with failing, cut and reset answers, secondary limits
//! and an outage of two hours. In the end both show the same, and no limit was ever broken.
//!
//! `cargo bench --bench soak` — exits with a failure where they differ. The clock is stepped, so the day
//! takes minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, reason = "what the daemon's tests share is more than is needed here")]

#[path = "../tests/daemon/clock.rs"]
mod clock;
#[path = "../tests/daemon/exposition.rs"]
mod exposition;
mod report;
#[path = "../tests/daemon/running.rs"]
mod running;
#[path = "../tests/daemon/story.rs"]
mod story;

use exposition::{Scrape, difference};
use github_sim::{Fault, Merge, Meter, Scenario, When};
use report::Report;
use running::World;
use std::process::ExitCode;
use story::{DAY, HOUR, MINUTE, NOW, Story, organization};

/// So many libraries beside the repositories that are deployed.
const LIBRARIES: usize = 320;
/// How long it goes on.
const HOURS: i64 = 24;
/// When GitHub is away.
const OUTAGE: std::ops::Range<i64> = 10 * HOUR..12 * HOUR;
/// How far the clock is moved at once.
const STEP: i64 = 5 * MINUTE;
/// After so long memory is as large as it gets.
const WARM: i64 = 3 * HOUR;
/// Memory in the end, in relation to what it was then.
const GROWTH: f64 = 1.1;
/// What goes wrong with so many of a thousand requests.
const TROUBLES: [(Fault, u64); 6] = [
    (Fault::Html(502), 50),
    (Fault::Reset, 10),
    (Fault::Truncated, 5),
    (Fault::SomethingWentWrong, 5),
    (Fault::RetryAfter(403, 30), 2),
    (Fault::SecondaryLimit(429), 1),
];

/// The story and a day of news after it: a change is shipped every three quarters of an hour, some
/// deployments fail first, incidents open and end, libraries are pushed to.
fn eventful() -> Scenario {
    let Story { mut story, pay, search, .. } = organization();
    let libraries: Vec<u64> = (0..LIBRARIES)
        .map(|number| story.repository(NOW - 300 * DAY, &format!("acme/library-{number}")))
        .collect();
    let mut burning = None;
    for turn in 0..HOURS * HOUR / (45 * MINUTE) {
        let at = NOW + (turn + 1) * 45 * MINUTE - MINUTE;
        let repo = if turn % 3 == 0 { search } else { pay };
        let branch = format!("day-{turn}");
        story.commit(at - 40 * MINUTE, repo, &branch, "Begin");
        let number = story.open_pull(at - 35 * MINUTE, repo, &branch, "A change of the day");
        let sha = story.merge(at - 20 * MINUTE, repo, number, Merge::Squash);
        let environment = if repo == search { "prod-eu" } else { "production" };
        if turn % 5 == 1 {
            let failed = story.deploy(at - 15 * MINUTE, repo, &sha, environment);
            story.status(at - 14 * MINUTE, failed, "FAILURE");
        }
        story.ship(at - 10 * MINUTE, repo, &sha, environment);
        match burning.take() {
            Some(issue) => story.close_issue(at, pay, issue),
            None if turn % 6 == 2 => burning = Some(story.issue(at, pay, "Slow", &["incident"])),
            None => {}
        }
        let library = libraries[(turn as usize * 7) % libraries.len()];
        story.commit(at, library, "main", "A step");
    }
    story
}

/// MiB of this process, in which the simulated GitHub lives, too.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1_024.0
}

/// How a day ended: what is shown, what was asked, and the memory after each few hours.
struct Day {
    shown: Scrape,
    meter: Meter,
    resident: Vec<f64>,
}

/// The day; `troubled` tells whether anything goes wrong.
async fn day(troubled: bool) -> Day {
    let world = World::of(eventful(), NOW).await;
    let mut config = world.config();
    config.more = "[exposition]\ncomponent_detail = \"full\"".to_owned();
    if troubled {
        world.sim.faults().at_random(&TROUBLES);
    }
    let daemon = world.start(&config).await;
    let (mut passed, mut memory) = (0, Vec::new());
    while passed < HOURS * HOUR {
        if troubled && passed == OUTAGE.start {
            let always = When { times: usize::MAX, ..When::default() };
            world.sim.faults().on_requests(Fault::Html(503), always);
        }
        if troubled && passed == OUTAGE.end {
            world.sim.faults().clear();
            world.sim.faults().at_random(&TROUBLES);
        }
        daemon.advance(STEP).await;
        passed += STEP;
        if passed % WARM == 0 {
            memory.push(resident());
        }
    }
    world.sim.faults().clear();
    daemon.advance(HOUR).await;
    let shown = daemon.scrape().await;
    daemon.stop().await;
    Day { shown, meter: world.sim.meter(), resident: memory }
}

async fn all() -> ExitCode {
    let mut report = Report::default();
    let Day { shown: calm, meter: calm_meter, .. } = day(false).await;
    let Day { shown: troubled, meter, resident } = day(true).await;
    println!("{HOURS} hours of an organisation of {} repositories", LIBRARIES + 7);
    report.note("points without trouble", calm_meter.points);
    report.note("points with trouble", meter.points);
    report.note("requests with trouble", meter.requests);
    for (name, operation) in &meter.operations {
        let calm = calm_meter.operations.get(name).map_or(0, |operation| operation.points);
        println!("    {name:<28} {calm:>5} points without trouble {:>5} with it", operation.points);
    }
    report.note("requests without trouble", calm_meter.requests);
    report.note("requests while GitHub was away", meter.statuses.get(&503).unwrap_or(&0));
    report
        .note("of which were answered by a server's error", meter.statuses.get(&502).unwrap_or(&0));
    report.note("of REST without trouble", calm_meter.rest_charged);
    report.note("of REST with trouble", meter.rest_charged);
    report.note("of which were answered by a limit", meter.limited);
    report.at_most("requests that broke a limit", meter.violations as f64, 0.0);
    let shown: Vec<String> = resident.iter().map(|mebibytes| format!("{mebibytes:.0}")).collect();
    println!("  MiB resident after each three hours with trouble: {}", shown.join(" "));
    let growth = resident[resident.len() - 1] / resident[0];
    report.at_most("growth of memory from the first of them to the last", growth, GROWTH);
    let (calm, troubled) = (calm.gauges(), troubled.gauges());
    report.note("gauges", calm.len());
    let differing = calm.iter().filter(|line| !troubled.contains(line)).count();
    report.at_most(
        "gauges that differ",
        (differing + calm.len().abs_diff(troubled.len())) as f64,
        0.0,
    );
    if calm != troubled {
        println!("{}", difference(&calm, &troubled));
    }
    report.conclude()
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.unwrap().block_on(all())
}
