//! A small generator of random numbers whose sequence never changes.
//!
//! The demo's figures are quoted in documents and compared by tests, so they may not depend on a
//! crate's version or on a platform's mathematical library: only additions, multiplications and
//! comparisons are used.

/// SplitMix64: one word of state, equidistributed, and good enough for stories.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The sequence of a seed.
    pub(super) fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// An independent sequence for the part `name` of a whole that has the seed `seed`.
    pub(super) fn of_part(seed: u64, name: &str) -> Random {
        Random::new(seed ^ fingerprint(name.as_bytes()))
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit` − 1; 0 where `limit` is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both possible.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as usize + 1) as i64
    }

    /// A number from 0 to just under 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with the probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of `items`, of which there is at least one.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// A positive number around `median`, skewed to the right as durations are: `sigma` is the
    /// standard deviation of its logarithm.
    pub(super) fn around(&mut self, median: f64, sigma: f64) -> f64 {
        // Twelve uniform numbers sum to nearly a normal one of deviation 1.
        let normal: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        median * exponential(normal * sigma)
    }

    /// How many of many rare things happen where `mean` are expected.
    pub(super) fn count(&mut self, mean: f64) -> usize {
        let tries = 4 * (mean as usize + 1);
        (0..tries).filter(|_| self.chance(mean / tries as f64)).count()
    }
}

/// A 64-bit fingerprint of bytes (FNV-1a).
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// e^x as (1 + x/1024)^1024, which ten squarings give on every platform alike.
fn exponential(x: f64) -> f64 {
    (0..10).fold(1.0 + x / 1024.0, |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn half_of_the_durations_are_above_their_median() {
        let mut random = Random::new(7);
        let above = (0..10_000).filter(|_| random.around(5.0, 0.9) > 5.0).count();
        assert!((4_800..5_200).contains(&above), "{above}");
    }

    #[test]
    fn counts_have_the_expected_mean() {
        for mean in [0.2, 1.0, 3.7] {
            let mut random = Random::new(3);
            let sum: usize = (0..20_000).map(|_| random.count(mean)).sum();
            let found = sum as f64 / 20_000.0;
            assert!((found - mean).abs() < 0.05 * mean + 0.01, "{found} for {mean}");
        }
    }
}
