//! Takes over what the store has.

use super::Evaluator;
use crate::store::{Store, StoreError};

/// How many facts are read from the store at once.
const FACTS_A_PAGE: usize = 20_000;

impl Evaluator {
    /// Absorbs all news from the store after the change number `after`; returns the newest.
    pub async fn absorb_stored(
        &mut self,
        store: &Store,
        mut after: u64,
    ) -> Result<u64, StoreError> {
        loop {
            let page = store.facts_since(after, FACTS_A_PAGE).await?;
            after = page.last;
            page.facts.into_iter().for_each(|fact| self.absorb(fact));
            if !page.more {
                return Ok(after);
            }
        }
    }
}
