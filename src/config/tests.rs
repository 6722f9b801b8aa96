//! How layers become settings, and what is told when they cannot.

#![allow(clippy::unwrap_used, clippy::panic)]

mod credentials;
mod deployments;
mod mistakes;
mod overrides;
mod pagerduty;
mod pages;
mod platform;
mod self_service;
mod surveys;
mod webhooks;

use super::*;
use secrecy::ExposeSecret;

/// Loads a file's text with the given variables beside a token.
pub(super) fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<Settings, Problems> {
    load(&sources(text, variables))
}

fn sources(text: &str, variables: &[(&str, &str)]) -> Sources {
    let token = ("GITHUB_TOKEN".to_owned(), "token-of-a-test".to_owned());
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Sources {
        file: Some(ConfigFile::Text { name: "dora.toml".into(), text: text.into() }),
        environment: std::iter::once(token).chain(variables).collect(),
        flags: Flags::default(),
    }
}

fn problems(text: &str, variables: &[(&str, &str)]) -> String {
    match load_text(text, variables) {
        Ok(settings) => panic!("accepted:\n{text}\n{settings:?}"),
        Err(problems) => problems.to_string(),
    }
}

const MINIMAL: &str = "[[github]]\nrepositories = [\"acme/api\"]\n";

#[test]
fn all_problems_are_told_at_once() {
    let text = "[github]\n[log]\nlevel = 3\nformat = 4\n[nonsense]\n[measures]\nwindows = [\"x\", \
                \"1m\"]\n";
    let problems = load_text(text, &[("DORA__LOG__COLOUR", "red")]).unwrap_err();
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    let expected = [
        "log.colour",
        "nonsense",
        "log.level",
        "log.format",
        "github",
        "measures.windows[0]",
        "measures.windows[1]",
    ];
    assert_eq!(keys, expected, "{problems}");
    assert_eq!(problems.to_string().lines().count(), problems.iter().count());
}

#[test]
fn a_file_that_is_no_toml_is_shown_with_line_and_caret() {
    let problems = problems("[server]\nlisten_address = :1\n", &[]);
    assert!(problems.starts_with("dora.toml: is no valid TOML: TOML parse error at line 2"));
    assert!(problems.contains("2 | listen_address = :1") && problems.contains('^'), "{problems}");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let file = Some(ConfigFile::Path("/nonexistent/dora.toml".into()));
    let problems = load(&Sources { file, ..sources("", &[]) }).unwrap_err().to_string();
    assert!(problems.starts_with("/nonexistent/dora.toml: cannot be read: No such file"));
    assert_eq!(problems.lines().count(), 1, "{problems}");
}

#[test]
fn with_neither_file_nor_flags_the_error_says_how_to_start() {
    let problems = load(&Sources { file: None, ..sources("", &[]) }).unwrap_err().to_string();
    assert!(problems.starts_with("github: nothing to collect"), "{problems}");
    assert!(problems.contains("--config FILE") && problems.contains("run --repo owner/name"));
    assert_eq!(problems.lines().count(), 1, "{problems}");
}

#[test]
fn a_repository_and_a_token_are_a_complete_configuration() {
    let flags = Flags {
        repositories: vec!["acme/api".into(), "acme/pay-*".into()],
        organizations: vec!["octo".into()],
        github_api_url: Some("http://127.0.0.1:8080/".into()),
        ..Flags::default()
    };
    let settings = load(&Sources { file: None, flags, ..sources("", &[]) }).unwrap();
    let github = &settings.github[0];
    assert!(github.repositories[1].matches("acme/pay-api"));
    assert_eq!(github.organizations, ["octo"]);
    assert_eq!(github.api_url, "http://127.0.0.1:8080");
    assert_eq!(github.graphql_url, "http://127.0.0.1:8080/graphql");
    assert_eq!(credentials::token(github).token.expose_secret(), "token-of-a-test");
}

