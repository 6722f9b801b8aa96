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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY, Time};
    use crate::measures::Member;
    use crate::measures::tests::{deployment, history, incident};

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
}
