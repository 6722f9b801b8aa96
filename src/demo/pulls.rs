//! A pull request's way from its first commit to its merge.

use super::calendar::{DAY, HOUR, MINUTE};
use super::estate::{Flow, MergeStyle};
use super::git::{self, Landing};
use super::incidents::Ticket;
use super::people::{self, DEPENDABOT, REVIEW_BOT};
use super::profile::PROFILES;
use super::repository::{Change, DEVELOP, MAIN};
use super::world::{Action, Tempo, World};
use github_sim::Event;
use github_sim::event::{NewCommit, Verdict};

/// Every how many numbers a pull request's reviewer is of another team.
const GUEST_EVERY: u32 = 9;

/// How many seconds of work each phase takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) coding: i64,
    pub(super) pickup: i64,
    pub(super) review: i64,
}

/// What someone is working on.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) author: &'static str,
    pub(super) title: String,
    /// The first commit's message.
    pub(super) message: String,
    pub(super) body: String,
    pub(super) branch: String,
    pub(super) labels: Vec<String>,
    pub(super) base: &'static str,
    pub(super) tempo: Tempo,
    pub(super) pace: Pace,
    /// How long before its push the next commit was authored, in seconds.
    pub(super) written_before: i64,
    pub(super) commits_left: i64,
    /// The branch's own commits, oldest first.
    pub(super) commits: Vec<NewCommit>,
    /// The branch's head.
    pub(super) head: String,
    /// 0 until it is opened.
    pub(super) number: u32,
    pub(super) draft: bool,
    /// It will be closed without a merge.
    pub(super) abandoned: bool,
    /// It brings `develop` to the default branch.
    pub(super) promotes: bool,
    /// Its merge ends the hold that a failure put on releases.
    pub(super) repairs: bool,
    /// It is a revert that may be taken back later.
    pub(super) reverted: bool,
    /// Incidents that its deployment resolves.
    pub(super) tickets: Vec<Ticket>,
}

/// What comes next for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Code,
    Open,
    Ready,
    Review {
        again: bool,
    },
    /// The branch goes to production before the merge.
    Prove,
    /// The branch failed in production and is corrected.
    Mend,
    Merge,
}

impl World {
    /// Does one step of work, and schedules the next.
    pub(super) fn work(&mut self, r: usize, work: Box<Work>, step: Step) {
        if self.repositories[r].archived {
            return;
        }
        match step {
            Step::Code if work.promotes => self.open(r, work),
            Step::Code => self.code(r, work),
            Step::Open => self.open(r, work),
            Step::Ready => {
                let (repo, number) = (self.repositories[r].id, work.number);
                self.emit(Event::PullReadiness { repo, number, ready: true });
                self.await_review(r, work);
            }
            Step::Review { again } => self.review(r, work, again),
            Step::Prove => self.prove(r, work),
            Step::Mend => self.mend(r, work),
            Step::Merge => self.merge(r, *work),
        }
    }

    fn next(&mut self, r: usize, seconds: i64, work: Box<Work>, step: Step) {
        let at = self.after(r, work.tempo, seconds);
        self.schedule(at, Action::Work(r, work, step));
    }

    fn code(&mut self, r: usize, mut work: Box<Work>) {
        let part = work.pace.coding / (work.commits_left + work.commits.len() as i64).max(1);
        let message = match work.commits.len() {
            0 => work.message.clone(),
            nth => format!("{}: part {}", work.title, nth + 1),
        };
        self.commit_on_branch(r, &mut work, message);
        work.commits_left -= 1;
        let stale = work.tempo == Tempo::Office && work.pace.coding > 12 * HOUR;
        if stale && self.repositories[r].random.chance(0.08) {
            self.update_branch(r, &mut work);
        }
        let step = if work.commits_left > 0 { Step::Code } else { Step::Open };
        self.next(r, part, work, step);
    }

    fn commit_on_branch(&mut self, r: usize, work: &mut Work, message: String) {
        let progress = self.progress();
        let written = self.at - work.written_before;
        let repository = &mut self.repositories[r];
        if work.commits.is_empty() {
            work.branch = repository.take_branch(std::mem::take(&mut work.branch));
            work.head = match work.base {
                MAIN => repository.head_at(written),
                base => repository.head(base),
            };
        }
        // Now and then a laptop's clock is days ahead.
        let skew = if repository.random.chance(0.003) { 2 * DAY } else { 0 };
        let author = people::commit_author(work.author, progress);
        let parents = vec![std::mem::take(&mut work.head)];
        let commit =
            git::commit(repository.id, parents, (written + skew, written), author, message);
        self.push_on_branch(r, work, commit);
        work.written_before -= work.written_before / (work.commits_left + 1).max(1);
    }

