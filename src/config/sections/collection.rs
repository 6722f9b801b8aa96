//! `[collection]`: how far back, how often and at what price sources are read.

use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::CollectionSettings;
use crate::config::shard::Shard;
use delivery::domain::DAY;

pub(super) static SECTION: Section = Section {
    path: "collection",
    repeated: false,
    means: "How far back, how often and at what price sources are read.",
    keys: &[
        Key {
            name: "lookback",
            value: "a duration such as `120d`",
            default: Default::Value(r#""120d""#),
            means: "How much history a first collection reads. It must exceed the longest of \
                    `measures.windows` by 30 days, so that a change that shipped early in a window \
                    is known from its first commit on.",
        },
        Key {
            name: "sweep_interval",
            value: "a duration such as `5m`",
            default: Default::Value(r#""5m""#),
            means: "How often every repository is asked whether it has news; sweeps begin up to 5 % \
                    sooner, so that several exporters do not ask in step.",
        },
        Key {
            name: "reconcile_interval",
            value: "a duration such as `24h`",
            default: Default::Value(r#""24h""#),
            means: "How often what was read already is compared with the source once more, to find \
                    what asking for news cannot tell.",
        },
        Key {
            name: "budget_share",
            value: "a number above 0, up to 1",
            default: Default::Value("0.8"),
            means: "The share of each hour's rate limit that may be spent; the rest stays free for \
                    whoever else uses the credentials.",
        },
        Key {
            name: "shard",
            value: "a part such as `2/3`",
            default: Default::Value(r#""1/1""#),
            means: "Which part of the repositories is collected, where several processes divide \
                    them, each with a store and best with credentials of its own: `2/3` is the \
                    second of three. By a stable hash of a repository's id. Flag: `--shard`.",
        },
    ],
    tables: &[],
    later: &[],
};

/// The shortest look-back: a window of a day and the 30 days before it.
const SHORTEST_LOOKBACK: i64 = 31 * DAY;

pub(super) fn read(reader: &Reader<'_>) -> CollectionSettings {
    let budget_share = reader.number("budget_share").filter(|share| {
        let is_share = *share > 0.0 && *share <= 1.0;
        if !is_share {
            reader.problem(
                "budget_share",
                format!("{share} is no share; write a number above 0, up to 1, such as 0.8"),
            );
        }
        is_share
    });
    CollectionSettings {
        lookback: reader.span_of_at_least("lookback", SHORTEST_LOOKBACK).unwrap_or_default(),
        sweep_interval: reader.span_of_at_least("sweep_interval", 1).unwrap_or_default(),
        reconcile_interval: reader.span_of_at_least("reconcile_interval", 1).unwrap_or_default(),
        budget_share: budget_share.unwrap_or_default(),
        shard: reader.parsed("shard", Shard::parse).unwrap_or(Shard::WHOLE),
    }
}
