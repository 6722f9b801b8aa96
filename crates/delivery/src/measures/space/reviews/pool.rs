//! What a team's components merged and reviewed, pooled, and kept current by difference as a
//! [`Pool`](crate::measures::Pool) is.

use super::HOME_WINDOW;
use super::contributors::contributors;
use super::figures::{SpaceFigures, figures};
use super::people::People;
use super::tally::SpaceTally;
use super::whose::Whose;
use crate::domain::{Person, Window};
use crate::measures::multiset::Multiset;
use crate::measures::{Member, Replacement};

/// The sums over any number of a team's components.
#[derive(Clone, Debug)]
pub struct SpacePool {
    tallies: Vec<SpaceTally<Multiset, People>>,
}

impl SpacePool {
    /// An empty pool with these windows, which all contributions must have.
    pub fn new(windows: &[Window]) -> SpacePool {
        SpacePool { tallies: windows.iter().copied().map(SpaceTally::empty).collect() }
    }

    /// Puts in what is new of members, in place of what was put in of them before. Gives how many
    /// merged changes those wrote in [`HOME_WINDOW`] for whom that may have changed.
    pub fn replace(&mut self, members: &[Replacement<'_>]) -> Vec<(Person, u32)> {
        let mut authors = Vec::new();
        for tally in &mut self.tallies {
            let window = tally.window;
            let mut moved = tally.replace(members.iter().map(move |one| {
                let [old, new] = [one.old, one.new].map(|it| it.and_then(|it| it.space(window)));
                (old, new)
            }));
            if window == HOME_WINDOW {
                moved.sort_unstable();
                moved.dedup();
                let changes = |person| tally.people.get(&person).map_or(0, |part| part.authored);
                authors = moved.into_iter().map(|person| (person, changes(person))).collect();
            }
        }
        authors
    }

    /// Whether anything of somebody is in the pool.
    pub fn knows(&self, person: Person) -> bool {
        self.tallies.iter().any(|tally| tally.people.contains_key(&person))
    }

    /// The figures over a window; absent where its contributors are too few, and where it is none
    /// of the pool's.
    pub fn figures(&self, window: Window, whose: Whose<'_>) -> Option<SpaceFigures> {
        told(self.tallies.iter().find(|tally| tally.window == window)?, whose)
    }
}

/// The figures of a team's components over one window, for once; absent where its contributors are too
/// few.
pub fn space_figures<'a>(
    members: impl IntoIterator<Item = Member<'a>>,
    window: Window,
    whose: Whose<'_>,
) -> Option<SpaceFigures> {
    let members = members.into_iter().map(|member| SpaceTally::of(&member, window));
    let members: Vec<_> = members.collect();
    let mut tally = SpaceTally::empty(window);
    tally.replace(members.iter().map(|member| (None, Some(member))));
    told(&tally, whose)
}

fn told(tally: &SpaceTally<Multiset, People>, whose: Whose<'_>) -> Option<SpaceFigures> {
    let is_told = contributors(&tally.people, whose) >= whose.least;
    is_told.then(|| figures(tally, whose))
}
