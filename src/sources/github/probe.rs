//! The sweep's question: what is the newest of each list, or of the deployments alone, of many
//! repositories at once.

use super::answers::{Mark, Probe, Probed};
use super::client::Client;
use super::others::others;
use super::page::{Missing, absence, below, time};
use super::queries::{NEWEST_DEPLOYMENTS, PROBE, Query};
use super::repositories::listed;
use super::runs::Known;
use super::verdict::{GraphAnswer, GraphError};
use crate::sources::SourceError;
use delivery::domain::{Collector, RepoId, Repository};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The lists that a probe looks at, with their names in the query.
const LISTS: [(Collector, &str); 4] = [
    (Collector::Deployments, "deployments"),
    (Collector::PullRequests, "pullRequests"),
    (Collector::PullRequests, "anyPull"),
    (Collector::Incidents, "issues"),
];

/// Lists that a token may not read: GitHub answers such a question with nothing at all, so they
/// are left out of the next ones. Forgotten with the process, so that a new grant is noticed then,
/// or when the list itself is read.
#[derive(Default)]
pub(super) struct Closed {
    lists: Mutex<HashSet<(RepoId, Collector)>>,
}

impl Closed {
    pub(super) fn holds(&self, repo: RepoId, collector: Collector) -> bool {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).contains(&(repo, collector))
    }

    fn close(&self, repo: RepoId, collector: Collector) -> bool {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).insert((repo, collector))
    }

    /// The list could be read after all.
    pub(super) fn open(&self, repo: RepoId, collector: Collector) {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).remove(&(repo, collector));
    }
}

/// So many batches without an answer in a row are no matter of single repositories: the source is in
/// trouble, and asking on would only burden it.
pub(super) const REFUSALS_IN_A_ROW: usize = 3;

/// How many of the newest deployments are looked at for one to production: previews are no news.
const NEWEST: usize = 5;

/// Which lists are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Deployments, pull requests and incidents.
    Everything,
    /// Deployments.
    Deployments,
}

impl About {
    fn query(self) -> &'static Query {
        match self {
            About::Everything => &PROBE,
            About::Deployments => &NEWEST_DEPLOYMENTS,
        }
    }
}

/// A probe of many repositories, asked alike.
pub(super) struct Probing<'a, D, L, P> {
    pub(super) client: &'a Client,
    pub(super) closed: &'a Closed,
    /// Hears of default branches.
    pub(super) runs: &'a Known,
    /// Whether GitHub's deployments tell of a repository's deployments.
    pub(super) has_deployments: D,
    /// Which issues of a repository are incidents: none where its issues are not read.
    pub(super) labels: L,
    /// Whether an environment of a repository is production.
    pub(super) is_production: P,
    pub(super) about: About,
}

/// What is asked of a batch of repositories: alike for all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    asked: [bool; 3],
    labels: Vec<String>,
}

