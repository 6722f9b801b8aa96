//! Backstage: the components of a software catalog's server.
//!
//! Absent here: which repository a component ends up with, and when the server is asked.

use super::entity::{Entity, Flaw, Place, component};
use super::rest::{Rest, Vendor};
use super::{Problem, SourceError};
use crate::clock::SharedClock;
use crate::config::CatalogSettings;
use delivery::domain::{CatalogComponent, Claim, ClaimSource, Claims};
use http::HeaderValue;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

/// What is asked, for messages.
const WHAT: &str = "components";
/// How many entities are asked for at once.
const PAGE: &str = "500";
/// No catalog is read beyond so many pages.
const MOST_PAGES: usize = 400;
/// What is read of an entity.
const FIELDS: &str = "kind,metadata.name,metadata.annotations,metadata.links,spec.type,spec.owner,\
                      spec.system,spec.lifecycle";

/// A catalog's server.
pub struct Backstage {
    rest: Rest,
    url: String,
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
    /// Prepares the client; nothing is asked yet. Fails on an unreadable `ca_file`, a token that no
    /// header can hold or a proxy of an unsupported kind.
    pub fn connect(
        settings: &CatalogSettings,
        clock: SharedClock,
    ) -> Result<Backstage, SourceError> {
        let url = settings.url.trim_end_matches('/').to_owned();
        let bearer = settings.token.as_ref().map(|(token, _)| {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
            bearer.set_sensitive(true);
            Ok::<_, http::header::InvalidHeaderValue>(bearer)
        });
        let authorization = bearer.transpose().map_err(|_| SourceError::Setup {
            what: "catalog".to_owned(),
            cause: "the token holds what no header can; write the token alone".to_owned(),
        })?;
        let origin = settings.token.as_ref().map_or("no token", |(_, origin)| origin).to_owned();
        let vendor = Vendor {
            source: "the catalog".to_owned(),
            url: url.clone(),
            ca_file: settings.ca_file.clone(),
            authorization,
            origin,
            accept: "application/json",
            hint: "set catalog.token_env or catalog.token_file to a token of the server's \
                   backend.auth.externalAccess",
            permission: "catalog.entity.read",
            limit_headers: &["retry-after"],
            message: "/error/message",
        };
        let template = settings.template_annotation.clone();
        Ok(Backstage { rest: Rest::new(vendor, clock)?, url, template })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
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
            // The filter is in the cursor.
            let which = match &cursor {
                Some(cursor) => ("cursor", cursor.clone()),
                None => ("filter", "kind=component".to_owned()),
            };
            let query = [("fields", FIELDS.to_owned()), ("limit", PAGE.to_owned()), which];
            let page = self.rest.get(WHAT, "/api/catalog/entities/by-query", &query).await?;
            let missing = || SourceError::Failed {
                what: format!("{WHAT} of the catalog"),
                status: 404,
                message: format!("{} is no Backstage backend; check `catalog.url`", self.url),
            };
            let page: Page = serde_json::from_value(page.ok_or_else(missing)?)
                .map_err(|_| self.rest.garbled(WHAT, "it has no list `items`".to_owned()))?;
            page.items.into_iter().for_each(|item| answer.take(item, &self.template));
            match page.page_info.next_cursor {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(answer),
            }
        }
        Err(self.rest.garbled(WHAT, "its pages do not end".to_owned()))
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
