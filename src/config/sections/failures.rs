//! `[failures]`: what makes a deployment a change failure.

use super::{choice, incidents};
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::{Glob, HotfixRule, title_expression};
use crate::config::reader::Reader;
use crate::config::rules::FailuresSettings;
use delivery::domain::Span;
use delivery::ledger::Reason;
use std::collections::BTreeSet;

pub(super) static SECTION: Section = Section {
    path: "failures",
    repeated: false,
    means: "What makes a deployment a change failure.",
    keys: &[
        Key {
            name: "rules",
            value: "a list of `linked`, `rollback`, `revert`, `hotfix` and `incident`",
            default: Default::Value(r#"["linked", "rollback", "revert", "hotfix", "incident"]"#),
            means: "The rules that find change failures: an incident or another source names the \
                    deployment; it was rolled back; a change that it shipped was reverted; a hotfix \
                    followed it; an incident opened soon after it. The first that matches, in this \
                    order, is the reason, whatever the order here. Rework counts repairs by all of \
                    them.",
        },
        Key {
            name: "incident_window",
            value: "a duration such as `24h`",
            default: Default::Value(r#""24h""#),
            means: "How long after a deployment an incident is blamed on it by the rule `incident`.",
        },
        Key {
            name: "severities",
            value: "a list of severities",
            default: Default::Value("[]"),
            means: "Severities of incidents, without regard to case, that make a deployment fail by \
                    the rule `incident`; empty: all, and incidents without one. A severity is a \
                    label of an issue, or the name of a priority or an urgency at PagerDuty. \
                    Incidents of other severities count as incidents and for the \
                    time to restore, and one that names its cause blames it in any case. Severities \
                    that no key spoke of before mean reading the look-back of incidents again.",
        },
        Key {
            name: "hotfix_labels",
            value: "a list of globs",
            default: Default::Value(r#"["hotfix"]"#),
            means: "Labels that mark a pull request as a hotfix, without regard to case.",
        },
        Key {
            name: "hotfix_branches",
            value: "a list of globs",
            default: Default::Value(r#"["hotfix/*"]"#),
            means: "Branches that mark their pull request as a hotfix; `*` matches `/` too.",
        },
        Key {
            name: "hotfix_titles",
            value: "a list of regular expressions",
            default: Default::Value(r"['^hotfix\b']"),
            means: "Titles of pull requests and headlines of direct commits that mark a hotfix, \
                    without regard to case. Other hotfix patterns than at the last start mean \
                    reading the look-back again.",
        },
    ],
    tables: &[],
    later: &[],
};

pub(super) fn read(reader: &Reader<'_>) -> FailuresSettings {
    FailuresSettings {
        rules: rules(reader),
        incident_window: incident_window(reader).unwrap_or_default(),
        severities: incidents::severities(reader, "severities"),
        hotfix: HotfixRule::of(
            reader.parsed_list("hotfix_labels", Glob::parse),
            reader.parsed_list("hotfix_branches", Glob::parse),
            reader.parsed_list("hotfix_titles", title_expression),
        ),
    }
}

/// How long after a deployment an incident is blamed on it; absent where that could not be read.
pub(super) fn incident_window(reader: &Reader<'_>) -> Option<Span> {
    reader.span_of_at_least("incident_window", 1)
}

/// The rules that find change failures.
pub(super) fn rules(reader: &Reader<'_>) -> BTreeSet<Reason> {
    let rules = Reason::ALL.map(|reason| (reason.name(), reason));
    let mut seen = BTreeSet::new();
    for item in reader.list("rules") {
        match choice(&item.text, &rules, &[]) {
            Ok(reason) if seen.insert(reason) => {}
            Ok(_) => reader.item_problem(&item, "is written twice; remove one"),
            Err(message) => reader.item_problem(&item, message),
        }
    }
    seen
}
