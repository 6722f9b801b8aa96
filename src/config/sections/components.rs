//! `[[components]]`: repositories that hold several components.

use crate::config::components::{ComponentSettings, Components, DeploymentSelector};
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::{Glob, PathPattern, RepositoryPattern};
use crate::config::problems::Report;
use crate::config::reader::{Reader, describe};
use ::config::ValueKind;
use delivery::domain::{DeploymentMark, TeamName};
use std::sync::Arc;

/// No task, field or value is longer; GitHub's own limit for a task is 128 characters.
const LONGEST_MARK: usize = 200;

pub(super) static SECTION: Section = Section {
    path: "components",
    repeated: true,
    means: "A component of a repository that holds several. A repository with such sections has \
            exactly those components; any other is one component under its own name. A declared \
            component is shown from the day on which it is declared, deployed or not.",
    keys: &[
        Key {
            name: "repo",
            value: "a repository",
            default: Default::Required { example: r#""acme/shop""# },
            means: "The repository, as `owner/name`.",
        },
        Key {
            name: "name",
            value: "a name",
            default: Default::Required { example: r#""api""# },
            means: "The component's name, as the label `component` shows it, different for each of \
                    a repository. Issues name it by the label `component/<name>`.",
        },
        Key {
            name: "paths",
            value: "a list of globs",
            default: Default::Value("[]"),
            means: "Which changes are its own: pull requests that change a file which matches. `*` \
                    does not match `/`, `**` does; a folder means all that is in it; case matters. \
                    Empty: all changes of the repository. A change of several components counts for \
                    each. What is pushed without a pull request counts for every component. For \
                    example `[\"services/api\", \"libs/**/*.rs\"]`. Other globs than at the last \
                    start mean reading the look-back again.",
        },
        Key {
            name: "team",
            value: "a name",
            default: Default::Absent { example: r#""payments""# },
            means: "The team that owns it, whatever the sources of ownership say of the repository.",
        },
        Key {
            name: "deployments",
            value: "a table of `environment`, `task` and `payload`",
            default: Default::Absent {
                example: r#"{ environment = "*-api", task = "deploy:api", payload = { service = "api" } }"#,
            },
            means: "Which deployments are its own: those of which all that is written here is true. \
                    `environment` is a glob, without regard to case; `task` and the fields of \
                    `payload` are exact texts. A deployment that two components select is the \
                    first one's, and the log says so. Only the only component of a repository may \
                    do without.",
        },
    ],
    tables: &[],
    later: &[],
};

/// Reads the sections, and compares those of one repository with each other.
pub(super) fn read(written: &[Reader<'_>], report: &Report) -> Components {
    let mut read: Vec<ComponentSettings> = Vec::new();
    let of_one_repository =
        |one: &ComponentSettings, repo: &str| one.repo.eq_ignore_ascii_case(repo);
    for (at, reader) in written.iter().enumerate() {
        let Some(component) = read_one(reader, at, report) else { continue };
        let mut others = read.iter().filter(|one| of_one_repository(one, &component.repo));
        if others.clone().any(|one| one.name.eq_ignore_ascii_case(&component.name)) {
            let name = &component.name;
            let message = format!("`{name}` names another component of it; write another name");
            reader.problem("name", message);
        }
        let selector = &component.deployments;
        if let Some(same) =
            others.find(|one| !selector.is_empty() && one.deployments.text() == selector.text())
        {
            let message = format!(
                "selects the same deployments as `{}`, which would take them all; write what \
                 tells them apart",
                same.name
            );
            reader.problem("deployments", message);
        }
        read.push(component);
    }
    for (at, one) in read.iter().enumerate() {
        let alone = read.iter().filter(|other| of_one_repository(other, &one.repo)).count() == 1;
        if one.deployments.is_empty() && !alone {
            let message = format!(
                "`{}` selects every deployment, though {} has other components; write for example \
                 deployments = {{ environment = \"*-{}\" }}",
                one.name, one.repo, one.name
            );
            // Broken sections are left out above, so the place is only known where none is.
            let reader = if read.len() == written.len() { written.get(at) } else { None };
            match reader {
                Some(reader) => reader.problem("deployments", message),
                None => report.add(SECTION.path, None, message),
            }
        }
    }
    Components::new(read)
}

fn read_one(reader: &Reader<'_>, at: usize, report: &Report) -> Option<ComponentSettings> {
    let repo = reader.parsed("repo", |text| {
        let pattern = RepositoryPattern::parse(text)?;
        if pattern.is_exact() {
            Ok(Arc::from(text))
        } else {
            Err(format!("`{text}` is a glob; write one repository as owner/name"))
        }
    });
    let name = reader.parsed("name", |text| {
        let name = plain_name(text, "the component's name, such as api")?;
        match name.contains('*') {
            true => Err(format!("`{name}` holds a `*`; write one component's name, such as api")),
            false => Ok(name),
        }
    });
    let team = reader
        .has("team")
        .then(|| reader.parsed("team", |text| plain_name(text, "the team's name")))
        .flatten();
    let paths = reader.parsed_list("paths", PathPattern::parse);
    let deployments = selector(reader, at, report);
    Some(ComponentSettings { repo: repo?, name: name?, paths, deployments, team })
}

fn plain_name(text: &str, what: &str) -> Result<TeamName, String> {
    let name = text.trim();
    if name.is_empty() {
        Err(format!("is empty; write {what}"))
    } else if name.contains(char::is_control) {
        Err(format!("holds a control character; write {what}, on one line"))
    } else {
        Ok(Arc::from(name))
    }
}

fn selector(reader: &Reader<'_>, at: usize, report: &Report) -> DeploymentSelector {
    let mut selector = DeploymentSelector::default();
    let Some(written) = reader.table("deployments") else { return selector };
    let path = format!("{}[{at}].deployments", SECTION.path);
    let problem = |key: &str, message: String| report.add(&format!("{path}{key}"), None, message);
    let ValueKind::Table(table) = written.kind else {
        let found = describe(&written.kind);
        let message = format!("is {found}; write for example {{ environment = \"*-api\" }}");
        problem("", message);
        return selector;
    };
    let mut entries: Vec<_> = table.into_iter().collect();
    // The map has no order of its own; problems shall come in the same order each time.
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    for (key, value) in entries {
        let dotted = format!(".{key}");
        match (key.as_str(), value.kind) {
            ("environment", ValueKind::String(text)) if !text.trim().is_empty() => {
                match Glob::parse(&text) {
                    Ok(glob) => selector.environment = Some(glob),
                    Err(message) => problem(&dotted, message),
                }
            }
            ("task", ValueKind::String(text)) if is_mark(&text) => {
                selector.marks.insert(DeploymentMark::Task(Arc::from(text)));
            }
            ("payload", ValueKind::Table(fields)) => {
                let mut fields: Vec<_> = fields.into_iter().collect();
                fields.sort_by(|one, other| one.0.cmp(&other.0));
                for (field, value) in fields {
                    match scalar(&value.kind).filter(|text| is_mark(text) && is_mark(&field)) {
                        Some(text) => {
                            let mark = DeploymentMark::Payload(field.into(), text.into());
                            selector.marks.insert(mark);
                        }
                        None => problem(&format!("{dotted}.{field}"), mistake(&value.kind)),
                    }
                }
            }
            ("environment" | "task", other) => problem(&dotted, mistake(&other)),
            ("payload", other) => {
                let found = describe(&other);
                problem(&dotted, format!("is {found}; write for example {{ service = \"api\" }}"));
            }
            _ => {
                let message = "no such key; there are environment, task and payload";
                problem(&dotted, message.to_owned());
            }
        }
    }
    selector
}

fn is_mark(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_MARK
}

fn mistake(found: &ValueKind) -> String {
    format!("is {}; write a text of 1 to {LONGEST_MARK} bytes", describe(found))
}

/// Numbers and truth values are compared as their JSON text.
fn scalar(kind: &ValueKind) -> Option<String> {
    match kind {
        ValueKind::String(text) => Some(text.clone()),
        ValueKind::Boolean(flag) => Some(flag.to_string()),
        ValueKind::I64(number) => Some(number.to_string()),
        _ => None,
    }
}
