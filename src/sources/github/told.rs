//! What is read of a repository's deployments, whatever tells them.

use super::answers::{Mark, Parsing, Reach};
use super::cursor::{Seen, Walking};
use super::walk::{Read, digest, lost};
use crate::config::{
    ComponentSettings, Components, DeploymentTeller, EnvironmentRule, deployed,
    selectors_fingerprint,
};
use delivery::domain::{Deployment, DeploymentState, Fact, OtherDeployment, Repository, Time};
use delivery::ledger::ProductionEnvironments;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A deployment of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) deployment: Deployment,
    /// Whether its commit still resolves.
    pub(super) resolves: bool,
    /// Where it stands in its list.
    pub(super) mark: Mark,
    /// By when it is asked for: its place in its list, or later where the list is in another order
    /// than that of deployments.
    pub(super) at: Time,
    /// Whether it is a fact: the list may hold what is no deployment, or what is not final.
    pub(super) is_told: bool,
}

impl Listed {
    /// A deployment at its place, whose commit resolves.
    pub(super) fn told(deployment: Deployment, mark: Mark, is_told: bool) -> Listed {
        Listed { deployment, resolves: true, at: mark.at, mark, is_told }
    }

    /// Asked for by another time than that of its place, where that is later.
    pub(super) fn or_at(mut self, at: Option<Time>) -> Listed {
        self.at = at.map_or(self.at, |at| at.max(self.at));
        self
    }

    /// The fact, where it is one.
    pub(super) fn fact(self) -> Option<Fact> {
        self.is_told.then_some(Fact::Deployment(self.deployment))
    }

    /// The same where it may be to another environment than production: of those no more is kept
    /// than that they are there, and only within the look-back, which begins at `since`.
    fn fact_by(self, production: &EnvironmentRule, since: Time) -> Option<Fact> {
        if concerns_production(&self.deployment, production) {
            return self.fact();
        }
        let Deployment { id, repo, environment, created_at, .. } = self.deployment;
        let is_kept = self.is_told && created_at >= since;
        is_kept.then_some(Fact::OtherDeployment(OtherDeployment {
            id,
            repo,
            environment,
            created_at,
        }))
    }

    /// Whether it says what was live when the look-back begins.
    pub(super) fn is_baseline(&self, production: &EnvironmentRule, since: Time) -> bool {
        let success = self.deployment.statuses.iter().find(|status| {
            status.state == DeploymentState::Success
                && production
                    .contains(status.environment.as_deref().unwrap_or(&self.deployment.environment))
        });
        self.is_told && self.resolves && success.is_some_and(|success| success.at < since)
    }
}

/// How a repository's deployments are told, and which are production.
pub(super) struct Told<'a> {
    pub(super) teller: &'a DeploymentTeller,
    /// The environment that a teller other than GitHub's deployments deploys to; else empty.
    pub(super) environment: Arc<str>,
    pub(super) production: &'a EnvironmentRule,
    components: Vec<&'a ComponentSettings>,
    /// Only deployments to production are kept, so other patterns mean other facts; and with other
    /// selectors other marks, and other baselines.
    pub(super) fingerprint: String,
}

