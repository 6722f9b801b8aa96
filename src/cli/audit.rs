//! Compares a configuration with the repositories that its sources list, once they are known, and
//! warns of what does not fit: each mistake once for each start and reload.

use super::findings::{Ownership, Seen, Severity, find};
use crate::config::{GitHubSettings, Settings};
use crate::sources::github::Discovery;
use delivery::domain::RepositoryState;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// One configuration's audit.
pub struct Audit {
    settings: Settings,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: BTreeMap<String, Seen>,
    told: BTreeSet<String>,
    is_over: bool,
}

impl Audit {
    /// The audit of a configuration that is in force from now on.
    pub fn of(settings: Settings) -> Audit {
        Audit { settings, state: Mutex::default() }
    }

    /// Takes note of what a source lists. Once every source has listed, and until each has listed
    /// everything that is asked for, what is found is told.
    pub fn discovered(&self, source: &str, discovery: &Discovery) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            return;
        }
        let active = |state| state == RepositoryState::Active;
        let repositories = discovery.repositories.iter().filter(|one| active(one.state));
        let seen = Seen {
            repositories: repositories.cloned().collect(),
            left_out: discovery.left_out.clone(),
            // What other processes collect cannot be missed here.
            is_whole: discovery.failures.is_empty() && self.settings.collection.shard.is_whole(),
        };
        state.seen.insert(source.to_owned(), seen);
        let of_section = |github: &GitHubSettings| {
            let parts = github.parts().into_iter();
            let seen = parts.map(|part| state.seen.get(&part.name).cloned());
            Some(Seen::together(seen.collect::<Option<Vec<_>>>()?))
        };
        let seen: Option<Vec<Seen>> = self.settings.github.iter().map(of_section).collect();
        let Some(seen) = seen else { return };
        let owners = Ownership::new(&self.settings.ownership);
        for finding in find(&self.settings, &seen, &owners) {
            let line = finding.to_string();
            if finding.severity > Severity::Note && !state.told.contains(&line) {
                tracing::warn!("{line}");
                state.told.insert(line);
            }
        }
        if seen.iter().all(|seen| seen.is_whole) {
            *state = State { is_over: true, ..State::default() };
        }
    }
}
