//! Which format a client accepts: the one with the highest quality value among those that can be
//! written, the one named first among equals, and Prometheus' text format 0.0.4 for whoever names
//! none.

use super::negotiation::quality;
use crate::exposition::Format;
use http::HeaderMap;
use http::header::ACCEPT;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const TEXT_ESCAPED: &str = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores";
const TEXT_UTF8: &str = "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
const TEXT_VALUES: &str = "text/plain; version=1.0.0; charset=utf-8; escaping=values";
const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const OPEN_ESCAPED: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";
const OPEN_UTF8: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
const OPEN_VALUES: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values";

/// A format with the content type that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    pub(super) format: Format,
    pub(super) content_type: &'static str,
}

const FALLBACK: Accepted = Accepted { format: Format::Text, content_type: TEXT };

/// The best of what a client accepts.
pub(super) fn accepted(headers: &HeaderMap) -> Accepted {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best: Option<(f32, Accepted)> = None;
    for range in values.flat_map(|value| value.split(',')) {
        let Some((quality, accepted)) = offered(range) else { continue };
        if quality > best.map_or(0.0, |(best, _)| best) {
            best = Some((quality, accepted));
        }
    }
    best.map_or(FALLBACK, |(_, accepted)| accepted)
}

/// What can be written for a media range, with the client's quality for it.
fn offered(range: &str) -> Option<(f32, Accepted)> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let (mut version, mut escaping, mut wanted) = (None, None, 1.0);
    for parameter in parts {
        if let Some(told) = quality(parameter) {
            wanted = told;
        } else if let Some((name, value)) = parameter.split_once('=') {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "version" => version = Some(value),
                "escaping" => escaping = Some(value),
                _ => {}
            }
        }
    }
    let (format, content_type) = match (media_type.as_str(), version) {
        ("text/plain", Some("1.0.0")) => (Format::Text, text(escaping)),
        ("text/plain", None | Some("0.0.4")) | ("text/*" | "*/*", _) => (Format::Text, TEXT),
        ("application/openmetrics-text", None | Some("1.0.0")) => {
            (Format::OpenMetrics, open_metrics(escaping))
        }
        _ => return None,
    };
    Some((wanted, Accepted { format, content_type }))
}

/// All names are plain ones, which most schemes leave as they are; `dots` would not, and so is
/// answered by another.
fn text(escaping: Option<&str>) -> &'static str {
    match escaping {
        Some("allow-utf-8") => TEXT_UTF8,
        Some("values") => TEXT_VALUES,
        _ => TEXT_ESCAPED,
    }
}

fn open_metrics(escaping: Option<&str>) -> &'static str {
    match escaping {
        None => OPEN,
        Some("allow-utf-8") => OPEN_UTF8,
        Some("values") => OPEN_VALUES,
        Some(_) => OPEN_ESCAPED,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn content_type(lines: &[&str]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, line.parse().unwrap());
        }
        let accepted = accepted(&headers);
        let is_open = accepted.content_type.starts_with("application/openmetrics-text");
        assert_eq!(accepted.format == Format::OpenMetrics, is_open);
        accepted.content_type
    }

    #[test]
    fn scrapers_get_the_format_that_they_prefer() {
        for (accept, expected) in [
            // Prometheus up to 2.48, from 2.49 on, 3.0, and 3.x.
            (
                "application/openmetrics-text;version=1.0.0,\
                 application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OPEN,
            ),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,\
                 application/openmetrics-text;version=0.0.1;q=0.4,\
                 text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                OPEN,
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                 application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,\
                 text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
                OPEN_UTF8,
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                 application/openmetrics-text;version=0.0.1;q=0.5,\
                 text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
                 text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                OPEN_UTF8,
            ),
            // The same with native histograms, then with `scrape_protocols` turned round.
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
                 encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;\
                 escaping=underscores;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,\
                 */*;q=0.2",
                OPEN_ESCAPED,
            ),
            (
                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;\
                 q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.2",
                TEXT_UTF8,
            ),
            // VictoriaMetrics, a browser, curl.
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", TEXT),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT),
            ("*/*", TEXT),
        ] {
            assert_eq!(content_type(&[accept]), expected, "{accept}");
        }
    }

    #[test]
    fn anything_else_falls_back_to_what_every_scraper_reads() {
        for (lines, expected) in [
            (&[][..], TEXT),
            (&[""][..], TEXT),
            (&["application/json"][..], TEXT),
            (&["application/*"][..], TEXT),
            (&["text/plain"][..], TEXT),
            (&["text/plain;version=2.0.0"][..], TEXT),
            (&["application/openmetrics-text;version=0.0.1"][..], TEXT),
            (
                &["application/openmetrics-text;version=2.0.0, text/plain;version=1.0.0"][..],
                TEXT_ESCAPED,
            ),
            (&["application/openmetrics-text"][..], OPEN),
            (&["Application/OpenMetrics-Text ; Version = \"1.0.0\" ; Q=0.1"][..], OPEN),
            (&["application/openmetrics-text;q=0"][..], TEXT),
            (
                &["application/openmetrics-text;q=x, text/plain;version=1.0.0;q=0.1"][..],
                TEXT_ESCAPED,
            ),
            (&["application/openmetrics-text;q=0.5", "text/plain;version=1.0.0"][..], TEXT_ESCAPED),
            (&["text/plain;q=0.5, application/openmetrics-text;q=0.5"][..], TEXT),
            (&["application/openmetrics-text;q=0.5, text/plain;q=0.5"][..], OPEN),
            (&["application/openmetrics-text;escaping=values"][..], OPEN_VALUES),
            (&["text/plain;version=1.0.0;escaping=values"][..], TEXT_VALUES),
            (&["text/plain;version=1.0.0;escaping=dots"][..], TEXT_ESCAPED),
            (&["text/*;q=0.9, application/openmetrics-text;q=0.8"][..], TEXT),
        ] {
            assert_eq!(content_type(lines), expected, "{lines:?}");
        }
    }
}
