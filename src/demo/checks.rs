//! Continuous integration: what a repository's workflow says of each pull request and each merge.

use super::calendar::MINUTE;
use super::random::Random;
use super::world::{Action, World};
use github_sim::Event;
use github_sim::event::RunEvent;

/// The share of runs that fail although nothing is wrong, and pass when somebody runs them again.
const FLAKY: f64 = 0.05;
/// The share of runs that fail for a reason.
const BROKEN: f64 = 0.07;
/// The share of runs that somebody cancels.
const CANCELLED: f64 = 0.02;
/// The least time that a run takes, in minutes, and how much longer it takes from team to team.
const FASTEST: f64 = 4.0;
const LONGER_BY: f64 = 2.5;

impl World {
    /// Runs the workflow for a commit. What comes of it is told by the commit, so that the rest of
    /// the history is the same with and without it.
    pub(super) fn check(&mut self, r: usize, sha: &str, branch: &str, event: &str) {
        let plan = self.repositories[r].plan;
        let median = FASTEST + LONGER_BY * plan.team as f64;
        let mut random = Random::of_part(self.repositories[r].id, sha);
        let mut minutes = || (random.around(median, 0.3) * MINUTE as f64) as i64;
        let (first, second) = (minutes(), minutes());
        let (repo, id) = (self.repositories[r].id, self.next_run());
        self.emit(Event::Run(RunEvent::Started {
            repo,
            id,
            file: "ci.yml".to_owned(),
            name: "CI".to_owned(),
            event: event.to_owned(),
            branch: Some(branch.to_owned()),
            sha: sha.to_owned(),
            from_fork: false,
        }));
        let ended = self.at + first;
        let lot = random.unit();
        // Longer tests are flaky more often.
        let flaky = FLAKY * (1.0 + plan.team as f64 / 4.0);
        let conclusion = match lot {
            lot if lot < flaky + BROKEN => "failure",
            lot if lot < flaky + BROKEN + CANCELLED => "cancelled",
            _ => "success",
        };
        self.run(ended, RunEvent::Concluded { repo, id, conclusion: conclusion.to_owned() });
        if lot < flaky {
            let again = ended + random.between(5, 40) * MINUTE;
            self.run(again, RunEvent::Rerun { repo, id });
            let conclusion = "success".to_owned();
            self.run(again + second, RunEvent::Concluded { repo, id, conclusion });
        }
    }

    fn run(&mut self, at: i64, event: RunEvent) {
        self.schedule(at, Action::Emit(Event::Run(event)));
    }
}
