//! How far the figures can be trusted: what could not be attributed, mapped or resolved.

use super::Member;
use crate::domain::Window;

/// Incidents that opened in the window, of a known component, for which no deployment is to blame.
pub(super) fn unattributed_incidents(member: &Member<'_>, window: Window) -> usize {
    member.mapped_incidents(window).iter().filter(|incident| !incident.attributed).count()
}

/// Incidents that opened in the window and belong to no component.
pub(super) fn unmapped_incidents(member: &Member<'_>, window: Window) -> usize {
    member.unmapped_incidents(window).count()
}

/// Deployments of the window that were the first to ship no change: redeployments, rollbacks,
/// baselines, and those with an unknown commit.
pub(super) fn deployments_without_changes(member: &Member<'_>, window: Window) -> usize {
    member.deployments(window).iter().filter(|deployment| deployment.changes == 0).count()
}

/// Deployments of the window whose commit could not be resolved.
pub(super) fn deployments_unknown_commit(member: &Member<'_>, window: Window) -> usize {
    member.deployments(window).iter().filter(|deployment| !deployment.known_commit).count()
}

/// Changes shipped in the window that count for every component of their repository because their
/// paths are not known.
pub(super) fn changes_unknown_paths(member: &Member<'_>, window: Window) -> usize {
    member.changes(window).iter().filter(|change| change.unknown_paths).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY, Time};
    use crate::ledger::ShippedChange;
    use crate::measures::tests::{change, deployment, history, incident, pooled};

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
        let member = Member { history: &history, unmapped: &lost, t };
        let week = Window::days(7);
        assert_eq!(unattributed_incidents(&member, week), 1);
        assert_eq!(unmapped_incidents(&member, week), 1);
        assert_eq!(deployments_without_changes(&member, week), 2);
        assert_eq!(deployments_unknown_commit(&member, week), 1);
    }

    #[test]
    fn changes_of_unknown_paths_count_in_the_window_in_which_they_shipped() {
        let t = Time(100 * DAY);
        let unknown = |at| ShippedChange { unknown_paths: true, ..change(at - 60, at) };
        let mut history = history(vec![]);
        history.changes = vec![unknown(t.0 - 8 * DAY), unknown(t.0 - 2), change(t.0 - 9, t.0 - 1)];
        let members = [Member::component(&history, t); 2];
        assert_eq!(changes_unknown_paths(&members[0], Window::days(7)), 1);
        let found = pooled(&members, &[Window::days(7)]).window_figures(Window::days(7), t);
        let found = found.map(|figures| figures.changes_unknown_paths);
        assert_eq!(found, Some(2), "once for each component");
    }
}
