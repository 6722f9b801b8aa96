//! A software catalog's entity, as catalog files and a catalog's server write it alike, and what a
//! component among entities says of itself.
//!
//! Absent here: where entities come from, and which repository they end up with.

use crate::sources::team_name;
use delivery::domain::{CatalogComponent, TeamName};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names of systems and lifecycles, which become labels, are no longer.
const LONGEST: usize = 100;

/// Types of components that are not deployed by themselves.
const LIBRARIES: [&str; 2] = ["library", "documentation"];
/// The annotation that names a component's repository.
const PROJECT_SLUG: &str = "github.com/project-slug";
/// The annotation that says where a component's source is.
const SOURCE_LOCATION: &str = "backstage.io/source-location";
/// The annotation with the service's id at PagerDuty.
const PAGERDUTY_SERVICE: &str = "pagerduty.com/service-id";
/// Annotations that say who is on call.
const ON_CALL: [&str; 5] = [
    PAGERDUTY_SERVICE,
    "pagerduty.com/integration-key",
    "opsgenie.com/component-selector",
    "opsgenie.com/team",
    "splunk.com/on-call-team",
];
/// The annotation that says where the documentation is.
const DOCS: &str = "backstage.io/techdocs-ref";

/// An entity, so far as it is read. What is missing is empty.
#[derive(Debug, Default, Deserialize)]
pub struct Entity {
    /// `Component`, `Location`, …
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    spec: Option<Spec>,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
    #[serde(default)]
    annotations: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    links: Option<Vec<Link>>,
}

#[derive(Debug, Default, Deserialize)]
struct Link {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Spec {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    system: Option<String>,
    #[serde(default)]
    lifecycle: Option<String>,
    #[serde(default)]
    target: Option<String>,
    #[serde(default)]
    targets: Option<Vec<String>>,
}

/// Where an entity was found.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In a file of a repository.
    File(Home<'a>),
    /// At a server: it says itself where it belongs.
    Server,
}

/// The repository and the folder that a file lies in.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// The folder, without slashes at its ends.
    pub folder: &'a str,
    /// The names that the repository is called by.
    pub names: &'a [&'a str],
}

/// What is wrong with a component, for which the rest of it may still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its name is none, such as the placeholder in a template's skeleton.
    NoName,
    /// Its owner is no team.
    NoTeam,
    /// It names a repository that is none.
    NoRepository,
}

/// The component that an entity is, with its flaws. Nothing where it is none, or where nobody could
/// say of which repository.
pub fn component(entity: &Entity, place: Place<'_>) -> (Option<CatalogComponent>, Vec<Flaw>) {
    if !entity.kind.eq_ignore_ascii_case("component") {
        return (None, Vec::new());
    }
    let Some(name) = entity_name(&entity.metadata.name) else { return (None, vec![Flaw::NoName]) };
    let mut flaws = Vec::new();
    let source = entity.annotation(SOURCE_LOCATION).and_then(source_location);
    let slug = entity.annotation(PROJECT_SLUG);
    let named = match slug {
        Some(text) => match repository_name(text) {
            Some(name) => Some(name),
            None => {
                flaws.push(Flaw::NoRepository);
                return (None, flaws);
            }
        },
        None => source.as_ref().map(|(name, _)| name.clone()),
    };
    let location = source.map(|(_, folder)| folder);
    let (repository, root) = match place {
        Place::Server => match named {
            Some(name) => (Some(name), location.unwrap_or_default()),
            None => return (None, flaws),
        },
        Place::File(home) => match named.filter(|name| !home.is_called(name)) {
            // A file that describes another repository lies in none of its folders.
            Some(other) => (Some(other), location.unwrap_or_default()),
            None => (None, location.unwrap_or_else(|| home.folder.to_owned())),
        },
    };
    let spec = entity.spec.as_ref();
    let team = match spec.and_then(|spec| spec.owner.as_deref()) {
        None => None,
        Some(owner) => {
            let team = team(owner);
            if team.is_none() {
                flaws.push(Flaw::NoTeam);
            }
            team
        }
    };
    let kind = spec.and_then(|spec| spec.kind.as_deref()).unwrap_or_default();
    let label = |text: Option<&String>| text.and_then(|text| short(text));
    let component = CatalogComponent {
        repository: repository.map(Arc::from),
        root: Arc::from(root),
        name,
        is_library: LIBRARIES.iter().any(|library| kind.eq_ignore_ascii_case(library)),
        team,
        system: label(spec.and_then(|spec| spec.system.as_ref())).map(|name| referred(&name)),
        lifecycle: label(spec.and_then(|spec| spec.lifecycle.as_ref())),
        pagerduty_service: entity.annotation(PAGERDUTY_SERVICE).and_then(short),
        has_on_call: ON_CALL.iter().any(|key| entity.annotation(key).is_some())
            || entity.links_to(&["on-call", "oncall", "pagerduty", "opsgenie"]),
        has_docs: entity.annotation(DOCS).is_some() || entity.links_to(&["doc", "runbook"]),
        has_slo: entity.links_to(&["slo"]),
        template: None,
    };
    (Some(component), flaws)
}