impl<D, L, P> Probing<'_, D, L, P>
where
    D: Fn(&Repository) -> bool,
    L: Fn(&Repository) -> Vec<String>,
    P: Fn(&Repository, &str) -> bool,
{
    /// Asks all `repos`. The order is kept. An error concerns the whole source.
    pub(super) async fn run(&self, repos: &[Repository]) -> Result<Vec<Probe>, SourceError> {
        let mut outcomes: Vec<Option<Probed>> = repos.iter().map(|_| None).collect();
        let mut queue: BTreeMap<Shape, VecDeque<usize>> = BTreeMap::new();
        for (place, repo) in repos.iter().enumerate() {
            queue.entry(self.shape(repo)).or_default().push_back(place);
        }
        let mut refused = 0;
        while let Some((asked, mut places)) = queue.pop_first() {
            while !places.is_empty() {
                let (batch, answer) = match self.ask_batch(repos, &asked, &mut places).await? {
                    Asked::Answered(batch, answer) => (batch, answer),
                    Asked::Refused(batch, error) => {
                        refused += 1;
                        let nobody_left = places.is_empty() && queue.is_empty();
                        if refused >= REFUSALS_IN_A_ROW || (nobody_left && all_failed(&outcomes)) {
                            return Err(error);
                        }
                        note_refusal(repos, batch, &error, &mut outcomes);
                        continue;
                    }
                };
                refused = 0;
                for (at, place) in batch.into_iter().enumerate() {
                    let repo = &repos[place];
                    match self.judge(repo, &answer, at) {
                        Judged::Done(probed) => outcomes[place] = Some(*probed),
                        Judged::Closed(list) if self.closed.close(repo.id, list) => {
                            queue.entry(self.shape(repo)).or_default().push_back(place);
                        }
                        Judged::Closed(_) => {
                            let what = format!("news of {}", repo.full_name);
                            let missing = Missing::Broken("it may not be read".to_owned());
                            let error = missing.into_error(&what, "");
                            outcomes[place] = Some(Probed::Failed(error));
                        }
                    }
                }
            }
        }
        let probes = repos.iter().zip(outcomes).map(|(repo, outcome)| Probe {
            repo: repo.id,
            outcome: outcome.unwrap_or(Probed::Missing),
        });
        Ok(probes.collect())
    }

    fn shape(&self, repo: &Repository) -> Shape {
        let open = |collector| !self.closed.holds(repo.id, collector);
        let deployments = (self.has_deployments)(repo) && open(Collector::Deployments);
        if self.about == About::Deployments {
            return Shape { asked: [deployments, false, false], labels: vec![] };
        }
        let labels = (self.labels)(repo);
        let incidents = !labels.is_empty() && open(Collector::Incidents);
        let asked = [deployments, open(Collector::PullRequests), incidents];
        Shape { asked, labels: if incidents { labels } else { Vec::new() } }
    }

    /// Asks as many of `places` as one request bears and takes them out. An error concerns the
    /// whole source.
    async fn ask_batch(
        &self,
        repos: &[Repository],
        shape: &Shape,
        places: &mut VecDeque<usize>,
    ) -> Result<Asked, SourceError> {
        let variables = |size: usize| {
            let ids: Vec<&str> = places.iter().take(size).map(|at| &*repos[*at].node_id).collect();
            let mut variables = json!({ "ids": ids, "deployments": shape.asked[0] });
            if self.about == About::Everything {
                variables["labels"] = json!(shape.labels);
                variables["pulls"] = json!(shape.asked[1]);
                variables["incidents"] = json!(shape.asked[2]);
            }
            variables
        };
        match self.client.ask(self.about.query(), "news of repositories", variables).await {
            Ok(answered) => {
                let batch = places.drain(..answered.size.min(places.len())).collect();
                Ok(Asked::Answered(batch, answered.graph))
            }
            Err(refusal) if refusal.error.concerns_the_whole_source() => Err(refusal.error),
            Err(refusal) => {
                let batch = places.drain(..refusal.size.min(places.len())).collect();
                Ok(Asked::Refused(batch, refusal.error))
            }
        }
    }

    fn judge(&self, repo: &Repository, answer: &GraphAnswer, place: usize) -> Judged {
        let node = answer.data.get("nodes").and_then(|nodes| nodes.get(place));
        if let Some(list) = closed_list(&answer.errors, place) {
            return Judged::Closed(list);
        }
        if let Some(branch) = node.and_then(|node| node.get("defaultBranchRef")) {
            self.runs.note_branch(repo, branch);
        }
        let what = format!("news of {}", repo.full_name);
        // A list that may not be probed always has news: reading it tells what is missing, while an
        // absent mark would look like an empty list.
        let unknown = || Mark { id: String::new(), at: self.client.clock.now() };
        let mark = |collector, list, field| {
            if self.closed.holds(repo.id, collector) {
                Some(unknown())
            } else {
                mark(node?, list, field, unknown())
            }
        };
        let probed = match node.filter(|node| node.get("databaseId").is_some()) {
            None => match absence(&answer.errors, place) {
                Missing::NotFound => Probed::Missing,
                other => Probed::Failed(other.into_error(&what, "Metadata: read")),
            },
            Some(node) => match listed(node, &self.client.source, Some(repo)) {
                Err(why) => {
                    let message = format!("GitHub's answer could not be read: {why}");
                    Probed::Failed(Missing::Broken(message).into_error(&what, ""))
                }
                Ok(listed) => Probed::Found {
                    repository: Repository { state: repo.state, ..listed.repository },
                    pushed_at: listed.pushed_at,
                    deployment: if self.closed.holds(repo.id, Collector::Deployments) {
                        Some(unknown())
                    } else {
                        let is_production = |name: &str| (self.is_production)(repo, name);
                        newest_to_production(node, is_production, unknown())
                    },
                    others: others(node, repo.id, |name| (self.is_production)(repo, name)),
                    pull: mark(Collector::PullRequests, "pullRequests", "updatedAt"),
                    any_pull: mark(Collector::PullRequests, "anyPull", "updatedAt").map(Box::new),
                    incident: mark(Collector::Incidents, "issues", "updatedAt"),
                },
            },
        };
        Judged::Done(Box::new(probed))
    }
}

