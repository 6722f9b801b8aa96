//! Finding words and reading references in prose.

use delivery::domain::{OidPrefix, PullNumber};

/// The ends of every occurrence of `phrase` (given in lower case) as whole words, in any case.
pub(in crate::sources) fn ends_of<'a>(
    text: &'a str,
    phrase: &'a str,
) -> impl Iterator<Item = Occurrence> + 'a {
    // ASCII lower case keeps the places of bytes.
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(found) = lower[from..].find(phrase) {
            let start = from + found;
            let end = start + phrase.len();
            from = end;
            let before = lower[..start].chars().next_back();
            let after = lower[end..].chars().next();
            if !before.is_some_and(is_word) && !after.is_some_and(is_word) {
                return Some(Occurrence { start, end });
            }
        }
        None
    })
}

/// Where a phrase stands.
#[derive(Clone, Copy)]
pub(in crate::sources) struct Occurrence {
    /// Its first byte.
    pub(in crate::sources) start: usize,
    /// The byte after it.
    pub(in crate::sources) end: usize,
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// `#12` or `owner/repo#12`.
pub(in crate::sources) struct PullMention<'a> {
    /// `owner/repo`; empty where it is not named.
    pub(in crate::sources) repository: &'a str,
    /// The number.
    pub(in crate::sources) number: PullNumber,
}

/// Reads a token that is wholly a pull request's or an issue's mention.
pub(in crate::sources) fn pull_mention(token: &str) -> Option<PullMention<'_>> {
    let (repository, number) = token.split_once('#')?;
    let named = repository.is_empty()
        || repository.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name));
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !named || !digits {
        return None;
    }
    Some(PullMention { repository, number: number.parse().ok()? })
}

/// Reads a token that is wholly a commit's mention: `owner/repo@0123abc`.
pub(in crate::sources) fn commit_mention(token: &str) -> Option<(&str, OidPrefix)> {
    let (repository, id) = token.split_once('@')?;
    let (owner, name) = repository.split_once('/')?;
    if is_name(owner) && is_name(name) { Some((repository, commit_id(id)?)) } else { None }
}

/// A commit id of 7 to 40 digits.
pub(in crate::sources) fn commit_id(token: &str) -> Option<OidPrefix> {
    token.parse().ok()
}

/// Whether `name` is one of `names`, as GitHub compares names.
pub(in crate::sources) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
