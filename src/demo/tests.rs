//! The log is consistent, repeatable, and holds every story that the demo promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod live;
mod stories;

use super::*;
use github_sim::event::NewCommit;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Wednesday 15 October 2025, 12:00 UTC.
const NOW: i64 = 1_760_529_600;
const DAY: i64 = 86_400;

fn log(days: u32) -> Vec<(i64, Event)> {
    organization(SEED, NOW, days).events
}

/// A log's state, which panics at the first event that could not happen.
#[derive(Default)]
struct Checker {
    repositories: BTreeMap<u64, String>,
    archived: BTreeSet<u64>,
    commits: HashMap<String, NewCommit>,
    heads: HashMap<(u64, String), String>,
    /// Numbers in use, and whether that thing is open.
    open: HashMap<(u64, u32), bool>,
    pulls: HashMap<(u64, u32), String>,
    deployments: HashSet<u64>,
    departed: HashSet<String>,
    last: i64,
}

impl Checker {
    fn read(&mut self, events: &[(i64, Event)]) {
        for (at, event) in events {
            assert!(*at >= self.last, "{event:?} happens before its predecessor");
            self.last = *at;
            self.check(event);
        }
    }

    fn alive(&self, repo: u64) {
        assert!(self.repositories.contains_key(&repo), "{repo} is not created");
        assert!(!self.archived.contains(&repo), "{repo} is archived");
    }

    fn acts(&self, login: &str) {
        assert!(LOGINS.contains(&login) || BOTS.contains(&login), "{login} is nobody");
        assert!(!self.departed.contains(login), "{login} has left");
    }

    fn push(&mut self, repo: u64, branch: &str, head: &str, commits: &[NewCommit]) {
        for commit in commits {
            assert!(commit.oid.len() == 40 && commit.oid.chars().all(|c| c.is_ascii_hexdigit()));
            assert!(commit.parents.iter().all(|parent| self.commits.contains_key(parent)));
            assert!(commit.committed_at <= self.last);
            let first = self.commits.insert(commit.oid.clone(), commit.clone()).is_none();
            let on_develop_too = commit.message == "Initial commit";
            assert!(first || on_develop_too, "{commit:?} is pushed twice");
        }
        assert!(self.commits.contains_key(head));
        self.heads.insert((repo, branch.to_owned()), head.to_owned());
    }

    fn check(&mut self, event: &Event) {
        match event {
            Event::AccountDeleted { login } => assert!(self.departed.insert(login.clone())),
            Event::RepositoryCreated { repo, name, .. } => {
                assert!(self.repositories.insert(*repo, name.clone()).is_none());
            }
            Event::RepositoryMoved { repo, name, .. } => {
                self.alive(*repo);
                self.repositories.insert(*repo, name.clone());
            }
            Event::RepositoryArchived { repo, .. } => {
                self.alive(*repo);
                self.archived.insert(*repo);
            }
            Event::Push { repo, branch, head, commits } => {
                self.alive(*repo);
                self.push(*repo, branch, head, commits);
            }
            Event::FilesWritten { repo, .. } => {
                self.alive(*repo);
                let is_first = !self.heads.keys().any(|(known, _)| known == repo);
                assert!(is_first, "files come with the first commit");
            }
            Event::PullOpened { repo, number, author, base, head, .. } => {
                self.alive(*repo);
                let known = LOGINS.contains(&author.as_str()) || BOTS.contains(&author.as_str());
                assert!(known, "{author} is nobody");
                assert!(self.open.insert((*repo, *number), true).is_none(), "number twice");
                for branch in [base, head] {
                    let known = self.heads.contains_key(&(*repo, branch.clone()));
                    assert!(known, "{branch} does not exist");
                }
                self.pulls.insert((*repo, *number), base.clone());
            }
            Event::PullMerged { repo, number, merge_commit, by } => {
                self.acts(by);
                assert_eq!(self.open.insert((*repo, *number), false), Some(true));
                let base = &self.pulls[&(*repo, *number)];
                assert_eq!(&self.heads[&(*repo, base.clone())], merge_commit);
            }
            Event::PullClosed { repo, number } => {
                assert_eq!(self.open.insert((*repo, *number), false), Some(true));
            }
            Event::PullReviewed { repo, number, author, .. } => {
                self.acts(author);
                assert!(self.open.contains_key(&(*repo, *number)));
            }
            Event::IssueOpened { repo, number, author, .. } => {
                self.acts(author);
                self.alive(*repo);
                assert!(self.open.insert((*repo, *number), true).is_none(), "number twice");
            }
            Event::IssueClosed { repo, number, by, .. } => {
                self.acts(by);
                assert_eq!(self.open.insert((*repo, *number), false), Some(true));
            }
            Event::IssueReopened { repo, number } => {
                assert_eq!(self.open.insert((*repo, *number), true), Some(false));
            }
            Event::DeploymentCreated { id, sha, repo, .. } => {
                self.alive(*repo);
                assert!(self.commits.contains_key(sha));
                assert!(self.deployments.insert(*id));
            }
            Event::DeploymentStatus { id, .. } => assert!(self.deployments.contains(id)),
            Event::BranchDeleted { repo, branch } => {
                assert!(self.heads.remove(&(*repo, branch.clone())).is_some());
            }
            _ => {}
        }
    }
}

