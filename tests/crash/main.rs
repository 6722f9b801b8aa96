//! The daemon as a process of its own against the simulated GitHub, killed without warning over and
//! over again: while it reads history for the first time, while it fetches news, while it settles,
//! while it forgets, while it makes or migrates its store. What it shows afterwards is, byte for byte, what a daemon
//! shows that was never disturbed.
//!
//! Time is a clock that the tests step, in this process and in the daemon's. When to kill is decided
//! by a seed that is printed; set `CRASH_SEED` to repeat or to vary a run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../daemon/clock.rs"]
mod clock;
mod daemon;
#[allow(dead_code, reason = "shared with other tests, which look at more of an exposition")]
#[path = "../daemon/exposition.rs"]
mod exposition;
mod forgetting;
mod killing;
mod late;
mod life;
mod moment;
mod opening;
#[allow(dead_code, reason = "shared with tests that run the daemon in their own process")]
#[path = "../daemon/running.rs"]
mod running;
mod stored;
#[allow(dead_code, reason = "shared with other tests, which go on with more of the story")]
#[path = "../daemon/story.rs"]
mod story;
mod world;
