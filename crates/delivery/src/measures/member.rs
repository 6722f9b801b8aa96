//! What figures are taken from: the history of a component, or the incidents that a team or an
//! organisation has of its own.

use crate::domain::{Span, Time, Window};
use crate::ledger::{
    AbortedDeployment, Failure, History, JudgedIncident, MergedChange, ProductionDeployment,
    ShippedChange,
};

/// A member of a [`Pool`](super::Pool), with the instant at which its windows end.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// A component's history, judged as of `t`; an empty one for what a group has of its own.
    pub history: &'a History,
    /// Incidents that are known at a group's level only; none for a component.
    pub unmapped: &'a [JudgedIncident],
    /// Now, or the instant through which the component's source has data where that lags: an
    /// outage of the source must not slide figures to zero.
    pub t: Time,
}

impl<'a> Member<'a> {
    /// A component.
    pub fn component(history: &'a History, t: Time) -> Member<'a> {
        Member { history, unmapped: &[], t }
    }

    /// Production deployments that finished in the window.
    pub(super) fn deployments(&self, window: Window) -> &'a [ProductionDeployment] {
        within(&self.history.deployments, |one| one.finished_at, window, self.t)
    }

    /// Shipped changes whose shipping deployment finished in the window.
    pub(super) fn changes(&self, window: Window) -> &'a [ShippedChange] {
        within(&self.history.changes, |one| one.finished_at, window, self.t)
    }

    /// Pull requests merged in the window, shipped or not.
    pub(super) fn merged(&self, window: Window) -> &'a [MergedChange] {
        within(&self.history.merged, |one| one.merged_at, window, self.t)
    }

    /// Deployments that were judged aborted in the window.
    pub(super) fn aborted(&self, window: Window) -> &'a [AbortedDeployment] {
        within(&self.history.aborted, |one| one.at, window, self.t)
    }

    /// Incidents of the component that opened in the window.
    pub(super) fn mapped_incidents(&self, window: Window) -> &'a [JudgedIncident] {
        within(&self.history.incidents, |one| one.opened_at, window, self.t)
    }

    /// Incidents without a component that opened in the window.
    pub(super) fn unmapped_incidents(
        &self,
        window: Window,
    ) -> impl Iterator<Item = &'a JudgedIncident> + use<'a> {
        let t = self.t;
        self.unmapped.iter().filter(move |one| window.contains(t, one.opened_at))
    }

    /// All incidents that opened by the end of time.
    pub(super) fn incidents_to_date(&self) -> impl Iterator<Item = &'a JudgedIncident> + use<'a> {
        let t = self.t;
        let unmapped = self.unmapped.iter().filter(move |one| one.opened_at <= t);
        to_date(&self.history.incidents, |one| one.opened_at, t).iter().chain(unmapped)
    }

    /// All change failures of deployments that finished by the end of time. However old: a failure
    /// before the window may recover inside it.
    pub(super) fn failures_to_date(
        &self,
    ) -> impl Iterator<Item = (&'a ProductionDeployment, &'a Failure)> + use<'a> {
        to_date(&self.history.deployments, |one| one.finished_at, self.t)
            .iter()
            .filter_map(|one| one.failure.as_deref().map(|failure| (one, failure)))
    }
}

/// A duration as it is pooled: from 0 to 136 years, which only a wrong clock exceeds.
pub(super) fn seconds(span: Span) -> u32 {
    span.clamp(0, Span::from(u32::MAX)) as u32
}

/// The part of `items`, which are sorted by `at`, that lies in `(t − w, t]`.
pub(super) fn within<T>(items: &[T], at: impl Fn(&T) -> Time, window: Window, t: Time) -> &[T] {
    let known = to_date(items, &at, t);
    let start = window.start(t);
    &known[known.partition_point(|one| at(one) <= start)..]
}

/// The part of `items`, which are sorted by `at`, that lies at or before `t`.
pub(super) fn to_date<T>(items: &[T], at: impl Fn(&T) -> Time, t: Time) -> &[T] {
    &items[..items.partition_point(|one| at(one) <= t)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY;

    #[test]
    fn a_window_takes_its_end_and_leaves_its_start() {
        let times: Vec<Time> = [0, 1, DAY, DAY + 1].map(Time).to_vec();
        let inside = within(&times, |time| *time, Window::days(1), Time(DAY));
        assert_eq!(inside, [Time(1), Time(DAY)]);
        assert!(within(&times[..0], |time| *time, Window::days(1), Time(DAY)).is_empty());
        assert!(within(&times, |time| *time, Window::days(1), Time(-1)).is_empty());
    }

    #[test]
    fn durations_end_where_only_a_wrong_clock_leads() {
        let found = [-1, 0, 7, i64::from(u32::MAX), i64::MAX].map(seconds);
        assert_eq!(found, [0, 0, 7, u32::MAX, u32::MAX]);
    }
}
