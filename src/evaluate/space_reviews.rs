//! How teams work together: what their components merged and reviewed, pooled by team, and kept
//! current by what differs. It concerns teams only. A team's figures depend on another's where people
//! of the one review for the other, so that who moves house makes teams be measured again. What is
//! open is told where the longest window is.

mod open_changes;

mod ci;

use super::UNOWNED;
use super::group::ByName;
use ci::{PendingRuns, RepositoryRuns};
use delivery::domain::{ComponentId, Person, TeamName, Window};
use delivery::measures::{
    CiPool, Contribution, Homes, OpenChanges, Replacement, SpaceFigures, SpacePool, Whose,
    evaluated_windows,
};
use open_changes::{OpenTeams, Own};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// All teams.
#[derive(Debug)]
pub struct SpaceTeams {
    /// The configured windows, in their order.
    windows: Vec<Window>,
    /// Below so many contributors a team's window is withheld.
    min_contributors: usize,
    teams: ByName<Team>,
    members: BTreeMap<ComponentId, Member>,
    homes: Homes,
    open: OpenTeams,
    runs: RepositoryRuns,
}

/// A component's team, and what it contributes.
type Member = (TeamName, Arc<Contribution>);

/// A contribution before and after.
type Pending = (Option<Arc<Contribution>>, Option<Arc<Contribution>>);

#[derive(Debug)]
struct Team {
    pool: SpacePool,
    members: usize,
    /// What is not yet put into the pool.
    pending: Vec<Pending>,
    ci: CiPool,
    pending_runs: Vec<PendingRuns>,
    /// Of the configured windows, in their order; absent where withheld.
    figures: Vec<Option<SpaceFigures>>,
}

impl SpaceTeams {
    /// No team yet.
    pub fn new(windows: Vec<Window>, min_contributors: usize) -> SpaceTeams {
        let (teams, members, homes, open, runs) = Default::default();
        SpaceTeams { windows, min_contributors, teams, members, homes, open, runs }
    }

    /// Puts a component into the team that has it now, with what it contributes now; or nowhere.
    pub fn put(&mut self, component: &ComponentId, member: Option<Member>) {
        let old = match member.clone() {
            Some(new) => self.members.insert(component.clone(), new),
            None => self.members.remove(component),
        };
        match (old, member) {
            (Some((team, old)), Some((same, new))) if team == same => {
                if !Arc::ptr_eq(&old, &new) {
                    self.team(&team).pending.push((Some(old), Some(new)));
                }
            }
            (old, new) => {
                if let Some((team, old)) = old {
                    let team = self.team(&team);
                    team.members -= 1;
                    team.pending.push((Some(old), None));
                }
                if let Some((team, new)) = new {
                    let team = self.team(&team);
                    team.members += 1;
                    team.pending.push((None, Some(new)));
                }
            }
        }
    }

    /// Puts a component into the team that has it now, with its open changes; or nowhere.
    pub fn put_open(&mut self, component: &ComponentId, member: Option<(TeamName, Own)>) {
        self.open.put(component, member);
    }

    /// Measures the teams that have changed, or whose reviewers have moved; gives those whose
    /// figures are other ones now.
    pub fn evaluate(&mut self) -> Vec<TeamName> {
        let mut moved = HashSet::new();
        let mut touched = HashSet::new();
        for (name, team) in &mut self.teams {
            if team.take_over_runs() {
                touched.insert(TeamName::clone(name));
            }
            if team.pending.is_empty() {
                continue;
            }
            touched.insert(TeamName::clone(name));
            let is_a_team = &**name != UNOWNED;
            for (person, changes) in team.take_over() {
                // What nobody owns is nobody's home.
                if is_a_team && self.homes.set(person, name, changes) {
                    moved.insert(person);
                }
            }
        }
        self.teams.retain(|_, team| team.members > 0);
        let mut changed = self.open.evaluate();
        for (name, team) in &mut self.teams {
            if touched.contains(name) || team.has_any(&moved) {
                let whose = Whose {
                    team: Some(name).filter(|name| &***name != UNOWNED),
                    homes: &self.homes,
                    least: self.min_contributors,
                    is_past: false,
                };
                let of = |window: &Window| {
                    let told = team.pool.figures(*window, whose)?;
                    Some(SpaceFigures { ci: team.ci.figures(*window), ..told })
                };
                let figures = self.windows.iter().map(of).collect();
                if team.figures != figures {
                    team.figures = figures;
                    changed.push(TeamName::clone(name));
                }
            }
        }
        changed
    }

    /// A team's figures of the configured windows, in their order; absent where withheld.
    pub fn figures(&self, team: &TeamName) -> &[Option<SpaceFigures>] {
        self.teams.get(team).map_or(&[], |team| &team.figures)
    }

    /// A team's open changes; absent where its longest window is withheld, and while none are known.
    pub fn open(&self, team: &TeamName) -> Option<OpenChanges> {
        let told = self.windows.iter().zip(self.figures(team));
        let longest = told.max_by_key(|(window, _)| window.length);
        longest.and_then(|(_, figures)| figures.as_ref()).and_then(|_| self.open.of(team))
    }

    /// Who of these people is at home where, and below how many of them nothing is told.
    pub fn knowing(&self, people: impl IntoIterator<Item = Person>) -> (Homes, usize) {
        (self.homes.among(people), self.min_contributors)
    }

    fn team(&mut self, name: &TeamName) -> &mut Team {
        let windows = &self.windows;
        self.teams.entry(TeamName::clone(name)).or_insert_with(|| Team {
            pool: SpacePool::new(&evaluated_windows(windows)),
            members: 0,
            pending: Vec::new(),
            ci: CiPool::new(windows),
            pending_runs: Vec::new(),
            figures: Vec::new(),
        })
    }
}

impl Team {
    /// Puts into the pool what has changed; gives how many changes its authors wrote.
    fn take_over(&mut self) -> Vec<(Person, u32)> {
        let pending = std::mem::take(&mut self.pending);
        let changed = pending
            .iter()
            .map(|(old, new)| Replacement { old: old.as_deref(), new: new.as_deref() });
        self.pool.replace(&changed.collect::<Vec<_>>())
    }

    fn has_any(&self, people: &HashSet<Person>) -> bool {
        people.iter().any(|person| self.pool.knows(*person))
    }
}

#[cfg(test)]
mod tests;
