//! `[pages]`: how the delivery review pages tell what happened.

use super::server::origin;
use crate::config::keys::{self, Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::PagesSettings;
use chrono_tz::{TZ_VARIANTS, Tz};
use http::HeaderValue;

pub(super) static SECTION: Section = Section {
    path: "pages",
    repeated: false,
    means: "The delivery review pages under `/teams` and `/components`, and `report`.",
    keys: &[
        Key {
            name: "time_zone",
            value: "a name of the tz database such as `Europe/Berlin`",
            default: Default::Value(r#""UTC""#),
            means: "By which clock the pages tell times, and where their weeks and quarters begin. \
                    Windows such as 30 days do not depend on it, nor does any metric.",
        },
        Key {
            name: "frame_ancestors",
            value: "origins such as `https://backstage.acme.example`",
            default: Default::Value("[]"),
            means: "Whose pages may show the review pages in a frame. Nobody's by default.",
        },
    ],
    tables: &[],
    later: &[],
};

pub(super) fn read(reader: &Reader<'_>) -> PagesSettings {
    PagesSettings {
        time_zone: reader.parsed("time_zone", time_zone).unwrap_or(Tz::UTC),
        frame_ancestors: reader.parsed_list("frame_ancestors", ancestor),
    }
}

/// An origin that means nothing else in a content security policy.
fn ancestor(text: &str) -> Result<HeaderValue, String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ":/.-_[]".contains(letter);
    origin(if text.chars().all(is_plain) { text } else { "" })
        .map_err(|advice| advice.replacen("``", &format!("`{text}`"), 1))
}

fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let meant = keys::nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name()));
        let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        format!("`{text}` is no time zone; write one such as Europe/Berlin or UTC{meant}")
    })
}
