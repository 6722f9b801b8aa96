//! `[surveys]`: which columns of a survey are read, and what they mean. Whatever is not named here
//! is dropped while a file is parsed.

use delivery::domain::{Question, TeamName};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `[surveys]`
#[derive(Clone, Debug, Default)]
pub struct SurveySettings {
    /// `minimum_responses`: the size of the smallest group that anything is shown of; at least 3.
    pub minimum: u64,
    /// `team_column`: the header of the column that names the team.
    pub team_column: String,
    /// `id_column`: that of the column with the answers' ids, unless it is one of the usual.
    pub id_column: Option<String>,
    /// What surveys are sent to the door with: a token, and where it came from. Without, the door is
    /// closed.
    pub token: Option<(SecretString, String)>,
    /// `[[surveys.questions]]`
    pub questions: Vec<SurveyQuestion>,
    /// `[[surveys.teams]]`, and the teams that are named elsewhere.
    pub teams: KnownTeams,
}

/// `[[surveys.questions]]`
#[derive(Clone, Debug)]
pub struct SurveyQuestion {
    /// `id`: the label `question`.
    pub id: Arc<str>,
    /// `column`: the header of its column; the id, unless it is written.
    pub column: String,
    /// `dimension`, `scale` and `direction`.
    pub question: Question,
    /// `labels`: the answers in words, from the scale's lowest to its highest; empty: numbers.
    pub labels: Vec<String>,
    /// `option`: the answer of several that means yes.
    pub option: Option<String>,
}

/// The teams that may answer, by how they are spelt.
#[derive(Clone, Debug, Default)]
pub struct KnownTeams {
    names: BTreeMap<String, TeamName>,
}

impl KnownTeams {
    /// Adds a spelling of a team; the other team, where it is one's already.
    pub fn add(&mut self, spelling: &str, team: &TeamName) -> Option<TeamName> {
        let known = self.names.entry(plain(spelling)).or_insert_with(|| Arc::clone(team));
        (known != team).then(|| Arc::clone(known))
    }

    /// The team of that spelling, without regard to case.
    pub fn find(&self, spelling: &str) -> Option<&TeamName> {
        self.names.get(&plain(spelling))
    }

    /// Whether no team is known.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// A text by which headers and answers are compared: in lower case, with single spaces. Forms put line
/// breaks and other spaces where none were typed.
pub fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
