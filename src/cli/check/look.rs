//! Asks a source what collecting would find. Nothing is stored.

use super::declared::{self, Declared};
use super::ownership::{self, Said};
use super::{elsewhere, incidents};
use crate::cli::bars::Steps;
use crate::cli::findings::Seen;
use crate::clock::SharedClock;
use crate::config::{GitHubSettings, HashLogins, Settings};
use crate::sources::github::{GitHub, Installation, Optional, Parsing, RequestCost, Survey};
use crate::sources::{Observer, SourceError, Throttle};
use delivery::domain::{Incident, Person, RepoId, Repository, RepositoryState, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a source showed.
#[derive(Debug, Default)]
pub struct Looked {
    /// The place of its `[[github]]`.
    pub section: usize,
    /// Where the GitHub App is installed.
    pub installation: Option<Installation>,
    /// Why it could not be asked as a whole.
    pub broken: Option<SourceError>,
    /// What the server's schema lacks and is done without.
    pub lacking: Vec<&'static Optional>,
    /// Organisations and names that could not be listed.
    pub failures: Vec<SourceError>,
    /// The repositories that would be collected, by name, with what they hold.
    pub repositories: Vec<(Repository, Survey)>,
    /// Those that an earlier section has shown, too: they count there.
    pub shown_before: Vec<(Repository, Survey)>,
    /// Incidents of repositories that have no component to count for.
    pub incidents: BTreeMap<RepoId, Vec<Incident>>,
    /// What was read of those that hold declared components.
    pub declared: BTreeMap<RepoId, Declared>,
    /// The names of those that are asked for and left out: excluded, archived, forks.
    pub left_out: Vec<Arc<str>>,
    /// What the sources of ownership there say.
    pub said: Said,
    /// The names of those that do not have the workflow whose runs are their deployments.
    pub without_workflow: Vec<Arc<str>>,
    /// Why the runs of a repository that is deployed may not be read.
    pub runs_denied: Option<SourceError>,
    /// Whether other processes collect the rest: what they see cannot be missed here.
    pub is_a_shard: bool,
    /// Points an hour, and how many are left.
    pub limit: Option<(u64, u64)>,
    /// Points that were spent.
    pub spent: u64,
    /// What requests cost, where the server tells.
    pub costs: Vec<RequestCost>,
}

impl Looked {
    /// The repositories alone.
    pub fn seen(&self) -> Seen {
        let repositories = self.collected().map(|(repository, _)| repository.clone());
        Seen {
            repositories: repositories.collect(),
            left_out: self.left_out.clone(),
            is_whole: self.broken.is_none() && self.failures.is_empty() && !self.is_a_shard,
        }
    }

    /// Everything that this section collects, whoever else does.
    pub fn collected(&self) -> impl Iterator<Item = &(Repository, Survey)> {
        self.repositories.iter().chain(&self.shown_before)
    }

    /// The incidents that were read one by one, to find out whose each is.
    pub fn incidents_of(&self, repo: RepoId) -> Option<&[Incident]> {
        let declared = self.declared.get(&repo).and_then(Declared::incidents);
        declared.or_else(|| self.incidents.get(&repo).map(Vec::as_slice))
    }
}

/// Takes apart what several sections of the same GitHub show: it is read by each, and counts once.
pub fn count_once(github: &[GitHubSettings], looked: &mut [Looked]) {
    let mut known = BTreeSet::new();
    for looked in looked {
        let host = github.get(looked.section).map(|section| &section.graphql_url);
        let is_new = |(one, _): &(Repository, Survey)| known.insert((host, one.id));
        let all = std::mem::take(&mut looked.repositories);
        (looked.repositories, looked.shown_before) = all.into_iter().partition(is_new);
    }
}

/// Looks at one source, of the section at a place: deployments and incidents since the first of the
/// times, and the look-back since the second.
pub async fn look(
    (section, github): &(usize, GitHubSettings),
    settings: &Settings,
    clock: SharedClock,
    times: (Time, Time),
    steps: &Steps,
) -> Looked {
    let ear = Arc::new(Ear::default());
    let mut looked =
        Looked { section: *section, is_a_shard: !github.shard.is_whole(), ..Looked::default() };
    let asked = async {
        let source = connect(github, settings, clock, Arc::clone(&ear))?;
        ask(&source, settings, times, steps, &mut looked).await
    };
    if let Err(error) = asked.await {
        looked.broken = Some(error);
    }
    looked.limit = *ear.limit.lock().unwrap_or_else(PoisonError::into_inner);
    looked.spent = ear.points.load(Ordering::Relaxed);
    looked
}

fn connect(
    github: &GitHubSettings,
    settings: &Settings,
    clock: SharedClock,
    ear: Arc<Ear>,
) -> Result<GitHub, SourceError> {
    let parsing = Parsing {
        hotfix: settings.by_repository(|rules| rules.failures.hotfix.clone()),
        incidents: settings.incidents.clone(),
        production: settings.by_repository(|rules| rules.production.clone()),
        deployments: settings.by_repository(|rules| rules.deployments.clone()),
        components: settings.components.clone(),
        ownership: settings.ownership.clone(),
        platform: settings.platform.clone(),
        logins: Arc::new(Nobody),
    };
    // Whoever checks wants an answer now, so the whole hour may be used.
    GitHub::connect(github, 1.0, parsing, clock, ear)
}

async fn ask(
    source: &GitHub,
    settings: &Settings,
    (recent, since): (Time, Time),
    steps: &Steps,
    looked: &mut Looked,
) -> Result<(), SourceError> {
    steps.begin("finding repositories");
    let discovery = source.discover(&[]).await;
    looked.installation = source.installation().await;
    let discovery = discovery?;
    looked.lacking = source.lacking().await.unwrap_or_default();
    looked.failures = discovery.failures;
    looked.left_out = discovery.left_out;
    looked.said.claims = discovery.claims;
    let mut repositories = discovery.repositories;
    repositories.retain(|repository| repository.state == RepositoryState::Active);
    repositories.sort_by(|one, other| one.full_name.cmp(&other.full_name));
    steps.begin("asking whose they are");
    let organizations = &discovery.organizations;
    let said = &mut looked.said;
    ownership::ask(source, settings, organizations, &repositories, said).await?;
    if let Some(first) = repositories.first() {
        steps.begin("asking what requests cost");
        looked.costs = source.calibrate(first).await;
    }
    steps.begin_counted("looking at repositories", repositories.len());
    let mut surveys = source.survey(&repositories, since, |more| steps.done(more)).await?;
    steps.begin_counted("looking at deployments", repositories.len());
    for (repository, survey) in repositories.iter().zip(&mut surveys) {
        if survey.failure.is_none() {
            elsewhere::look(source, settings, repository, survey, (recent, since)).await?;
        }
        if source.lacks_workflow(repository) {
            looked.without_workflow.push(Arc::clone(&repository.full_name));
        }
        steps.done(1);
    }
    steps.begin_counted("reading declared components", repositories.len());
    for repository in &repositories {
        let components = settings.components.of(repository);
        if !components.is_empty() {
            let read = declared::read(source, repository, &components, (recent, since)).await?;
            looked.declared.insert(repository.id, read);
        }
        steps.done(1);
    }
    let mut deployed = repositories.iter().zip(&surveys).filter(|(_, it)| it.deployments.total > 0);
    if let Some((repository, _)) = deployed.next().filter(|_| settings.space.ci.is_read) {
        looked.runs_denied = source.workflow_runs_denied(repository).await;
    }
    steps.begin_counted("reading incidents", repositories.len());
    for (repository, survey) in repositories.iter().zip(&surveys) {
        if incidents::are_of_others(settings, repository, survey, recent) {
            let read = incidents::read(source, repository, (recent, since)).await?;
            looked.incidents.insert(repository.id, read);
        }
        steps.done(1);
    }
    looked.repositories = repositories.into_iter().zip(surveys).collect();
    Ok(())
}

/// No person is of interest here.
struct Nobody;

impl HashLogins for Nobody {
    fn person(&self, _: &str) -> Person {
        Person(0)
    }
}

/// Remembers what was spent and what is left.
#[derive(Default)]
struct Ear {
    points: AtomicU64,
    limit: Mutex<Option<(u64, u64)>>,
}

impl Observer for Ear {
    fn request(&self, _: &str, _: &'static str, _: &str) {}

    fn points(&self, _: &str, _: &'static str, points: u64) {
        self.points.fetch_add(points, Ordering::Relaxed);
    }

    fn limits(&self, _: &str, _: &'static str, limit: u64, remaining: u64, _: Time) {
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = Some((limit, remaining));
    }

    fn throttled(&self, _: &str, _: Throttle, _: u64) {}
}