#[test]
fn a_seed_gives_one_history_and_another_seed_another() {
    assert!(log(60) == log(60));
    assert!(log(60) != organization(SEED + 1, NOW, 60).events);
}

#[test]
fn every_event_can_happen_where_it_stands() {
    for days in [1, 30, DAYS] {
        Checker::default().read(&log(days));
    }
}

#[test]
fn two_pull_requests_are_never_on_one_branch_at_a_time() {
    // In this history a bot opens the same update twice.
    Checker::default().read(&organization(4, 1_795_173_577, 210).events);
}

#[test]
fn history_ends_at_now_and_news_continue_it() {
    let mut organization = organization(SEED, NOW, DAYS);
    let mut checker = Checker::default();
    checker.read(&organization.events);
    for second in 1..900 {
        let news = organization.news.next(NOW + second);
        assert!(news.iter().all(|(at, _)| (NOW..=NOW + second).contains(at)));
        checker.read(&news);
    }
    // A laptop sleeps over the weekend.
    checker.read(&organization.news.next(NOW + 3 * DAY));
    assert!(organization.news.next(NOW).is_empty(), "time does not run backwards");
}

#[test]
fn an_hour_of_news_leaves_no_team_stuck() {
    let mut organization = organization(SEED, NOW, 60);
    let owners = owners(&organization);
    let mut deployed: BTreeMap<&String, i64> = BTreeMap::new();
    for second in 0..3_600 {
        for (at, event) in organization.news.next(NOW + second) {
            if let Event::DeploymentCreated { repo, .. } = event {
                deployed.extend(owners.get(&repo).map(|team| (team, at)));
            }
        }
    }
    assert_eq!(deployed.len(), 8);
    for (team, last) in deployed {
        assert!(last > NOW + 1_800, "{team} has not deployed for half an hour");
    }
}

/// Which team owns which repository.
fn owners(organization: &Organization) -> BTreeMap<u64, String> {
    let mut names = BTreeMap::new();
    for (_, event) in &organization.events {
        if let Event::RepositoryCreated { repo, name, .. }
        | Event::RepositoryMoved { repo, name, .. } = event
        {
            names.insert(*repo, format!("{OWNER}/{name}"));
        }
    }
    let owner = |name: &String| {
        let owns = |team: &&Team| {
            let patterns = team.repositories.iter();
            patterns
                .map(|glob| globset::Glob::new(glob).unwrap().compile_matcher())
                .any(|g| g.is_match(name))
        };
        organization.teams.iter().find(owns).map(|team| team.name.clone())
    };
    names.iter().filter_map(|(repo, name)| Some((*repo, owner(name)?))).collect()
}

#[test]
fn teams_own_what_their_globs_say_and_some_is_nobodys() {
    let organization = organization(SEED, NOW, DAYS);
    let owners = owners(&organization);
    assert_eq!(organization.teams.len(), 8);
    assert_eq!(owners.len(), 40 - 5, "all but status page, incidents, forks and sandbox");
    let shares: BTreeSet<&String> = owners.values().collect();
    assert_eq!(shares.len(), 8);
}

