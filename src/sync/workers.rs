//! Work on several secrets at once: a few threads that wait for answers, and results in the order of what was asked.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Calls `work` for each of `items`, at most `at_once` at the same time, until one says that nothing more should be
/// begun (`None`). What was not begun is `None`.
pub(super) fn each<T: Sync, R: Send>(
    items: &[T],
    at_once: NonZeroUsize,
    work: impl Fn(&T) -> Option<R> + Sync,
) -> Vec<Option<R>> {
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(result)) = (items.get(index), results.get(index)) else { return };
            let Some(done) = work(item) else {
                // The others find nothing left to begin.
                next.store(items.len(), Ordering::Relaxed);
                return;
            };
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        }
    };
    thread::scope(|scope| {
        for _ in 1..at_once.get().min(items.len().max(1)) {
            scope.spawn(worker);
        }
        worker();
    });
    results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_once(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        let doubled: Vec<usize> = each(&items, at_once(7), |item| Some(item * 2)).into_iter().flatten().collect();
        assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(each(&[] as &[usize], at_once(3), |item| Some(*item)).is_empty());
    }

    #[test]
    fn no_more_are_worked_on_than_was_said() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        each(&[(); 60], at_once(4), |()| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
            Some(())
        });
        assert!(most.into_inner() <= 4);
    }

    #[test]
    fn whoever_stops_leaves_the_rest_undone() {
        let items: Vec<usize> = (0..50).collect();
        let done = each(&items, at_once(1), |item| (*item < 10).then_some(*item));
        assert_eq!(done.iter().flatten().count(), 10);
        assert!(done.iter().skip(10).all(Option::is_none));
    }
}
