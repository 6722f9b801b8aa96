//! From a merge to production: releases, trains, promotions, failed and repeated deployments.

use super::calendar::{HOUR, MINUTE};
use super::estate::Flow;
use super::pulls::{Step, Work};
use super::repository::{Change, MAIN};
use super::world::{Action, Tempo, World};
use github_sim::Event;

/// How long a release is built before it is deployed.
const BUILD: i64 = 4 * MINUTE;

/// A version on its way to production.
#[derive(Debug)]
pub(super) struct Rollout {
    pub(super) sha: String,
    /// The branch that it was built from.
    pub(super) branch: String,
    /// What it ships.
    pub(super) changes: Vec<Change>,
    pub(super) tempo: Tempo,
    /// It brings back an older version.
    pub(super) back: bool,
    /// The pull request whose branch it is, where that is deployed before the merge.
    pub(super) work: Option<Box<Work>>,
    /// For another attempt: how many versions had been live at the first one.
    pub(super) repeats: Option<usize>,
}

/// How a deployment ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success,
    /// Fails, and its own next status is a success.
    SuccessAtLast,
    /// Fails, and is deployed again.
    Repeated,
    /// Fails, and is given up.
    Aborted,
}

impl World {
    /// A change is on the default branch: it waits for a release, or causes one.
    pub(super) fn landed(&mut self, r: usize, change: Change, tempo: Tempo, repairs: bool) {
        let repository = &mut self.repositories[r];
        if repository.plan.flow == Flow::DeployBranch {
            repository.held = false;
        }
        if !repository.deploys_trunk() {
            return;
        }
        if repairs {
            repository.held = false;
        }
        if repository.plan.flow == Flow::ReleaseBranch {
            let rollout = self.rollout(r, vec![change], tempo);
            let at = self.after(r, tempo, BUILD);
            return self.schedule(at, Action::Deploy(r, rollout));
        }
        repository.waiting.push(change);
        if repairs || tempo == Tempo::Live {
            self.schedule(self.after(r, tempo, BUILD), Action::Release(r, tempo));
        } else {
            self.plan_release(r);
        }
    }

    /// Schedules the next release, unless one is due already.
    pub(super) fn plan_release(&mut self, r: usize) {
        if self.repositories[r].release_due {
            return;
        }
        self.repositories[r].release_due = true;
        let profile = self.profile(r);
        let hours = profile.release_hours * self.strain(r);
        let at = if hours < 24.0 {
            let seconds = self.hours(r, profile.release_hours);
            profile.calendar.work_after(self.at, seconds)
        } else {
            let late = self.repositories[r].random.between(0, 2 * HOUR);
            profile.calendar.next_train(self.at, (hours / 24.0) as i64) + late
        };
        self.schedule(at, Action::Release(r, Tempo::Office));
    }

    /// Releases what waits.
    pub(super) fn release(&mut self, r: usize, tempo: Tempo) {
        let repository = &mut self.repositories[r];
        if tempo == Tempo::Office {
            repository.release_due = false;
        }
        if repository.held || repository.archived || repository.waiting.is_empty() {
            return;
        }
        if repository.plan.flow == Flow::ReleaseBranch {
            let work = self.promotion(r);
            return self.work(r, Box::new(work), Step::Code);
        }
        let changes = std::mem::take(&mut repository.waiting);
        let rollout = self.rollout(r, changes, tempo);
        self.go_live(r, rollout);
    }

    /// `develop` was merged into the default branch.
    pub(super) fn promoted(&mut self, r: usize, tempo: Tempo) {
        let changes = std::mem::take(&mut self.repositories[r].waiting);
        let rollout = self.rollout(r, changes, tempo);
        self.go_live(r, rollout);
    }

    /// A repository's first deployment, of whatever is on its default branch.
    pub(super) fn first_rollout(&self, r: usize) -> Box<Rollout> {
        self.rollout(r, Vec::new(), Tempo::Office)
    }

