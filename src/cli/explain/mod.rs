//! `explain`: what a team's figures are made of. It judges the stored facts by the code and the rules
//! of the daemon, which may run meanwhile; nothing is collected and nothing is written.

mod facts;
mod text;

use super::args::ExplainArgs;
use super::daemon::evaluator;
use super::{judged, output};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Settings};
use crate::evaluate::{Answer, Evaluator, NothingToExamine, Settled, WebAddresses};
use crate::serve::api::{self, OrganizationsExplanation};
use crate::store::{Store, StoreError};
use anyhow::{anyhow, bail};
use std::path::Path;

/// How many facts are read from the store at once.
const FACTS_A_PAGE: usize = 20_000;

/// Explains, and prints.
pub async fn run(args: ExplainArgs) -> anyhow::Result<()> {
    let settings = config::load_offline(&args.sources())?;
    let store = opened(&settings).await?;
    let explained = explain(&args, &settings, &store).await;
    store.close().await;
    output::print(&explained?)
}

/// The store, which is only read.
pub(super) async fn opened(settings: &Settings) -> anyhow::Result<Store> {
    let path = &settings.store.path;
    if !path.exists() {
        bail!(
            "store {}: there is no such file; name it by --store, or by --config the configuration \
             that does",
            path.display()
        );
    }
    Ok(Store::open_to_read(path).await?)
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

/// All stored facts, judged now. Counters are not asked for, so what they have counted stays unread.
pub(super) async fn evaluated(settings: &Settings, store: &Store) -> Result<Evaluator, StoreError> {
    let mut evaluator = evaluator(settings, store);
    evaluator.resume(Settled::born(store.births().await?));
    let mut after = 0;
    loop {
        let page = store.facts_since(after, FACTS_A_PAGE).await?;
        after = page.last;
        page.facts.into_iter().for_each(|fact| evaluator.absorb(fact));
        if !page.more {
            break;
        }
    }
    let _unwritten = evaluator.evaluate(SystemClock.now());
    Ok(evaluator)
}
