//! How each source is doing, for the landing page and `/-/ready`.

use delivery::domain::{Span, Time};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// One source's health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceHealth {
    /// Whether the last sweep succeeded; absent before the first.
    pub up: Option<bool>,
    /// When a sweep last succeeded.
    pub last_success: Option<Time>,
    /// What failed last, with the remedy; absent after a sweep without failures.
    pub last_error: Option<String>,
    /// Everything up to this instant is there, for every complete repository.
    pub data_through: Option<Time>,
    /// Repositories that are collected.
    pub repositories: usize,
    /// Repositories whose backfill is complete.
    pub complete: usize,
    /// How long the first collection will take still; absent where that cannot be told, or it is
    /// complete.
    pub remaining: Option<Span>,
    /// When the next sweep begins.
    pub next_sweep: Option<Time>,
}

/// The health of all sources, by name.
#[derive(Debug, Default)]
pub struct Health {
    sources: Mutex<BTreeMap<String, SourceHealth>>,
}

impl Health {
    /// Changes one source's health.
    pub fn update(&self, source: &str, change: impl FnOnce(&mut SourceHealth)) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        change(sources.entry(source.to_owned()).or_default());
    }

    /// Drops the health of sources that are not among `names`: they are not collected any more.
    pub fn retain(&self, names: &[&str]) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.retain(|name, _| names.contains(&name.as_str()));
    }

    /// The health of all sources, in order of name.
    pub fn all(&self) -> BTreeMap<String, SourceHealth> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
