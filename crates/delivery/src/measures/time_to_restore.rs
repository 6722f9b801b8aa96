//! Time to restore, per production failure, whether a deployment caused it or not: an incident's
//! opening → its resolution; a change failure without an incident: as its recovery time. An incident
//! in the evidence of several deployments is one failure.

use super::Pool;
use crate::domain::{Span, Window};

/// The restore times of the production failures that were restored in the window.
pub(super) fn restore_times(pool: &Pool<'_>, window: Window) -> Vec<Span> {
    let incidents = pool.incidents_to_date().filter_map(|(incident, t)| {
        let resolved = incident.resolved_at.filter(|at| window.contains(t, *at))?;
        Some(resolved.since(incident.opened_at).max(0))
    });
    let failures = pool.failures_to_date().filter_map(|(deployment, failure, t)| {
        let restored = failure.restored_at.filter(|at| window.contains(t, *at))?;
        (!failure.has_incident).then(|| restored.since(deployment.finished_at).max(0))
    });
    incidents.chain(failures).collect()
}

/// Incidents that opened in the window, with and without a component.
pub(super) fn incidents(pool: &Pool<'_>, window: Window) -> u64 {
    (pool.mapped_incidents(window).count() + pool.unmapped_incidents(window).count()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY, HOUR, Time};
    use crate::measures::Member;
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
        assert_eq!(one(&history, t, |pool| restore_times(pool, week)), [DAY, HOUR]);
        assert_eq!(one(&history, t, |pool| incidents(pool, week)), 2);
    }

    #[test]
    fn unmapped_incidents_count_at_the_level_that_is_known() {
        let t = Time(100 * DAY);
        let known = history(vec![]);
        let lost = incident(t.0 - DAY, Some(t.0 - DAY + 60));
        let members = [Member { history: &known, t: t.plus(-30 * DAY) }];
        let pool = Pool { members: &members, unmapped: &[&lost], t };
        assert_eq!(restore_times(&pool, Window::days(7)), [60]);
        assert_eq!(incidents(&pool, Window::days(7)), 1);
    }
}