/// Whether no repository was answered for.
fn all_failed(outcomes: &[Option<Probed>]) -> bool {
    outcomes.iter().flatten().all(|outcome| matches!(outcome, Probed::Failed(_)))
}

/// The repositories of a refused request have failed; the others can still be asked.
fn note_refusal(
    repos: &[Repository],
    batch: Vec<usize>,
    error: &SourceError,
    outcomes: &mut [Option<Probed>],
) {
    for place in batch {
        let what = format!("news of {}", repos[place].full_name);
        outcomes[place] = Some(Probed::Failed(error.about(&what)));
    }
}

/// What became of a batch.
enum Asked {
    Answered(Vec<usize>, GraphAnswer),
    Refused(Vec<usize>, SourceError),
}

enum Judged {
    Done(Box<Probed>),
    /// The token may not read this list.
    Closed(Collector),
}

/// The list of the repository at `place` that a permission is missing for.
fn closed_list(errors: &[GraphError], place: usize) -> Option<Collector> {
    errors.iter().filter(|error| error.is_forbidden()).find_map(|error| {
        let (at, rest) = below(error, &["nodes"])?.split_first()?;
        let list = rest.first()?.as_str()?;
        let (collector, _) = LISTS.iter().find(|(_, name)| *name == list)?;
        (at.as_u64()? == place as u64).then_some(*collector)
    })
}

/// The newest deployment that matters; `unknown` where one that may matter cannot be read.
fn newest_to_production(
    node: &Value,
    is_production: impl Fn(&str) -> bool,
    unknown: Mark,
) -> Option<Mark> {
    let deployments = node.get("deployments")?.get("nodes")?.as_array()?;
    let name = |deployment: &Value, field| -> Option<bool> {
        Some(is_production(deployment.get(field)?.as_str()?))
    };
    let matters = |deployment: &&Value| {
        let to = [name(deployment, "originalEnvironment"), name(deployment, "environment")];
        // Where nothing tells the environment, reading it will.
        to.contains(&Some(true)) || to == [None, None]
    };
    let hides_others = deployments.get(NEWEST - 1);
    let newest = deployments.iter().find(matters).or(hides_others)?;
    Some(mark_of(newest, "createdAt").unwrap_or(unknown))
}

/// The first element of a list; `unknown` where there is one that cannot be read.
fn mark(node: &Value, list: &str, field: &str, unknown: Mark) -> Option<Mark> {
    let newest = node.get(list)?.get("nodes")?.as_array()?.first()?;
    Some(mark_of(newest, field).unwrap_or(unknown))
}

fn mark_of(element: &Value, field: &str) -> Option<Mark> {
    let at = time(element.get(field)?.as_str()?)?;
    Some(Mark { id: element.get("id")?.as_str()?.to_owned(), at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::Time;

    #[test]
    fn previews_are_no_news_unless_they_may_hide_some() {
        let of = |environments: &[&str]| {
            let nodes = environments.iter().enumerate().map(|(place, name)| {
                let at = format!("2027-01-15T08:00:0{}Z", 9 - place);
                json!({ "id": format!("DE_{place}"), "createdAt": at, "environment": name })
            });
            let node = json!({ "deployments": { "nodes": nodes.collect::<Vec<_>>() } });
            let unknown = Mark { id: String::new(), at: Time(9) };
            newest_to_production(&node, |name| name == "production", unknown).map(|mark| mark.id)
        };
        assert_eq!(of(&["pr-1", "production", "production"]), Some("DE_1".to_owned()));
        assert_eq!(of(&["pr-1", "pr-2"]), None, "there is no other deployment");
        assert_eq!(of(&["pr-1", "pr-2", "pr-3", "pr-4", "pr-5"]), Some("DE_4".to_owned()));
    }

    #[test]
    fn only_an_empty_list_has_no_mark() {
        let unknown = Mark { id: String::new(), at: Time(9) };
        let of = |nodes: Value| {
            let node = json!({ "issues": { "nodes": nodes } });
            mark(&node, "issues", "updatedAt", unknown.clone())
        };
        let known = json!({ "id": "I_1", "updatedAt": "2027-01-15T08:00:00Z" });
        assert_eq!(
            of(json!([known])),
            Some(Mark { id: "I_1".to_owned(), at: Time(1_800_000_000) })
        );
        assert_eq!(of(json!([])), None);
        assert_eq!(of(json!([null])), Some(unknown.clone()));
        assert_eq!(of(json!([{ "id": "I_1" }])), Some(unknown.clone()));
        assert_eq!(mark(&json!({}), "issues", "updatedAt", unknown), None, "it was not asked for");
    }
}
