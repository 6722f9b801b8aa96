//! Backstage: the components of a software catalog's server.
//!
//! Absent here: which repository a component ends up with, and when the server is asked.

mod client;

use super::entity::{Entity, Flaw, Place, component};
use super::{Problem, SourceError};
use crate::clock::SharedClock;
use crate::config::CatalogSettings;
use client::Client;
use delivery::domain::{CatalogComponent, Claim, ClaimSource, Claims};
use serde::Deserialize;
use serde_json::Value;

/// How many entities are asked for at once.
const PAGE: &str = "500";
/// No catalog is read beyond so many pages.
const MOST_PAGES: usize = 400;
/// What is read of an entity.
const FIELDS: &str = "kind,metadata.name,metadata.annotations,metadata.links,spec.type,spec.owner,\
                      spec.system,spec.lifecycle";

/// A catalog's server.
pub struct Backstage {
    client: Client,
    /// The annotation that names a component's template.
    template: String,
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    /// All components that say of which repository they are.
    pub claims: Claims,
    /// What of it could not be used.
    pub problems: Vec<Problem>,
}

/// A page of `by-query`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<Value>,
    #[serde(default)]
    page_info: PageInfo,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    #[serde(default)]
    next_cursor: Option<String>,
}

impl Backstage {
    /// Prepares the client; nothing is asked yet. Fails on an unreadable `ca_file` or a proxy of an
    /// unsupported kind.
    pub fn connect(
        settings: &CatalogSettings,
        clock: SharedClock,
    ) -> Result<Backstage, SourceError> {
        let template = settings.template_annotation.clone();
        Ok(Backstage { client: Client::new(settings, clock)?, template })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        self.client.url()
    }

    /// Reads all components. Half an answer is none: what is missing from it would look like
    /// components that nobody owns any more.
    pub async fn components(&self) -> Result<Answer, SourceError> {
        let mut answer = Answer {
            claims: Claims { repo: None, source: ClaimSource::CatalogServer, claims: Vec::new() },
            problems: Vec::new(),
        };
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut query = vec![("fields", FIELDS), ("limit", PAGE)];
            match &cursor {
                // The filter is in the cursor.
                Some(cursor) => query.push(("cursor", cursor)),
                None => query.push(("filter", "kind=component")),
            }
            let page: Page = self.client.get("/api/catalog/entities/by-query", &query).await?;
            page.items.into_iter().for_each(|item| answer.take(item, &self.template));
            match page.page_info.next_cursor {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(answer),
            }
        }
        Err(self.client.malformed("its pages do not end".to_owned()))
    }
}

impl Answer {
    fn take(&mut self, item: Value, template: &str) {
        let entity: Entity = match serde_json::from_value(item) {
            Ok(entity) => entity,
            // The error may quote what it met, which may name a person.
            Err(_) => {
                let why = "it is not of the documented form".to_owned();
                self.problems.push(Problem::Malformed(why));
                return;
            }
        };
        // The file that it came from is gone.
        if entity.is_orphan() {
            return;
        }
        let (component, flaws) = component(&entity, Place::Server);
        let name = format!("`{}`", entity.name());
        self.problems.extend(flaws.into_iter().map(|flaw| match flaw {
            Flaw::NoName => Problem::NoName(name.clone()),
            Flaw::NoTeam => Problem::NoTeam(name.clone()),
            Flaw::NoRepository => Problem::NoRepository(name.clone()),
        }));
        let template = component.as_ref().and_then(|_| entity.template(template));
        let component = component.map(|one| CatalogComponent { template, ..one });
        self.claims.claims.extend(component.map(Claim::Component));
    }
}
