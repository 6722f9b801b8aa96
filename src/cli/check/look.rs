//! Asks a source what collecting would find. Nothing is stored.

use super::looked::Looked;
use super::{declared, elsewhere, incidents, ownership};
use crate::cli::bars::Steps;
use crate::clock::SharedClock;
use crate::config::{GitHubSettings, HashLogins, Settings};
use crate::sources::github::{GitHub, Parsing};
use crate::sources::{Observer, SourceError, Throttle};
use delivery::domain::{Person, RepositoryState, Time};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
    let parsing = Parsing::by(settings, Arc::new(Nobody));
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
