//! The sweep's question: what is the newest of each list, of many repositories at once.

use super::answers::{Mark, Probe, Probed};
use super::client::Client;
use super::discovery::absence;
use super::page::{Missing, below, time};
use super::queries::PROBE;
use super::repositories::listed;
use super::verdict::{GraphAnswer, GraphError};
use crate::sources::SourceError;
use delivery::domain::{Collector, RepoId, Repository};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The lists that a probe looks at, with their names in the query.
const LISTS: [(Collector, &str); 3] = [
    (Collector::Deployments, "deployments"),
    (Collector::PullRequests, "pullRequests"),
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
    fn holds(&self, repo: RepoId, collector: Collector) -> bool {
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
const REFUSALS_IN_A_ROW: usize = 3;

/// What is asked of a batch of repositories: alike for all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    asked: [bool; 3],
    labels: Vec<String>,
}

/// What is asked of each repository, and who hears of it beside.
pub(super) struct Asking<'a> {
    pub(super) closed: &'a Closed,
    /// Whether GitHub's deployments tell of its deployments.
    pub(super) has_deployments: &'a (dyn Fn(&Repository) -> bool + Sync),
    /// Which issues are incidents; none where its issues are not read.
    pub(super) labels: &'a (dyn Fn(&Repository) -> Vec<String> + Sync),
    /// Hears the name of the default branch.
    pub(super) note_branch: &'a (dyn Fn(RepoId, &str) + Sync),
}

/// Asks all `repos`. The order is kept. An error concerns the whole source.
pub(super) async fn probe(
    client: &Client,
    asking: &Asking<'_>,
    repos: &[Repository],
) -> Result<Vec<Probe>, SourceError> {
    let closed = asking.closed;
    let mut outcomes: Vec<Option<Probed>> = repos.iter().map(|_| None).collect();
    let shape = |place: usize| {
        let repo = &repos[place];
        let labels = (asking.labels)(repo);
        let open = |collector| !closed.holds(repo.id, collector);
        let incidents = !labels.is_empty() && open(Collector::Incidents);
        let deployments = (asking.has_deployments)(repo) && open(Collector::Deployments);
        let asked = [deployments, open(Collector::PullRequests), incidents];
        Shape { asked, labels: if incidents { labels } else { Vec::new() } }
    };
    let mut queue: BTreeMap<Shape, VecDeque<usize>> = BTreeMap::new();
    for place in 0..repos.len() {
        queue.entry(shape(place)).or_default().push_back(place);
    }
    let mut refused = 0;
    while let Some((asked, mut places)) = queue.pop_first() {
        while !places.is_empty() {
            let (batch, answer) = match ask_batch(client, repos, &asked, &mut places).await? {
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
                match judge(client, asking, &repos[place], &answer, at) {
                    Judged::Done(probed) => outcomes[place] = Some(*probed),
                    Judged::Closed(list) if closed.close(repos[place].id, list) => {
                        queue.entry(shape(place)).or_default().push_back(place);
                    }
                    Judged::Closed(_) => {
                        let what = format!("news of {}", repos[place].full_name);
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

/// Asks as many of `places` as one request bears and takes them out. An error concerns the whole
/// source.
async fn ask_batch(
    client: &Client,
    repos: &[Repository],
    shape: &Shape,
    places: &mut VecDeque<usize>,
) -> Result<Asked, SourceError> {
    let variables = |size: usize| {
        let ids: Vec<&str> = places.iter().take(size).map(|at| &*repos[*at].node_id).collect();
        json!({
            "ids": ids,
            "labels": shape.labels,
            "deployments": shape.asked[0],
            "pulls": shape.asked[1],
            "incidents": shape.asked[2],
        })
    };
    match client.ask(&PROBE, "news of repositories", variables).await {
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

enum Judged {
    Done(Box<Probed>),
    /// The token may not read this list.
    Closed(Collector),
}

fn judge(
    client: &Client,
    asking: &Asking<'_>,
    repo: &Repository,
    answer: &GraphAnswer,
    place: usize,
) -> Judged {
    let node = answer.data.get("nodes").and_then(|nodes| nodes.get(place));
    if let Some(list) = closed_list(&answer.errors, place) {
        return Judged::Closed(list);
    }
    let branch = node.and_then(|node| node.pointer("/defaultBranchRef/name")?.as_str());
    if let Some(branch) = branch {
        (asking.note_branch)(repo.id, branch);
    }
    let what = format!("news of {}", repo.full_name);
    // A list that may not be probed always has news: reading it tells what is missing, while an
    // absent mark would look like an empty list.
    let unknown = || Mark { id: String::new(), at: client.clock.now() };
    let mark = |collector, list, field| {
        if asking.closed.holds(repo.id, collector) {
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
        Some(node) => match listed(node, &client.source, Some(repo)) {
            Err(why) => {
                let message = format!("GitHub's answer could not be read: {why}");
                Probed::Failed(Missing::Broken(message).into_error(&what, ""))
            }
            Ok(listed) => Probed::Found {
                repository: Repository { state: repo.state, ..listed.repository },
                deployment: mark(Collector::Deployments, "deployments", "createdAt"),
                pull: mark(Collector::PullRequests, "pullRequests", "updatedAt"),
                incident: mark(Collector::Incidents, "issues", "updatedAt"),
            },
        },
    };
    Judged::Done(Box::new(probed))
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

/// The first element of a list; `unknown` where there is one that cannot be read.
fn mark(node: &Value, list: &str, field: &str, unknown: Mark) -> Option<Mark> {
    let newest = node.get(list)?.get("nodes")?.as_array()?.first()?;
    let known = || {
        let at = time(newest.get(field)?.as_str()?)?;
        Some(Mark { id: newest.get("id")?.as_str()?.to_owned(), at })
    };
    Some(known().unwrap_or(unknown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::Time;

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
