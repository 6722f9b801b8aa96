//! Teams at GitHub, and for each repository the most specific that may write to it.
//!
//! A team has what its parents have, and GitHub does not tell which of the two gave it. A team's
//! access counts as its own where it is more than its parent's, or where a sibling lacks it, since
//! what a parent has all its children have.

use super::client::Client;
use super::ownership::Said;
use super::page::{next_page, page};
use super::queries::{TEAM_REST, TEAMS};
use crate::sources::SourceError;
use delivery::domain::{Claim, RepoId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What reading teams needs.
const REMEDY: &str = "Members: read of the organisation (classic token: read:org), or leave \
                      github_team out of ownership.order";

/// What a team may do with a repository; the rest is no sign of owning it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Permission {
    Below,
    Write,
    Maintain,
    Admin,
}

impl Permission {
    /// What an edge of a team's list tells.
    fn of(edge: &Value) -> Permission {
        match edge["permission"].as_str().unwrap_or_default() {
            "ADMIN" => Permission::Admin,
            "MAINTAIN" => Permission::Maintain,
            "WRITE" => Permission::Write,
            _ => Permission::Below,
        }
    }
}

/// A team with the repositories that it may write to.
#[derive(Debug, Default)]
struct Team {
    parent: Option<String>,
    repositories: HashMap<RepoId, Permission>,
}

/// A list of repositories that goes on.
struct Rest {
    slug: String,
    id: Value,
    after: String,
    /// The permission at which it was left.
    left_at: Permission,
    /// The permission at its end.
    end: Permission,
}

impl Rest {
    /// Whether the rest tells of no team that may write: the list is in the order of permissions,
    /// so that nothing lies beyond its ends, whichever way it runs.
    fn is_below(&self) -> bool {
        self.left_at == Permission::Below && self.end == Permission::Below
    }
}

