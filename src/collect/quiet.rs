//! What is known without reading: repositories in which nothing is new, and lists that hold nothing.
//! However many there are, it is one commit.

use super::tracked::Tracked;
use super::{Collect, CollectError};
use delivery::domain::{Collector, Fact, Progress, Time};

impl Collect {
    /// Repositories that were asked and have nothing new are known through the moment of asking.
    pub(super) async fn advance_the_quiet(&mut self, asked_at: Time) -> Result<(), CollectError> {
        let known_through = asked_at.min(self.source.latest());
        let quiet = |tracked: &Tracked, collector: Collector| {
            tracked.is_complete(collector) && !tracked.pending.contains(&collector)
        };
        let facts: Vec<Fact> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| tracked.is_collected() && tracked.probed_at == Some(asked_at))
            .flat_map(|(repo, tracked)| {
                let collectors = Collector::ALL.into_iter();
                collectors.filter(|collector| quiet(tracked, *collector)).map(|collector| {
                    let through = Some(known_through);
                    Fact::Progress(Progress { repo: *repo, collector, complete: true, through })
                })
            })
            .collect();
        self.around.store.commit(&facts, &[]).await?;
        for fact in &facts {
            self.absorb(fact);
        }
        Ok(())
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
