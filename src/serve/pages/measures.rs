//! The measures that a review shows, and how two periods compare.

use super::words::{count, frequency, length, percent, short, thousands};
use crate::serve::api::List;
use delivery::measures::{Distribution, Level, Measure as Levelled, Proportion, WindowFigures};

/// A smaller difference than this share of what was before is none.
const NOTICEABLE: f64 = 0.1;
/// Fewer values than these have no median to compare.
const FEWEST: u64 = 5;

/// How a measure is read from figures.
#[derive(Clone, Copy, Debug)]
pub enum Reading {
    /// How often something happens.
    Frequency,
    /// How long something takes: the distribution, and how many values it has.
    Duration(fn(&WindowFigures) -> (Option<Distribution>, u64)),
    /// A share of deployments, with how many they are.
    Share(fn(&WindowFigures) -> (Option<Proportion>, u64)),
}

/// A measure that a review shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Its name in the API.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What is counted, one of it.
    pub counted: &'static str,
    /// How it is read.
    pub reading: Reading,
    /// The list that its facts are in.
    pub list: List,
    /// What its performance level is told of.
    pub level: Option<Levelled>,
}

/// The measures, throughput first.
pub const SHOWN: [Shown; 6] = [
    Shown {
        name: "deployment_frequency",
        title: "Deployment frequency",
        counted: "deployment",
        reading: Reading::Frequency,
        list: List::Deployments,
        level: Some(Levelled::DeploymentFrequency),
    },
    Shown {
        name: "change_lead_time",
        title: "Change lead time",
        counted: "change",
        reading: Reading::Duration(|it| (it.change_lead_time, it.changes)),
        list: List::Changes,
        level: Some(Levelled::ChangeLeadTime),
    },
    Shown {
        name: "change_fail_rate",
        title: "Change fail rate",
        counted: "deployment",
        reading: Reading::Share(|it| (it.change_fail, it.failed_deployments)),
        list: List::Failures,
        level: Some(Levelled::ChangeFailRate),
    },
    Shown {
        name: "failed_deployment_recovery_time",
        title: "Failed deployment recovery time",
        counted: "recovered deployment",
        reading: Reading::Duration(|it| (it.failed_deployment_recovery, it.recovered_deployments)),
        list: List::Failures,
        level: Some(Levelled::FailedDeploymentRecoveryTime),
    },
    Shown {
        name: "rework_rate",
        title: "Rework rate",
        counted: "deployment",
        reading: Reading::Share(|it| (it.rework, it.rework_deployments)),
        list: List::Deployments,
        level: None,
    },
    Shown {
        name: "time_to_restore",
        title: "Time to restore",
        counted: "restored failure",
        reading: Reading::Duration(|it| (it.time_to_restore, it.restored_failures)),
        list: List::Incidents,
        level: None,
    },
];

/// How a period compares with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It is better.
    Better,
    /// It is worse.
    Worse,
    /// It is about the same, or too few things happened to tell.
    Same,
}

/// A comparison in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// How it went.
    pub direction: Direction,
    /// Whether the number is higher, where it is not the same.
    pub is_higher: bool,
    /// What a reader should know.
    pub words: String,
}

impl Shown {
    /// The one number that stands for a period.
    pub fn number(&self, figures: &WindowFigures) -> Option<f64> {
        match self.reading {
            Reading::Frequency => Some(figures.deployment_frequency_per_day),
            Reading::Duration(read) => read(figures).0.map(|times| times.p50 as f64),
            Reading::Share(read) => read(figures).0.map(|share| share.ratio),
        }
    }

    /// A number of its kind.
    pub fn text(&self, number: f64) -> String {
        match self.reading {
            Reading::Frequency => frequency(number),
            Reading::Duration(_) => length(number),
            Reading::Share(_) => percent(number),
        }
    }

