//! Shares with their Wilson 95 % bounds: honest for the few deployments that a team has in a week,
//! where the usual normal interval leaves \[0, 1\].

/// The 97.5th percentile of the standard normal distribution.
const Z: f64 = 1.959_964;

/// A share of a whole, with the bounds between which the true share lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    /// The share, 0 to 1.
    pub ratio: f64,
    /// The lower bound, at most the share.
    pub lower: f64,
    /// The upper bound, at least the share.
    pub upper: f64,
}

impl Proportion {
    /// `part` of `whole`; absent where there is no whole.
    pub fn of(part: u64, whole: u64) -> Option<Proportion> {
        if whole == 0 {
            return None;
        }
        let n = whole as f64;
        let ratio = part.min(whole) as f64 / n;
        let scale = 1.0 + Z * Z / n;
        let centre = (ratio + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (ratio * (1.0 - ratio) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some(Proportion {
            ratio,
            // At 0 and 1 the bound equals the share but for rounding.
            lower: if part == 0 { 0.0 } else { (centre - half).clamp(0.0, ratio) },
            upper: if part >= whole { 1.0 } else { (centre + half).clamp(ratio, 1.0) },
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn bounds_agree_with_published_values() {
        // Newcombe (1998), table I: the score method without continuity correction.
        for (part, whole, lower, upper) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (29, 29, 0.8830, 1.0),
        ] {
            let found = Proportion::of(part, whole).unwrap();
            assert!((found.lower - lower).abs() < 5e-5, "{part}/{whole}: {found:?}");
            assert!((found.upper - upper).abs() < 5e-5, "{part}/{whole}: {found:?}");
            assert_eq!(found.ratio, part as f64 / whole as f64);
        }
    }

    #[test]
    fn nothing_of_nothing_has_no_share() {
        assert_eq!(Proportion::of(0, 0), None);
    }

    #[test]
    fn one_of_one_is_everything_with_a_wide_lower_bound() {
        let found = Proportion::of(1, 1).unwrap();
        assert_eq!((found.ratio, found.upper), (1.0, 1.0));
        assert!((found.lower - 0.2065).abs() < 1e-4, "{found:?}");
    }
}
