//! Which repositories have to be looked at, so that the others cost nothing.

use delivery::domain::{RepoId, Time};
use std::collections::{BTreeMap, BTreeSet};

/// When repositories change by time alone.
#[derive(Debug, Default)]
pub struct Alarms {
    in_order: BTreeSet<(Time, RepoId)>,
    set: BTreeMap<RepoId, Time>,
}

impl Alarms {
    /// Sets a repository's alarm in place of its former one.
    pub fn set(&mut self, repo: RepoId, at: Option<Time>) {
        let before = match at {
            Some(at) => self.set.insert(repo, at),
            None => self.set.remove(&repo),
        };
        if let Some(before) = before {
            self.in_order.remove(&(before, repo));
        }
        self.in_order.extend(at.map(|at| (at, repo)));
    }

    /// Whose alarm has come; it stays set.
    pub fn come(&self, now: Time) -> impl Iterator<Item = RepoId> {
        self.in_order.iter().take_while(move |(at, _)| *at <= now).map(|(_, repo)| *repo)
    }
}

/// Which repositories' incidents others are judged by.
#[derive(Debug, Default)]
pub struct Homes {
    of: BTreeMap<RepoId, BTreeSet<RepoId>>,
    /// Pairs of a home and a repository that is judged by its incidents.
    dependents: BTreeSet<(RepoId, RepoId)>,
}

impl Homes {
    /// Sets in which other repositories the incidents live that a repository is judged by.
    pub fn set(&mut self, repo: RepoId, homes: BTreeSet<RepoId>) {
        let before = self.of.remove(&repo).unwrap_or_default();
        before.iter().for_each(|home| {
            self.dependents.remove(&(*home, repo));
        });
        self.dependents.extend(homes.iter().map(|home| (*home, repo)));
        if !homes.is_empty() {
            self.of.insert(repo, homes);
        }
    }

    /// The repositories that are judged by a home's incidents.
    pub fn dependents(&self, home: RepoId) -> impl Iterator<Item = RepoId> {
        let all = (home, RepoId(u64::MIN))..=(home, RepoId(u64::MAX));
        self.dependents.range(all).map(|(_, repo)| *repo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_replaces_the_former_one() {
        let mut alarms = Alarms::default();
        alarms.set(RepoId(1), Some(Time(10)));
        alarms.set(RepoId(2), Some(Time(20)));
        alarms.set(RepoId(1), Some(Time(30)));
        assert_eq!(alarms.come(Time(20)).collect::<Vec<_>>(), [RepoId(2)]);
        alarms.set(RepoId(2), None);
        assert_eq!(alarms.come(Time(29)).count(), 0);
        assert_eq!(alarms.come(Time(30)).collect::<Vec<_>>(), [RepoId(1)]);
    }

    #[test]
    fn who_depends_on_a_home_follows_its_incidents() {
        let mut homes = Homes::default();
        homes.set(RepoId(1), [RepoId(8), RepoId(9)].into());
        homes.set(RepoId(2), [RepoId(9)].into());
        assert_eq!(homes.dependents(RepoId(9)).collect::<Vec<_>>(), [RepoId(1), RepoId(2)]);
        homes.set(RepoId(1), [RepoId(8)].into());
        assert_eq!(homes.dependents(RepoId(9)).collect::<Vec<_>>(), [RepoId(2)]);
        assert_eq!(homes.dependents(RepoId(8)).collect::<Vec<_>>(), [RepoId(1)]);
    }
}
