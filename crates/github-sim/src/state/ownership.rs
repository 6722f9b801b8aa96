//! Teams, custom properties, topics and files: what tells whose a repository is.

use super::{Repository, State};
use crate::event::{Event, Permission, RepoId};
use std::collections::BTreeMap;

/// A team of an organisation.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) organization: String,
    pub(crate) slug: String,
    pub(crate) parent: Option<String>,
    /// What it was given itself; it has what its parents have, too.
    pub(crate) given: Vec<(RepoId, Permission)>,
    pub(crate) created_at: i64,
}

impl State {
    /// Applies an event of this file; `None` where it is another.
    pub(super) fn apply_ownership(&mut self, at: i64, event: &Event) -> Option<Result<(), String>> {
        let done = match event {
            Event::TopicsSet { repo, topics } => {
                self.repo(*repo).map(|repo| repo.topics.clone_from(topics))
            }
            Event::PropertySet { repo, name, values } => self.repo(*repo).map(|repo| {
                repo.properties.insert(name.clone(), values.clone());
            }),
            Event::FilesWritten { repo, files } => self.repo(*repo).map(|repo| {
                for (path, text) in files {
                    match text {
                        Some(text) => repo.files.insert(path.clone(), text.clone()),
                        None => repo.files.remove(path),
                    };
                }
            }),
            Event::TeamSet { organization, slug, parent, repositories } => {
                let team = Team {
                    organization: organization.clone(),
                    slug: slug.clone(),
                    parent: parent.clone(),
                    given: repositories.clone(),
                    created_at: at,
                };
                let key = (organization.to_ascii_lowercase(), slug.clone());
                self.teams.insert(key, team);
                Ok(())
            }
            _ => return None,
        };
        Some(done)
    }

    /// An organisation's teams, in order of slug.
    pub(crate) fn teams_of(&self, organization: &str) -> impl Iterator<Item = &Team> {
        let organization = organization.to_ascii_lowercase();
        self.teams.iter().filter(move |((of, _), _)| *of == organization).map(|(_, team)| team)
    }

    /// The team's parent.
    pub(crate) fn parent_of(&self, team: &Team) -> Option<&Team> {
        let slug = team.parent.clone()?;
        self.teams.get(&(team.organization.to_ascii_lowercase(), slug))
    }

    /// The repositories of a team with the highest permission that it has itself or by a parent.
    pub(crate) fn repositories_of(&self, team: &Team) -> BTreeMap<RepoId, Permission> {
        let mut found: BTreeMap<RepoId, Permission> = BTreeMap::new();
        let mut next = Some(team);
        // No chain is longer than the teams are many, even if the log makes a circle.
        for _ in 0..=self.teams.len() {
            let Some(team) = next else { break };
            for (repo, permission) in &team.given {
                let known = found.entry(*repo).or_insert(*permission);
                *known = (*known).max(*permission);
            }
            next = self.parent_of(team);
        }
        found.retain(|repo, _| self.repositories.contains_key(repo));
        found
    }
}

impl Repository {
    /// What lies right in a folder, in order of name: whether it is a folder too. The root's path is
    /// empty.
    pub(crate) fn entries(&self, folder: &str) -> BTreeMap<&str, bool> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        inside
            .map(|rest| rest.split_once('/').map_or((rest, false), |(name, _)| (name, true)))
            .collect()
    }
}

/// An object id made of a text: the same text has the same.
pub(crate) fn object_id(kind: &str, text: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut id = String::with_capacity(48);
    for round in 0..3u8 {
        for byte in kind.bytes().chain([round]).chain(text.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        id.push_str(&format!("{hash:016x}"));
    }
    id.truncate(40);
    id
}
