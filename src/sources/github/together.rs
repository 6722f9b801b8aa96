//! First pages of the lists of several repositories, asked for together: a few news of each fit into a
//! request that would else hold those of one.
//!
//! Only what came whole is used. Whatever is missing, broken or goes on is asked for by repository.

use super::GitHub;
use super::answers::Wanted;
use super::client::Client;
use super::queries::{
    DEPLOYMENTS_OF_SOME, HISTORIES_OF_SOME, OPEN_PULL_REQUESTS_OF_SOME, PULL_REQUESTS_OF_SOME,
    Query,
};
use super::verdict::GraphAnswer;
use crate::config::have_paths;
use crate::sources::SourceError;
use delivery::domain::{DeploymentSource, Oid, RepoId, Repository, Time};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The first page of a list, as if it had been asked for alone.
#[derive(Debug)]
pub struct FirstPage {
    pub(super) answer: GraphAnswer,
    /// When it was asked for, at the latest.
    pub(super) asked_at: Time,
    /// Whether deployments were asked for what selectors name.
    pub(super) marks: bool,
}

/// Where the reading of a list goes on.
#[derive(Debug, Default)]
pub struct Place<'a> {
    /// The cursor of the last page; absent at the beginning.
    pub cursor: Option<&'a str>,
    /// The list's first page, where it was asked for already; used where it is what comes next.
    pub first: Option<FirstPage>,
}

impl<'a> From<Option<&'a str>> for Place<'a> {
    fn from(cursor: Option<&'a str>) -> Place<'a> {
        Place { cursor, first: None }
    }
}

/// First pages by repository; each can be taken once.
#[derive(Debug, Default)]
pub struct FirstPages {
    deployments: HashMap<RepoId, FirstPage>,
    pulls: HashMap<RepoId, FirstPage>,
    open: HashMap<RepoId, FirstPage>,
    histories: HashMap<(RepoId, Oid), FirstPage>,
}

impl FirstPages {
    /// The first page of a repository's deployments.
    pub fn deployments(&mut self, repo: RepoId) -> Option<FirstPage> {
        self.deployments.remove(&repo)
    }

    /// The first page of a repository's pull requests.
    pub fn pulls(&mut self, repo: RepoId) -> Option<FirstPage> {
        self.pulls.remove(&repo)
    }

    /// The first page of a repository's open pull requests.
    pub fn open(&mut self, repo: RepoId) -> Option<FirstPage> {
        self.open.remove(&repo)
    }

    /// The first page of the history from a commit.
    pub fn history(&mut self, repo: RepoId, from: Oid) -> Option<FirstPage> {
        self.histories.remove(&(repo, from))
    }
}

impl GitHub {
    /// Asks for the first pages of several repositories' lists together. Lists whose elements need
    /// more than such a page tells are left out. An error concerns the whole source.
    pub async fn first_pages(&self, mut wanted: Wanted) -> Result<FirstPages, SourceError> {
        let known = self.parsing.components.now();
        let parsing = &self.parsing;
        let with_paths = |repo: &Repository| parsing.needs_changed_paths(repo, &known.of(repo));
        wanted.pulls.retain(|repo| !with_paths(repo));
        wanted.open.retain(|repo| !have_paths(&known.of(repo)));
        let is_githubs =
            |repo: &Repository| self.source_of(repo) == DeploymentSource::GitHubDeployments;
        wanted.deployments.retain(is_githubs);
        let marks = !known.marks().is_empty();
        first_pages(&self.client, &wanted, marks).await
    }
}

