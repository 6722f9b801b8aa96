//! A histogram of settled durations.

use delivery::domain::{DAY, HOUR, MINUTE, PullNumber, Span};

/// The buckets of a histogram.
#[derive(Debug, PartialEq, Eq)]
pub struct Buckets {
    /// Ascending upper bounds in seconds, without `+Inf`.
    bounds: &'static [Span],
    /// The seconds in the unit that bounds and sum are shown in.
    unit: Span,
}

/// From minutes to half a year: what buckets are taken from.
const STEPS: &[Span] = &[
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    4 * HOUR,
    8 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    180 * DAY,
];

/// The steps from the first to the last of these.
const fn steps(first: Span, last: Span) -> &'static [Span] {
    let (mut from, mut to) = (0, STEPS.len());
    while STEPS[from] < first {
        from += 1;
    }
    while STEPS[to - 1] > last {
        to -= 1;
    }
    STEPS.split_at(to).0.split_at(from).1
}

/// `dora_lead_time_hours`: the original collector's buckets, in hours.
pub static LEAD_TIME_HOURS: Buckets = Buckets { bounds: steps(HOUR, 14 * DAY), unit: HOUR };

/// `dora_change_lead_time_seconds`: the same, and longer ones.
pub static CHANGE_LEAD_TIME: Buckets = Buckets { bounds: steps(HOUR, 180 * DAY), unit: 1 };

/// `dora_change_phase_seconds`: the same, and shorter ones.
pub static CHANGE_PHASE: Buckets = Buckets { bounds: steps(5 * MINUTE, 180 * DAY), unit: 1 };

/// Recovery and restore times: without two weeks.
pub static RESTORE: Buckets = Buckets {
    bounds: &[
        5 * MINUTE,
        15 * MINUTE,
        HOUR,
        4 * HOUR,
        8 * HOUR,
        DAY,
        2 * DAY,
        3 * DAY,
        7 * DAY,
        30 * DAY,
    ],
    unit: 1,
};

/// `platform_self_service_seconds`: from a reviewer at hand to a queue of weeks.
pub static SELF_SERVICE: Buckets = Buckets { bounds: steps(15 * MINUTE, 30 * DAY), unit: 1 };

/// An observation that stands for its bucket: the pull request that it was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar {
    /// The pull request's number, in the repository that the series names.
    pub pull: PullNumber,
    /// The observation, in the unit shown.
    pub value: f64,
}

/// Counts of durations by bucket, with their sum. Sums are whole seconds, so that neither the order
/// nor the grouping of observations shows in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    buckets: &'static Buckets,
    /// One more than there are bounds: the last counts what lies above all of them.
    counts: Vec<u64>,
    sum: Span,
    /// The last observation of a pull request by bucket; empty before the first.
    exemplars: Vec<Option<Exemplar>>,
}

impl Histogram {
    /// An empty histogram.
    pub fn new(buckets: &'static Buckets) -> Histogram {
        let counts = vec![0; buckets.bounds.len() + 1];
        Histogram { buckets, counts, sum: 0, exemplars: Vec::new() }
    }

    /// Counts a duration in seconds in the first bucket whose bound it does not exceed.
    pub fn observe(&mut self, seconds: Span) {
        let bucket = self.bucket_of(seconds);
        self.counts[bucket] += 1;
        self.sum = self.sum.saturating_add(seconds);
    }

    /// Counts a duration as [`Histogram::observe`] does, and makes its pull request the bucket's
    /// exemplar.
    pub fn observe_pull(&mut self, seconds: Span, pull: PullNumber) {
        self.observe(seconds);
        self.exemplars.resize(self.counts.len(), None);
        let (bucket, value) = (self.bucket_of(seconds), self.shown(seconds));
        self.exemplars[bucket] = Some(Exemplar { pull, value });
    }

    /// The bound of the bucket that a duration falls into; absent above all bounds.
    pub fn upper_bound(&self, seconds: Span) -> Option<Span> {
        self.buckets.bounds.get(self.bucket_of(seconds)).copied()
    }

