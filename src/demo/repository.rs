//! A repository's state while the simulation runs, and its life from creation to archive.

use super::calendar::{DAY, HOUR};
use super::estate::{Flow, Plan, RENAMED_AT};
use super::files::files;
use super::git;
use super::incidents::{NEGLECTED, NEGLECTED_SINCE, Ticket};
use super::people::{BOTS, LEAVERS, LOGINS};
use super::random::Random;
use super::world::{Action, OWNER, World};
use github_sim::Event;
use github_sim::event::{NewCommit, RepoId};
use std::collections::HashSet;

/// The branch that is released.
pub(super) const MAIN: &str = "main";
/// The branch that a release-branch repository's pull requests go to.
pub(super) const DEVELOP: &str = "develop";

/// Something that was merged or pushed, and may be released, blamed and reverted.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The pull request; absent for a direct push.
    pub(super) number: Option<u32>,
    pub(super) title: String,
    pub(super) branch: String,
    /// Its commit on the base branch.
    pub(super) commit: String,
}

/// A repository as it is at the simulation's instant.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) plan: &'static Plan,
    pub(super) id: RepoId,
    pub(super) name: &'static str,
    pub(super) random: Random,
    /// The heads of the default branch since its beginning, with their instants.
    pub(super) trunk: Vec<(i64, String)>,
    /// The head of `develop`, where there is one.
    pub(super) develop: String,
    /// What is merged and not yet on its way to production.
    pub(super) waiting: Vec<Change>,
    /// What was deployed to production, the newest last.
    pub(super) live: Vec<String>,
    /// Whether a release is scheduled.
    pub(super) release_due: bool,
    /// Whether a failure keeps new releases from production.
    pub(super) held: bool,
    /// Incidents that the next deployment resolves.
    pub(super) mending: Vec<Ticket>,
    pub(super) archived: bool,
    /// The names of the branches that pull requests are on.
    branches: HashSet<String>,
    numbers: u32,
}

impl Repository {
    /// The repository of a plan, before its creation.
    pub(super) fn new(plan: &'static Plan, place: u64, seed: u64) -> Repository {
        Repository {
            plan,
            id: 40_001 + place,
            name: plan.former.unwrap_or(plan.name),
            random: Random::of_part(seed, plan.name),
            trunk: Vec::new(),
            develop: String::new(),
            waiting: Vec::new(),
            live: Vec::new(),
            release_due: false,
            held: false,
            mending: Vec::new(),
            archived: false,
            branches: HashSet::new(),
            numbers: 0,
        }
    }

    /// Takes a branch's name that no other branch has now.
    pub(super) fn take_branch(&mut self, name: String) -> String {
        let mut taken = name;
        while !self.branches.insert(taken.clone()) {
            taken.push_str("-2");
        }
        taken
    }

    /// Gives a deleted branch's name free.
    pub(super) fn free_branch(&mut self, name: &str) {
        self.branches.remove(name);
    }

    /// The next number, which issues and pull requests share.
    pub(super) fn next_number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    /// A branch's head; that of any other branch than `develop` is the default branch's.
    pub(super) fn head(&self, branch: &str) -> String {
        if branch == DEVELOP {
            return self.develop.clone();
        }
        self.trunk.last().map(|(_, head)| head.clone()).unwrap_or_default()
    }

    /// The head that the default branch had at an instant.
    pub(super) fn head_at(&self, at: i64) -> String {
        let known = self.trunk.iter().rev().find(|(since, _)| *since <= at);
        known.or(self.trunk.first()).map(|(_, head)| head.clone()).unwrap_or_default()
    }

    /// Whether its deployments are made from the default branch.
    pub(super) fn deploys_trunk(&self) -> bool {
        matches!(self.plan.flow, Flow::Trunk | Flow::ReleaseBranch)
    }

    /// Whether people work on it when the share `progress` of the history has passed.
    pub(super) fn is_active(&self, progress: f64) -> bool {
        let plan = self.plan;
        !self.archived && plan.weight > 0.0 && plan.created <= progress && progress < plan.idle
    }
}

