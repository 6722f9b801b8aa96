//! Cross-team reviews: the share of a team's reviews that came from people at home in another team.
//! Reviews by people whose home is not known are in neither part. Few say that nobody outside knows
//! the team's code, many that the team cannot ship alone.

use super::Share;
use super::people::People;
use super::whose::Whose;

/// The reviews by people at home in another team, among those by people whose home is known; none of
/// either for what belongs to no team.
pub(super) fn cross_team_reviews(people: &People, whose: Whose<'_>) -> Share {
    let Some(team) = whose.team else { return Share::default() };
    let mut share = Share::default();
    for (person, part) in people {
        let Some(home) = whose.homes.of(*person) else { continue };
        share.whole += u64::from(part.reviews);
        if home != team {
            share.part += u64::from(part.reviews);
        }
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Person, TeamName};
    use crate::measures::space::reviews::Homes;
    use crate::measures::space::reviews::people::parts;
    use crate::measures::space::reviews::tests::{TEAM, merged};

    #[test]
    fn reviews_count_by_the_home_of_who_gave_them() {
        let changes = [merged(9, 1, &[2, 3, 3]), merged(9, 1, &[4])];
        let people: People = parts(&changes).iter().copied().collect();
        let (own, other) = (TeamName::from(TEAM), TeamName::from("another"));
        let mut homes = Homes::default();
        let share = |homes: &Homes, team: Option<&TeamName>| {
            cross_team_reviews(&people, Whose { team, homes, least: 1, is_past: false })
        };
        assert_eq!(share(&homes, Some(&own)).ratio(), None, "nobody's home is known");
        homes.set(Person(2), &own, 1);
        assert_eq!(share(&homes, Some(&own)), Share { part: 0, whole: 1 });
        homes.set(Person(3), &other, 1);
        assert_eq!(share(&homes, Some(&own)), Share { part: 2, whole: 3 });
        assert_eq!(share(&homes, None).ratio(), None, "what nobody owns has no outside");
    }
}
