//! A simulated GitHub with a client of it; both share a clock that leaps to what is waited for.

use delivery::domain::{Fact, Person, RepoId, Repository, Time};
use dora_exporter::clock::Clock;
use dora_exporter::config::{
    ByRepository, Components, ConfigFile, Credential, DeploymentTeller, EnvironmentRule,
    GitHubSettings, HashLogins, HotfixRule, IncidentSettings, OwnershipSettings, OwnershipSource,
    PlatformSettings, RepositoryPattern, SelfService, Settings, Shard, Sources, TokenSettings,
    load,
};
use dora_exporter::sources::github::{GitHub, Parsing, Reach};
use dora_exporter::sources::{Observer, SourceError, Step, Throttle};
use github_sim::{Scenario, Sim, SimServer};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// When the tests take place.
pub const NOW: i64 = 1_800_000_000;
/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// A clock that leaps to whatever is waited for.
#[derive(Clone, Default)]
pub struct LeapingClock {
    now: Arc<AtomicI64>,
    waits: Arc<Mutex<Vec<i64>>>,
}

impl LeapingClock {
    pub fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn waits(&self) -> Vec<i64> {
        self.waits.lock().unwrap().clone()
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> Time {
        Time(self.now.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.waits.lock().unwrap().push(until.since(self.now()));
        self.now.fetch_max(until.0, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

/// The same clock, wrong by so many seconds.
struct Wrong(LeapingClock, i64);

impl Clock for Wrong {
    fn now(&self) -> Time {
        self.0.now().plus(self.1)
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.sleep_until(until.plus(-self.1))
    }
}

struct Sums;

impl HashLogins for Sums {
    fn person(&self, login: &str) -> Person {
        Person(login.bytes().map(u64::from).sum())
    }
}

/// Adds up points and held-back seconds.
#[derive(Default)]
pub struct Ear {
    pub points: AtomicU64,
    pub throttled: Mutex<Vec<Throttle>>,
}

impl Observer for Ear {
    fn request(&self, _: &str, _: &'static str, _: &str) {}

    fn points(&self, _: &str, _: &'static str, points: u64) {
        self.points.fetch_add(points, Ordering::SeqCst);
    }

    fn limits(&self, _: &str, _: &'static str, _: u64, _: u64, _: Time) {}

    fn throttled(&self, _: &str, reason: Throttle, _: u64) {
        self.throttled.lock().unwrap().push(reason);
    }
}

/// A GitHub and its client.
pub struct World {
    pub sim: Sim,
    pub clock: LeapingClock,
    pub ear: Arc<Ear>,
    pub github: GitHub,
    settings: GitHubSettings,
    _server: SimServer,
}

impl World {
    /// A GitHub with the history made so far, and a client of the organisation `acme`.
    pub async fn of(scenario: &mut Scenario) -> World {
        World::with(scenario, |_| {}).await
    }

    /// The same, with other settings.
    pub async fn with(scenario: &mut Scenario, change: impl Fn(&mut GitHubSettings)) -> World {
        let clock = LeapingClock::default();
        clock.advance(NOW);
        let sim = {
            let clock = clock.clone();
            Sim::new(move || clock.now().0)
        };
        scenario.play(&sim).unwrap();
        let server = sim.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let mut settings = GitHubSettings {
            name: "github".to_owned(),
            host: "github".to_owned(),
            api_url: server.url.clone(),
            graphql_url: format!("{}/graphql", server.url),
            ca_file: None,
            organizations: vec!["acme".to_owned()],
            repositories: Vec::new(),
            exclude: Vec::new(),
            include_archived: false,
            include_forks: false,
            shard: Shard::WHOLE,
            credential: Credential::Token(TokenSettings {
                token: "secret-token".to_owned().into(),
                file: None,
                origin: "the environment variable GITHUB_TOKEN".to_owned(),
            }),
            webhook_secrets: Vec::new(),
        };
        change(&mut settings);
        let ear = Arc::new(Ear::default());
        let shared = Arc::new(clock.clone());
        let github = GitHub::connect(&settings, 0.8, parsing(), shared, ear.clone()).unwrap();
        World { sim, clock, ear, github, settings, _server: server }
    }

    /// The same GitHub, with a client that knows of these `[[components]]` and `[[deployments]]`.
    pub fn with_components(mut self, components: &str) -> World {
        let shared = Arc::new(self.clock.clone());
        let declared = declared(components);
        let parsing = Parsing {
            production: declared.by_repository(|rules| rules.production.clone()),
            deployments: declared.by_repository(|rules| rules.deployments.clone()),
            components: declared.components,
            platform: declared.platform,
            ..parsing()
        };
        let settings = &self.settings;
        self.github = GitHub::connect(settings, 0.8, parsing, shared, self.ear.clone()).unwrap();
        self
    }

    /// Another client with the same settings.
    pub fn connect(&self) -> Result<GitHub, SourceError> {
        let clock = Arc::new(self.clock.clone());
        GitHub::connect(&self.settings, 0.8, parsing(), clock, self.ear.clone())
    }

    /// Another client, whose clock is ahead of GitHub's by so many seconds.
    pub fn ahead(&self, seconds: i64) -> GitHub {
        let clock = Arc::new(Wrong(self.clock.clone(), seconds));
        GitHub::connect(&self.settings, 0.8, parsing(), clock, self.ear.clone()).unwrap()
    }

    /// Plays more history.
    pub fn play(&self, scenario: &mut Scenario) {
        scenario.play(&self.sim).unwrap();
    }

    /// All repositories of the configuration, by name.
    pub async fn discovered(&self) -> Vec<Repository> {
        let discovery = self.github.discover(&[]).await.unwrap();
        assert!(discovery.failures.is_empty(), "{:?}", discovery.failures);
        let mut repositories = discovery.repositories;
        repositories.sort_by(|one, other| one.full_name.cmp(&other.full_name));
        repositories
    }

    /// The repository with this id.
    pub async fn repository(&self, id: u64) -> Repository {
        self.discovered().await.into_iter().find(|repo| repo.id == RepoId(id)).unwrap()
    }
}

/// What the configuration makes of these sections.
pub fn declared(components: &str) -> Settings {
    let text = format!("[[github]]\norganizations = [\"acme\"]\n{components}");
    let sources = Sources {
        file: Some(ConfigFile::Text { name: "components".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), "secret-token".to_owned())].into(),
        ..Sources::default()
    };
    load(&sources).unwrap()
}

fn ownership() -> OwnershipSettings {
    OwnershipSettings {
        order: vec![
            OwnershipSource::Catalog,
            OwnershipSource::CustomProperty,
            OwnershipSource::GitHubTeam,
            OwnershipSource::CodeOwners,
            OwnershipSource::Topic,
        ],
        custom_property: "team".to_owned(),
        topic_prefix: "team-".to_owned(),
        template_annotation: "backstage.io/source-template".to_owned(),
        ..OwnershipSettings::default()
    }
}

fn parsing() -> Parsing {
    Parsing {
        hotfix: ByRepository::everywhere(
            HotfixRule::new(&["hotfix"], &["hotfix/*"], &[r"^hotfix\b"]).unwrap(),
        ),
        incidents: vec![IncidentSettings {
            labels: vec!["incident".to_owned()],
            ..IncidentSettings::default()
        }],
        production: ByRepository::everywhere(
            EnvironmentRule::new(&[] as &[&str], &["*canary*"]).unwrap(),
        ),
        deployments: ByRepository::everywhere(DeploymentTeller::default()),
        components: Components::default(),
        ownership: ownership(),
        platform: PlatformSettings {
            self_service: SelfService::default(),
            workflow_files: true,
            workflow_owners: ["acme".to_owned()].into(),
        },
        logins: Arc::new(Sums),
    }
}

pub fn pattern(text: &str) -> RepositoryPattern {
    RepositoryPattern::parse(text).unwrap()
}

/// A look-back of 120 days.
pub fn reach() -> Reach {
    Reach { since: Time(NOW - 120 * DAY), floor: Time(NOW - 240 * DAY), again_since: None }
}

/// What a list gave, read until it is done.
#[derive(Debug)]
pub struct Walked {
    pub facts: Vec<Fact>,
    pub cursor: String,
    pub pages: usize,
}

/// Reads a list until it is done; `page` reads one page from a cursor.
pub async fn walk<F>(cursor: Option<&str>, mut page: impl FnMut(Option<String>) -> F) -> Walked
where
    F: Future<Output = Result<Step, SourceError>>,
{
    let mut walked =
        Walked { facts: Vec::new(), cursor: cursor.unwrap_or_default().to_owned(), pages: 0 };
    let mut next = cursor.map(str::to_owned);
    loop {
        let step = page(next).await.unwrap();
        walked.facts.extend(step.facts);
        walked.pages += 1;
        walked.cursor.clone_from(&step.cursor);
        if step.done {
            return walked;
        }
        assert!(walked.pages < 100, "the walk does not end");
        next = Some(step.cursor);
    }
}
