//! `[[incidents]]`: where incidents are told.

use super::choice;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::RepositoryPattern;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::IncidentSettings;

pub(super) static SECTION: Section = Section {
    path: "incidents",
    repeated: true,
    means: "Where incidents are told. Without any such section, issues labelled `incident` of every \
            collected repository are incidents.",
    keys: &[
        Key {
            name: "source",
            value: "`github_issues`",
            default: Default::Value(r#""github_issues""#),
            means: "What tells incidents: issues that bear one of the labels. An issue closed as \
                    duplicate or not planned is no incident.",
        },
        Key {
            name: "labels",
            value: "a list of labels",
            default: Default::Value(r#"["incident"]"#),
            means: "Labels that make an issue an incident, without regard to case.",
        },
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Value("[]"),
            means: "Where to look, among the collected repositories; empty: in all of them.",
        },
    ],
    tables: &[],
    later: &["api_url", "token_env", "token_file", "services"],
};

/// Sources of incidents that later versions will ask.
const LATER: [&str; 2] = ["pagerduty", "alertmanager"];

/// Reads the sections; without any there is the one that the defaults describe.
pub(super) fn read(written: Vec<Reader<'_>>, report: &Report) -> Vec<IncidentSettings> {
    if written.is_empty() {
        return vec![read_one(&Reader::open(&SECTION, SECTION.path.to_owned(), None, report))];
    }
    written.iter().map(read_one).collect()
}

fn read_one(reader: &Reader<'_>) -> IncidentSettings {
    reader.parsed("source", |text| choice(text, &[("github_issues", ())], &LATER));
    if reader.is_empty_list("labels") {
        reader.problem("labels", "is empty; write for example [\"incident\"]");
    }
    IncidentSettings {
        labels: reader.list("labels").into_iter().map(|item| item.text).collect(),
        repositories: reader.parsed_list("repositories", RepositoryPattern::parse),
    }
}
