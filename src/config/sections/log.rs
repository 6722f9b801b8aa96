//! `[log]`: what is logged, and how.

use super::choice;
use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::{LogFormat, LogSettings};
use tracing_subscriber::EnvFilter;

pub(super) static SECTION: Section = Section {
    path: "log",
    repeated: false,
    means: "What is logged, and how. Logs go to standard error and hold neither persons nor secrets.",
    keys: &[
        Key {
            name: "level",
            value: "`error`, `warn`, `info`, `debug`, `trace` or `off`",
            default: Default::Value(r#""info""#),
            means: "The least severe level that is logged, or directives such as \
                    `info,dora_exporter=debug`. Flag: `--log.level`.",
        },
        Key {
            name: "format",
            value: "`text` or `json`",
            default: Default::Value(r#""text""#),
            means: "Lines for people, or one JSON object a line. Flag: `--log.format`.",
        },
    ],
    tables: &[],
    later: &[],
};

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

pub(super) fn read(reader: &Reader<'_>) -> LogSettings {
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    LogSettings {
        level: reader.parsed("level", level).unwrap_or_default(),
        format: reader
            .parsed("format", |text| choice(text, &formats, &[]))
            .unwrap_or(LogFormat::Text),
    }
}

fn level(text: &str) -> Result<String, String> {
    // The filter's syntax takes any lone word as a module's name, so that a misspelt level would
    // switch everything else off.
    let is_directive = |part: &str| {
        part.contains(['=', '[']) || LEVELS.iter().any(|level| part.eq_ignore_ascii_case(level))
    };
    if text.split(',').all(|part| is_directive(part.trim())) && EnvFilter::try_new(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "`{text}` is no level; write one of {}, or directives such as \
             info,dora_exporter=debug",
            LEVELS.join(", ")
        ))
    }
}
