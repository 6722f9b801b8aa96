//! Rules that differ by repository: `[[overrides]]` laid over `[production]`, `[measures]` and
//! `[failures]`, and what tells of its deployments. Of the entries that match a repository's present
//! name, the first that gives a key decides it; what none gives holds as it does everywhere.

use crate::config::deployments::{DeploymentTeller, Deployments};
use crate::config::overrides::{OverrideSettings, RepositoryRules};
use crate::config::patterns::EnvironmentRule;
use crate::config::settings::Settings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

impl Settings {
    /// What `make` makes of each repository's rules. It is asked once for all repositories that the
    /// same entries match.
    pub fn by_repository<T>(
        &self,
        make: impl Fn(&RepositoryRules) -> T + Send + Sync + 'static,
    ) -> ByRepository<T> {
        let rules = RepositoryRules {
            production: self.production.clone(),
            measures: self.measures.clone(),
            failures: self.failures.clone(),
            deployments: DeploymentTeller::default(),
            ci: self.space.ci.clone(),
        };
        let everywhere = ByRepository::everywhere(make(&rules));
        let (overrides, tellers) = (Arc::clone(&self.overrides.0), self.deployments.clone());
        if overrides.is_empty() && tellers.0.is_empty() {
            return everywhere;
        }
        let known = Mutex::new(Known { by_name: HashMap::new(), by_entries: HashMap::new() });
        let overridden = Overridden { overrides, tellers, rules, make: Box::new(make), known };
        ByRepository { overridden: Some(Arc::new(overridden)), ..everywhere }
    }
}

/// Something that may differ by repository. Clones share what they have found out.
pub struct ByRepository<T> {
    everywhere: Arc<T>,
    overridden: Option<Arc<Overridden<T>>>,
}

struct Overridden<T> {
    overrides: Arc<[OverrideSettings]>,
    tellers: Deployments,
    rules: RepositoryRules,
    make: Box<dyn Fn(&RepositoryRules) -> T + Send + Sync>,
    known: Mutex<Known<T>>,
}

/// Answers that were given: globs are not matched again for every question.
struct Known<T> {
    by_name: HashMap<Box<str>, Arc<T>>,
    by_entries: HashMap<Matching, Arc<T>>,
}

/// The places of the `[[overrides]]` that match, and of the `[[deployments]]` that decides.
type Matching = (Vec<usize>, Option<usize>);

impl<T> ByRepository<T> {
    /// The same in every repository.
    pub fn everywhere(value: T) -> ByRepository<T> {
        ByRepository { everywhere: Arc::new(value), overridden: None }
    }

    /// That of the repository which is called `owner/name` now: a rename may change what matches.
    pub fn of(&self, full_name: &str) -> Arc<T> {
        match &self.overridden {
            None => Arc::clone(&self.everywhere),
            Some(overridden) => overridden.of(full_name, &self.everywhere),
        }
    }
}

impl<T> Overridden<T> {
    fn of(&self, full_name: &str, everywhere: &Arc<T>) -> Arc<T> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known.by_name.get(full_name) {
            return Arc::clone(value);
        }
        let entries = self.overrides.iter().enumerate();
        let matching: Vec<usize> =
            entries.filter(|(_, one)| one.matches(full_name)).map(|(at, _)| at).collect();
        let matching = (matching, self.tellers.place(full_name));
        let value = match &matching {
            (none, None) if none.is_empty() => Arc::clone(everywhere),
            _ => {
                let made = known.by_entries.entry(matching);
                let made = made.or_insert_with_key(|matching| Arc::new(self.made_of(matching)));
                Arc::clone(made)
            }
        };
        known.by_name.insert(full_name.into(), Arc::clone(&value));
        value
    }

    fn made_of(&self, (matching, teller): &Matching) -> T {
        let mut rules = self.rules.clone();
        // The first entry is laid on last, over all others.
        matching.iter().rev().for_each(|at| self.overrides[*at].apply(&mut rules));
        if let Some(place) = teller {
            rules.deployments = self.tellers.0[*place].teller.clone();
        }
        if let Some(environment) = rules.deployments.environment() {
            rules.production = EnvironmentRule::told(environment);
        }
        (self.make)(&rules)
    }
}

impl<T> Clone for ByRepository<T> {
    fn clone(&self) -> ByRepository<T> {
        let overridden = self.overridden.as_ref().map(Arc::clone);
        ByRepository { everywhere: Arc::clone(&self.everywhere), overridden }
    }
}
