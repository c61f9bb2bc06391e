//! Facts, joined: apps, environments, targets, views and bindings.
use std::marker::PhantomData;

/// What an app will see.
pub struct Model<'a>(PhantomData<&'a ()>);
