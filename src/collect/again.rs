//! Further looks: GitHub's replicas may lag behind its webhooks, so what a look at a hint did not
//! find is looked for a little later, a few times.

use super::hints::{About, Numbered};
use crate::sources::github::News;
use delivery::domain::{Span, Time};
use std::collections::BTreeMap;

/// How long after a look without news each further one follows.
const PAUSES: [Span; 2] = [10, 60];
/// So many wait at most; what the others would find the next sweep finds.
const MOST: usize = 10_000;

/// Hints that wait for a further look.
#[derive(Debug, Default)]
pub(super) struct Again {
    waiting: BTreeMap<About, Further>,
}

#[derive(Clone, Copy, Debug)]
struct Further {
    number: u64,
    /// How often it was looked at.
    looks: usize,
    due: Time,
}

/// Hints that are being looked at, with how often they were before.
pub(super) type Looked = BTreeMap<About, (u64, usize)>;

impl Again {
    /// Whether some wait.
    pub(super) fn some_wait(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The earliest of the instants at which what waits is due; `due` says when it may be.
    pub(super) fn first_due(&self, due: impl Fn(&About) -> Time) -> Option<Time> {
        self.waiting.iter().map(|(about, further)| further.due.max(due(about))).min()
    }

    /// Takes what is due among `fresh` hints: a hint that came again is looked at anew.
    pub(super) fn take_due(
        &mut self,
        fresh: Numbered,
        is_due: impl Fn(&About, Time) -> bool,
    ) -> Looked {
        let mut taken: Looked =
            fresh.into_iter().map(|(about, number)| (about, (number, 0))).collect();
        self.waiting.retain(|about, _| !taken.contains_key(about));
        let due = self.waiting.extract_if(.., |about, further| is_due(about, further.due));
        taken.extend(due.map(|(about, further)| (about, (further.number, further.looks))));
        taken
    }

    /// Has those looked at again that `may_lag`; gives the others, which are done with.
    pub(super) fn put_off(
        &mut self,
        looked: Looked,
        now: Time,
        may_lag: impl Fn(&About) -> bool,
    ) -> Numbered {
        let mut done = Numbered::new();
        for (about, (number, looks)) in looked {
            match PAUSES.get(looks) {
                Some(pause) if self.waiting.len() < MOST && may_lag(&about) => {
                    let further = Further { number, looks: looks + 1, due: now.plus(*pause) };
                    self.waiting.insert(about, further);
                }
                _ => {
                    done.insert(about, number);
                }
            }
        }
        done
    }
}

/// Whether what it tells of is read from replicas that may lag.
pub(super) fn is_of_a_fact(news: &News) -> bool {
    matches!(news, News::Lists | News::Deployment(_) | News::Issue(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::RepoId;

    #[test]
    fn a_look_without_news_is_repeated_twice_and_a_new_hint_begins_anew() {
        let about = || (Some(RepoId(1)), News::Lists);
        let fresh = |number| Numbered::from([(about(), number)]);
        let mut again = Again::default();
        let mut now = Time(1_000);
        let mut looked = again.take_due(fresh(1), |_, _| false);
        let mut waits = Vec::new();
        loop {
            let done = again.put_off(looked, now, |_| true);
            if !done.is_empty() {
                assert_eq!(done, fresh(1));
                break;
            }
            let due = again.first_due(|_| now).unwrap_or(now);
            waits.push(due.since(now));
            now = due;
            looked = again.take_due(Numbered::new(), |_, due| due <= now);
        }
        assert_eq!(waits, PAUSES);
        assert!(!again.some_wait());

        let looked = again.take_due(fresh(2), |_, _| false);
        assert!(again.put_off(looked, now, |_| true).is_empty());
        let looked = again.take_due(fresh(3), |_, _| false);
        assert_eq!(looked, Looked::from([(about(), (3, 0))]), "it came again");
        assert_eq!(again.put_off(looked, now, |_| false), fresh(3), "it found something");
        assert!(!again.some_wait());
    }
}
