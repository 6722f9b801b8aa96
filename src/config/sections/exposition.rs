//! `[exposition]`: how much is shown.

use super::choice;
use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::{ComponentDetail, ExpositionSettings};

pub(super) static SECTION: Section = Section {
    path: "exposition",
    repeated: false,
    means: "How much is shown. Teams and the organisation always have every family and window.",
    keys: &[
        Key {
            name: "component_detail",
            value: "`standard`, `full` or `none`",
            default: Default::Value(r#""standard""#),
            means: "How much each component shows: what dashboards need (about 64 series), \
                    everything, or nothing.",
        },
        Key {
            name: "max_series",
            value: "a whole number from 1 on",
            default: Default::Value("1_000_000"),
            means: "How many series may be shown. What goes beyond is withheld by whole families, \
                    told in the log and by `dora_exporter_series_withheld`.",
        },
        Key {
            name: "created_timestamps",
            value: "`true` or `false`",
            default: Default::Value("false"),
            means: "Whether OpenMetrics, the format that Prometheus asks for, tells by `_created` \
                    since when each counter and histogram has counted. Prometheus stores that as one \
                    more series of each, unless it runs with \
                    `--enable-feature=created-timestamp-zero-ingestion`.",
        },
    ],
    tables: &[],
    later: &[],
};

pub(super) fn read(reader: &Reader<'_>) -> ExpositionSettings {
    let details = [
        ("standard", ComponentDetail::Standard),
        ("full", ComponentDetail::Full),
        ("none", ComponentDetail::None),
    ];
    ExpositionSettings {
        component_detail: reader
            .parsed("component_detail", |text| choice(text, &details, &[]))
            .unwrap_or(ComponentDetail::Standard),
        max_series: reader.count("max_series").unwrap_or_default(),
        created_timestamps: reader.flag("created_timestamps").unwrap_or_default(),
    }
}