    /// Counts durations of the bucket that `seconds` falls into all at once, by their number and
    /// sum; the exemplar, with its duration, becomes the bucket's.
    pub fn add_total(
        &mut self,
        seconds: Span,
        (count, sum): (u64, Span),
        exemplar: Option<(PullNumber, Span)>,
    ) {
        let bucket = self.bucket_of(seconds);
        self.counts[bucket] += count;
        self.sum = self.sum.saturating_add(sum);
        if let Some((pull, seconds)) = exemplar {
            self.exemplars.resize(self.counts.len(), None);
            self.exemplars[bucket] = Some(Exemplar { pull, value: self.shown(seconds) });
        }
    }

    fn bucket_of(&self, seconds: Span) -> usize {
        self.buckets.bounds.partition_point(|bound| *bound < seconds)
    }

    /// Upper bounds in the unit shown with the cumulative counts at or below them; the last is
    /// `+Inf`.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let bounds = self.buckets.bounds.iter().map(|bound| self.shown(*bound));
        bounds.chain([f64::INFINITY]).zip(self.counts.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        }))
    }

    /// The exemplar of each bucket, in their order.
    pub fn exemplars(&self) -> impl Iterator<Item = Option<&Exemplar>> {
        (0..self.counts.len()).map(|bucket| self.exemplars.get(bucket)?.as_ref())
    }

    /// The sum of all durations, in the unit shown.
    pub fn sum(&self) -> f64 {
        self.shown(self.sum)
    }

    /// How many durations were observed.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn shown(&self, seconds: Span) -> f64 {
        seconds as f64 / self.buckets.unit as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_at_a_bound_belongs_to_its_bucket() {
        static BUCKETS: Buckets = Buckets { bounds: &[HOUR, 4 * HOUR], unit: HOUR };
        let mut histogram = Histogram::new(&BUCKETS);
        for seconds in [0, HOUR, HOUR + 1, 4 * HOUR, 4 * HOUR + 1_798] {
            histogram.observe(seconds);
        }
        let buckets: Vec<_> = histogram.buckets().collect();
        assert_eq!(buckets, [(1.0, 2), (4.0, 4), (f64::INFINITY, 5)]);
        assert_eq!((histogram.count(), histogram.sum()), (5, 10.0 + 1_799.0 / 3_600.0));
    }

    #[test]
    fn the_buckets_are_those_of_the_original_collector_and_beyond() {
        let shown = |buckets| {
            let bounds: Vec<f64> = Histogram::new(buckets).buckets().map(|(at, _)| at).collect();
            bounds
        };
        let hours = [1.0, 4.0, 8.0, 24.0, 48.0, 72.0, 168.0, 336.0];
        assert_eq!(shown(&LEAD_TIME_HOURS), [&hours[..], &[f64::INFINITY]].concat());
        let seconds = hours.map(|bound| bound * 3_600.0);
        let beyond = [30.0, 90.0, 180.0].map(|days| days * 86_400.0);
        let lead_time = [&seconds[..], &beyond, &[f64::INFINITY]].concat();
        assert_eq!(shown(&CHANGE_LEAD_TIME), lead_time);
        assert_eq!(shown(&CHANGE_PHASE), [&[300.0, 900.0], &lead_time[..]].concat());
        let restore = [
            300.0,
            900.0,
            3_600.0,
            14_400.0,
            28_800.0,
            86_400.0,
            172_800.0,
            259_200.0,
            604_800.0,
            2_592_000.0,
        ];
        assert_eq!(shown(&RESTORE), [&restore[..], &[f64::INFINITY]].concat());
    }
    #[test]
    fn the_last_pull_request_of_a_bucket_is_its_exemplar() {
        static BUCKETS: Buckets = Buckets { bounds: &[HOUR, 4 * HOUR], unit: HOUR };
        let mut histogram = Histogram::new(&BUCKETS);
        assert!(histogram.exemplars().eq([None; 3]));
        histogram.observe_pull(HOUR / 2, 1);
        histogram.observe_pull(HOUR, 2);
        histogram.observe(HOUR / 4);
        histogram.observe(2 * HOUR);
        histogram.observe_pull(9 * HOUR, 3);
        let expected = [Some(&Exemplar { pull: 2, value: 1.0 }), None];
        let above = Exemplar { pull: 3, value: 9.0 };
        assert!(histogram.exemplars().eq(expected.into_iter().chain([Some(&above)])));
        assert_eq!((histogram.count(), histogram.sum()), (5, 12.75));
    }
}