impl Home<'_> {
    fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

impl Entity {
    /// Its name.
    pub fn name(&self) -> &str {
        self.metadata.name.trim()
    }

    /// Other files that a location names, relative to its own.
    pub fn relative_targets(&self) -> Vec<&str> {
        let Some(spec) = &self.spec else { return Vec::new() };
        if !self.kind.eq_ignore_ascii_case("location") {
            return Vec::new();
        }
        let several = spec.targets.iter().flatten();
        let all = several.chain(&spec.target).map(String::as_str);
        all.filter(|target| !target.contains(':')).collect()
    }

    /// The template that it was made from, by the annotation that names it, as
    /// `template:default/service` or so; without regard to case, as the catalog compares names.
    pub fn template(&self, annotation: &str) -> Option<Arc<str>> {
        let name = short(self.annotation(annotation)?)?;
        short(&referred(&name.to_lowercase()))
    }

    /// Whether nothing tells of it any more.
    pub fn is_orphan(&self) -> bool {
        self.annotation("backstage.io/orphan") == Some("true")
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        let value = self.metadata.annotations.as_ref()?.get(key)?.as_deref()?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Whether a link's type or title has one of the words.
    fn links_to(&self, words: &[&str]) -> bool {
        let mut links = self.metadata.links.iter().flatten();
        links.any(|link| {
            let texts = [&link.kind, &link.title].into_iter().flatten();
            let mut texts = texts.map(|text| text.to_lowercase());
            let names = texts.any(|text| words.iter().any(|word| text.contains(word)));
            names && link.url.as_deref().is_some_and(|url| !url.trim().is_empty())
        })
    }
}

/// The team of an owner: `payments`, `group:payments` or `group:default/payments`, without regard
/// to case, as the catalog compares them. A user is no team.
fn team(owner: &str) -> Option<TeamName> {
    let owner = owner.trim().to_lowercase();
    let rest = match owner.split_once(':') {
        None => owner.as_str(),
        Some(("group", rest)) => rest,
        Some(_) => return None,
    };
    team_name(rest.strip_prefix("default/").unwrap_or(rest))
}

/// The name in a reference such as `system:default/checkout`.
fn referred(text: &str) -> Arc<str> {
    let name = text.split_once(':').map_or(text, |(_, rest)| rest);
    Arc::from(name.strip_prefix("default/").unwrap_or(name))
}

/// A name as Backstage takes it: letters and digits, `-`, `_` and `.` between them.
fn entity_name(text: &str) -> Option<Arc<str>> {
    let name = short(text)?;
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_outer = |letter: char| letter.is_ascii_alphanumeric();
    let fits = name.starts_with(is_outer) && name.ends_with(is_outer) && name.chars().all(is_inner);
    fits.then_some(name)
}

/// A text that may become a label.
fn short(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST;
    (fits && !text.contains(char::is_control)).then(|| Arc::from(text))
}

/// `owner/name`, if a text is that.
fn repository_name(text: &str) -> Option<String> {
    let (owner, name) = text.trim().split_once('/')?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    let is_name = |part: &str| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        !part.is_empty() && part.len() <= LONGEST && part.chars().all(is_letter)
    };
    (is_name(owner) && is_name(name)).then(|| format!("{owner}/{name}"))
}

/// The repository and the folder of `url:https://github.com/owner/name/tree/branch/folder/`.
fn source_location(text: &str) -> Option<(String, String)> {
    let url = text.strip_prefix("url:").unwrap_or(text);
    let path = url.split_once("://")?.1.split_once('/')?.1;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let name = repository_name(&format!("{}/{}", parts.next()?, parts.next()?))?;
    let kind = parts.next();
    let _branch = parts.next();
    let mut folder: Vec<&str> = parts.collect();
    if kind == Some("blob") {
        folder.pop();
    }
    Some((name, folder.join("/")))
}

#[cfg(test)]
#[path = "entity_tests.rs"]
mod tests;
