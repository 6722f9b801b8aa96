//! Deployment frequency: production deployments in the window ÷ the window's days.

use super::Member;
use crate::domain::Window;

/// Production deployments that finished in the window.
pub(super) fn deployments(member: &Member<'_>, window: Window) -> usize {
    member.deployments(window).len()
}

/// Deployments per day. Never absent: a team that deploys nothing deploys 0 times a day.
pub(super) fn deployment_frequency_per_day(deployments: u64, window: Window) -> f64 {
    deployments as f64 / window.in_days()
}

/// Deployments that were judged in the window to have failed for good; they are no deployments.
pub(super) fn aborted_deployments(member: &Member<'_>, window: Window) -> usize {
    member.aborted(window).len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{aborted, deployment, history, one};

    #[test]
    fn a_finish_counts_after_the_start_of_the_window_and_until_its_end() {
        let t = 100 * DAY;
        let history = history(
            [t - 7 * DAY - 1, t - 7 * DAY, t - 7 * DAY + 1, t, t + 1].map(deployment).to_vec(),
        );
        let found = one(&history, t, |member| deployments(member, Window::days(7)));
        assert_eq!(found, 2);
    }

    #[test]
    fn frequency_is_a_count_over_days_and_zero_when_nothing_happened() {
        assert_eq!(deployment_frequency_per_day(14, Window::days(7)), 2.0);
        assert_eq!(deployment_frequency_per_day(0, Window::days(7)), 0.0);
        assert_eq!(deployment_frequency_per_day(1, Window { length: DAY + DAY / 2 }), 1.0 / 1.5);
    }

    #[test]
    fn aborted_deployments_count_when_they_were_judged_and_are_no_deployments() {
        let t = 100 * DAY;
        let mut history = history(vec![]);
        history.aborted = vec![aborted(t - 7 * DAY), aborted(t - DAY)];
        assert_eq!(one(&history, t, |member| aborted_deployments(member, Window::days(7))), 1);
        assert_eq!(one(&history, t, |member| deployments(member, Window::days(7))), 0);
    }
}
