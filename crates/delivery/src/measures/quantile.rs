//! Exact quantiles over the facts, by nearest rank: the smallest value with at least p of the
//! values at or below it. Nothing is interpolated and nothing comes from buckets.

use crate::domain::Span;

/// How a set of durations is distributed, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution {
    /// The median.
    pub p50: Span,
    /// The 85th percentile.
    pub p85: Span,
    /// The 95th percentile.
    pub p95: Span,
    /// The arithmetic mean.
    pub mean: f64,
}

impl Distribution {
    /// The distribution of `values`, whose order has no meaning; absent where there are none.
    pub(super) fn of(mut values: Vec<Span>) -> Option<Distribution> {
        if values.is_empty() {
            return None;
        }
        let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
        let mean = sum as f64 / values.len() as f64;
        // From the highest rank down, so that each selection leaves the lower ranks in front.
        let p95 = select(&mut values, 95);
        let p85 = select(&mut values, 85);
        let p50 = select(&mut values, 50);
        Some(Distribution { p50, p85, p95, mean })
    }
}

/// The value of nearest rank for a percentage, in whole numbers: `0.95 × n` is no exact float.
fn select(values: &mut [Span], percent: usize) -> Span {
    let rank = (percent * values.len()).div_ceil(100).max(1);
    *values.select_nth_unstable(rank - 1).1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn quantiles_are_values_of_nearest_rank() {
        let cases: [(&[Span], [Span; 3], f64); 5] = [
            (&[7], [7, 7, 7], 7.0),
            (&[2, 1], [1, 2, 2], 1.5),
            (&[3, 1, 2], [2, 3, 3], 2.0),
            (&[5, 5, 5, 5], [5, 5, 5], 5.0),
            (&[0, 0, 0, 100], [0, 100, 100], 25.0),
        ];
        for (values, quantiles, mean) in cases {
            let found = Distribution::of(values.to_vec()).unwrap();
            assert_eq!([found.p50, found.p85, found.p95], quantiles, "{values:?}");
            assert_eq!(found.mean, mean, "{values:?}");
        }
        assert_eq!(Distribution::of(vec![]), None);
    }

    #[test]
    fn ranks_that_are_whole_numbers_are_not_rounded_up() {
        let twenty: Vec<Span> = (1..=20).rev().collect();
        let found = Distribution::of(twenty).unwrap();
        assert_eq!((found.p50, found.p85, found.p95), (10, 17, 19));
    }

    #[test]
    fn a_mean_of_huge_values_does_not_overflow() {
        assert_eq!(Distribution::of(vec![Span::MAX, Span::MAX]).unwrap().mean, Span::MAX as f64);
    }
}
