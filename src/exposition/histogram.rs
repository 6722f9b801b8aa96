//! A histogram of settled observations, as one component's series show it.

use delivery::domain::PullNumber;

/// The upper bounds of `dora_lead_time_hours`, without `+Inf`: the original collector's.
pub const LEAD_TIME_HOURS: &[f64] = &[1.0, 4.0, 8.0, 24.0, 48.0, 72.0, 168.0, 336.0];

/// An observation that stands for its bucket: the pull request that it was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar {
    /// The pull request's number, in the repository that the series names.
    pub pull: PullNumber,
    /// The observation, in the histogram's unit.
    pub value: f64,
}

/// Counts of observations by bucket, with their sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    bounds: &'static [f64],
    /// One more than there are bounds: the last counts what lies above all of them.
    counts: Vec<u64>,
    sum: f64,
    /// The last observation of a pull request by bucket; empty before the first.
    exemplars: Vec<Option<Exemplar>>,
}

impl Histogram {
    /// An empty histogram with ascending upper bounds, without `+Inf`.
    pub fn new(bounds: &'static [f64]) -> Histogram {
        Histogram { bounds, counts: vec![0; bounds.len() + 1], sum: 0.0, exemplars: vec![] }
    }

    /// Counts a value in the first bucket whose bound it does not exceed.
    pub fn observe(&mut self, value: f64) {
        let bucket = self.bucket_of(value);
        self.counts[bucket] += 1;
        self.sum += value;
    }

    /// Counts a value as [`Histogram::observe`] does, and makes its pull request the bucket's
    /// exemplar.
    pub fn observe_pull(&mut self, value: f64, pull: PullNumber) {
        self.observe(value);
        self.exemplars.resize(self.counts.len(), None);
        let bucket = self.bucket_of(value);
        self.exemplars[bucket] = Some(Exemplar { pull, value });
    }

    fn bucket_of(&self, value: f64) -> usize {
        self.bounds.partition_point(|bound| *bound < value)
    }

    /// Upper bounds with the cumulative counts at or below them; the last is `+Inf`.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]);
        bounds.zip(self.counts.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        }))
    }

    /// The exemplar of each bucket, in their order.
    pub fn exemplars(&self) -> impl Iterator<Item = Option<&Exemplar>> {
        (0..self.counts.len()).map(|bucket| self.exemplars.get(bucket)?.as_ref())
    }

    /// The sum of all values.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// How many values were observed.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_a_bound_belongs_to_its_bucket() {
        let mut histogram = Histogram::new(&[1.0, 4.0]);
        for value in [0.0, 1.0, 1.5, 4.0, 4.1] {
            histogram.observe(value);
        }
        let buckets: Vec<_> = histogram.buckets().collect();
        assert_eq!(buckets, [(1.0, 2), (4.0, 4), (f64::INFINITY, 5)]);
        assert_eq!((histogram.count(), histogram.sum()), (5, 10.6));
    }

    #[test]
    fn the_last_pull_request_of_a_bucket_is_its_exemplar() {
        let mut histogram = Histogram::new(&[1.0, 4.0]);
        assert!(histogram.exemplars().eq([None; 3]));
        histogram.observe_pull(0.5, 1);
        histogram.observe_pull(1.0, 2);
        histogram.observe(0.25);
        histogram.observe(2.0);
        histogram.observe_pull(9.0, 3);
        let expected = [Some(&Exemplar { pull: 2, value: 1.0 }), None];
        let above = Exemplar { pull: 3, value: 9.0 };
        assert!(histogram.exemplars().eq(expected.into_iter().chain([Some(&above)])));
        assert_eq!((histogram.count(), histogram.sum()), (5, 12.75));
    }
}
