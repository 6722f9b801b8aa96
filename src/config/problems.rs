//! Problems of a configuration: all of them, each with the key, the place and what to write instead.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key's path, such as `github[0].token_env`; the file's name where the whole file is meant.
    pub key: String,
    /// Where the value was written: a line of the file, a variable or a flag. Absent for defaults.
    pub place: Option<String>,
    /// What is wrong and what to write instead. Never holds a secret.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        if let Some(place) = &self.place {
            write!(f, " ({place})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// All problems of a configuration, in the order in which it was read; shown one per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// Those that matter, without what `passes_over` says does not.
    pub(super) fn without(self, passes_over: impl Fn(&Problem) -> bool) -> Problems {
        Problems(self.0.into_iter().filter(|problem| !passes_over(problem)).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Collects problems while the configuration is read, and knows where each key was written.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: RefCell<Vec<Problem>>,
    /// The configuration file's name, and the line of each key path in it.
    file: Option<(String, BTreeMap<String, usize>)>,
}

impl Report {
    /// From now on keys without another origin are looked up in this file.
    pub(super) fn locate(&mut self, file: String, lines: BTreeMap<String, usize>) {
        self.file = Some((file, lines));
    }

    /// Adds a problem of `key`. `origin` is what the layers noted for its value: a variable or a
    /// flag, nothing for the file.
    pub(super) fn add(&self, key: &str, origin: Option<&str>, message: impl Into<String>) {
        let place = match origin {
            Some(origin) => Some(origin.to_owned()),
            None => self.place_in_file(key),
        };
        let problem = Problem { key: key.to_owned(), place, message: message.into() };
        self.found.borrow_mut().push(problem);
    }

    /// The line of `key`, else of the nearest table or list around it.
    fn place_in_file(&self, key: &str) -> Option<String> {
        let (name, lines) = self.file.as_ref()?;
        let mut path = key;
        loop {
            if let Some(line) = lines.get(path) {
                return Some(format!("{name}, line {line}"));
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// All that was found.
    pub(super) fn into_problems(self) -> Problems {
        Problems(self.found.into_inner())
    }
}
