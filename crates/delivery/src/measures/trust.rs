//! How far the figures can be trusted: what could not be attributed, mapped or resolved.

use super::Pool;
use crate::domain::Window;

/// Incidents that opened in the window, of a known component, for which no deployment is to blame.
pub(super) fn unattributed_incidents(pool: &Pool<'_>, window: Window) -> u64 {
    pool.mapped_incidents(window).filter(|incident| !incident.attributed).count() as u64
}

/// Incidents that opened in the window and belong to no component.
pub(super) fn unmapped_incidents(pool: &Pool<'_>, window: Window) -> u64 {
    pool.unmapped_incidents(window).count() as u64
}

/// Deployments of the window that were the first to ship no change: redeployments, rollbacks,
/// baselines, and those with an unknown commit.
pub(super) fn deployments_without_changes(pool: &Pool<'_>, window: Window) -> u64 {
    pool.deployments(window).filter(|deployment| deployment.changes == 0).count() as u64
}

/// Deployments of the window whose commit could not be resolved.
pub(super) fn deployments_unknown_commit(pool: &Pool<'_>, window: Window) -> u64 {
    pool.deployments(window).filter(|deployment| !deployment.known_commit).count() as u64
}

/// Changes shipped in the window that count for every component of their repository because their
/// paths are not known.
pub(super) fn changes_unknown_paths(pool: &Pool<'_>, window: Window) -> u64 {
    pool.changes(window).filter(|change| change.unknown_paths).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY, Time};
    use crate::ledger::ShippedChange;
    use crate::measures::Member;
    use crate::measures::tests::{change, deployment, history, incident};

    #[test]
    fn unattributed_unmapped_and_unresolved_are_counted_apart() {
        let t = Time(100 * DAY);
        let mut shipping = deployment(t.0 - 3);
        shipping.changes = 2;
        let mut unknown = deployment(t.0 - 2);
        unknown.known_commit = false;
        let mut history = history(vec![shipping, unknown, deployment(t.0 - 1)]);
        let mut attributed = incident(t.0 - 2, None);
        attributed.attributed = true;
        history.incidents = vec![incident(t.0 - 8 * DAY, None), attributed, incident(t.0, None)];
        let lost = [incident(t.0 - 5, None), incident(t.0 - 7 * DAY, None)];
        let members = [Member { history: &history, t }];
        let pool = Pool { members: &members, unmapped: &[&lost[0], &lost[1]], t };
        let week = Window::days(7);
        assert_eq!(unattributed_incidents(&pool, week), 1);
        assert_eq!(unmapped_incidents(&pool, week), 1);
        assert_eq!(deployments_without_changes(&pool, week), 2);
        assert_eq!(deployments_unknown_commit(&pool, week), 1);
    }

    #[test]
    fn changes_of_unknown_paths_count_in_the_window_in_which_they_shipped() {
        let t = Time(100 * DAY);
        let unknown = |at| ShippedChange { unknown_paths: true, ..change(at - 60, at) };
        let mut history = history(vec![]);
        history.changes = vec![unknown(t.0 - 8 * DAY), unknown(t.0 - 2), change(t.0 - 9, t.0 - 1)];
        let members = [Member { history: &history, t }, Member { history: &history, t }];
        let pool = Pool { members: &members, unmapped: &[], t };
        assert_eq!(changes_unknown_paths(&pool, Window::days(7)), 2, "once for each component");
    }
}
