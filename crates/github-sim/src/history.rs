//! Commit orders already computed, so that paging a history does not walk the graph again.

use crate::event::RepoId;
use crate::state::Repository;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many orders are kept before all are dropped: heads move on, old ones are not asked again.
const KEPT: usize = 256;

type Order = Arc<Vec<u32>>;

/// `git log` orders by repository and head. Graphs only grow, so an order stays right.
#[derive(Default)]
pub(crate) struct Histories {
    orders: Mutex<HashMap<(RepoId, u32), Order>>,
}

impl Histories {
    pub(crate) fn of(&self, repo: &Repository, head: u32) -> Order {
        let key = (repo.id, head);
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(order) = orders.get(&key) {
            return order.clone();
        }
        if orders.len() >= KEPT {
            orders.clear();
        }
        let order = Arc::new(repo.graph.log(head));
        orders.insert(key, order.clone());
        order
    }
}
