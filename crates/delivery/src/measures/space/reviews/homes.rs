//! Where people are at home: in the team for whose components they wrote most of their changes that
//! were merged in [`HOME_WINDOW`]. GitHub tells of no team that a login belongs to, at least of none
//! that owns anything, and what people do says it better than a list that nobody keeps. Who wrote
//! nothing, or as much for one team as for another, is at home nowhere that is known.

use crate::domain::{Person, TeamName, Window};
use crate::measures::LEVEL_WINDOW;
use std::collections::HashMap;

/// Over what it is told where somebody is at home: long enough for holidays, and short enough to
/// follow who changes teams.
pub const HOME_WINDOW: Window = LEVEL_WINDOW;

/// How much people wrote for which teams.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    /// Each person has written for a few teams.
    authored: HashMap<Person, Vec<(TeamName, u32)>>,
}

impl Homes {
    /// Sets how many merged changes a person wrote for a team. Gives whether that moves their home.
    pub fn set(&mut self, person: Person, team: &TeamName, changes: u32) -> bool {
        let before = self.of(person).cloned();
        let teams = self.authored.entry(person).or_default();
        teams.retain(|(known, _)| known != team);
        if changes > 0 {
            teams.push((TeamName::clone(team), changes));
        }
        if teams.is_empty() {
            self.authored.remove(&person);
        }
        self.of(person) != before.as_ref()
    }

    /// The homes of these people alone.
    pub fn among(&self, people: impl IntoIterator<Item = Person>) -> Homes {
        let of = |person| Some((person, self.authored.get(&person)?.clone()));
        Homes { authored: people.into_iter().filter_map(of).collect() }
    }

    /// The team that a person is at home in; absent where it is not known.
    pub fn of(&self, person: Person) -> Option<&TeamName> {
        let teams = self.authored.get(&person)?;
        let most = teams.iter().map(|(_, changes)| changes).max()?;
        let mut homes = teams.iter().filter(|(_, changes)| changes == most);
        let (home, _) = homes.next()?;
        homes.next().is_none().then_some(home)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_at_home_where_most_was_written_and_nowhere_in_a_tie() {
        let (mut homes, person) = (Homes::default(), Person(1));
        let team = |name: &str| TeamName::from(name);
        let home = |homes: &Homes| homes.of(person).map(|team| team.to_string());
        for (name, changes, moves, expected) in [
            ("search", 2, true, Some("search")),
            ("pay", 1, false, Some("search")),
            ("pay", 2, true, None),
            ("pay", 3, true, Some("pay")),
            ("search", 0, false, Some("pay")),
            ("pay", 0, true, None),
            ("pay", 0, false, None),
        ] {
            assert_eq!(homes.set(person, &team(name), changes), moves, "{name} {changes}");
            assert_eq!(home(&homes).as_deref(), expected, "{name} {changes}");
        }
        assert!(homes.authored.is_empty());
    }
}
