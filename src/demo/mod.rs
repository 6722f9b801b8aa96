//! The demo: a simulated organisation behind the simulated GitHub, read by the real collectors.
//!
//! [`organization`] makes its history out of a seed, [`News`] continues it. Nothing here knows
//! how the figures are computed: it only makes GitHub's side.

mod atlantis;
mod calendar;
mod checks;
mod deploys;
mod estate;
mod failures;
mod files;
mod git;
mod incidents;
mod live;
mod people;
mod profile;
mod pulls;
mod random;
mod repository;
mod surveys;
#[cfg(test)]
mod tests;
mod words;
mod work;
mod world;

pub use live::News;
pub use people::{BOTS, LOGINS};
pub use surveys::{DemoSurvey, QUESTIONS, surveys};
pub use world::OWNER;

use github_sim::Event;
use profile::PROFILES;
use std::convert::Infallible;
use world::World;

/// The repository of incidents that belong to no single repository.
pub use estate::CENTRAL as INCIDENTS_REPOSITORY;
/// The repository that Atlantis applies.
pub use estate::INFRASTRUCTURE as INFRASTRUCTURE_REPOSITORY;

/// The seed of the organisation that the documents show.
pub const SEED: u64 = 13_672;
/// How many days of history the demo has.
pub const DAYS: u32 = 210;

/// A team and what it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Globs over `owner/name` of its repositories.
    pub repositories: Vec<String>,
}

/// A generated organisation.
#[derive(Debug)]
pub struct Organization {
    /// Everything that happened, in order of time, none of it later than the history's end.
    pub events: Vec<(i64, Event)>,
    /// The teams; some repositories belong to none.
    pub teams: Vec<Team>,
    /// What happens next.
    pub news: News,
}

/// The organisation `acme` with `days` days of history up to `now`, in seconds since 1970. The
/// same arguments give the same history, and the same questions to its news the same answers.
pub fn organization(seed: u64, now: i64, days: u32) -> Organization {
    let mut events = Vec::new();
    let unfolded = unfold(seed, now, days, |day| {
        events.extend(day);
        Ok::<_, Infallible>(())
    });
    let (teams, news) = match unfolded {
        Ok(unfolded) => unfolded,
        Err(never) => match never {},
    };
    Organization { events, teams, news }
}

/// Hands out the same history day by day, so that it never lies in memory as a whole; an error of
/// `take` ends it.
pub fn unfold<E>(
    seed: u64,
    now: i64,
    days: u32,
    mut take: impl FnMut(Vec<(i64, Event)>) -> Result<(), E>,
) -> Result<(Vec<Team>, News), E> {
    let start = now - i64::from(days) * calendar::DAY;
    let mut world = World::new(seed, start, now - start);
    for day in 1..=i64::from(days) {
        take(world.run_until(start + day * calendar::DAY))?;
    }
    let team = |profile: &profile::Profile| Team {
        name: profile.team.to_owned(),
        repositories: profile.globs.iter().map(|glob| (*glob).to_owned()).collect(),
    };
    Ok((PROFILES.iter().map(team).collect(), News::new(world, seed)))
}
