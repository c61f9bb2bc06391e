//! Facts, joined: apps, environments, targets, views and bindings.
use std::marker::PhantomData;

use crate::project::Project;

/// What an app will see.
pub struct Model<'a>(PhantomData<&'a ()>);

impl<'a> Model<'a> {
    /// Joins the facts of a project.
    pub fn new(_project: &'a Project) -> Self {
        Self(PhantomData)
    }
}
