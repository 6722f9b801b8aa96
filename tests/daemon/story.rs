//! The fixed history that most tests read: two teams that ship in different ways, and everything
//! around them that must not count.

use github_sim::event::{CloseReason, RepoId, Verdict};
use github_sim::{Event, Merge, PullRequest, Scenario};

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// 2026-06-01T00:00:00Z, a Monday.
pub const NOW: i64 = 1_780_272_000;

/// A history, and the ids that tests go on with.
pub struct Story {
    pub story: Scenario,
    /// `acme/pay`: a squash-merging trunk, one production, all kinds of failures.
    pub pay: RepoId,
    /// `acme/search`: rebases and direct pushes, deployed to two regions.
    pub search: RepoId,
    /// `acme/ops`: nothing but issues, some of which are incidents of others.
    pub ops: RepoId,
    /// The open incident of `acme/pay`.
    pub burning: u32,
}

/// The whole history up to [`NOW`].
pub fn organization() -> Story {
    let mut story = Scenario::new();
    let pay = story.repository(NOW - 400 * DAY, "acme/pay");
    let search = story.repository(NOW - 380 * DAY, "acme/search");
    let burning = tell_pay(&mut story, pay);
    tell_search(&mut story, search);
    tell_what_does_not_count(&mut story);
    tell_files(&mut story, &[(pay, "v2"), (search, "main")]);
    let ops = story.repository(NOW - 200 * DAY, "acme/ops");
    let labels = ["incident", "component/search"];
    let issue = story.issue(NOW - 11 * DAY, ops, "Search is slow", &labels);
    story.close_issue(NOW - 11 * DAY + 5 * HOUR, ops, issue);
    story.issue(NOW - 9 * DAY, ops, "The VPN is down", &["incident"]);
    Story { story, pay, search, ops, burning }
}

/// Writes, reviews and merges a change that is merged at `at`; returns its merge commit.
pub fn change(story: &mut Scenario, repo: RepoId, at: i64, name: &str, how: Merge) -> String {
    let number = open(story, repo, at, PullRequest::of(name, &format!("Change {name}")));
    story.merge(at, repo, number, how)
}

/// Who takes turns in writing for `acme/pay`: enough that their work together is told.
const PAY: [&str; 5] = ["alan", "barbara", "dennis", "edsger", "grace"];
/// Who writes everything else: too few.
const OTHERS: [&str; 3] = ["leslie", "radia", "vint"];

fn open(story: &mut Scenario, repo: RepoId, merged_at: i64, mut pull: PullRequest) -> u32 {
    let branch = pull.head.clone();
    let team = if branch.starts_with("feature") { &PAY[..] } else { &OTHERS[..] };
    let turn = (merged_at / DAY) as usize;
    let author = team[turn % team.len()];
    pull.author = author.to_owned();
    // Somebody of the team approves, and now and then a guest.
    let guest = if turn.is_multiple_of(3) { OTHERS[1] } else { team[(turn + 1) % team.len()] };
    let second = if guest == author { "ada" } else { guest };
    story.commit(merged_at - 30 * HOUR, repo, &branch, &format!("Begin {branch}"));
    story.commit(merged_at - 27 * HOUR, repo, &branch, &format!("Finish {branch}"));
    let number = story.open(merged_at - 26 * HOUR, repo, pull);
    story.review(merged_at - 20 * HOUR, repo, number, "ada", Verdict::ChangesRequested);
    story.review(merged_at - 2 * HOUR, repo, number, second, Verdict::Approved);
    number
}

fn tell_pay(story: &mut Scenario, pay: RepoId) -> u32 {
    let mut live = story.head(pay, "main").unwrap();
    story.ship(NOW - 160 * DAY, pay, &live, "production");
    for n in 0..36_i64 {
        let at = NOW - (145 - 4 * n) * DAY + 10 * HOUR;
        let before = std::mem::take(&mut live);
        let mut pull = PullRequest::of(&format!("feature-{n}"), &format!("Feature {n}"));
        if n == 33 {
            pull.labels = vec!["hotfix".to_owned()];
        }
        if n == 30 {
            // The pull request of the turn before, whose number is the latest.
            let reverted = story_number(story, pay) - 1;
            pull.title = "Revert \"Feature 29\"".to_owned();
            pull.body = format!("Reverts acme/pay#{reverted}");
        }
        let number = open(story, pay, at - 2 * HOUR, pull);
        live = story.merge(at - 2 * HOUR, pay, number, Merge::Squash);
        story.ship(at - HOUR, pay, &live, "staging");
        if n % 9 == 7 {
            let failed = story.deploy(at - HOUR, pay, &live, "production");
            story.status(at - HOUR + 60, failed, "FAILURE");
        }
        story.ship(at - 20 * MINUTE, pay, &live, "production-canary");
        let deployment = story.ship(at, pay, &live, "production");
        match n % 9 {
            3 => {
                story.ship(at + 3 * HOUR, pay, &before, "production");
            }
            5 => {
                let issue = story.issue(at + HOUR, pay, "Payments fail", &["incident", "sev1"]);
                story.comment(at + 2 * HOUR, pay, issue, "Rolled forward, watching.");
                story.close_issue(at + 4 * HOUR, pay, issue);
            }
            6 => {
                let issue = story.issue(at + 30 * HOUR, pay, "Wrong totals", &["Incident"]);
                let words = format!("caused by deployment {deployment} of acme/pay: {live}");
                story.comment(at + 31 * HOUR, pay, issue, &words);
                story.close_issue(at + 33 * HOUR, pay, issue);
                story.reopen_issue(at + 34 * HOUR, pay, issue);
                story.close_issue(at + 40 * HOUR, pay, issue);
            }
            _ => {}
        }
    }
    change(story, pay, NOW - 2 * DAY, "waiting", Merge::Squash);
    tell_runs(story, pay);
    story.issue(NOW - DAY, pay, "Refunds hang", &["incident"])
}

