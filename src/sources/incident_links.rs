//! What an incident's text names as its cause or its fix.
//!
//! Only a keyword directly followed by references means anything; every other mention is talk.

use super::scan::{commit_id, commit_mention, ends_of, is_one_of, pull_mention};
use delivery::domain::{
    ChangeReference, DeploymentId, IncidentLink, OidPrefix, PullNumber, RepositoryName,
};

/// Phrases that name a cause.
const CAUSES: [&str; 4] = ["caused by", "introduced by", "root cause", "regression from"];

/// Phrases that name a fix.
const FIXES: [&str; 3] = ["fixed by", "fixes", "resolved by"];

/// The phrase that needs a colon: without one it is the heading of an analysis.
const NEEDS_COLON: &str = "root cause";

/// What texts name, in the order found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sources) struct LinkedChanges {
    /// As the cause.
    pub(in crate::sources) causes: Vec<IncidentLink>,
    /// As the fix.
    pub(in crate::sources) fixes: Vec<IncidentLink>,
}

/// Adds what `text` names to `links`. `names` are the present and former names of the repository
/// that the incident lives in. Changes of other repositories keep a hash of the repository's name;
/// deployments are unique at their host, whichever repository they are of.
pub(in crate::sources) fn incident_links(text: &str, names: &[&str], links: &mut LinkedChanges) {
    for phrase in CAUSES {
        read_after(text, phrase, names, &mut links.causes);
    }
    for phrase in FIXES {
        read_after(text, phrase, names, &mut links.fixes);
    }
}

fn read_after(text: &str, phrase: &str, names: &[&str], links: &mut Vec<IncidentLink>) {
    for found in ends_of(text, phrase) {
        let rest = text[found.end..].trim_start_matches(EMPHASIS);
        if (phrase == NEEDS_COLON && !rest.starts_with(':')) || is_denied(&text[..found.start]) {
            continue;
        }
        for link in listed(rest, names) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
    }
}

/// Markdown's marks around words.
const EMPHASIS: [char; 3] = ['*', '_', '`'];

/// `not caused by` and `isn't caused by` say the opposite.
fn is_denied(before: &str) -> bool {
    let word = before.split_whitespace().next_back().unwrap_or_default().to_ascii_lowercase();
    before.ends_with(char::is_whitespace)
        && (word == "not" || word.ends_with("n't") || word.ends_with("n’t"))
}

/// Which number follows: the word before it tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unsaid,
    Deployment,
    Pull,
    Commit,
}

/// The references at the start of `rest`, separated by commas or `and`.
fn listed(rest: &str, names: &[&str]) -> Vec<IncidentLink> {
    let mut links = Vec::new();
    let mut kind = Kind::Unsaid;
    let mut may_follow = true;
    for raw in rest.split_whitespace() {
        let token = raw.trim_matches(|at: char| is_wrapping(at) || EMPHASIS.contains(&at));
        let lower = token.to_ascii_lowercase();
        match lower.as_str() {
            "" => continue,
            "and" | "&" | "+" => {
                may_follow = true;
                continue;
            }
            _ if !may_follow => break,
            "the" | "a" | "our" | "request" | "change" | "release" => continue,
            "deployment" | "deploy" => {
                kind = Kind::Deployment;
                continue;
            }
            "pr" | "pull" => {
                kind = Kind::Pull;
                continue;
            }
            "commit" => {
                kind = Kind::Commit;
                continue;
            }
            _ => {}
        }
        match reference(token, kind, names) {
            Reference::None => break,
            Reference::Link(link) => links.push(link),
        }
        may_follow = raw.ends_with(',');
    }
    links
}

fn is_wrapping(character: char) -> bool {
    "()<>[]{}\"'.,;:!-".contains(character)
}

enum Reference {
    /// Prose: the list of references is over.
    None,
    Link(IncidentLink),
}

fn reference(token: &str, kind: Kind, names: &[&str]) -> Reference {
    // A Markdown link counts by its address.
    let token = token.rsplit_once("](").map_or(token, |(_, url)| url);
    if let Some(rest) = token.strip_prefix("https://").or(token.strip_prefix("http://")) {
        return address(rest, names);
    }
    if let Some(mention) = pull_mention(token) {
        return match (mention.repository, kind) {
            ("", Kind::Deployment) => deployment(u64::from(mention.number)),
            (repository, _) => change_of(repository, ChangeReference::Pull(mention.number), names),
        };
    }
    if let Some((repository, id)) = commit_mention(token) {
        return change_of(repository, ChangeReference::Commit(id), names);
    }
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    match (kind, token.trim_start_matches('#').parse::<u64>()) {
        (Kind::Deployment, Ok(id)) => return deployment(id),
        (Kind::Pull, Ok(number)) => {
            return PullNumber::try_from(number).map_or(Reference::None, pull);
        }
        _ => {}
    }
    // Some words are hexadecimal, and so are amounts: a lone id has digits and letters both.
    let is_certain = token.len() == 40 || kind == Kind::Commit;
    let has_digits = token.bytes().any(|byte| byte.is_ascii_digit());
    match commit_id(token) {
        Some(id) if is_certain || (has_digits && !digits) => commit(id),
        _ => Reference::None,
    }
}

/// An address without its scheme: `github.com/acme/shop/pull/12`.
fn address(rest: &str, names: &[&str]) -> Reference {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.split('/').skip(1).peekable();
    // The addresses of the API: /repos/acme/shop/…, on Enterprise Server /api/v3/repos/acme/shop/….
    for prefix in ["api", "v3", "repos"] {
        parts.next_if_eq(&prefix);
    }
    let (Some(owner), Some(name), Some(list), Some(item)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Reference::None;
    };
    let found = match list {
        "deployments" => return item.parse().map_or(Reference::None, deployment),
        "commit" | "commits" => commit_id(item).map(ChangeReference::Commit),
        "pull" | "pulls" => item.parse().ok().map(ChangeReference::Pull),
        _ => None,
    };
    let repository = format!("{owner}/{name}");
    found.map_or(Reference::None, |change| change_of(&repository, change, names))
}

/// A change of the repository that is named; of the incident's own where none is.
fn change_of(repository: &str, change: ChangeReference, names: &[&str]) -> Reference {
    Reference::Link(if repository.is_empty() || is_one_of(repository, names) {
        IncidentLink::Change(change)
    } else {
        IncidentLink::ChangeOf(RepositoryName::of(repository), change)
    })
}

fn deployment(id: u64) -> Reference {
    Reference::Link(IncidentLink::Deployment(DeploymentId(id)))
}

fn commit(id: OidPrefix) -> Reference {
    Reference::Link(IncidentLink::Change(ChangeReference::Commit(id)))
}

fn pull(number: PullNumber) -> Reference {
    Reference::Link(IncidentLink::Change(ChangeReference::Pull(number)))
}

#[cfg(test)]
#[path = "incident_links_tests.rs"]
mod tests;
