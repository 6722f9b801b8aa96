//! `explain`: what a team's figures are made of. It judges the stored facts by the code and the rules
//! of the daemon, which may run meanwhile; nothing is collected and nothing is written.

mod facts;
mod text;

use super::args::ExplainArgs;
use super::stored::{evaluated, opened, tell_other_rules};
use super::{judged, output};
use crate::config::{self, Settings};
use crate::evaluate::{Answer, Evaluator, NothingToExamine, WebAddresses};
use crate::serve::api::{self, OrganizationsExplanation};
use crate::store::Store;
use anyhow::anyhow;

/// Explains, and prints.
pub async fn run(args: ExplainArgs) -> anyhow::Result<()> {
    let settings = config::load_offline(&args.sources())?;
    let store = opened(&settings).await?;
    let explained = explain(&args, &settings, &store).await;
    store.close().await;
    output::print(&explained?)
}

async fn explain(args: &ExplainArgs, settings: &Settings, store: &Store) -> anyhow::Result<String> {
    tell_other_rules(args.config.as_deref(), settings, store).await?;
    let mut evaluator = evaluated(settings, store).await?;
    let web = judged::places(store, settings).await?;
    let (measure, window) = (args.measure.as_deref(), args.window.as_deref());
    let Some(team) = args.team.as_deref() else {
        let explanation = organizations(&mut evaluator, store, web, measure, window).await?;
        return written(args, &explanation, || text::organizations(&explanation, measure));
    };
    let component = args.component.as_deref();
    let refused = |nothing| anyhow!(api::refusal(nothing, team, component).sentence());
    let told = evaluator.examine_team(team, component).map_err(refused)?;
    let elsewhere = evaluator.deployers(Some(team), component).map_err(refused)?;
    let elsewhere = elsewhere.environments(store, None).await.map_err(refused)?;
    let explanation = api::explain(&Answer { told, web }, &elsewhere, measure, window)
        .map_err(|refusal| anyhow!(refusal.sentence()))?;
    written(args, &explanation, || text::text(&explanation, measure))
}

async fn organizations(
    evaluator: &mut Evaluator,
    store: &Store,
    web: WebAddresses,
    measure: Option<&str>,
    window: Option<&str>,
) -> anyhow::Result<OrganizationsExplanation> {
    let refused = |nothing| anyhow!(api::refusal(nothing, "", None).sentence());
    let told = evaluator.examine_organizations().map_err(refused)?;
    let (at, shown) =
        evaluator.shown_figures().ok_or_else(|| refused(NothingToExamine::NotReady))?;
    let elsewhere = evaluator.deployers(None, None).map_err(refused)?;
    let elsewhere = elsewhere.environments(store, None).await.map_err(refused)?;
    let unmapped = Answer { told, web };
    api::explain_organizations((at, &shown), &unmapped, &elsewhere, measure, window)
        .map_err(|refusal| anyhow!(refusal.sentence()))
}

fn written(
    args: &ExplainArgs,
    explanation: &impl serde::Serialize,
    text: impl FnOnce() -> String,
) -> anyhow::Result<String> {
    Ok(if args.json { serde_json::to_string_pretty(explanation)? + "\n" } else { text() })
}
