//! What a component adds to the figures of its team and organisation, over all windows.

use super::Member;
use super::figures::{PointFigures, WindowFigures, point_figures, window_figures};
use super::space::{Parts, SpaceTally};
use super::tally::Tally;
use super::values::Sorted;
use crate::domain::{Time, Window};

/// A plain value: what was put into a pool can be taken out again exactly, whatever has become of
/// the component since. The component's own figures are told from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    pub(super) tallies: Box<[Tally<Sorted>]>,
    space: Box<[SpaceTally<Sorted, Parts>]>,
    /// The figures that need no window.
    pub point: PointFigures,
    pub(super) t: Time,
}

impl Contribution {
    /// A member's contribution over `windows`.
    pub fn of(member: &Member<'_>, windows: &[Window]) -> Contribution {
        let tallies = windows.iter().map(|window| Tally::of(member, *window)).collect();
        let space = windows.iter().map(|window| SpaceTally::of(member, *window)).collect();
        Contribution { tallies, space, point: point_figures(member), t: member.t }
    }

    /// The member's own figures over a window; absent where it is none of the contribution's.
    pub fn window_figures(&self, window: Window) -> Option<WindowFigures> {
        self.tally(window).map(|tally| window_figures(tally, self.t))
    }

    /// What it adds to a window.
    pub(super) fn tally(&self, window: Window) -> Option<&Tally<Sorted>> {
        self.tallies.iter().find(|tally| tally.window == window)
    }
    /// What it adds to a window of its team's work together.
    pub(super) fn space(&self, window: Window) -> Option<&SpaceTally<Sorted, Parts>> {
        self.space.iter().find(|tally| tally.window() == window)
    }
}
