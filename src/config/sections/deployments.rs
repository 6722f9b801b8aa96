//! `[[deployments]]`: where deployments are told.

use super::choice;
use crate::config::components::Components;
use crate::config::deployments::{
    DeploymentSettings, DeploymentTeller, Deployments, TagNames, WorkflowName,
};
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::{Glob, RepositoryPattern};
use crate::config::problems::Report;
use crate::config::reader::Reader;
use delivery::domain::DeploymentSource;

pub(super) static SECTION: Section = Section {
    path: "deployments",
    repeated: true,
    means: "What tells of deployments, where that is not GitHub's own deployments: each repository \
            has one source, by the first entry that matches it. Runs, releases and tags are \
            deployments to production, whatever `[production]` says. Another source than at the last \
            start means reading the look-back of deployments again.",
    keys: &[
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Value("[]"),
            means: "The repositories, by their present names; empty: all.",
        },
        Key {
            name: "source",
            value: "`github_deployments`, `workflow_run`, `release` or `tag`",
            default: Default::Value(r#""github_deployments""#),
            means: "GitHub's deployments; runs of a workflow, which finish as the last attempt \
                    concludes; published releases, at their publishing; or tags, at the time that an \
                    annotated tag bears, else that of its commit.",
        },
        Key {
            name: "workflow",
            value: "a workflow's file or name",
            default: Default::Absent { example: r#""deploy.yml""# },
            means: "Runs: the workflow that deploys, by its file in `.github/workflows` or by its \
                    name; required. A repository without it has no deployments.",
        },
        Key {
            name: "branch",
            value: "a branch",
            default: Default::Absent { example: r#""release""# },
            means: "Runs: only those of this branch, the default branch unless written.",
        },
        Key {
            name: "prereleases",
            value: "`true` or `false`",
            default: Default::Absent { example: "true" },
            means: "Releases: whether pre-releases are deployments, too; not unless written. Drafts \
                    never are.",
        },
        Key {
            name: "tags",
            value: "a list of globs",
            default: Default::Absent { example: r#"["v*"]"# },
            means: "Releases and tags: only those whose tag matches, without regard to case; all \
                    unless written.",
        },
    ],
    tables: &[],
    later: &[],
};

/// Sources that later versions will know.
const LATER: [&str; 1] = ["events"];

/// Keys that only some sources have.
const OF_SOURCES: [(&str, &[DeploymentSource]); 4] = [
    ("workflow", &[DeploymentSource::WorkflowRun]),
    ("branch", &[DeploymentSource::WorkflowRun]),
    ("prereleases", &[DeploymentSource::Release]),
    ("tags", &[DeploymentSource::Release, DeploymentSource::Tag]),
];

/// Reads the entries, and compares them with each other and with `[[components]]`.
pub(super) fn read(
    written: &[Reader<'_>],
    components: &Components,
    report: &Report,
) -> Deployments {
    let mut entries: Vec<DeploymentSettings> = Vec::new();
    for reader in written {
        let entry = read_one(reader);
        if let Some(at) = entries.iter().position(|before| before.repositories.is_empty()) {
            let message = format!(
                "stands behind deployments[{at}], which matches every repository, and would never \
                 be asked; write that one last, or give it `repositories`"
            );
            reader.section_problem(message);
        }
        for pattern in &entry.repositories {
            let text = pattern.text();
            let names = |one: &RepositoryPattern| one.text().eq_ignore_ascii_case(text);
            if let Some(at) = entries.iter().position(|one| one.repositories.iter().any(names)) {
                let message = format!(
                    "`{text}` stands in deployments[{at}] already, and the first match decides; \
                     remove one of them"
                );
                reader.problem("repositories", message);
            }
        }
        entries.push(entry);
    }
    let deployments = Deployments::new(entries);
    for (at, component) in components.iter().enumerate() {
        let Some(place) = deployments.place(&component.repo) else { continue };
        let source = deployments.0[place].teller.source();
        if source != DeploymentSource::GitHubDeployments && !component.deployments.is_empty() {
            let message = format!(
                "`{}` of {} selects deployments by what a {} does not have; remove this key, or take \
                 the repository out of deployments[{place}]",
                component.name,
                component.repo,
                source.name().replace('_', " ")
            );
            report.add(&format!("components[{at}].deployments"), None, message);
        }
    }
    deployments
}

fn read_one(reader: &Reader<'_>) -> DeploymentSettings {
    let repositories = reader.parsed_list("repositories", RepositoryPattern::parse);
    let sources = DeploymentSource::ALL.map(|source| (source.name(), source));
    let Some(source) = reader.parsed("source", |text| choice(text, &sources, &LATER)) else {
        return DeploymentSettings { repositories, teller: DeploymentTeller::default() };
    };
    for (key, sources) in OF_SOURCES {
        if reader.has(key) && !sources.contains(&source) {
            let names: Vec<String> =
                sources.iter().map(|source| format!("source = \"{}\"", source.name())).collect();
            reader.problem(key, format!("goes with {} only; remove it", names.join(" or ")));
        }
    }
    let teller = match source {
        DeploymentSource::GitHubDeployments => DeploymentTeller::GitHubDeployments,
        DeploymentSource::WorkflowRun => DeploymentTeller::WorkflowRun {
            workflow: workflow(reader),
            branch: given(reader, "branch").and_then(|key| reader.parsed(key, branch)),
        },
        DeploymentSource::Release => DeploymentTeller::Release {
            prereleases: given(reader, "prereleases")
                .and_then(|key| reader.flag(key))
                .unwrap_or_default(),
            tags: tags(reader),
        },
        DeploymentSource::Tag => DeploymentTeller::Tag { tags: tags(reader) },
    };
    DeploymentSettings { repositories, teller }
}

/// The key, where it is written.
fn given<'k>(reader: &Reader<'_>, key: &'k str) -> Option<&'k str> {
    reader.has(key).then_some(key)
}

fn workflow(reader: &Reader<'_>) -> WorkflowName {
    let nothing = || WorkflowName::File(String::new());
    if !reader.has("workflow") {
        reader.section_problem(
            "names no workflow; write workflow = \"deploy.yml\", its file in .github/workflows, or \
             its name",
        );
        return nothing();
    }
    let parsed = reader.parsed("workflow", |text| {
        let text = text.trim();
        let file = text.strip_prefix(".github/workflows/").unwrap_or(text);
        if text.is_empty() || text.contains(char::is_control) {
            return Err("is no name; write deploy.yml, or the workflow's name".to_owned());
        }
        if !file.ends_with(".yml") && !file.ends_with(".yaml") {
            return Ok(WorkflowName::Name(text.to_owned()));
        }
        match file.contains('/') {
            true => Err(format!(
                "`{text}` is no file in .github/workflows; write its name there, such as deploy.yml"
            )),
            false => Ok(WorkflowName::File(file.to_owned())),
        }
    });
    parsed.unwrap_or_else(nothing)
}

fn branch(text: &str) -> Result<String, String> {
    let name = text.trim().trim_start_matches("refs/heads/");
    if name.is_empty() || name.contains(|c: char| c.is_control() || c.is_whitespace() || c == '*') {
        return Err("is no branch; write the name of one, such as main".to_owned());
    }
    Ok(name.to_owned())
}

fn tags(reader: &Reader<'_>) -> TagNames {
    let Some(key) = given(reader, "tags") else { return TagNames::default() };
    if reader.is_empty_list(key) {
        reader.problem(key, "is empty; write for example [\"v*\"], or remove it");
    }
    TagNames(reader.parsed_list(key, Glob::parse))
}
