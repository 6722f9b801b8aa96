//! What is replaced piece by piece gives the figures that a fresh pool gives.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::DAY;
use crate::ledger::{History, JudgedIncident};
use crate::measures::Member;
use crate::measures::tests::{T, all_figures, any_history, any_incident, pooled, windows};
use proptest::prelude::*;

/// What happens to the members of two teams.
#[derive(Clone, Debug)]
enum Step {
    /// A member comes, or is judged again, with data that lag.
    Judged { member: usize, history: Box<History>, lag: i64 },
    /// It leaves for the other team, or comes back.
    Moved { member: usize },
    /// It is gone.
    Gone { member: usize },
    /// Windows slide, and everything is measured again at once.
    Slid { seconds: i64 },
    /// The first team has other incidents of its own.
    Unmapped(Vec<JudgedIncident>),
}

fn step() -> impl Strategy<Value = Step> {
    let member = 0..5_usize;
    prop_oneof![
        5 => (member.clone(), any_history(), 0..2 * DAY).prop_map(|(member, history, lag)| {
            Step::Judged { member, history: Box::new(history), lag }
        }),
        1 => member.clone().prop_map(|member| Step::Moved { member }),
        1 => member.prop_map(|member| Step::Gone { member }),
        2 => (0..3 * DAY).prop_map(|seconds| Step::Slid { seconds }),
        1 => prop::collection::vec(any_incident(), 0..3).prop_map(Step::Unmapped),
    ]
}

/// A member as it stands, or a team's own incidents.
#[derive(Clone, Debug)]
struct Standing {
    team: usize,
    history: History,
    unmapped: Vec<JudgedIncident>,
    lag: i64,
    t: Time,
    /// What was put into the team's pool.
    put: Option<Contribution>,
}

impl Standing {
    fn member(&self) -> Member<'_> {
        Member { history: &self.history, unmapped: &self.unmapped, t: self.t }
    }
}

/// The place of the first team's own incidents among the members.
const OWN: usize = 100;

struct World {
    pools: [Pool; 2],
    members: BTreeMap<usize, Standing>,
    now: i64,
}

impl World {
    fn new() -> World {
        World { pools: [(); 2].map(|()| Pool::new(&windows())), members: BTreeMap::new(), now: T }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Judged { member, history, lag } => {
                let team = self.members.get(&member).map_or(member % 2, |one| one.team);
                self.put(member, team, *history, vec![], lag);
            }
            Step::Moved { member } => {
                if let Some(one) = self.members.get(&member).cloned() {
                    self.put(member, 1 - one.team, one.history, one.unmapped, one.lag);
                }
            }
            Step::Gone { member } => {
                if let Some(gone) = self.members.remove(&member) {
                    let old = gone.put.as_ref();
                    self.pools[gone.team].replace(&[Replacement { old, new: None }]);
                }
            }
            Step::Slid { seconds } => self.slide(seconds),
            Step::Unmapped(unmapped) => self.put(OWN, 0, History::default(), unmapped, 0),
        }
    }

    fn put(
        &mut self,
        member: usize,
        team: usize,
        history: History,
        unmapped: Vec<JudgedIncident>,
        lag: i64,
    ) {
        let t = Time(self.now - lag);
        let mut next = Standing { team, history, unmapped, lag, t, put: None };
        let put = Contribution::of(&next.member(), &windows());
        let before = self.members.remove(&member);
        let old = |at| before.as_ref().filter(|it| it.team == at).and_then(|it| it.put.as_ref());
        for (at, pool) in self.pools.iter_mut().enumerate() {
            let new = Some(&put).filter(|_| at == team);
            pool.replace(&[Replacement { old: old(at), new }]);
        }
        next.put = Some(put);
        self.members.insert(member, next);
    }

    /// All members of a team are replaced in one go.
    fn slide(&mut self, seconds: i64) {
        self.now += seconds;
        let before = self.members.clone();
        for one in self.members.values_mut() {
            one.t = Time(self.now - one.lag);
            one.put = Some(Contribution::of(&one.member(), &windows()));
        }
        for (at, pool) in self.pools.iter_mut().enumerate() {
            let pairs =
                before.values().zip(self.members.values()).filter(|(one, _)| one.team == at);
            let pairs = pairs
                .map(|(old, new)| Replacement { old: old.put.as_ref(), new: new.put.as_ref() });
            pool.replace(&pairs.collect::<Vec<_>>());
        }
    }
}

proptest! {
    #[test]
    fn what_is_replaced_step_by_step_is_as_if_pooled_afresh(
        steps in prop::collection::vec(step(), 1..12),
    ) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            let now = Time(world.now);
            for (at, pool) in world.pools.iter().enumerate() {
                let members = world.members.values().filter(|one| one.team == at);
                let afresh = pooled(&members.map(Standing::member).collect::<Vec<_>>(), &windows());
                prop_assert_eq!(all_figures(pool, now), all_figures(&afresh, now));
            }
        }
    }
}
