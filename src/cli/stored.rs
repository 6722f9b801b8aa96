//! Stored facts, judged now: for commands that look at a store and collect nothing.

use super::assembly::evaluator;
use super::judged;
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::evaluate::{Evaluator, Settled};
use crate::store::{Store, StoreError};
use anyhow::bail;
use std::path::Path;

/// Where the store is, which must be there.
pub(super) fn existing(settings: &Settings) -> anyhow::Result<&Path> {
    let path = &settings.store.path;
    if !path.exists() {
        bail!(
            "store {}: there is no such file; name it by --store, or by --config the configuration \
             that does",
            path.display()
        );
    }
    Ok(path)
}

/// The store, which is only read.
pub(super) async fn opened(settings: &Settings) -> anyhow::Result<Store> {
    Ok(Store::open_to_read(existing(settings)?).await?)
}

/// Says so where the daemon judges by other rules than those that were read from `config`.
pub(super) async fn tell_other_rules(
    config: Option<&Path>,
    settings: &Settings,
    store: &Store,
) -> Result<(), StoreError> {
    if judged::otherwise(store, settings).await? {
        let rules = match config {
            Some(path) => format!("the rules of {}", path.display()),
            None => "the default rules, since no --config is given".to_owned(),
        };
        eprintln!(
            "dora-exporter: the figures below are judged by {rules}; the daemon last judged by \
             others: pass its --config"
        );
    }
    Ok(())
}

/// All stored facts, judged now. Counters are not asked for, so what they have counted stays unread.
pub(super) async fn evaluated(settings: &Settings, store: &Store) -> Result<Evaluator, StoreError> {
    let mut evaluator = evaluator(settings, store);
    evaluator.resume(Settled::born(store.births().await?));
    evaluator.absorb_stored(store, 0).await?;
    let _unwritten = evaluator.evaluate(SystemClock.now());
    Ok(evaluator)
}