impl World {
    /// The organisation, its accounts, and the plans of its repositories' lives.
    pub(super) fn found(&mut self) {
        self.emit(Event::Organization { login: OWNER.to_owned() });
        for login in LOGINS {
            self.emit(Event::Account { login: login.to_owned(), bot: false });
        }
        for login in BOTS {
            self.emit(Event::Account { login: login.to_owned(), bot: true });
        }
        for (login, progress) in LEAVERS {
            let gone = Event::AccountDeleted { login: login.to_owned() };
            self.schedule(self.instant(progress), Action::Emit(gone));
        }
        for r in 0..self.repositories.len() {
            let plan = self.repositories[r].plan;
            // Minutes apart, so that lists ordered by time have one order.
            let created = self.instant(plan.created) + 60 * (r as i64 + 1);
            self.schedule(created, Action::Create(r));
            if plan.former.is_some() {
                self.schedule(self.instant(RENAMED_AT), Action::Rename(r));
            }
            if plan.name == NEGLECTED {
                self.schedule(self.instant(1.0) - NEGLECTED_SINCE, Action::Neglect(r));
            }
            if let Some(archived) = plan.archived {
                self.schedule(self.instant(archived), Action::Archive(r));
            }
        }
    }

    /// Creates a repository with its first commit, and has it deployed within the hour.
    pub(super) fn create(&mut self, r: usize) {
        let plan = self.repositories[r].plan;
        let (id, name) = (self.repositories[r].id, self.repositories[r].name);
        let team = self.profile(r).team;
        self.emit(Event::RepositoryCreated {
            repo: id,
            owner: OWNER.to_owned(),
            name: name.to_owned(),
            default_branch: MAIN.to_owned(),
            fork: plan.fork,
            topics: if name.starts_with(team) { vec![format!("team-{team}")] } else { Vec::new() },
        });
        if plan.flow == Flow::Empty {
            return;
        }
        let author = Some(self.profile(r).members[0].to_owned());
        let message = "Initial commit".to_owned();
        let first = git::commit(id, Vec::new(), (self.at, self.at), author, message);
        let files = files(plan, r, self.profile(r));
        self.emit(Event::FilesWritten { repo: id, files });
        if plan.flow == Flow::ReleaseBranch {
            self.push(r, DEVELOP, vec![first.clone()]);
        }
        self.push(r, MAIN, vec![first]);
        if !matches!(plan.flow, Flow::Library | Flow::Infrastructure | Flow::Still) {
            self.schedule(self.at + HOUR, Action::Deploy(r, self.first_rollout(r)));
        }
        self.schedule(self.tomorrow(), Action::Day(r));
    }

    /// Pushes commits to `main` or `develop`, the last of which becomes the head.
    pub(super) fn push(&mut self, r: usize, branch: &str, commits: Vec<NewCommit>) {
        let Some(head) = commits.last().map(|commit| commit.oid.clone()) else { return };
        let (at, repository) = (self.at, &mut self.repositories[r]);
        if branch == DEVELOP {
            repository.develop.clone_from(&head);
        } else if branch == MAIN {
            repository.trunk.push((at, head.clone()));
        }
        let repo = repository.id;
        self.emit(Event::Push { repo, branch: branch.to_owned(), head: head.clone(), commits });
        if branch == MAIN {
            self.check(r, &head, branch, "push");
        }
    }

    /// A day begins: decides what is begun in it, and which incidents come from outside.
    pub(super) fn day(&mut self, r: usize) {
        self.schedule(self.tomorrow(), Action::Day(r));
        self.outside_incidents(r);
        let progress = self.progress();
        if !self.repositories[r].is_active(progress) {
            return;
        }
        let profile = self.profile(r);
        let noon = self.at + DAY / 2;
        let share = if profile.calendar.is_workday(noon) { 1.0 } else { profile.weekend };
        let repository = &mut self.repositories[r];
        let mean = profile.changes_per_day * repository.plan.weight * share;
        let moments: Vec<i64> = (0..repository.random.count(mean))
            .map(|_| profile.calendar.moment(noon, &mut repository.random))
            .collect();
        for moment in moments {
            self.schedule(moment, Action::Begin(r));
        }
    }

    /// Gives a repository its later name.
    pub(super) fn rename(&mut self, r: usize) {
        let repository = &mut self.repositories[r];
        repository.name = repository.plan.name;
        let (repo, name) = (repository.id, repository.name.to_owned());
        self.emit(Event::RepositoryMoved { repo, owner: OWNER.to_owned(), name });
    }

    /// Archives a repository: nothing moves in it any more.
    pub(super) fn archive(&mut self, r: usize) {
        self.repositories[r].archived = true;
        let repo = self.repositories[r].id;
        self.emit(Event::RepositoryArchived { repo, archived: true });
    }
}
