//! What is known without reading: repositories in which nothing is new, and lists that hold nothing.
//! However many there are, it is one commit.

use super::tracked::Tracked;
use super::{Collect, CollectError};
use delivery::domain::{Collector, Fact, HOUR, MINUTE, Progress, RepoId, Span, Time};

/// What happened so long ago a search's index has seen, but for exceptions that the reconcile finds.
const INDEX_LAG: Span = 5 * MINUTE;
/// How often the progress of repositories of which nothing is shown is stored.
const KEPT_EVERY: Span = HOUR;

impl Collect {
    /// Those of the repositories that were asked and have nothing new are known through the moment of asking.
    pub(super) async fn advance_the_quiet(
        &mut self,
        asked_at: Time,
        of: impl Fn(RepoId) -> bool,
    ) -> Result<(), CollectError> {
        let known_through = asked_at.min(self.source.latest());
        let quiet = |tracked: &Tracked, collector: Collector| {
            tracked.is_complete(collector) && !tracked.pending.contains(&collector)
        };
        let facts: Vec<Fact> = self
            .tracked
            .iter()
            .filter(|(repo, _)| of(**repo))
            .filter(|(_, tracked)| tracked.is_collected() && tracked.probed_at == Some(asked_at))
            .flat_map(|(repo, tracked)| {
                let collectors = Collector::ALL.into_iter();
                collectors.filter(|collector| quiet(tracked, *collector)).map(|collector| {
                    let through = Some(self.through(tracked, collector, known_through));
                    Fact::Progress(Progress { repo: *repo, collector, complete: true, through })
                })
            })
            .collect();
        let stored: Vec<Fact> = facts.iter().filter(|fact| self.is_worth(fact)).cloned().collect();
        self.around.store.commit(&stored, &[]).await?;
        for fact in &facts {
            self.absorb(fact);
        }
        for fact in &stored {
            if let Fact::Progress(Progress { repo, .. }) = fact
                && let Some(tracked) = self.tracked.get_mut(repo)
            {
                tracked.kept_at = Some(asked_at);
            }
        }
        Ok(())
    }

    /// Through when a quiet list is known. What a search told may lack what its index has not seen.
    fn through(&self, tracked: &Tracked, collector: Collector, known_through: Time) -> Time {
        let by_search = tracked.checked_at != tracked.probed_at
            && matches!(collector, Collector::PullRequests | Collector::Incidents)
            && self.is_searched(&tracked.repository);
        if by_search { known_through.plus(-INDEX_LAG) } else { known_through }
    }

    /// Whether progress is to be stored: what is judged or settled waits for it. Of repositories
    /// without either it is stored seldom, since there are thousands of them.
    fn is_worth(&self, fact: &Fact) -> bool {
        let tracked = fact.repo().and_then(|repo| self.tracked.get(&repo));
        tracked.is_none_or(|tracked| {
            let is_fresh = |at: Time| {
                tracked.probed_at.is_some_and(|now| (0..KEPT_EVERY).contains(&now.since(at)))
            };
            tracked.has_component()
                || tracked.has_incidents()
                || self.may_change_infrastructure(tracked)
                || !tracked.kept_at.is_some_and(is_fresh)
        })
    }

    /// Ends the first collection of lists that hold nothing, or nothing that matters, as far as the
    /// sweep's answer tells.
    pub(super) async fn finish_the_empty(&mut self) -> Result<(), CollectError> {
        let latest = self.source.latest();
        let mut facts = Vec::new();
        for (repo, tracked) in &self.tracked {
            let Some(through) = tracked.probed_at.filter(|_| tracked.is_collected()) else {
                continue;
            };
            facts.extend(self.empty_lists(tracked).map(|collector| {
                let through = Some(through.min(latest));
                Fact::Progress(Progress { repo: *repo, collector, complete: true, through })
            }));
        }
        self.around.store.commit(&facts, &[]).await?;
        for fact in &facts {
            self.absorb(fact);
            if let Fact::Progress(Progress { repo, collector, .. }) = fact
                && let Some(tracked) = self.tracked.get_mut(repo)
            {
                tracked.pending.retain(|pending| pending != collector);
            }
        }
        Ok(())
    }

    /// The lists that come next and need no reading: a later one may depend on an earlier one.
    fn empty_lists<'a>(&'a self, tracked: &'a Tracked) -> impl Iterator<Item = Collector> + 'a {
        let left = Collector::ALL.into_iter().filter(|collector| !tracked.is_complete(*collector));
        left.take_while(|collector| self.has_nothing_to_read(tracked, *collector))
    }
}
