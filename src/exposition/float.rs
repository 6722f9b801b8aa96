//! Numbers as Prometheus writes them: Go's shortest `%g`, so `1.5e+06`, `+Inf`, `NaN`.

/// Exponents from which Go's shortest `%g` turns to the exponential form.
const EXPONENTIAL: std::ops::Range<i32> = -4..6;

/// The value of a sample.
pub(super) fn write_value(out: &mut Vec<u8>, value: f64) {
    // Counts are most of all values; below a million they are plain integers.
    if value.trunc() == value && value.abs() < 1e6 {
        if value < 0.0 {
            out.push(b'-');
        }
        return write_integer(out, value.abs() as u32);
    }
    match () {
        () if value.is_nan() => out.extend_from_slice(b"NaN"),
        () if value == f64::INFINITY => out.extend_from_slice(b"+Inf"),
        () if value == f64::NEG_INFINITY => out.extend_from_slice(b"-Inf"),
        () => write_shortest(out, value),
    }
}

/// The value of the label `le`, as all formats want it: never an integer (`1.0`).
pub(super) fn write_bound(out: &mut Vec<u8>, bound: f64) {
    let start = out.len();
    write_value(out, bound);
    let is_integer = out[start..].iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    if is_integer {
        out.extend_from_slice(b".0");
    }
}

/// A whole number, never with an exponent.
pub(super) fn write_integer(out: &mut Vec<u8>, mut value: u32) {
    let mut digits = [0u8; 10];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Ryu finds the shortest digits; their layout is Go's.
fn write_shortest(out: &mut Vec<u8>, value: f64) {
    if value < 0.0 {
        out.push(b'-');
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = [0u8; 40];
    let mut length = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        digits[length] = digit;
        length += 1;
    }
    let leading = digits[..length].iter().take_while(|digit| **digit == b'0').count();
    let trailing = digits[leading..length].iter().rev().take_while(|digit| **digit == b'0').count();
    let significant = &digits[leading..length - trailing];
    // The value is d.ddd × 10^scale.
    let scale = whole.len() as i32 - 1 - leading as i32 + exponent;
    if EXPONENTIAL.contains(&scale) {
        write_decimal(out, significant, scale);
    } else {
        write_exponential(out, significant, scale);
    }
}

fn write_decimal(out: &mut Vec<u8>, digits: &[u8], scale: i32) {
    let whole = usize::try_from(scale + 1).unwrap_or(0);
    if whole == 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', (-scale - 1).unsigned_abs() as usize));
        return out.extend_from_slice(digits);
    }
    let (integer, fraction) = digits.split_at(whole.min(digits.len()));
    out.extend_from_slice(integer);
    out.extend(std::iter::repeat_n(b'0', whole - integer.len()));
    if !fraction.is_empty() {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

fn write_exponential(out: &mut Vec<u8>, digits: &[u8], scale: i32) {
    out.extend_from_slice(&digits[..1]);
    if digits.len() > 1 {
        out.push(b'.');
        out.extend_from_slice(&digits[1..]);
    }
    out.extend_from_slice(if scale < 0 { b"e-" } else { b"e+" });
    if scale.abs() < 10 {
        out.push(b'0');
    }
    write_integer(out, scale.unsigned_abs());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn text(write: impl Fn(&mut Vec<u8>, f64), value: f64) -> String {
        let mut out = Vec::new();
        write(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_written_as_go_writes_them() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-3.0, "-3"),
            (0.25, "0.25"),
            (1.0 / 3.0, "0.3333333333333333"),
            (999_999.0, "999999"),
            (1_000_000.0, "1e+06"),
            (999_999.5, "999999.5"),
            (1_763_856_000.0, "1.763856e+09"),
            (123_456_789.5, "1.234567895e+08"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.000_012_5, "1.25e-05"),
            (-0.05, "-0.05"),
            (1e21, "1e+21"),
            (1e-300, "1e-300"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(text(write_value, value), expected, "{value:e}");
        }
    }

    #[test]
    fn bounds_are_canonical_floats() {
        for (bound, expected) in [
            (1.0, "1.0"),
            (336.0, "336.0"),
            (0.1, "0.1"),
            (2_592_000.0, "2.592e+06"),
            (-1.0, "-1.0"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(text(write_bound, bound), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            prop_assert_eq!(text(write_value, value).parse::<f64>().unwrap(), value);
        }
    }
}
