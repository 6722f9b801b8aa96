//! Tags and releases.

use super::Repository;
use super::fold::no;
use crate::event::ReleaseEvent;

/// A tag.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) sha: String,
    /// When the tag was made, where it is an object of its own.
    pub(crate) made_at: Option<i64>,
}

/// A release.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) id: u64,
    pub(crate) tag: String,
    pub(crate) draft: bool,
    pub(crate) prerelease: bool,
    /// The committed time of the tag's commit; before there is one, when it was drafted.
    pub(crate) created_at: i64,
    pub(crate) published_at: Option<i64>,
    pub(crate) updated_at: i64,
}

impl Repository {
    pub(super) fn apply_release(&mut self, at: i64, event: &ReleaseEvent) -> Result<(), String> {
        match event {
            ReleaseEvent::Tagged { name, sha, annotated, .. } => {
                self.graph.find(sha).ok_or_else(|| no("commit", sha))?;
                let made_at = annotated.then_some(at);
                let tag = Tag { name: name.clone(), sha: sha.clone(), made_at };
                self.tags.insert(name.clone(), tag);
                self.pushed_at = Some(at);
            }
            ReleaseEvent::TagDeleted { name, .. } => {
                self.tags.remove(name).ok_or_else(|| no("tag", name))?;
                self.pushed_at = Some(at);
            }
            ReleaseEvent::Released { id, tag, draft, prerelease, .. } => {
                self.release(at, *id, tag, *draft, *prerelease)?;
            }
            ReleaseEvent::ReleaseDeleted { id, .. } => {
                self.releases.remove(id).ok_or_else(|| no("release", id))?;
            }
        }
        Ok(())
    }

    fn release(
        &mut self,
        at: i64,
        id: u64,
        tag: &str,
        draft: bool,
        prerelease: bool,
    ) -> Result<(), String> {
        if !draft && !self.tags.contains_key(tag) {
            let branch = self.default_branch.clone();
            let head = self.branches.get(&branch).copied().ok_or_else(|| no("branch", &branch))?;
            let sha = self.graph.get(head).oid.clone();
            let made = Tag { name: tag.to_owned(), sha, made_at: None };
            self.tags.insert(tag.to_owned(), made);
        }
        let commit = self.tags.get(tag).and_then(|tag| self.graph.find(&tag.sha));
        let committed_at = commit.map(|commit| self.graph.get(commit).committed_at);
        let before = self.releases.get(&id);
        let published_at = before.and_then(|before| before.published_at);
        let drafted_at = before.map_or(at, |before| before.created_at);
        let release = Release {
            id,
            tag: tag.to_owned(),
            draft,
            prerelease,
            created_at: committed_at.unwrap_or(drafted_at),
            published_at: published_at.or((!draft).then_some(at)),
            updated_at: at,
        };
        self.releases.insert(id, release);
        Ok(())
    }

    /// The commit that a tag leads to, while it resolves.
    pub(crate) fn commit_of_tag(&self, tag: &str) -> Option<u32> {
        self.graph.find(&self.tags.get(tag)?.sha)
    }
}
