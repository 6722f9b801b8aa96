//! Atlantis, which plans a pull request of infrastructure when it is opened and applies it before it is
//! merged.

use super::calendar::MINUTE;
use super::estate::Flow;
use super::people::ATLANTIS;
use super::pulls::Work;
use super::world::{Action, World};
use github_sim::Event;

/// The status that it gives a commit whose plans are applied.
const STATUS: &str = "atlantis/apply";
/// What pull requests change.
const FOLDERS: [&str; 4] = ["network", "databases", "queues", "clusters/main"];

impl World {
    /// Comments on a new pull request with what would change.
    pub(super) fn plan_infrastructure(&mut self, r: usize, work: &Work) {
        if self.repositories[r].plan.flow != Flow::Infrastructure {
            return;
        }
        let folder = folder(work.number);
        let body = format!(
            "Ran Plan for dir: `{folder}` workspace: `default`\n\n```diff\nTerraform will perform the \
             following actions:\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n```\n\n* :arrow_forward: \
             To **apply** this plan, comment:\n    * `atlantis apply -d {folder}`\n"
        );
        let (repo, number, author) = (self.repositories[r].id, work.number, ATLANTIS.to_owned());
        let planned = Event::Commented { repo, number, author, body };
        self.schedule(self.after(r, work.tempo, MINUTE), Action::Emit(planned));
    }

    /// Applies a pull request that is about to be merged.
    pub(super) fn apply_infrastructure(&mut self, r: usize, work: &Work) {
        if self.repositories[r].plan.flow != Flow::Infrastructure {
            return;
        }
        let (repo, number, sha) = (self.repositories[r].id, work.number, work.head.clone());
        let folder = folder(number);
        let applied = format!(
            "Ran Apply for dir: `{folder}` workspace: `default`\n\n```diff\nApply complete! Resources: \
             1 added, 0 changed, 0 destroyed.\n```\n"
        );
        let merging =
            "Automatically merging because all plans have been successfully applied.".to_owned();
        let (context, state) = (STATUS.to_owned(), "SUCCESS".to_owned());
        let description = "1/1 projects applied successfully.".to_owned();
        self.emit(Event::CommitStatus { repo, sha, context, state, description });
        for body in [applied, merging] {
            let author = ATLANTIS.to_owned();
            self.emit(Event::Commented { repo, number, author, body });
        }
    }
}

fn folder(number: u32) -> &'static str {
    FOLDERS[number as usize % FOLDERS.len()]
}
