//! Who calls which reusable workflow, and pinned to what, over everything that is collected.

use super::catalog::names;
use super::repository_facts::RepositoryFacts;
use delivery::domain::{Claim, ClaimSource, Pin, RepoId};
use std::collections::BTreeMap;

/// The value of the label `workflow` for those whose owners may be people.
const EXTERNAL: &str = "external";

/// How many jobs call each workflow, by what they are pinned to: each workflow with every pin. A
/// workflow of a repository that is collected goes by that repository's present name.
pub fn references(repositories: &BTreeMap<RepoId, RepositoryFacts>) -> Vec<([String; 2], u64)> {
    let names = names(repositories);
    let present = |workflow: &str| {
        let (owner, rest) = workflow.split_once('/')?;
        let (name, path) = rest.split_once('/')?;
        let repo = names.get(&format!("{owner}/{name}"))?;
        let repository = repositories.get(repo)?.active()?;
        Some(format!("{}/{path}", repository.full_name))
    };
    let mut counts: BTreeMap<Option<&str>, [u64; Pin::ALL.len()]> = BTreeMap::new();
    for facts in repositories.values().filter(|facts| facts.active().is_some()) {
        for claim in facts.claims.of(ClaimSource::WorkflowFiles) {
            let Claim::Calls { workflow, pin, jobs } = claim else { continue };
            counts.entry(workflow.as_deref()).or_default()[*pin as usize] += u64::from(*jobs);
        }
    }
    // A workflow may be called by former names of its repository, too.
    let mut by_name: BTreeMap<String, [u64; Pin::ALL.len()]> = BTreeMap::new();
    for (workflow, counts) in counts {
        let name = workflow.map_or_else(
            || EXTERNAL.to_owned(),
            |workflow| present(workflow).unwrap_or_else(|| workflow.to_owned()),
        );
        let sums = by_name.entry(name).or_default();
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let of_workflow = |(name, counts): (String, [u64; Pin::ALL.len()])| {
        let pins = Pin::ALL.into_iter().zip(counts);
        pins.map(move |(pin, count)| ([name.clone(), pin.name().to_owned()], count))
    };
    by_name.into_iter().flat_map(of_workflow).collect()
}

#[cfg(test)]
#[path = "workflows_tests.rs"]
mod tests;
