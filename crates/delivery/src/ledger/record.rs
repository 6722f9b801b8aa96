//! All that the rules read of a component at an instant, prepared once.

use super::as_of::{NextEdge, Standing};
use super::belonging::Belonging;
use super::changes::Changes;
use super::graph::Ancestry;
use super::incidents::{self, StandingIncident};
use super::production::Production;
use super::shipping::Shipping;
use super::{ComponentFacts, Reason, Rules, Scope};
use crate::domain::{
    CommitIndex, DeploymentId, Incident, IncidentId, Oid, RepoId, RepositoryName, Time,
};
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

/// A component's prepared facts. Production deployments and changes are told by their places.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The rules of judging.
    pub(super) rules: &'a Rules,
    /// Which changes are the component's.
    pub(super) scope: Scope<'a>,
    /// The facts that exist.
    pub(super) standing: Standing<'a>,
    /// What reached production.
    pub(super) production: Production<'a>,
    /// The production deployment that each deployment counts as.
    pub(super) groups_by_id: HashMap<DeploymentId, usize>,
    /// Who contains whom.
    pub(super) ancestry: Ancestry<'a>,
    /// The default branch by first parents, newest first.
    pub(super) branch: Vec<CommitIndex>,
    /// Which pull request a commit belongs to.
    pub(super) belonging: Belonging,
    /// The changes that count.
    pub(super) changes: Changes<'a>,
    /// Where commits went live.
    pub(super) shipping: Shipping,
    /// The incidents that count.
    pub(super) incidents: Vec<StandingIncident<'a>>,
    /// Incidents that count elsewhere and may name something of this repository.
    pub(super) naming: Vec<StandingIncident<'a>>,
    /// The component's repository.
    pub(super) repo: RepoId,
    /// The names of the component's repository.
    pub(super) names: &'a [RepositoryName],
    caused_elsewhere: &'a BTreeMap<IncidentId, Time>,
    /// All object ids in order, sorted only once a text refers to a commit.
    pub(super) object_ids: OnceCell<Vec<Oid>>,
}

impl<'a> Record<'a> {
    /// Prepares the facts as of `t`.
    pub(super) fn of(
        facts: &ComponentFacts<'a>,
        rules: &'a Rules,
        t: Time,
        edge: &mut NextEdge,
    ) -> Record<'a> {
        let standing = Standing::at(facts, t, edge);
        let production = Production::of(&standing, rules, edge);
        let ancestry = Ancestry::of(facts.graph);
        let branch = ancestry.branch(facts.head, t, edge);
        let belonging = Belonging::of(&standing.pulls, facts.graph);
        let changes = Changes::of(&standing, facts.scope, &branch, &ancestry, &belonging, rules);
        let shipping = Shipping::of(&production, &ancestry);
        let finishes = production.finishes.iter().zip(&production.group_of);
        let groups_by_id = finishes.map(|(finish, group)| (finish.deployment.id, *group)).collect();
        let incidents = incidents::standing(&standing.incidents, t);
        let naming = incidents::standing(&standing.naming, t);
        let elsewhere =
            incidents.iter().filter_map(|it| facts.caused_elsewhere.get(&it.incident.id));
        elsewhere.for_each(|since| edge.note(*since));
        Record {
            rules,
            scope: facts.scope,
            standing,
            production,
            groups_by_id,
            ancestry,
            branch,
            belonging,
            changes,
            shipping,
            incidents,
            naming,
            repo: facts.repo,
            names: facts.names,
            caused_elsewhere: facts.caused_elsewhere,
            object_ids: OnceCell::new(),
        }
    }

    /// All incidents that may name a cause or a fix here, those that count elsewhere included.
    pub(super) fn witnesses(&self) -> impl Iterator<Item = &StandingIncident<'a>> {
        self.incidents.iter().chain(&self.naming)
    }

    /// Whether an incident's text says that something of another repository caused it, and rule
    /// `linked` listens.
    pub(super) fn is_caused_elsewhere(&self, incident: &Incident) -> bool {
        self.rules.failure_rules.contains(&Reason::Linked)
            && self
                .caused_elsewhere
                .get(&incident.id)
                .is_some_and(|since| *since <= self.standing.t)
    }
}
