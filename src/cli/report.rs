//! `report`: a team's review of a quarter as a file, by the stored facts, as `explain` judges them.

use super::explain::{evaluated, opened, tell_other_rules};
use super::{judged, output};
use crate::config::{self, ConfigFile, Flags, Settings, Sources};
use crate::evaluate::Answer;
use crate::serve::api;
use crate::serve::pages::{Calendar, Quarter, report, span};
use crate::store::Store;
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
    let store = opened(&settings).await?;
    let reviewed = review(&args, &settings, &store).await;
    store.close().await;
    output::print(&reviewed?)
}

async fn review(args: &ReportArgs, settings: &Settings, store: &Store) -> anyhow::Result<String> {
    tell_other_rules(args.config.as_deref(), settings, store).await?;
    let (team, component) = (args.team.as_str(), args.component.as_deref());
    let mut evaluator = evaluated(settings, store).await?;
    let refused = |nothing| anyhow!(api::refusal(nothing, team, component).sentence());
    let told = evaluator.examine_team(team, component).map_err(refused)?;
    let calendar = Calendar(settings.pages.time_zone);
    let during = span(args.quarter, told.at, calendar).map_err(|advice| anyhow!("{advice}"))?;
    let elsewhere = evaluator.deployers(Some(team), component).map_err(refused)?;
    let elsewhere = elsewhere.environments(store, Some(during)).await.map_err(refused)?;
    let answer = Answer { told, web: judged::places(store, settings).await? };
    let report = report(answer, args.quarter, calendar, &elsewhere.list);
    let report = report.map_err(|advice| anyhow!("{advice}"))?;
    Ok(match args.format {
        ReportFormat::Markdown => report.markdown(),
        ReportFormat::Html => report.html(),
        ReportFormat::Json => report.json()?,
    })
}
