//! Where log lines go and how they look.

use super::bars::{Bars, may_be_coloured};
use crate::config::{LogFormat, LogSettings};
use anyhow::Context;
use tracing_subscriber::EnvFilter;

/// Libraries that say little that users of this program can act on.
const QUIET: &str = "octocrab=warn,hyper=warn,hyper_util=warn,tower=warn,sqlx=warn,h2=warn";

/// Starts logging to standard error, above `bars`.
pub fn start(settings: &LogSettings, bars: &Bars) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.level))
        .with_context(|| format!("log.level: `{}` is no filter", settings.level))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(may_be_coloured())
        .with_writer(bars.clone());
    match settings.format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().with_current_span(false).flatten_event(true).init(),
    }
    Ok(())
}
