//! `[[incidents]]`: where incidents are told.

mod issues;

use super::choice;
use crate::config::components::Components;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::RepositoryPattern;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::IncidentSettings;
use std::collections::BTreeSet;
use std::sync::Arc;

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
            means: "Where to look, among the collected repositories; empty: in all of them. They may \
                    be central ones, which hold incidents of components that live elsewhere.",
        },
        Key {
            name: "severities",
            value: "a list of labels",
            default: Default::Value("[]"),
            means: "Labels that tell severities: an issue with an incident label counts only if it \
                    bears one of these, too, without regard to case; empty: whatever its severity. \
                    Which severities make a deployment fail is said by `failures.severities`.",
        },
        Key {
            name: "mappings",
            value: "a list of tables of `component` and either `label` or `title`",
            default: Default::Absent {
                example: r#"[{ label = "service:pay", component = "acme/pay" }, { title = '^\[web\]', component = "acme/shop/web" }]"#,
            },
            means: "Components, as `owner/repo` or `owner/repo/component`, of issues that bear a \
                    label, without regard to case, or whose title matches a regular expression; the \
                    first that matches decides. A label `component/<name>` goes before them, and so \
                    does the repository that the issue lives in, where it holds exactly one \
                    component. Other mappings than at the last start mean reading the look-back \
                    again.",
        },
    ],
    tables: &[],
    later: &["api_url", "token_env", "token_file", "services"],
};

/// Sources of incidents that later versions will ask.
const LATER: [&str; 2] = ["pagerduty", "alertmanager"];

/// What the sections are read beside.
pub(super) struct Beside<'a> {
    pub(super) components: &'a Components,
    /// The severities that `[failures]` and `[[overrides]]` speak of.
    pub(super) severities: BTreeSet<Arc<str>>,
    pub(super) report: &'a Report,
}

/// Reads the sections; without any there is the one that the defaults describe.
pub(super) fn read(written: Vec<Reader<'_>>, beside: &Beside<'_>) -> Vec<IncidentSettings> {
    if written.is_empty() {
        let path = SECTION.path.to_owned();
        return vec![issues::read(&Reader::open(&SECTION, path, None, beside.report), 0, beside)];
    }
    let read_one = |(at, reader): (usize, &Reader<'_>)| {
        reader.parsed("source", |text| choice(text, &[("github_issues", ())], &LATER));
        issues::read(reader, at, beside)
    };
    written.iter().enumerate().map(read_one).collect()
}

/// Severities, which are compared without regard to case.
pub(super) fn severities(reader: &Reader<'_>, key: &str) -> BTreeSet<Arc<str>> {
    reader.list(key).into_iter().map(|item| item.text.trim().to_lowercase().into()).collect()
}

/// `owner/repo` or `owner/repo/component`, as a component is named where incidents are told.
fn component(text: &str, beside: &Beside<'_>) -> Result<Arc<str>, String> {
    let mut parts = text.splitn(3, '/');
    let repository: Vec<&str> = parts.by_ref().take(2).collect();
    let (repository, name) = (repository.join("/"), parts.next());
    let pattern = RepositoryPattern::parse(&repository)
        .map_err(|_| format!("`{text}` is no component; write owner/repo or owner/repo/name"))?;
    if !pattern.is_exact() || name.is_some_and(|name| name.trim().is_empty()) {
        return Err(format!("`{text}` is no component; write owner/repo or owner/repo/name"));
    }
    let of_it = || {
        let all = beside.components.iter();
        all.filter(|one| one.repo.eq_ignore_ascii_case(&repository)).map(|one| &*one.name)
    };
    let known: Vec<&str> = of_it().collect();
    match name {
        None if known.len() > 1 => Err(format!(
            "`{text}` holds several components; write one of them: {}",
            known.iter().map(|name| format!("{text}/{name}")).collect::<Vec<_>>().join(", ")
        )),
        Some(name)
            if !known.is_empty() && !known.iter().any(|one| one.eq_ignore_ascii_case(name)) =>
        {
            Err(format!("{repository} has no component `{name}`; it has {}", known.join(", ")))
        }
        _ => Ok(Arc::from(text)),
    }
}
