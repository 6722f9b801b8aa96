//! `[[overrides]]`: measures, failures and production of some repositories. The keys are those of
//! the sections of the same name, and are read by the same code.

use super::{failures, incidents, measures, production};
use crate::config::keys::{Default, Key, Section};
use crate::config::overrides::{OverrideSettings, Overrides};
use crate::config::patterns::{Glob, RepositoryPattern, title_expression};
use crate::config::problems::Report;
use crate::config::reader::{Reader, describe};
use ::config::ValueKind;
use delivery::domain::Span;

pub(super) static SECTION: Section = Section {
    path: "overrides",
    repeated: true,
    means: "Other rules for some repositories. A key that is written here takes the place of the \
            whole value of `[measures]`, `[failures]` or `[production]`; what is not written holds as \
            it does everywhere. Where several entries match a repository, the first that gives a key \
            decides that key. Figures of teams and organisations pool what each repository's own \
            rules say.",
    keys: &[
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Required { example: r#"["acme/legacy-*"]"# },
            means: "The repositories, as `owner/name` or globs such as `acme/legacy-*`, by their \
                    present names.",
        },
        Key {
            name: "measures",
            value: "a table of keys of `[measures]`",
            default: Default::Absent {
                example: r#"{ windows = ["14d"], lead_time_start = "opened", direct_commits = false, exclude_authors = ["renovate"], same_deployment_window = "0s" }"#,
            },
            means: "Any of `windows`, `lead_time_start`, `direct_commits`, `exclude_authors` and \
                    `same_deployment_window`. `windows` are those of the components' own series, \
                    of which the standard detail shows the one nearest to 30 days; teams and \
                    organisations keep the windows of `[measures]`.",
        },
        Key {
            name: "failures",
            value: "a table of keys of `[failures]`",
            default: Default::Absent {
                example: r#"{ rules = ["incident"], incident_window = "4h", severities = ["sev1"], hotfix_labels = ["urgent"] }"#,
            },
            means: "Any of `rules`, `incident_window`, `severities`, `hotfix_labels`, \
                    `hotfix_branches` and `hotfix_titles`. Other hotfix patterns than before mean reading the look-back of \
                    these repositories again.",
        },
        Key {
            name: "production",
            value: "a table of keys of `[production]`",
            default: Default::Absent { example: r#"{ environments = ["main"], exclude = [] }"# },
            means: "Any of `environments` and `exclude`. Other patterns than before mean reading the \
                    deployments of these repositories again.",
        },
    ],
    tables: &[],
    later: &[],
};

/// Keys that may differ by repository, by section; the sections' other keys hold for all alike.
const OVERRIDABLE: [(&Section, &[&str]); 3] = [
    (
        &measures::SECTION,
        &[
            "windows",
            "lead_time_start",
            "direct_commits",
            "exclude_authors",
            "same_deployment_window",
        ],
    ),
    (
        &failures::SECTION,
        &[
            "rules",
            "incident_window",
            "severities",
            "hotfix_labels",
            "hotfix_branches",
            "hotfix_titles",
        ],
    ),
    (&production::SECTION, &["environments", "exclude"]),
];

/// Reads the entries; `lookback` is 0 where it could not be read.
pub(super) fn read(written: &[Reader<'_>], lookback: Span, report: &Report) -> Overrides {
    let entries = written.iter().enumerate();
    Overrides::new(entries.map(|(at, reader)| read_one(reader, at, lookback, report)).collect())
}

fn read_one(reader: &Reader<'_>, at: usize, lookback: Span, report: &Report) -> OverrideSettings {
    if reader.has("repositories") && reader.is_empty_list("repositories") {
        reader.problem("repositories", "is empty; write for example [\"acme/legacy-*\"]");
    }
    let [of_measures, of_failures, of_production] =
        OVERRIDABLE.map(|(section, keys)| open(reader, at, section, keys, report));
    let measures = |key: &str| of_measures.as_ref().filter(|table| table.has(key));
    let failures = |key: &str| of_failures.as_ref().filter(|table| table.has(key));
    let production = |key: &str| of_production.as_ref().filter(|table| table.has(key));
    let globs = |table: Option<&Reader<'_>>, key: &str| {
        table.map(|table| table.parsed_list(key, Glob::parse))
    };
    OverrideSettings {
        repositories: reader.parsed_list("repositories", RepositoryPattern::parse),
        windows: measures("windows").map(|table| measures::windows(table, lookback)),
        lead_time_start: measures("lead_time_start").and_then(measures::lead_time_start),
        direct_commits: measures("direct_commits").and_then(|table| table.flag("direct_commits")),
        exclude_authors: measures("exclude_authors").map(measures::exclude_authors),
        same_deployment_window: measures("same_deployment_window")
            .and_then(|table| table.span("same_deployment_window")),
        failure_rules: failures("rules").map(failures::rules),
        incident_window: failures("incident_window").and_then(failures::incident_window),
        severities: failures("severities").map(|table| incidents::severities(table, "severities")),
        hotfix_labels: globs(failures("hotfix_labels"), "hotfix_labels"),
        hotfix_branches: globs(failures("hotfix_branches"), "hotfix_branches"),
        hotfix_titles: failures("hotfix_titles")
            .map(|table| table.parsed_list("hotfix_titles", title_expression)),
        environments: globs(production("environments"), "environments"),
        exclude: globs(production("exclude"), "exclude"),
    }
}

/// A table of keys of `section`, of which only `keys` may differ by repository.
fn open<'a>(
    reader: &Reader<'_>,
    at: usize,
    section: &'static Section,
    keys: &[&str],
    report: &'a Report,
) -> Option<Reader<'a>> {
    let value = reader.table(section.path)?;
    if !matches!(value.kind, ValueKind::Table(_)) {
        let (found, known) = (describe(&value.kind), keys.join(", "));
        reader.problem(section.path, format!("is {found}; write a table of {known}"));
        return None;
    }
    let table =
        Reader::open(section, format!("overrides[{at}].{}", section.path), Some(value), report);
    for key in section.keys.iter().filter(|key| !keys.contains(&key.name)) {
        if table.has(key.name) {
            let header = section.header();
            let message =
                format!("holds for all repositories alike; write it in {header}, or remove it");
            table.problem(key.name, message);
        }
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_may_differ_by_repository_is_one_of_its_section() {
        for (section, keys) in OVERRIDABLE {
            for key in keys {
                assert!(section.keys.iter().any(|declared| declared.name == *key), "{key}");
            }
        }
    }
}
