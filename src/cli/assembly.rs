//! What is made of the settings: the client of a GitHub, and an evaluator.

use super::observers::Observers;
use crate::clock::SharedClock;
use crate::config::{GitHubSettings, Settings};
use crate::evaluate::{EvaluationRules, Evaluator, IncidentSources, Settled};
use crate::sources::SourceError;
use crate::sources::github::{GitHub, Parsing};
use crate::store::Store;
use std::sync::Arc;

/// The client of a `[[github]]` block, or of what it asks for of one account.
pub(super) fn connect(
    github: &GitHubSettings,
    settings: &Settings,
    store: &Store,
    clock: &SharedClock,
    observers: &Observers,
) -> Result<GitHub, SourceError> {
    let parsing = Parsing::by(settings, store.login_hasher());
    let share = settings.collection.budget_share;
    let parts = settings.github.iter().flat_map(GitHubSettings::parts);
    let neighbours = parts
        .filter(|part| part.name != github.name && part.graphql_url == github.graphql_url)
        .collect();
    GitHub::connect(github, share, parsing, Arc::clone(clock), Arc::new(observers.clone()))
        .map(|source| source.beside(neighbours))
}

/// An evaluator that knows of nothing yet.
pub(super) fn evaluator(settings: &Settings, store: &Store) -> Evaluator {
    let mut sources = IncidentSources::default();
    for account in &settings.pagerduty {
        sources.add(&account.name, account.services.values().map(|component| &**component));
    }
    let rules = EvaluationRules::by(settings, store.login_hasher());
    let evaluator = Evaluator::new(rules, Settled::default()).told_by(sources);
    evaluator.surveying(settings.surveys.minimum)
}
