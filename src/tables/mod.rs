//! What is known of names and values by themselves: one file a table, each entry with a word of reason.
//!
//! Data, not code: every rule works on the same tables.

pub mod environments;
pub mod frameworks;
