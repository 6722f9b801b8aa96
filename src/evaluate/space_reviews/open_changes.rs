//! The open changes of teams, from those of their components.

use crate::evaluate::group::ByName;
use delivery::domain::{ComponentId, TeamName};
use delivery::measures::OpenChanges;
use std::collections::{BTreeMap, BTreeSet};

/// Those of one component; absent while nobody has read them.
pub type Own = Option<OpenChanges>;

/// All teams.
#[derive(Debug, Default)]
pub struct OpenTeams {
    homes: BTreeMap<ComponentId, TeamName>,
    teams: ByName<Team>,
    touched: BTreeSet<TeamName>,
}

#[derive(Debug, Default)]
struct Team {
    members: BTreeMap<ComponentId, Own>,
    sum: Own,
}

impl OpenTeams {
    /// Puts a component into the team that has it now, with its open changes; or nowhere.
    pub fn put(&mut self, component: &ComponentId, member: Option<(TeamName, Own)>) {
        let home = member.as_ref().map(|(team, _)| team);
        let before = match home {
            Some(team) => self.homes.insert(component.clone(), TeamName::clone(team)),
            None => self.homes.remove(component),
        };
        if let Some(before) = before.filter(|before| Some(before) != home)
            && let Some(team) = self.teams.get_mut(&before)
        {
            team.members.remove(component);
            self.touched.insert(before);
        }
        if let Some((team, own)) = member {
            let members = &mut self.teams.entry(TeamName::clone(&team)).or_default().members;
            if members.insert(component.clone(), own) != Some(own) {
                self.touched.insert(team);
            }
        }
    }

    /// Adds up those of the teams that have changed; gives the teams for which that is news.
    pub fn evaluate(&mut self) -> Vec<TeamName> {
        let mut changed = Vec::new();
        for name in std::mem::take(&mut self.touched) {
            let Some(team) = self.teams.get_mut(&name) else { continue };
            let known = team.members.values().flatten().copied();
            let sum = team.members.values().any(Option::is_some).then(|| known.sum());
            if std::mem::replace(&mut team.sum, sum) != sum {
                changed.push(name);
            }
        }
        self.teams.retain(|_, team| !team.members.is_empty());
        changed
    }

    /// A team's, as far as they are known; absent while none are.
    pub fn of(&self, team: &TeamName) -> Own {
        self.teams.get(team)?.sum
    }
}
