//! Trouble with the store, told in the log once when it begins and once when it is over, whoever
//! meets it and however often it is tried again.

use super::StoreError;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What fails at the moment.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Whether anybody is told: at the start failures go to whoever starts.
    is_told: AtomicBool,
    /// The last failure of each operation, as it was told.
    failing: Mutex<BTreeMap<&'static str, String>>,
}

impl Trouble {
    /// From now on trouble is told.
    pub(super) fn tell(&self) {
        self.is_told.store(true, Ordering::Relaxed);
    }

    /// Takes note of how an operation ended.
    pub(super) fn note<T>(&self, operation: &'static str, outcome: &Result<T, StoreError>) {
        if !self.is_told.load(Ordering::Relaxed) {
            return;
        }
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(_) => {
                if failing.remove(operation).is_some() && failing.is_empty() {
                    tracing::info!("the store works again");
                }
            }
            // The process is stopping.
            Err(StoreError::Closed { .. }) => {}
            Err(error) => {
                let text = error.to_string();
                if !failing.values().any(|known| *known == text) {
                    tracing::error!("{text}; the last figures are served, and it is tried again");
                }
                failing.insert(operation, text);
            }
        }
    }
}
