//! JSON: `{"survey": "2026Q3", "answers": [{"team": "payments", "satisfaction": 4}]}`. Fields of an
//! answer that no question has are passed over unread.

use super::columns::Column;
use super::request::{instant, name};
use super::tally::{Row, Tally};
use super::{LARGEST_FILE, SurveyReading, SurveyRefusal, SurveyRequest, SurveyTerms};
use crate::config::{SurveyQuestion, SurveySettings};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// The fields of every answer beside the questions.
const TEAM: &str = "team";
const ID: &str = "id";

/// Reads a document.
pub(super) fn read(
    input: impl Read,
    settings: &SurveySettings,
    terms: SurveyTerms,
) -> Result<SurveyReading, SurveyRefusal> {
    let mut json = serde_json::Deserializer::from_reader(input.take(LARGEST_FILE));
    let malformed = |error: serde_json::Error| {
        // The error's own words may repeat what the document holds.
        let place = format!("line {}, column {}", error.line(), error.column());
        SurveyRefusal::File(format!(
            "the document is no survey in JSON ({place}); write {{\"survey\": \"2026Q3\", \
             \"answers\": [{{\"team\": \"payments\", \"satisfaction\": 4}}]}}"
        ))
    };
    let document = Document { settings }.deserialize(&mut json).map_err(malformed)?;
    json.end().map_err(malformed)?;
    let terms = document.terms(terms, settings)?;
    let columns = settings.questions.iter().enumerate();
    let is_asked = |at: usize| document.answers.iter().any(|answer| answer.cells[at].is_some());
    let asked: Vec<(usize, &SurveyQuestion)> = columns.filter(|(at, _)| is_asked(*at)).collect();
    let columns = asked.iter().map(|(_, question)| Column { question, is_option: false });
    let mut tally = Tally::new(settings, terms, columns.collect());
    for (at, answer) in document.answers.iter().enumerate() {
        let cell = |at: usize| answer.cells[at].as_deref().unwrap_or_default();
        tally.take(&Row {
            place: ("answer", at as u64 + 1),
            team: answer.team.as_deref(),
            id: answer.id.as_deref(),
            cells: asked.iter().map(|(at, _)| cell(*at)).collect(),
        });
    }
    Ok(tally.into_reading())
}

/// What a document holds.
#[derive(Default)]
struct Told {
    survey: Option<String>,
    team: Option<String>,
    closed: Option<String>,
    invited: BTreeMap<String, u32>,
    answers: Vec<Answer>,
}

/// An answer: the team, the id, and the cells by the order of the questions.
struct Answer {
    team: Option<String>,
    id: Option<String>,
    cells: Vec<Option<String>>,
}

impl Told {
    /// The terms, as the document and the request tell them; they must not differ.
    fn terms(
        &self,
        mut terms: SurveyTerms,
        settings: &SurveySettings,
    ) -> Result<SurveyTerms, SurveyRefusal> {
        let own = SurveyRequest { team: self.team.clone(), ..SurveyRequest::default() };
        let own = own.terms(settings)?;
        let differs = |field: &str| {
            SurveyRefusal::Request(format!("the document names another {field} than the request"))
        };
        if let Some(survey) = &self.survey {
            let survey = name(survey)?;
            if !terms.survey.is_empty() && terms.survey != survey {
                return Err(differs("survey"));
            }
            terms.survey = survey;
        }
        if terms.team.is_some() && own.team.is_some() && terms.team != own.team {
            return Err(differs("team"));
        }
        terms.team = terms.team.or(own.team);
        if let (None, Some(closed)) = (terms.closed, &self.closed) {
            terms.closed = Some(instant(closed)?);
        }
        for (team, count) in &self.invited {
            terms.invite(team, Some(*count), settings)?;
        }
        Ok(terms)
    }
}

/// Reads the document.
struct Document<'a> {
    settings: &'a SurveySettings,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Told;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Told, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Told;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a survey")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Told, M::Error> {
        let mut told = Told::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "survey" => told.survey = map.next_value()?,
                "team" => told.team = map.next_value()?,
                "closed" => told.closed = map.next_value()?,
                "invited" => told.invited = map.next_value()?,
                "answers" => told.answers = map.next_value_seed(Answers(self.settings))?,
                _ => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(told)
    }
}

/// Reads the list of answers.
struct Answers<'a>(&'a SurveySettings);

impl<'de> DeserializeSeed<'de> for Answers<'_> {
    type Value = Vec<Answer>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Vec<Answer>, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Answers<'_> {
    type Value = Vec<Answer>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of answers")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Vec<Answer>, S::Error> {
        let mut answers = Vec::new();
        while let Some(answer) = list.next_element_seed(OneAnswer(self.0))? {
            answers.push(answer);
        }
        Ok(answers)
    }
}

/// Reads an answer, and of it what is asked for only.
struct OneAnswer<'a>(&'a SurveySettings);

impl<'de> DeserializeSeed<'de> for OneAnswer<'_> {
    type Value = Answer;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Answer, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneAnswer<'_> {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Answer, M::Error> {
        let questions = &self.0.questions;
        let mut answer = Answer { team: None, id: None, cells: vec![None; questions.len()] };
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if key == TEAM {
                answer.team = map.next_value()?;
            } else if key == ID {
                answer.id = map.next_value::<Option<Cell>>()?.map(|cell| cell.0);
            } else if let Some(at) = questions.iter().position(|question| *question.id == *key) {
                answer.cells[at] = map.next_value::<Option<Cell>>()?.map(|cell| cell.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(answer)
    }
}

/// A value as a cell of a table would hold it.
#[derive(serde::Deserialize)]
#[serde(from = "Value")]
struct Cell(String);

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Value {
    Flag(bool),
    Number(serde_json::Number),
    Text(String),
    Choices(Vec<String>),
}

impl From<Value> for Cell {
    fn from(value: Value) -> Cell {
        Cell(match value {
            Value::Flag(flag) => if flag { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text,
            Value::Choices(choices) => format!("{};", choices.join(";")),
        })
    }
}
