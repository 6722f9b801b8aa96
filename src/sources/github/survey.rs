//! One look at many repositories: what their lists hold, and which of them may be read.
//!
//! A list that may not be read takes its whole repository out of the answer, so such a repository is
//! asked again without that list.

use super::GitHub;
use super::client::Client;
use super::incidents::IssueRule;
use super::page::{absence, below, iso8601, nodes, reason, time};
use super::queries::SURVEY;
use super::verdict::GraphAnswer;
use super::{commits, deployments, incidents, pull_requests};
use crate::sources::SourceError;
use delivery::domain::{Collector, RepoId, Repository, Time};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// The lists that are asked for: the collector that reads them, the field, and the permission.
const LISTS: [(Collector, &str, &str); 4] = [
    (Collector::Deployments, "deployments", deployments::REMEDY),
    (Collector::PullRequests, "pullRequests", pull_requests::REMEDY),
    (Collector::Incidents, "issues", incidents::REMEDY),
    (Collector::Commits, "defaultBranchRef", commits::REMEDY),
];
/// What looking at a repository needs.
const REMEDY: &str = "Metadata: read (classic token: repo)";
/// Where [`LISTS`] holds the incidents.
const INCIDENTS: usize = 2;

/// What one repository holds.
#[derive(Debug)]
pub struct Survey {
    /// The repository.
    pub repo: RepoId,
    /// Why it could not be looked at, or nothing.
    pub failure: Option<SourceError>,
    /// Lists that may not be read, with the permission that is missing.
    pub unreadable: Vec<(Collector, SourceError)>,
    /// The names of its environments, at most 100.
    pub environments: Vec<String>,
    /// Deployments to whatever environment.
    pub deployments: Newest<ListedDeployment>,
    /// When merged pull requests were opened.
    pub pulls: Newest<Time>,
    /// When issues with an incident label were opened; none where they are not looked for.
    pub incidents: Newest<Time>,
    /// Commits of the default branch since the asked time.
    pub commits: u64,
}

/// A list's size, and its newest elements (at most 100), newest first.
#[derive(Clone, Debug)]
pub struct Newest<T> {
    /// How many there are in all.
    pub total: u64,
    /// The newest.
    pub newest: Vec<T>,
}

impl<T> Default for Newest<T> {
    fn default() -> Newest<T> {
        Newest { total: 0, newest: Vec::new() }
    }
}

/// A deployment as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDeployment {
    /// When it was created.
    pub created_at: Time,
    /// Its environment.
    pub environment: String,
    /// Whether it succeeded, as far as its latest status tells: what is inactive was live before.
    pub succeeded: bool,
}

impl GitHub {
    /// Looks at each repository once, in batches: the newest of its lists and how many there are,
    /// with the commits of the default branch since `since`. Nothing of it is a fact; it tells what
    /// collecting would find; `told` hears of how many more are answered. The order is kept. An
    /// error concerns the whole source.
    pub async fn survey(
        &self,
        repos: &[Repository],
        since: Time,
        told: impl Fn(usize),
    ) -> Result<Vec<Survey>, SourceError> {
        let labels =
            |repo: &Repository| IssueRule::of(&self.parsing.incidents, &repo.full_name).labels();
        Surveying::new(&self.client, repos, labels, since).run(told).await
    }
}

/// A survey under way.
pub(super) struct Surveying<'a> {
    client: &'a Client,
    repos: &'a [Repository],
    labels: Vec<Vec<String>>,
    since: Time,
    surveys: Vec<Survey>,
}

/// What is asked alike of a batch: the lists, and the incident labels.
type Shape = ([bool; 4], Vec<String>);