#[test]
fn volumes_are_those_of_a_middle_sized_company() {
    let log = log(DAYS);
    let count = |what: &dyn Fn(&Event) -> bool| log.iter().filter(|(_, event)| what(event)).count();
    let pulls = count(&|event| matches!(event, Event::PullOpened { .. }));
    let merged = count(&|event| matches!(event, Event::PullMerged { .. }));
    let repositories = count(&|event| matches!(event, Event::RepositoryCreated { .. }));
    let live = count(&|event| {
        matches!(event, Event::DeploymentCreated { environment, .. }
            if environment.starts_with("prod") && !environment.contains("canary"))
    });
    assert_eq!(repositories, 41);
    assert!((5_000..9_000).contains(&pulls), "{pulls} pull requests");
    assert!(merged * 10 > pulls * 8, "{merged} of {pulls} pull requests merged");
    assert!((3_500..6_500).contains(&live), "{live} production deployments");
    assert!(log.len() < 125_000, "{} events keep a start waiting", log.len());
}

#[test]
fn nothing_is_begun_in_idle_repositories() {
    let log = log(DAYS);
    let mut quiet = 0;
    for repo in (40_001..).take(40) {
        let last = log
            .iter()
            .rev()
            .find(|(_, event)| matches!(event, Event::PullOpened { repo: of, .. } if *of == repo));
        quiet += usize::from(last.is_some_and(|(at, _)| *at < NOW - 30 * DAY));
    }
    assert!(quiet >= 4, "{quiet} repositories are idle or archived");
}

#[test]
fn something_is_unresolved_at_any_hour() {
    for start in (0..7 * 24).step_by(27).map(|hour| NOW + hour * 3_600) {
        let mut organization = organization(SEED, start, 90);
        let news = organization.news.next(start + 3_600);
        let mut open = BTreeSet::new();
        for (_, event) in organization.events.iter().chain(&news) {
            match event {
                Event::IssueOpened { repo, number, labels, .. } if labels == &["incident"] => {
                    open.insert((*repo, *number));
                }
                Event::IssueClosed { repo, number, .. } => {
                    open.remove(&(*repo, *number));
                }
                _ => {}
            }
        }
        let owners = owners(&organization);
        open.retain(|(repo, _)| owners.contains_key(repo));
        assert!(!open.is_empty(), "nothing burns an hour after {start}");
    }
}

#[test]
fn infrastructure_is_planned_applied_and_merged_in_this_order() {
    let events = log(60);
    let mut seen: BTreeMap<(u64, u32), Vec<&str>> = BTreeMap::new();
    for (_, event) in &events {
        let (of, what) = match event {
            Event::Commented { repo, number, body, .. }
                if body.starts_with("Ran Plan for dir: `") =>
            {
                ((*repo, *number), "planned")
            }
            Event::Commented { repo, number, body, .. }
                if body.starts_with("Ran Apply for dir: `") =>
            {
                ((*repo, *number), "applied")
            }
            Event::PullMerged { repo, number, .. } => ((*repo, *number), "merged"),
            _ => continue,
        };
        seen.entry(of).or_default().push(what);
    }
    let whole = seen.values().filter(|what| what[..] == ["planned", "applied", "merged"]).count();
    assert!(whole > 20, "{whole} pull requests of infrastructure");
    assert!(!seen.values().any(|what| what.contains(&"applied") && !what.contains(&"merged")));
}

#[test]
fn workflows_are_called_by_tag_branch_and_sha_and_golden_paths_are_taken() {
    let events = log(60);
    let files = events.iter().filter_map(|(_, event)| match event {
        Event::FilesWritten { files, .. } => Some(files),
        _ => None,
    });
    let text: String = files.flatten().filter_map(|(_, text)| text.clone()).collect();
    for expected in [
        "build.yml@v3\n",
        "build.yml@main\n",
        "deploy.yml@5f1d3a0c9b7e42d68a4c1e0f9d2b6a7385c4e1f0\n",
        "slsa3.yml@v2.1.0\n",
        "template:default/backend-service\n",
        "template:default/web-frontend\n",
        "template:default/library\n",
        "owner: payments\n",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    assert!(!text.contains("name: status-page"), "nobody's stays nobody's");
}
