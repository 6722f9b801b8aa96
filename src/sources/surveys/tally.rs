//! Rows become counts, one after the other; nothing of a row outlives it but a hash of its id.

use super::answer::{answer, is_formula};
use super::columns::Column;
use super::{SurveyReading, SurveyTerms};
use crate::config::SurveySettings;
use delivery::domain::{Answered, SurveyImport, TeamAnswers, TeamName};
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

/// How many problems are told one by one.
const TOLD: usize = 20;

/// Rows that cannot be understood, by their places; the first of them in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineProblems {
    /// How many rows.
    pub total: u64,
    /// What is wrong with the first.
    pub first: Vec<String>,
}

impl fmt::Display for LineProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.total == 1 { "row" } else { "rows" };
        write!(f, "{} {rows} cannot be understood", self.total)?;
        self.first.iter().try_for_each(|problem| write!(f, "\n{problem}"))?;
        let more = self.total.saturating_sub(self.first.len() as u64);
        if more > 0 { write!(f, "\nand {more} more") } else { Ok(()) }
    }
}

/// A row's cells.
pub(super) struct Row<'a> {
    /// Where it stands: `line 7`.
    pub(super) place: (&'static str, u64),
    /// The team, where a column names it.
    pub(super) team: Option<&'a str>,
    /// The answer's id, where there is one.
    pub(super) id: Option<&'a str>,
    /// The cells of the questions, in the order of the columns.
    pub(super) cells: Vec<&'a str>,
}

/// The team of a row, and its answers by the order of the columns.
type Understood = (TeamName, Vec<Option<i64>>);

/// Counts rows.
pub(super) struct Tally<'a> {
    settings: &'a SurveySettings,
    terms: SurveyTerms,
    columns: Vec<Column<'a>>,
    teams: BTreeMap<TeamName, TeamAnswers>,
    hasher: RandomState,
    ids: HashSet<u64>,
    problems: LineProblems,
    answers: u64,
    without_an_answer: u64,
}

impl<'a> Tally<'a> {
    /// Without rows yet; `columns` are those of the questions.
    pub(super) fn new(
        settings: &'a SurveySettings,
        terms: SurveyTerms,
        columns: Vec<Column<'a>>,
    ) -> Tally<'a> {
        Tally {
            settings,
            terms,
            columns,
            teams: BTreeMap::new(),
            hasher: RandomState::new(),
            ids: HashSet::new(),
            problems: LineProblems::default(),
            answers: 0,
            without_an_answer: 0,
        }
    }

    /// Counts a row, or takes note of what is wrong with it.
    pub(super) fn take(&mut self, row: &Row<'_>) {
        match self.understand(row) {
            Ok(None) => self.without_an_answer += 1,
            Ok(Some((team, answers))) => self.count(team, &answers),
            Err(message) => self.refuse(row.place, &message),
        }
    }

    /// Takes note of a row that cannot be understood.
    pub(super) fn refuse(&mut self, (kind, number): (&str, u64), message: &str) {
        self.problems.total += 1;
        if self.problems.first.len() < TOLD {
            self.problems.first.push(format!("{kind} {number}: {message}"));
        }
    }

    /// The team and the answers of a row, by the order of the columns.
    fn understand(&mut self, row: &Row<'_>) -> Result<Option<Understood>, String> {
        let mut answers = Vec::with_capacity(self.columns.len());
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            let answer = answer(column.question, cell, column.is_option)
                .map_err(|problem| format!("the answer to `{}` {problem}", column.question.id))?;
            answers.push(answer);
        }
        let is_option = |at: usize| self.columns.get(at).is_some_and(|column| column.is_option);
        let says = |(at, answer): (usize, &Option<i64>)| match answer {
            // That a choice is not chosen says nothing where nothing else is said.
            Some(answer) => *answer != 0 || !is_option(at),
            None => false,
        };
        if !answers.iter().enumerate().any(says) {
            return Ok(None);
        }
        let team = match &self.terms.team {
            Some(only) => Arc::clone(only),
            None => self.team(row.team.unwrap_or_default())?,
        };
        if let Some(id) = row.id.map(str::trim).filter(|id| !id.is_empty())
            && !self.ids.insert(self.hasher.hash_one(id))
        {
            return Err("has the id of a row before it".to_owned());
        }
        Ok(Some((team, answers)))
    }

    fn team(&self, cell: &str) -> Result<TeamName, String> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Err("names no team".to_owned());
        }
        if is_formula(cell) {
            return Err("has a formula in place of a team".to_owned());
        }
        self.settings.teams.find(cell).cloned().ok_or_else(|| {
            "names a team that is not known; write it into [[surveys.teams]], with its spellings"
                .to_owned()
        })
    }

    fn count(&mut self, team: TeamName, answers: &[Option<i64>]) {
        self.answers += 1;
        let of_team = self.teams.entry(team).or_default();
        of_team.responses = of_team.responses.saturating_add(1);
        for (column, answer) in self.columns.iter().zip(answers) {
            let Some(answer) = answer else { continue };
            let none = || Answered { question: column.question.question, counts: BTreeMap::new() };
            let answered =
                of_team.questions.entry(Arc::clone(&column.question.id)).or_insert_with(none);
            *answered.counts.entry(*answer).or_default() += 1;
        }
    }

    /// What the rows tell together.
    pub(super) fn into_reading(mut self) -> SurveyReading {
        for (team, invited) in &self.terms.invited {
            // Nobody may have answered of those that were asked.
            self.teams.entry(Arc::clone(team)).or_default().invited = Some(*invited);
        }
        let asked = |id: &Arc<str>| self.columns.iter().any(|column| column.question.id == *id);
        let ids = self.settings.questions.iter().map(|question| &question.id);
        SurveyReading {
            not_asked: ids.filter(|id| !asked(id)).cloned().collect(),
            import: SurveyImport { only: self.terms.team.clone(), teams: self.teams },
            terms: self.terms,
            answers: self.answers,
            without_an_answer: self.without_an_answer,
            skipped: self.problems,
            dropped_columns: 0,
        }
    }
}
