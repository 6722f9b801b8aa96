//! Contributors: how many different people a window's figures are about. Where they are few, a figure
//! of the team is one of its members', and all of them are withheld.
//!
//! Who wrote a merged change contributed to the team; so did who reviewed one, unless they are known
//! to be at home in another team: guests do not make a team of two larger.

use super::people::People;
use super::whose::Whose;

/// Below so many contributors figures are withheld, unless configured.
pub const MIN_CONTRIBUTORS: usize = 5;
/// Fewer than this cannot be configured.
pub const FEWEST_CONTRIBUTORS: usize = 3;

/// The people who contributed to a team.
pub(super) fn contributors(people: &People, whose: Whose<'_>) -> usize {
    let contributes = people.iter().filter(|(person, part)| {
        let is_guest = || whose.homes.of(**person).is_some_and(|home| Some(home) != whose.team);
        part.authored > 0 || (!whose.is_past && !is_guest())
    });
    contributes.count()
}

#[cfg(test)]
mod tests {
    use crate::domain::{Person, TeamName};
    use crate::measures::space::reviews::Homes;
    use crate::measures::space::reviews::tests::{TEAM, figures_with, merged};

    /// Whether figures are told of changes by two authors and a reviewer who is at home somewhere.
    fn told(home: Option<&str>, least: usize) -> bool {
        let mut homes = Homes::default();
        if let Some(home) = home {
            homes.set(Person(3), &TeamName::from(home), 1);
        }
        let changes = [merged(9, 1, &[3, 2]), merged(9, 2, &[3])];
        figures_with(&changes, 10, &homes, least).is_some()
    }

    #[test]
    fn authors_and_reviewers_are_people_and_guests_are_not_of_the_team() {
        for (home, least, expected) in [
            (None, 3, true),
            (None, 4, false),
            (Some(TEAM), 3, true),
            (Some("another"), 3, false),
            (Some("another"), 2, true),
        ] {
            assert_eq!(told(home, least), expected, "{home:?} {least}");
        }
    }

    #[test]
    fn who_wrote_a_change_contributed_wherever_they_are_at_home() {
        let mut homes = Homes::default();
        homes.set(Person(1), &TeamName::from("another"), 9);
        let changes = [merged(9, 1, &[]), merged(9, 2, &[]), merged(9, 1, &[])];
        assert!(figures_with(&changes, 10, &homes, 2).is_some());
        assert!(figures_with(&changes, 10, &homes, 3).is_none());
    }

    #[test]
    fn an_idle_window_has_no_contributors_and_is_withheld_too() {
        assert!(figures_with(&[], 10, &Homes::default(), 1).is_none());
    }
}
