//! Open failures: what is still burning, and since when. Means and medians hide it until it ends.

use super::Member;
use crate::domain::Time;

/// How many production failures are unresolved, and the start of the oldest: an incident's opening,
/// or without an incident the finish of the deployment that failed.
pub(super) fn open_failures(member: &Member<'_>) -> (u64, Option<Time>) {
    let incidents = member
        .incidents_to_date()
        .filter(|incident| incident.resolved_at.is_none())
        .map(|incident| incident.opened_at);
    let failures = member
        .failures_to_date()
        .filter(|(_, failure)| failure.open && !failure.has_incident)
        .map(|(deployment, _)| deployment.finished_at);
    incidents.chain(failures).fold((0, None), |(count, oldest), start| {
        (count + 1, Some(oldest.map_or(start, |oldest: Time| oldest.min(start))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{failed, failed_with_incident, history, incident, one};

    #[test]
    fn an_open_incident_is_one_failure_however_many_deployments_it_blames() {
        let mut history = history(vec![
            failed_with_incident(10, None),
            failed_with_incident(20, None),
            failed(30, Some(40)),
        ]);
        history.incidents =
            vec![incident(25, None), incident(26, Some(50)), incident(DAY + 1, None)];
        assert_eq!(one(&history, DAY, open_failures), (1, Some(Time(25))));
    }

    #[test]
    fn a_change_failure_without_an_incident_burns_from_its_finish() {
        let history = history(vec![failed(20, None), failed(30, None)]);
        assert_eq!(one(&history, DAY, open_failures), (2, Some(Time(20))));
    }

    #[test]
    fn nothing_open_is_zero_without_a_start() {
        assert_eq!(one(&history(vec![]), DAY, open_failures), (0, None));
    }
}
