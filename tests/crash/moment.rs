//! The moments at which the daemon is killed, drawn from a seed.

use crate::life::Life;
use crate::stored;
use crate::world::World;
use github_sim::{Fault, When};
use sqlx::SqliteConnection;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_micros(50);
/// How long a locked database is waited for before the daemon is killed; less than it waits itself.
const LOCKED: Duration = Duration::from_millis(100);
/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a daemon has just done, or is doing, when it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// GitHub has answered so many requests.
    Answered(u64),
    /// GitHub holds back its answer to this operation.
    Held(&'static str),
    /// The store's files have changed so many times.
    Written(u32),
    /// It has waited for a while to write, since another program has locked the database.
    Locked,
    /// A table of the store has fewer rows than before.
    Fewer(&'static str),
    /// It was told the time, or started.
    Begun,
}

/// A moment, and how long after it the daemon is killed.
#[derive(Clone, Copy, Debug)]
pub struct Death {
    pub moment: Moment,
    pub later: Duration,
}

/// A death that is prepared: what was there before is known.
pub struct Prepared<'a> {
    death: Death,
    world: &'a World,
    answered: u64,
    held: u64,
    files: Files,
    rows: u64,
    connection: Option<SqliteConnection>,
}

impl Death {
    /// Takes note of how things are, and puts in the way what has to be in the way.
    pub fn prepare<'a>(&self, world: &'a World) -> Prepared<'a> {
        let mut held = 0;
        if let Moment::Held(operation) = self.moment {
            let operation = Some(operation.to_owned());
            world.sim.faults().on_requests(Fault::Stalled, When { operation, ..When::default() });
            held = requests(world, self.moment);
        }
        let connection = match self.moment {
            Moment::Locked => Some(stored::lock(world)),
            Moment::Fewer(_) => Some(stored::reader(world)),
            _ => None,
        };
        let (answered, files) = (answered(world), files(world));
        Prepared { death: *self, world, answered, held, files, rows: 0, connection }
    }
}

impl Prepared<'_> {
    /// Waits for the moment, or until nothing is left to do, and kills the daemon; returns whether
    /// there was something left to do.
    pub fn strike(mut self, mut life: Life) -> bool {
        let since = Instant::now();
        let mut changes = 0;
        let mut shown = None;
        let has_come = loop {
            let has_come = match self.death.moment {
                Moment::Begun => true,
                Moment::Answered(count) => answered(self.world) >= self.answered + count,
                Moment::Held(_) => requests(self.world, self.death.moment) > self.held,
                Moment::Written(count) => {
                    let files = files(self.world);
                    changes += u32::from(files != self.files);
                    self.files = files;
                    changes >= count
                }
                Moment::Fewer(table) => {
                    let connection = self.connection.as_mut().unwrap();
                    let before = std::mem::replace(
                        &mut self.rows,
                        stored::rows(self.world, connection, table),
                    );
                    self.rows < before
                }
                Moment::Locked => {
                    shown = life.scrape();
                    since.elapsed() > LOCKED
                }
            };
            if has_come || life.is_quiet() {
                break has_come;
            }
            assert!(since.elapsed() < PATIENCE, "no {:?}", self.death.moment);
            std::thread::sleep(PAUSE);
        };
        if has_come {
            std::thread::sleep(self.death.later);
        }
        let at_work = !life.is_quiet();
        life.kill();
        self.world.sim.faults().clear();
        if let Some(shown) = shown {
            stored::assert_stored(self.world, &shown);
        }
        drop(self.connection);
        at_work
    }
}

fn answered(world: &World) -> u64 {
    world.sim.meter().statuses.values().sum()
}

fn requests(world: &World, moment: Moment) -> u64 {
    let Moment::Held(operation) = moment else { return 0 };
    world.sim.meter().operations.get(operation).map_or(0, |operation| operation.requests)
}

/// The length of each of the store's files, and when it was written last.
type Files = Vec<Option<(u64, SystemTime)>>;

fn files(world: &World) -> Files {
    let store = world.store();
    let file = |ending: &str| {
        let path = PathBuf::from(format!("{}{ending}", store.display()));
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    ["", "-wal", "-journal"].map(file).into()
}

/// Numbers that a seed decides.
pub struct Chance(u64);

impl Chance {
    /// By the seed of this run and a number for each user.
    pub fn new(user: u64) -> Chance {
        let seed =
            std::env::var("CRASH_SEED").ok().map_or(20_260_601, |seed| seed.parse().unwrap());
        println!("CRASH_SEED={seed}");
        Chance(seed ^ user.rotate_left(32))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A death soon after one of these moments.
    pub fn death(&mut self, moments: &[Moment]) -> Death {
        let moment = self.one_of(moments);
        let later = match moment {
            Moment::Locked | Moment::Fewer(_) => 0,
            Moment::Begun => self.below(20_000),
            _ => self.below(3) * self.below(1_500),
        };
        Death { moment, later: Duration::from_micros(later) }
    }
}