/// Continuous integration: every third run fails, and every sixth passes when it is run again.
fn tell_runs(story: &mut Scenario, pay: RepoId) {
    for n in 0..18_i64 {
        let at = NOW - (80 - 4 * n) * DAY;
        let id = story.run(at, pay, "ci.yml", &format!("{n:040x}"));
        let conclusion = if n % 3 == 2 { "failure" } else { "success" };
        story.conclude(at + (4 + n) * MINUTE, pay, id, conclusion);
        if n % 6 == 5 {
            story.rerun(at + HOUR, pay, id);
            story.conclude(at + HOUR + 10 * MINUTE, pay, id, "success");
        }
    }
}

/// The number that the next issue or pull request of a repository will have.
fn story_number(story: &Scenario, repo: RepoId) -> u32 {
    let mut probe = story.clone();
    probe.issue(NOW, repo, "", &[])
}

fn tell_search(story: &mut Scenario, search: RepoId) {
    let base = story.head(search, "main").unwrap();
    story.ship(NOW - 170 * DAY, search, &base, "prod-eu");
    for n in 0..13_i64 {
        let at = NOW - (130 - 10 * n) * DAY + 15 * HOUR;
        let how = if n % 2 == 0 { Merge::Rebase } else { Merge::Merge };
        let mut sha = change(story, search, at - 3 * HOUR, &format!("query-{n}"), how);
        if n % 4 == 2 {
            sha = story.commit(at - 2 * HOUR, search, "main", "Tune the ranking");
        }
        story.ship(at, search, &sha, "prod-eu");
        story.ship(at + 5 * MINUTE, search, &sha, "prod-us");
    }
}

/// What is discovered or listed and must not show up in figures.
/// Workflow files, from the first commits on.
fn tell_files(story: &mut Scenario, repositories: &[(RepoId, &str)]) {
    for (repo, reference) in repositories {
        let own = format!("acme/ci/.github/workflows/build.yml@{reference}");
        let text = format!(
            "jobs:\n  build: {{ uses: {own} }}\n  \
             scan: {{ uses: elsewhere/ci/.github/workflows/scan.yml@{reference} }}\n"
        );
        let files = vec![(".github/workflows/build.yml".to_owned(), Some(text))];
        story.event(NOW - 375 * DAY, Event::FilesWritten { repo: *repo, files });
    }
}

fn tell_what_does_not_count(story: &mut Scenario) {
    let library = story.repository(NOW - 300 * DAY, "acme/library");
    let entry = "kind: Component\nmetadata:\n  name: library\n  annotations:\n    \
                 backstage.io/source-template: template:default/library\n\
                 spec: { type: library, owner: core }\n";
    let files = vec![("catalog-info.yaml".to_owned(), Some(entry.to_owned()))];
    story.event(NOW - 300 * DAY, Event::FilesWritten { repo: library, files });
    change(story, library, NOW - 20 * DAY, "api", Merge::Squash);
    story.empty_repository(NOW - 10 * DAY, "acme/empty");
    let old = story.repository(NOW - 900 * DAY, "acme/old");
    let sha = story.head(old, "main").unwrap();
    story.ship(NOW - 20 * DAY, old, &sha, "production");
    story.event(NOW - 15 * DAY, Event::RepositoryArchived { repo: old, archived: true });
    // Deployed before the look-back, and within twice of it: a component that does nothing.
    let idle = story.repository(NOW - 350 * DAY, "acme/idle");
    let sha = story.head(idle, "main").unwrap();
    story.ship(NOW - 200 * DAY, idle, &sha, "production");
    let issue = story.issue(NOW - 6 * DAY, idle, "Not really", &["incident"]);
    let (by, reason) = ("ada".to_owned(), CloseReason::Duplicate);
    story.event(NOW - 5 * DAY, Event::IssueClosed { repo: idle, number: issue, by, reason });
}
