//! Change lead time, and its phases: one observation per shipped change and component, in the
//! window of the shipping deployment's finish. What never ships never counts; see
//! [`super::waiting_changes`].

use super::member::seconds;
use super::{Distribution, Member};
use crate::domain::{Span, Window};
use crate::ledger::Phases;

/// A phase of a pull request's lead time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// First commit → ready for review.
    Coding,
    /// Ready → first review by anyone but the author.
    Pickup,
    /// First review → merged.
    Review,
    /// Merged → shipped.
    Deploy,
}

/// All phases, in the order in which a change passes them.
pub const PHASES: [Phase; 4] = [Phase::Coding, Phase::Pickup, Phase::Review, Phase::Deploy];

impl Phase {
    /// The value of the label `phase`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Coding => "coding",
            Phase::Pickup => "pickup",
            Phase::Review => "review",
            Phase::Deploy => "deploy",
        }
    }

    /// How long a change spent in it, in seconds; absent where the change does not have it.
    pub fn of(self, phases: &Phases) -> Option<Span> {
        let seconds = match self {
            Phase::Coding => phases.coding,
            Phase::Pickup => phases.pickup,
            Phase::Review => phases.review,
            Phase::Deploy => phases.deploy,
        };
        seconds.map(Span::from)
    }
}

/// Each phase's distribution over the changes that have it, in the order of [`PHASES`].
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct PhaseFigures(pub [Option<Distribution>; 4]);

impl PhaseFigures {
    /// A phase's distribution; absent where no change has the phase.
    pub fn get(&self, phase: Phase) -> Option<Distribution> {
        self.0[phase as usize]
    }
}

/// The lead times of the changes shipped in the window, one for each.
pub(super) fn lead_times(member: &Member<'_>, window: Window) -> Vec<u32> {
    member.changes(window).iter().map(|change| seconds(change.lead_time())).collect()
}

/// The times that the changes shipped in the window spent in each phase, in the order of [`PHASES`].
pub(super) fn phase_times(member: &Member<'_>, window: Window) -> [Vec<u32>; 4] {
    let changes = member.changes(window);
    PHASES.map(|phase| {
        changes.iter().filter_map(|change| phase.of(&change.phases)).map(seconds).collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{DAY, HOUR};
    use crate::measures::tests::{change, figures, history, one};

    #[test]
    fn a_change_counts_when_it_shipped_however_long_ago_it_started() {
        let t = 100 * DAY;
        let mut history = history(vec![]);
        history.changes = vec![
            change(t - 8 * DAY, t - 7 * DAY),
            change(t - 60 * DAY, t - 7 * DAY + 1),
            change(t - HOUR, t),
        ];
        let week = Window::days(7);
        let found = one(&history, t, |member| figures(member, week));
        assert_eq!(found.changes, 2);
        let found = found.change_lead_time.unwrap();
        assert_eq!((found.p50, found.p95), (HOUR, 53 * DAY + 1));
    }

    #[test]
    fn without_shipped_changes_there_is_no_lead_time() {
        let history = history(vec![]);
        let found = one(&history, DAY, |member| figures(member, Window::days(7)));
        assert_eq!((found.changes, found.change_lead_time), (0, None));
        assert_eq!(found.change_phases, PhaseFigures::default());
    }

    #[test]
    fn each_phase_is_taken_over_the_changes_that_have_it() {
        let t = 100 * DAY;
        let mut reviewed = change(t - DAY, t - 1);
        reviewed.phases =
            Phases { coding: Some(10), pickup: Some(0), review: Some(30), deploy: Some(40) };
        let mut unreviewed = change(t - DAY, t);
        unreviewed.phases = Phases { coding: Some(50), deploy: Some(60), ..Phases::default() };
        let mut history = history(vec![]);
        history.changes = vec![reviewed, unreviewed];
        let found = one(&history, t, |member| figures(member, Window::days(7))).change_phases;
        let mean = |phase| found.get(phase).map(|distribution| distribution.mean);
        assert_eq!(PHASES.map(mean), [Some(30.0), Some(0.0), Some(30.0), Some(50.0)]);
    }
}