/// Reads an organisation's teams, and names for each repository the most specific ones.
pub(super) async fn teams(client: &Client, organization: &str) -> Result<Said, SourceError> {
    let what = format!("teams of `{organization}`");
    let mut reading = Reading::default();
    let mut after: Option<String> = None;
    loop {
        let variables =
            |size: usize| json!({ "login": organization, "first": size, "after": after });
        let graph = client.ask(&TEAMS, &what, variables).await?.graph;
        let page = page(&graph, &["organization", "teams"])
            .map_err(|missing| missing.into_error(&what, REMEDY))?;
        for element in page.elements {
            match element {
                Ok(node) => reading.team(&node),
                // Without one of the teams nobody could tell which is the most specific.
                Err(message) => {
                    return Err(SourceError::Failed { what, status: 200, message });
                }
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    reading.read_rests(client, &what).await?;
    let claims = most_specific(&reading.teams).into_iter().map(|(repo, slugs)| {
        let teams = slugs.into_iter().map(|slug| Claim::Team(Arc::from(slug)));
        (repo, teams.collect())
    });
    Ok(Said { claims: claims.collect(), no_team: 0 })
}

#[derive(Default)]
struct Reading {
    teams: BTreeMap<String, Team>,
    rests: Vec<Rest>,
}

impl Reading {
    fn team(&mut self, node: &Value) {
        let Some(slug) = node["slug"].as_str() else { return };
        let parent = node["parentTeam"]["slug"].as_str().map(str::to_owned);
        self.teams.insert(slug.to_owned(), Team { parent, ..Team::default() });
        let end = edges(&node["end"]).last().map_or(Permission::Admin, Permission::of);
        self.repositories(slug, &node["id"], &node["repositories"], end);
    }

    fn repositories(&mut self, slug: &str, id: &Value, list: &Value, end: Permission) {
        let mut left_at = Permission::Admin;
        for edge in edges(list) {
            let permission = Permission::of(edge);
            left_at = permission;
            let repo = edge["node"]["databaseId"].as_u64().map(RepoId);
            let team = self.teams.get_mut(slug);
            if let (Some(repo), Some(team)) = (repo, team)
                && permission >= Permission::Write
            {
                team.repositories.insert(repo, permission);
            }
        }
        if let Some(after) = next_page(list) {
            let (slug, id) = (slug.to_owned(), id.clone());
            self.rests.push(Rest { slug, id, after, left_at, end });
        }
    }

    async fn read_rests(&mut self, client: &Client, what: &str) -> Result<(), SourceError> {
        while let Some(rest) = self.rests.pop() {
            if rest.is_below() {
                continue;
            }
            let variables =
                |size: usize| json!({ "id": rest.id, "first": size, "after": rest.after });
            let graph = client.ask(&TEAM_REST, what, variables).await?.graph;
            let list = super::page::part(&graph, &["node", "repositories"])
                .map_err(|missing| missing.into_error(what, REMEDY))?;
            self.repositories(&rest.slug, &rest.id, list, rest.end);
        }
        Ok(())
    }
}

fn edges(list: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    list["edges"].as_array().into_iter().flatten()
}

/// For each repository the teams that may write to it, without those whose access is only their
/// parent's, and without those around another.
fn most_specific(teams: &BTreeMap<String, Team>) -> BTreeMap<RepoId, Vec<String>> {
    let mut by_repo: BTreeMap<RepoId, BTreeSet<&str>> = BTreeMap::new();
    for (slug, team) in teams {
        for repo in team.repositories.keys() {
            if !is_inherited(teams, team, *repo) {
                by_repo.entry(*repo).or_default().insert(slug);
            }
        }
    }
    let specific = by_repo.into_iter().map(|(repo, slugs)| {
        let is_around = |slug: &str| {
            slugs.iter().any(|other| *other != slug && ancestors(teams, other).contains(slug))
        };
        let left = slugs.iter().filter(|slug| !is_around(slug)).map(|slug| (*slug).to_owned());
        (repo, left.collect())
    });
    specific.collect()
}

/// Whether a team may do no more than its parent, and all the parent's children may do as much.
fn is_inherited(teams: &BTreeMap<String, Team>, team: &Team, repo: RepoId) -> bool {
    let Some(slug) = team.parent.as_deref() else { return false };
    let of = |team: &Team| team.repositories.get(&repo).copied().unwrap_or(Permission::Below);
    let Some(given) = teams.get(slug).map(of) else { return false };
    let mut siblings = teams.values().filter(|other| other.parent.as_deref() == Some(slug));
    given >= Permission::Write && of(team) <= given && siblings.all(|sibling| of(sibling) >= given)
}

/// The teams around a team.
fn ancestors<'t>(teams: &'t BTreeMap<String, Team>, slug: &str) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    let mut next = teams.get(slug).and_then(|team| team.parent.as_deref());
    while let Some(slug) = next {
        if !found.insert(slug) {
            break;
        }
        next = teams.get(slug).and_then(|team| team.parent.as_deref());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Teams as slug, parent and permission for the one repository.
    fn specific(teams: &[(&str, Option<&str>, Option<Permission>)]) -> Vec<String> {
        let teams = teams.iter().map(|(slug, parent, permission)| {
            let repositories = permission.map(|permission| (RepoId(1), permission));
            let team = Team {
                parent: parent.map(str::to_owned),
                repositories: repositories.into_iter().collect(),
            };
            ((*slug).to_owned(), team)
        });
        most_specific(&teams.collect()).remove(&RepoId(1)).unwrap_or_default()
    }

    #[test]
    fn the_most_specific_team_that_may_write_is_named_and_ties_are_left_as_they_are() {
        use Permission::{Admin, Write};
        let (write, admin) = (Some(Write), Some(Admin));
        let (root, other) = (("root", None), ("other", None));
        let of = |team: (&'static str, Option<&'static str>), given| (team.0, team.1, given);
        let a = ("a", Some("root"));
        let b = ("b", Some("root"));
        let deep = ("deep", Some("a"));
        for (teams, expected) in [
            (vec![of(root, write)], vec!["root"]),
            (vec![of(root, None)], vec![]),
            // What the parent has all children have: it is the parent's.
            (vec![of(root, write), of(a, write), of(b, write)], vec!["root"]),
            (vec![of(root, write), of(a, write)], vec!["root"]),
            (vec![of(root, write), of(a, write), of(b, write), of(deep, write)], vec!["root"]),
            // More than the parent's, or not what every child has, is a team's own.
            (vec![of(root, write), of(a, admin), of(b, write)], vec!["a"]),
            (vec![of(root, None), of(a, write), of(b, None)], vec!["a"]),
            (vec![of(root, None), of(a, write), of(deep, admin)], vec!["deep"]),
            // Nobody guesses among equals, whoever may do more.
            (vec![of(root, write), of(other, write)], vec!["other", "root"]),
            (vec![of(root, admin), of(other, write)], vec!["other", "root"]),
            (vec![of(root, None), of(a, write), of(b, admin)], vec!["a", "b"]),
        ] {
            assert_eq!(specific(&teams), expected, "{teams:?}");
        }
    }

    #[test]
    fn teams_in_a_circle_end_the_search() {
        let write = Some(Permission::Write);
        let circle = [("a", Some("b"), write), ("b", Some("a"), write)];
        assert_eq!(specific(&circle), Vec::<String>::new(), "each is only its parent's");
    }
}