    fn rollout(&self, r: usize, changes: Vec<Change>, tempo: Tempo) -> Box<Rollout> {
        let (sha, branch) = (self.repositories[r].head(MAIN), MAIN.to_owned());
        Box::new(Rollout { sha, branch, changes, tempo, back: false, work: None, repeats: None })
    }

    /// Deploys to the stages before production, then to production.
    fn go_live(&mut self, r: usize, rollout: Box<Rollout>) {
        let plan = self.repositories[r].plan;
        if plan.staging {
            self.deploy_aside(r, "staging", &rollout.sha, &rollout.branch, rollout.tempo);
        }
        if plan.canary {
            self.deploy_aside(r, "production-canary", &rollout.sha, &rollout.branch, rollout.tempo);
        }
        // Builds run at night too.
        let build = if rollout.tempo == Tempo::Live { 2 } else { BUILD };
        self.schedule(self.at + build, Action::Deploy(r, rollout));
    }

    /// Deploys a pull request's branch to production, to merge it if that goes well.
    pub(super) fn deploy_branch(&mut self, r: usize, work: Box<Work>) {
        let change = Change {
            number: Some(work.number),
            title: work.title.clone(),
            branch: work.branch.clone(),
            commit: work.head.clone(),
        };
        let mut rollout = self.rollout(r, vec![change], work.tempo);
        rollout.sha.clone_from(&work.head);
        rollout.branch.clone_from(&work.branch);
        rollout.work = Some(work);
        self.deploy(r, rollout);
    }

    /// A pull request's own environment.
    pub(super) fn preview(&mut self, r: usize, work: &Work) {
        let environment = format!("preview/pr-{}", work.number);
        self.deploy_aside(r, &environment, &work.head, &work.branch, work.tempo);
    }

    /// Deploys to production.
    pub(super) fn deploy(&mut self, r: usize, mut rollout: Box<Rollout>) {
        let repository = &mut self.repositories[r];
        if repository.archived {
            return;
        }
        let overtaken = rollout.repeats.is_some_and(|live| live != repository.live.len());
        let withheld = repository.held && !rollout.back && rollout.work.is_none();
        if overtaken || withheld {
            // The repair's release takes these changes along.
            if withheld {
                repository.waiting.splice(0..0, rollout.changes).for_each(drop);
            }
            return;
        }
        let outcome = self.outcome(r, &rollout);
        let started = self.at;
        let took = self.duration(r, rollout.tempo);
        let mut last = started + took;
        for environment in self.repositories[r].plan.production {
            let id = self.create_deployment(r, environment, &rollout.sha, &rollout.branch);
            last = started + took + self.duration(r, rollout.tempo) / 3;
            self.status(id, started + took / 4, "IN_PROGRESS");
            if outcome == Outcome::Success {
                self.status(id, last, "SUCCESS");
                continue;
            }
            let failed = if id.is_multiple_of(3) { "ERROR" } else { "FAILURE" };
            self.status(id, last, failed);
            if outcome == Outcome::SuccessAtLast {
                self.status(id, last + took, "SUCCESS");
            }
        }
        match outcome {
            Outcome::Success => self.schedule(last, Action::Finish(r, rollout)),
            Outcome::SuccessAtLast => self.schedule(last + took, Action::Finish(r, rollout)),
            Outcome::Repeated => {
                rollout.repeats = Some(self.repositories[r].live.len());
                self.schedule(last + 2 * took, Action::Deploy(r, rollout));
            }
            Outcome::Aborted => {
                self.repositories[r].waiting.splice(0..0, rollout.changes).for_each(drop)
            }
        }
    }

