//! An organisation as large as one token is to keep fresh, for the simulated GitHub.

use github_sim::Scenario;

const DAY: i64 = 86_400;
/// As many repositories as one token is to keep fresh.
pub const REPOSITORIES: usize = 10_000;
/// One of so many repositories is deployed; the others are libraries and the like.
const ONE_IS_DEPLOYED: usize = 20;

/// An organisation of which one in `one_active` repositories was pushed to this week; those that are
/// deployed, and so have news, are among them, and are given with their numbers.
pub fn organization(one_active: usize, now: i64) -> (Scenario, Vec<(u64, usize)>) {
    let mut story = Scenario::new();
    let mut deployed = Vec::new();
    for number in 0..REPOSITORIES {
        let repo = story.repository(now - 60 * DAY, &format!("acme/service-{number}"));
        if number % one_active != 0 {
            continue;
        }
        let at = now - 3 * DAY + number as i64;
        let sha = story.commit(at, repo, "main", "A step");
        if number % ONE_IS_DEPLOYED == 0 {
            story.ship(now - 50 * DAY, repo, &sha, "production");
            story.ship(at + 600, repo, &sha, "production");
            deployed.push((repo, number));
        }
    }
    (story, deployed)
}
