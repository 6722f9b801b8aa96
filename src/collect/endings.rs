//! Tells in the log of repositories that are not collected any more, and of those that are again: their
//! series end and go on without anybody having touched this process.

use super::Collect;
use crate::sources::github::Ending;
use delivery::domain::{Fact, RepoId, RepositoryState};
use std::collections::BTreeMap;

/// So many are named of one listing; a changed configuration may take out thousands.
const MOST_TOLD: usize = 20;

impl Collect {
    /// Tells what the changed facts of a listing end or bring back, of repositories that have series.
    pub(super) fn tell_endings(&self, changed: &[Fact], endings: &BTreeMap<RepoId, Ending>) {
        let source = self.source.name();
        let mut untold = 0_usize;
        let turns = changed.iter().filter_map(|fact| match fact {
            Fact::Repository(found) => {
                let tracked = self.tracked.get(&found.id).filter(|known| known.has_component())?;
                let known = &tracked.repository;
                (known.state != found.state).then_some((known, found))
            }
            _ => None,
        });
        for (told, (known, found)) in turns.enumerate() {
            let (repo, is_active) = (&*known.full_name, found.state == RepositoryState::Active);
            let ending = endings.get(&found.id).filter(|_| !is_active);
            if told >= MOST_TOLD {
                untold += 1;
            } else if let Some(why) = ending.map(|ending| ending.words()) {
                let now = &*found.full_name;
                tracing::info!(
                    source,
                    repo,
                    now,
                    why,
                    "its series end; what is stored of it stays"
                );
            } else if is_active {
                let repo = &*found.full_name;
                tracing::info!(source, repo, "it is collected again, and its series go on");
            }
        }
        if untold > 0 {
            tracing::info!(source, repositories = untold, "so many more ended or came back");
        }
    }
}
