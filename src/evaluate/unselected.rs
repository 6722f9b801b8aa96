//! Deployments to production that none of their repository's components selects: no figure has them.

use crate::config::{ComponentSettings, deployed};
use delivery::domain::{Deployment, Repository, Time};
use std::collections::BTreeSet;

/// How many environments a message names.
const NAMED: usize = 3;

/// Whether none of a repository's declared components has a deployment.
pub fn is_unselected(declared: &[&ComponentSettings], deployment: &Deployment) -> bool {
    !declared.is_empty() && deployed(declared, deployment).is_empty()
}

/// What to say of those of a repository's deployments to production that no component has; nothing
/// where there are none.
pub fn unselected<'a>(
    declared: &[&ComponentSettings],
    repository: &Repository,
    deployments: impl IntoIterator<Item = &'a Deployment>,
) -> Option<String> {
    let left: Vec<&Deployment> =
        deployments.into_iter().filter(|one| is_unselected(declared, one)).collect();
    let first_at = left.iter().map(|one| one.created_at).min()?;
    let environments: BTreeSet<&str> = left.iter().map(|one| &*one.environment).collect();
    let (count, environments) = (left.len(), quoted(environments));
    let deployments = if count == 1 { "deployment" } else { "deployments" };
    Some(format!(
        "no component of {} selects {count} {deployments} to production (to {environments}, since \
         {}), so no figure has them: declare what they deploy, widen a `deployments`, or take the \
         environment out by production.exclude",
        repository.full_name,
        day(first_at),
    ))
}

fn day(at: Time) -> String {
    let known = chrono::DateTime::from_timestamp(at.0, 0).unwrap_or_default();
    known.format("%Y-%m-%d").to_string()
}

/// The first few of some environments.
pub(super) fn quoted(environments: BTreeSet<&str>) -> String {
    let more = if environments.len() > NAMED { ", …" } else { "" };
    let named: Vec<String> =
        environments.into_iter().take(NAMED).map(|name| format!("{name:?}")).collect();
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::mistakes::tests::{components, deployment, repository};
    use super::*;

    #[test]
    fn what_no_component_selects_is_told_with_where_and_since_when() {
        let declared = components(["prod-api", "prod-web"]);
        let repository = repository();
        let declared = declared.of(&repository);
        let mut all: Vec<Deployment> = ["prod-api", "prod-old", "prod-new", "prod-old"]
            .iter()
            .zip(1..)
            .map(|(environment, id)| deployment(id, environment))
            .collect();
        all[2].created_at = Time(86_400);
        let told = unselected(&declared, &repository, &all);
        let told = told.unwrap_or_default();
        let words = "acme/shop selects 3 deployments to production (to \"prod-new\", \"prod-old\", \
                     since 1970-01-01)";
        assert!(told.contains(words), "{told}");
        let one = unselected(&declared, &repository, &all[2..3]).unwrap_or_default();
        assert!(one.contains("1 deployment to production (to \"prod-new\", since 1970-01-02)"));
        assert_eq!(unselected(&declared, &repository, &all[..1]), None);
        assert_eq!(unselected(&[], &repository, &all), None, "nothing is declared");
    }
}
