//! All that figures over one window are made of: counts, and durations in order. A component's and a
//! group's are alike, so that a figure is computed in one way.

use super::change_fail_rate::failed_deployments;
use super::change_lead_time::{PHASES, lead_times, phase_times};
use super::deployment_days::deployed_days;
use super::deployment_frequency::{aborted_deployments, deployments};
use super::failed_deployment_recovery::recovery_times;
use super::multiset::{Multiset, difference};
use super::rework_rate::rework_deployments;
use super::time_to_restore::{incidents, restore_times};
use super::values::Sorted;
use super::{Member, Phase, trust};
use crate::domain::Window;

/// What is counted, by its place in [`COUNTS`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Deployments,
    AbortedDeployments,
    FailedDeployments,
    ReworkDeployments,
    Incidents,
    UnattributedIncidents,
    UnmappedIncidents,
    DeploymentsWithoutChanges,
    DeploymentsUnknownCommit,
    ChangesUnknownPaths,
}

type Rule = fn(&Member<'_>, Window) -> usize;

const COUNTS: [Rule; 10] = [
    deployments,
    aborted_deployments,
    failed_deployments,
    rework_deployments,
    incidents,
    trust::unattributed_incidents,
    trust::unmapped_incidents,
    trust::deployments_without_changes,
    trust::deployments_unknown_commit,
    trust::changes_unknown_paths,
];

/// What is kept in order: seconds, and days since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) enum List {
    LeadTimes,
    /// Four lists, in the order of [`PHASES`].
    PhaseTimes(Phase),
    RecoveryTimes,
    RestoreTimes,
    DeployedDays,
}

const LISTS: usize = 4 + PHASES.len();

impl List {
    fn place(self) -> usize {
        match self {
            List::LeadTimes => 0,
            List::RecoveryTimes => 1,
            List::RestoreTimes => 2,
            List::DeployedDays => 3,
            List::PhaseTimes(phase) => 4 + phase as usize,
        }
    }
}

/// What a window holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally<V> {
    pub(super) window: Window,
    counts: [u32; COUNTS.len()],
    lists: [V; LISTS],
}

impl<V> Tally<V> {
    /// How many there are.
    pub(super) fn count(&self, count: Count) -> u64 {
        u64::from(self.counts[count as usize])
    }

    /// The numbers of a list.
    pub(super) fn list(&self, list: List) -> &V {
        &self.lists[list.place()]
    }
}

impl Tally<Sorted> {
    /// What a member's window holds.
    pub(super) fn of(member: &Member<'_>, window: Window) -> Tally<Sorted> {
        let mut lists: [Sorted; LISTS] = Default::default();
        let mut put = |list: List, numbers: Vec<u32>| lists[list.place()] = numbers.into();
        put(List::LeadTimes, lead_times(member, window));
        put(List::RecoveryTimes, recovery_times(member, window));
        put(List::RestoreTimes, restore_times(member, window));
        put(List::DeployedDays, deployed_days(member, window));
        for (phase, times) in PHASES.into_iter().zip(phase_times(member, window)) {
            put(List::PhaseTimes(phase), times);
        }
        Tally { window, counts: COUNTS.map(|rule| rule(member, window) as u32), lists }
    }
}

impl Tally<Multiset> {
    /// Nothing yet.
    pub(super) fn empty(window: Window) -> Tally<Multiset> {
        Tally { window, counts: Default::default(), lists: Default::default() }
    }

    /// Takes members' old contributions out and puts their new ones in.
    pub(super) fn replace<'a>(
        &mut self,
        pairs: impl Iterator<Item = (Option<&'a Tally<Sorted>>, Option<&'a Tally<Sorted>>)> + Clone,
    ) {
        for (old, new) in pairs.clone() {
            for (at, sum) in self.counts.iter_mut().enumerate() {
                let count = |tally: Option<&Tally<Sorted>>| tally.map_or(0, |it| it.counts[at]);
                *sum = *sum + count(new) - count(old);
            }
        }
        for (at, list) in self.lists.iter_mut().enumerate() {
            let (mut out, mut into) = (Vec::new(), Vec::new());
            for (old, new) in pairs.clone() {
                let numbers = |tally: Option<&'a Tally<Sorted>>| {
                    tally.map_or(&[][..], |it| it.lists[at].numbers())
                };
                difference(numbers(old), numbers(new), &mut out, &mut into);
            }
            if !out.is_empty() || !into.is_empty() {
                list.change(out, into);
            }
        }
    }
}
