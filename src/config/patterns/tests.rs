//! Every example of the documented rules, and the traps beside them.

#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

const BUILT_IN: &str = r"(?i)^(prod(uction)?([-_/ .:].*)?|live|[^/]+/(prod(uction)?|live))$";

fn rule(environments: &[&str], exclude: &[&str]) -> EnvironmentRule {
    EnvironmentRule::new(environments, exclude).unwrap()
}

#[test]
fn production_is_what_is_called_so() {
    let rule = rule(&[], &["*canary*"]);
    for (environment, expected) in [
        ("production", true),
        ("prod", true),
        ("PROD", true),
        ("Production", true),
        ("production-eu", true),
        ("production/eu/west", true),
        ("prod_us", true),
        ("prod.eu", true),
        ("prod:eu", true),
        ("Production EU", true),
        ("live", true),
        ("eu/prod", true),
        ("acme/production", true),
        ("shop/live", true),
        ("pre-production", false),
        ("nonprod", false),
        ("product-demo", false),
        ("products", false),
        ("liverpool", false),
        ("live-eu", false),
        ("eu/us/prod", false),
        ("/prod", false),
        ("staging", false),
        ("production-canary", false),
        ("CANARY/prod", false),
        ("", false),
    ] {
        assert_eq!(rule.contains(environment), expected, "{environment}");
    }
}

#[test]
fn configured_environments_are_added_and_excluded_ones_win() {
    let rule = rule(&["customer-*", "main"], &["*/internal", "prod-test"]);
    for (environment, expected) in [
        ("Customer-a/eu", true),
        ("main", true),
        ("maintenance", false),
        ("production-canary", true),
        ("customer-a/Internal", false),
        ("prod-test", false),
    ] {
        assert_eq!(rule.contains(environment), expected, "{environment}");
    }
}

proptest! {
    #[test]
    fn the_built_in_pattern_is_the_documented_expression(
        parts in prop::collection::vec("prod|uction|PROD|live|/|-|_| |\\.|:|eu|é", 0..6)
    ) {
        let environment = parts.concat();
        let documented = Regex::new(BUILT_IN).unwrap().is_match(&environment);
        prop_assert_eq!(is_called_production(&environment), documented, "{}", environment);
    }
}

#[test]
fn a_glob_over_repositories_stays_within_the_owner_and_ignores_case() {
    let pattern = RepositoryPattern::parse("Acme/pay-*").unwrap();
    assert!(pattern.matches("acme/Pay-api"));
    assert!(!pattern.matches("acme/pay"));
    assert!(!pattern.matches("acme2/pay-api"));
    assert!(!pattern.is_exact());
    assert_eq!(pattern.owner(), Some("Acme"));
    assert_eq!(RepositoryPattern::parse("*/pay").unwrap().owner(), None);
    let exact = RepositoryPattern::parse("acme/.github").unwrap();
    assert!(exact.is_exact() && exact.matches("Acme/.GitHub"));
    assert_eq!(exact.text(), "acme/.github");
}

#[test]
fn what_names_no_repository_is_refused_with_advice() {
    for (text, part) in [
        ("api", "has no owner; write owner/api"),
        ("pay-*", "has no owner; write owner/pay-*"),
        ("", "is no repository; write owner/name"),
        ("acme/", "is no repository"),
        ("/api", "is no repository"),
        ("a/b/c", "is no repository"),
        ("https://github.com/acme/api", "is no repository"),
        ("acme/a b", "is no repository"),
        ("acme/[a", "close the `[`"),
        ("acme/{a", "close the `{`"),
        ("acme/a}", "remove the `}`"),
        ("acme/[z-a]", "smaller end"),
        ("acme/a\\", "remove the `\\`"),
    ] {
        let error = RepositoryPattern::parse(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_hotfix_is_marked_by_a_label_a_branch_or_a_title() {
    let rule = HotfixRule::new(&["hotfix"], &["hotfix/*"], &[r"^hotfix\b"]).unwrap();
    for (labels, branch, title, expected) in [
        (&["bug", "HotFix"][..], None, "", true),
        (&["hotfix-later"][..], None, "", false),
        (&[][..], Some("hotfix/a/b"), "", true),
        (&[][..], Some("Hotfix/a"), "", true),
        (&[][..], Some("fix/hotfix/a"), "", false),
        (&[][..], None, "HOTFIX: login", true),
        (&[][..], None, "hotfixes", false),
        (&[][..], None, "a hotfix", false),
        (&[][..], None, "", false),
    ] {
        assert_eq!(rule.matches(labels, branch, title), expected, "{labels:?} {branch:?} {title}");
    }
}

#[test]
fn the_fingerprint_of_hotfix_patterns_tells_other_patterns_but_not_their_order() {
    let of = |labels: &[&str], branches: &[&str]| {
        HotfixRule::new(labels, branches, &[]).unwrap().fingerprint()
    };
    assert_eq!(of(&["a", "b"], &[]), of(&["b", "a", "a"], &[]));
    assert_ne!(of(&["a"], &[]), of(&["b"], &[]));
    assert_ne!(of(&["a"], &[]), of(&[], &["a"]));
    assert_ne!(of(&["a", "b"], &[]), of(&["a\", \"b"], &[]));
}

#[test]
fn a_bad_expression_is_refused_on_one_line() {
    let error = title_expression("(hotfix").unwrap_err();
    assert!(error.contains("unclosed group") && !error.contains('\n'), "{error}");
    assert!(title_expression("a{1000}{1000}{1000}").unwrap_err().contains("too large"));
}
