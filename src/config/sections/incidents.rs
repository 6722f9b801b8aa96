//! `[[incidents]]`: where incidents are told.

mod issues;
mod pagerduty;

use super::choice;
use crate::config::components::Components;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::RepositoryPattern;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::{IncidentSettings, PagerDutySettings};
use crate::config::sources::Sources;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

pub(super) static SECTION: Section = Section {
    path: "incidents",
    repeated: true,
    means: "Where incidents are told: by issues, or by PagerDuty. Without any such section, issues \
            labelled `incident` of every collected repository are incidents; with one, only what is \
            written is asked.",
    keys: &[
        Key {
            name: "source",
            value: "`github_issues` or `pagerduty`",
            default: Default::Value(r#""github_issues""#),
            means: "What tells incidents: issues that bear one of the labels (`github_issues`), \
                    where one closed as duplicate or not planned is none; or a PagerDuty account \
                    (`pagerduty`), where one merged into another is none.",
        },
        Key {
            name: "labels",
            value: "a list of labels",
            default: Default::Value(r#"["incident"]"#),
            means: "Issues: labels that make an issue an incident, without regard to case.",
        },
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Value("[]"),
            means: "Issues: where to look, among the collected repositories; empty: in all of them. They may \
                    be central ones, which hold incidents of components that live elsewhere.",
        },
        Key {
            name: "severities",
            value: "a list of labels",
            default: Default::Value("[]"),
            means: "Issues: labels that tell severities: an issue with an incident label counts only if it \
                    bears one of these, too, without regard to case; empty: whatever its severity. \
                    Which severities make a deployment fail is said by `failures.severities`.",
        },
        Key {
            name: "mappings",
            value: "a list of tables of `component` and either `label` or `title`",
            default: Default::Absent {
                example: r#"[{ label = "service:pay", component = "acme/pay" }, { title = '^\[web\]', component = "acme/shop/web" }]"#,
            },
            means: "Issues: components, as `owner/repo` or `owner/repo/component`, of issues that bear a \
                    label, without regard to case, or whose title matches a regular expression; the \
                    first that matches decides. A label `component/<name>` goes before them, and so \
                    does the repository that the issue lives in, where it holds exactly one \
                    component. Other mappings than at the last start mean reading the look-back \
                    again.",
        },
        Key {
            name: "name",
            value: "a name",
            default: Default::Absent { example: r#""pagerduty""# },
            means: "PagerDuty: the label `source` of the exporter's own metrics about it, \
                    `pagerduty` unless written. A second account needs another one; under another \
                    name everything is read anew.",
        },
        Key {
            name: "api_url",
            value: "a URL",
            default: Default::Absent { example: r#""https://api.eu.pagerduty.com""# },
            means: "PagerDuty: the REST API, `https://api.pagerduty.com` unless written; accounts \
                    in Europe have another.",
        },
        Key {
            name: "token_env",
            value: "the name of an environment variable",
            default: Default::Absent { example: r#""PAGERDUTY_TOKEN""# },
            means: "PagerDuty: the environment variable that holds an API access key; a read-only \
                    key is enough. This or `token_file` is required.",
        },
        Key {
            name: "token_file",
            value: "a path",
            default: Default::Absent { example: r#""/run/secrets/pagerduty-token""# },
            means: "PagerDuty: a file that holds the key, instead of `token_env`. Relative paths \
                    start from the folder of this file.",
        },
        Key {
            name: "services",
            value: "a table of service ids and components",
            default: Default::Absent {
                example: r#"{ PIJ90N7 = "acme/pay", PF9KMXH = "acme/shop/api" }"#,
            },
            means: "PagerDuty: the component whose incidents a service tells, by the service's id, \
                    which is the end of its address: `owner/repo`, or `owner/repo/component` where \
                    a repository holds several. Of other services the catalog may name the \
                    component (`pagerduty.com/service-id`); else their incidents belong to none: \
                    they count for the organisation where only one is collected, and the log names \
                    each such service. Another mapping than at the last start means reading the \
                    look-back again.",
        },
        Key {
            name: "urgencies",
            value: "a list of `high` and `low`",
            default: Default::Absent { example: r#"["high", "low"]"# },
            means: "PagerDuty: the urgencies that count, `[\"high\"]` unless written.",
        },
        Key {
            name: "priorities",
            value: "a list of names of priorities",
            default: Default::Absent { example: r#"["P1", "P2"]"# },
            means: "PagerDuty: the priorities that count, without regard to case. Unless written \
                    every incident counts, with whatever priority or none.",
        },
        Key {
            name: "webhook_secret_file",
            value: "a path",
            default: Default::Absent { example: r#""/run/secrets/pagerduty-webhook""# },
            means: "PagerDuty: a file that holds the secret of each webhook subscription (version 3) \
                    that sends to `/webhooks/pagerduty` here, one a line. Incidents are then read \
                    again as soon as something happens to them; without it nothing is taken there. \
                    Relative paths start from the folder of this file.",
        },
    ],
    tables: &[],
    later: &[],
};

/// Keys that only issues have.
const OF_ISSUES: [&str; 4] = ["labels", "repositories", "severities", "mappings"];

/// Sources of incidents that later versions will ask.
const LATER: [&str; 1] = ["alertmanager"];

#[derive(Clone, Copy)]
enum Teller {
    Issues,
    PagerDuty,
}

/// What the sections are read beside.
pub(super) struct Beside<'a> {
    pub(super) sources: &'a Sources,
    pub(super) folder: &'a Path,
    /// The names of sources that are taken.
    pub(super) names: BTreeSet<String>,
    pub(super) components: &'a Components,
    /// The severities that `[failures]` and `[[overrides]]` speak of.
    pub(super) severities: BTreeSet<Arc<str>>,
    pub(super) report: &'a Report,
}

/// Reads the sections; without any there is the one that the defaults describe.
pub(super) fn read(
    written: Vec<Reader<'_>>,
    mut beside: Beside<'_>,
) -> (Vec<IncidentSettings>, Vec<PagerDutySettings>) {
    if written.is_empty() {
        let reader = Reader::open(&SECTION, SECTION.path.to_owned(), None, beside.report);
        return (vec![issues::read(&reader, 0, &beside)], Vec::new());
    }
    let tellers = [("github_issues", Teller::Issues), ("pagerduty", Teller::PagerDuty)];
    let (mut by_issues, mut by_pagerduty) = (Vec::new(), Vec::new());
    for (at, reader) in written.iter().enumerate() {
        match reader.parsed("source", |text| choice(text, &tellers, &LATER)) {
            Some(Teller::Issues) => {
                refuse(reader, pagerduty::KEYS, "pagerduty");
                by_issues.push(issues::read(reader, at, &beside));
            }
            Some(Teller::PagerDuty) => {
                refuse(reader, &OF_ISSUES, "github_issues");
                by_pagerduty.push(pagerduty::read(reader, at, &mut beside));
            }
            None => {}
        }
    }
    (by_issues, by_pagerduty)
}

/// Refuses keys that belong to another source.
fn refuse(reader: &Reader<'_>, keys: &[&str], source: &str) {
    for key in keys.iter().filter(|key| reader.has(key)) {
        reader.problem(key, format!("goes with source = \"{source}\" only; remove one of them"));
    }
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