    /// The number of a period, or that there is none.
    pub fn value(&self, figures: Option<&WindowFigures>) -> String {
        let number = figures.and_then(|figures| self.number(figures));
        number.map_or_else(|| "–".to_owned(), |number| self.text(number))
    }

    /// What the number is made of: the facts, and what else they tell.
    pub fn made_of(&self, figures: &WindowFigures) -> (String, Option<String>) {
        let none = || (format!("no {}", self.counted), None);
        match self.reading {
            Reading::Frequency => (count(figures.deployments, self.counted), None),
            Reading::Duration(read) => match read(figures) {
                (Some(times), values) => {
                    let within = format!("85 % within {}", length(times.p85 as f64));
                    (format!("median of {}", count(values, self.counted)), Some(within))
                }
                (None, _) => none(),
            },
            Reading::Share(read) => match read(figures) {
                (Some(share), part) => {
                    let (lower, upper) = (percent(share.lower), percent(share.upper));
                    let bounds = format!("95 % sure: {lower} to {upper}");
                    let of = count(figures.deployments, self.counted);
                    (format!("{} of {of}", thousands(part)), Some(bounds))
                }
                (None, _) => none(),
            },
        }
    }

    /// The same in one text.
    pub fn told_of(&self, figures: &WindowFigures) -> String {
        let (facts, more) = self.made_of(figures);
        more.map_or(facts.clone(), |more| format!("{facts}; {more}"))
    }

    /// How a period compares with what was before; absent where one of them has no number.
    pub fn trend(&self, now: &WindowFigures, before: &WindowFigures) -> Option<Trend> {
        let (new, old) = (self.number(now)?, self.number(before)?);
        let is_higher = new > old;
        let same = |words: &str| {
            Some(Trend { direction: Direction::Same, is_higher, words: words.to_owned() })
        };
        let is_frequency = matches!(self.reading, Reading::Frequency);
        match self.reading {
            Reading::Duration(read) if read(now).1.min(read(before).1) < FEWEST => {
                return same("too few to compare");
            }
            Reading::Frequency if !differ(now, before) => return same("no clear change"),
            Reading::Share(read) => {
                let (Some(new), Some(old)) = (read(now).0, read(before).0) else { return None };
                let covers = |it: Proportion, ratio: f64| it.lower <= ratio && ratio <= it.upper;
                if covers(new, old.ratio) || covers(old, new.ratio) {
                    return same("no clear change");
                }
            }
            _ if new == old || (new - old).abs() < NOTICEABLE * old => {
                return same("about the same");
            }
            _ => {}
        }
        let direction =
            if is_higher == is_frequency { Direction::Better } else { Direction::Worse };
        Some(Trend { direction, is_higher, words: self.difference(new, old) })
    }

    fn difference(&self, new: f64, old: f64) -> String {
        let word = match (self.reading, new > old) {
            (Reading::Frequency, true) => "more often",
            (Reading::Frequency, false) => "less often",
            (Reading::Duration(_), true) => "longer",
            (Reading::Duration(_), false) => "shorter",
            (Reading::Share(_), true) => "points higher",
            (Reading::Share(_), false) => "points lower",
        };
        let difference = (new - old).abs();
        match self.reading {
            Reading::Share(_) => format!("{} {word}", short(difference * 100.0)),
            _ if new >= 2.0 * old && old > 0.0 => {
                format!("{} times as {}", short(new / old), stem(word))
            }
            _ if old == 0.0 => word.to_owned(),
            _ => format!("{:.0} % {word}", difference / old * 100.0),
        }
    }

    /// The performance level of a team.
    pub fn level(&self, levels: &[(Levelled, Option<Level>)]) -> Option<Level> {
        let of = self.level?;
        levels.iter().find(|(measure, _)| *measure == of).and_then(|(_, level)| *level)
    }
}

