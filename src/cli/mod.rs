//! The command line: arguments in, rooms wired together, an exit code out.

mod args;
mod assembly;
mod audit;
mod backfill;
mod bars;
mod check;
mod daemon;
mod demo;
mod docs;
mod doors;
mod explain;
mod findings;
mod generation;
mod import_args;
mod judged;
mod load;
mod log;
mod observers;
mod output;
mod purge;
mod reload;
mod report;
mod report_args;
mod rotate_key;
mod store_args;
mod stored;
mod surveys;
mod table;
mod views;

pub use args::{Args, BackfillArgs, CheckArgs, Command, DemoArgs, ExplainArgs, RunArgs};
pub use daemon::{Daemon, StartError};
pub use docs::Reference;
pub use import_args::{ImportCommand, ImportSurveyArgs};
pub use reload::{Reloader, Reloading};
pub use report_args::{ReportArgs, ReportFormat};
pub use store_args::{PurgeArgs, StoreArgs};

use crate::clock::SystemClock;
use crate::config;
use bars::Bars;
use clap::Parser;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let command = Args::parse().into_command();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("dora-exporter: the runtime could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match command {
            Command::Check(args) => return check::run(args).await,
            Command::Run(args) => run(args).await,
            Command::Demo(args) => demo::run(args).await,
            Command::Explain(args) => explain::run(args).await,
            Command::Report(args) => report::run(args).await,
            Command::Backfill(args) => backfill::run(args).await,
            Command::Import { what: ImportCommand::Survey(args) } => surveys::run(args).await,
            Command::Purge(args) => purge::run(args).await,
            Command::RotateKey(args) => rotate_key::run(args).await,
            Command::Docs { reference } => docs::run(reference),
        }
        .map(|()| ExitCode::SUCCESS)
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("dora-exporter: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: RunArgs) -> anyhow::Result<()> {
    let over_http = args.enable_lifecycle;
    let sources = args.into_sources();
    let settings = config::load(&sources)?;
    let bars = Bars::beside(&settings.log);
    log::start(&settings.log, &bars)?;
    let shard = settings.collection.shard;
    if !shard.is_whole() {
        tracing::info!(%shard, "only a part of the repositories is collected here");
    }
    let stop = stop_on_signals()?;
    // Listened for from now on: a SIGHUP during the start must not end the process.
    let hangup = signal(SignalKind::hangup())?;
    let reloading = Some(Reloading { sources, over_http });
    let clock = Arc::new(SystemClock);
    let (daemon, reloader) =
        Daemon::start_reloadable(settings, reloading, clock, stop.clone()).await?;
    tokio::spawn(bars.follow(daemon.health(), stop));
    tokio::spawn(reload_on(hangup, reloader));
    tracing::info!(address = %daemon.address(), "serving");
    daemon.wait().await?;
    Ok(())
}

/// A token that SIGTERM and SIGINT cancel.
fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    stop_on(None)
}

/// The same, where there is no configuration to be read again: a closed terminal ends it, too.
fn stop_on_all_signals() -> anyhow::Result<CancellationToken> {
    stop_on(Some(signal(SignalKind::hangup())?))
}

fn stop_on(hangup: Option<Signal>) -> anyhow::Result<CancellationToken> {
    let hangs_up = async {
        match hangup {
            Some(mut hangup) => hangup.recv().await,
            None => std::future::pending().await,
        }
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangs_up => {}
        }
        tracing::info!("stopping");
        token.cancel();
    });
    Ok(stop)
}

/// Reloads the configuration at each signal; the log tells how that went.
async fn reload_on(mut signal: Signal, reloader: Reloader) {
    while signal.recv().await.is_some() {
        let _ = reloader.reload().await;
    }
}
