//! Surveys, as Microsoft Forms, Typeform and Google Forms export them, in the plain form that
//! `docs/surveys.md` describes, and as JSON.
//!
//! Of a row only the columns that the configuration names are looked at, and of these nothing is kept
//! but how often each answer was given in a team. So names, addresses and free text are dropped while
//! a file is read, and no message repeats what a cell holds. A file is refused whole where a row
//! cannot be understood, unless such rows are to be skipped.

mod answer;
mod columns;
mod csv;
mod json;
mod request;
mod tally;

pub use request::{SurveyRequest, SurveyTerms};
pub use tally::LineProblems;

#[cfg(test)]
mod tests;

use crate::config::SurveySettings;
use delivery::domain::SurveyImport;
use std::io::BufRead;
use std::sync::Arc;

/// The most of a file that is read, in bytes: some millions of answers.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// What a file tells.
#[derive(Clone, Debug, Default)]
pub struct SurveyReading {
    /// The answers by team.
    pub import: SurveyImport,
    /// What was told beside them.
    pub terms: SurveyTerms,
    /// How many rows have an answer that counts.
    pub answers: u64,
    /// How many rows answer none of the questions.
    pub without_an_answer: u64,
    /// Rows that were skipped, since they cannot be understood.
    pub skipped: LineProblems,
    /// How many columns were dropped.
    pub dropped_columns: usize,
    /// Questions that the file does not have.
    pub not_asked: Vec<Arc<str>>,
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurveyRefusal {
    /// What was asked for cannot be done.
    #[error("{0}")]
    Request(String),
    /// The file as a whole cannot be understood.
    #[error("{0}; nothing was stored")]
    File(String),
    /// Rows of it cannot be understood.
    #[error(
        "{0}\nnothing was stored; mend the lines, or have them skipped (--skip-invalid, over HTTP skip_invalid=true)"
    )]
    Lines(LineProblems),
}

/// Reads a file, CSV or JSON by how it begins.
pub fn read_survey(
    input: impl BufRead,
    settings: &SurveySettings,
    request: &SurveyRequest,
) -> Result<SurveyReading, SurveyRefusal> {
    let mut input = input;
    let terms = request.terms(settings)?;
    if settings.questions.is_empty() {
        let message = "no question is configured, so no answer would mean anything; write \
                       [[surveys.questions]]";
        return Err(SurveyRefusal::Request(message.to_owned()));
    }
    let start = input.fill_buf().map_err(|error| unreadable(&error))?;
    let is_json = start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let reading = match is_json {
        true => json::read(input, settings, terms)?,
        false => csv::read(input, settings, terms)?,
    };
    if reading.skipped.total > 0 && !request.skip_invalid {
        return Err(SurveyRefusal::Lines(reading.skipped));
    }
    if reading.answers == 0 {
        return Err(SurveyRefusal::File("the file has no answer to any question".to_owned()));
    }
    Ok(reading)
}

fn unreadable(error: &std::io::Error) -> SurveyRefusal {
    SurveyRefusal::File(format!("the file cannot be read: {error}"))
}
