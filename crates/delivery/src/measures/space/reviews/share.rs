//! A part of a whole, kept as both, since teams' shares are sums over sums.

/// A part of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Share {
    /// The part.
    pub part: u64,
    /// The whole; 0 where there is nothing to take a part of.
    pub whole: u64,
}

impl Share {
    /// The part divided by the whole, 0 to 1; absent where the whole is 0.
    pub fn ratio(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_no_number() {
        let ratio = |part, whole| Share { part, whole }.ratio();
        assert_eq!([ratio(0, 0), ratio(0, 4), ratio(3, 4)], [None, Some(0.0), Some(0.75)]);
    }
}