    fn outcome(&mut self, r: usize, rollout: &Rollout) -> Outcome {
        let trouble = 0.02 + self.profile(r).failure * 0.3;
        let repository = &mut self.repositories[r];
        // The first deployment must succeed, and nothing fails for ever.
        let calm = rollout.back || rollout.repeats.is_some() || repository.live.is_empty();
        if calm || rollout.tempo == Tempo::Live || !repository.random.chance(trouble) {
            return Outcome::Success;
        }
        match repository.random.below(4) {
            0 => Outcome::SuccessAtLast,
            1 if rollout.work.is_none() && repository.plan.flow == Flow::Trunk => Outcome::Aborted,
            2 if rollout.work.is_none() && repository.plan.flow == Flow::Trunk => Outcome::Aborted,
            _ => Outcome::Repeated,
        }
    }

    /// A deployment has succeeded everywhere.
    pub(super) fn finish(&mut self, r: usize, mut rollout: Box<Rollout>) {
        let repository = &mut self.repositories[r];
        repository.live.push(rollout.sha.clone());
        let mended = std::mem::take(&mut repository.mending);
        for ticket in mended {
            self.resolve_after(r, rollout.tempo, 8 * MINUTE, ticket);
        }
        if rollout.back {
            return;
        }
        let fails = match rollout.tempo {
            Tempo::Live if std::mem::take(&mut self.failure_is_due) => 1.0,
            Tempo::Live => 0.12,
            // A repair is small and watched: were it as risky as the rest, failures would chain.
            Tempo::Urgent => 0.0,
            Tempo::Office if rollout.changes.is_empty() => 0.0,
            Tempo::Office => self.profile(r).failure * self.strain(r),
        };
        let failed = self.repositories[r].random.chance(fails);
        if let Some(work) = rollout.work.take() {
            return self.proved(r, work, *rollout, failed);
        }
        if failed {
            let noticed = self.detection(r);
            self.schedule(self.after(r, urgent(rollout.tempo), noticed), Action::Fail(r, rollout));
        }
    }

    /// A branch is live: it is merged, or taken out and corrected first.
    fn proved(&mut self, r: usize, work: Box<Work>, mut rollout: Rollout, failed: bool) {
        if !failed {
            let watched = self.after(r, Tempo::Urgent, 12 * MINUTE);
            return self.schedule(watched, Action::Work(r, work, Step::Merge));
        }
        rollout.sha = self.repositories[r].head(MAIN);
        rollout.branch = MAIN.to_owned();
        rollout.back = true;
        let noticed = self.detection(r);
        self.branch_incident(r);
        self.schedule(self.at + noticed, Action::Deploy(r, Box::new(rollout)));
        let again = self.at + noticed + HOUR;
        self.schedule(again, Action::Work(r, work, Step::Mend));
    }

    /// Creates a deployment that no user sees.
    fn deploy_aside(&mut self, r: usize, environment: &str, sha: &str, branch: &str, tempo: Tempo) {
        let id = self.create_deployment(r, environment, sha, branch);
        let took = if tempo == Tempo::Live { 1 } else { MINUTE };
        self.status(id, self.at + took, "IN_PROGRESS");
        self.status(id, self.at + 2 * took, "SUCCESS");
    }

    fn create_deployment(&mut self, r: usize, environment: &str, sha: &str, branch: &str) -> u64 {
        let id = self.next_deployment();
        self.emit(Event::DeploymentCreated {
            repo: self.repositories[r].id,
            id,
            sha: sha.to_owned(),
            branch: Some(branch.to_owned()),
            environment: environment.to_owned(),
            task: "deploy".to_owned(),
            payload: "{}".to_owned(),
        });
        id
    }

    fn status(&mut self, id: u64, at: i64, state: &str) {
        let status = Event::DeploymentStatus { id, state: state.to_owned(), environment: None };
        self.schedule(at, Action::Emit(status));
    }

    fn duration(&mut self, r: usize, tempo: Tempo) -> i64 {
        let random = &mut self.repositories[r].random;
        if tempo == Tempo::Live { random.between(3, 5) } else { random.between(90, 420) }
    }
}

/// The tempo of what follows a failure.
pub(super) fn urgent(tempo: Tempo) -> Tempo {
    if tempo == Tempo::Live { Tempo::Live } else { Tempo::Urgent }
}
