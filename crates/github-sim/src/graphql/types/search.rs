//! `search`: issues and pull requests, or repositories, by qualifiers.
//!
//! As at GitHub, no more than 1,000 results can be paged through, however many there are, and the
//! index may lag (a fault sets by how much).

use super::{Call, pull_request, thread};
use crate::graphql::args::parse_time;
use crate::graphql::connection::{Connection, Key, page};
use crate::graphql::exec::{Ctx, Node, Out, Owner};
use crate::state::{AccountKind, Repository, Thread};

/// The most results that a search gives.
const RESULT_LIMIT: usize = 1000;

/// A parsed query.
#[derive(Debug, Default)]
struct Query {
    owners: Vec<String>,
    repositories: Vec<String>,
    qualifiers: Vec<(String, String, bool)>,
    words: Vec<String>,
    sort: Option<(String, bool)>,
}

pub(super) fn field<'s>(ctx: &Ctx<'s>, call: Call<'_>) -> Out<'s> {
    let query = parse(call.args.text("query").unwrap_or_default());
    let (field, descending) =
        query.sort.as_ref().map_or(("created", true), |(field, desc)| (field.as_str(), *desc));
    let shown = |repo: &&Repository| query.covers(repo) && ctx.faults.shows(repo);
    let repositories = ctx.state.repositories.values().filter(shown);
    let mut items: Vec<(Key, Found<'s>)> = Vec::new();
    if call.args.text("type") == Some("REPOSITORY") {
        let wanted = repositories.filter(|repo| query.admits_repository(repo));
        items.extend(wanted.map(|repo| (repository_key(repo, field), Found::Repository(repo))));
    } else {
        let indexed_to = ctx.now - ctx.faults.search_lag();
        for repo in repositories {
            let pulls = repo.pulls.values().map(Owner::Pull);
            let threads = pulls.chain(repo.issues.values().map(Owner::Issue));
            let wanted = threads.filter(|owner| {
                owner.thread().updated_at <= indexed_to && query.admits(repo, *owner)
            });
            items.extend(wanted.map(|owner| {
                (thread_key(repo, owner.thread(), field), Found::Thread(repo, owner))
            }));
        }
    }
    let total = items.len();
    items.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
    items.truncate(RESULT_LIMIT);
    match page(call.args, call.bounds, descending, items, Found::node) {
        Out::Connection(page) => Out::Connection(Connection { total, ..page }),
        failed => failed,
    }
}

#[derive(Clone, Copy)]
enum Found<'s> {
    Repository(&'s Repository),
    Thread(&'s Repository, Owner<'s>),
}

impl<'s> Found<'s> {
    fn node(self) -> Node<'s> {
        match self {
            Found::Repository(repo) => Node::Repository(repo),
            Found::Thread(repo, owner) => Node::Thread(repo, owner),
        }
    }
}

fn thread_key(repo: &Repository, thread: &Thread, field: &str) -> Key {
    let id = thread::database_id(repo, thread.number);
    match field {
        "updated" => Key::at(thread.updated_at, id),
        "comments" => Key::at(thread.comments.len() as i64, id),
        _ => Key::at(thread.created_at, id),
    }
}

fn repository_key(repo: &Repository, field: &str) -> Key {
    match field {
        // GitHub sorts repositories by their last push when asked for "updated".
        "updated" => Key::at(repo.pushed_at.unwrap_or(repo.created_at), repo.id),
        _ => Key::at(repo.created_at, repo.id),
    }
}

fn parse(text: &str) -> Query {
    let mut query = Query::default();
    for word in split(text) {
        let (negated, word) = match word.strip_prefix('-') {
            Some(rest) if rest.contains(':') => (true, rest),
            _ => (false, word.as_str()),
        };
        let Some((name, value)) = word.split_once(':') else {
            query.words.push(word.to_lowercase());
            continue;
        };
        let value = value.trim_matches('"').to_owned();
        match (name, negated) {
            ("org" | "user", false) => query.owners.push(value.to_ascii_lowercase()),
            ("repo", false) => query.repositories.push(value.to_ascii_lowercase()),
            ("sort", _) => {
                let (field, direction) = value.split_once('-').unwrap_or((&value, "desc"));
                query.sort = Some((field.to_owned(), direction != "asc"));
            }
            (name, negated) => query.qualifiers.push((name.to_owned(), value, negated)),
        }
    }
    query
}

