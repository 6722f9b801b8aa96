//! Which columns of a file are read.

use super::{SurveyRefusal, SurveyTerms};
use crate::config::{SurveyQuestion, SurveySettings, plain};

/// What forms call the column of the answers' ids: Microsoft Forms, Typeform, others.
const IDS: [&str; 6] = ["id", "#", "response id", "respondent id", "submission id", "response_id"];

/// A column with a question's answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    /// The question.
    pub(super) question: &'a SurveyQuestion,
    /// Whether the column's header is the choice that means yes.
    pub(super) is_option: bool,
}

/// Where in a row the columns are.
#[derive(Clone, Debug, Default)]
pub(super) struct Places<'a> {
    /// How many columns a row has.
    pub(super) width: usize,
    /// The team.
    pub(super) team: Option<usize>,
    /// The answer's id.
    pub(super) id: Option<usize>,
    /// The questions that the file has.
    pub(super) questions: Vec<(Column<'a>, usize)>,
}

impl<'a> Places<'a> {
    /// Finds the columns by their headers.
    pub(super) fn of(
        headers: &[&str],
        settings: &'a SurveySettings,
        terms: &SurveyTerms,
    ) -> Result<Places<'a>, SurveyRefusal> {
        let headers: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        let find = |name: &str| only_one(&headers, name);
        let mut places = Places { width: headers.len(), ..Places::default() };
        for question in &settings.questions {
            let names = [Some(&*question.column), question.option.as_deref(), Some(&*question.id)];
            for name in names.into_iter().flatten() {
                if let Some(at) = find(name)? {
                    let is_option = question.option.as_deref() == Some(name);
                    places.questions.push((Column { question, is_option }, at));
                    break;
                }
            }
        }
        if places.questions.is_empty() {
            return Err(SurveyRefusal::File(format!(
                "none of the {} columns of the first line is a question of [[surveys.questions]]; \
                 write the headers there as the file has them",
                headers.len()
            )));
        }
        if terms.team.is_none() {
            places.team = find(&settings.team_column)?;
            if places.team.is_none() {
                return Err(SurveyRefusal::File(format!(
                    "no column is called `{}`, which surveys.team_column names; write there what the \
                     file calls it, or name the team whose answers these are",
                    settings.team_column
                )));
            }
        }
        places.id = match &settings.id_column {
            Some(id) => find(id)?,
            None => headers.iter().position(|header| IDS.contains(&header.as_str())),
        };
        Ok(places)
    }

    /// How many columns are looked at.
    pub(super) fn read(&self) -> usize {
        let mut read: Vec<usize> = self.questions.iter().map(|(_, at)| *at).collect();
        read.extend(self.team);
        read.extend(self.id);
        read.sort_unstable();
        read.dedup();
        read.len()
    }
}

fn only_one(headers: &[String], name: &str) -> Result<Option<usize>, SurveyRefusal> {
    let mut found = headers.iter().enumerate().filter(|(_, header)| *header == name);
    let first = found.next().map(|(at, _)| at);
    match found.next() {
        None => Ok(first),
        Some(_) => Err(SurveyRefusal::File(format!(
            "two columns are called `{name}`, which the configuration names; rename one"
        ))),
    }
}
