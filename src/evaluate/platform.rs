//! The catalog's health, golden paths and shared workflows, over everything that is collected.

use super::Evaluator;
use super::components::components_of;
use super::repository_facts::RepositoryFacts;
use crate::exposition::PlatformFigures;
use delivery::domain::{CatalogComponent, DAY, RepoId, Repository, Span};
use std::collections::BTreeMap;

/// A component that says it is in production and was not deployed for so long is stale.
const STALE_AFTER: Span = 180 * DAY;
/// The lifecycle of what serves users.
const PRODUCTION: &str = "production";
/// The value of the label `lifecycle` where the catalog gives none.
const UNKNOWN: &str = "unknown";

impl Evaluator {
    /// How the catalog stands, as of the latest evaluation.
    pub(super) fn platform(&self) -> PlatformFigures {
        let mut by_lifecycle: BTreeMap<&str, u64> = BTreeMap::new();
        for place in self.places.values() {
            let lifecycle = if place.lifecycle.is_empty() { UNKNOWN } else { &place.lifecycle };
            *by_lifecycle.entry(lifecycle).or_default() += 1;
        }
        let unowned = self.places.values().filter(|place| place.source == "none").count();
        let mut figures = PlatformFigures {
            components: by_lifecycle
                .into_iter()
                .map(|(lifecycle, count)| (lifecycle.to_owned(), count))
                .collect(),
            unowned: unowned as u64,
            workflows: self.workflows.clone(),
            self_service: self.self_service(),
            ..PlatformFigures::default()
        };
        if self.rules.owners.asks_catalog() {
            self.judge_entries(&mut figures);
        }
        figures
    }

    fn judge_entries(&self, figures: &mut PlatformFigures) {
        let (mut owner_unknown, mut not_deployed) = (0, 0);
        let (mut oncall, mut docs, mut slo) = (0, 0, 0);
        let mut templates: BTreeMap<&str, u64> = BTreeMap::new();
        for (repo, facts) in &self.estate.repositories {
            let Some(repository) = facts.active() else { continue };
            for entry in facts.claims.catalog() {
                if let Some(template) = &entry.template {
                    *templates.entry(template).or_default() += 1;
                }
                owner_unknown += u64::from(entry.team.is_none());
                let lifecycle = entry.lifecycle.as_deref().unwrap_or_default();
                if entry.is_library || !lifecycle.eq_ignore_ascii_case(PRODUCTION) {
                    continue;
                }
                not_deployed += u64::from(self.is_not_deployed(*repo, repository, facts, entry));
                oncall += u64::from(!entry.has_on_call);
                docs += u64::from(!entry.has_docs);
                slo += u64::from(!entry.has_slo);
            }
        }
        let named = |pairs: [(&str, u64); 3]| -> Vec<(String, u64)> {
            pairs.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
        };
        figures.stale = named([
            ("not_deployed", not_deployed),
            ("owner_unknown", owner_unknown),
            ("repository_gone", self.estate.entries_of_the_gone()),
        ]);
        let templates = templates.into_iter();
        figures.golden_path =
            templates.map(|(template, count)| (template.to_owned(), count)).collect();
        figures.without = named([("docs", docs), ("oncall", oncall), ("slo", slo)]);
    }

    /// Whether a component of the catalog was not deployed to production for a long time, or never.
    /// While its repository is not read to the end, nobody knows.
    fn is_not_deployed(
        &self,
        repo: RepoId,
        repository: &Repository,
        facts: &RepositoryFacts,
        entry: &CatalogComponent,
    ) -> bool {
        let Some(now) = self.evaluated_at.filter(|_| facts.is_complete()) else { return false };
        let components = components_of(&self.rules.components, repository, facts);
        let of_entry = components.iter().filter(|component| {
            component.declared.is_none_or(|one| one.name.eq_ignore_ascii_case(&entry.name))
                && component.id.repo == repo
        });
        let last = of_entry.filter_map(|component| {
            self.components
                .get(&component.id)
                .and_then(|one| one.contribution.point.last_deployment)
        });
        last.max().is_none_or(|last| now.since(last) > STALE_AFTER)
    }
}
