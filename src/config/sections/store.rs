//! `[store]`: where facts are kept.

use crate::config::duration;
use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::StoreSettings;
use delivery::domain::{DAY, Span};
use std::path::PathBuf;

pub(super) static SECTION: Section = Section {
    path: "store",
    repeated: false,
    means: "Where the collected facts are kept. Counters and histograms are exact \
            across restarts only if this survives them.",
    keys: &[
        Key {
            name: "url",
            value: "`sqlite:` and a path",
            default: Default::Value(r#""sqlite:dora.db""#),
            means: "The SQLite file, made if it does not exist. A relative path starts from the \
                    working directory. Flag: `--store`, which takes the path alone too.",
        },
        Key {
            name: "retention",
            value: "a duration such as `400d`, at least twice `collection.lookback`",
            default: Default::Value(r#""400d""#),
            means: "How long facts are kept that no figure needs any more. Baselines, what waits, \
                    what is open and what counters have counted are kept for ever; the series of a \
                    former team end so long after the last of what it counted.",
        },
    ],
    tables: &[],
    later: &[],
};

/// Where less is kept, reading the look-back again would bring back what was forgotten.
const LOOKBACKS: i64 = 2;

/// Reads the section; `lookback` is 0 where it is not known.
pub(super) fn read(reader: &Reader<'_>, lookback: Span) -> StoreSettings {
    let path = reader.parsed("url", sqlite_path).unwrap_or_default();
    let retention = reader.span_of_at_least("retention", DAY).unwrap_or_default();
    if retention > 0 && retention < LOOKBACKS * lookback {
        let message = format!(
            "`{}` is too short for collection.lookback ({}); write at least {}, or set \
             collection.lookback to {} or less",
            duration::show(retention),
            duration::show(lookback),
            duration::show(LOOKBACKS * lookback),
            duration::show(retention / LOOKBACKS),
        );
        reader.problem("retention", message);
    }
    StoreSettings { path, retention }
}

/// The path of a `sqlite:` URL. Messages never repeat the value: a database's URL may hold a password.
fn sqlite_path(url: &str) -> Result<PathBuf, String> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Err("PostgreSQL is not supported yet; write sqlite:PATH".to_owned());
    }
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Err("is no store; write sqlite:PATH, such as sqlite:dora.db".to_owned());
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err("names no file; write sqlite:PATH, such as sqlite:dora.db".to_owned());
    }
    if path.starts_with(':') {
        return Err(
            "a store in memory would lose what counters stand on; write sqlite:PATH, such \
                    as sqlite:dora.db"
                .to_owned(),
        );
    }
    if path.contains('?') {
        return Err("takes no options; write the path alone, such as sqlite:dora.db".to_owned());
    }
    if path.ends_with('/') || PathBuf::from(path).is_dir() {
        return Err(
            "is a folder; write the path of a file in it, such as sqlite:dora.db".to_owned()
        );
    }
    Ok(PathBuf::from(path))
}