/// Asks for the first pages of all that is wanted. An error concerns the whole source.
async fn first_pages(
    client: &Client,
    wanted: &Wanted,
    marks: bool,
) -> Result<FirstPages, SourceError> {
    let ids = |some: &[Repository]| -> Vec<String> {
        some.iter().map(|repo| repo.node_id.to_string()).collect()
    };
    let deployments = Together {
        client,
        marks,
        query: &DEPLOYMENTS_OF_SOME,
        list: "deployments",
        variables: |some: &[Repository]| json!({ "ids": ids(some), "marks": marks }),
        place: |at: usize| vec![json!("nodes"), json!(at)],
    };
    let pulls = Together {
        client,
        marks: false,
        query: &PULL_REQUESTS_OF_SOME,
        list: "pullRequests",
        variables: |some: &[Repository]| json!({ "ids": ids(some) }),
        place: |at: usize| vec![json!("nodes"), json!(at)],
    };
    let open = Together {
        client,
        marks: false,
        query: &OPEN_PULL_REQUESTS_OF_SOME,
        list: "pullRequests",
        variables: |some: &[Repository]| json!({ "ids": ids(some) }),
        place: |at: usize| vec![json!("nodes"), json!(at)],
    };
    let histories = Together {
        client,
        marks: false,
        query: &HISTORIES_OF_SOME,
        list: "object",
        variables: history_variables,
        place: |at: usize| vec![json!(format!("r{at}"))],
    };
    let by_repo = |pages: Vec<(Repository, FirstPage)>| {
        pages.into_iter().map(|(repo, page)| (repo.id, page)).collect()
    };
    let heads = histories.ask(&wanted.heads).await?.into_iter();
    Ok(FirstPages {
        deployments: by_repo(deployments.ask(&wanted.deployments).await?),
        pulls: by_repo(pulls.ask(&wanted.pulls).await?),
        open: by_repo(open.ask(&wanted.open).await?),
        histories: heads.map(|((repo, from), page)| ((repo.id, from), page)).collect(),
    })
}

fn history_variables(some: &[(Repository, Oid)]) -> Value {
    let mut variables = Map::new();
    for place in 0..HISTORIES_OF_SOME.size {
        let wanted = some.get(place);
        variables.insert(format!("u{place}"), json!(wanted.is_some()));
        if let Some((repo, from)) = wanted {
            variables.insert(format!("i{place}"), json!(&*repo.node_id));
            variables.insert(format!("o{place}"), json!(from.to_string()));
        }
    }
    Value::Object(variables)
}

/// A question about several repositories.
struct Together<'a, V, P> {
    client: &'a Client,
    marks: bool,
    query: &'a Query,
    /// The part that is to be there.
    list: &'a str,
    variables: V,
    /// Where the answer holds a repository, by its place in the question.
    place: P,
}

impl<V, P> Together<'_, V, P>
where
    P: Fn(usize) -> Vec<Value>,
{
    async fn ask<T: Clone>(&self, wanted: &[T]) -> Result<Vec<(T, FirstPage)>, SourceError>
    where
        V: Fn(&[T]) -> Value,
    {
        let mut pages = Vec::new();
        let mut rest = wanted;
        // One alone is better asked for alone: its page is larger.
        while rest.len() > 1 {
            let begun = self.client.now();
            let what = "news of several repositories";
            let variables = |size: usize| (self.variables)(&rest[..size.min(rest.len())]);
            let answered = match self.client.ask(self.query, what, variables).await {
                Ok(answered) => answered,
                Err(refusal) if refusal.error.concerns_the_whole_source() => {
                    return Err(refusal.error);
                }
                // Each is asked for alone, which tells what is wrong with which.
                Err(_) => break,
            };
            let asked_at = begun.min(self.client.skew.latest());
            let (batch, later) = rest.split_at(answered.size.min(rest.len()));
            rest = later;
            for (at, one) in batch.iter().enumerate() {
                let answer = self.part(&answered.graph, at);
                let marks = self.marks;
                let page = answer.map(|answer| FirstPage { answer, asked_at, marks });
                pages.extend(page.map(|page| (one.clone(), page)));
            }
        }
        Ok(pages)
    }

    /// What an answer holds of one repository, where that is whole.
    fn part(&self, answer: &GraphAnswer, at: usize) -> Option<GraphAnswer> {
        let place = (self.place)(at);
        let is_of_it = |path: &[Value]| {
            path.is_empty() || path.iter().zip(&place).all(|(left, right)| left == right)
        };
        if answer.errors.iter().any(|error| is_of_it(&error.path)) {
            return None;
        }
        let node = place.iter().try_fold(&answer.data, |value, key| match key {
            Value::String(name) => value.get(name),
            key => value.get(usize::try_from(key.as_u64()?).ok()?),
        })?;
        node.get(self.list).filter(|list| !list.is_null())?;
        Some(GraphAnswer { data: json!({ "node": node }), errors: Vec::new() })
    }
}