impl<'a> Told<'a> {
    /// Of a repository whose components are among `components`.
    pub(super) fn of(
        teller: &'a DeploymentTeller,
        production: &'a EnvironmentRule,
        components: &'a Components,
        repo: &Repository,
    ) -> Told<'a> {
        let components = components.of(repo);
        let fingerprint = fingerprint_of(production, &components);
        let environment = teller.environment().unwrap_or_default().into();
        Told { teller, environment, production, components, fingerprint }
    }

    /// Ends a page: the facts of it that are asked for, the next cursor, and whether the walk is
    /// over. `newest` is the mark of the list's first page.
    pub(super) fn conclude(
        &self,
        mut walking: Walking,
        read: Read<Listed>,
        newest: Option<Mark>,
        reach: &Reach,
    ) -> (Vec<Fact>, String, bool) {
        let next = read.next.clone();
        let oldest = read.good.last().map(|listed| listed.mark.at);
        let lost = lost(&read, |listed| listed.mark.at);
        let mut search =
            Search::of(self.teller, &walking, &self.components, self.production, reach);
        let kept: Vec<Listed> =
            read.good.into_iter().filter(|listed| search.asks_for(listed)).collect();
        let found = search.missing.is_empty();
        walking.note_baselines(search.found);
        let (cursor, done) = walking.note(Seen { newest, oldest, lost, found, next });
        (self.facts(kept, reach), cursor, done)
    }

    /// The facts of what is kept of a page.
    pub(super) fn facts(&self, kept: Vec<Listed>, reach: &Reach) -> Vec<Fact> {
        let facts = kept.into_iter().filter_map(|one| one.fact_by(self.production, reach.since));
        facts.collect()
    }
}

/// A text that changes whenever what is kept of a repository's deployments does.
pub(super) fn fingerprint(parsing: &Parsing, repo: &Repository) -> String {
    let production = parsing.production.of(&repo.full_name);
    fingerprint_of(&production, &parsing.components.now().of(repo))
}

fn fingerprint_of(production: &EnvironmentRule, components: &[&ComponentSettings]) -> String {
    let production = production.fingerprint();
    if components.is_empty() {
        return digest(&["deployments", &production]);
    }
    digest(&["deployments", &production, &selectors_fingerprint(components)])
}

/// Whether a deployment was to production, or moved there.
pub(super) fn concerns_production(deployment: &Deployment, production: &EnvironmentRule) -> bool {
    let moved = deployment.statuses.iter().filter_map(|status| status.environment.as_deref());
    std::iter::once(&*deployment.environment).chain(moved).any(|name| production.contains(name))
}

/// Leaves out what a page holds beyond what is asked for, which would make facts, and so baselines,
/// depend on the size of pages: a first walk goes on to one baseline of each component and not
/// further.
struct Search<'a> {
    components: &'a [&'a ComponentSettings],
    production: &'a EnvironmentRule,
    reach: &'a Reach,
    until: Time,
    is_first: bool,
    /// Components whose baseline is to be found; a whole repository has the empty name.
    missing: BTreeSet<String>,
    /// Those whose baseline was found, on this page or an earlier one.
    found: Vec<String>,
}

impl<'a> Search<'a> {
    fn of(
        teller: &DeploymentTeller,
        walking: &Walking,
        components: &'a [&'a ComponentSettings],
        production: &'a EnvironmentRule,
        reach: &'a Reach,
    ) -> Search<'a> {
        let found = walking.baselines().to_vec();
        let mut missing: BTreeSet<String> =
            components.iter().map(|component| component.name.to_string()).collect();
        if components.is_empty() {
            missing.insert(String::new());
        }
        missing.retain(|name| !found.contains(name));
        let is_first = walking.is_first();
        // Lists that are not told by GitHub's deployments show again what changed long after its
        // place in them. What lies before the look-back was left out, and stays so.
        let until = match teller {
            DeploymentTeller::GitHubDeployments => walking.until(),
            _ if is_first => walking.until(),
            _ => walking.until().min(reach.since),
        };
        Search { components, production, reach, until, is_first, missing, found }
    }

    /// Whether the next deployment of the list is to be kept.
    fn asks_for(&mut self, listed: &Listed) -> bool {
        let at = listed.at;
        let searching = self.is_first && !self.missing.is_empty();
        if listed.is_baseline(self.production, self.reach.since) {
            let owners = deployed(self.components, &listed.deployment);
            let names = owners.iter().map(|component| &*component.name);
            let whole = owners.is_empty().then_some("");
            self.found.extend(names.chain(whole).filter_map(|name| self.missing.take(name)));
        }
        at >= self.until || (searching && at >= self.reach.floor)
    }
}
