//! Live news: what the organisation does while someone watches.

use super::calendar::{HOUR, MINUTE};
use super::estate::Flow;
use super::profile::PROFILES;
use super::pulls::{Pace, Step};
use super::random::Random;
use super::world::{Action, Tempo, World};
use github_sim::Event;

/// For so long after the first question stories follow each other closely, so that a newcomer and
/// a test soon see figures move.
const OPENING: i64 = 60;
/// Seconds between stories then.
const OPENING_GAP: (i64, i64) = (3, 5);
/// Seconds between stories later.
const GAP: (i64, i64) = (8, 16);
/// Whose turn it may be later, so that those who are always shipping go on to ship more.
const TURNS: [usize; 16] = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7];

/// Continues an organisation's history beyond its end, without end: what was going on goes on at
/// its own pace, and every few seconds another team ships something, all of it within seconds.
#[derive(Debug)]
pub struct News {
    world: World,
    random: Random,
    /// When the first question came.
    opened: Option<i64>,
    next_story: i64,
    stories: usize,
}

impl News {
    /// The news of a world from its present instant on.
    pub(super) fn new(world: World, seed: u64) -> News {
        let random = Random::of_part(seed, "news");
        News { world, random, opened: None, next_story: i64::MIN, stories: 0 }
    }

    /// What has happened since the last question, or since the history's end, until `now`: in
    /// order of time, none of it later than `now`. An earlier `now` than before brings nothing.
    pub fn next(&mut self, now: i64) -> Vec<(i64, Event)> {
        let mut events = self.world.run_until(now);
        let opened = *self.opened.get_or_insert_with(|| {
            self.world.failure_is_due = true;
            now
        });
        if now >= self.next_story && now >= self.world.at {
            let opening = now < opened + OPENING;
            self.tell(opening);
            let (low, high) = if opening { OPENING_GAP } else { GAP };
            self.next_story = now + self.random.between(low, high);
            events.extend(self.world.run_until(now));
        }
        events
    }

    /// Begins a story of the next team: where releases are held, it is the repair.
    fn tell(&mut self, opening: bool) {
        let later = TURNS[self.random.below(TURNS.len())];
        let team = if opening { self.stories % PROFILES.len() } else { later };
        self.stories += 1;
        let (held, free): (Vec<usize>, Vec<usize>) = (0..self.world.repositories.len())
            .filter(|r| self.world.may_ship(*r, team))
            .partition(|r| self.world.repositories[*r].held);
        let candidates = if free.is_empty() { held } else { free };
        if candidates.is_empty() {
            return;
        }
        let r = candidates[self.random.below(candidates.len())];
        if opening || self.random.chance(0.6) {
            self.world.ship_live(r);
        } else {
            self.world.schedule(self.world.at, Action::Begin(r));
        }
    }
}

impl World {
    /// Whether a repository is one of the team that can be released at once.
    fn may_ship(&self, r: usize, team: usize) -> bool {
        let repository = &self.repositories[r];
        repository.plan.team == team
            && repository.plan.flow == Flow::Trunk
            && repository.is_active(self.progress().max(1.0))
            && !repository.live.is_empty()
    }

    /// A change that took the team its usual time to write is opened, merged and deployed within
    /// seconds.
    fn ship_live(&mut self, r: usize) {
        let mut work = self.feature(r, Tempo::Live);
        let working_hours = work.pace.coding + work.pace.pickup + work.pace.review;
        // A working day is about a third of a day.
        work.written_before = 3 * working_hours.max(20 * MINUTE);
        work.commits_left = work.commits_left.min(3);
        work.draft = false;
        work.repairs = self.repositories[r].held;
        work.pace = Pace { coding: HOUR, pickup: HOUR, review: HOUR };
        self.schedule(self.at, Action::Work(r, Box::new(work), Step::Code));
    }
}
