//! Random but possible histories of a repository, for property tests: work is written, merged in
//! every manner, deployed to several environments, rolled back, reverted and complained about.

#![allow(clippy::unwrap_used)]

use delivery::domain::*;
use delivery::ledger::*;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a repository's facts are made of.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub commits: Vec<Commit>,
    /// Heads of the default branch with the times from which they were it.
    pub heads: Vec<(Time, Oid)>,
    pub pulls: Vec<PullRequest>,
    pub deployments: Vec<Deployment>,
    pub incidents: Vec<Incident>,
    /// What is left of commits that were forgotten.
    pub frontier: BTreeSet<Oid>,
    now: i64,
}

#[derive(Clone, Copy, Debug)]
enum Manner {
    Squash,
    Merge,
    Rebase,
    /// Merged by hand, without a pull request.
    Direct,
}

#[derive(Clone, Debug)]
enum Act {
    Push,
    Merge {
        manner: Manner,
        commits: usize,
        draft: bool,
        reviewed: bool,
        /// The branch goes to production before it is merged.
        deployed: bool,
    },
    Deploy {
        commit: Index,
        recent: bool,
        environment: usize,
        takes: i64,
        states: Vec<DeploymentState>,
    },
    Incident {
        lasts: i64,
        ends: Vec<IncidentTransition>,
        names: Option<Index>,
        fixed: bool,
    },
}

/// One step of a history: some time passes, then something happens.
#[derive(Clone, Debug)]
pub struct Step {
    passes: i64,
    author: u64,
    reverts: Option<(Index, bool)>,
    hotfix: bool,
    act: Act,
}

fn acts() -> impl Strategy<Value = Act> {
    let states = prop::sample::select(vec![
        DeploymentState::Success,
        DeploymentState::Success,
        DeploymentState::Failure,
        DeploymentState::Inactive,
        DeploymentState::Pending,
    ]);
    let ends = prop::sample::select(vec![
        IncidentTransition::Resolved,
        IncidentTransition::Resolved,
        IncidentTransition::Reopened,
        IncidentTransition::Dismissed,
    ]);
    let manners =
        prop::sample::select(vec![Manner::Squash, Manner::Merge, Manner::Rebase, Manner::Direct]);
    let merge = (manners, 1..4usize, any::<bool>(), any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(manner, commits, draft, reviewed, deployed)| Act::Merge {
            manner,
            commits,
            draft,
            reviewed,
            deployed,
        });
    let deploy = (
        any::<Index>(),
        prop::bool::weighted(0.7),
        0..4usize,
        0..40 * MINUTE,
        prop::collection::vec(states, 1..4),
    )
        .prop_map(|(commit, recent, environment, takes, states)| Act::Deploy {
            commit,
            recent,
            environment,
            takes,
            states,
        });
    let incident = (
        0..3 * DAY,
        prop::collection::vec(ends, 0..4),
        prop::option::of(any::<Index>()),
        any::<bool>(),
    )
        .prop_map(|(lasts, ends, names, fixed)| Act::Incident { lasts, ends, names, fixed });
    prop_oneof![2 => Just(Act::Push), 4 => merge, 5 => deploy, 1 => incident]
}

fn steps(most: usize, apart: Span) -> impl Strategy<Value = Vec<Step>> {
    let step = (
        prop_oneof![Just(0), 0..HOUR, 0..apart],
        0..3u64,
        prop::option::weighted(0.2, (any::<Index>(), prop::bool::weighted(0.2))),
        prop::bool::weighted(0.1),
        acts(),
    )
        .prop_map(|(passes, author, reverts, hotfix, act)| Step {
            passes,
            author,
            reverts,
            hotfix,
            act,
        });
    prop::collection::vec(step, 1..most)
}

/// Worlds with an instant within or soon after them. They have fewer than `most` steps, at most `apart`.
pub fn worlds(most: usize, apart: Span) -> impl Strategy<Value = (World, Time)> {
    (steps(most, apart), any::<Index>(), 0..9 * DAY).prop_map(|(steps, at, beyond)| {
        let mut world = World::default();
        let mut instants = Vec::new();
        for step in &steps {
            world.step(step);
            instants.push(world.now);
        }
        let t =
            Time(instants[at.index(instants.len())] + if beyond < 4 * DAY { 0 } else { beyond });
        (world, t)
    })
}

