//! Where log lines go and how they look.

use crate::config::{LogFormat, LogSettings};
use anyhow::Context;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Libraries that say little that users of this program can act on.
const QUIET: &str = "octocrab=warn,hyper=warn,hyper_util=warn,tower=warn,sqlx=warn,h2=warn";

/// Starts logging to standard error.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.level))
        .with_context(|| format!("log.level: `{}` is no filter", settings.level))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().with_current_span(false).flatten_event(true).init(),
    }
    Ok(())
}
