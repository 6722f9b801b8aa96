//! What collecting will cost in points, by the sizes of pages. Estimates: how much a repository had
//! in the look-back is taken from the newest entries of its lists.

use super::report::{CostReport, RequestReport};
use crate::config::CollectionSettings;
use crate::sources::github::{Newest, RequestCost, Survey};
use delivery::domain::{DAY, Span, Time};

/// Repositories that one point lists.
const LISTED_A_POINT: u64 = 100;
/// How often the repositories are listed again in a day.
const LISTINGS_A_DAY: u64 = 48;

/// What so many entries or repositories cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Price {
    size: u64,
    points: u64,
}

impl Price {
    /// Points for so many.
    fn of(self, count: u64) -> u64 {
        count.div_ceil(self.size) * self.points
    }
}

/// What requests cost: what the server told, else what GitHub's formula says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    probe: Price,
    deployments: Price,
    pulls: Price,
    pulls_with_paths: Price,
    incidents: Price,
    commits: Price,
    open_pulls: Price,
    applies: Price,
}

impl Prices {
    /// Prices with what the server told.
    pub fn of(told: &[RequestCost]) -> Prices {
        let price = |operation, size| {
            let told = told.iter().find(|one| one.operation == operation);
            let told = told.map(|one| Price { size: one.size.max(1) as u64, points: one.points });
            told.unwrap_or(Price { size, points: 1 })
        };
        Prices {
            probe: price("Probe", 37),
            deployments: price("Deployments", 100),
            pulls: price("PullRequests", 37),
            pulls_with_paths: price("PullRequestsWithFiles", 29),
            incidents: price("Incidents", 49),
            commits: price("History", 100),
            open_pulls: price("OpenPullRequests", 100),
            applies: price("Applies", 49),
        }
    }
}

/// What the server told of one kind of request.
pub fn report(told: &RequestCost) -> RequestReport {
    let RequestCost { operation, what, size, points } = *told;
    RequestReport { operation, what, size, points }
}

/// What one repository costs.
struct Share {
    first: u64,
    daily: f64,
}

/// What is read of a repository beside deployments and incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It was never deployed: nothing.
    Alone,
    /// Pull requests and commits.
    Changes,
    /// Pull requests with the paths that they change, and commits.
    ChangedPaths,
    /// It was never deployed, and changes infrastructure: pull requests with paths.
    Infrastructure,
}

/// What a source with these repositories costs.
pub fn cost<'a>(
    surveys: impl Iterator<Item = (&'a Survey, Depth)>,
    prices: &Prices,
    collection: &CollectionSettings,
    now: Time,
) -> CostReport {
    let shares: Vec<Share> =
        surveys.map(|(survey, depth)| share(survey, depth, prices, collection, now)).collect();
    let repositories = shares.len() as u64;
    let listing = repositories.div_ceil(LISTED_A_POINT).max(1);
    let sweep = prices.probe.of(repositories);
    let sweeps_a_day = times_a_day(collection.sweep_interval);
    let news: f64 = shares.iter().map(|share| share.daily).sum();
    CostReport {
        first_collection_points: listing
            + sweep
            + shares.iter().map(|share| share.first).sum::<u64>(),
        daily_points: listing * LISTINGS_A_DAY + sweep * sweeps_a_day + news.ceil() as u64,
    }
}

fn share(
    survey: &Survey,
    depth: Depth,
    prices: &Prices,
    collection: &CollectionSettings,
    now: Time,
) -> Share {
    let lookback = collection.lookback;
    let deployments = within(&survey.deployments, |one| one.created_at, now, lookback);
    let incidents = within(&survey.incidents, |at| *at, now, lookback);
    let mut first = pages(deployments, survey.deployments.total, prices.deployments)
        + pages(incidents, survey.incidents.total, prices.incidents);
    // Every piece of news is a page of its own.
    let mut news = deployments + incidents;
    let mut lists = 2;
    if depth != Depth::Alone {
        let pulls = within(&survey.pulls, |at| *at, now, lookback);
        let price = match depth {
            Depth::ChangedPaths | Depth::Infrastructure => prices.pulls_with_paths,
            Depth::Alone | Depth::Changes => prices.pulls,
        };
        first += pages(pulls, survey.pulls.total, price);
        // A merge is news of pull requests and of commits, or of what was applied.
        news += 2 * pulls;
        lists = 3;
        if depth == Depth::Infrastructure {
            first += pages(pulls, survey.pulls.total, prices.applies);
        } else {
            // The branch, and what was deployed from elsewhere.
            first += pages(survey.commits, 1, prices.commits) + prices.commits.points;
            // Those that are open, where there ever were any.
            first += prices.open_pulls.of(survey.pulls.total.min(1));
            // Those that are open have news, too.
            news += pulls;
            lists = 5;
        }
    }
    let daily = news as f64 * DAY as f64 / lookback as f64
        + (lists * times_a_day(collection.reconcile_interval)) as f64;
    Share { first, daily }
}

/// Points for so many entries; a list that is not empty is asked for once at least.
fn pages(entries: u64, total: u64, price: Price) -> u64 {
    if total == 0 { 0 } else { price.of(entries.max(1)) }
}

fn times_a_day(interval: Span) -> u64 {
    (DAY as u64).div_ceil(interval.max(1) as u64)
}

/// How many of a list's entries fall into the look-back: counted where the newest reach that far,
/// else as many as there would be at their pace.
fn within<T>(list: &Newest<T>, at: impl Fn(&T) -> Time, now: Time, lookback: Span) -> u64 {
    let since = now.plus(-lookback);
    let seen = list.newest.len() as u64;
    match list.newest.last().map(&at) {
        Some(oldest) if oldest >= since && list.total > seen => {
            let span = now.since(oldest).max(1) as f64;
            list.total.min((seen as f64 * lookback as f64 / span).ceil() as u64)
        }
        _ => list.newest.iter().filter(|one| at(one) >= since).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(seconds: Span, seen: i64, total: u64) -> Newest<Time> {
        let now = Time(1_000 * DAY);
        Newest { total, newest: (1..=seen).map(|n| now.plus(-n * seconds)).collect() }
    }

    #[test]
    fn what_the_newest_do_not_reach_goes_on_at_their_pace() {
        let within = |list: &Newest<Time>| within(list, |at| *at, Time(1_000 * DAY), 120 * DAY);
        for (list, expected) in [
            (every(DAY, 0, 0), 0),
            (every(DAY, 10, 10), 10),
            (every(10 * DAY, 100, 4_000), 12),
            (every(DAY / 2, 100, 10_000), 240),
            (every(DAY / 2, 100, 150), 150),
        ] {
            assert_eq!(within(&list), expected, "{} of {}", list.newest.len(), list.total);
        }
    }

    #[test]
    fn a_list_costs_a_point_for_each_page_and_nothing_while_it_is_empty() {
        for (entries, total, points) in [(0, 0, 0), (0, 5, 1), (37, 37, 1), (38, 38, 2)] {
            assert_eq!(pages(entries, total, Prices::of(&[]).pulls), points, "{entries}");
        }
        let told =
            RequestCost { operation: "PullRequests", what: "pull requests", size: 12, points: 2 };
        assert_eq!(pages(37, 37, Prices::of(&[told]).pulls), 8, "by the server's own word");
    }
}
