//! The simulated GitHub, its clock, and the folder of one daemon's lives.

use crate::life::Life;
use crate::moment::Death;
use crate::running::Config;
use crate::stored;
use github_sim::{Event, Sim, SimServer};
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How many seconds after the news everything is evaluated that follows from them.
const SETTLED_AFTER: i64 = 5;

/// GitHub as one daemon sees it, and what is left of that daemon.
pub struct World {
    pub sim: Sim,
    pub runtime: Runtime,
    now: Arc<AtomicI64>,
    github: SimServer,
    folder: TempDir,
    deaths: Cell<u32>,
    deaths_at_work: Cell<u32>,
}

impl World {
    pub fn of(events: Vec<(i64, Event)>, now: i64) -> World {
        let clock = Arc::new(AtomicI64::new(now));
        let shown = Arc::clone(&clock);
        let sim = Sim::new(move || shown.load(Ordering::SeqCst));
        sim.extend(events).unwrap();
        assert!(sim.as_of(i64::MAX).rejected().is_empty(), "{:?}", sim.as_of(i64::MAX).rejected());
        let runtime = Runtime::new().unwrap();
        let github = runtime.block_on(sim.serve(([127, 0, 0, 1], 0).into())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (deaths, deaths_at_work) = (Cell::new(0), Cell::new(0));
        let world = World { sim, runtime, now: clock, github, folder, deaths, deaths_at_work };
        world.configure("");
        world
    }

    /// Writes the configuration for the next life, with these lines in `[collection]`.
    pub fn configure(&self, collection: &str) {
        self.write(Config { collection: collection.to_owned(), ..self.configuration() });
    }

    /// Writes a configuration by which facts are soon forgotten.
    pub fn configure_retention(&self, retention: &str, lookback: &str) {
        let mut config = self.configuration();
        config.retention = format!("retention = \"{retention}\"");
        config.collection = format!("lookback = \"{lookback}\"");
        config.measures += "\nwindows = [\"7d\", \"30d\"]";
        self.write(config);
    }

    fn configuration(&self) -> Config {
        Config::of(self.store(), self.github.url.clone())
    }

    fn write(&self, config: Config) {
        std::fs::write(self.config(), config.text()).unwrap();
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("dora.db")
    }

    /// Takes the store away, as if there never was one.
    pub fn forget(&self) {
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path != self.config() {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("dora.toml")
    }

    /// How often a daemon was killed here, and how often while it had something to do.
    pub fn deaths(&self) -> (u32, u32) {
        (self.deaths.get(), self.deaths_at_work.get())
    }

    /// Jumps to `to` and lets everything be collected that has happened by then. The daemon is
    /// killed once at each of the `deaths`, one after the other, and started again each time.
    pub fn collect(&self, life: Option<Life>, to: i64, deaths: &[Death]) -> Life {
        let mut life = life;
        let before = life.as_mut().filter(|_| !deaths.is_empty()).and_then(Life::scrape);
        for death in deaths {
            let prepared = death.prepare(self);
            let at_work = prepared.strike(self.tell(life.take(), to));
            self.deaths.set(self.deaths.get() + 1);
            self.deaths_at_work.set(self.deaths_at_work.get() + u32::from(at_work));
        }
        let mut life = self.tell(life, to);
        life.quiet();
        if let (Some(before), Some(after)) = (before, life.scrape()) {
            stored::assert_no_counter_fell(&before, &after);
        }
        life
    }

    /// Lets a few seconds pass, so that what was collected is evaluated and settled. The daemon dies
    /// its `deaths` while it does that.
    pub fn settle(&self, life: Life, deaths: &[Death]) -> Life {
        let end = self.now.load(Ordering::SeqCst) + SETTLED_AFTER;
        let (mut life, mut deaths) = (life, deaths);
        loop {
            let next = life.quiet();
            if next > end {
                return self.collect(Some(life), end, &[]);
            }
            life = self.collect(Some(life), next, deaths);
            deaths = &[];
        }
    }

    fn tell(&self, life: Option<Life>, now: i64) -> Life {
        self.now.store(now, Ordering::SeqCst);
        match life {
            Some(mut life) => {
                life.set(now);
                life
            }
            None => Life::begin(&self.config(), now),
        }
    }
}
