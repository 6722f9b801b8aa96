//! Finding the repositories that the configuration asks for, and what became of known ones.

use super::answers::{Discovery, Ending};
use super::client::{Answered, Client, Refusal};
use super::ownership::topics;
use super::page::{Missing, absence, page, part};
use super::probe::REFUSALS_IN_A_ROW;
use super::queries::{NAMED_REPOSITORIES, ORGANIZATION, OWNER, Query, REPOSITORIES_BY_ID};
use super::repositories::{Listed, Wanted, listed, remember};
use super::verdict::GraphAnswer;
use crate::config::GitHubSettings;
use crate::sources::SourceError;
use delivery::domain::{Claim, ClaimSource, Claims, RepoId, Repository, RepositoryState};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What every token needs.
const REMEDY: &str = "Metadata: read (classic token: repo)";

/// A discovery under way.
pub(super) struct Search<'a> {
    client: &'a Client,
    settings: &'a GitHubSettings,
    /// What topics start with that name a team; absent where topics are not read.
    topic_prefix: Option<&'a str>,
    topics: BTreeMap<RepoId, Vec<Claim>>,
    known: HashMap<RepoId, &'a Repository>,
    found: BTreeMap<RepoId, Listed>,
    /// What the configured names mean at GitHub now, by the name in lower case.
    named: HashMap<String, RepoId>,
    gone: Vec<Repository>,
    /// Owners that may not be seen, in lower case.
    unseen: BTreeSet<String>,
    failures: Vec<SourceError>,
}

