//! `backfill`: the figures of the past as OpenMetrics, for Prometheus to load.

use super::args::BackfillArgs;
use super::assembly::evaluator;
use super::output;
use super::stored::existing;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Settings};
use crate::evaluate::{Evaluator, Past, known_since};
use crate::exposition::{Exposure, PastFigures, Written};
use crate::store::Store;
use anyhow::{Context, bail};
use chrono::DateTime;
use delivery::domain::Time;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the history that was asked for, and says what to do with it.
pub async fn run(args: BackfillArgs) -> anyhow::Result<()> {
    let settings = config::load_offline(&args.sources())?;
    let path = existing(&settings)?;
    let store = Store::open(path).await?;
    let births = store.births().await?;
    let Some(first) = births.iter().map(|birth| birth.born_at).min() else {
        bail!(
            "store {}: no history is complete yet; let `dora-exporter run` read it first",
            path.display()
        );
    };
    let known_since = known_since(first, settings.collection.lookback);
    let past = Past { from: args.from, to: args.to, step: args.step, known_since };
    refuse(&past, SystemClock.now())?;
    let written = write(&store, &settings, past, &args.openmetrics).await?;
    store.close().await;
    let file = args.openmetrics.display();
    output::print(&format!(
        "{file}: {} samples of {} instants. To load them, with DATA as Prometheus' data folder:\n\
         promtool tsdb create-blocks-from openmetrics {file} DATA\n",
        written.samples, written.instants
    ))
}

/// Says what is wrong with the instants, if anything.
fn refuse(past: &Past, now: Time) -> anyhow::Result<()> {
    if past.to <= past.from {
        bail!("--from {} is not before --to {}", day(past.from), day(past.to));
    }
    if past.to > now {
        bail!("--to {} is yet to come; write at most {}", day(past.to), day(now));
    }
    let earliest = Past::earliest(past.known_since);
    if past.from < earliest {
        bail!(
            "--from {}: figures over 30 days can be told from {} on, since the history that was \
             read begins 60 days before that; a longer collection.lookback reads more",
            day(past.from),
            day(earliest),
        );
    }
    Ok(())
}

fn day(at: Time) -> String {
    DateTime::from_timestamp(at.0, 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes the figures of the past by the facts of a store. The file is there once it is complete.
pub(super) async fn write(
    store: &Store,
    settings: &Settings,
    past: Past,
    path: &Path,
) -> anyhow::Result<Written> {
    let mut evaluator = evaluator(settings, store);
    evaluator.absorb_stored(store, 0).await?;
    let (exposure, path) = (Exposure::from(settings), path.to_owned());
    let writing =
        tokio::task::spawn_blocking(move || write_all(&mut evaluator, past, exposure, &path));
    writing.await.context("evaluating the past")?
}

fn write_all(
    evaluator: &mut Evaluator,
    past: Past,
    exposure: Exposure,
    path: &Path,
) -> anyhow::Result<Written> {
    let mut figures = PastFigures::new(exposure);
    for at in past.instants() {
        let set = evaluator.figures_at(at, &past);
        figures.add(&set, at).context("the folder of temporary files cannot be written")?;
    }
    let told = || format!("{} cannot be written", path.display());
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut out = BufWriter::new(File::create(&part).with_context(told)?);
    let written = figures.write(&mut out).with_context(told)?;
    out.flush().with_context(told)?;
    std::fs::rename(&part, path).with_context(told)?;
    Ok(written)
}
