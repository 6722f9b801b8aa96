//! `[[github]]`: what is collected from which GitHub, with which credentials.

mod access;
pub(super) mod urls;

use super::{certificates, credentials};
use crate::config::credential::{Credential, TokenSettings};
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::RepositoryPattern;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::GitHubSettings;
use crate::config::shard::Shard;
use crate::config::sources::Sources;
use std::collections::BTreeSet;
use std::path::Path;

pub(super) static SECTION: Section = Section {
    path: "github",
    repeated: true,
    means: "What is collected from GitHub, with which credentials. At least one such section, or the \
            flags `--repo` and `--org`, which add to the first. Secrets stand in the environment or \
            in files, never here.",
    keys: &[
        Key {
            name: "name",
            value: "a name",
            default: Default::Value(r#""github""#),
            means: "The label `source` of the exporter's own metrics about it; a second section \
                    needs another one.",
        },
        Key {
            name: "api_url",
            value: "a URL",
            default: Default::Value(r#""https://api.github.com""#),
            means: "The REST API. Enterprise Server: `https://HOST/api/v3`. Flag: \
                    `--github.api-url`.",
        },
        Key {
            name: "graphql_url",
            value: "a URL",
            default: Default::Absent { example: r#""https://api.github.com/graphql""# },
            means: "The GraphQL API. Derived from `api_url`: `https://HOST/api/graphql` for \
                    `https://HOST/api/v3`, else `graphql` below it.",
        },
        Key {
            name: "ca_file",
            value: "a path",
            default: Default::Absent { example: r#""/etc/ssl/private-ca.pem""# },
            means: "Certificates in PEM to trust beside the system's. Relative paths start from the \
                    folder of this file.",
        },
        Key {
            name: "organizations",
            value: "a list of logins",
            default: Default::Value("[]"),
            means: "Organisations whose repositories are all collected. For example `[\"acme\"]`.",
        },
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Value("[]"),
            means: "Repositories to collect, as `owner/name` or globs within an owner. For example \
                    `[\"acme/api\", \"acme/pay-*\"]`.",
        },
        Key {
            name: "exclude",
            value: "a list of names and globs of repositories",
            default: Default::Value("[]"),
            means: "Repositories that are never collected. For example `[\"acme/sandbox-*\"]`.",
        },
        Key {
            name: "include_archived",
            value: "true or false",
            default: Default::Value("false"),
            means: "Whether archived repositories are collected.",
        },
        Key {
            name: "include_forks",
            value: "true or false",
            default: Default::Value("false"),
            means: "Whether forks are collected.",
        },
        Key {
            name: "token_env",
            value: "the name of an environment variable",
            default: Default::Value(r#""GITHUB_TOKEN""#),
            means: "The environment variable that holds the token.",
        },
        Key {
            name: "token_file",
            value: "a path",
            default: Default::Absent { example: r#""/run/secrets/github-token""# },
            means: "A file that holds the token, instead of `token_env`. It is read again while this \
                    runs, so that a new token can take its place. Relative paths start from the \
                    folder of this file.",
        },
        Key {
            name: "app_id",
            value: "a number, or a client ID",
            default: Default::Absent { example: "123456" },
            means: "A GitHub App, instead of a token: its id. The app must be installed on every \
                    account that this section names; each installation has limits of its own, and \
                    is a `source` called `name/account`.",
        },
        Key {
            name: "private_key_file",
            value: "a path",
            default: Default::Absent { example: r#""/run/secrets/github-app.pem""# },
            means: "The app's private key, in PEM. It is read again for every token, so that a new \
                    key can take its place. Relative paths start from the folder of this file.",
        },
        Key {
            name: "installation_id",
            value: "a number",
            default: Default::Absent { example: "7654321" },
            means: "The app's installation, where this section names one account and the \
                    installation is not to be looked up.",
        },
        Key {
            name: "webhook_secret_env",
            value: "the name of an environment variable",
            default: Default::Absent { example: r#""GITHUB_WEBHOOK_SECRET""# },
            means: "The environment variable that holds the secret of the webhooks that tell this \
                    source's news to `/webhooks/github`, so that they are read at once. Without it or \
                    `webhook_secret_file` the path is closed.",
        },
        Key {
            name: "webhook_secret_file",
            value: "a path",
            default: Default::Absent { example: r#""/run/secrets/github-webhook""# },
            means: "A file with that secret instead; several, one a line, while it is changed. Where \
                    several sections have one, the secret that signed an event says whose it is. \
                    Relative paths start from the folder of this file.",
        },
    ],
    tables: &[],
    later: &[],
};

/// How its webhooks come to their secret, in messages.
const WEBHOOK_REMEDY: &str = "write into it the secret that was given to the webhook in GitHub's \
                              settings; several, one a line, while it is changed";

pub(super) fn read(
    written: Option<Vec<Reader<'_>>>,
    sources: &Sources,
    folder: &Path,
    report: &Report,
) -> Vec<GitHubSettings> {
    let Some(written) = written else { return Vec::new() };
    if written.is_empty() {
        report.add(
            SECTION.path,
            None,
            match sources.file {
                Some(_) => {
                    "nothing to collect; write a [[github]] section with organizations or \
                     repositories, or add --repo owner/name or --org name"
                }
                None => {
                    "nothing to collect, and no configuration file is read unless it is named; \
                     start with --config FILE (config.example.toml shows all of it), or set \
                     GITHUB_TOKEN and start with `dora-exporter run --repo owner/name` or \
                     `--org name`; `dora-exporter demo` needs neither"
                }
            },
        );
    }
    let mut names = BTreeSet::new();
    written.iter().map(|reader| read_one(reader, sources, folder, &mut names)).collect()
}

fn read_one(
    reader: &Reader<'_>,
    sources: &Sources,
    folder: &Path,
    names: &mut BTreeSet<String>,
) -> GitHubSettings {
    let name = reader.parsed("name", |text| name(text, names)).unwrap_or_default();
    if reader.is_empty_list("organizations") && reader.is_empty_list("repositories") {
        reader.section_problem(
            "nothing to collect; write organizations = [\"acme\"] or repositories = \
             [\"acme/api\", \"acme/pay-*\"]",
        );
    }
    let api_url = reader.parsed("api_url", urls::api_url).unwrap_or_default();
    let graphql_url = if reader.has("graphql_url") {
        reader.parsed("graphql_url", urls::url).unwrap_or_default()
    } else {
        urls::graphql_url(&api_url)
    };
    let ca_file = reader.parsed("ca_file", |text| certificates(&folder.join(text)));
    let mut settings = GitHubSettings {
        host: name.clone(),
        name,
        api_url,
        graphql_url,
        ca_file,
        organizations: reader.parsed_list("organizations", organization),
        repositories: reader.parsed_list("repositories", collected_repository),
        exclude: reader.parsed_list("exclude", RepositoryPattern::parse),
        include_archived: reader.flag("include_archived").unwrap_or_default(),
        include_forks: reader.flag("include_forks").unwrap_or_default(),
        shard: Shard::WHOLE,
        credential: Credential::Token(TokenSettings::default()),
        webhook_secrets: credentials::webhook_secrets(reader, sources, folder, WEBHOOK_REMEDY),
    };
    settings.credential = access::read(reader, sources, folder, settings.accounts().len());
    settings
}

fn name(text: &str, names: &mut BTreeSet<String>) -> Result<String, String> {
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err("is no name; write one such as github".to_owned());
    }
    if !names.insert(text.to_owned()) {
        return Err(format!("`{text}` names another [[github]] already; write another name"));
    }
    Ok(text.to_owned())
}

pub(super) fn organization(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
        return Ok(text.to_owned());
    }
    Err(if text.contains('/') {
        format!("`{text}` is no organisation; write its login alone, or put it into repositories")
    } else {
        format!("`{text}` is no organisation; write its login, such as acme")
    })
}

fn collected_repository(text: &str) -> Result<RepositoryPattern, String> {
    let pattern = RepositoryPattern::parse(text)?;
    match pattern.owner() {
        Some(_) => Ok(pattern),
        None => Err(format!(
            "`{text}` leaves the owner open, and nobody can list all of GitHub; write the owner out, \
             such as acme/*"
        )),
    }
}
