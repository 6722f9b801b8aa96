//! `[[overrides]]`: which entry decides which key of which repository, and what is refused.

use super::{MINIMAL, load_text, problems};
use crate::config::{RepositoryRules, Settings};
use delivery::domain::{DAY, HOUR, MINUTE};
use delivery::ledger::{LeadTimeStart, ProductionEnvironments, Reason};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const ENTRIES: &str = r#"
[production]
environments = ["main"]
[measures]
exclude_authors = ["renovate"]
[failures]
incident_window = "12h"

[[overrides]]
repositories = ["acme/legacy-one", "acme/other"]
[overrides.measures]
lead_time_start = "opened"
exclude_authors = []
[overrides.failures]
hotfix_labels = ["urgent"]

[[overrides]]
repositories = ["Acme/Legacy-*"]
measures = { windows = ["14d", "2d"], lead_time_start = "merged", direct_commits = false, same_deployment_window = "0s" }
failures = { rules = ["incident"], incident_window = "4h", hotfix_labels = ["never"], hotfix_branches = ["fix/*"], hotfix_titles = ['^fix\b'] }
production = { environments = ["customer-*"], exclude = ["*-test"] }
"#;

fn settings(more: &str) -> Settings {
    load_text(&format!("{MINIMAL}{more}"), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn rules(settings: &Settings, full_name: &str) -> Arc<RepositoryRules> {
    settings.by_repository(RepositoryRules::clone).of(full_name)
}

#[test]
fn an_entry_overrides_the_keys_that_it_gives_and_no_others() {
    let settings = settings(ENTRIES);
    let (legacy, api) = (rules(&settings, "acme/legacy-two"), rules(&settings, "acme/api"));
    let windows = |rules: &RepositoryRules| -> Vec<(String, i64)> {
        let windows = rules.measures.windows.iter();
        windows.map(|(label, window)| (label.clone(), window.length / DAY)).collect()
    };
    assert_eq!(windows(&legacy), [("14d".to_owned(), 14), ("2d".to_owned(), 2)]);
    assert_eq!(windows(&api).len(), 3);
    assert_eq!(legacy.measures.lead_time_start, LeadTimeStart::Merged);
    assert_eq!(api.measures.lead_time_start, LeadTimeStart::FirstCommit);
    assert_eq!((legacy.measures.direct_commits, api.measures.direct_commits), (false, true));
    let spans = |rules: &RepositoryRules| {
        (rules.measures.same_deployment_window, rules.failures.incident_window)
    };
    assert_eq!(spans(&legacy), (0, 4 * HOUR));
    assert_eq!(spans(&api), (10 * MINUTE, 12 * HOUR));
    assert_eq!(legacy.measures.exclude_authors, ["renovate"], "what is not given holds as it does");
    assert_eq!(Vec::from_iter(legacy.failures.rules.clone()), [Reason::Incident]);
    assert_eq!(api.failures.rules.len(), 5);
    for (name, in_legacy, in_api) in [
        ("production", true, true),
        ("customer-7", true, false),
        ("customer-test", false, false),
        ("main", false, true),
        ("production-canary", true, false),
    ] {
        let found = (legacy.production.contains(name), api.production.contains(name));
        assert_eq!(found, (in_legacy, in_api), "{name}");
    }
    for (label, branch, title, in_legacy, in_api) in [
        ("never", "x", "x", true, false),
        ("hotfix", "x", "x", false, true),
        ("x", "fix/y", "x", true, false),
        ("x", "hotfix/y", "x", false, true),
        ("x", "x", "Fix it", true, false),
        ("x", "x", "Hotfix it", false, true),
    ] {
        let marks =
            |rules: &RepositoryRules| rules.failures.hotfix.matches(&[label], Some(branch), title);
        assert_eq!((marks(&legacy), marks(&api)), (in_legacy, in_api), "{label} {branch} {title}");
    }
}

#[test]
fn of_the_entries_that_match_the_first_that_gives_a_key_decides_it() {
    let settings = settings(ENTRIES);
    let one = rules(&settings, "acme/legacy-one");
    assert_eq!(one.measures.lead_time_start, LeadTimeStart::Opened, "the first entry's");
    assert!(one.measures.exclude_authors.is_empty(), "an empty list is given too");
    assert!(!one.measures.direct_commits, "only the second entry gives it");
    assert_eq!(one.failures.incident_window, 4 * HOUR);
    assert!(one.failures.hotfix.matches(&["urgent"], None, ""));
    assert!(!one.failures.hotfix.matches(&["never"], None, ""));
    assert!(one.failures.hotfix.matches(&[], Some("fix/x"), ""), "hotfix keys are decided apart");
    let other = rules(&settings, "ACME/Other");
    assert_eq!(other.measures.lead_time_start, LeadTimeStart::Opened);
    assert!(other.measures.direct_commits && other.production.contains("main"));
}

#[test]
fn severities_may_differ_by_repository_and_every_one_that_is_spoken_of_is_kept() {
    let settings = settings(
        "[failures]\nseverities = [\"Sev1\"]\n[[overrides]]\nrepositories = [\"acme/legacy-*\"]\n\
         failures = { severities = [\"P1\", \"p2\"] }\n\
         [[incidents]]\nseverities = [\"sev1\", \"SEV2\"]\n",
    );
    let of = |name: &str| Vec::from_iter(rules(&settings, name).failures.severities.clone());
    assert_eq!(of("acme/api"), ["sev1".into()]);
    assert_eq!(of("acme/legacy-one"), ["p1".into(), "p2".into()]);
    let told: Vec<&str> = settings.incidents[0].told.iter().map(|one| &**one).collect();
    assert_eq!(told, ["p1", "p2", "sev1", "sev2"]);
    assert_eq!(settings.incidents[0].severities.len(), 2);
}

#[test]
fn what_holds_for_all_repositories_alike_is_the_same_in_every_repository() {
    let everywhere = "[measures]\nseed_surface = false\nsettle_after = \"1m\"\n";
    let settings = settings(&ENTRIES.replace("[measures]\n", everywhere));
    let legacy = rules(&settings, "acme/legacy-two");
    assert!(!legacy.measures.seed_surface);
    assert_eq!(legacy.measures.settle_after, MINUTE);
}

#[test]
fn rules_are_made_once_for_all_repositories_that_the_same_entries_match() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let by_repository = settings(ENTRIES).by_repository(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    for name in ["acme/api", "acme/legacy-2", "acme/legacy-3", "acme/legacy-one", "acme/web"] {
        by_repository.of(name);
        by_repository.clone().of(name);
    }
    assert_eq!(made.load(Ordering::Relaxed), 3, "everywhere, the second entry, both");
}

#[test]
fn fingerprints_differ_only_where_an_entry_changes_the_patterns() {
    let (without, with) =
        (settings("[production]\nenvironments = [\"main\"]\n"), settings(ENTRIES));
    let texts = |settings: &Settings, name: &str| {
        let rules = rules(settings, name);
        (rules.production.fingerprint(), rules.failures.hotfix.fingerprint())
    };
    assert_eq!(texts(&with, "acme/api"), texts(&without, "acme/api"));
    let (production, hotfix) = texts(&with, "acme/other");
    assert_eq!(production, texts(&without, "acme/api").0);
    assert_ne!(hotfix, texts(&without, "acme/api").1);
}

#[test]
fn the_key_that_decides_about_environments_is_named() {
    let overrides = settings(ENTRIES).overrides;
    assert_eq!(overrides.environments_key("acme/other"), "production.environments");
    assert_eq!(overrides.environments_key("acme/legacy-x"), "overrides[1].production.environments");
}

/// What follows `repositories` in an entry whose header is line 3, and the one problem it gives.
static MISTAKES: &[(&str, &str)] = &[
    (
        "measures = { settle_after = \"1m\" }",
        "overrides[0].measures.settle_after (dora.toml, line 5): holds for all repositories alike; \
         write it in [measures], or remove it",
    ),
    (
        "measures = { seed_surface = false }",
        "overrides[0].measures.seed_surface (dora.toml, line 5): holds for all repositories alike; \
         write it in [measures], or remove it",
    ),
    (
        "measures = { seed_prime_after = \"1m\" }",
        "overrides[0].measures.seed_prime_after (dora.toml, line 5): holds for all repositories \
         alike; write it in [measures], or remove it",
    ),
    (
        "measures = { benchmark = \"2023\" }",
        "overrides[0].measures.benchmark (dora.toml, line 5): holds for all repositories alike; \
         write it in [measures], or remove it",
    ),
    (
        "measures = { lead_time_strat = \"opened\" }",
        "overrides[0].measures.lead_time_strat (dora.toml, line 5): no such key; did you mean \
         `lead_time_start`?",
    ),
    (
        "[overrides.measures]\nlead_time_start = \"closed\"",
        "overrides[0].measures.lead_time_start (dora.toml, line 6): `closed` is unknown; write one \
         of `first_commit`, `opened`, `merged`",
    ),
    (
        "measures = { windows = [\"91d\"] }",
        "overrides[0].measures.windows[0] (dora.toml, line 5): `91d` is too long for \
         collection.lookback (120d); write at most 90d, or set collection.lookback to 121d or more",
    ),
    (
        "measures = { windows = [] }",
        "overrides[0].measures.windows (dora.toml, line 5): is empty; write at least one window, \
         such as \"30d\"",
    ),
    (
        "measures = { windows = \"14d\" }",
        "overrides[0].measures.windows (dora.toml, line 5): is a text; write a list of durations: \
         windows = [\"7d\", \"30d\", \"90d\"]",
    ),
    (
        "measures = { exclude_authors = [\"@ada\"] }",
        "overrides[0].measures.exclude_authors[0] (dora.toml, line 5): is no login; write it as in \
         the profile's address, without `@`",
    ),
    (
        "measures = { same_deployment_window = \"5\" }",
        "overrides[0].measures.same_deployment_window (dora.toml, line 5): `5` has no unit; write \
         5s, 5m, 5h, 5d or 5w",
    ),
    (
        "measures = { direct_commits = \"no\" }",
        "overrides[0].measures.direct_commits (dora.toml, line 5): is a text; write true or false: \
         direct_commits = true",
    ),
    (
        "measures = \"opened\"",
        "overrides[0].measures (dora.toml, line 5): is a text; write a table of windows, \
         lead_time_start, direct_commits, exclude_authors, same_deployment_window",
    ),
    (
        "failures = { rules = [\"incident\", \"incident\"] }",
        "overrides[0].failures.rules[1] (dora.toml, line 5): is written twice; remove one",
    ),
    (
        "failures = { incident_window = \"0s\" }",
        "overrides[0].failures.incident_window (dora.toml, line 5): `0s` is too short; write at \
         least 1s",
    ),
    (
        "failures = { hotfix_titles = [\"(\"] }",
        "overrides[0].failures.hotfix_titles[0] (dora.toml, line 5): `(` is no regular expression \
         (unclosed group); write one such as ^hotfix\\b",
    ),
    (
        "production = { environments = [\"[\"] }",
        "overrides[0].production.environments[0] (dora.toml, line 5): `[` is no glob (unclosed \
         character class; missing ']'); close the `[` with `]`, or write `[[]` for the character",
    ),
    (
        "production = { exclude = \"canary\" }",
        "overrides[0].production.exclude (dora.toml, line 5): is a text; write a list of globs: \
         exclude = [\"*canary*\"]",
    ),
    (
        "measures = { direct_commits = false }\nexposition = { component_detail = \"full\" }",
        "overrides[0].exposition (dora.toml, line 6): no such key; [[overrides]] has repositories, \
         measures, failures, production",
    ),
];

#[test]
fn every_mistake_is_told_with_its_place_and_what_to_write() {
    for (written, expected) in MISTAKES {
        let text = format!("[[overrides]]\nrepositories = [\"acme/*\"]\n{written}\n");
        assert_eq!(problems(&format!("{MINIMAL}{text}"), &[]), *expected, "{text}");
    }
    let direct = "measures = { direct_commits = false }\n";
    for (repositories, expected) in [
        (
            "",
            "overrides[0].repositories (dora.toml, line 3): is missing; write for example \
             repositories = [\"acme/legacy-*\"]",
        ),
        (
            "repositories = []\n",
            "overrides[0].repositories (dora.toml, line 4): is empty; write for example \
             [\"acme/legacy-*\"]",
        ),
        (
            "repositories = [\"legacy\"]\n",
            "overrides[0].repositories[0] (dora.toml, line 4): `legacy` has no owner; write \
             owner/legacy",
        ),
    ] {
        let text = format!("{MINIMAL}[[overrides]]\n{repositories}{direct}");
        assert_eq!(problems(&text, &[]), expected);
    }
    assert_eq!(
        problems(&format!("{MINIMAL}[overrides]\n"), &[]),
        "overrides (dora.toml, line 3): is a table; it may be written several times: write \
         [[overrides]]"
    );
}
