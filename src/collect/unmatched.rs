//! Patterns of `[[overrides]]` that match no collected repository: told once for each start and
//! reload, as soon as every source has listed all that it is asked for.

use crate::config::Overrides;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// One configuration's search, which its sources share.
#[derive(Debug)]
pub struct UnmatchedOverrides {
    overrides: Overrides,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The sources that have not listed everything yet.
    awaited: BTreeSet<String>,
    names: BTreeSet<Arc<str>>,
}

impl UnmatchedOverrides {
    /// The search among what `sources` will list.
    pub fn new<'s>(
        overrides: Overrides,
        sources: impl Iterator<Item = &'s str>,
    ) -> UnmatchedOverrides {
        let awaited = sources.map(str::to_owned).collect();
        let state = Mutex::new(State { awaited, names: BTreeSet::new() });
        UnmatchedOverrides { overrides, state }
    }

    /// Takes note of all that a source collects. Once the last has listed, and never again, gives
    /// the place and the text of each pattern that matches none of it.
    pub fn listed(
        &self,
        source: &str,
        names: impl Iterator<Item = Arc<str>>,
    ) -> Vec<(String, String)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.awaited.remove(source) {
            return Vec::new();
        }
        state.names.extend(names);
        if !state.awaited.is_empty() {
            return Vec::new();
        }
        let names = std::mem::take(&mut state.names);
        let unmatched = self.overrides.unmatched(names.iter().map(|name| &**name)).into_iter();
        unmatched.map(|(key, pattern)| (key, pattern.text().to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::{OverrideSettings, RepositoryPattern};

    #[test]
    fn patterns_are_told_once_and_not_before_every_source_has_listed() {
        let patterns = ["acme/*", "octo/legacy", "acme/legacy"];
        let mut entry = OverrideSettings::default();
        entry.repositories.extend(patterns.map(|text| RepositoryPattern::parse(text).unwrap()));
        let search =
            UnmatchedOverrides::new(Overrides::new(vec![entry]), ["one", "two"].into_iter());
        let listed =
            |source: &str, name: &str| search.listed(source, [Arc::from(name)].into_iter());
        assert_eq!(listed("one", "acme/api"), []);
        assert_eq!(listed("one", "acme/api"), [], "it was heard already");
        let expected = ("overrides[0].repositories[2]".to_owned(), "acme/legacy".to_owned());
        assert_eq!(listed("two", "octo/legacy"), [expected]);
        assert_eq!(listed("two", "octo/other"), []);
    }
}
