//! `rollback`: production was taken back from it to what lacks a change that was live.

use super::super::rework::Rollback;
use super::super::{Evidence, Reason, Witness, record::Record};
use super::Matches;
use crate::domain::Time;
use std::collections::BTreeMap;

/// Blames what was taken back, once for each production deployment that did it.
pub(super) fn find(record: &Record<'_>, rollbacks: &[Rollback], matches: &mut Matches) {
    let mut earliest: BTreeMap<(usize, usize), Time> = BTreeMap::new();
    for rollback in rollbacks {
        let Some(blamed) = rollback.blames else { continue };
        let at = earliest.entry((blamed, rollback.by)).or_insert(rollback.finished_at);
        *at = rollback.finished_at.min(*at);
    }
    for ((blamed, by), at) in earliest {
        let witness = Witness::Rollback(record.production.id(by));
        matches.add(blamed, Evidence { reason: Reason::Rollback, at, witness });
    }
}

#[cfg(test)]
mod tests;
