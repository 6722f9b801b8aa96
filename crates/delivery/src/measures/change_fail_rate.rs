//! Change fail rate: distinct failed production deployments ÷ production deployments, both by their
//! finish in the window. A deployment fails once, however many incidents it caused, so the ratio
//! never exceeds 1; incidents ÷ deployments would.

use super::Member;
use crate::domain::Window;

/// Production deployments that finished in the window and failed, whenever the failure was found.
pub(super) fn failed_deployments(member: &Member<'_>, window: Window) -> usize {
    let deployments = member.deployments(window).iter();
    deployments.filter(|deployment| deployment.failure.is_some()).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{deployment, failed, figures, history, one};

    #[test]
    fn a_failure_belongs_to_the_window_of_its_deployment_not_of_its_recovery() {
        let t = 100 * DAY;
        let before = failed(t - 8 * DAY, Some(t - DAY));
        let history = history(vec![before, failed(t - DAY, None), deployment(t)]);
        let found = one(&history, t, |member| figures(member, Window::days(7)));
        assert_eq!((found.deployments, found.failed_deployments), (2, 1));
        assert_eq!(found.change_fail.unwrap().ratio, 0.5);
        assert_eq!(found.recovered_deployments, 1);
    }

    #[test]
    fn without_deployments_there_is_no_ratio() {
        let history = history(vec![]);
        let found = one(&history, DAY, |member| figures(member, Window::days(7)));
        assert_eq!((found.failed_deployments, found.change_fail), (0, None));
    }

    #[test]
    fn when_all_failed_the_ratio_is_one() {
        let history = history(vec![failed(1, None), failed(2, None)]);
        let found = one(&history, DAY, |member| figures(member, Window::days(7)));
        assert_eq!(found.change_fail.map(|share| (share.ratio, share.upper)), Some((1.0, 1.0)));
    }
}