    fn push_on_branch(&mut self, r: usize, work: &mut Work, commit: NewCommit) {
        work.head.clone_from(&commit.oid);
        work.commits.push(commit.clone());
        let head = commit.oid.clone();
        self.push_commits(r, work.branch.clone(), head, vec![commit]);
    }

    fn push_commits(&mut self, r: usize, branch: String, head: String, commits: Vec<NewCommit>) {
        let repo = self.repositories[r].id;
        self.emit(Event::Push { repo, branch, head, commits });
    }

    /// Merges the base into the branch, unless the branch has it all.
    fn update_branch(&mut self, r: usize, work: &mut Work) {
        let repository = &self.repositories[r];
        let base = repository.head(work.base);
        let known = work.commits.iter().any(|commit| commit.parents.contains(&base));
        if known {
            return;
        }
        let message = format!("Merge branch '{}' into {}", work.base, work.branch);
        let author = people::commit_author(work.author, self.progress());
        let parents = vec![work.head.clone(), base];
        let commit = git::commit(repository.id, parents, (self.at, self.at), author, message);
        self.push_on_branch(r, work, commit);
    }

    fn open(&mut self, r: usize, mut work: Box<Work>) {
        let repository = &mut self.repositories[r];
        work.number = repository.next_number();
        let (repo, number) = (repository.id, work.number);
        let linted = work.author != DEPENDABOT && repository.random.chance(0.3);
        self.emit(Event::PullOpened {
            repo,
            number,
            author: work.author.to_owned(),
            title: work.title.clone(),
            body: work.body.clone(),
            base: work.base.to_owned(),
            head: work.branch.clone(),
            draft: work.draft,
            labels: work.labels.clone(),
        });
        if linted {
            let author = REVIEW_BOT.to_owned();
            let comment = Event::PullReviewed { repo, number, author, verdict: Verdict::Commented };
            self.schedule(self.after(r, work.tempo, MINUTE), Action::Emit(comment));
        }
        self.check(r, &work.head, &work.branch, "pull_request");
        if self.repositories[r].plan.previews {
            self.preview(r, &work);
        }
        self.plan_infrastructure(r, &work);
        if work.draft {
            let still_coding = work.pace.coding / 3;
            self.next(r, still_coding, work, Step::Ready);
        } else {
            self.await_review(r, work);
        }
    }

    fn await_review(&mut self, r: usize, work: Box<Work>) {
        let unreviewed = self.profile(r).unreviewed;
        let pickup = work.pace.pickup;
        if self.repositories[r].random.chance(unreviewed) {
            let step = self.after_approval(r);
            self.next(r, pickup, work, step);
        } else {
            self.next(r, pickup, work, Step::Review { again: false });
        }
    }

    fn review(&mut self, r: usize, mut work: Box<Work>, again: bool) {
        let people = people::present(self.profile(r).members, self.progress());
        let repository = &mut self.repositories[r];
        let colleague = people::someone_else(&people, work.author, &mut repository.random);
        let verdict = match repository.random.unit() {
            _ if again => Verdict::Approved,
            lot if lot < 0.18 => Verdict::ChangesRequested,
            lot if lot < 0.3 => Verdict::Commented,
            _ => Verdict::Approved,
        };
        let (repo, number) = (repository.id, work.number);
        let author = self.guest(r, number).unwrap_or(colleague).to_owned();
        self.emit(Event::PullReviewed { repo, number, author, verdict });
        let half = work.pace.review / 2;
        if verdict == Verdict::Approved {
            let step = self.after_approval(r);
            return self.next(r, half, work, step);
        }
        if verdict == Verdict::ChangesRequested && !work.promotes && work.author != DEPENDABOT {
            work.written_before = 0;
            self.commit_on_branch(r, &mut work, "Address review comments".to_owned());
        }
        self.next(r, half, work, Step::Review { again: true });
    }

