//! Work on all cores where that pays, in the order of its items. To start the threads takes longer than to check a file.

use rayon::prelude::*;

/// What `work` makes of each item, in their order; on all cores where `pays`.
pub fn map<T: Send, R: Send>(pays: bool, items: Vec<T>, work: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    if pays { items.into_par_iter().map(work).collect() } else { items.into_iter().map(work).collect() }
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
