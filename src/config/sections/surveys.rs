//! `[surveys]`, `[[surveys.questions]]` and `[[surveys.teams]]`: what teams are asked.

use super::{choice, credentials};
use crate::config::components::Components;
use crate::config::keys::{Default, Key, Section};
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::OwnershipSettings;
use crate::config::sources::Sources;
use crate::config::surveys::{KnownTeams, SurveyQuestion, SurveySettings, plain};
use delivery::domain::{Dimension, Question, Scale, TeamName};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

pub(super) static SECTION: Section = Section {
    path: "surveys",
    repeated: false,
    means: "Surveys, as `dora-exporter import survey` and `POST /api/v1/surveys` take them. Only the \
            columns that are named here are read. What is changed here applies to later imports; \
            `docs/surveys.md` tells how to run a survey.",
    keys: &[
        Key {
            name: "minimum_responses",
            value: "a whole number from 3 on",
            default: Default::Value("5"),
            means: "The size of the smallest group of which anything is shown. Of a team with fewer \
                    responses neither scores nor their number are shown, nor what could be subtracted \
                    to tell them.",
        },
        Key {
            name: "team_column",
            value: "the header of a column",
            default: Default::Value(r#""team""#),
            means: "The column that names the team, unless an import is about one team only.",
        },
        Key {
            name: "id_column",
            value: "the header of a column",
            default: Default::Absent { example: r##""Response ID""## },
            means: "The column with the answers' ids, by which a file that holds an answer twice is \
                    refused. They are not stored. `ID`, `#`, `Response ID`, `Respondent ID`, \
                    `Submission ID` and `response_id` are found without it.",
        },
        Key {
            name: "token_env",
            value: "the name of an environment variable",
            default: Default::Absent { example: r#""DORA_SURVEYS_TOKEN""# },
            means: "The variable that holds the token with which surveys are sent to \
                    `POST /api/v1/surveys`. Without a token that door is closed.",
        },
        Key {
            name: "token_file",
            value: "a path",
            default: Default::Absent { example: r#""surveys-token""# },
            means: "The file that holds it, in place of `token_env`.",
        },
    ],
    tables: &["questions", "teams"],
    later: &[],
};

pub(super) static QUESTIONS: Section = Section {
    path: "surveys.questions",
    repeated: true,
    means: "A question and what its answers mean. Every other column is dropped while a file is read.",
    keys: &[
        Key {
            name: "id",
            value: "a word of lower-case letters, digits and `_`",
            default: Default::Required { example: r#""satisfaction""# },
            means: "What the label `question` shows, and the field of the answers in JSON.",
        },
        Key {
            name: "column",
            value: "the header of a column",
            default: Default::Absent { example: r#""How satisfied are you with our tools?""# },
            means: "The question as the export's header has it, without regard to case and spaces; the \
                    `id`, unless it is written.",
        },
        Key {
            name: "dimension",
            value: "`satisfaction`, `performance`, `activity`, `communication` or `efficiency`",
            default: Default::Required { example: r#""satisfaction""# },
            means: "The dimension of SPACE.",
        },
        Key {
            name: "scale",
            value: "`1-5`, `0-10`, `yes/no` or `hours`",
            default: Default::Required { example: r#""1-5""# },
            means: "What may be answered. `hours` is for the headline question alone: how many hours a \
                    week went into work not directly related to building the product. Anything else \
                    is refused, with its line.",
        },
        Key {
            name: "direction",
            value: "`higher_is_better` or `lower_is_better`",
            default: Default::Value(r#""higher_is_better""#),
            means: "Which end of the scale is the good one; hours have none.",
        },
        Key {
            name: "labels",
            value: "a list of texts, as many as the scale has answers",
            default: Default::Absent { example: r#"["Nein", "Ja"]"# },
            means: "The answers in words, from the scale's lowest to its highest, where the export has \
                    words. Of `yes/no` the words `yes`, `no`, `true` and `false` need none.",
        },
        Key {
            name: "option",
            value: "a text",
            default: Default::Absent { example: r#""Too many meetings""# },
            means: "Of a question with several choices, answered `yes/no`: the choice that means yes. \
                    A column whose header is the choice itself means no where it is empty.",
        },
    ],
    tables: &[],
    later: &[],
};

pub(super) static TEAMS: Section = Section {
    path: "surveys.teams",
    repeated: true,
    means: "A team that may answer. The teams of `[[ownership.rules]]` and `[[components]]` may anyway; \
            an answer that names another is refused.",
    keys: &[
        Key {
            name: "name",
            value: "a name",
            default: Default::Required { example: r#""payments""# },
            means: "The team's name, as the label `team` shows it.",
        },
        Key {
            name: "spellings",
            value: "a list of texts",
            default: Default::Value("[]"),
            means: "How the form calls it beside its name. Case does not matter.",
        },
    ],
    tables: &[],
    later: &[],
};

/// The smallest group that may be shown whatever is configured.
const FLOOR: u64 = 3;
/// Who may send surveys, in messages.
const PURPOSE: &str = "only those know who may send surveys";

/// What surveys share with other sections.
pub(super) struct Beside<'a> {
    pub(super) sources: &'a Sources,
    pub(super) folder: &'a Path,
    pub(super) ownership: &'a OwnershipSettings,
    pub(super) components: &'a Components,
    pub(super) report: &'a Report,
}

pub(super) fn read(reader: &Reader<'_>, beside: Beside<'_>) -> SurveySettings {
    let minimum = reader.count("minimum_responses").map_or(FLOOR, |count| count as u64);
    if minimum < FLOOR {
        let message = "is too small to hide anybody; write a whole number from 3 on";
        reader.problem("minimum_responses", message);
    }
    let has_token = reader.has("token_env") || reader.has("token_file");
    let token =
        has_token.then(|| credentials::read(reader, beside.sources, beside.folder, PURPOSE));
    let open_all = |section: &'static Section, name| {
        Reader::open_all(section, reader.table(name), beside.report).unwrap_or_default()
    };
    let mut settings = SurveySettings {
        minimum,
        team_column: reader.parsed("team_column", header).unwrap_or_default(),
        id_column: reader.has("id_column").then(|| reader.parsed("id_column", header)).flatten(),
        token,
        ..SurveySettings::default()
    };
    for question in open_all(&QUESTIONS, "questions") {
        read_question(&question, &mut settings.questions);
    }
    for team in open_all(&TEAMS, "teams") {
        read_team(&team, &mut settings.teams);
    }
    let owners = beside.ownership.rules.iter().map(|rule| &rule.team);
    for team in owners.chain(beside.components.iter().filter_map(|one| one.team.as_ref())) {
        // A spelling that is another team's by now was written so.
        let _ = settings.teams.add(team, team);
    }
    settings
}

fn header(text: &str) -> Result<String, String> {
    match plain(text) {
        text if text.is_empty() => Err("is empty; write the column's header".to_owned()),
        text => Ok(text),
    }
}

fn read_question(reader: &Reader<'_>, known: &mut Vec<SurveyQuestion>) {
    let dimensions = Dimension::ALL.map(|dimension| (dimension.name(), dimension));
    let scales = Scale::ALL.map(|scale| (scale.name(), scale));
    let directions = [("higher_is_better", true), ("lower_is_better", false)];
    let id = reader.parsed("id", id);
    let dimension = reader.parsed("dimension", |text| choice(text, &dimensions, &[]));
    let scale = reader.parsed("scale", |text| choice(text, &scales, &[]));
    let higher_is_better = reader.parsed("direction", |text| choice(text, &directions, &[]));
    let (Some(id), Some(dimension), Some(scale)) = (id, dimension, scale) else { return };
    if known.iter().any(|one| one.id == id) {
        reader.problem("id", format!("`{id}` is another question's already; write another"));
    }
    if scale == Scale::Hours {
        if known.iter().any(|one| one.question.scale == Scale::Hours) {
            reader.problem("scale", "`hours` is another question's already; one question has it");
        }
        if reader.has("direction") {
            reader.problem("direction", "hours have no direction; remove it");
        }
    }
    let column = match reader.has("column") {
        true => reader.parsed("column", header).unwrap_or_default(),
        false => id.to_string(),
    };
    let option = match reader.has("option") {
        true => reader.parsed("option", header),
        false => None,
    };
    if option.is_some() && scale != Scale::YesNo {
        reader.problem("option", "is a choice that means yes; write scale = \"yes/no\"");
    }
    if known.iter().any(|one| one.column == column && one.option == option) {
        reader.problem("column", "is another question's already; write another");
    }
    known.push(SurveyQuestion {
        id,
        column,
        question: Question {
            dimension,
            scale,
            higher_is_better: scale != Scale::Hours && higher_is_better.unwrap_or(true),
        },
        labels: labels(reader, scale),
        option,
    });
}

fn id(text: &str) -> Result<Arc<str>, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
        return Err(format!(
            "`{text}` is no id; write up to 64 lower-case letters, digits and `_`, such as \
             unrelated_work"
        ));
    }
    if ["team", "id"].contains(&text) {
        return Err(format!("`{text}` is a field that every answer has; write another id"));
    }
    Ok(Arc::from(text))
}

fn labels(reader: &Reader<'_>, scale: Scale) -> Vec<String> {
    if !reader.has("labels") {
        return Vec::new();
    }
    let labels: Vec<String> =
        reader.list("labels").into_iter().map(|item| plain(&item.text)).collect();
    let (lowest, highest) = scale.bounds();
    let wanted = (highest - lowest + 1) as usize;
    let different: BTreeSet<&String> = labels.iter().collect();
    if scale == Scale::Hours {
        reader.problem("labels", "hours are numbers; remove it");
    } else if labels.len() != wanted {
        let (name, found) = (scale.name(), labels.len());
        let message = format!("has {found} answers; write the {wanted} of the scale {name}");
        reader.problem("labels", message);
    } else if different.len() != wanted {
        reader.problem("labels", "names an answer twice; write different ones");
    }
    labels
}

fn read_team(reader: &Reader<'_>, known: &mut KnownTeams) {
    let name = reader.parsed("name", |text| match text.trim() {
        "" => Err("is empty; write the team's name, such as payments".to_owned()),
        text if text.contains(char::is_control) => {
            Err("holds a control character; write the team's name on one line".to_owned())
        }
        text => Ok(TeamName::from(text)),
    });
    let Some(name) = name else { return };
    if let Some(other) = known.add(&name, &name) {
        reader.problem("name", format!("is a spelling of `{other}` already; write another"));
    }
    for item in reader.list("spellings") {
        if let Some(other) = known.add(&item.text, &name) {
            reader.item_problem(&item, format!("is a spelling of `{other}` already; remove one"));
        }
    }
}
