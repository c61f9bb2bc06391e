//! Tells, before a deploy, whether every app will get every environment variable it needs, in every
//! environment, from the place that is supposed to give it, and whether no secret goes where it must not.
//!
//! The modules in the order of the path from bytes to findings; each imports only from what stands before it
//! (`tests/layers.rs` holds them to that).

pub mod source; // text, places in it, what of it may be shown
pub mod memo; // what a thing remembers of itself
pub mod parallel; // work on all cores where that pays
pub mod name; // names as types
pub mod value; // values that cannot print themselves
pub mod random; // values made of randomness
pub mod syntax; // text -> trees
pub mod fact; // what one file says
pub mod finding; // what a rule says
pub mod tables; // what is known of names and values by themselves
pub mod config; // envcheck.toml
pub mod schemas; // ways to declare variables
pub mod loaders; // all other source formats
pub mod stores; // places that keep secrets
pub mod project; // the only reader of files
pub mod model; // facts, joined
pub mod rules; // model -> findings
pub mod levels; // which findings are wanted, and how loud they are
pub mod ignore; // findings that the user decided not to see
pub mod sync; // what stores need, decided and done
pub mod generators; // model -> artefacts
pub mod reporters; // findings -> bytes
pub mod cli; // the commands
