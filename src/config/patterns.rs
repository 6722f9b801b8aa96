//! Compiled patterns: repositories, environments, hotfix marks.

use delivery::ledger::ProductionEnvironments;

/// A repository's name or a glob over `owner/name`, matched without regard to case.
#[derive(Clone, Debug)]
pub struct RepositoryPattern {
    text: String,
    glob: globset::GlobMatcher,
}

impl RepositoryPattern {
    /// Compiles `owner/name` or a glob over it; the error says what is wrong and what to write.
    pub fn parse(text: &str) -> Result<RepositoryPattern, String> {
        let glob = globset::GlobBuilder::new(text)
            .case_insensitive(true)
            .literal_separator(true)
            .build()
            .map_err(|error| error.kind().to_string())?;
        Ok(RepositoryPattern { text: text.to_owned(), glob: glob.compile_matcher() })
    }

    /// Whether `full_name` (`owner/name`) matches.
    pub fn matches(&self, full_name: &str) -> bool {
        self.glob.is_match(full_name)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names one repository and is no glob.
    pub fn is_exact(&self) -> bool {
        !self.text.contains(['*', '?', '[', '{'])
    }
}

/// Which environments are production: the built-in pattern and `production.environments`, without
/// `production.exclude`.
#[derive(Clone, Debug)]
pub struct EnvironmentRule {
    _todo: (),
}

impl ProductionEnvironments for EnvironmentRule {
    fn contains(&self, environment: &str) -> bool {
        environment == "production"
    }
}

/// What marks a change as a hotfix.
#[derive(Clone, Debug)]
pub struct HotfixRule {
    _todo: (),
}

impl HotfixRule {
    /// Whether any label, the branch or the title matches.
    pub fn matches(&self, labels: &[&str], branch: Option<&str>, title: &str) -> bool {
        let _ = (labels, branch, title);
        false
    }

    /// A text that changes whenever the patterns do: marks are made at the source, so other
    /// patterns mean reading the look-back again.
    pub fn fingerprint(&self) -> String {
        String::new()
    }
}
