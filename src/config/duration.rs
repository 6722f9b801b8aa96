//! Durations as people write them: `5m`, `90d`, `1h30m`. Strict: a number without a unit is refused,
//! since nobody can tell which unit was meant.

use delivery::domain::{DAY, HOUR, MINUTE, Span, WEEK};

/// Units in the order in which a compound duration names them.
const UNITS: [(char, Span); 5] = [('w', WEEK), ('d', DAY), ('h', HOUR), ('m', MINUTE), ('s', 1)];

/// No duration of a configuration is longer; it keeps arithmetic with instants far from overflow.
const LONGEST: Span = 36_500 * DAY;

/// Reads a duration, such as `5m` or `90d`; the error says what to write.
pub fn parse(text: &str) -> Result<Span, String> {
    let advice = || {
        format!(
            "`{text}` is no duration; write whole numbers with a unit (s, m, h, d, w) such as \
             30s, 5m, 1h30m or 90d"
        )
    };
    let mut rest = text;
    let mut total: Span = 0;
    let mut units = UNITS.iter();
    if rest.is_empty() {
        return Err(advice());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let Some(unit) = tail.chars().next() else {
            return Err(match number.parse::<Span>() {
                Ok(_) if rest == text => format!(
                    "`{text}` has no unit; write {text}s, {text}m, {text}h, {text}d or {text}w"
                ),
                _ => advice(),
            });
        };
        // Each unit at most once and the larger first, or `1m1h` would pass for a typing error.
        let (_, seconds) = units.find(|(name, _)| *name == unit).ok_or_else(advice)?;
        let number: Span = number.parse().map_err(|_| advice())?;
        total = number
            .checked_mul(*seconds)
            .and_then(|span| total.checked_add(span))
            .filter(|total| *total <= LONGEST)
            .ok_or_else(|| format!("`{text}` is too long; write at most {}d", LONGEST / DAY))?;
        rest = &tail[unit.len_utf8()..];
    }
    Ok(total)
}

/// A duration in the largest unit that tells it exactly: `90d`.
pub(super) fn show(span: Span) -> String {
    // Weeks are left out: windows and look-backs are told in days everywhere else.
    let (unit, seconds) = UNITS[1..]
        .iter()
        .find(|(_, seconds)| span != 0 && span % seconds == 0)
        .copied()
        .unwrap_or(('s', 1));
    format!("{}{unit}", span / seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, span) in [
            ("0s", 0),
            ("90s", 90),
            ("5m", 300),
            ("24h", DAY),
            ("1h30m", 5_400),
            ("90d", 90 * DAY),
            ("2w", 14 * DAY),
            ("1w2d3h4m5s", WEEK + 2 * DAY + 3 * HOUR + 4 * MINUTE + 5),
        ] {
            assert_eq!(parse(text), Ok(span), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_advice() {
        for (text, part) in [
            ("", "is no duration"),
            ("5", "has no unit; write 5s, 5m"),
            ("m", "is no duration"),
            ("5 m", "is no duration"),
            ("-5m", "is no duration"),
            ("1.5h", "is no duration"),
            ("5min", "is no duration"),
            ("1m1h", "is no duration"),
            ("1h1h", "is no duration"),
            ("1h30", "is no duration"),
            ("5y", "is no duration"),
            ("５m", "is no duration"),
            ("99999999999999999999d", "is no duration"),
            ("99999999d", "is too long"),
            ("9223372036854775807w", "is too long"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn durations_are_shown_in_the_largest_exact_unit() {
        for (span, text) in [(0, "0s"), (90, "90s"), (300, "5m"), (DAY, "1d"), (WEEK, "7d")] {
            assert_eq!(show(span), text);
        }
    }
}
