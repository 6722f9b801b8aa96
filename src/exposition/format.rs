//! The formats of the exposition, and what tells one from the other.

use super::family::Kind;

/// A format in which families are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format. Versions 0.0.4 and 1.0.0 are the same bytes here: the newer one adds
    /// quoted names, and no name or label needs quotes.
    Text,
    /// OpenMetrics 1.0.0.
    OpenMetrics,
}

impl Format {
    /// What comes after the last family.
    pub(super) fn end(self) -> &'static [u8] {
        match self {
            Format::Text => b"",
            Format::OpenMetrics => b"# EOF\n",
        }
    }

    /// What HELP and TYPE call a family: OpenMetrics leaves a counter's `_total` to its samples.
    pub(super) fn family_name(self, name: &str, kind: Kind) -> &str {
        match (self, kind) {
            (Format::OpenMetrics, Kind::Counter) => name.strip_suffix("_total").unwrap_or(name),
            _ => name,
        }
    }

    /// Whether quotes in HELP are escaped.
    pub(super) fn escapes_quotes_in_help(self) -> bool {
        self == Format::OpenMetrics
    }
}