impl Trend {
    /// An arrow that says whether the number is higher.
    pub fn arrow(&self) -> &'static str {
        match (self.direction, self.is_higher) {
            (Direction::Same, _) => "→",
            (_, true) => "↑",
            (_, false) => "↓",
        }
    }

    /// What that means.
    pub fn meaning(&self) -> Option<&'static str> {
        match self.direction {
            Direction::Better => Some("better"),
            Direction::Worse => Some("worse"),
            Direction::Same => None,
        }
    }
}

/// Whether two numbers of deployments differ by more than chance would have it (95 %), each over the
/// days of its window.
fn differ(now: &WindowFigures, before: &WindowFigures) -> bool {
    let variance = |it: &WindowFigures| it.deployments as f64 / it.window.in_days().powi(2);
    let difference = now.deployment_frequency_per_day - before.deployment_frequency_per_day;
    difference.abs() >= 1.96 * (variance(now) + variance(before)).sqrt()
}

/// `times as often`, `times as long`
fn stem(word: &str) -> &str {
    match word {
        "longer" => "long",
        _ => "often",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use delivery::domain::{Time, Window};
    use delivery::ledger::History;
    use delivery::measures::{Contribution, Member};

    fn figures(per_day: f64, failed: (u64, u64)) -> WindowFigures {
        let window = Window::days(30);
        let history = History::default();
        let member = Member::component(&history, Time(0));
        let nothing = Contribution::of(&member, &[window]).window_figures(window).unwrap();
        WindowFigures {
            deployment_frequency_per_day: per_day,
            deployments: failed.1,
            failed_deployments: failed.0,
            change_fail: Proportion::of(failed.0, failed.1),
            ..nothing
        }
    }

    fn times(p50: i64, values: u64) -> WindowFigures {
        let times = Distribution { p50, p85: p50, p95: p50, mean: p50 as f64 };
        let nothing = figures(0.0, (0, 0));
        WindowFigures { change_lead_time: Some(times), changes: values, ..nothing }
    }

    #[track_caller]
    fn told(shown: Shown, now: &WindowFigures, before: &WindowFigures) -> (Direction, String) {
        let trend = shown.trend(now, before).unwrap();
        (trend.direction, trend.words)
    }

    #[test]
    fn more_deployments_are_better_and_longer_lead_times_worse() {
        let [frequency, lead_time, ..] = SHOWN;
        let often = |per_day: f64| figures(per_day, (0, (per_day * 30.0) as u64));
        for (now, before, direction, words) in [
            (20.0, 10.0, Direction::Better, "2 times as often"),
            (15.0, 10.0, Direction::Better, "50 % more often"),
            (5.0, 10.0, Direction::Worse, "50 % less often"),
            (105.0, 100.0, Direction::Same, "about the same"),
            (0.0, 0.0, Direction::Same, "about the same"),
            (1.0, 0.0, Direction::Better, "more often"),
            (0.2, 0.1, Direction::Same, "no clear change"),
        ] {
            let found = told(frequency, &often(now), &often(before));
            assert_eq!(found, (direction, words.to_owned()), "{now} after {before}");
        }
        for (now, before, direction, words) in [
            (times(300, 9), times(100, 9), Direction::Worse, "3 times as long"),
            (times(80, 9), times(100, 9), Direction::Better, "20 % shorter"),
            (times(80, 4), times(100, 9), Direction::Same, "too few to compare"),
        ] {
            assert_eq!(told(lead_time, &now, &before), (direction, words.to_owned()));
        }
        assert_eq!(lead_time.trend(&often(1.0), &times(1, 9)), None);
    }

    #[test]
    fn shares_differ_where_neither_lies_within_the_bounds_of_the_other() {
        let fail_rate = SHOWN[2];
        let of = |failed, all| figures(0.0, (failed, all));
        assert_eq!(told(fail_rate, &of(1, 4), &of(0, 9)).0, Direction::Same);
        let (direction, words) = told(fail_rate, &of(30, 100), &of(5, 100));
        assert_eq!((direction, &*words), (Direction::Worse, "25 points higher"));
    }
}
