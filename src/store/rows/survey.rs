//! Surveys: a row for each, so that an import replaces the whole of it.

use super::{Line, list, malformed};
use delivery::domain::{
    Answered, Dimension, Fact, Question, Scale, Survey, SurveyedTeam, TeamAnswers, Time,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;
use std::collections::BTreeMap;
use std::sync::Arc;

const UPSERT: &str = "INSERT INTO surveys (seq, name, closed, was_shown, teams)
 VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, closed = excluded.closed,
  was_shown = excluded.was_shown, teams = excluded.teams
 WHERE (closed, was_shown, teams) IS NOT (excluded.closed, excluded.was_shown, excluded.teams)";

/// Selects a page of surveys.
pub(super) const PAGE: &str = "SELECT group_concat(concat_ws(char(31),
  seq, hex(name), closed, was_shown, teams), char(30)) FROM surveys
 WHERE seq > ?1 AND seq <= ?2";

/// Writes a survey.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    survey: &Survey,
) -> Result<SqliteQueryResult, sqlx::Error> {
    let teams: Vec<Named> = survey
        .teams
        .iter()
        .map(|(name, team)| Named { name: Arc::clone(name), team: team.clone() })
        .collect();
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(&*survey.name)
        .bind(survey.closed.0)
        .bind(survey.was_shown)
        .bind(list::write(&teams)?)
        .execute(connection)
        .await
}

/// Decodes a survey.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Survey(Survey {
        name: line.name::<Arc<str>>()?,
        closed: Time(line.number()?),
        was_shown: line.flag()?,
        teams: list::read::<Named>(line.text()?)?
            .into_iter()
            .map(|named| (named.name, named.team))
            .collect(),
    }))
}

/// A team with its name.
struct Named {
    name: Arc<str>,
    team: SurveyedTeam,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TeamMirror {
    team: String,
    #[serde(default)]
    batch: u32,
    #[serde(default, skip_serializing_if = "list::is_false")]
    withheld: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    withheld_questions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited: Option<u32>,
    responses: u32,
    questions: Vec<QuestionMirror>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct QuestionMirror {
    id: String,
    dimension: String,
    scale: String,
    higher_is_better: bool,
    counts: BTreeMap<i64, u32>,
}

impl list::Mirrored for Named {
    type Mirror = TeamMirror;

    fn mirror(&self) -> TeamMirror {
        let SurveyedTeam { answers, batch, is_withheld, withheld } = &self.team;
        let question = |(id, answered): (&Arc<str>, &Answered)| QuestionMirror {
            id: id.to_string(),
            dimension: answered.question.dimension.name().to_owned(),
            scale: answered.question.scale.name().to_owned(),
            higher_is_better: answered.question.higher_is_better,
            counts: answered.counts.clone(),
        };
        TeamMirror {
            team: self.name.to_string(),
            batch: *batch,
            withheld: *is_withheld,
            withheld_questions: withheld.iter().map(|id| id.to_string()).collect(),
            invited: answers.invited,
            responses: answers.responses,
            questions: answers.questions.iter().map(question).collect(),
        }
    }

    fn from_mirror(mirror: TeamMirror) -> Result<Named, sqlx::Error> {
        let questions = mirror.questions.into_iter().map(|one| {
            let question = Question {
                dimension: named(&one.dimension, &Dimension::ALL, Dimension::name)?,
                scale: named(&one.scale, &Scale::ALL, Scale::name)?,
                higher_is_better: one.higher_is_better,
            };
            Ok((Arc::from(one.id), Answered { question, counts: one.counts }))
        });
        let answers = TeamAnswers {
            invited: mirror.invited,
            responses: mirror.responses,
            questions: questions.collect::<Result<_, sqlx::Error>>()?,
        };
        let team = SurveyedTeam {
            answers,
            batch: mirror.batch,
            is_withheld: mirror.withheld,
            withheld: mirror.withheld_questions.into_iter().map(Arc::from).collect(),
        };
        Ok(Named { name: mirror.team.into(), team })
    }
}

/// The value of that name.
fn named<T: Copy>(text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, sqlx::Error> {
    let found = all.iter().copied().find(|one| name(*one) == text);
    found.ok_or_else(|| malformed(format!("an unknown word {text:?} in a survey")))
}