    /// Of some pull requests somebody of the next team reviews, who uses what is changed.
    fn guest(&self, r: usize, number: u32) -> Option<&'static str> {
        let next = &PROFILES[(self.repositories[r].plan.team + 1) % PROFILES.len()];
        let people = people::present(next.members, self.progress());
        let turn = (number / GUEST_EVERY) as usize % people.len().max(1);
        people.get(turn).copied().filter(|_| number.is_multiple_of(GUEST_EVERY))
    }

    fn after_approval(&self, r: usize) -> Step {
        match self.repositories[r].plan.flow {
            Flow::DeployBranch => Step::Prove,
            _ => Step::Merge,
        }
    }

    /// Deploys the branch, once no other one is being proved.
    fn prove(&mut self, r: usize, mut work: Box<Work>) {
        if work.abandoned {
            return self.merge(r, *work);
        }
        if self.repositories[r].held {
            return self.next(r, HOUR / 3, work, Step::Prove);
        }
        self.repositories[r].held = true;
        self.update_branch(r, &mut work);
        self.deploy_branch(r, work);
    }

    fn mend(&mut self, r: usize, mut work: Box<Work>) {
        self.repositories[r].held = false;
        work.written_before = 0;
        self.commit_on_branch(r, &mut work, "Correct what production showed".to_owned());
        self.next(r, MINUTE, work, Step::Prove);
    }

    fn merge(&mut self, r: usize, mut work: Work) {
        let (repo, number) = (self.repositories[r].id, work.number);
        if work.abandoned {
            self.emit(Event::PullClosed { repo, number });
            return self.delete_branch(r, work.branch);
        }
        self.apply_infrastructure(r, &work);
        let people = people::present(self.profile(r).members, self.progress());
        let by = self.repositories[r].random.pick(&people).to_owned();
        if work.promotes {
            work.head = self.repositories[r].head(DEVELOP);
        }
        let repository = &self.repositories[r];
        let promoted_style = repository.plan.flow == Flow::ReleaseBranch && work.base == MAIN;
        let commits = git::land(&Landing {
            repo,
            style: if promoted_style { MergeStyle::Merge } else { repository.plan.style },
            base: &repository.head(work.base),
            head: &work.head,
            commits: &work.commits,
            at: self.at,
            by: Some(by.clone()),
            number,
            title: &work.title,
            branch: &work.branch,
        });
        let merge_commit = commits.last().map(|last| last.oid.clone()).unwrap_or_default();
        self.push(r, work.base, commits);
        self.emit(Event::PullMerged { repo, number, merge_commit: merge_commit.clone(), by });
        if !work.promotes {
            self.delete_branch(r, work.branch.clone());
        }
        if promoted_style && !work.promotes {
            self.merge_back(r);
        }
        self.merged(r, work, merge_commit);
    }

    fn delete_branch(&mut self, r: usize, branch: String) {
        let repository = &mut self.repositories[r];
        repository.free_branch(&branch);
        let repo = repository.id;
        self.emit(Event::BranchDeleted { repo, branch });
    }

    /// Brings a repair of the default branch to `develop`.
    fn merge_back(&mut self, r: usize) {
        let repository = &self.repositories[r];
        let parents = vec![repository.head(DEVELOP), repository.head(MAIN)];
        let message = "Merge branch 'main' into develop".to_owned();
        let author = people::commit_author(self.profile(r).members[0], self.progress());
        let commit = git::commit(repository.id, parents, (self.at, self.at), author, message);
        self.push(r, DEVELOP, vec![commit]);
    }

    fn merged(&mut self, r: usize, work: Work, commit: String) {
        let Work { number, title, branch, tempo, tickets, .. } = work;
        let change = Change { number: Some(number), title, branch, commit };
        for mut ticket in tickets {
            ticket.fix = Some(number);
            self.repositories[r].mending.push(ticket);
        }
        if work.reverted && self.repositories[r].random.chance(0.5) {
            let days = self.repositories[r].random.between(1, 6);
            let mut again = self.revert(r, &change, None);
            again.tempo = Tempo::Office;
            again.base =
                if self.repositories[r].plan.flow == Flow::ReleaseBranch { DEVELOP } else { MAIN };
            let begin = self.at + days * DAY;
            self.schedule(begin, Action::Work(r, Box::new(again), Step::Code));
        }
        if work.promotes {
            self.promoted(r, tempo);
        } else if work.base == DEVELOP {
            self.repositories[r].waiting.push(change);
            self.plan_release(r);
        } else {
            self.landed(r, change, tempo, work.repairs);
        }
    }
}
