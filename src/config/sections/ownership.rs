//! `[ownership]` and `[[ownership.rules]]`: which team owns what.

use super::choice;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::RepositoryPattern;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::{OwnershipRule, OwnershipSettings, OwnershipSource};
use delivery::domain::TeamName;

pub(super) static SECTION: Section = Section {
    path: "ownership",
    repeated: false,
    means: "Which team owns what. A component that nobody claims is shown under the team `unowned`, \
            so that nothing disappears.",
    keys: &[Key {
        name: "order",
        value: "a list of `rules`",
        default: Default::Value(r#"["rules"]"#),
        means: "The sources that are asked who owns a component, in this order; the first answer \
                wins. `rules` are those of `[[ownership.rules]]`.",
    }],
    tables: &["rules"],
    later: &["custom_property", "topic_prefix"],
};

pub(super) static RULES: Section = Section {
    path: "ownership.rules",
    repeated: true,
    means: "A team and the repositories that it owns; the first rule that matches wins.",
    keys: &[
        Key {
            name: "repositories",
            value: "a list of names and globs of repositories",
            default: Default::Required { example: r#"["acme/pay-*"]"# },
            means: "The repositories, as `owner/name` or globs such as `acme/pay-*` and \
                    `*/legacy-*`.",
        },
        Key {
            name: "team",
            value: "a name",
            default: Default::Required { example: r#""payments""# },
            means: "The team's name, as the label `team` shows it.",
        },
    ],
    tables: &[],
    later: &[],
};

/// Sources of ownership that later versions will ask.
const LATER: [&str; 5] = ["catalog", "custom_property", "github_team", "codeowners", "topic"];

pub(super) fn read(reader: &Reader<'_>, report: &Report) -> OwnershipSettings {
    let mut order = Vec::new();
    for item in reader.list("order") {
        match choice(&item.text, &[("rules", OwnershipSource::Rules)], &LATER) {
            Ok(source) if order.contains(&source) => {
                reader.item_problem(&item, "is written twice; remove one");
            }
            Ok(source) => order.push(source),
            Err(message) => reader.item_problem(&item, message),
        }
    }
    let rules = Reader::open_all(&RULES, reader.table("rules"), report).unwrap_or_default();
    if reader.is_empty_list("order") && !rules.is_empty() {
        reader.problem("order", "leaves out the rules that are written; write [\"rules\"]");
    }
    OwnershipSettings { order, rules: rules.iter().filter_map(rule).collect() }
}

fn rule(reader: &Reader<'_>) -> Option<OwnershipRule> {
    if reader.has("repositories") && reader.is_empty_list("repositories") {
        reader.problem("repositories", "is empty; write for example [\"acme/pay-*\"]");
    }
    let repositories = reader.parsed_list("repositories", RepositoryPattern::parse);
    let team = reader.parsed("team", |text| {
        let name = text.trim();
        if name.is_empty() {
            Err("is empty; write the team's name, such as payments".to_owned())
        } else if name.contains(char::is_control) {
            Err("holds a control character; write the team's name on one line".to_owned())
        } else {
            Ok(TeamName::from(name))
        }
    });
    Some(OwnershipRule { repositories, team: team? })
}
