//! How sections and keys are declared: once, beside the code that reads them. Readers take their
//! defaults from here, and `config.example.toml` and `docs/configuration.md` are generated from it,
//! so that what is documented is what happens.

/// What holds where a key is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// This value, as TOML.
    Value(&'static str),
    /// Nothing; `example` shows what could be written.
    Absent {
        /// A value, as TOML.
        example: &'static str,
    },
    /// The key must be written.
    Required {
        /// A value, as TOML.
        example: &'static str,
    },
}

/// A key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name within the section.
    pub name: &'static str,
    /// What may be written: "a duration such as `5m`".
    pub value: &'static str,
    /// What holds where it is not written.
    pub default: Default,
    /// What it does, in sentences.
    pub means: &'static str,
}

/// A section of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its path, such as `ownership.rules`.
    pub path: &'static str,
    /// Whether it may be written several times: `[[github]]`.
    pub repeated: bool,
    /// What it is about, in sentences.
    pub means: &'static str,
    /// Its keys, in the order in which they are documented.
    pub keys: &'static [Key],
    /// Names of the sections within it.
    pub tables: &'static [&'static str],
    /// Keys that later versions will have; until then they are refused with that answer.
    pub later: &'static [&'static str],
}

impl Section {
    /// The header as it stands in a file: `[server]`, `[[github]]`.
    pub fn header(&self) -> String {
        if self.repeated { format!("[[{}]]", self.path) } else { format!("[{}]", self.path) }
    }

    /// The environment variable that sets `key`; sections that repeat have none.
    pub fn variable(&self, key: &Key) -> Option<String> {
        (!self.repeated).then(|| {
            let path = self.path.replace('.', "__");
            format!("DORA__{path}__{}", key.name).to_uppercase()
        })
    }
}

/// The known name nearest to `unknown`, if one is near enough to be meant.
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (edits(unknown, name), name))
        .filter(|(edits, name)| *edits <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// The `most` known names nearest to `unknown`, nearest first.
pub fn nearest_names(unknown: &str, known: &[String], most: usize) -> Vec<String> {
    let lower = unknown.to_lowercase();
    let mut names: Vec<(usize, &String)> =
        known.iter().map(|name| (edits(&lower, &name.to_lowercase()), name)).collect();
    names.sort_unstable();
    names.into_iter().take(most).map(|(_, name)| name.clone()).collect()
}

/// How many characters have to be put in, taken out or replaced to turn one text into the other.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_the_one_that_was_meant() {
        let known = ["lookback", "sweep_interval", "url"];
        for (unknown, meant) in [
            ("look_back", Some("lookback")),
            ("sweep_intervall", Some("sweep_interval")),
            ("uri", Some("url")),
            ("path", None),
            ("", None),
        ] {
            assert_eq!(nearest(unknown, known.into_iter()), meant, "{unknown}");
        }
    }
}
