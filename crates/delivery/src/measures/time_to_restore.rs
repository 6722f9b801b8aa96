//! Time to restore, per production failure, whether a deployment caused it or not: an incident's
//! opening → its resolution; a change failure without an incident: as its recovery time. An incident
//! in the evidence of several deployments is one failure.

use super::Member;
use super::member::seconds;
use crate::domain::Window;

/// The restore times of the production failures that were restored in the window.
pub(super) fn restore_times(member: &Member<'_>, window: Window) -> Vec<u32> {
    let incidents = member.incidents_to_date().filter_map(|incident| {
        let resolved = incident.resolved_at.filter(|at| window.contains(member.t, *at))?;
        Some(seconds(resolved.since(incident.opened_at)))
    });
    let failures = member.failures_to_date().filter_map(|(deployment, failure)| {
        let restored = failure.restored_at.filter(|at| window.contains(member.t, *at))?;
        (!failure.has_incident).then(|| seconds(restored.since(deployment.finished_at)))
    });
    incidents.chain(failures).collect()
}

/// Incidents that opened in the window, with and without a component.
pub(super) fn incidents(member: &Member<'_>, window: Window) -> usize {
    member.mapped_incidents(window).len() + member.unmapped_incidents(window).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY, HOUR, Time};
    use crate::measures::tests::{failed, failed_with_incident, history, incident, one};

    #[test]
    fn incidents_and_failures_without_one_are_restored_each_once() {
        let t = 100 * DAY;
        let mut history = history(vec![
            failed(t - 5 * DAY, Some(t - 5 * DAY + HOUR)),
            failed_with_incident(t - 4 * DAY, Some(t - 3 * DAY)),
            failed_with_incident(t - 4 * DAY + 60, Some(t - 3 * DAY)),
        ]);
        history.incidents = vec![
            incident(t - 60 * DAY, Some(t - 7 * DAY)),
            incident(t - 4 * DAY, Some(t - 3 * DAY)),
            incident(t - DAY, None),
        ];
        let week = Window::days(7);
        assert_eq!(
            one(&history, t, |member| restore_times(member, week)),
            [DAY, HOUR].map(seconds)
        );
        assert_eq!(one(&history, t, |member| incidents(member, week)), 2);
    }

    #[test]
    fn unmapped_incidents_count_at_the_level_that_is_known() {
        let t = Time(100 * DAY);
        let known = history(vec![]);
        let lost = incident(t.0 - DAY, Some(t.0 - DAY + 60));
        let group = Member { history: &known, unmapped: &[lost], t };
        assert_eq!(restore_times(&group, Window::days(7)), [60]);
        assert_eq!(incidents(&group, Window::days(7)), 1);
    }
}
