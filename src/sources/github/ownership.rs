//! What GitHub says of whose repositories are: custom properties and topics.
//!
//! Absent here: which source is believed, and when it is asked.

use super::client::Client;
use super::page::nodes;
use crate::sources::{SourceError, team_name};
use delivery::domain::{Claim, RepoId, TeamName};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What reading custom properties needs.
const PROPERTIES_REMEDY: &str = "Custom properties: read of the organisation (classic token: \
                                 read:org), or leave custom_property out of ownership.order";

/// What was said of repositories of an organisation, and what of it could not be used.
#[derive(Debug, Default)]
pub struct Said {
    /// The claims by repository; a repository of which nothing is said is not there.
    pub claims: BTreeMap<RepoId, Vec<Claim>>,
    /// How many owners were named that are no team.
    pub no_team: usize,
}

#[derive(Deserialize)]
struct WireRepository {
    repository_id: u64,
    #[serde(default)]
    properties: Vec<WireProperty>,
}

#[derive(Deserialize)]
struct WireProperty {
    property_name: String,
    #[serde(default)]
    value: Value,
}

/// Reads the custom property `name` of all repositories of an organisation.
pub(super) async fn custom_properties(
    client: &Client,
    organization: &str,
    name: &str,
) -> Result<Said, SourceError> {
    let what = format!("custom properties of `{organization}`");
    let path = format!("/orgs/{organization}/properties/values");
    let mut said = Said::default();
    for page in client.list(&path, &what, PROPERTIES_REMEDY).await? {
        for element in &page.elements {
            let repository = match WireRepository::deserialize(element) {
                Ok(repository) => repository,
                Err(error) => {
                    client.warn_lost("", &what, &error.to_string());
                    continue;
                }
            };
            let property = repository.properties.into_iter();
            let mut property = property.filter(|one| one.property_name.eq_ignore_ascii_case(name));
            let values = property.next().map(|property| texts(&property.value)).unwrap_or_default();
            said.take(RepoId(repository.repository_id), &values);
        }
    }
    Ok(said)
}

/// A property is a text, several texts, or nothing.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(texts) => {
            texts.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

impl Said {
    fn take(&mut self, repo: RepoId, owners: &[String]) {
        let named: Vec<&String> = owners.iter().filter(|owner| !owner.trim().is_empty()).collect();
        let teams: Vec<TeamName> = named.iter().filter_map(|owner| team_name(owner)).collect();
        self.no_team += named.len() - teams.len();
        if !teams.is_empty() {
            self.claims.insert(repo, teams.into_iter().map(Claim::Team).collect());
        }
    }
}

/// The teams that a repository's topics name.
pub(super) fn topics(node: &Value, prefix: &str) -> Vec<Claim> {
    let topics = nodes(node, "repositoryTopics").filter_map(|one| one["topic"]["name"].as_str());
    let teams = topics.filter_map(|topic| topic.strip_prefix(prefix)).filter_map(team_name);
    teams.map(Claim::Team).collect()
}
