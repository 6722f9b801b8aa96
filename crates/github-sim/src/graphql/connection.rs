//! Connections: pages cut out of ordered lists by cursors that survive insertions.
//!
//! A cursor names the sort key of its item, so that items added or removed before it do not move
//! the page. Only a commit history's cursor is different (`commit.rs`).

use super::args::Args;
use super::exec::{Failure, Node, Out};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most that `first` and `last` may ask for.
const PAGE_LIMIT: i64 = 100;

/// Where an item stands in its list: by number, then text, then id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) i64, pub(crate) String, pub(crate) u64);

impl Key {
    /// A key for lists ordered by time.
    pub(crate) fn at(time: i64, id: u64) -> Key {
        Key(time, String::new(), id)
    }

    fn cursor(&self) -> String {
        STANDARD.encode(format!("cursor:v2:{}:{}:{}", self.0, self.2, self.1))
    }

    fn parse(cursor: &str) -> Option<Key> {
        let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
        let mut parts = text.strip_prefix("cursor:v2:")?.splitn(3, ':');
        let (number, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Key(number, parts.next()?.to_owned(), id))
    }
}

/// One page of a list.
pub(crate) struct Connection<'s> {
    pub(crate) items: Vec<(String, Node<'s>)>,
    pub(crate) total: usize,
    pub(crate) before: bool,
    pub(crate) after: bool,
}

/// The bounds of a page, as asked.
pub(crate) struct Bounds {
    first: Option<usize>,
    last: Option<usize>,
}

impl Bounds {
    /// Reads `first` and `last`. `counting` says that only the count is selected, which GitHub
    /// answers without either.
    ///
    /// # Errors
    /// What GitHub says of missing or excessive bounds.
    pub(crate) fn read(args: Args<'_>, field: &str, counting: bool) -> Result<Bounds, Failure> {
        let (first, last) = (args.number("first"), args.number("last"));
        if first.is_none() && last.is_none() && !counting {
            let message = format!(
                "You must provide a `first` or `last` value to properly paginate the `{field}` connection."
            );
            return Err(Failure::of("MISSING_PAGINATION_BOUNDARIES", message));
        }
        for (name, value) in [("first", first), ("last", last)] {
            let Some(value) = value else { continue };
            if value > PAGE_LIMIT {
                let message = format!(
                    "Requesting {value} records on the `{field}` connection exceeds the `{name}` limit of {PAGE_LIMIT} records."
                );
                return Err(Failure::of("EXCESSIVE_PAGINATION", message));
            }
            if value < 0 {
                let message =
                    format!("`{name}` on the `{field}` connection cannot be less than zero.");
                return Err(Failure::of("ARGUMENT_LIMIT", message));
            }
        }
        let size = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
        Ok(Bounds { first: size(first), last: size(last) })
    }

    /// The part of `from..to` that these bounds leave.
    pub(crate) fn cut(&self, from: usize, to: usize) -> (usize, usize) {
        let to = self.first.map_or(to, |first| to.min(from + first));
        let from = self.last.map_or(from, |last| from.max(to.saturating_sub(last)));
        (from, to)
    }
}

/// Cuts a page out of `items`, which have passed the filters. They are sorted here.
pub(crate) fn page<'s, T: Copy>(
    args: Args<'_>,
    bounds: &Bounds,
    descending: bool,
    mut items: Vec<(Key, T)>,
    node: impl Fn(T) -> Node<'s>,
) -> Out<'s> {
    items.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
    let position = |name: &str, past: bool| -> Result<Option<usize>, Failure> {
        let Some(cursor) = args.text(name) else { return Ok(None) };
        let key = Key::parse(cursor).ok_or_else(|| invalid_cursor(cursor, name))?;
        let is_before = |item: &Key| if descending { *item > key } else { *item < key };
        Ok(Some(items.partition_point(|(item, _)| is_before(item) || (past && *item == key))))
    };
    let (after, before) = match (position("after", true), position("before", false)) {
        (Ok(after), Ok(before)) => (after, before),
        (Err(failure), _) | (_, Err(failure)) => return Out::Fail(failure),
    };
    let (from, to) = (after.unwrap_or(0), before.unwrap_or(items.len()));
    let (from, to) = bounds.cut(from.min(to), to);
    let selected = items[from..to].iter().map(|(key, item)| (key.cursor(), node(*item))).collect();
    Out::Connection(Connection {
        items: selected,
        total: items.len(),
        before: from > 0,
        after: to < items.len(),
    })
}

pub(crate) fn invalid_cursor(cursor: &str, argument: &str) -> Failure {
    Failure::of(
        "INVALID_CURSOR_ARGUMENTS",
        format!("`{cursor}` does not appear to be a valid cursor in `{argument}`."),
    )
}
