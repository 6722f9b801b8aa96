//! When figures change by time alone: an instant enters a window when it comes and leaves it a
//! window's length later; weeks end on Mondays. Between two edges figures need no new look.

use super::deployment_days::{SHORTEST_WINDOW, first_full_week};
use super::member::within;
use super::{LEVEL_WINDOW, SEED_FREQUENCY_WINDOW, SEED_INSTABILITY_WINDOW};
use crate::domain::{Time, WEEK, Window};
use crate::ledger::{History, JudgedIncident};

/// The windows that figures are computed over: the configured ones, and those of the original
/// collector's gauges and of performance levels.
pub fn evaluated_windows(configured: &[Window]) -> Vec<Window> {
    let always = [SEED_FREQUENCY_WINDOW, SEED_INSTABILITY_WINDOW, LEVEL_WINDOW];
    let mut windows: Vec<Window> = configured.iter().copied().chain(always).collect();
    windows.sort_unstable();
    windows.dedup();
    windows
}

/// The earliest instant after `t` at which figures of this component over `windows` may change by
/// time alone; absent where they never will.
pub fn next_edge(history: &History, windows: &[Window], t: Time) -> Option<Time> {
    let mut edge = Edge { windows, t, next: None };
    edge.sorted(&history.deployments, |one| one.finished_at);
    edge.sorted(&history.changes, |one| one.finished_at);
    edge.sorted(&history.waiting, |one| one.merged_at);
    edge.sorted(&history.merged, |one| one.merged_at);
    edge.sorted(&history.aborted, |one| one.at);
    edge.sorted(&history.incidents, |one| one.opened_at);
    let resolved = history.incidents.iter().filter_map(|incident| incident.resolved_at);
    let failures = history.deployments.iter().filter_map(|one| one.failure.as_ref());
    resolved.chain(failures.filter_map(|failure| failure.restored_at)).for_each(|at| edge.fact(at));
    for window in windows {
        if !within(&history.deployments, |one| one.finished_at, *window, t).is_empty() {
            edge.weeks(*window);
        }
    }
    edge.candidate(history.next_edge);
    edge.next
}

/// The earliest instant after `t` at which figures of a team or organisation may change by time
/// alone though those of its components do not: by its unmapped incidents, and by calendar weeks.
pub fn next_pool_edge(unmapped: &[JudgedIncident], windows: &[Window], t: Time) -> Option<Time> {
    let mut edge = Edge { windows, t, next: None };
    for incident in unmapped {
        edge.fact(incident.opened_at);
        incident.resolved_at.into_iter().for_each(|at| edge.fact(at));
    }
    windows.iter().for_each(|window| edge.weeks(*window));
    edge.next
}

/// The earliest instant after `t` at which one of sorted instants comes or leaves a window.
pub(super) fn next_sorted_edge<T>(
    items: &[T],
    at: impl Fn(&T) -> Time,
    windows: &[Window],
    t: Time,
) -> Option<Time> {
    let mut edge = Edge { windows, t, next: None };
    edge.sorted(items, at);
    edge.next
}

struct Edge<'a> {
    windows: &'a [Window],
    t: Time,
    next: Option<Time>,
}

impl Edge<'_> {
    fn candidate(&mut self, at: Option<Time>) {
        if let Some(at) = at.filter(|at| *at > self.t) {
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
    }

    /// An instant enters windows when it comes, and leaves each when its start has reached it.
    fn fact(&mut self, at: Time) {
        self.candidate(Some(at));
        for window in self.windows {
            self.candidate(Some(at.plus(window.length)));
        }
    }

    /// The first of sorted instants to come, and the first to leave each window.
    fn sorted<T>(&mut self, items: &[T], at: impl Fn(&T) -> Time) {
        let t = self.t;
        let after = |start: Time| items.get(items.partition_point(|one| at(one) <= start)).map(&at);
        self.candidate(after(t));
        for window in self.windows {
            self.candidate(after(window.start(t)).map(|first| first.plus(window.length)));
        }
    }

    /// A week counts from the Monday that ends it, until the window's start reaches its own.
    fn weeks(&mut self, window: Window) {
        if window >= SHORTEST_WINDOW {
            self.candidate(Some(self.t.week_start().plus(WEEK)));
            self.candidate(Some(first_full_week(window, self.t).plus(window.length)));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{deployment, failed, history, incident};

    #[test]
    fn a_deployment_leaves_the_shortest_window_first() {
        let t = Time(100 * DAY);
        let history = history(vec![deployment(t.0 - 3 * DAY)]);
        let windows = [Window::days(7), Window::days(14)];
        let edge = next_edge(&history, &windows, t);
        assert_eq!(edge, Some(Time(t.0 + 4 * DAY)));
        assert_eq!(next_edge(&history, &windows, edge.unwrap()), Some(Time(t.0 + 11 * DAY)));
        assert_eq!(next_edge(&history, &windows, Time(t.0 + 11 * DAY)), None);
    }

    #[test]
    fn an_idle_component_never_changes_by_itself() {
        let mut history = history(vec![]);
        assert_eq!(next_edge(&history, &[Window::days(30)], Time(0)), None);
        history.next_edge = Some(Time(5));
        assert_eq!(next_edge(&history, &[Window::days(30)], Time(0)), Some(Time(5)));
        assert_eq!(next_edge(&history, &[Window::days(30)], Time(5)), None);
    }

    #[test]
    fn old_failures_that_were_restored_lately_leave_by_their_restoring() {
        let t = Time(100 * DAY);
        let mut history = history(vec![failed(t.0 - 50 * DAY, Some(t.0 - 5 * DAY))]);
        history.incidents = vec![incident(t.0 - 60 * DAY, Some(t.0 - 6 * DAY))];
        assert_eq!(next_edge(&history, &[Window::days(7)], t), Some(t.plus(DAY)));
        history.incidents.clear();
        assert_eq!(next_edge(&history, &[Window::days(7)], t), Some(t.plus(2 * DAY)));
    }

    #[test]
    fn weeks_end_on_mondays_for_windows_that_count_them() {
        let wednesday = Time(6 * DAY + 3_600);
        let history = history(vec![deployment(wednesday.0)]);
        assert_eq!(next_edge(&history, &[Window::days(28)], wednesday), Some(Time(11 * DAY)));
        assert_eq!(next_pool_edge(&[], &[Window::days(28)], wednesday), Some(Time(11 * DAY)));
        assert_eq!(next_pool_edge(&[], &[Window::days(7)], wednesday), None);
    }

    #[test]
    fn the_original_windows_and_the_levels_are_always_evaluated() {
        let days = |windows: Vec<Window>| -> Vec<i64> {
            windows.iter().map(|window| window.length / DAY).collect()
        };
        assert_eq!(days(evaluated_windows(&[])), [7, 30, 90]);
        assert_eq!(days(evaluated_windows(&[Window::days(30), Window::days(14)])), [7, 14, 30, 90]);
    }
}
