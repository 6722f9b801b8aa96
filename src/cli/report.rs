//! `report`: a team's review of a quarter as a file, by the stored facts, as `explain` judges them.

use super::explain::examine;
use super::output;
use crate::config::{self, ConfigFile, Flags, Sources};
use crate::serve::pages::{Calendar, Quarter, report};
use anyhow::anyhow;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The flags of `report`.
#[derive(Clone, Debug, Args)]
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
        Sources {
            file: self.config.clone().map(ConfigFile::Path),
            environment: Sources::process_environment(),
            flags: Flags { store: self.store.clone(), ..Flags::default() },
        }
    }
}

fn quarter(text: &str) -> Result<Quarter, String> {
    Quarter::parse(text).ok_or_else(|| "write a year and a quarter such as 2026Q3".to_owned())
}

/// Reviews, and prints.
pub async fn run(args: ReportArgs) -> anyhow::Result<()> {
    let settings = config::load_offline(&args.sources())?;
    let answer = examine(&settings, &args.team, args.component.as_deref()).await?;
    let calendar = Calendar(settings.pages.time_zone);
    let report = report(answer, args.quarter, calendar).map_err(|advice| anyhow!("{advice}"))?;
    output::print(&match args.format {
        ReportFormat::Markdown => report.markdown(),
        ReportFormat::Html => report.html(),
        ReportFormat::Json => report.json()?,
    })
}
