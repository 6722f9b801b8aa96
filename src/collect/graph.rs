//! Reading the commit graph: the walk's questions asked, its answers committed.

use super::commits::{Known, Question, Walk};
use super::fetch::Outcome;
use super::tracked::Tracked;
use super::{Collect, CollectError};
use crate::sources::SourceError;
use crate::sources::github::{HistoryPage, Place};
use delivery::domain::{Collector, Commit, Fact, Oid, RepoId, Repository, Time};
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
        let (repository, head) = (tracked.repository.clone(), tracked.head);
        let cursor = tracked.cursors.get(&Collector::Commits).map(String::as_str);
        let mut walk = Walk::from_cursor(cursor, &self.source.commits_fingerprint(&repository));
        let horizon = self.horizon(tracked);
        let mut question = walk.next(head, horizon, &[]);
        if question.is_none() {
            let (baseline, wanted) = self.unknown_deployed(repo).await?;
            if let Some(tracked) = self.tracked.get_mut(&repo) {
                tracked.baseline_committed_at = baseline;
            }
            let horizon = self.tracked.get(&repo).map_or(horizon, |tracked| self.horizon(tracked));
            question = walk.next(head, horizon, &wanted);
        }
        let facts = match question {
            None => {
                let cursor = Some((Collector::Commits, walk.to_cursor()));
                if let Some(tracked) = self.tracked.get_mut(&repo) {
                    tracked.head_read = head;
                }
                // Not before: a branch whose head is not known yet seems to hold nothing at all.
                let facts = match repository.head == head {
                    true => Vec::new(),
                    false => vec![Fact::Repository(Repository { head, ..repository })],
                };
                return self.finish(repo, Collector::Commits, probed_at, facts, cursor).await;
            }
            Some(Question::Page { from, after }) => {
                let first = self.first_pages.history(repo, from);
                let place = Place { cursor: after.as_deref(), first };
                let page = self.source.history(&repository, from, place).await?;
                if page.lost && head == Some(from) {
                    let what = format!("commits of {}", repository.full_name);
                    return Err(SourceError::NotFound { what }.into());
                }
                let known = self.known_of(repo, [&page]).await?;
                if page.lost {
                    walk.lost(from);
                } else {
                    walk.page(&page.commits, page.next, &known, horizon);
                }
                self.above_frontier(repo, page.commits).await?
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

    /// The commit from which the walk asks for a first page next, if it does.
    pub(super) fn next_history(&self, tracked: &Tracked) -> Option<Oid> {
        let cursor = tracked.cursors.get(&Collector::Commits).map(String::as_str);
        let fingerprint = self.source.commits_fingerprint(&tracked.repository);
        let mut walk = Walk::from_cursor(cursor, &fingerprint);
        match walk.next(tracked.head, self.horizon(tracked), &[])? {
            Question::Page { from, after: None } => Some(from),
            Question::Page { .. } | Question::Heads(_) => None,
        }
    }

    /// When the baseline's commit was made, and the deployed commits that the store does not know.
    async fn unknown_deployed(
        &mut self,
        repo: RepoId,
    ) -> Result<(Option<Time>, Vec<Oid>), CollectError> {
        let Some(tracked) = self.tracked.get_mut(&repo) else { return Ok((None, Vec::new())) };
        let deployed: BTreeSet<Oid> = tracked.finishes().map(|(_, oid)| oid).collect();
        let known = self.around.store.known_commits(repo, &Vec::from_iter(deployed)).await?;
        if tracked.finishes().any(|(_, oid)| !known.contains_key(&oid)) {
            let forgotten = self.around.store.missing_deployments(tracked.finished()).await?;
            tracked.forget_finishes(&forgotten);
        }
        let finishes = || tracked.finishes().map(|(_, oid)| oid);
        let baseline = finishes().find_map(|oid| known.get(&oid).copied().flatten());
        let wanted = finishes().filter(|oid| !known.contains_key(oid)).collect();
        Ok((baseline, wanted))
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
                facts.extend(self.above_frontier(repo, page.commits).await?);
            }
        }
        Ok(facts)
    }

    /// The facts of a page without those that were forgotten: a page holds what lies behind the
    /// frontier, too. A commit that only forgotten ones lead to is one itself.
    async fn above_frontier(
        &self,
        repo: RepoId,
        commits: Vec<Commit>,
    ) -> Result<Vec<Fact>, CollectError> {
        let oids: Vec<Oid> = commits.iter().map(|commit| commit.oid).collect();
        let mut forgotten = self.around.store.frontier(repo, &oids).await?;
        let mut facts = Vec::with_capacity(commits.len());
        for commit in commits {
            if forgotten.contains(&commit.oid) {
                forgotten.extend(commit.parents);
            } else {
                facts.push(Fact::Commit(commit));
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
