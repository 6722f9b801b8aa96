//! A simulated GitHub and daemons that read it, all on one stepped clock.

use crate::clock::SteppedClock;
use crate::exposition::Scrape;
use dora_exporter::cli::{Daemon, Reloader, Reloading, StartError};
use dora_exporter::config::{self, ConfigFile, Flags, Settings, Sources};
use github_sim::{Event, Scenario, Sim, SimServer};
use http_body_util::{BodyExt, Empty, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The token that the daemons bear.
pub const TOKEN: &str = "github_pat_daemon_tests_secret";
/// The key of a PagerDuty account, where one is configured.
const PAGERDUTY_KEY: &str = "u+secret-key";

/// The simulated GitHub with its clock, and a folder for stores.
pub struct World {
    pub clock: SteppedClock,
    pub sim: Sim,
    pub github: SimServer,
    pub folder: TempDir,
}

impl World {
    /// Everything of a story, at an instant of it.
    pub async fn of(story: Scenario, now: i64) -> World {
        World::of_events(story.into_events(), now).await
    }

    pub async fn of_events(events: Vec<(i64, Event)>, now: i64) -> World {
        let clock = SteppedClock::at(now);
        World::of_two_clocks(events, clock.clone(), clock).await
    }

    /// A world whose GitHub has a clock of its own, and daemons on a machine with another.
    pub async fn of_two_clocks(
        events: Vec<(i64, Event)>,
        githubs: SteppedClock,
        clock: SteppedClock,
    ) -> World {
        let sim = Sim::new(move || githubs.seconds());
        sim.extend(events).unwrap();
        assert!(sim.as_of(i64::MAX).rejected().is_empty(), "{:?}", sim.as_of(i64::MAX).rejected());
        let github = sim.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        World { clock, sim, github, folder: tempfile::tempdir().unwrap() }
    }

    /// The store's file, unless a test wants another.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("dora.db")
    }

    /// The configuration of this world's daemons; sections may be added at its end.
    pub fn config(&self) -> Config {
        Config::of(self.store(), self.github.url.clone())
    }

    /// A daemon that has done all it can do at this instant.
    pub async fn start(&self, config: &Config) -> Running {
        self.try_start(config).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_start(&self, config: &Config) -> Result<Running, StartError> {
        let running = self.start_and_leave(config).await?;
        running.quiet().await;
        Ok(running)
    }

    /// A daemon like that of [`World::start`], and who makes it read its configuration again: the
    /// file that [`World::configure`] writes.
    pub async fn start_reloadable(&self, config: &Config) -> (Running, Reloader) {
        self.configure(config);
        let mut sources = config.sources();
        sources.file = Some(ConfigFile::Path(self.config_file()));
        let (stop, clock) = (CancellationToken::new(), self.clock.clone());
        let reloading = Some(Reloading { sources, over_http: false });
        let started = Daemon::start_reloadable(
            config.settings(),
            reloading,
            Arc::new(clock.clone()),
            stop.clone(),
        );
        let (daemon, reloader) = started.await.unwrap_or_else(|error| panic!("{error}"));
        let tasks = config.tasks();
        let running = Running { address: daemon.address(), daemon, stop, clock, tasks };
        running.quiet().await;
        (running, reloader)
    }

    pub fn configure(&self, config: &Config) {
        std::fs::write(self.config_file(), config.text()).unwrap();
    }

    fn config_file(&self) -> PathBuf {
        self.folder.path().join("dora.toml")
    }

    /// A daemon that has just begun.
    pub async fn start_and_leave(&self, config: &Config) -> Result<Running, StartError> {
        let stop = CancellationToken::new();
        let clock = self.clock.clone();
        let daemon =
            Daemon::start(config.settings(), Arc::new(clock.clone()), stop.clone()).await?;
        let tasks = config.tasks();
        Ok(Running { address: daemon.address(), daemon, stop, clock, tasks })
    }
}

/// A configuration as a user would write it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Lines of `[server]`.
    pub server: String,
    pub store: PathBuf,
    /// A further line of `[store]`.
    pub retention: String,
    pub api_url: String,
    /// Lines of `[[github]]`.
    pub github: String,
    /// Lines of `[collection]`.
    pub collection: String,
    /// Lines of `[measures]`.
    pub measures: String,
    /// Further sections.
    pub more: String,
}

impl Config {
    /// All of an organisation's repositories, which settle soon.
    pub fn of(store: PathBuf, api_url: String) -> Config {
        Config {
            server: String::new(),
            store,
            retention: String::new(),
            api_url,
            github: "organizations = [\"acme\"]".to_owned(),
            collection: String::new(),
            measures: "seed_prime_after = \"30s\"\nsettle_after = \"1m\"".to_owned(),
            more: String::new(),
        }
    }

