//! Deployment days per week: the ordinary median (the mean of the middle two where their number is
//! even) over the window's full ISO weeks of the weekdays, Monday to Friday in UTC, on which
//! anything of the pool was deployed. It tells a steady team from one that deploys in bursts.

use super::Member;
use super::values::Values;
use crate::domain::{DAY, Time, WEEK, Window};

/// The shortest window that has a median worth telling.
pub(super) const SHORTEST_WINDOW: Window = Window { length: 28 * DAY };

/// The days since 1970, each once, on which anything was deployed in a window that has a median.
pub(super) fn deployed_days(member: &Member<'_>, window: Window) -> Vec<u32> {
    if window < SHORTEST_WINDOW {
        return Vec::new();
    }
    let finishes = member.deployments(window).iter().map(|one| one.finished_at);
    let mut days: Vec<u32> = finishes.filter_map(|at| u32::try_from(at.day()).ok()).collect();
    days.dedup();
    days
}

/// The median over the weeks before `t`; absent for windows shorter than 28 days.
pub(super) fn deployment_days_per_week(
    deployed_days: &impl Values,
    window: Window,
    t: Time,
) -> Option<f64> {
    if window < SHORTEST_WINDOW {
        return None;
    }
    let weeks = || (first_full_week(window, t).day()..t.week_start().day()).step_by(7);
    let is_deployed = |day: &i64| u32::try_from(*day).is_ok_and(|day| deployed_days.contains(day));
    median(weeks().map(|monday| (monday..monday + 5).filter(is_deployed).count()).collect())
}

/// The first Monday 00:00 UTC whose whole week lies after the window's start.
pub(super) fn first_full_week(window: Window, t: Time) -> Time {
    window.start(t).week_start().plus(WEEK)
}

fn median(mut counts: Vec<usize>) -> Option<f64> {
    counts.sort_unstable();
    let upper = *counts.get(counts.len() / 2)?;
    let lower = counts[(counts.len() - 1) / 2];
    Some((lower + upper) as f64 / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::tests::{deployment, figures, history, one, pooled};

    /// A Monday, 00:00 UTC.
    const MONDAY: i64 = 2_000 * WEEK + 4 * DAY;

    fn days(finishes: &[i64], t: i64) -> Option<f64> {
        let mut finishes = finishes.to_vec();
        finishes.sort_unstable();
        let history = history(finishes.into_iter().map(deployment).collect());
        one(&history, t, |member| figures(member, Window::days(28))).deployment_days_per_week
    }

    #[test]
    fn the_test_starts_on_a_monday() {
        assert_eq!((Time(MONDAY).weekday(), Time(MONDAY).week_start()), (0, Time(MONDAY)));
    }

    #[test]
    fn short_windows_have_no_days_per_week() {
        let history = history(vec![deployment(MONDAY)]);
        let short = Window { length: 28 * DAY - 1 };
        let found = one(&history, MONDAY, |member| figures(member, short));
        assert_eq!(found.deployment_days_per_week, None);
    }

    #[test]
    fn weeks_without_deployments_count_as_zero() {
        assert_eq!(days(&[], MONDAY), Some(0.0));
    }

    #[test]
    fn only_weeks_that_lie_wholly_inside_the_window_count() {
        // From a Monday 00:00 the window (t − 28 d, t] misses the first instant of its first week.
        let busy: Vec<i64> = (0..5).map(|day| MONDAY - 4 * WEEK + day * DAY + 1).collect();
        assert_eq!(days(&busy, MONDAY), Some(0.0));
        // One second earlier that week is whole, and the week of `t` is not over.
        assert_eq!(first_full_week(Window::days(28), Time(MONDAY - 1)), Time(MONDAY - 4 * WEEK));
    }

    #[test]
    fn several_deployments_on_a_day_are_one_day_and_weekends_none() {
        let t = MONDAY;
        let each_week = |at: &[i64]| -> Vec<i64> {
            (1..=3).flat_map(|week| at.iter().map(move |at| MONDAY - week * WEEK + at)).collect()
        };
        let (monday, tuesday, saturday) = (3_600, DAY + 3_600, 5 * DAY);
        assert_eq!(days(&each_week(&[monday, monday + 60]), t), Some(1.0));
        assert_eq!(days(&each_week(&[monday, tuesday, saturday]), t), Some(2.0));
    }

    #[test]
    fn an_even_number_of_weeks_takes_the_mean_of_the_middle_two() {
        assert_eq!(median(vec![4, 0, 1, 2]), Some(1.5));
        assert_eq!(median(vec![3, 1, 2]), Some(2.0));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn a_pool_counts_distinct_days() {
        let at = |day: i64| -> Vec<_> {
            (1..=3).rev().map(|week| deployment(MONDAY - week * WEEK + day * DAY)).collect()
        };
        let (one, same, other) = (history(at(0)), history(at(0)), history(at(1)));
        let (window, t) = (Window::days(28), Time(MONDAY));
        let members = [&one, &same, &other].map(|history| Member::component(history, t));
        let found = pooled(&members, &[window]).window_figures(window, t);
        assert_eq!(found.and_then(|figures| figures.deployment_days_per_week), Some(2.0));
    }
}