#[test]
fn repositories_of_the_command_line_are_added_to_those_of_the_file() {
    let flags = Flags { repositories: vec!["acme/b".into()], ..Flags::default() };
    let settings = load(&Sources { flags, ..sources(MINIMAL, &[]) }).unwrap();
    let texts: Vec<&str> = settings.github[0].repositories.iter().map(|one| one.text()).collect();
    assert_eq!(texts, ["acme/api", "acme/b"]);

    let flags = Flags { repositories: vec!["b".into()], ..Flags::default() };
    let problems = load(&Sources { flags, ..sources(MINIMAL, &[]) }).unwrap_err().to_string();
    let expected = "github[0].repositories[1] (the flag --repo): `b` has no owner; write owner/b";
    assert_eq!(problems, expected);
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_file() {
    let text = format!("{MINIMAL}[log]\nlevel = \"warn\"\n[server]\ntelemetry_path = \"/file\"\n");
    let variables = [("DORA__LOG__LEVEL", "debug"), ("DORA__SERVER__TELEMETRY_PATH", "/variable")];
    let of_file = load_text(&text, &[]).unwrap();
    assert_eq!(
        (of_file.log.level.as_str(), of_file.server.telemetry_path.as_str()),
        ("warn", "/file")
    );
    let of_variables = load_text(&text, &variables).unwrap();
    assert_eq!(of_variables.log.level, "debug");
    let flags = Flags {
        log_level: Some("error".into()),
        store: Some("/tmp/x.db".into()),
        ..Flags::default()
    };
    let of_flags = load(&Sources { flags, ..sources(&text, &variables) }).unwrap();
    assert_eq!(of_flags.log.level, "error");
    assert_eq!(of_flags.server.telemetry_path, "/variable");
    assert_eq!(of_flags.store.path.to_str(), Some("/tmp/x.db"));
}

#[test]
fn variables_hold_lists_numbers_and_truth_values_as_text() {
    let settings = load_text(
        MINIMAL,
        &[
            ("DORA__MEASURES__WINDOWS", "7d, 60d,"),
            ("DORA__MEASURES__DIRECT_COMMITS", "false"),
            ("DORA__COLLECTION__BUDGET_SHARE", "0.5"),
            ("DORA__EXPOSITION__MAX_SERIES", "1000"),
            ("DORA__PRODUCTION__EXCLUDE", ""),
        ],
    )
    .unwrap();
    let windows: Vec<&str> =
        settings.measures.windows.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(windows, ["7d", "60d"]);
    assert!(!settings.measures.direct_commits);
    assert_eq!(settings.collection.budget_share, 0.5);
    assert_eq!(settings.exposition.max_series, 1000);
    use delivery::ledger::ProductionEnvironments;
    assert!(settings.production.contains("prod-canary"));
}

#[test]
fn bad_variables_are_named() {
    for (variable, value, problem) in [
        (
            "DORA__LOG__LEVLE",
            "debug",
            "log.levle (DORA__LOG__LEVLE): no such key; did you mean DORA__LOG__LEVEL?",
        ),
        (
            "DORA__LOG__COLOUR",
            "red",
            "log.colour (DORA__LOG__COLOUR): no such key; unset DORA__LOG__COLOUR, or see \
             docs/configuration.md for the names",
        ),
        (
            "DORA__GITHUB__NAME",
            "x",
            "github.name (DORA__GITHUB__NAME): [[github]] can be written several times and is set \
             in the configuration file only (--repo, --org and --github.api-url set what most \
             need); unset DORA__GITHUB__NAME",
        ),
        (
            "DORA__COLLECTION__BUDGET_SHARE",
            "half",
            "collection.budget_share (DORA__COLLECTION__BUDGET_SHARE): is a text; write a number \
             above 0, up to 1: budget_share = 0.8",
        ),
        (
            "DORA__MEASURES__WINDOWS",
            "7d,1h",
            "measures.windows[1] (DORA__MEASURES__WINDOWS): `1h` is too short; write at least 1d",
        ),
        (
            "DORA__SERVER__LISTEN_ADDRESS",
            "",
            "server.listen_address (DORA__SERVER__LISTEN_ADDRESS): `` is no address to listen on; \
             write an IP address and a port from 0 to 65535 such as 0.0.0.0:13672, [::]:13672 or \
             127.0.0.1:13672",
        ),
    ] {
        assert_eq!(problems(MINIMAL, &[(variable, value)]), problem, "{variable}");
    }
    let injected =
        [("DORA_EXPORTER_PORT", "tcp://10.0.0.1:13672"), ("DORA_EXPORTER_SERVICE_HOST", "x")];
    assert!(load_text(MINIMAL, &injected).is_ok());
}

#[test]
fn what_only_looks_at_the_store_needs_no_source_and_no_token() {
    let written = |text: &str| Sources { environment: [].into(), ..sources(text, &[]) };
    let offline = |text: &str| load_offline(&written(text));
    assert!(offline("").is_ok() && load(&written("")).is_err());
    let sourced = "[[github]]\norganizations = [\"acme\"]\ntoken_file = \"nowhere\"\n";
    assert_eq!(offline(sourced).unwrap().github[0].web_url(), "https://github.com");
    assert!(load(&written(sourced)).is_err());
    let problems = offline("[measures]\nwindow = 1\n").unwrap_err().to_string();
    assert!(problems.contains("measures.window"), "{problems}");
}