    pub fn text(&self) -> String {
        let Config { server, store, retention, api_url, github, collection, measures, more } = self;
        let store = store.display();
        format!(
            "[server]\nlisten_address = \"127.0.0.1:0\"\n{server}\n[store]\nurl = \"sqlite:{store}\"\n\
             {retention}\n[collection]\n{collection}\n[measures]\n{measures}\n\
             [[github]]\napi_url = \"{api_url}\"\n{github}\n\
             [[ownership.rules]]\nrepositories = [\"acme/pay*\"]\nteam = \"payments\"\n\
             [[ownership.rules]]\nrepositories = [\"acme/search*\", \"acme/find*\"]\n\
             team = \"search\"\n{more}"
        )
    }

    /// How many tasks of a daemon wait for the clock.
    fn tasks(&self) -> usize {
        let publisher = 1;
        let collectors = self.settings().github.iter().map(|one| one.parts().len()).sum::<usize>();
        let catalogs = usize::from(self.more.contains("[catalog]"));
        publisher + collectors + catalogs + self.more.matches("source = \"pagerduty\"").count()
    }

    pub fn settings(&self) -> Settings {
        config::load(&self.sources()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn sources(&self) -> Sources {
        let name = "the test's configuration".to_owned();
        Sources {
            file: Some(ConfigFile::Text { name, text: self.text() }),
            environment: [
                ("GITHUB_TOKEN".to_owned(), TOKEN.to_owned()),
                ("PAGERDUTY_TOKEN".to_owned(), PAGERDUTY_KEY.to_owned()),
            ]
            .into(),
            flags: Flags::default(),
        }
    }
}

/// A daemon that runs.
pub struct Running {
    address: SocketAddr,
    daemon: Daemon,
    stop: CancellationToken,
    clock: SteppedClock,
    tasks: usize,
}

impl Running {
    /// Returns once nothing is left to do at this instant.
    pub async fn quiet(&self) {
        self.clock.quiet(self.tasks).await;
    }

    /// Lets so many seconds pass, stopping at every instant that the daemon waits for.
    pub async fn advance(&self, seconds: i64) {
        let end = self.clock.seconds() + seconds;
        self.quiet().await;
        while let Some(next) = self.clock.next().filter(|next| *next <= end) {
            self.clock.set(next);
            self.quiet().await;
        }
        self.clock.set(end);
        self.quiet().await;
    }

    /// Lets the daemon oversleep until `to`, then a few seconds pass, so that a sweep is evaluated.
    pub async fn jump(&self, to: i64) {
        self.clock.set(to);
        self.quiet().await;
        self.advance(5).await;
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        get(self.address, path).await
    }

    /// What a POST answers, by its status.
    pub async fn post(&self, path: &str, header: (&str, &str), body: &str) -> u16 {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let request = Request::post(format!("http://{}{path}", self.address));
        let request = request.header(header.0, header.1);
        let request = request.body(Full::from(body.to_owned())).unwrap();
        client.request(request).await.unwrap().status().as_u16()
    }

    pub async fn scrape(&self) -> Scrape {
        Scrape(self.get("/metrics").await.1)
    }

    /// The landing page.
    pub async fn page(&self) -> String {
        self.get("/").await.1
    }

    /// Ends it as a signal would.
    pub async fn stop(self) {
        let since = Instant::now();
        self.stop.cancel();
        self.daemon.wait().await.unwrap();
        assert!(since.elapsed() < Duration::from_secs(10), "stopping took {:?}", since.elapsed());
    }
}

/// What a GET answers, with its status.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let answer = client.get(format!("http://{address}{path}").parse().unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// A subscriber that nobody reads.
static ANOTHER: OnceLock<tracing::Dispatch> = OnceLock::new();

/// The log of everything that runs on this thread while it lives.
pub struct Log {
    text: Arc<Mutex<Vec<u8>>>,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Log {
    pub fn of(level: tracing::Level) -> Log {
        // While there is only one subscriber, tracing asks whichever thread comes to a line of code
        // first whether anyone listens, and a thread of another test says no for all.
        ANOTHER.get_or_init(|| tracing::Dispatch::new(tracing_subscriber::registry()));
        let text = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer(Arc::clone(&text));
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Log { text, _guard: tracing::subscriber::set_default(subscriber) }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.text.lock().unwrap().clone()).unwrap()
    }

    /// How many lines contain all of `parts`.
    pub fn count(&self, parts: &[&str]) -> usize {
        let text = self.text();
        text.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count()
    }
}

#[derive(Clone)]
struct Writer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
