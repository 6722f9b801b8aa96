//! Open pull requests: read whole wherever one of a repository moved, since the last look or at all,
//! and where they may have changed unseen, once in each reconcile interval.
//!
//! They are no part of a repository's history: it is shown before they are read.

use super::failing::Concern;
use super::tracked::{Tracked, UNREADABLE_FOR};
use super::{Collect, CollectError};
use crate::sources::SourceError;
use crate::sources::github::{GitHub, OpenRead, Wanted};
use crate::store::{CursorOf, CursorUpdate};
use delivery::domain::{Collector, Fact, MINUTE, RepoId, Span, Time};
use std::sync::Arc;

/// So many repositories are asked together, and held in memory until they are read.
pub(super) const READ_TOGETHER: usize = 91;
/// A list of several pages is read again after so long for each page.
const EACH_PAGE_HOLDS: Span = MINUTE;

impl Tracked {
    /// Whether its open pull requests are to be read. Those of a repository without a component are
    /// nobody's changes.
    fn wants_open_pulls(&self, source: &GitHub, now: Time) -> bool {
        let has_news = || {
            let (cursor, mark) = (self.open.cursor.as_deref(), self.open.newest());
            source.open_pull_requests_have_news(&self.repository, cursor, mark)
        };
        self.is_collected()
            && self.backfill_complete()
            && self.has_component()
            && !self.open.is_held(now)
            && (self.open.is_due || has_news())
    }
}

impl Collect {
    /// Reads the open pull requests of all repositories in which one moved.
    pub(super) async fn read_open_pulls(&mut self) -> Result<(), CollectError> {
        for some in self.with_open_news(|_| true).chunks(READ_TOGETHER) {
            self.read_open_pulls_of(some).await?;
            // A long sweep does not keep webhooks waiting.
            self.heed_hints().await;
        }
        Ok(())
    }

    /// Those of the repositories whose open pull requests are to be read.
    pub(super) fn with_open_news(&self, of: impl Fn(RepoId) -> bool) -> Vec<RepoId> {
        let now = self.around.clock.now();
        let tracked = self.tracked.iter().filter(|(repo, _)| of(**repo));
        let wanted = tracked.filter(|(_, tracked)| tracked.wants_open_pulls(&self.source, now));
        wanted.map(|(repo, _)| *repo).collect()
    }

    /// Reads the open pull requests of some repositories. Failures of single ones are noted and
    /// passed over; the error is one that concerns the source or the store as a whole.
    pub(super) async fn read_open_pulls_of(&mut self, some: &[RepoId]) -> Result<(), CollectError> {
        let source = Arc::clone(&self.source);
        let tracked = some.iter().filter_map(|repo| self.tracked.get(repo));
        let asked = tracked.filter(|tracked| !tracked.open.has_none());
        let open = asked.map(|tracked| tracked.repository.clone()).collect();
        let mut first_pages = source.first_pages(Wanted { open, ..Wanted::default() }).await?;
        for repo in some {
            let Some(tracked) = self.tracked.get(repo) else { continue };
            let concern = Concern::OpenPullRequests(*repo);
            let (repository, mark) = (&tracked.repository, tracked.open.newest());
            if tracked.open.has_none() {
                let read = source.no_open_pull_requests(repository);
                self.keep_open_pulls(*repo, read).await?;
                continue;
            }
            let (cursor, first) = (tracked.open.cursor.as_deref(), first_pages.open(*repo));
            match source.open_pull_requests(repository, mark, cursor, first).await {
                Ok(read) => {
                    let items = read.open.pulls.len() as u64;
                    self.around.observer.items(source.name(), Collector::PullRequests, items);
                    self.keep_open_pulls(*repo, read).await?;
                    self.note_success(concern);
                }
                Err(error) if error.concerns_the_whole_source() => return Err(error.into()),
                Err(error) => {
                    let is_closed = matches!(error, SourceError::Forbidden { .. });
                    self.note_failure(concern, &error.into());
                    if is_closed {
                        self.hold_open_pulls(*repo, UNREADABLE_FOR);
                    }
                }
            }
        }
        Ok(())
    }

    async fn keep_open_pulls(&mut self, repo: RepoId, read: OpenRead) -> Result<(), CollectError> {
        let OpenRead { open, cursor, pages } = read;
        let (fact, of) = (Fact::OpenPullRequests(open), CursorOf::OpenPullRequests);
        let update = CursorUpdate { repo, of, cursor: cursor.clone() };
        self.around.store.commit(std::slice::from_ref(&fact), &[update]).await?;
        self.absorb(&fact);
        self.resume(repo, of, cursor);
        if let Some(tracked) = self.tracked.get_mut(&repo) {
            tracked.open.is_due = false;
        }
        if let pages @ 2.. = pages {
            self.hold_open_pulls(repo, EACH_PAGE_HOLDS.saturating_mul(pages as Span));
        }
        Ok(())
    }

    fn hold_open_pulls(&mut self, repo: RepoId, span: Span) {
        let until = self.around.clock.now().plus(span.min(UNREADABLE_FOR));
        if let Some(tracked) = self.tracked.get_mut(&repo) {
            tracked.open.hold_until(until);
        }
    }
}
