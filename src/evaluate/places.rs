//! Where components are shown: the labels of those that are visible.
//!
//! A name that was given up and used again may be known twice until the old repository is asked:
//! the newer one bears it, since two series with the same labels would spoil a whole scrape.

use delivery::domain::{ComponentId, TeamName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A visible component's labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose it is.
    pub team: TeamName,
    /// Who says so.
    pub source: &'static str,
    /// The organisation that it is shown under.
    pub org: Arc<str>,
    /// Its repository's full name.
    pub repo: Arc<str>,
    /// Its name.
    pub component: Arc<str>,
    /// The system that the catalog has it in, or nothing.
    pub system: Arc<str>,
    /// Its lifecycle by the catalog, or nothing.
    pub lifecycle: Arc<str>,
}

impl Place {
    fn name(&self) -> Name {
        (Arc::clone(&self.repo), Arc::clone(&self.component))
    }
}

/// What no two series may share.
type Name = (Arc<str>, Arc<str>);

/// The places of all components.
#[derive(Debug, Default)]
pub struct Places {
    claimed: BTreeMap<ComponentId, Place>,
    claimants: BTreeMap<Name, BTreeSet<ComponentId>>,
}

impl Places {
    /// Gives a component its place, or none. Adds to `touched` whoever else is shown, or not shown
    /// any more, because of it.
    pub fn put(
        &mut self,
        component: &ComponentId,
        place: Option<Place>,
        touched: &mut BTreeSet<ComponentId>,
    ) {
        let before = match place.clone() {
            Some(place) => self.claimed.insert(component.clone(), place),
            None => self.claimed.remove(component),
        };
        let names = [before.as_ref(), place.as_ref()].map(|place| place.map(Place::name));
        let [old, new] = &names;
        if old == new {
            return;
        }
        if let Some(name) = old {
            let claimants = self.claimants.entry(name.clone()).or_default();
            claimants.remove(component);
            touched.extend(claimants.last().cloned());
            if claimants.is_empty() {
                self.claimants.remove(name);
            }
        }
        if let Some(name) = new {
            let claimants = self.claimants.entry(name.clone()).or_default();
            touched.extend(claimants.last().cloned());
            claimants.insert(component.clone());
        }
    }

    /// Where a component is shown.
    pub fn get(&self, component: &ComponentId) -> Option<&Place> {
        let place = self.claimed.get(component)?;
        let bearer = self.claimants.get(&place.name()).and_then(BTreeSet::last);
        (bearer == Some(component)).then_some(place)
    }

    /// All that are shown.
    pub fn values(&self) -> impl Iterator<Item = &Place> {
        let bearers = self.claimants.values().filter_map(BTreeSet::last);
        bearers.filter_map(|component| self.claimed.get(component))
    }
}
