//! Deployments to environments that are not production, or that no component selects: how many went
//! where, and which key of the configuration says so. No figure counts them; who misses deployments finds
//! them here.

use super::layout::{link, name};
use super::review::Review;
use super::words::count;
use crate::evaluate::{DecidedBy, OtherEnvironment, WebAddresses};
use crate::serve::api::links::Links;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// So many environments are listed: each preview of a pull request has one of its own.
const LISTED: usize = 20;

/// An environment of one repository or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its name.
    pub environment: String,
    /// What leaves them out.
    pub decided_by: DecidedBy,
    /// How many deployments it had.
    pub deployments: u64,
    /// Of how many repositories.
    pub repositories: usize,
    /// Where they are listed, of one repository.
    pub url: Option<String>,
}

/// The environments, those with the most deployments first.
pub fn elsewhere(told: &[OtherEnvironment], web: &WebAddresses) -> Vec<Elsewhere> {
    let mut found: BTreeMap<(&str, DecidedBy), Elsewhere> = BTreeMap::new();
    for one in told {
        let known = found.entry((&one.environment, one.decided_by)).or_insert_with(|| Elsewhere {
            environment: one.environment.to_string(),
            decided_by: one.decided_by,
            deployments: 0,
            repositories: 0,
            url: Links::to(&one.repository, web).environment(&one.environment),
        });
        known.deployments += one.deployments;
        known.repositories += 1;
        known.url = known.url.take().filter(|_| known.repositories == 1);
    }
    let mut found: Vec<Elsewhere> = found.into_values().collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.deployments));
    found
}

/// The first of them, and how many deployments went to how many others.
pub fn listed(found: &[Elsewhere]) -> (&[Elsewhere], Option<String>) {
    let (listed, others) = found.split_at(found.len().min(LISTED));
    let deployments = others.iter().map(|one| one.deployments).sum();
    let others = others.len();
    let more =
        (others > 0).then(|| format!("{} to {others} more", count(deployments, "deployment")));
    (listed, more)
}

/// What decides that deployments to an environment are left out.
pub fn decided_by(one: &Elsewhere) -> &'static str {
    match one.decided_by {
        DecidedBy::Exclude => "production.exclude names it",
        DecidedBy::Environments => "production.environments does not name it",
        DecidedBy::Components => "no component selects them",
    }
}

/// The environments on a page.
pub fn list(review: &Review) -> Markup {
    let Some(found) = &review.elsewhere else {
        return html! { p.quiet { "Deployments that are in no figure could not be counted just now." } };
    };
    let (listed, more) = listed(found);
    html! {
        @if !listed.is_empty() {
            h3 id="elsewhere" { "Deployed, and in no figure" }
            p.quiet {
                "In " (review.now.period.name)
                @if review.team.is_one_component { ", by its repository" }
                "; kept as long as the first collection looks back."
            }
            ul.plain {
                @for one in listed {
                    li {
                        (link(one.url.as_deref(), html! { (count(one.deployments, "deployment")) }))
                        " to " (name(&one.environment))
                        @if one.repositories > 1 { " of " (one.repositories) " repositories" }
                        span.quiet { ": " (decided_by(one)) }
                    }
                }
                @if let Some(more) = more {
                    li.quiet { (more) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::RepositoryPlace;
    use delivery::domain::Time;
    use std::sync::Arc;

    #[test]
    fn of_hundreds_of_previews_a_few_are_listed_and_the_others_counted() {
        let preview = |number| Elsewhere {
            environment: format!("preview/pr-{number}"),
            decided_by: DecidedBy::Environments,
            deployments: 2,
            repositories: 1,
            url: None,
        };
        let found: Vec<Elsewhere> = (0..300).map(preview).collect();
        let (few, more) = listed(&found);
        assert_eq!((few.len(), more.as_deref()), (LISTED, Some("560 deployments to 280 more")));
        assert_eq!(listed(&found[..LISTED]), (&found[..LISTED], None));
    }

    #[test]
    fn an_environment_of_several_repositories_is_one_and_leads_to_none_of_them() {
        let of = |repo: &str, environment: &str, deployments| OtherEnvironment {
            repository: RepositoryPlace { host: Arc::from("github"), full_name: Arc::from(repo) },
            environment: Arc::from(environment),
            deployments,
            first_at: Time(1),
            newest_at: Time(2),
            decided_by: if environment == "canary" {
                DecidedBy::Exclude
            } else {
                DecidedBy::Environments
            },
        };
        let web = Arc::new([("github".to_owned(), "https://github.com".to_owned())].into());
        let told = [of("a/b", "canary", 2), of("a/b", "staging", 3), of("a/c", "staging", 4)];
        let found = elsewhere(&told, &web);
        let facts =
            found.iter().map(|it| (it.environment.as_str(), it.deployments, decided_by(it)));
        let expected = [
            ("staging", 7, "production.environments does not name it"),
            ("canary", 2, "production.exclude names it"),
        ];
        assert_eq!(facts.collect::<Vec<_>>(), expected);
        let links = found.iter().map(|it| it.url.as_deref());
        let canary = "https://github.com/a/b/deployments/canary";
        assert_eq!(links.collect::<Vec<_>>(), [None, Some(canary)]);
    }
}
