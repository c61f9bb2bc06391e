//! `envcheck sync`: what the stores of an environment need, decided, then done. It never deletes.
//!
//! [`wishes`] says what should be stored and under which ids, [`judge`] which values may not be, [`observe`] asks what is
//! there, [`decide`] compares the two and is pure, [`apply`] does what was decided and checks it.

mod apply;
mod decide;
mod document;
mod inventory;
mod journal;
mod judge;
mod observe;
mod placing;
mod plan;
mod prune;
mod rotation;
mod summary;
mod text;
mod wishes;
mod workers;

pub use apply::{Applied, Apply, Outcome, Progress, apply};
pub use decide::{Keeper, OnChanged, Policy, decide};
pub use document::{PlanDocument, json_schema};
pub use inventory::inventory;
pub use journal::Journal;
pub use judge::{Given, Values, give, judge, refused, unfit_recipes};
pub use observe::{Asking, Everything, FormerSecret, Found, Observed, Seen, observe};
pub use plan::{Action, Item, Origin, Plan, PlannedStore, Prunable, Summary, Write};
pub use prune::{disable, is_too_much, prunable};
pub use rotation::{after_rotation, why_not_rotated};
pub use summary::{outcome_line, summary};
pub use text::{lines, plan_text};
pub use wishes::{Former, Kept, OtherStore, StoreChoice, Wanted, WantedStore, Wish, Wishes, wishes};
