//! What reading a page of any list has in common: asking for it, completing its elements, decoding
//! them, and noting which were lost.

use super::client::Client;
use super::cursor::{Lost, Walking};
use super::further_pages;
use super::page::{Missing, Page, page};
use super::queries::Query;
use crate::sources::SourceError;
use delivery::domain::{Repository, Time};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Changes when facts are made in another way, so that lists are read anew.
const MAKING: &str = "1";

/// Why an element is lost that has too much in it.
const INCOMPLETE: &str = "a nested list could not be read whole";

/// A list of a repository.
pub(super) struct List<'a> {
    /// What asks for a page of it.
    pub(super) query: &'static Query,
    /// Where it is in an answer.
    pub(super) path: &'a [&'a str],
    /// The permission that it needs.
    pub(super) remedy: &'a str,
}

impl List<'_> {
    /// Reads the page at which a walk stands: from the start, where the place is not known any more.
    pub(super) async fn page(
        &self,
        client: &Client,
        walking: &mut Walking,
        what: &str,
        variables: impl Fn(usize, Option<&str>) -> Value,
    ) -> Result<Page, SourceError> {
        loop {
            let asked = |size: usize| variables(size, walking.after());
            let answer = client.ask(self.query, what, asked).await?.graph;
            walking.began_by(client.skew.latest());
            match page(&answer, self.path) {
                Err(Missing::StaleCursor) if walking.after().is_some() => walking.start_over(),
                Err(missing) => return Err(missing.into_error(what, self.remedy)),
                Ok(page) => return Ok(page),
            }
        }
    }
}

/// The elements of a page, before decoding.
pub(super) struct Elements {
    elements: Vec<Result<Value, String>>,
    next: Option<String>,
}

/// The elements of a page, decoded.
#[derive(Debug)]
pub(super) struct Read<T> {
    /// What could be read, in order.
    pub(super) good: Vec<T>,
    /// For each lost element, how many good ones stand before it.
    lost: Vec<usize>,
    /// Where the list goes on.
    pub(super) next: Option<String>,
}

impl<T> Read<T> {
    /// A list without elements.
    pub(super) fn nothing() -> Read<T> {
        Read { good: Vec::new(), lost: Vec::new(), next: None }
    }

    /// Whether anything of the page was lost.
    pub(super) fn has_losses(&self) -> bool {
        !self.lost.is_empty()
    }
}

impl Elements {
    pub(super) fn of(page: Page) -> Elements {
        Elements { elements: page.elements, next: page.next }
    }

    /// Reads on where nested lists do not end on their first page; what cannot be completed is
    /// lost. An error concerns the whole source.
    pub(super) async fn complete(
        &mut self,
        client: &Client,
        rest: &Query,
        what: &str,
        nested: &[&str],
    ) -> Result<(), SourceError> {
        for element in &mut self.elements {
            let Ok(node) = element else { continue };
            if !client.complete(rest, what, node, nested).await? {
                *element = Err(INCOMPLETE.to_owned());
            }
        }
        Ok(())
    }

    /// The same for a list of pull requests, which are completed together.
    pub(super) async fn complete_pulls(
        &mut self,
        client: &Client,
        what: &str,
    ) -> Result<(), SourceError> {
        let there = self.elements.iter_mut().flatten().collect();
        let is_whole = further_pages::complete(client, what, there).await?;
        let there = self.elements.iter_mut().filter(|element| element.is_ok());
        for (element, _) in there.zip(is_whole).filter(|(_, is_whole)| !is_whole) {
            *element = Err(INCOMPLETE.to_owned());
        }
        Ok(())
    }

    /// Decodes each element on its own: a broken one is named and counted, the others are good.
    pub(super) fn decode<T>(
        self,
        client: &Client,
        repo: &Repository,
        what: &str,
        decode: impl Fn(&Value) -> Result<T, String>,
    ) -> Read<T> {
        let mut read = Read { good: Vec::new(), lost: Vec::new(), next: self.next };
        for element in self.elements {
            match element.and_then(|node| decode(&node)) {
                Ok(good) => read.good.push(good),
                Err(why) => {
                    client.warn_lost(&repo.full_name, what, &why);
                    read.lost.push(read.good.len());
                }
            }
        }
        read
    }
}

/// How far back a page has to be read again for its lost elements: to the next good one.
pub(super) fn lost<T>(read: &Read<T>, at: impl Fn(&T) -> Time) -> Lost {
    match read.lost.last() {
        None => Lost::Nothing,
        Some(before) => read.good.get(*before).map_or(Lost::Unknown, |next| Lost::Since(at(next))),
    }
}

/// A short text that changes when any part does.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&MAKING).chain(parts) {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
