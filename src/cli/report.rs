//! `report`: a team's review of a quarter as a file, by the stored facts, as `explain` judges them.

use super::report_args::{ReportArgs, ReportFormat};
use super::stored::{evaluated, opened, tell_other_rules};
use super::{judged, output};
use crate::config::{self, Settings};
use crate::evaluate::Answer;
use crate::serve::api;
use crate::serve::pages::{Calendar, report, span};
use crate::store::Store;
use anyhow::anyhow;

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
