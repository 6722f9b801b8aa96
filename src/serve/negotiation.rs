//! Which encoding a client accepts, by the rules of RFC 9110, section 12.5.3.

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// Whether to answer with gzip: the client accepts it, and does not prefer the plain text.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut identity, mut any) = (None, None, None);
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for element in values.flat_map(|value| value.split(',')) {
        let mut parts = element.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(quality).unwrap_or(1.0);
        match coding.as_str() {
            "gzip" | "x-gzip" => gzip = Some(quality),
            "identity" => identity = Some(quality),
            "*" => any = Some(quality),
            _ => {}
        }
    }
    // Plain text that is not named is acceptable still, but nothing that the client prefers.
    let gzip: f32 = gzip.or(any).unwrap_or(0.0);
    gzip > 0.0 && gzip >= identity.unwrap_or(0.0)
}

/// The value of `q=…`; one that is no number means nothing, as if the coding were refused.
pub(super) fn quality(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let quality = || value.trim().parse().ok().filter(|quality| (0.0..=1.0).contains(quality));
    name.trim().eq_ignore_ascii_case("q").then(|| quality().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn gzip_is_given_to_whoever_accepts_and_does_not_mind_it() {
        for (lines, expected) in [
            (&[][..], false),
            (&[""][..], false),
            (&["gzip"][..], true),
            (&["GZIP"][..], true),
            (&["x-gzip"][..], true),
            (&["deflate, gzip;q=0.5"][..], true),
            (&["deflate", "gzip"][..], true),
            (&["gzip;q=0"][..], false),
            (&["gzip; q=0.000"][..], false),
            (&["gzip ; Q = 1"][..], true),
            (&["*"][..], true),
            (&["*;q=0"][..], false),
            (&["gzip;q=0, *"][..], false),
            (&["gzip, *;q=0"][..], true),
            (&["identity"][..], false),
            (&["gzip;q=0.5, identity"][..], false),
            (&["gzip, identity;q=0.5"][..], true),
            (&["gzip, identity"][..], true),
            (&["identity;q=0, *"][..], true),
            (&["gzip;q=2"][..], false),
            (&["gzip;q=nan"][..], false),
            (&["br, zstd"][..], false),
            (&["gzipped"][..], false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ACCEPT_ENCODING, line.parse().unwrap());
            }
            assert_eq!(accepts_gzip(&headers), expected, "{lines:?}");
        }
    }
}