impl World {
    fn step(&mut self, step: &Step) {
        self.now += step.passes;
        match &step.act {
            Act::Push => {
                let parents = self.head().into_iter().collect();
                let reverts = self.reversion(step).into_iter().collect();
                let oid = self.commit(step, parents, self.now, Headline(self.commits.len() as u64));
                let commit = self.commits.last_mut().unwrap();
                (commit.reverts, commit.hotfix) = (reverts, step.hotfix);
                self.heads.push((Time(self.now), oid));
            }
            Act::Merge { .. } => self.merge(step),
            Act::Deploy { .. } => self.deploy(step),
            Act::Incident { .. } => self.complain(step),
        }
    }

    fn head(&self) -> Option<Oid> {
        self.heads.last().map(|(_, head)| *head)
    }

    fn reversion(&self, step: &Step) -> Option<Reversion> {
        let (index, reapplies) = step.reverts?;
        let of = if self.pulls.is_empty() {
            ChangeReference::Commit(
                self.commits.get(index.index(self.commits.len().max(1)))?.oid.into(),
            )
        } else {
            ChangeReference::Pull(self.pulls[index.index(self.pulls.len())].number)
        };
        Some(Reversion { of, reapplies })
    }

    fn commit(&mut self, step: &Step, parents: Vec<Oid>, authored: i64, headline: Headline) -> Oid {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&(self.commits.len() as u64 + 1).to_be_bytes());
        self.commits.push(Commit {
            repo: RepoId(1),
            oid: Oid(bytes),
            parents,
            authored_at: Time(authored),
            committed_at: Time(self.now),
            headline,
            author: person(step.author),
            reverts: Vec::new(),
            hotfix: false,
        });
        Oid(bytes)
    }

    fn merge(&mut self, step: &Step) {
        let Act::Merge { manner, commits, draft, reviewed, deployed } = step.act else { return };
        let reverts = self.reversion(step).into_iter().collect();
        let base = self.head();
        let (mut tip, mut branch) = (base, Vec::new());
        for number in 0..commits {
            let authored = self.now - HOUR * (commits - number) as i64;
            let headline = Headline(1_000 + self.commits.len() as u64);
            let oid = self.commit(step, tip.into_iter().collect(), authored, headline);
            branch.push(PullCommit {
                oid,
                authored_at: Some(Time(authored)),
                headline,
                looks_like_merge: false,
            });
            tip = Some(oid);
        }
        if deployed {
            self.request(tip, "production", MINUTE, &[DeploymentState::Success]);
            self.now += 2 * HOUR;
        }
        let title = Headline(5_000 + self.commits.len() as u64);
        let merged = match manner {
            Manner::Squash => self.commit(step, base.into_iter().collect(), self.now, title),
            Manner::Merge | Manner::Direct => {
                self.commit(step, base.into_iter().chain(tip).collect(), self.now, title)
            }
            Manner::Rebase => branch
                .iter()
                .fold(base, |parent, commit| {
                    let authored = commit.authored_at.unwrap().0;
                    Some(self.commit(step, parent.into_iter().collect(), authored, commit.headline))
                })
                .unwrap(),
        };
        self.heads.push((Time(self.now), merged));
        if matches!(manner, Manner::Direct) {
            return;
        }
        let half_an_hour_before = Time(self.now - HOUR / 2);
        let ready = ReadinessEvent { at: half_an_hour_before, ready: true };
        let review =
            Review { at: half_an_hour_before, state: ReviewState::Approved, author: person(9) };
        self.pulls.push(PullRequest {
            repo: RepoId(1),
            number: self.pulls.len() as u32 + 1,
            author: person(step.author),
            opened_at: Time(self.now - HOUR),
            merged_at: Time(self.now),
            merge_commit: Some(merged),
            head: tip,
            commits: branch,
            readiness: draft.then_some(ready).into_iter().collect(),
            reviews: reviewed.then_some(review).into_iter().collect(),
            reverts,
            hotfix: step.hotfix,
            additions: 1,
            deletions: 0,
            changed_files: 1,
            components: None,
        });
    }

    fn deploy(&mut self, step: &Step) {
        let Act::Deploy { commit, recent, environment, takes, states } = &step.act else { return };
        let any =
            self.commits.get(commit.index(self.commits.len().max(1))).map(|commit| commit.oid);
        let sha = if *recent { self.head() } else { any };
        let environment = ["production", "production-eu", "staging", "production"][*environment];
        self.request(sha, environment, *takes, states);
    }

    fn request(&mut self, sha: Option<Oid>, to: &str, takes: i64, states: &[DeploymentState]) {
        let status = |(place, state): (usize, &DeploymentState)| DeploymentStatus {
            at: Time(self.now + takes * (place as i64 + 1)),
            state: *state,
            environment: None,
        };
        self.deployments.push(Deployment {
            id: DeploymentId(self.deployments.len() as u64 + 1),
            node_id: Arc::from("D"),
            repo: RepoId(1),
            sha: sha.unwrap_or(Oid([255; 20])),
            environment: Arc::from(to),
            created_at: Time(self.now),
            marks: Vec::new(),
            statuses: states.iter().enumerate().map(status).collect(),
        });
    }

    fn complain(&mut self, step: &Step) {
        let Act::Incident { lasts, ends, names, fixed } = &step.act else { return };
        let link = names.and_then(|index| {
            let deployment = self.deployments.get(index.index(self.deployments.len().max(1)))?;
            Some(IncidentLink::Deployment(deployment.id))
        });
        let event = |(place, transition): (usize, &IncidentTransition)| IncidentEvent {
            at: Time(self.now + lasts * (place as i64 + 1)),
            transition: *transition,
        };
        self.incidents.push(Incident {
            id: IncidentId(Arc::from(format!("i{}", self.incidents.len()))),
            node_id: Arc::from("I"),
            url: None,
            repo: Some(RepoId(1)),
            component: None,
            ruled: None,
            severities: Vec::new(),
            counts: true,
            opened_at: Time(self.now),
            events: ends.iter().enumerate().map(event).collect(),
            causes: link.filter(|_| !fixed).into_iter().collect(),
            fixes: link.filter(|_| *fixed).into_iter().collect(),
        });
    }

    /// The facts that existed at `t`, with all that came later removed.
    pub fn as_of(&self, t: Time) -> World {
        let mut past = self.clone();
        past.commits.retain(|commit| commit.committed_at <= t);
        past.heads.retain(|(at, _)| *at <= t);
        past.pulls.retain(|pull| pull.merged_at <= t);
        past.deployments.retain(|deployment| deployment.created_at <= t);
        past.incidents.retain(|incident| incident.opened_at <= t);
        for deployment in &mut past.deployments {
            deployment.statuses.retain(|status| status.at <= t);
        }
        for incident in &mut past.incidents {
            incident.events.retain(|event| event.at <= t);
        }
        past
    }

    /// Judges these facts at `t` by the default rules.
    pub fn judge(&self, t: Time) -> History {
        self.with_facts(|facts| judge(facts, &rules(), t))
    }

    /// Hands these facts on, as those of the repository's only component.
    pub fn with_facts<T>(&self, look: impl FnOnce(&ComponentFacts<'_>) -> T) -> T {
        let mut graph = CommitGraph::default();
        self.commits.iter().for_each(|commit| graph.insert(commit.clone()));
        self.frontier.iter().for_each(|oid| graph.insert_frontier(*oid));
        let facts = ComponentFacts {
            deployments: &self.deployments.iter().collect::<Vec<_>>(),
            pulls: &self.pulls.iter().collect::<Vec<_>>(),
            graph: &graph,
            head: self.head(),
            incidents: &self.incidents.iter().collect::<Vec<_>>(),
            scope: Scope::Repository,
            repo: RepoId(1),
            names: &[],
            naming: &[],
            caused_elsewhere: &BTreeMap::new(),
        };
        look(&facts)
    }
}

/// The rules by which worlds are judged: the defaults, with one author excluded.
pub fn rules() -> Rules {
    Rules {
        production: Arc::new(NamedProduction),
        same_deployment_window: SAME_DEPLOYMENT_WINDOW,
        lead_time_start: LeadTimeStart::FirstCommit,
        direct_commits: true,
        exclude_authors: [Person(2)].into(),
        failure_rules: Reason::ALL.into(),
        incident_window: INCIDENT_WINDOW,
        severities: Default::default(),
    }
}

#[derive(Debug)]
struct NamedProduction;

impl ProductionEnvironments for NamedProduction {
    fn contains(&self, environment: &str) -> bool {
        environment.starts_with("production")
    }
}

fn person(number: u64) -> Author {
    Author { person: Some(Person(number)), is_bot: false }
}
