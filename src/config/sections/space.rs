//! `[space]`: how a team works together.

use crate::config::ci::CiSettings;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::Glob;
use crate::config::reader::Reader;
use crate::config::settings::SpaceSettings;
use delivery::measures::FEWEST_CONTRIBUTORS;

pub(super) static SECTION: Section = Section {
    path: "space",
    repeated: false,
    means: "How a team works together: the families `space_…`, which are told of teams and never of \
            a person.",
    keys: &[
        Key {
            name: "min_contributors",
            value: "a whole number from 3 on",
            default: Default::Value("5"),
            means: "How many different people must have written or reviewed what a team merged in a \
                    window before its figures are shown; of fewer, a team's figure would be a \
                    person's.",
        },
        Key {
            name: "ci",
            value: "`true` or `false`",
            default: Default::Value("true"),
            means: "Whether runs of workflows are read for `space_window_ci_…`, by REST: a page of \
                    100 where a repository with a component has moved, at most every fifth \
                    sweep, for at most a quarter of what may be spent. The token needs Actions: read; \
                    without it nothing is told.",
        },
        Key {
            name: "ci_events",
            value: "a list of events",
            default: Default::Value("[\"pull_request\", \"merge_group\", \"push\"]"),
            means: "What starts the runs that are continuous integration. Other than at the last \
                    start mean reading the look-back's runs again, as other workflows do.",
        },
        Key {
            name: "ci_workflows",
            value: "a list of globs",
            default: Default::Value("[\"*\"]"),
            means: "Which workflows are continuous integration, by the file's name (`ci.yml`) or the \
                    workflow's. The one that tells of deployments never is.",
        },
        Key {
            name: "ci_exclude_workflows",
            value: "a list of globs",
            default: Default::Value("[]"),
            means: "Which of them are not: `[\"stale*\", \"nightly.yml\"]`.",
        },
    ],
    tables: &[],
    later: &[],
};

pub(super) fn read(reader: &Reader<'_>) -> SpaceSettings {
    let min_contributors = reader.count("min_contributors").unwrap_or_default();
    if (1..FEWEST_CONTRIBUTORS).contains(&min_contributors) {
        let advice = format!(
            "{min_contributors} is too few; write at least {FEWEST_CONTRIBUTORS}, or a team's \
             figure would be a person's"
        );
        reader.problem("min_contributors", advice);
    }
    let events = reader.parsed_list("ci_events", event);
    let workflows = reader.parsed_list("ci_workflows", Glob::parse);
    let excluded = reader.parsed_list("ci_exclude_workflows", Glob::parse);
    let is_read = reader.flag("ci").unwrap_or_default();
    SpaceSettings { min_contributors, ci: CiSettings { is_read, events, workflows, excluded } }
}

/// An event's name, as GitHub spells it.
fn event(text: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    match !text.is_empty() && text.chars().all(is_name) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is no event; write it as GitHub does: `pull_request`")),
    }
}
