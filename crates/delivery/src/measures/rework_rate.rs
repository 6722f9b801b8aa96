//! Rework rate: deployments that repair something ÷ production deployments, by finish in the window.

use super::Member;
use crate::domain::Window;

/// Production deployments that finished in the window and are rework.
pub(super) fn rework_deployments(member: &Member<'_>, window: Window) -> usize {
    member.deployments(window).iter().filter(|deployment| deployment.is_rework).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{deployment, figures, history, one};

    #[test]
    fn rework_is_a_share_of_the_deployments_of_the_window() {
        let t = 100 * DAY;
        let rework = |at| {
            let mut deployment = deployment(at);
            deployment.is_rework = true;
            deployment
        };
        let history = history(vec![rework(t - 7 * DAY), rework(t - 1), deployment(t)]);
        let found = one(&history, t, |member| figures(member, Window::days(7)));
        assert_eq!((found.rework_deployments, found.rework.unwrap().ratio), (1, 0.5));
    }
}
