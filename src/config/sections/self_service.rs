//! `[[platform.self_service]]`: infrastructure that teams change by pull requests.

use super::choice;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::{Glob, PathPattern, RepositoryPattern};
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::self_service::{AppliedBy, SelfService, SelfServiceRule};

pub(super) static SECTION: Section = Section {
    path: "platform.self_service",
    repeated: true,
    means: "Infrastructure that teams change by pull requests, for `platform_self_service_seconds`: \
            how long it takes from opening such a pull request until it is applied. Without an entry \
            nothing is read for it. Of the entries for a repository the first whose paths match \
            decides. Other entries than at the last start mean reading the look-back of pull requests \
            of those repositories again.",
    keys: &[
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Required { example: r#"["acme/infrastructure"]"# },
            means: "The repositories, by their present names: `acme/infrastructure`, \
                    `acme/*-terraform`.",
        },
        Key {
            name: "paths",
            value: "a list of globs",
            default: Default::Absent { example: r#"["terraform/**"]"# },
            means: "What is infrastructure in them: a pull request counts if it changes one of these \
                    paths. `*` does not cross `/`, and what names a folder means all in it. Every \
                    pull request counts unless written.",
        },
        Key {
            name: "applied_by",
            value: "`atlantis`, `status`, `merge` or `merge_status`",
            default: Default::Value(r#""atlantis""#),
            means: "What says that it was applied: Atlantis, by its comments on the pull request and \
                    its status of the head commit; a status of the head commit; the merge itself, \
                    where a workflow applies what is merged; or a status of the merge commit.",
        },
        Key {
            name: "statuses",
            value: "a list of globs",
            default: Default::Absent { example: r#"["atlantis/apply"]"# },
            means: "The contexts of the statuses that say so, without regard to case. Where several \
                    match, all have to succeed. `atlantis/apply` for Atlantis unless written; \
                    required by `status` and `merge_status`.",
        },
        Key {
            name: "comments_by",
            value: "a list of logins and globs",
            default: Default::Absent { example: r#"["acme-atlantis"]"# },
            means: "Atlantis: whose comments are read, without `[bot]`; anybody's that read like \
                    Atlantis' unless written. Neither comments nor logins are kept.",
        },
    ],
    tables: &[],
    later: &[],
};

/// The status that Atlantis gives a commit once all of its plans are applied, unless it has another
/// name.
const ATLANTIS_STATUS: &str = "atlantis/apply";

const WORDS: [(&str, AppliedBy); 4] = [
    ("atlantis", AppliedBy::Atlantis),
    ("status", AppliedBy::Status),
    ("merge", AppliedBy::Merge),
    ("merge_status", AppliedBy::MergeStatus),
];

pub(super) fn read(reader: &Reader<'_>, report: &Report) -> SelfService {
    let written = Reader::open_all(&SECTION, reader.table("self_service"), report);
    let mut rules: Vec<SelfServiceRule> = Vec::new();
    for reader in written.unwrap_or_default() {
        let Some(rule) = rule(&reader) else { continue };
        for pattern in &rule.repositories {
            let names = |one: &RepositoryPattern| one.text().eq_ignore_ascii_case(pattern.text());
            let takes_all =
                |one: &SelfServiceRule| one.paths.is_empty() && one.repositories.iter().any(names);
            if let Some(at) = rules.iter().position(takes_all) {
                let message = format!(
                    "`{}` stands in platform.self_service[{at}] already, for every path, and the \
                     first match decides; give that one `paths`, or remove one of them",
                    pattern.text()
                );
                reader.problem("repositories", message);
            }
        }
        rules.push(rule);
    }
    SelfService::new(rules)
}

fn rule(reader: &Reader<'_>) -> Option<SelfServiceRule> {
    for key in ["repositories", "paths", "statuses", "comments_by"] {
        if reader.has(key) && reader.is_empty_list(key) {
            let example = SECTION.keys.iter().find(|known| known.name == key)?.default;
            let (Default::Required { example } | Default::Absent { example }) = example else {
                continue;
            };
            reader.problem(key, format!("is empty; write for example {example}, or remove it"));
        }
    }
    let repositories = reader.parsed_list("repositories", RepositoryPattern::parse);
    let paths = written(reader, "paths", PathPattern::parse);
    let applied_by = reader.parsed("applied_by", |text| choice(text, &WORDS, &[]))?;
    let mut statuses = written(reader, "statuses", Glob::parse);
    let comments_by = written(reader, "comments_by", login);
    if applied_by == AppliedBy::Merge && reader.has("statuses") {
        let message = "means nothing with applied_by = \"merge\", which asks for no status; remove \
                       it, or write applied_by = \"merge_status\"";
        reader.problem("statuses", message);
    }
    if applied_by != AppliedBy::Atlantis && reader.has("comments_by") {
        reader.problem("comments_by", "goes with applied_by = \"atlantis\" only; remove it");
    }
    if !reader.has("statuses") {
        match applied_by {
            AppliedBy::Atlantis => statuses.extend(Glob::parse(ATLANTIS_STATUS)),
            AppliedBy::Merge => {}
            AppliedBy::Status | AppliedBy::MergeStatus => {
                let by = applied_by.name();
                reader.section_problem(format!(
                    "names no statuses; applied_by = \"{by}\" needs them: write for example \
                     statuses = [\"terraform/apply\"]"
                ));
            }
        }
    }
    Some(SelfServiceRule { repositories, paths, applied_by, statuses, comments_by })
}

fn written<T>(reader: &Reader<'_>, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
    if reader.has(key) { reader.parsed_list(key, parse) } else { Vec::new() }
}

/// A login or a glob over logins, as GitHub writes them with an app's `[bot]` or without.
fn login(text: &str) -> Result<Glob, String> {
    let login = text.trim().trim_start_matches('@').trim_end_matches("[bot]");
    let fits = |one: char| one.is_ascii_alphanumeric() || "-_*?{}[],".contains(one);
    if login.is_empty() || !login.chars().all(fits) {
        return Err(format!("`{text}` is no login; write one such as acme-atlantis"));
    }
    Glob::parse(login)
}
