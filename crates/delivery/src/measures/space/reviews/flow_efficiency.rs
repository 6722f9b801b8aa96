//! Flow efficiency: the share of lead time in which somebody worked on a change, coding or reviewing,
//! rather than waiting for a review or a deployment. Σ over the changes shipped in the window that
//! have all four phases; one without a review does not tell when it waited.

use crate::domain::Window;
use crate::measures::Member;

/// Seconds of coding and review.
pub(super) fn active_seconds(member: &Member<'_>, window: Window) -> u64 {
    phases(member, window).map(|[coding, _, review, _]| coding + review).sum()
}

/// Seconds of all phases.
pub(super) fn lead_seconds(member: &Member<'_>, window: Window) -> u64 {
    phases(member, window).map(|phases| phases.iter().sum::<u64>()).sum()
}

fn phases<'a>(member: &Member<'a>, window: Window) -> impl Iterator<Item = [u64; 4]> + use<'a> {
    member.changes(window).iter().filter_map(|change| {
        let phases = &change.phases;
        let all = [phases.coding?, phases.pickup?, phases.review?, phases.deploy?];
        Some(all.map(u64::from))
    })
}

#[cfg(test)]
mod tests {
    use crate::domain::{DAY, Time};
    use crate::ledger::{History, Phases, ShippedChange};
    use crate::measures::space::reviews::Share;
    use crate::measures::space::reviews::tests::figures_of;
    use crate::measures::tests::change;

    fn shipped(day: i64, [coding, pickup, review, deploy]: [Option<u32>; 4]) -> ShippedChange {
        let phases = Phases { coding, pickup, review, deploy };
        ShippedChange { phases, ..change(0, day * DAY) }
    }

    fn efficiency(changes: Vec<ShippedChange>) -> Share {
        let history = History { changes, ..History::default() };
        figures_of(&history, Time(10 * DAY)).flow_efficiency
    }

    #[test]
    fn seconds_are_summed_over_changes_that_have_all_phases() {
        let found = efficiency(vec![
            shipped(2, [Some(1), Some(1), Some(1), Some(1)]),
            shipped(5, [Some(60), Some(100), Some(20), Some(20)]),
            shipped(6, [Some(50), None, None, Some(20)]),
            shipped(10, [Some(10), Some(0), Some(10), Some(80)]),
        ]);
        assert_eq!(found, Share { part: 100, whole: 300 });
    }

    #[test]
    fn without_such_changes_or_without_a_second_there_is_no_efficiency() {
        assert_eq!(efficiency(vec![shipped(9, [Some(50), None, None, Some(20)])]).ratio(), None);
        assert_eq!(efficiency(vec![shipped(9, [Some(0); 4])]).ratio(), None);
    }
}