/// Splits at blanks outside double quotes.
fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        quoted ^= letter == '"';
        if letter.is_whitespace() && !quoted {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        } else {
            word.push(letter);
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

impl Query {
    fn covers(&self, repo: &Repository) -> bool {
        if self.owners.is_empty() && self.repositories.is_empty() {
            return true;
        }
        self.owners.iter().any(|owner| repo.owner.eq_ignore_ascii_case(owner))
            || self.repositories.iter().any(|name| repo.full_name().eq_ignore_ascii_case(name))
    }

    fn admits(&self, repo: &Repository, owner: Owner<'_>) -> bool {
        let thread = owner.thread();
        let words = self.words.iter().all(|word| {
            thread.title.to_lowercase().contains(word) || thread.body.to_lowercase().contains(word)
        });
        words
            && self.qualifiers.iter().all(|(name, value, negated)| {
                qualifies(repo, owner, name, value).is_none_or(|holds| holds != *negated)
            })
    }

    fn admits_repository(&self, repo: &Repository) -> bool {
        let asks_forks =
            self.qualifiers.iter().any(|(name, value, _)| name == "fork" && value != "false");
        let words = self.words.iter().all(|word| repo.name.to_lowercase().contains(word));
        (asks_forks || !repo.fork)
            && words
            && self.qualifiers.iter().all(|(name, value, negated)| {
                let holds = match (name.as_str(), value.as_str()) {
                    ("archived", value) => (value == "true") == repo.archived,
                    ("fork", "only") => repo.fork,
                    ("pushed", value) => in_range(repo.pushed_at, value),
                    ("created", value) => in_range(Some(repo.created_at), value),
                    ("topic", value) => repo.topics.iter().any(|topic| topic == value),
                    _ => return true,
                };
                holds != *negated
            })
    }
}

/// Whether a thread fulfils a qualifier; `None` for qualifiers that are not understood, which
/// filter nothing.
fn qualifies(repo: &Repository, owner: Owner<'_>, name: &str, value: &str) -> Option<bool> {
    let thread = owner.thread();
    let pull = match owner {
        Owner::Pull(pull) => Some(pull),
        Owner::Issue(_) => None,
    };
    Some(match (name, value.to_ascii_lowercase().as_str()) {
        ("is" | "type", "pr" | "pull-request") => pull.is_some(),
        ("is" | "type", "issue") => pull.is_none(),
        ("is" | "state", "open") => thread.closed_at.is_none(),
        ("is" | "state", "closed") => thread.closed_at.is_some(),
        ("is", "merged") => pull.is_some_and(|pull| pull.merged_at.is_some()),
        ("is", "unmerged") => pull.is_some_and(|pull| pull_request::state(pull) == "CLOSED"),
        ("draft", draft) => pull.is_some_and(|pull| pull.draft == (draft == "true")),
        ("is", "draft") => pull.is_some_and(|pull| pull.draft),
        ("archived", archived) => repo.archived == (archived == "true"),
        // Commas are "or", as in the web search.
        ("label", _) => {
            let labels: Vec<&str> = value.split(',').map(|one| one.trim_matches('"')).collect();
            thread::has_any(thread, &labels)
        }
        ("author", login) => thread.author.eq_ignore_ascii_case(login),
        ("base", _) => pull.is_some_and(|pull| pull.base == value),
        ("head", _) => pull.is_some_and(|pull| pull.head.starts_with(value)),
        ("created", _) => in_range(Some(thread.created_at), value),
        ("updated", _) => in_range(Some(thread.updated_at), value),
        ("closed", _) => in_range(thread.closed_at, value),
        ("merged", _) => in_range(pull.and_then(|pull| pull.merged_at), value),
        _ => return None,
    })
}

/// Whether an instant fits `>=T`, `>T`, `<=T`, `<T`, `A..B`, `*..B`, `A..*`, or a day or instant.
fn in_range(at: Option<i64>, range: &str) -> bool {
    let Some(at) = at else { return false };
    // A date stands for its whole day.
    let end = |text: &str| {
        parse_time(text).map(|start| if text.contains('T') { start } else { start + 86_399 })
    };
    let from = |text: &str| text == "*" || parse_time(text).is_some_and(|start| at >= start);
    let to = |text: &str| text == "*" || end(text).is_some_and(|end| at <= end);
    if let Some((low, high)) = range.split_once("..") {
        return from(low) && to(high);
    }
    match range.split_at_checked(range.len().min(2)) {
        Some((">=", text)) => from(text),
        Some(("<=", text)) => to(text),
        _ if range.starts_with('>') => end(&range[1..]).is_some_and(|end| at > end),
        _ if range.starts_with('<') => parse_time(&range[1..]).is_some_and(|start| at < start),
        _ => from(range) && to(range),
    }
}

/// Whether a repository's owner is an organisation.
pub(super) fn in_organization(ctx: &Ctx<'_>, repo: &Repository) -> bool {
    let owner = ctx.state.account(&repo.owner);
    owner.is_some_and(|owner| owner.kind == AccountKind::Organization)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_take_githubs_forms() {
        let noon = Some(1_767_268_800); // 2026-01-01T12:00:00Z
        for (range, expected) in [
            (">=2026-01-01T12:00:00Z", true),
            (">2026-01-01T12:00:00Z", false),
            ("<=2026-01-01T12:00:00Z", true),
            ("<2026-01-01T12:00:00Z", false),
            (">=2026-01-01T13:00:00+02:00", true),
            ("2026-01-01", true),
            (">2026-01-01", false),
            ("<2026-01-01", false),
            ("2025-12-01..2026-01-01", true),
            ("*..2025-12-31", false),
            ("2026-01-01T12:00:00Z..*", true),
            ("nonsense", false),
        ] {
            assert_eq!(in_range(noon, range), expected, "{range}");
        }
        assert!(!in_range(None, "*..*"));
    }

    #[test]
    fn quoted_values_keep_their_blanks() {
        let query = parse(r#"org:acme label:"needs triage" -label:wip sort:updated-asc crash"#);
        assert_eq!(query.owners, ["acme"]);
        let qualifiers = [
            ("label".to_owned(), "needs triage".to_owned(), false),
            ("label".to_owned(), "wip".to_owned(), true),
        ];
        assert_eq!(query.qualifiers, qualifiers);
        assert_eq!(query.words, ["crash"]);
        assert_eq!(query.sort, Some(("updated".to_owned(), false)));
    }
}
