//! Reading the commit graph: the walk's questions asked, its answers committed.

use super::commits::{Known, Question, Walk};
use super::fetch::Outcome;
use super::{Collect, CollectError};
use crate::sources::SourceError;
use crate::sources::github::HistoryPage;
use delivery::domain::{Collector, Fact, Oid, RepoId, Time};
use std::collections::BTreeSet;

/// How many commits outside the branch are asked for at once.
const HEADS_AT_ONCE: usize = 52;

impl Collect {
    /// One question of the walk: a page, or short pages from many commits.
    pub(super) async fn read_commits(
        &mut self,
        repo: RepoId,
        probed_at: Time,
    ) -> Result<Outcome, CollectError> {
        let Some(tracked) = self.tracked.get(&repo) else { return Ok(Outcome::Done) };
        let repository = tracked.repository.clone();
        let deployed: BTreeSet<Oid> = tracked.finishes().map(|(_, oid)| oid).collect();
        let finishes: Vec<Oid> = tracked.finishes().map(|(_, oid)| oid).collect();
        let cursor = tracked.cursors.get(&Collector::Commits).map(String::as_str);
        let mut walk = Walk::from_cursor(cursor, &self.source.commits_fingerprint(&repository));
        let horizon = self.horizon(tracked);
        let mut question = walk.next(repository.head, horizon, &[]);
        if question.is_none() {
            let known = self.around.store.known_commits(repo, &Vec::from_iter(deployed)).await?;
            let baseline = finishes.iter().find_map(|oid| known.get(oid).copied().flatten());
            let wanted: Vec<Oid> =
                finishes.into_iter().filter(|oid| !known.contains_key(oid)).collect();
            if let Some(tracked) = self.tracked.get_mut(&repo) {
                tracked.baseline_committed_at = baseline;
            }
            let horizon = self.tracked.get(&repo).map_or(horizon, |tracked| self.horizon(tracked));
            question = walk.next(repository.head, horizon, &wanted);
        }
        let facts = match question {
            None => {
                let cursor = Some((Collector::Commits, walk.to_cursor()));
                if let Some(tracked) = self.tracked.get_mut(&repo) {
                    tracked.head_read = repository.head;
                }
                return self.finish(repo, Collector::Commits, probed_at, Vec::new(), cursor).await;
            }
            Some(Question::Page { from, after }) => {
                let page = self.source.history(&repository, from, after.as_deref()).await?;
                if page.lost && repository.head == Some(from) {
                    let what = format!("commits of {}", repository.full_name);
                    return Err(SourceError::NotFound { what }.into());
                }
                let known = self.known_of(repo, [&page]).await?;
                if page.lost {
                    walk.lost(from);
                } else {
                    walk.page(&page.commits, page.next, &known, horizon);
                }
                page.commits.into_iter().map(Fact::Commit).collect()
            }
            Some(Question::Heads(mut heads)) => {
                heads.truncate(HEADS_AT_ONCE);
                self.read_heads(repo, &heads, &mut walk, horizon).await?
            }
        };
        self.around.observer.items(self.source.name(), Collector::Commits, facts.len() as u64);
        self.keep(repo, facts, Some((Collector::Commits, walk.to_cursor()))).await?;
        Ok(Outcome::Advance)
    }

    async fn read_heads(
        &mut self,
        repo: RepoId,
        heads: &[Oid],
        walk: &mut Walk,
        horizon: Time,
    ) -> Result<Vec<Fact>, CollectError> {
        let Some(tracked) = self.tracked.get(&repo) else { return Ok(Vec::new()) };
        let pages = self.source.histories(&tracked.repository.clone(), heads).await?;
        let known = self.known_of(repo, pages.iter().map(|(_, page)| page)).await?;
        let mut facts = Vec::new();
        for (oid, page) in pages {
            if page.lost {
                walk.lost(oid);
                facts.push(Fact::LostCommit { repo, oid });
            } else {
                walk.short_page(oid, &page.commits, page.next, &known, horizon);
                facts.extend(page.commits.into_iter().map(Fact::Commit));
            }
        }
        Ok(facts)
    }

    /// What the store knows of the commits of these pages and of their parents.
    async fn known_of<'a>(
        &self,
        repo: RepoId,
        pages: impl IntoIterator<Item = &'a HistoryPage>,
    ) -> Result<Known, CollectError> {
        let commits = pages.into_iter().flat_map(|page| &page.commits);
        let oids: BTreeSet<Oid> = commits
            .flat_map(|commit| std::iter::once(commit.oid).chain(commit.parents.iter().copied()))
            .collect();
        Ok(self.around.store.known_commits(repo, &Vec::from_iter(oids)).await?)
    }
}
