//! An organisation of busy repositories, for the simulated GitHub.

use github_sim::{Merge, Scenario};

const DAY: i64 = 86_400;

/// 90 days with two deployments, three pull requests and eight commits a day, and the repositories,
/// which are `acme/busy-0` and so on.
pub fn busy(repositories: usize, now: i64) -> (Scenario, Vec<u64>) {
    let mut story = Scenario::new();
    let mut created = Vec::new();
    for number in 0..repositories {
        let start = now - 90 * DAY;
        let repo = story.repository(start, &format!("acme/busy-{number}"));
        created.push(repo);
        for day in 0..90 {
            let morning = start + day * DAY + 3_600;
            for commit in 0..5 {
                story.commit(morning + 60 * commit, repo, "main", "A direct step");
            }
            for pull in 0..3 {
                let at = morning + 600 + pull * 7_200;
                let branch = format!("change-{day}-{pull}");
                story.commit(at, repo, &branch, "A step");
                let opened = story.open_pull(at + 60, repo, &branch, "A change");
                story.merge(at + 3_600, repo, opened, Merge::Squash);
            }
            for deployment in 0..2 {
                let sha = story.head(repo, "main").unwrap_or_default();
                story.ship(morning + 30_000 + 3_600 * deployment, repo, &sha, "production");
            }
        }
    }
    (story, created)
}

/// How many repositories are read: `DORA_BENCH_REPOSITORIES`, or 20.
pub fn repositories() -> usize {
    let asked = std::env::var("DORA_BENCH_REPOSITORIES").ok();
    asked.and_then(|number| number.parse().ok()).unwrap_or(20)
}
