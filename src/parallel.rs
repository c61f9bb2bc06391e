//! Work on all cores where that pays, in the order of its items. To start the threads takes longer than to check a file.

use std::cell::Cell;

use rayon::prelude::*;

thread_local! {
    static MAY_JOIN: Cell<bool> = const { Cell::new(false) };
}

/// Says that this thread lives as long as the process: it may take its share of the work instead of waiting.
pub fn join_in() {
    MAY_JOIN.set(true);
}

/// Starts the threads. Whatever else starts work on them calls this first.
pub fn start() {
    if MAY_JOIN.take() {
        // That the threads run already is no fault.
        let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    }
}

/// What `work` makes of each item, in their order; on all cores where `pays`.
pub fn map<T: Send, R: Send>(pays: bool, items: Vec<T>, work: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    if !pays {
        return items.into_iter().map(work).collect();
    }
    start();
    items.into_par_iter().map(work).collect()
}

/// What two pieces of work come to, side by side where it `pays`.
pub fn join<A: Send, B: Send>(pays: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    if !pays {
        return (one(), other());
    }
    start();
    rayon::join(one, other)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_that_of_the_items() {
        for pays in [false, true] {
            assert_eq!(
                super::map(pays, (0..100).collect(), |item: i32| item * 2),
                (0..200).step_by(2).collect::<Vec<_>>()
            );
        }
    }
}
