//! Reading whose repositories are, on a schedule of its own: what sources say is kept as they said
//! it, and a source that fails keeps its last good answer.

use super::failing::Concern;
use super::owner_files::files_of;
use super::swept::owner_of;
use super::{Collect, CollectError};
use crate::config::OwnershipSource;
use crate::sources::SourceError;
use crate::sources::github::Said;
use delivery::domain::{Claim, ClaimSource, Claims, Fact, MINUTE, Repository, Span, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A source that failed is asked again after this long: somebody has to grant it first.
pub(super) const RETRY_AFTER: Span = 15 * MINUTE;

/// When the sources were asked.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The organisations that repositories belong to, in lower case.
    pub(super) organizations: BTreeSet<String>,
    /// The people that repositories belong to, in lower case.
    people: BTreeSet<String>,
    /// The owners that may not be seen at the moment, in lower case.
    pub(super) unseen: BTreeSet<String>,
    /// When each source last answered in full; absent until it was looked up in the store.
    answered: Option<BTreeMap<ClaimSource, Answered>>,
    failed_at: BTreeMap<ClaimSource, Time>,
    /// Owners that were no team, and repositories with several teams, as told last.
    left_out: BTreeMap<(ClaimSource, String), (usize, usize)>,
}

impl Asked {
    /// Takes note of what a listing told of owners. What it does not tell of stays what it was.
    pub(super) fn note_owners(
        &mut self,
        found: BTreeSet<String>,
        organizations: BTreeSet<String>,
        unseen: BTreeSet<String>,
    ) {
        self.organizations.retain(|owner| !found.contains(owner));
        self.people.retain(|owner| !found.contains(owner));
        self.people.extend(found.difference(&organizations).cloned());
        self.organizations.extend(organizations);
        self.unseen = unseen;
    }
}

/// An answer in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    at: i64,
    /// What was asked for: another question needs another answer.
    question: String,
}

impl Collect {
    /// Asks the sources of ownership that are due. Failures of single sources are noted and passed
    /// over; the error is one that concerns GitHub or the store as a whole.
    pub(super) async fn read_ownership(&mut self, now: Time) -> Result<(), CollectError> {
        for source in self.by_organization() {
            if self.is_due(source, now).await? {
                let outcome = self.read_claims(source).await?;
                self.conclude_claims(source, outcome, now).await?;
            }
        }
        let wanted = self.wanted_files();
        let mut due = Vec::new();
        for source in files_of(wanted) {
            if self.is_due(source, now).await? {
                due.push(source);
            }
        }
        if !due.is_empty() {
            let mut outcomes = self.read_owner_files(wanted, |_| true).await?;
            for source in files_of(wanted) {
                let outcome = outcomes.remove(&source).map_or(Ok(()), Err);
                self.conclude_claims(source, outcome, now).await?;
            }
        }
        Ok(())
    }

    /// The sources of the order that organisations have; topics come with the repositories.
    pub(super) fn by_organization(&self) -> Vec<ClaimSource> {
        let asked = |source: &OwnershipSource| match source {
            OwnershipSource::CustomProperty => Some(ClaimSource::CustomProperty),
            OwnershipSource::GitHubTeam => Some(ClaimSource::GitHubTeam),
            _ => None,
        };
        self.around.ownership.order.iter().filter_map(asked).collect()
    }

    pub(super) async fn conclude_claims(
        &mut self,
        source: ClaimSource,
        outcome: Result<(), CollectError>,
        now: Time,
    ) -> Result<(), CollectError> {
        self.around.observer.claimed(self.source.name(), source, outcome.is_ok());
        match outcome {
            Ok(()) => self.note_answer(source, now).await,
            Err(error) => {
                self.asked.failed_at.insert(source, now);
                self.note_failure(Concern::Ownership(source), &error);
                Ok(())
            }
        }
    }

    /// Whether the interval is over, or there is a repository that was never asked for.
    async fn is_due(&mut self, source: ClaimSource, now: Time) -> Result<bool, CollectError> {
        let failed_at = self.asked.failed_at.get(&source);
        // A clock that was set back puts nothing off.
        if failed_at.is_some_and(|at| (0..RETRY_AFTER).contains(&now.since(*at))) {
            return Ok(false);
        }
        let interval = self.around.ownership.refresh_interval;
        let question = self.question(source);
        let answered = self.answered().await?.get(&source);
        let is_fresh = answered.is_some_and(|answered| {
            answered.question == question && (0..interval).contains(&now.since(Time(answered.at)))
        });
        Ok(!is_fresh || self.active().any(|tracked| !tracked.claimed.contains(&source)))
    }

    /// What a source is asked for, beside repositories.
    fn question(&self, source: ClaimSource) -> String {
        match source {
            ClaimSource::CustomProperty => self.around.ownership.custom_property.clone(),
            ClaimSource::CatalogFiles => self.around.ownership.template_annotation.clone(),
            ClaimSource::WorkflowFiles => {
                let owners = &self.around.platform.workflow_owners;
                owners.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
            }
            _ => String::new(),
        }
    }

