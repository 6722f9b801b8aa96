//! `demo`: the real daemon against the simulated GitHub on loopback, with live news.

use super::args::DemoArgs;
use super::bars::Bars;
use super::daemon::Daemon;
use super::{backfill, log, stop_on_all_signals, surveys};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, ConfigFile, Flags, Settings, Sources};
use crate::demo::{INFRASTRUCTURE_REPOSITORY, News, OWNER, QUESTIONS, Team, unfold};
use crate::evaluate::Past;
use crate::sources::surveys::{SurveyRequest, read_survey};
use crate::store::Store;
use anyhow::Context;
use delivery::domain::{
    Collector, DAY, DeploymentState, Fact, HOUR, RepoId, RepositoryState, Span, Time,
};
use github_sim::{LimitSettings, Sim};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The token that the simulated GitHub is given; it checks no other.
const TOKEN: &str = "demo-token";
/// What the simulated GitHub gives an hour, as Enterprise Cloud does: a sweep every 3 seconds spends
/// in an hour what one every 5 minutes spends in days.
const POINTS_PER_HOUR: u64 = 10_000;
/// How often the organisation's news are asked for.
const NEWS_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether all history is read, where it is to be written.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many facts are read from the store at once.
const FACTS_A_PAGE: usize = 20_000;
/// The look-back that every figure of now needs, and the longest of all, in days.
const LOOKBACK: (u32, u32) = (120, 365);
/// For how many days facts are kept, unless the look-back asks for more.
const RETENTION: u32 = 400;

/// Runs the demo until it is stopped.
pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let sim = Sim::new(|| SystemClock.now().0);
    sim.forget_the_past();
    sim.set_limits(LimitSettings { points_per_hour: POINTS_PER_HOUR, ..LimitSettings::default() });
    let now = SystemClock.now().0;
    let (teams, news) = unfold(args.seed, now, args.days, |day| sim.extend(day))
        .context("the simulated organisation's history")?;
    let loopback = "127.0.0.1:0".parse().context("the simulated GitHub's address")?;
    let github = sim.serve(loopback).await.context("the simulated GitHub")?;
    // From now on a signal is waited for, and the folder goes however the demo is ended.
    let stop = stop_on_all_signals()?;
    let folder = tempfile::tempdir().context("a temporary folder for the demo's store")?;
    let store = args.store.clone().unwrap_or_else(|| folder.path().join("demo.db"));
    let text = configuration(&args, &github.url, &store, &teams)?;
    let file = folder.path().join("config.toml");
    std::fs::write(&file, &text).context("the demo's configuration")?;
    let settings = settings(text)?;
    log::start(&settings.log, &Bars::default())?;
    let daemon = Daemon::start(settings.clone(), Arc::new(SystemClock), stop.clone()).await?;
    import_surveys(&settings, daemon.store(), args.seed, now).await?;
    let asked = teams.first().map(|team| team.name.as_str()).unwrap_or_default();
    tell(daemon.address().port(), &github.url, args.days, (&file, asked));
    if let Some(file) = args.history.clone() {
        let history = History { store: daemon.store().clone(), settings, began: Time(now), file };
        let days = Span::from(args.days);
        tokio::spawn(stop.clone().run_until_cancelled_owned(history.write(days)));
    }
    let news = tokio::spawn(live(sim, news, stop));
    daemon.wait().await?;
    news.await.context("the live news")?;
    github.stop().await;
    Ok(())
}

/// The demo's configuration, as a user would write it; what waits for minutes waits for seconds.
fn configuration(
    args: &DemoArgs,
    github: &str,
    store: &Path,
    teams: &[Team],
) -> anyhow::Result<String> {
    // Reviews and history tell of days that no figure of now needs, from their first commits on.
    let lookback = (args.days + 31).clamp(LOOKBACK.0, LOOKBACK.1);
    let mut text = format!(
        r#"
[server]
listen_address = "{address}"
[store]
url = {store:?}
retention = "{retention}d"
[collection]
sweep_interval = "3s"
lookback = "{lookback}d"
[[github]]
api_url = "{github}"
organizations = ["{OWNER}"]
[measures]
settle_after = "2s"
seed_prime_after = "20s"
[exposition]
component_detail = "full"
[[platform.self_service]]
repositories = ["{OWNER}/{INFRASTRUCTURE_REPOSITORY}"]
[log]
level = {level:?}
"#,
        address = args.listen_address,
        store = format!("sqlite:{}", store.display()),
        retention = RETENTION.max(2 * lookback),
        level = args.log_level,
    );
    for team in teams {
        write!(
            text,
            "[[ownership.rules]]\nrepositories = {:?}\nteam = {:?}\n",
            team.repositories, team.name
        )?;
    }
    text.push_str(QUESTIONS);
    Ok(text)
}

fn settings(text: String) -> anyhow::Result<Settings> {
    let sources = Sources {
        file: Some(ConfigFile::Text { name: "the demo's configuration".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), TOKEN.to_owned())].into(),
        flags: Flags::default(),
    };
    Ok(config::load(&sources)?)
}

