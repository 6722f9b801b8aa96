//! The facts of a team or an organisation, pooled, and kept current by difference: when a component
//! changes, its old contribution is taken out and its new one put in. What that costs depends on
//! what differs, not on how much is pooled.

use super::Contribution;
use super::figures::{PointFigures, WindowFigures, window_figures};
use super::multiset::Multiset;
use super::tally::Tally;
use crate::domain::{Time, Window};
use std::collections::BTreeMap;

/// A member's contribution before and after; absent before it came or once it has left.
#[derive(Clone, Copy, Debug)]
pub struct Replacement<'a> {
    /// What was put in last.
    pub old: Option<&'a Contribution>,
    /// What is put in instead.
    pub new: Option<&'a Contribution>,
}

/// The sums over any number of members.
#[derive(Clone, Debug)]
pub struct Pool {
    tallies: Vec<Tally<Multiset>>,
    open_failures: u64,
    waiting_changes: u64,
    oldest_open_failures: Instants,
    oldest_waiting_changes: Instants,
    last_deployments: Instants,
}

impl Pool {
    /// An empty pool with these windows, which all contributions must have.
    pub fn new(windows: &[Window]) -> Pool {
        Pool {
            tallies: windows.iter().copied().map(Tally::empty).collect(),
            open_failures: 0,
            waiting_changes: 0,
            oldest_open_failures: Instants::default(),
            oldest_waiting_changes: Instants::default(),
            last_deployments: Instants::default(),
        }
    }

    /// Puts in what is new of members, in place of what was put in of them before.
    pub fn replace(&mut self, members: &[Replacement<'_>]) {
        for tally in &mut self.tallies {
            let window = tally.window;
            tally.replace(members.iter().map(move |one| {
                let [old, new] = [one.old, one.new].map(|it| it.and_then(|it| it.tally(window)));
                (old, new)
            }));
        }
        for Replacement { old, new } in members {
            let old = old.map(|contribution| &contribution.point);
            let new = new.map(|contribution| &contribution.point);
            let count = |point: Option<&PointFigures>, read: fn(&PointFigures) -> u64| {
                point.map_or(0, read)
            };
            let instant =
                |read: fn(&PointFigures) -> Option<Time>| (old.and_then(read), new.and_then(read));
            self.open_failures += count(new, |point| point.open_failures);
            self.open_failures -= count(old, |point| point.open_failures);
            self.waiting_changes += count(new, |point| point.waiting_changes);
            self.waiting_changes -= count(old, |point| point.waiting_changes);
            self.oldest_open_failures.replace(instant(|point| point.oldest_open_failure));
            self.oldest_waiting_changes.replace(instant(|point| point.oldest_waiting_change));
            self.last_deployments.replace(instant(|point| point.last_deployment));
        }
    }

    /// The figures over a window, with weeks as of `t`; absent where it is none of the pool's.
    pub fn window_figures(&self, window: Window, t: Time) -> Option<WindowFigures> {
        let tally = self.tallies.iter().find(|tally| tally.window == window)?;
        Some(window_figures(tally, t))
    }

    /// The figures that need no window.
    pub fn point_figures(&self) -> PointFigures {
        PointFigures {
            open_failures: self.open_failures,
            oldest_open_failure: self.oldest_open_failures.first(),
            waiting_changes: self.waiting_changes,
            oldest_waiting_change: self.oldest_waiting_changes.first(),
            last_deployment: self.last_deployments.last(),
        }
    }
}

/// An instant of each member that has one, with how many share it.
#[derive(Clone, Debug, Default)]
struct Instants(BTreeMap<Time, usize>);

impl Instants {
    fn replace(&mut self, (old, new): (Option<Time>, Option<Time>)) {
        if old == new {
            return;
        }
        if let Some(new) = new {
            *self.0.entry(new).or_default() += 1;
        }
        let Some(old) = old else { return };
        if let Some(count) = self.0.get_mut(&old) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&old);
            }
        }
    }

    fn first(&self) -> Option<Time> {
        self.0.first_key_value().map(|(at, _)| *at)
    }

    fn last(&self) -> Option<Time> {
        self.0.last_key_value().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests;
