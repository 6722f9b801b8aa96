//! What a component did in the last half year, in a few bytes each: when something was deployed or
//! shipped, whether it failed and how long it took. Trends of all teams are told from it, without
//! judging anything again.

use delivery::domain::{Span, Time, WEEK};
use delivery::ledger::History;

/// How far back it reaches: the weeks of a trend, the one that is running, and one that a zone may add.
const REACHES: Span = 28 * WEEK;

/// A component's recent deployments and shipped changes, each in order of finish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    deployments: Box<[(u32, bool)]>,
    changes: Box<[(u32, u32)]>,
}

impl Recent {
    /// Of a history that was judged as of `t`.
    pub fn of(history: &History, t: Time) -> Recent {
        let since = t.plus(-REACHES);
        let deployments = &history.deployments;
        let deployments = &deployments[deployments.partition_point(|it| it.finished_at <= since)..];
        let changes = &history.changes;
        let changes = &changes[changes.partition_point(|it| it.finished_at <= since)..];
        let deployment = |at: Time, failed: bool| (seconds(at.0), failed);
        Recent {
            deployments: deployments
                .iter()
                .map(|one| deployment(one.finished_at, one.failure.is_some()))
                .collect(),
            changes: changes
                .iter()
                .map(|one| (seconds(one.finished_at.0), seconds(one.lead_time())))
                .collect(),
        }
    }

    /// How many deployments finished after the first instant and until the second, and how many of
    /// them failed.
    pub fn deployments(&self, from: Time, to: Time) -> (u32, u32) {
        let found = between(&self.deployments, from, to);
        (found.len() as u32, found.iter().filter(|(_, failed)| *failed).count() as u32)
    }

    /// The lead times of the changes shipped after the first instant and until the second.
    pub fn lead_times(&self, from: Time, to: Time) -> impl Iterator<Item = u32> {
        between(&self.changes, from, to).iter().map(|(_, lead_time)| *lead_time)
    }
}

fn between<T>(items: &[(u32, T)], from: Time, to: Time) -> &[(u32, T)] {
    let until = |at: Time| items.partition_point(|(one, _)| Time(i64::from(*one)) <= at);
    let (from, to) = (until(from), until(to));
    &items[from.min(to)..to]
}

/// Seconds that a wrong clock cannot make too many.
fn seconds(span: Span) -> u32 {
    span.clamp(0, Span::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::DAY;

    #[test]
    fn a_stretch_takes_its_end_and_leaves_its_start() {
        let day = |number: i64| (number * DAY) as u32;
        let recent = Recent {
            deployments: [(day(1), false), (day(2), true), (day(3), false)].into(),
            changes: [(day(1), 5), (day(2), 6), (day(3), 7)].into(),
        };
        assert_eq!(recent.deployments(Time(DAY), Time(3 * DAY)), (2, 1));
        assert_eq!(recent.lead_times(Time(0), Time(2 * DAY)).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(recent.deployments(Time(3 * DAY), Time(DAY)), (0, 0));
    }
}
