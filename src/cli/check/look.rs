//! Asks a source what collecting would find. Nothing is stored.

use crate::clock::SharedClock;
use crate::config::{GitHubSettings, HashLogins, Settings};
use crate::sources::github::{GitHub, Parsing, Survey};
use crate::sources::{Observer, SourceError, Throttle};
use delivery::domain::{Person, Repository, RepositoryState, Time};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a source showed.
#[derive(Debug, Default)]
pub struct Looked {
    /// Why it could not be asked as a whole.
    pub broken: Option<SourceError>,
    /// Organisations and names that could not be listed.
    pub failures: Vec<SourceError>,
    /// The repositories that would be collected, by name, with what they hold.
    pub repositories: Vec<(Repository, Survey)>,
    /// Points an hour, and how many are left.
    pub limit: Option<(u64, u64)>,
    /// Points that were spent.
    pub spent: u64,
}

/// Looks at one source; `since` is where the look-back begins.
pub async fn look(
    github: &GitHubSettings,
    settings: &Settings,
    clock: SharedClock,
    since: Time,
) -> Looked {
    let ear = Arc::new(Ear::default());
    let mut looked = Looked::default();
    if let Err(error) = ask(github, settings, clock, since, Arc::clone(&ear), &mut looked).await {
        looked.broken = Some(error);
    }
    looked.limit = *ear.limit.lock().unwrap_or_else(PoisonError::into_inner);
    looked.spent = ear.points.load(Ordering::Relaxed);
    looked
}

async fn ask(
    github: &GitHubSettings,
    settings: &Settings,
    clock: SharedClock,
    since: Time,
    ear: Arc<Ear>,
    looked: &mut Looked,
) -> Result<(), SourceError> {
    let parsing = Parsing {
        hotfix: settings.by_repository(|rules| rules.failures.hotfix.clone()),
        incidents: settings.incidents.clone(),
        production: settings.by_repository(|rules| rules.production.clone()),
        components: settings.components.clone(),
        logins: Arc::new(Nobody),
    };
    // Whoever checks wants an answer now, so the whole hour may be used.
    let source = GitHub::connect(github, 1.0, parsing, clock, ear)?;
    let discovery = source.discover(&[]).await?;
    looked.failures = discovery.failures;
    let mut repositories = discovery.repositories;
    repositories.retain(|repository| repository.state == RepositoryState::Active);
    repositories.sort_by(|one, other| one.full_name.cmp(&other.full_name));
    let surveys = source.survey(&repositories, since).await?;
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
