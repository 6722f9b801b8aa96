//! All that the rules read of a component at an instant, prepared once.

use super::as_of::{NextEdge, Standing};
use super::belonging::Belonging;
use super::changes::Changes;
use super::graph::Ancestry;
use super::incidents::{self, StandingIncident};
use super::production::Production;
use super::shipping::Shipping;
use super::{ComponentFacts, Rules};
use crate::domain::{CommitIndex, DeploymentId, Oid, Time};
use std::cell::OnceCell;
use std::collections::HashMap;

/// A component's prepared facts. Production deployments and changes are told by their places.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The rules of judging.
    pub(super) rules: &'a Rules,
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
        let incidents = incidents::standing(&standing);
        Record {
            rules,
            standing,
            production,
            groups_by_id,
            ancestry,
            branch,
            belonging,
            changes,
            shipping,
            incidents,
            object_ids: OnceCell::new(),
        }
    }
}
