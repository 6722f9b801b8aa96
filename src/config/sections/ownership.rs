//! `[ownership]` and `[[ownership.rules]]`: which team owns what.

use super::choice;
use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::RepositoryPattern;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::{OwnershipRule, OwnershipSettings, OwnershipSource};
use delivery::domain::{MINUTE, Span, TeamName};

pub(super) static SECTION: Section = Section {
    path: "ownership",
    repeated: false,
    means: "Which team owns what. A component that nobody claims is shown under the team `unowned`, \
            so that nothing disappears.",
    keys: &[
        Key {
            name: "order",
            value: "a list of `rules`, `catalog`, `custom_property`, `github_team`, `codeowners` \
                    and `topic`",
            default: Default::Value(
                r#"["rules", "catalog", "custom_property", "github_team", "codeowners", "topic"]"#,
            ),
            means: "The sources that are asked who owns a component, in this order; the first answer \
                    wins, and the label `source` of `dora_component_info` tells which it was. \
                    `rules` are those of `[[ownership.rules]]`, `catalog` the files \
                    `catalog-info.yaml` at the root of a repository and in its folders, \
                    `custom_property` a property that the organisation defines, `github_team` the \
                    most specific team that may write to the repository, `codeowners` the last line \
                    of `CODEOWNERS` that holds for the component's folder, `topic` a topic of the \
                    repository. A source that names several teams gives no answer. Sources that \
                    are left out are not asked.",
        },
        Key {
            name: "refresh_interval",
            value: "a duration such as `1h`",
            default: Default::Value(r#""1h""#),
            means: "How often sources at GitHub are asked again; new repositories are asked for as \
                    soon as they are found. A source that fails keeps its last answer.",
        },
        Key {
            name: "custom_property",
            value: "a name",
            default: Default::Value(r#""team""#),
            means: "The custom property whose value is the team. The token needs Custom properties: \
                    read of the organisation.",
        },
        Key {
            name: "topic_prefix",
            value: "a text",
            default: Default::Value(r#""team-""#),
            means: "What a topic starts with that names the team: `team-payments` means `payments`.",
        },
    ],
    tables: &["rules"],
    later: &[],
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

/// The sources by the words that the order has for them.
const SOURCES: [(&str, OwnershipSource); 6] = [
    ("rules", OwnershipSource::Rules),
    ("catalog", OwnershipSource::Catalog),
    ("custom_property", OwnershipSource::CustomProperty),
    ("github_team", OwnershipSource::GitHubTeam),
    ("codeowners", OwnershipSource::CodeOwners),
    ("topic", OwnershipSource::Topic),
];
/// The shortest interval: what is asked again are whole lists.
const SHORTEST_INTERVAL: Span = MINUTE;

pub(super) fn read(reader: &Reader<'_>, report: &Report) -> OwnershipSettings {
    let mut order = Vec::new();
    for item in reader.list("order") {
        match choice(&item.text, &SOURCES, &[]) {
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
    OwnershipSettings {
        order,
        refresh_interval: reader
            .span_of_at_least("refresh_interval", SHORTEST_INTERVAL)
            .unwrap_or_default(),
        custom_property: reader.parsed("custom_property", one_line).unwrap_or_default(),
        topic_prefix: reader.parsed("topic_prefix", one_line).unwrap_or_default(),
        template_annotation: String::new(),
        rules: rules.iter().filter_map(rule).collect(),
    }
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

fn one_line(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("is empty; take the source out of `order` where it is not used".to_owned()),
        text if text.contains(char::is_control) => {
            Err("holds a control character; write it on one line".to_owned())
        }
        text => Ok(text.to_owned()),
    }
}
