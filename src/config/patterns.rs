//! Compiled patterns: repositories, environments, hotfix marks, paths. All but paths match without
//! regard to case.

use delivery::ledger::ProductionEnvironments;
use globset::{ErrorKind, GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};
use std::fmt;
use std::sync::Arc;

/// How the environments of told deployments begin, which are the text of their `[[deployments]]`
/// entry. Without regard to what `[production]` says, those of the entry that is in force are
/// production, and none of another entry, of an earlier configuration, is.
pub(super) const TOLD: &str = "source = \"";

/// A repository's name or a glob over `owner/name`, matched without regard to case.
#[derive(Clone)]
pub struct RepositoryPattern {
    text: String,
    glob: GlobMatcher,
}

/// As it was written: what it is compiled to tells nothing more.
impl fmt::Debug for RepositoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl RepositoryPattern {
    /// Compiles `owner/name` or a glob over it, in which `*` does not cross the `/`; the error says
    /// what is wrong and what to write.
    pub fn parse(text: &str) -> Result<RepositoryPattern, String> {
        let glob = compile(text, true)?;
        let pattern = RepositoryPattern { text: text.to_owned(), glob };
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            [owner, name] if !owner.is_empty() && !name.is_empty() => {}
            [name] if !name.is_empty() => {
                return Err(format!("`{text}` has no owner; write owner/{name}"));
            }
            _ => return Err(format!("`{text}` is no repository; write owner/name")),
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if pattern.is_exact() && !text.chars().all(is_name) {
            return Err(format!(
                "`{text}` is no repository; write owner/name of letters, digits, `-`, `_` and `.`"
            ));
        }
        Ok(pattern)
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
        !self.text.contains(META)
    }

    /// The owner, where it is written out rather than a glob: whose repositories have to be listed.
    pub fn owner(&self) -> Option<&str> {
        self.text.split('/').next().filter(|owner| !owner.contains(META))
    }
}

/// Characters that make a text a glob.
const META: [char; 6] = ['*', '?', '[', ']', '{', '}'];

/// Which environments are production: the built-in pattern and `production.environments`, without
/// `production.exclude`.
#[derive(Clone, Debug)]
pub struct EnvironmentRule {
    pub(super) environments: Vec<Glob>,
    pub(super) exclude: Vec<Glob>,
    /// Where deployments are told elsewhere: the one environment that they are to.
    told: Option<Arc<str>>,
}

impl EnvironmentRule {
    /// Environments that match the built-in pattern or one of the globs `environments`, and none of
    /// the globs `exclude`. In both, `*` crosses `/`. The error says what to write instead.
    pub fn new<T: AsRef<str>>(
        environments: &[T],
        exclude: &[T],
    ) -> Result<EnvironmentRule, String> {
        Ok(EnvironmentRule::of(globs(environments)?, globs(exclude)?))
    }

    /// Only the environment of deployments that `[[deployments]]` says are told elsewhere.
    pub(super) fn told(environment: String) -> EnvironmentRule {
        EnvironmentRule { told: Some(environment.into()), ..EnvironmentRule::of(vec![], vec![]) }
    }

    /// The same of globs that are compiled already.
    pub(super) fn of(environments: Vec<Glob>, exclude: Vec<Glob>) -> EnvironmentRule {
        EnvironmentRule { environments, exclude, told: None }
    }

    /// A text that changes whenever the patterns do: deployments to other environments are not
    /// kept, so other patterns mean reading the look-back again.
    pub fn fingerprint(&self) -> String {
        match &self.told {
            Some(told) => told.to_string(),
            None => fingerprint([texts(&self.environments), texts(&self.exclude)]),
        }
    }
}

impl ProductionEnvironments for EnvironmentRule {
    fn excludes(&self, environment: &str) -> bool {
        self.exclude.iter().any(|glob| glob.matches(environment))
    }

    fn contains(&self, environment: &str) -> bool {
        if let Some(told) = &self.told {
            return **told == *environment;
        }
        if environment.starts_with(TOLD) {
            return false;
        }
        (is_called_production(environment)
            || self.environments.iter().any(|glob| glob.matches(environment)))
            && !self.excludes(environment)
    }
}

/// The built-in pattern: `(?i)^(prod(uction)?([-_/ .:].*)?|live|[^/]+/(prod(uction)?|live))$`.
///
/// Written out, since every deployment that is read asks it; a test holds it to the expression.
fn is_called_production(environment: &str) -> bool {
    let name = environment.to_ascii_lowercase();
    let is_word = |name: &str| matches!(name, "prod" | "production" | "live");
    let is_followed_up = ["production", "prod"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.starts_with(['-', '_', '/', ' ', '.', ':']))
    });
    let is_last_of_two =
        name.split_once('/').is_some_and(|(first, last)| !first.is_empty() && is_word(last));
    is_word(&name) || is_followed_up || is_last_of_two
}

/// What marks a change as a hotfix.
#[derive(Clone, Debug)]
pub struct HotfixRule {
    pub(super) labels: Vec<Glob>,
    pub(super) branches: Vec<Glob>,
    pub(super) titles: Vec<Regex>,
}