impl<'a> Surveying<'a> {
    pub(super) fn new(
        client: &'a Client,
        repos: &'a [Repository],
        labels: impl Fn(&Repository) -> Vec<String>,
        since: Time,
    ) -> Surveying<'a> {
        let surveys = repos.iter().map(|repo| Survey {
            repo: repo.id,
            failure: None,
            unreadable: Vec::new(),
            environments: Vec::new(),
            deployments: Newest::default(),
            pulls: Newest::default(),
            incidents: Newest::default(),
            commits: 0,
        });
        let surveys = surveys.collect();
        Surveying { client, repos, labels: repos.iter().map(labels).collect(), since, surveys }
    }

    /// Asks; `told` hears of how many more the answers are.
    pub(super) async fn run(mut self, told: impl Fn(usize)) -> Result<Vec<Survey>, SourceError> {
        let mut queue: BTreeMap<Shape, VecDeque<usize>> = BTreeMap::new();
        for place in 0..self.repos.len() {
            queue.entry(self.shape(place)).or_default().push_back(place);
        }
        while let Some((shape, mut places)) = queue.pop_first() {
            while !places.is_empty() {
                let before = places.len();
                let again = self.batch(&shape, &mut places).await?;
                told(before - places.len() - again.len());
                for place in again {
                    queue.entry(self.shape(place)).or_default().push_back(place);
                }
            }
        }
        Ok(self.surveys)
    }

    fn shape(&self, place: usize) -> Shape {
        let unreadable = &self.surveys[place].unreadable;
        let mut asked =
            LISTS.map(|(list, _, _)| unreadable.iter().all(|(closed, _)| *closed != list));
        asked[INCIDENTS] &= !self.labels[place].is_empty();
        (asked, if asked[INCIDENTS] { self.labels[place].clone() } else { Vec::new() })
    }

    /// Asks as many of `places` as one request bears; returns those to ask again with fewer lists.
    async fn batch(
        &mut self,
        shape: &Shape,
        places: &mut VecDeque<usize>,
    ) -> Result<Vec<usize>, SourceError> {
        let ([deployments, pulls, incidents, commits], labels) = shape;
        let variables = |size: usize| {
            let ids: Vec<&str> =
                places.iter().take(size).map(|place| &*self.repos[*place].node_id).collect();
            json!({
                "ids": ids,
                "labels": labels,
                "since": iso8601(self.since),
                "deployments": deployments,
                "pulls": pulls,
                "incidents": incidents,
                "commits": commits,
            })
        };
        let answered = self.client.ask(&SURVEY, "what repositories hold", variables).await;
        let (size, answer) = match answered {
            Ok(answered) => (answered.size, Ok(answered.graph)),
            Err(refusal) if refusal.error.concerns_the_whole_source() => return Err(refusal.error),
            Err(refusal) => (refusal.size, Err(refusal.error)),
        };
        let batch: Vec<usize> = places.drain(..size.min(places.len())).collect();
        let mut again = Vec::new();
        for (at, place) in batch.into_iter().enumerate() {
            match &answer {
                Ok(answer) if self.close(answer, at, place) => again.push(place),
                Ok(answer) => self.take(answer, at, place),
                Err(error) => self.fail(place, |what| error.about(what)),
            }
        }
        Ok(again)
    }

    /// Notes the lists that may not be read; true where there are new ones.
    fn close(&mut self, answer: &GraphAnswer, at: usize, place: usize) -> bool {
        let mut closed = false;
        for error in answer.errors.iter().filter(|error| error.is_forbidden()) {
            let Some((node, rest)) = below(error, &["nodes"]).and_then(<[Value]>::split_first)
            else {
                continue;
            };
            let field = rest.first().and_then(Value::as_str).unwrap_or_default();
            // Environments are deployments' and need the same permission.
            let field = if field == "environments" { "deployments" } else { field };
            let list = LISTS.iter().find(|(_, name, _)| *name == field);
            let Some((list, _, remedy)) = list.filter(|_| node.as_u64() == Some(at as u64)) else {
                continue;
            };
            let what = format!("{} of {}", list.name(), self.repos[place].full_name);
            let unreadable = &mut self.surveys[place].unreadable;
            if unreadable.iter().all(|(known, _)| known != list) {
                unreadable.push((*list, reason(error).into_error(&what, remedy)));
                closed = true;
            }
        }
        closed
    }

    fn take(&mut self, answer: &GraphAnswer, at: usize, place: usize) {
        let node = answer.data.get("nodes").and_then(|nodes| nodes.get(at));
        let Some(node) = node.filter(|node| node.get("databaseId").is_some()) else {
            let missing = absence(&answer.errors, at);
            return self.fail(place, |what| missing.into_error(what, REMEDY));
        };
        let survey = &mut self.surveys[place];
        let name = |node: &Value| Some(node.get("name")?.as_str()?.to_owned());
        survey.environments = nodes(node, "environments").filter_map(name).collect();
        survey.deployments = newest(node, "deployments", deployment);
        survey.pulls = newest(node, "pullRequests", created_at);
        survey.incidents = newest(node, "issues", created_at);
        let commits = node.pointer("/defaultBranchRef/target/history/totalCount");
        survey.commits = commits.and_then(Value::as_u64).unwrap_or_default();
    }

    fn fail(&mut self, place: usize, error: impl FnOnce(&str) -> SourceError) {
        let what = format!("what {} holds", self.repos[place].full_name);
        self.surveys[place].failure = Some(error(&what));
    }
}

fn newest<T>(node: &Value, list: &str, read: impl Fn(&Value) -> Option<T>) -> Newest<T> {
    let total = node.get(list).and_then(|list| list.get("totalCount")?.as_u64());
    Newest {
        total: total.unwrap_or_default(),
        newest: nodes(node, list).filter_map(read).collect(),
    }
}

fn created_at(node: &Value) -> Option<Time> {
    time(node.get("createdAt")?.as_str()?)
}

fn deployment(node: &Value) -> Option<ListedDeployment> {
    let text = |field: &str| node.get(field).and_then(Value::as_str);
    let state = node.pointer("/latestStatus/state").and_then(Value::as_str);
    Some(ListedDeployment {
        created_at: created_at(node)?,
        environment: text("originalEnvironment").or(text("environment"))?.to_owned(),
        succeeded: matches!(state, Some("SUCCESS" | "INACTIVE")),
    })
}