/// The surveys of the quarters before, as the command imports them.
async fn import_surveys(
    settings: &Settings,
    store: &Store,
    seed: u64,
    now: i64,
) -> anyhow::Result<()> {
    let importer = surveys::importer(settings, store, Arc::new(SystemClock), Arc::default());
    for survey in crate::demo::surveys(seed, now) {
        let request = SurveyRequest {
            survey: Some(survey.name),
            invited: survey.invited,
            ..SurveyRequest::default()
        };
        let reading = read_survey(survey.csv.as_bytes(), &settings.surveys, &request)?;
        surveys::import(&importer, &reading, false).await.context("a survey of the demo")?;
    }
    Ok(())
}

/// Says what there is to look at; `explain` can be asked by the configuration's file about a team.
fn tell(port: u16, github: &str, days: u32, (config, team): (&Path, &str)) {
    let config = config.display();
    println!(
        "A simulated organisation, {days} days of its history, and news every few seconds.\n\
         \n\
         Open    http://localhost:{port}/          the sources and how far they are read\n\
         Scrape  http://localhost:{port}/metrics   the figures, complete within seconds\n\
         Review  http://localhost:{port}/teams     how each team is doing, and what made it so\n\
         Ask     http://localhost:{port}/api/v1/teams   the same as JSON\n\
         \n\
         Try     curl -s http://localhost:{port}/metrics | grep dora_team_window_change_fail_ratio\n\
         Try     dora-exporter explain --config {config} --team {team} --measure change_fail_rate\n\
         \n\
         The simulated GitHub listens on {github}. Ctrl-C ends everything; nothing stays behind."
    );
}

/// What the demo knows of its past.
struct History {
    store: Store,
    settings: Settings,
    /// When the organisation's history ended and its news began.
    began: Time,
    file: PathBuf,
}

impl History {
    /// Writes it once all of it is read, and says so.
    async fn write(self, days: Span) {
        let file = self.file.display().to_string();
        match self.try_write(days).await {
            Ok(samples) => println!("Wrote {file}: {samples} samples of the days before."),
            Err(error) => tracing::error!("the demo's history: {error:#}"),
        }
    }

    async fn try_write(self, days: Span) -> anyhow::Result<u64> {
        self.is_read().await?;
        let known = days.min(Span::from(LOOKBACK.1)) * DAY;
        let known_since = self.began.plus(-known);
        // The past ends well before the daemon is scraped: no instant shall have two samples.
        let to = Time(SystemClock.now().plus(-HOUR).day() * DAY);
        let from = Past::earliest(known_since);
        let past = Past { from, to, step: DAY, known_since };
        let written = backfill::write(&self.store, &self.settings, past, &self.file).await?;
        Ok(written.samples)
    }

    /// Returns once every repository's history is complete.
    async fn is_read(&self) -> anyhow::Result<()> {
        let (mut read, mut after) = (Read::default(), 0);
        loop {
            let page = self.store.facts_since(after, FACTS_A_PAGE).await?;
            after = page.last;
            page.facts.iter().for_each(|fact| read.absorb(fact));
            if !page.more && read.is_all() {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// How much of the organisation is read.
#[derive(Default)]
struct Read {
    repositories: BTreeSet<RepoId>,
    complete: BTreeSet<(RepoId, Collector)>,
    /// Of these runs of continuous integration are read, too.
    deployed: BTreeSet<RepoId>,
}

impl Read {
    fn absorb(&mut self, fact: &Fact) {
        match fact {
            Fact::Repository(repository) if repository.state == RepositoryState::Active => {
                self.repositories.insert(repository.id);
            }
            Fact::Deployment(deployment) => {
                let states = deployment.statuses.iter().map(|status| status.state);
                let has_succeeded = states.into_iter().any(|one| one == DeploymentState::Success);
                self.deployed.extend(has_succeeded.then_some(deployment.repo));
            }
            Fact::Progress(progress) if progress.complete => {
                self.complete.insert((progress.repo, progress.collector));
            }
            _ => {}
        }
    }

    fn is_all(&self) -> bool {
        let is_complete = |repo: &RepoId| {
            let collectors = match self.deployed.contains(repo) {
                true => &Collector::EVERY[..],
                false => &Collector::ALL[..],
            };
            collectors.iter().all(|collector| self.complete.contains(&(*repo, *collector)))
        };
        !self.repositories.is_empty() && self.repositories.iter().all(is_complete)
    }
}

/// Lets the organisation's life go on until the demo is stopped.
async fn live(sim: Sim, mut news: News, stop: CancellationToken) {
    loop {
        let events = news.next(SystemClock.now().0);
        if let Err(error) = sim.extend(events) {
            tracing::error!("the simulated organisation's news end here: {error}");
            return;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(NEWS_EVERY) => {}
        }
    }
}
