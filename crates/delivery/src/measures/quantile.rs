//! Exact quantiles over the facts, by nearest rank: the smallest value with at least p of the
//! values at or below it. Nothing is interpolated and nothing comes from buckets.

use super::values::Values;
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
    /// The distribution of `values`; absent where there are none.
    pub(super) fn of(values: &impl Values) -> Option<Distribution> {
        let ranked = |percent| ranked(values, percent);
        let (p50, p85, p95) = (ranked(50)?, ranked(85)?, ranked(95)?);
        let mean = values.sum() as f64 / values.len() as f64;
        Some(Distribution { p50, p85, p95, mean })
    }
}

/// The value of nearest rank for a percentage, in whole numbers: `0.95 × n` is no exact float.
fn ranked(values: &impl Values, percent: usize) -> Option<Span> {
    let rank = (percent * values.len()).div_ceil(100).max(1);
    values.nth(rank - 1).map(Span::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::measures::values::Sorted;

    fn of(values: Vec<u32>) -> Option<Distribution> {
        Distribution::of(&Sorted::from(values))
    }

    #[test]
    fn quantiles_are_values_of_nearest_rank() {
        let cases: [(&[u32], [Span; 3], f64); 5] = [
            (&[7], [7, 7, 7], 7.0),
            (&[2, 1], [1, 2, 2], 1.5),
            (&[3, 1, 2], [2, 3, 3], 2.0),
            (&[5, 5, 5, 5], [5, 5, 5], 5.0),
            (&[0, 0, 0, 100], [0, 100, 100], 25.0),
        ];
        for (values, quantiles, mean) in cases {
            let found = of(values.to_vec()).unwrap();
            assert_eq!([found.p50, found.p85, found.p95], quantiles, "{values:?}");
            assert_eq!(found.mean, mean, "{values:?}");
        }
        assert_eq!(of(vec![]), None);
    }

    #[test]
    fn ranks_that_are_whole_numbers_are_not_rounded_up() {
        let twenty: Vec<u32> = (1..=20).rev().collect();
        let found = of(twenty).unwrap();
        assert_eq!((found.p50, found.p85, found.p95), (10, 17, 19));
    }

    #[test]
    fn a_mean_of_huge_values_does_not_overflow() {
        assert_eq!(of(vec![u32::MAX; 3]).unwrap().mean, f64::from(u32::MAX));
    }
}