    /// Reads what a source says of all repositories and stores it; of organisations that fail
    /// everything stays as it was.
    pub(super) async fn read_claims(
        &mut self,
        source: ClaimSource,
    ) -> Result<Result<(), CollectError>, CollectError> {
        let mut failure = Ok(());
        let mut facts = Vec::new();
        let mut rest: Vec<Repository> =
            self.active().map(|tracked| tracked.repository.clone()).collect();
        for organization in self.asked.organizations.clone() {
            let is_its = |repository: &Repository| is_of(repository, &organization);
            let (its, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_its);
            rest = others;
            if its.is_empty() {
                continue;
            }
            match self.source.claims(source, &organization).await {
                Ok(said) => {
                    self.tell_left_out(source, &organization, &said);
                    facts.extend(claims(source, its, said));
                }
                // If it is GitHub as a whole that fails, what is asked next shows it.
                Err(error) => failure = Err(CollectError::Source(error)),
            }
        }
        // People own repositories too, but have neither teams nor properties. Of whom nothing was ever
        // found, perhaps by an earlier process, may be an organisation.
        let is_theirs = |one: &Repository| self.asked.people.contains(&owner_of(one));
        let (theirs, unknown): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_theirs);
        facts.extend(claims(source, theirs, Said::default()));
        if let Some(repository) = unknown.first() {
            let what = format!("the organisation `{}`", owner_of(repository));
            failure = Err(CollectError::Source(SourceError::NotFound { what }));
        }
        self.around.store.commit(&facts, &[]).await?;
        for fact in &facts {
            self.absorb(fact);
        }
        Ok(failure)
    }

    /// Tells what of an answer cannot be used, once until it is something else: owners that are no
    /// team, and repositories with several teams, of which none is guessed.
    fn tell_left_out(&mut self, source: ClaimSource, organization: &str, said: &Said) {
        let from = source.name();
        let is_tie = |claims: &&Vec<Claim>| claims.iter().any(|claim| *claim != claims[0]);
        let ties = said.claims.values().filter(is_tie).count();
        let no_team = said.no_team;
        let known = self.asked.left_out.entry((source, organization.to_owned())).or_default();
        let before = std::mem::replace(known, (no_team, ties));
        if no_team > 0 && before.0 != no_team {
            tracing::warn!(
                source = self.source.name(),
                from,
                organization,
                owners = no_team,
                "owners that are no team are left out"
            );
        }
        if ties > 0 && before.1 != ties {
            tracing::info!(
                source = self.source.name(),
                from,
                organization,
                repositories = ties,
                "repositories for which several teams are named get none of them; `check` lists them"
            );
        }
    }

    async fn note_answer(&mut self, source: ClaimSource, now: Time) -> Result<(), CollectError> {
        self.asked.failed_at.remove(&source);
        self.note_success(Concern::Ownership(source));
        let answer = Answered { at: now.0, question: self.question(source) };
        let mut answered = self.answered().await?.clone();
        answered.insert(source, answer);
        let by_name: BTreeMap<&str, &Answered> =
            answered.iter().map(|(source, answer)| (source.name(), answer)).collect();
        // A text that cannot be written costs one more question at the next start.
        let text = serde_json::to_string(&by_name).unwrap_or_default();
        self.around.store.meta_set(&self.place(), &text).await?;
        self.asked.answered = Some(answered);
        Ok(())
    }

    /// When the sources last answered, perhaps an earlier process.
    async fn answered(&mut self) -> Result<&BTreeMap<ClaimSource, Answered>, CollectError> {
        if self.asked.answered.is_none() {
            let text = self.around.store.meta_get(&self.place()).await?.unwrap_or_default();
            let mut by_name: BTreeMap<String, Answered> =
                serde_json::from_str(&text).unwrap_or_default();
            let known = ClaimSource::ALL.into_iter();
            let known = known.filter_map(|one| Some((one, by_name.remove(one.name())?)));
            self.asked.answered = Some(known.collect());
        }
        Ok(self.asked.answered.get_or_insert_default())
    }

    fn place(&self) -> String {
        format!("ownership {}", self.source.name())
    }
}

fn is_of(repository: &Repository, organization: &str) -> bool {
    let owner = repository.full_name.split('/').next();
    owner.is_some_and(|owner| owner.eq_ignore_ascii_case(organization))
}

/// What a source says of these repositories, also where that is nothing.
fn claims(
    source: ClaimSource,
    repositories: Vec<Repository>,
    mut said: Said,
) -> impl Iterator<Item = Fact> {
    repositories.into_iter().map(move |repository| {
        let claims = said.claims.remove(&repository.id).unwrap_or_default();
        Fact::Claims(Claims { repo: Some(repository.id), source, claims })
    })
}
