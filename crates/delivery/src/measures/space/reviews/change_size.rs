//! Change size: lines added and deleted by each merged change. Small ones are reviewed sooner and
//! fail less; lines say nothing of how much anyone has done.

use crate::domain::Window;
use crate::measures::Member;

/// The sizes of the changes merged in the window, in lines.
pub(super) fn sizes(member: &Member<'_>, window: Window) -> Vec<u32> {
    member.merged(window).iter().map(|change| change.lines).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::ledger::MergedChange;
    use crate::measures::space::reviews::tests::{figures, merged};

    #[test]
    fn sizes_are_ranked_and_an_empty_change_is_a_change() {
        let sized = |lines| MergedChange { lines, ..merged(9, 1, &[]) };
        let found = figures(&[sized(400), sized(0), sized(20)], 10).change_size.unwrap();
        assert_eq!((found.p50, found.p85, found.mean), (20, 400, 140.0));
        assert_eq!(figures(&[], 10).change_size, None);
    }
}
