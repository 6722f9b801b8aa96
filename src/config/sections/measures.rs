//! `[measures]`: over which windows and by which rules figures are computed.

use super::choice;
use crate::config::duration;
use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::rules::MeasuresSettings;
use delivery::domain::{DAY, Span, Window};
use delivery::ledger::LeadTimeStart;

pub(super) static SECTION: Section = Section {
    path: "measures",
    repeated: false,
    means: "Over which windows and by which rules figures are computed. A changed rule judges all \
            history anew at the next start; counters keep what they counted.",
    keys: &[
        Key {
            name: "windows",
            value: "a list of durations",
            default: Default::Value(r#"["7d", "30d", "90d"]"#),
            means: "The windows of `dora_window_…` figures, at least `1d` each; the label `window` \
                    shows them as they are written here. `collection.lookback` must exceed the \
                    longest by 30 days.",
        },
        Key {
            name: "lead_time_start",
            value: "`first_commit`, `opened` or `merged`",
            default: Default::Value(r#""first_commit""#),
            means: "Where a change's lead time starts: the authored time of its earliest commit, \
                    the opening of its pull request, or its merge.",
        },
        Key {
            name: "direct_commits",
            value: "true or false",
            default: Default::Value("true"),
            means: "Whether commits that reached the default branch without a pull request are \
                    changes.",
        },
        Key {
            name: "exclude_authors",
            value: "a list of logins",
            default: Default::Value("[]"),
            means: "Exact logins whose changes do not count, without regard to case; a bot with or \
                    without `[bot]`. For example `[\"renovate\"]`.",
        },
        Key {
            name: "same_deployment_window",
            value: "a duration such as `10m`",
            default: Default::Value(r#""10m""#),
            means: "Deployments of one component and commit that finish within this time of the \
                    first count as one: re-run workflows, several regions. `0s` switches it off.",
        },
        Key {
            name: "settle_after",
            value: "a duration such as `15m`",
            default: Default::Value(r#""15m""#),
            means: "How long after a deployment finished it enters counters and histograms, so that \
                    what belongs to it has been read by then. Gauges do not wait.",
        },
        Key {
            name: "seed_surface",
            value: "true or false",
            default: Default::Value("true"),
            means: "Whether the families `dora_deployment_frequency_per_day`, \
                    `dora_lead_time_hours`, `dora_change_failure_rate` and \
                    `dora_mean_time_to_restore_hours`, which dashboards of the original collector \
                    use, are shown.",
        },
        Key {
            name: "seed_prime_after",
            value: "a duration such as `5m`",
            default: Default::Value(r#""5m""#),
            means: "How long after `dora_lead_time_hours` first showed 0 for a component the last \
                    30 days' observations enter it, so that `rate()` sees them. It must be longer \
                    than two scrape intervals.",
        },
        Key {
            name: "benchmark",
            value: "`2023`",
            default: Default::Value(r#""2023""#),
            means: "The year of the DORA report whose thresholds `dora_team_performance_level` uses.",
        },
    ],
    tables: &[],
    later: &[],
};

/// By how much the look-back exceeds the longest window.
const LOOKBACK_BEYOND_WINDOWS: Span = 30 * DAY;

/// Reads the section; `lookback` is 0 where it could not be read.
pub(super) fn read(reader: &Reader<'_>, lookback: Span) -> MeasuresSettings {
    reader.parsed("benchmark", |text| choice(text, &[("2023", ())], &[]));
    MeasuresSettings {
        windows: windows(reader, lookback),
        lead_time_start: lead_time_start(reader).unwrap_or(LeadTimeStart::FirstCommit),
        direct_commits: reader.flag("direct_commits").unwrap_or_default(),
        exclude_authors: exclude_authors(reader),
        same_deployment_window: reader.span("same_deployment_window").unwrap_or_default(),
        settle_after: reader.span("settle_after").unwrap_or_default(),
        seed_surface: reader.flag("seed_surface").unwrap_or_default(),
        seed_prime_after: reader.span("seed_prime_after").unwrap_or_default(),
    }
}

/// Where lead time starts; absent where that could not be read.
pub(super) fn lead_time_start(reader: &Reader<'_>) -> Option<LeadTimeStart> {
    let starts = [
        ("first_commit", LeadTimeStart::FirstCommit),
        ("opened", LeadTimeStart::Opened),
        ("merged", LeadTimeStart::Merged),
    ];
    reader.parsed("lead_time_start", |text| choice(text, &starts, &[]))
}

/// Logins whose changes do not count.
pub(super) fn exclude_authors(reader: &Reader<'_>) -> Vec<String> {
    reader.parsed_list("exclude_authors", login)
}

/// Windows with their labels; `lookback` is 0 where it could not be read.
pub(super) fn windows(reader: &Reader<'_>, lookback: Span) -> Vec<(String, Window)> {
    let mut windows: Vec<(String, Window)> = Vec::new();
    if reader.is_empty_list("windows") {
        reader.problem("windows", "is empty; write at least one window, such as \"30d\"");
    }
    for item in reader.list("windows") {
        let text = &item.text;
        let length = match duration::parse(text) {
            Ok(length) => length,
            Err(message) => {
                reader.item_problem(&item, message);
                continue;
            }
        };
        if length < DAY {
            reader.item_problem(&item, format!("`{text}` is too short; write at least 1d"));
        } else if let Some((same, _)) = windows.iter().find(|(_, other)| other.length == length) {
            reader.item_problem(&item, format!("`{text}` is as long as `{same}`; remove one"));
        } else if lookback > 0 && length > lookback - LOOKBACK_BEYOND_WINDOWS {
            let message = format!(
                "`{text}` is too long for collection.lookback ({}); write at most {}, or set \
                 collection.lookback to {} or more",
                duration::show(lookback),
                duration::show(lookback - LOOKBACK_BEYOND_WINDOWS),
                duration::show(length + LOOKBACK_BEYOND_WINDOWS),
            );
            reader.item_problem(&item, message);
        } else {
            windows.push((text.clone(), Window { length }));
        }
    }
    windows
}

/// A login as GraphQL tells it: REST and people write a bot's with `[bot]` behind it.
fn login(text: &str) -> Result<String, String> {
    let login = text.strip_suffix("[bot]").unwrap_or(text);
    if !login.is_empty() && login.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
        Ok(login.to_owned())
    } else {
        // A login may name a person, and messages name nobody.
        Err("is no login; write it as in the profile's address, without `@`".to_owned())
    }
}
