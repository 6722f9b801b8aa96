//! What a figure is computed over: the histories of a component, a team or an organisation.

use crate::domain::{Time, Window};
use crate::ledger::{
    AbortedDeployment, Failure, History, JudgedIncident, ProductionDeployment, ShippedChange,
};

/// A component's history with the instant its windows end at.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The history, judged as of `t`.
    pub history: &'a History,
    /// Now, or the instant through which the component's source has data where that lags: an
    /// outage of the source must not slide figures to zero.
    pub t: Time,
}

/// A component (one member), a team or an organisation (any number of members).
#[derive(Clone, Copy, Debug)]
pub struct Pool<'a> {
    /// The components.
    pub members: &'a [Member<'a>],
    /// Incidents that are known at this level only; none for a component.
    pub unmapped: &'a [&'a JudgedIncident],
    /// The instant at which windows end for unmapped incidents and for calendar weeks.
    pub t: Time,
}

impl<'a> Pool<'a> {
    /// How many of a sorted list's entries lie in the window, without looking at each.
    pub(super) fn count<T: 'a>(
        &self,
        window: Window,
        list: impl Fn(&'a History) -> &'a [T],
        at: impl Fn(&T) -> Time,
    ) -> u64 {
        let inside = |member: &Member<'a>| within(list(member.history), &at, window, member.t);
        self.members.iter().map(|member| inside(member).len() as u64).sum()
    }

    /// Production deployments that finished in the window.
    pub(super) fn deployments(
        &self,
        window: Window,
    ) -> impl Iterator<Item = &'a ProductionDeployment> + use<'a> {
        self.members.iter().flat_map(move |member| {
            within(&member.history.deployments, |one| one.finished_at, window, member.t)
        })
    }

    /// Shipped changes whose shipping deployment finished in the window.
    pub(super) fn changes(
        &self,
        window: Window,
    ) -> impl Iterator<Item = &'a ShippedChange> + use<'a> {
        self.members.iter().flat_map(move |member| {
            within(&member.history.changes, |one| one.finished_at, window, member.t)
        })
    }

    /// Deployments that were judged aborted in the window.
    pub(super) fn aborted(
        &self,
        window: Window,
    ) -> impl Iterator<Item = &'a AbortedDeployment> + use<'a> {
        self.members
            .iter()
            .flat_map(move |member| within(&member.history.aborted, |one| one.at, window, member.t))
    }

    /// Incidents of the components that opened in the window.
    pub(super) fn mapped_incidents(
        &self,
        window: Window,
    ) -> impl Iterator<Item = &'a JudgedIncident> + use<'a> {
        self.members.iter().flat_map(move |member| {
            within(&member.history.incidents, |one| one.opened_at, window, member.t)
        })
    }

    /// Incidents without a component that opened in the window.
    pub(super) fn unmapped_incidents(
        &self,
        window: Window,
    ) -> impl Iterator<Item = &'a JudgedIncident> + use<'a> {
        let t = self.t;
        self.unmapped.iter().copied().filter(move |one| window.contains(t, one.opened_at))
    }

    /// All incidents that opened by the end of time of their member, with that instant.
    pub(super) fn incidents_to_date(
        &self,
    ) -> impl Iterator<Item = (&'a JudgedIncident, Time)> + use<'a> {
        let t = self.t;
        let mapped = self.members.iter().flat_map(|member| {
            to_date(&member.history.incidents, |one| one.opened_at, member.t)
                .iter()
                .map(|one| (one, member.t))
        });
        let unmapped = self.unmapped.iter().copied().filter(move |one| one.opened_at <= t);
        mapped.chain(unmapped.map(move |one| (one, t)))
    }

    /// All change failures of deployments that finished by the end of time of their member, with
    /// that instant. However old: a failure before the window may recover inside it.
    pub(super) fn failures_to_date(
        &self,
    ) -> impl Iterator<Item = (&'a ProductionDeployment, &'a Failure, Time)> + use<'a> {
        self.members.iter().flat_map(|member| {
            to_date(&member.history.deployments, |one| one.finished_at, member.t)
                .iter()
                .filter_map(|one| one.failure.as_deref().map(|failure| (one, failure, member.t)))
        })
    }
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
}
