//! Facts, joined: apps, environments, targets, views and bindings.

pub mod renames;

use std::marker::PhantomData;

/// What an app will see.
pub struct Model<'a>(PhantomData<&'a ()>);
