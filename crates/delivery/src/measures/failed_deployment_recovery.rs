//! Failed deployment recovery time, per failed deployment: its finish → restored, in the window of
//! the restoring. A failure before the window that recovered inside it counts here.

use super::Member;
use super::member::seconds;
use crate::domain::Window;

/// The recovery times of the failed deployments that were restored in the window.
pub(super) fn recovery_times(member: &Member<'_>, window: Window) -> Vec<u32> {
    let times = member.failures_to_date().filter_map(|(deployment, failure)| {
        let restored = failure.restored_at.filter(|at| window.contains(member.t, *at))?;
        Some(seconds(restored.since(deployment.finished_at)))
    });
    times.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{failed, history, one};

    #[test]
    fn a_recovery_counts_when_service_was_restored() {
        let t = 100 * DAY;
        let history = history(vec![
            failed(t - 60 * DAY, Some(t - 7 * DAY)),
            failed(t - 50 * DAY, Some(t - 7 * DAY + 1)),
            failed(t - 9 * DAY, Some(t)),
            failed(t - DAY, None),
            failed(t - 60, Some(t + 1)),
        ]);
        let found = one(&history, t, |member| recovery_times(member, Window::days(7)));
        assert_eq!(found, [43 * DAY + 1, 9 * DAY].map(seconds));
    }
}