impl<'a> Search<'a> {
    /// Starts a search; of `known` only those of this source count.
    pub(super) fn new(
        client: &'a Client,
        settings: &'a GitHubSettings,
        topic_prefix: Option<&'a str>,
        known: &'a [Repository],
    ) -> Search<'a> {
        let own = known.iter().filter(|repo| settings.is_home_of(repo));
        let known = own.map(|repo| (repo.id, repo)).collect();
        Search {
            client,
            settings,
            topic_prefix,
            topics: BTreeMap::new(),
            known,
            found: BTreeMap::new(),
            named: HashMap::new(),
            gone: Vec::new(),
            unseen: BTreeSet::new(),
            failures: Vec::new(),
        }
    }

    /// Runs the search. An error concerns the whole source.
    pub(super) async fn run(mut self) -> Result<Discovery, SourceError> {
        let wanted = Wanted::by(self.settings);
        for owner in wanted.owners() {
            if let Err(error) = self.list_owner(&owner).await {
                let (not_found, forbidden) = (error.is_not_found(), error.is_forbidden());
                if not_found || forbidden {
                    self.unseen.insert(owner.to_ascii_lowercase());
                }
                self.note(error)?;
            }
        }
        self.ask_names(&wanted.names()).await?;
        self.ask_known().await?;
        let organizations = self.owners(|listed| listed.in_organization);
        let owners = self.owners(|_| true);
        let known = &self.known;
        let left_out = self.found.values().filter(|listed| {
            wanted.covers(&listed.repository.full_name)
                && wanted.shares(listed)
                && !wanted.includes(listed, &self.named)
        });
        let left_out = left_out.map(|listed| Arc::clone(&listed.repository.full_name)).collect();
        let topics = &mut self.topics;
        let mut claims = Vec::new();
        let mut endings: BTreeMap<RepoId, Ending> =
            self.gone.iter().map(|gone| (gone.id, Ending::Gone)).collect();
        let repositories = self.found.into_values().filter_map(|listed| {
            let ending = wanted.ending(&listed, &self.named);
            let mut repository = listed.repository;
            if let Some(ending) = ending {
                // Nobody needs to hear of a repository that was never collected.
                known.get(&repository.id)?;
                endings.insert(repository.id, ending);
                repository.state = RepositoryState::Excluded;
            }
            if let Some(said) = topics.remove(&repository.id) {
                let (repo, source) = (Some(repository.id), ClaimSource::Topic);
                claims.push(Claims { repo, source, claims: said });
            }
            Some(repository)
        });
        let repositories = repositories.chain(self.gone).collect();
        let failures = self.failures;
        let unseen = self.unseen;
        Ok(Discovery {
            repositories,
            left_out,
            endings,
            organizations,
            owners,
            unseen,
            claims,
            failures,
        })
    }

    /// The owners of what was found and is so, in lower case.
    fn owners(&self, is_so: impl Fn(&Listed) -> bool) -> BTreeSet<String> {
        self.found
            .values()
            .filter(|listed| is_so(listed))
            .map(|one| owner(&one.repository))
            .collect()
    }

    async fn list_owner(&mut self, owner: &str) -> Result<(), SourceError> {
        let what = format!("repositories of `{owner}`");
        match self.list(&ORGANIZATION, owner, &what).await? {
            Ok(()) => Ok(()),
            // A user account is no organisation.
            Err(Missing::NotFound) => match self.list(&OWNER, owner, &what).await? {
                Ok(()) => Ok(()),
                Err(missing) => Err(missing.into_error(&what, REMEDY)),
            },
            Err(missing) => Err(missing.into_error(&what, REMEDY)),
        }
    }

    async fn list(
        &mut self,
        query: &Query,
        owner: &str,
        what: &str,
    ) -> Result<Result<(), Missing>, SourceError> {
        let mut after: Option<String> = None;
        loop {
            let topics = self.topic_prefix.is_some();
            let variables = |size: usize| json!({ "login": owner, "first": size, "after": after, "topics": topics });
            let Answered { graph, .. } = self.client.ask(query, what, variables).await?;
            let page = match page(&graph, &["owner", "repositories"]) {
                Ok(page) => page,
                Err(missing) => return Ok(Err(missing)),
            };
            for element in page.elements {
                match element {
                    Ok(node) => self.found_one(&node, what),
                    Err(why) => self.client.warn_lost("", what, &why),
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(Ok(())),
            }
        }
    }

    async fn ask_names(&mut self, names: &[&str]) -> Result<(), SourceError> {
        let mut rest = names;
        let mut refused = 0;
        let topics = self.topic_prefix.is_some();
        while !rest.is_empty() {
            let what = "repositories by name";
            let variables = |size: usize| name_variables(&rest[..size.min(rest.len())], topics);
            let (asked, answer) =
                self.ask(&NAMED_REPOSITORIES, what, variables, &mut refused).await?;
            let (batch, later) = rest.split_at(asked.min(rest.len()));
            rest = later;
            let Some(answer) = answer else { continue };
            for (place, name) in batch.iter().enumerate() {
                let alias = format!("r{place}");
                match part(&answer, &[&alias]) {
                    Ok(node) => self.found_by_name(node, name),
                    Err(missing) => {
                        let what = format!("repository `{name}`");
                        self.failures.push(missing.into_error(&what, REMEDY));
                    }
                }
            }
        }
        Ok(())
    }

    /// Known repositories that no list shows are asked by id before they are called gone. Where their
    /// owner may not be seen, what became of them is not known.
    async fn ask_known(&mut self) -> Result<(), SourceError> {
        let unseen = self.known.values().filter(|repo| !self.found.contains_key(&repo.id));
        // What is gone or excluded already is not asked again, unless it was seen.
        let mut unseen: Vec<&Repository> = unseen
            .filter(|repo| repo.state == RepositoryState::Active)
            .filter(|repo| !self.unseen.contains(&owner(repo)))
            .copied()
            .collect();
        unseen.sort_by_key(|repo| repo.id);
        let mut rest = &unseen[..];
        let mut refused = 0;
        let topics = self.topic_prefix.is_some();
        while !rest.is_empty() {
            let what = "known repositories by id";
            let variables = |size: usize| {
                let ids: Vec<&str> = rest.iter().take(size).map(|repo| &*repo.node_id).collect();
                json!({ "ids": ids, "topics": topics })
            };
            let (asked, answer) =
                self.ask(&REPOSITORIES_BY_ID, what, variables, &mut refused).await?;
            let (batch, later) = rest.split_at(asked.min(rest.len()));
            rest = later;
            let Some(answer) = answer else { continue };
            for (place, repo) in batch.iter().enumerate() {
                let node = answer.data.get("nodes").and_then(|nodes| nodes.get(place));
                match node.filter(|node| node.get("databaseId").is_some()) {
                    Some(node) => self.found_one(node, what),
                    None => match absence(&answer.errors, place) {
                        Missing::NotFound => {
                            let state = RepositoryState::Gone;
                            self.gone.push(Repository { state, ..(*repo).clone() });
                        }
                        other => {
                            let what = format!("repository `{}`", repo.full_name);
                            self.failures.push(other.into_error(&what, REMEDY));
                        }
                    },
                }
            }
        }
        Ok(())
    }

    /// Asks about some repositories; gives how many, and the answer. Where it is refused there is
    /// none, and why is kept; `refused` in a row are one too many.
    async fn ask(
        &mut self,
        query: &Query,
        what: &str,
        variables: impl Fn(usize) -> Value,
        refused: &mut usize,
    ) -> Result<(usize, Option<GraphAnswer>), SourceError> {
        match self.client.ask(query, what, variables).await {
            Ok(Answered { graph, size }) => {
                *refused = 0;
                Ok((size, Some(graph)))
            }
            Err(Refusal { error, size }) => {
                *refused += 1;
                if *refused >= REFUSALS_IN_A_ROW {
                    return Err(error);
                }
                self.note(error)?;
                Ok((size, None))
            }
        }
    }

    fn found_by_name(&mut self, node: &Value, name: &str) {
        let id = node.get("databaseId").and_then(Value::as_u64).map(RepoId);
        self.found_one(node, &format!("repository `{name}`"));
        let Some(id) = id else { return };
        self.named.insert(name.to_ascii_lowercase(), id);
        let Some(found) = self.found.get_mut(&id) else { return };
        if !found.repository.full_name.eq_ignore_ascii_case(name) {
            // GitHub redirects from the configured name, which stays the way to call it.
            remember(&mut found.repository.former_names, name);
        }
    }

    fn found_one(&mut self, node: &Value, what: &str) {
        let id = node.get("databaseId").and_then(Value::as_u64).map(RepoId);
        let known = id.and_then(|id| self.known.get(&id)).copied();
        match listed(node, &self.settings.host, known) {
            Ok(listed) => {
                let id = listed.repository.id;
                if let Some(prefix) = self.topic_prefix {
                    self.topics.insert(id, topics(node, prefix));
                }
                self.found.entry(id).or_insert(listed);
            }
            Err(why) => self.client.warn_lost("", what, &why),
        }
    }

    /// Keeps a failure of a part; passes on one of the whole source.
    fn note(&mut self, error: SourceError) -> Result<(), SourceError> {
        if error.concerns_the_whole_source() {
            return Err(error);
        }
        self.failures.push(error);
        Ok(())
    }
}

/// The owner of a repository, in lower case.
fn owner(repository: &Repository) -> String {
    repository.full_name.split('/').next().unwrap_or_default().to_ascii_lowercase()
}

fn name_variables(names: &[&str], topics: bool) -> Value {
    let mut variables = Map::new();
    variables.insert("topics".to_owned(), json!(topics));
    for place in 0..NAMED_REPOSITORIES.size {
        let name = names.get(place).and_then(|name| name.split_once('/'));
        variables.insert(format!("u{place}"), json!(name.is_some()));
        if let Some((owner, name)) = name {
            variables.insert(format!("o{place}"), json!(owner));
            variables.insert(format!("n{place}"), json!(name));
        }
    }
    Value::Object(variables)
}
