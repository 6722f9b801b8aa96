//! Statuses of commits, by context.

use super::Repository;
use super::fold::no;
use crate::event::Event;

/// A commit's status of one context.
#[derive(Clone, Debug)]
pub(crate) struct CommitStatus {
    pub(crate) at: i64,
    pub(crate) context: String,
    pub(crate) state: String,
    pub(crate) description: String,
}

impl Repository {
    /// Gives a commit a status: the latest of a context is the one that holds.
    pub(super) fn give_status(&mut self, at: i64, event: &Event) -> Result<(), String> {
        let Event::CommitStatus { sha, context, state, description, .. } = event else {
            return Ok(());
        };
        self.graph.find(sha).ok_or_else(|| no("commit", sha))?;
        let statuses = self.statuses.entry(sha.clone()).or_default();
        statuses.retain(|status| status.context != *context);
        statuses.push(CommitStatus {
            at,
            context: context.clone(),
            state: state.clone(),
            description: description.clone(),
        });
        Ok(())
    }
}
