//! The loop: news or time, evaluate, settle, publish.

use super::off_the_runtime::off_the_runtime;
use super::questions::{Inbox, WebAddresses};
use super::retention::Forgetting;
use super::{Evaluator, Settlement};
use crate::clock::SharedClock;
use crate::exposition::{Encoded, Exposure, OwnMetrics, encode};
use crate::store::{Store, StoreError};
use delivery::domain::{Span, Time};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Windows slide, so figures are evaluated at least this often.
const AT_LEAST_EVERY: Span = 30;
/// News come in bursts of pages; this long is waited for the rest.
const DEBOUNCE: Span = 1;

/// Evaluates and publishes until told to stop.
pub struct Publisher {
    /// Where facts come from and settled rows go.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// How long facts are kept that no figure needs any more.
    pub retention: Span,
    /// How much is shown.
    pub exposure: Exposure,
    /// The exporter's own metrics, which hear of every evaluation.
    pub own: Arc<OwnMetrics>,
    /// Where the latest snapshot is found.
    pub snapshot: Arc<watch::Sender<Arc<Encoded>>>,
    /// Where questions about the figures arrive.
    pub inbox: Inbox,
    /// Where the repositories are found, for the answers' links.
    pub web: WebAddresses,
}

impl Publisher {
    /// Runs the loop. `after` is the newest change number that the evaluator knows.
    pub async fn run(self, mut evaluator: Evaluator, mut after: u64, stop: CancellationToken) {
        let mut news = self.store.news();
        let mut forgetting = Forgetting::after(self.retention);
        let mut asked = self.inbox.open().await;
        loop {
            // The store tells its troubles itself; figures stay as they are until it works again.
            let _ = self.turn(&mut evaluator, &mut after, &mut forgetting).await;
            asked.forget();
            let next = self.clock.now().plus(AT_LEAST_EVERY);
            let answering = async {
                loop {
                    asked.answer_next(&mut evaluator, &self.store, &self.web).await;
                }
            };
            let waiting = async {
                tokio::select! {
                    () = self.clock.sleep_until(next) => true,
                    changed = news.changed() => {
                        self.clock.sleep_until(self.clock.now().plus(DEBOUNCE)).await;
                        changed.is_ok()
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = answering => {}
                // Where it is not, the store is closed, and so the process about to end.
                is_open = waiting => if !is_open {
                    return;
                }
            }
        }
    }

    /// One evaluation, settled before it is shown.
    async fn turn(
        &self,
        evaluator: &mut Evaluator,
        after: &mut u64,
        forgetting: &mut Forgetting,
    ) -> Result<(), StoreError> {
        *after = evaluator.absorb_stored(&self.store, *after).await?;
        let started = Instant::now();
        let now = self.clock.now();
        evaluator.end_former_owners(now.plus(-self.retention));
        let due = self.evaluate(evaluator, now).await;
        let repeated = match due.rows.is_empty() && due.births.is_empty() {
            true => Vec::new(),
            false => self.store.settle(due.observations(), &due.births).await?,
        };
        evaluator.settle(due.without(&repeated));
        self.publish(evaluator, started).await;
        forgetting.go_on(evaluator, &self.store, *after, now).await
    }

    /// Judging a large estate takes a while; other tasks of this thread go on meanwhile.
    async fn evaluate(&self, evaluator: &mut Evaluator, now: Time) -> Settlement {
        off_the_runtime(|| evaluator.evaluate(now))
    }

    async fn publish(&self, evaluator: &mut Evaluator, started: Instant) {
        let previous = Arc::clone(&self.snapshot.borrow());
        let encoded =
            off_the_runtime(|| encode(&evaluator.figures(), &self.exposure, Some(&previous)));
        self.own.evaluation(started.elapsed().as_secs_f64());
        for (kind, count) in evaluator.fact_counts() {
            self.own.facts(kind, count);
        }
        self.own.exposed(&encoded);
        for (family, series) in encoded.withheld() {
            if !previous.withheld().iter().any(|(known, _)| known == family) {
                tracing::warn!(
                    family,
                    series,
                    "withheld, since exposition.max_series is reached: raise it, or set \
                     exposition.component_detail to \"none\""
                );
            }
        }
        self.snapshot.send_replace(Arc::new(encoded));
    }
}
