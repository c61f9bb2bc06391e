//! JSON to and from a server: what is read, and what is sent, leaves no copy of a value behind. It knows no API.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Reads an answer. The reader's own words are not kept: they may quote it.
pub(super) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, &'static str> {
    serde_json::from_slice(bytes).map_err(|_| "it is not the JSON that was expected")
}

/// Writes what is sent. `value`: how many bytes the value in it has.
pub(super) fn body(content: &impl Serialize, value: usize) -> Zeroizing<Vec<u8>> {
    // Each byte may take six (`\u0000`). With room for all of it, no part stays behind in memory that was too small.
    let mut body = Zeroizing::new(Vec::with_capacity(value * 6 + 4096));
    // Writing to memory does not fail, and what is written here are texts and lists of them.
    let _ = serde_json::to_writer(&mut *body, content);
    body
}
