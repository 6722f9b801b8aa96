//! The flags of `report`.

use super::store_args::sources_of;
use crate::config::Sources;
use crate::serve::pages::Quarter;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

/// The flags of `report`.
#[derive(Clone, Debug, ClapArgs)]
pub struct ReportArgs {
    /// The team.
    #[arg(long, value_name = "NAME")]
    pub team: String,
    /// One of its components: owner/repo/name, owner/repo or name, where only one is called so.
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// The quarter, such as 2026Q3; one that runs is told so far.
    #[arg(long, value_name = "QUARTER", value_parser = quarter)]
    pub quarter: Quarter,
    /// What to write.
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub format: ReportFormat,
    /// The configuration file by which facts are judged: the daemon's.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: a path, or sqlite:PATH [default: dora.db].
    #[arg(long, value_name = "PATH")]
    pub store: Option<String>,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For wikis and pull requests.
    Markdown,
    /// A page that needs nothing beside itself.
    Html,
    /// For programs.
    Json,
}

impl ReportArgs {
    /// Where it is written which store is meant, and by which rules it is judged.
    pub fn sources(&self) -> Sources {
        sources_of(self.config.as_deref(), self.store.as_deref())
    }
}

fn quarter(text: &str) -> Result<Quarter, String> {
    Quarter::parse(text).ok_or_else(|| "write a year and a quarter such as 2026Q3".to_owned())
}
