//! Answers that come in pages: all of them, or an error.

use std::collections::BTreeSet;

use super::super::StoreError;
use super::super::http::escape;
use super::refusal::Refusal;

/// How many things are asked for on a page. Google gives fewer where it likes.
const SIZE: usize = 1000;

/// How many pages are turned. A project has nowhere near as many secrets.
const MOST: usize = 1000;

/// Everything on all pages. `page` takes the query of one, and gives what is on it and the token of the next.
///
/// # Errors
///
/// [`StoreError::Damaged`] if a page leads back to one before, or there is no end of them.
pub(super) fn all<T>(
    what: &str,
    page: impl Fn(&str) -> Result<Result<(Vec<T>, String), Refusal>, StoreError>,
) -> Result<Result<Vec<T>, Refusal>, StoreError> {
    let damaged = |reason: &str| StoreError::Damaged { what: what.to_owned(), reason: reason.to_owned() };
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let mut query = format!("pageSize={SIZE}");
    for _ in 0..MOST {
        let (items, next) = match page(&query)? {
            Ok(page) => page,
            Err(refusal) => return Ok(Err(refusal)),
        };
        all.extend(items);
        if next.is_empty() {
            return Ok(Ok(all));
        }
        query = format!("pageSize={SIZE}&pageToken={}", escape(&next));
        if !seen.insert(next) {
            return Err(damaged("a page leads back to one before"));
        }
    }
    Err(damaged("there is no end of pages"))
}