impl HotfixRule {
    /// Globs for labels and for branches (`*` crosses `/`), regular expressions for titles, all
    /// without regard to case. The error says what to write instead.
    pub fn new<T: AsRef<str>>(
        labels: &[T],
        branches: &[T],
        titles: &[T],
    ) -> Result<HotfixRule, String> {
        let titles = titles.iter().map(|title| title_expression(title.as_ref()));
        Ok(HotfixRule {
            labels: globs(labels)?,
            branches: globs(branches)?,
            titles: titles.collect::<Result<_, _>>()?,
        })
    }

    /// The same of patterns that are compiled already.
    pub(super) fn of(labels: Vec<Glob>, branches: Vec<Glob>, titles: Vec<Regex>) -> HotfixRule {
        HotfixRule { labels, branches, titles }
    }

    /// Whether any label, the branch or the title matches.
    pub fn matches(&self, labels: &[&str], branch: Option<&str>, title: &str) -> bool {
        let any = |globs: &[Glob], text: &str| globs.iter().any(|glob| glob.matches(text));
        labels.iter().any(|label| any(&self.labels, label))
            || branch.is_some_and(|branch| any(&self.branches, branch))
            || self.titles.iter().any(|expression| expression.is_match(title))
    }

    /// A text that changes whenever the patterns do: marks are made at the source, so other
    /// patterns mean reading the look-back again.
    pub fn fingerprint(&self) -> String {
        let titles = self.titles.iter().map(|title| title.as_str().to_owned()).collect();
        fingerprint([texts(&self.labels), texts(&self.branches), titles])
    }
}

fn texts(globs: &[Glob]) -> Vec<String> {
    globs.iter().map(|glob| glob.text.clone()).collect()
}

/// Lists of patterns as one text, in which their order does not matter.
fn fingerprint<const N: usize>(mut lists: [Vec<String>; N]) -> String {
    for list in &mut lists {
        list.sort();
        list.dedup();
    }
    format!("{lists:?}")
}

/// A glob over names in which `*` crosses `/`.
#[derive(Clone)]
pub(super) struct Glob {
    text: String,
    matcher: GlobMatcher,
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl Glob {
    /// Compiles a glob; the error says what to write.
    pub(super) fn parse(text: &str) -> Result<Glob, String> {
        Ok(Glob { text: text.to_owned(), matcher: compile(text, false)? })
    }

    /// Whether a name matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// A glob over paths within a repository, in which `*` does not cross `/` and case matters.
#[derive(Clone)]
pub struct PathPattern {
    text: String,
    itself: GlobMatcher,
    below: GlobMatcher,
}

impl fmt::Debug for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl PathPattern {
    /// Compiles a glob; the error says what to write.
    pub(super) fn parse(text: &str) -> Result<PathPattern, String> {
        let path = text.trim_start_matches("./").trim_matches('/');
        if path.is_empty() {
            return Err(format!("`{text}` names no path; write `**` for every path"));
        }
        let compile = |path: &str| compile_as(path, true, false);
        let (itself, below) = (compile(path)?, compile(&format!("{path}/**"))?);
        Ok(PathPattern { text: text.to_owned(), itself, below })
    }

    /// A folder of this name, whose letters are no pattern.
    pub(super) fn of_folder(folder: &str) -> Result<PathPattern, String> {
        PathPattern::parse(&globset::escape(folder))
    }

    /// The folder that all paths lie in which match, without slashes at its ends.
    pub fn folder(&self) -> &str {
        let path = self.text.trim_start_matches("./").trim_matches('/');
        match path.find(META) {
            None => path,
            Some(at) => path[..at].rsplit_once('/').map_or("", |(folder, _)| folder),
        }
    }

    /// Whether a path matches, or lies in a folder that does.
    pub fn matches(&self, path: &str) -> bool {
        self.itself.is_match(path) || self.below.is_match(path)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Compiles a regular expression over titles; the error says what to write.
pub(super) fn title_expression(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).case_insensitive(true).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!("`{text}` is too large; write a shorter regular expression")
        }
        // The crate's message spans lines and draws a caret, which a list of problems has no room for.
        error => format!(
            "`{text}` is no regular expression ({}); write one such as ^hotfix\\b",
            error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ")
        ),
    })
}

fn globs<T: AsRef<str>>(texts: &[T]) -> Result<Vec<Glob>, String> {
    texts.iter().map(|text| Glob::parse(text.as_ref())).collect()
}

fn compile(text: &str, literal_separator: bool) -> Result<GlobMatcher, String> {
    compile_as(text, literal_separator, true)
}

fn compile_as(
    text: &str,
    literal_separator: bool,
    case_insensitive: bool,
) -> Result<GlobMatcher, String> {
    let built = GlobBuilder::new(text)
        .case_insensitive(case_insensitive)
        .literal_separator(literal_separator)
        .build();
    let glob = built.map_err(|error| {
        let remedy = match error.kind() {
            ErrorKind::UnclosedClass => "close the `[` with `]`, or write `[[]` for the character",
            ErrorKind::UnclosedAlternates => "close the `{` with `}`",
            ErrorKind::UnopenedAlternates => "remove the `}`, or open it with `{`",
            ErrorKind::InvalidRange(_, _) => "write the smaller end of the range first",
            ErrorKind::DanglingEscape => "remove the `\\` at the end",
            _ => "write `*` for any text and `?` for any character",
        };
        format!("`{text}` is no glob ({}); {remedy}", error.kind())
    })?;
    Ok(glob.compile_matcher())
}

#[cfg(test)]
mod tests;
