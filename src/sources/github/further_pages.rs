//! The further pages of pull requests' nested lists: those of several pull requests, whatever their
//! repositories, in one request, since a page asked for alone costs as much.

use super::client::Client;
use super::page::{MOST_FURTHER_PAGES, append, next_page};
use super::queries::PULL_REQUESTS_REST;
use super::verdict::GraphAnswer;
use crate::sources::SourceError;
use serde_json::{Map, Value, json};

/// The lists that the document asks for, with the letter of their variables.
const LISTS: [(&str, char); 6] = [
    ("labels", 'l'),
    ("commits", 'c'),
    ("reviews", 'r'),
    ("timelineItems", 't'),
    ("files", 'f'),
    ("comments", 'm'),
];

/// A list that does not end on the pages that are there.
struct Pending {
    /// The pull request's place among all.
    pull: usize,
    list: &'static str,
    letter: char,
    after: String,
    /// How many further pages it may take.
    left: usize,
}

/// Adds to pull requests what their nested lists hold beyond the pages that are there. Says of each
/// whether it is whole then; an error concerns the whole source.
pub(super) async fn complete(
    client: &Client,
    what: &str,
    mut pulls: Vec<&mut Value>,
) -> Result<Vec<bool>, SourceError> {
    let mut is_whole = vec![true; pulls.len()];
    let mut pending: Vec<Pending> = Vec::new();
    for (pull, node) in pulls.iter().enumerate() {
        pending.extend(LISTS.iter().filter_map(|(list, letter)| {
            let after = next_page(node.get(list)?)?;
            Some(Pending { pull, list, letter: *letter, after, left: MOST_FURTHER_PAGES })
        }));
    }
    while !pending.is_empty() {
        let (answer, size) = match client
            .ask(&PULL_REQUESTS_REST, what, |size| variables(&pulls, &pending, size))
            .await
        {
            Ok(answered) => (Some(answered.graph), answered.size),
            Err(refusal) if refusal.error.concerns_the_whole_source() => {
                return Err(refusal.error);
            }
            Err(refusal) => (None, refusal.size),
        };
        let asked: Vec<Pending> = pending.drain(..size.min(pending.len())).collect();
        let mut going_on = Vec::new();
        for (place, one) in asked.into_iter().enumerate() {
            let page = answer.as_ref().and_then(|answer| part(answer, place, one.list));
            let added = page.is_some_and(|mut page| append(pulls[one.pull], one.list, &mut page));
            is_whole[one.pull] &= added && one.left > 0;
            let after = next_page(&pulls[one.pull][one.list]);
            going_on.extend(after.map(|after| Pending {
                after,
                left: one.left.saturating_sub(1),
                ..one
            }));
        }
        pending.splice(..0, going_on);
        pending.retain(|one| is_whole[one.pull]);
    }
    Ok(is_whole)
}

fn variables(pulls: &[&mut Value], pending: &[Pending], size: usize) -> Value {
    let mut variables = Map::new();
    for place in 0..PULL_REQUESTS_REST.size {
        let asked = pending.get(place).filter(|_| place < size);
        variables.insert(format!("u{place}"), json!(asked.is_some()));
        if let Some(one) = asked {
            variables.insert(format!("i{place}"), pulls[one.pull]["id"].clone());
            variables.insert(format!("a{place}"), json!(one.after));
            variables.insert(format!("{}{place}", one.letter), json!(true));
        }
    }
    Value::Object(variables)
}

/// The page at a place, unless anything of it is broken.
fn part(answer: &GraphAnswer, place: usize, list: &str) -> Option<Value> {
    let place = format!("p{place}");
    let is_of_it = |path: &[Value]| path.first().is_none_or(|first| *first == *place);
    if answer.errors.iter().any(|error| is_of_it(&error.path)) {
        return None;
    }
    answer.data.get(place)?.get(list).cloned()
}
