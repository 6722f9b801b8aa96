//! `explain`: what a team's figures are made of. It judges the stored facts by the code and the rules
//! of the daemon, which may run meanwhile; nothing is collected and nothing is written.

mod table;
mod text;

use super::args::ExplainArgs;
use super::daemon::evaluator;
use super::generation::web_addresses;
use super::output;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Settings};
use crate::evaluate::{Answer, Evaluator, ExaminedTeam, Settled};
use crate::serve::api;
use crate::store::{Store, StoreError};
use anyhow::{anyhow, bail};

/// How many facts are read from the store at once.
const FACTS_A_PAGE: usize = 20_000;

/// Explains, and prints.
pub async fn run(args: ExplainArgs) -> anyhow::Result<()> {
    let settings = config::load_offline(&args.sources())?;
    let answer = examine(&settings, &args.team, args.component.as_deref()).await?;
    let explanation = api::explain(&answer, args.measure.as_deref(), args.window.as_deref())
        .map_err(|refusal| anyhow!(refusal.sentence()))?;
    output::print(&if args.json {
        serde_json::to_string_pretty(&explanation)? + "\n"
    } else {
        text::text(&explanation, args.measure.as_deref())
    })
}

/// A team or one of its components, examined by the stored facts as of now.
pub(super) async fn examine(
    settings: &Settings,
    team: &str,
    component: Option<&str>,
) -> anyhow::Result<Answer<ExaminedTeam>> {
    let path = &settings.store.path;
    if !path.exists() {
        bail!(
            "store {}: there is no such file; name it by --store, or by --config the configuration \
             that does",
            path.display()
        );
    }
    let store = Store::open_to_read(path).await?;
    let evaluated = evaluated(settings, &store).await;
    store.close().await;
    let told = evaluated?
        .examine_team(team, component)
        .map_err(|nothing| anyhow!(api::refusal(nothing, team, component).sentence()))?;
    Ok(Answer { told, web: web_addresses(settings) })
}

/// All stored facts, judged now. Counters are not asked for, so what they have counted stays unread.
async fn evaluated(settings: &Settings, store: &Store) -> Result<Evaluator, StoreError> {
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
