//! Renders `config.example.toml` from the declared keys too, and holds both files to it:
//! `UPDATE_DOCS=1 cargo test config` writes them anew.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::config::keys::{Key, Section};
use crate::config::load;
use crate::config::tests::load_text;
use std::path::Path;

const EXAMPLE: &str = "config.example.toml";
const REFERENCE: &str = "docs/configuration.md";

const EXAMPLE_INTRODUCTION: &str = "\
dora-exporter: every key, with its meaning and its default. The file is valid as it stands; keys \
that are left out have their defaults, and so have sections. Keys of sections in single brackets can \
be set by the environment too, which goes over the file: `DORA__SERVER__LISTEN_ADDRESS`, with two \
underscores after DORA and between section and key, lists separated by commas. Flags go over both. \
Unknown keys are refused. Durations are whole numbers with units: 30s, 5m, 24h, 90d, 2w, 1h30m.";

fn example() -> String {
    let mut text = comment(EXAMPLE_INTRODUCTION);
    for section in SECTIONS {
        let _ = write!(text, "\n{}{}\n", comment(section.means), section.header());
        for (at, key) in section.keys.iter().enumerate() {
            let blank = if at == 0 { "" } else { "\n" };
            let (note, line) = match key.default {
                Default::Value(value) => (
                    format!("Default: {value}."),
                    format!("{} = {}", key.name, sample(section, key)),
                ),
                Default::Absent { example } => {
                    ("No default.".to_owned(), format!("# {} = {example}", key.name))
                }
                Default::Required { example } => {
                    ("Required.".to_owned(), format!("{} = {example}", key.name))
                }
            };
            let _ = writeln!(text, "{blank}{}{}{line}", comment(key.means), comment(&note));
        }
    }
    text
}

/// What the example writes: the default, but for the one key without which nothing is collected.
fn sample(section: &Section, key: &Key) -> &'static str {
    match (section.path, key.name, key.default) {
        ("github", "organizations", _) => "[\"acme\"]",
        (_, _, Default::Value(value)) => value,
        _ => "",
    }
}

/// Comment lines of at most 100 characters; what stands between backticks is not broken.
fn comment(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last) if last.matches('`').count() % 2 == 1 => *last = format!("{last} {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    let mut lines = vec!["#".to_owned()];
    for word in words {
        let last = lines.len() - 1;
        if lines[last].chars().count() + 1 + word.chars().count() > 100 {
            lines.push(format!("# {word}"));
        } else {
            lines[last] = format!("{} {word}", lines[last]);
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn hold(file: &str, rendered: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, rendered).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, rendered, "{file} is stale: run `UPDATE_DOCS=1 cargo test config`");
}

#[test]
fn the_example_and_the_reference_say_what_the_code_does() {
    hold(EXAMPLE, &example());
    hold(REFERENCE, &reference());
}

#[test]
fn the_example_is_valid_as_it_stands_and_names_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE);
    let sources = crate::config::Sources {
        file: Some(crate::config::ConfigFile::Path(path.clone())),
        environment: [("GITHUB_TOKEN".to_owned(), "t".to_owned())].into(),
        ..crate::config::Sources::default()
    };
    let settings = load(&sources).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(settings.github[0].organizations, ["acme"]);
    let text = std::fs::read_to_string(path).unwrap();
    for section in SECTIONS {
        let (_, body) = text.split_once(&format!("\n{}\n", section.header())).unwrap();
        let body = body.split("\n[").next().unwrap();
        for key in section.keys {
            let written =
                |line: &str| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name));
            assert!(body.lines().any(written), "{} in {}", key.name, section.header());
        }
    }
}

#[test]
fn each_documented_default_is_the_real_one() {
    let minimal = "[[github]]\nrepositories = [\"acme/api\"]\n";
    let read = |text: &str| {
        let settings = load_text(text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        format!("{settings:?}")
    };
    for section in SECTIONS {
        let required = section.keys.iter().filter_map(|key| match key.default {
            Default::Required { example } => Some(format!("{} = {example}\n", key.name)),
            _ => None,
        });
        let required: String = required.collect();
        let bare = match required.as_str() {
            "" => minimal.to_owned(),
            required => format!("{minimal}{}\n{required}", section.header()),
        };
        let left_out = read(&bare);
        for key in section.keys {
            let Default::Value(value) = key.default else { continue };
            if section.path == "github" && key.name == "repositories" {
                continue;
            }
            let line = format!("{} = {value}\n", key.name);
            let text = match section.path {
                "github" => format!("{minimal}{line}"),
                _ => format!("{minimal}{}\n{required}{line}", section.header()),
            };
            assert_eq!(read(&text), left_out, "{text}");
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_measures() {
    let settings = load_text("[[github]]\norganizations = [\"acme\"]\n", &[]).unwrap();
    let day = 86_400;
    assert_eq!(settings.server.listen_address.to_string(), "0.0.0.0:13672");
    assert_eq!(settings.server.telemetry_path, "/metrics");
    assert_eq!(settings.store.path, Path::new("dora.db"));
    let collection = &settings.collection;
    assert_eq!((collection.lookback, collection.sweep_interval), (120 * day, 300));
    assert_eq!((collection.reconcile_interval, collection.budget_share), (day, 0.8));
    let measures = &settings.measures;
    let windows: Vec<(&str, i64)> = measures
        .windows
        .iter()
        .map(|(text, window)| (text.as_str(), window.length / day))
        .collect();
    assert_eq!(windows, [("7d", 7), ("30d", 30), ("90d", 90)]);
    assert_eq!(measures.same_deployment_window, delivery::ledger::SAME_DEPLOYMENT_WINDOW);
    assert_eq!((measures.settle_after, measures.seed_prime_after), (900, 300));
    assert!(measures.direct_commits && measures.seed_surface);
    assert_eq!(settings.failures.incident_window, delivery::ledger::INCIDENT_WINDOW);
    assert_eq!(settings.failures.rules.len(), 5);
    assert!(settings.failures.hotfix.matches(&["hotfix"], None, ""));
    assert!(settings.failures.hotfix.matches(&[], Some("hotfix/x"), ""));
    assert!(settings.failures.hotfix.matches(&[], None, "Hotfix: x"));
    assert_eq!(settings.exposition.max_series, 1_000_000);
    assert_eq!(settings.incidents[0].labels, ["incident"]);
    assert!(settings.incidents[0].repositories.is_empty());
    assert_eq!(settings.log.level, "info");
    let github = &settings.github[0];
    assert_eq!(github.name, "github");
    assert_eq!(github.api_url, "https://api.github.com");
    assert_eq!(github.graphql_url, "https://api.github.com/graphql");
    assert_eq!(github.credential.origin(), "the environment variable GITHUB_TOKEN");
    assert!(!github.include_archived && !github.include_forks);
}
