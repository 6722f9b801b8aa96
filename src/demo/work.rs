//! What people set out to do: features, updates, repairs, reverts, promotions.

use super::calendar::{DAY, HOUR, MINUTE};
use super::estate::Flow;
use super::git;
use super::incidents::Ticket;
use super::people::{self, DEPENDABOT};
use super::pulls::{Pace, Step, Work};
use super::repository::{Change, DEVELOP, MAIN};
use super::words;
use super::world::{OWNER, Tempo, World};

/// The share of pull requests that bots open.
const UPDATES: f64 = 0.1;
/// The share of pull requests that are closed without a merge.
const ABANDONED: f64 = 0.05;

impl World {
    /// Someone begins what is next: a feature, an update by a bot, or a direct push.
    pub(super) fn begin_something(&mut self, r: usize) {
        if self.repositories[r].archived {
            return;
        }
        let random = &mut self.repositories[r].random;
        if random.chance(UPDATES) {
            let work = self.update(r);
            return self.work(r, Box::new(work), Step::Code);
        }
        let direct = self.repositories[r].plan.direct;
        if self.repositories[r].random.chance(direct) {
            let title = words::feature(&mut self.repositories[r].random);
            return self.push_directly(r, &title, &title);
        }
        let work = self.feature(r, Tempo::Office);
        self.work(r, Box::new(work), Step::Code);
    }

    /// Ordinary work by one of the team.
    pub(super) fn feature(&mut self, r: usize, tempo: Tempo) -> Work {
        let profile = self.profile(r);
        let random = &mut self.repositories[r].random;
        let title = words::feature(random);
        let commits_left = random.between(1, profile.most_commits);
        let draft = random.chance(0.2);
        let abandoned = tempo == Tempo::Office && random.chance(ABANDONED);
        let mut work = self.blank(r, title, tempo);
        work.commits_left = commits_left;
        work.draft = draft;
        work.abandoned = abandoned;
        work
    }

    /// A dependency update by a bot: one commit, merged when someone finds the time.
    fn update(&mut self, r: usize) -> Work {
        let (title, branch) = words::update(&mut self.repositories[r].random);
        let mut work = self.blank(r, title, Tempo::Office);
        work.author = DEPENDABOT;
        work.branch = branch;
        work.labels = vec!["dependencies".to_owned()];
        work.pace.coding = MINUTE;
        work.abandoned = self.repositories[r].random.chance(0.15);
        work
    }

    /// A repair of what a deployment broke. `marked`: it calls itself a hotfix.
    pub(super) fn repair(&mut self, r: usize, marked: bool, ticket: Option<Ticket>) -> Work {
        let title = words::repair(&mut self.repositories[r].random);
        let mut work = self.blank(r, title, Tempo::Urgent);
        work.repairs = true;
        work.base = MAIN;
        work.tickets.extend(ticket);
        if marked {
            match self.repositories[r].random.below(3) {
                0 => work.labels.push("hotfix".to_owned()),
                1 => work.branch = format!("hotfix/{}", words::slug(&work.title)),
                _ => work.title = format!("Hotfix: {}", work.title),
            }
        }
        work
    }

    /// A pull request that undoes a merged one, as GitHub's button makes it. Reverting a revert
    /// is a reapply.
    pub(super) fn revert(&mut self, r: usize, change: &Change, ticket: Option<Ticket>) -> Work {
        let undone = change.title.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"'));
        let title = undone.map_or_else(
            || format!("Revert \"{}\"", change.title),
            |original| format!("Reapply \"{original}\""),
        );
        let mut work = self.blank(r, title, Tempo::Urgent);
        work.repairs = undone.is_none();
        work.reverted = undone.is_none();
        work.base = MAIN;
        work.message = format!("{}\n\nThis reverts commit {}.", work.title, change.commit);
        if let Some(number) = change.number {
            work.branch = format!("revert-{number}-{}", change.branch);
            work.body = format!("Reverts {OWNER}/{}#{number}", self.repositories[r].name);
        }
        work.tickets.extend(ticket);
        work
    }

    /// The pull request that brings `develop` to the default branch.
    pub(super) fn promotion(&mut self, r: usize) -> Work {
        let train = self.at.div_euclid(DAY);
        let mut work = self.blank(r, format!("Release train {train}"), Tempo::Office);
        work.branch = DEVELOP.to_owned();
        work.base = MAIN;
        work.promotes = true;
        work.head = self.repositories[r].head(DEVELOP);
        work.body = "Everything that is ready on `develop`.".to_owned();
        work.pace = Pace { coding: MINUTE, pickup: HOUR, review: HOUR };
        work
    }

    /// A commit on the default branch that no pull request brought.
    pub(super) fn push_directly(&mut self, r: usize, title: &str, message: &str) {
        let people = people::present(self.profile(r).members, self.progress());
        let repository = &mut self.repositories[r];
        let author = people::commit_author(repository.random.pick(&people), 0.0);
        let written = self.at - repository.random.between(10 * MINUTE, 6 * HOUR);
        let parents = vec![repository.head(MAIN)];
        let times = (written, self.at);
        let commit = git::commit(repository.id, parents, times, author, message.to_owned());
        let change = Change {
            number: None,
            title: title.to_owned(),
            branch: MAIN.to_owned(),
            commit: commit.oid.clone(),
        };
        self.push(r, MAIN, vec![commit]);
        self.landed(r, change, Tempo::Office, false);
    }

    /// Work of one commit at the team's pace, by one of its people.
    fn blank(&mut self, r: usize, title: String, tempo: Tempo) -> Work {
        let profile = self.profile(r);
        let people = people::present(profile.members, self.progress());
        let author = self.repositories[r].random.pick(&people);
        let pace = Pace {
            coding: self.hours(r, profile.coding_hours),
            pickup: self.hours(r, profile.pickup_hours),
            review: self.hours(r, profile.review_hours),
        };
        let repository = &mut self.repositories[r];
        let slug = words::slug(&title);
        let branch = match repository.random.below(4) {
            0 | 1 => format!("{author}/{slug}-{}", repository.random.below(10_000)),
            2 => format!("feature/{slug}-{}", repository.random.below(10_000)),
            _ => format!("fix/{}-{slug}", repository.random.below(10_000)),
        };
        let base = if repository.plan.flow == Flow::ReleaseBranch { DEVELOP } else { MAIN };
        let body = format!("{title}, as discussed with the team.");
        Work {
            author,
            message: title.clone(),
            title,
            body,
            branch,
            labels: Vec::new(),
            base,
            tempo,
            pace,
            written_before: 0,
            commits_left: 1,
            commits: Vec::new(),
            head: String::new(),
            number: 0,
            draft: false,
            abandoned: false,
            promotes: false,
            repairs: false,
            reverted: false,
            tickets: Vec::new(),
        }
    }
}
