//! What each person has done in a window: how many of the merged changes they wrote, and how many
//! reviews of them they gave. Only sums and the largest of these ever leave the measures.

use crate::domain::Person;
use crate::ledger::MergedChange;
use std::collections::{BTreeMap, HashMap};

/// A person's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(in crate::measures) struct Part {
    /// Merged changes that they wrote.
    pub(super) authored: u32,
    /// Reviews that they gave.
    pub(super) reviews: u32,
}

/// A component's people, in order.
pub(in crate::measures) type Parts = Box<[(Person, Part)]>;

/// A team's people.
pub(super) type People = HashMap<Person, Part>;

/// Who did what of these changes. Bots and accounts that are gone are nobody.
pub(super) fn parts(changes: &[MergedChange]) -> Parts {
    let mut parts: BTreeMap<Person, Part> = BTreeMap::new();
    for change in changes {
        if let Some(author) = change.author {
            parts.entry(author).or_default().authored += 1;
        }
        for reviewer in change.reviews.iter().filter_map(|review| review.reviewer) {
            parts.entry(reviewer).or_default().reviews += 1;
        }
    }
    parts.into_iter().collect()
}

/// Takes a component's former people out and puts its present ones in; gives whose number of
/// authored changes may have moved.
pub(super) fn replace(
    people: &mut People,
    old: &[(Person, Part)],
    new: &[(Person, Part)],
) -> Vec<Person> {
    let mut moved = Vec::new();
    if old == new {
        return moved;
    }
    for (person, part) in new {
        let sum = people.entry(*person).or_default();
        sum.authored += part.authored;
        sum.reviews += part.reviews;
        moved.extend((part.authored > 0).then_some(*person));
    }
    for (person, part) in old {
        let Some(sum) = people.get_mut(person) else { continue };
        sum.authored -= part.authored;
        sum.reviews -= part.reviews;
        moved.extend((part.authored > 0).then_some(*person));
        if *sum == Part::default() {
            people.remove(person);
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::space::reviews::tests::merged;

    fn told(parts: &[(Person, Part)]) -> Vec<(u64, u32, u32)> {
        parts.iter().map(|(person, part)| (person.0, part.authored, part.reviews)).collect()
    }

    #[test]
    fn authors_and_reviewers_are_counted_by_person() {
        let mut by_bot = merged(9, 1, &[3]);
        by_bot.author = None;
        let found = parts(&[merged(9, 1, &[2, 2, 3]), merged(9, 2, &[1]), by_bot]);
        assert_eq!(told(&found), [(1, 1, 1), (2, 1, 2), (3, 0, 2)]);
    }

    #[test]
    fn what_is_taken_out_leaves_nobody_behind() {
        let (one, other) = (parts(&[merged(9, 1, &[2])]), parts(&[merged(9, 1, &[3])]));
        let mut people = People::new();
        replace(&mut people, &[], &one);
        replace(&mut people, &[], &other);
        assert_eq!(people.len(), 3);
        assert_eq!(replace(&mut people, &one, &[]), [Person(1)]);
        assert_eq!(people, other.iter().copied().collect());
        assert_eq!(replace(&mut people, &other, &other), []);
        replace(&mut people, &other, &[]);
        assert!(people.is_empty());
    }
}
