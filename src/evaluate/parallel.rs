//! Work that is the same for many repositories, over all cores: the first evaluation after a start
//! judges everything.

use std::num::NonZeroUsize;
use std::thread::{available_parallelism, scope};

/// How many repositories are worth a thread of their own.
const A_THREAD: usize = 64;

/// The outcome for each of `items`, in their order.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let share = items.len().div_ceil(cores).max(A_THREAD);
    if items.len() <= share {
        return items.iter().map(work).collect();
    }
    let work = &work;
    scope(|scope| {
        let shares = items.chunks(share);
        let threads: Vec<_> = shares
            .map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<R>>()))
            .collect();
        let outcomes = threads.into_iter().flat_map(|thread| match thread.join() {
            Ok(outcomes) => outcomes,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        outcomes.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn outcomes_come_in_the_order_of_their_items_however_many_there_are() {
        for count in [0, 1, 63, 64, 65, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, |item| item * 2), expected);
        }
    }
}
