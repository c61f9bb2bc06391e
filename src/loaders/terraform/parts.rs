//! What one file of Terraform's says before anything is joined.

use crate::source::{SourcePath, Span};
use crate::syntax::hcl::{Body, Expression};

/// One file.
pub(super) enum TfFile {
    /// Blocks.
    Blocks {
        /// The blocks.
        body: Body,
        /// Every `var.name` in it.
        reads: Vec<(Box<str>, Span)>,
    },
    /// Values of variables.
    Values {
        /// What is given, in order.
        values: Vec<Given>,
        /// Whether all of it was read.
        whole: bool,
    },
}

/// A value that a file gives a variable.
pub(super) struct Given {
    /// The variable.
    pub(super) name: Box<str>,
    /// Where that stands.
    pub(super) span: Span,
    /// The value.
    pub(super) value: Expression,
}

/// An expression and the file that it stands in.
pub(super) struct At<'a, T> {
    /// The file.
    pub(super) path: &'a SourcePath,
    /// What stands there.
    pub(super) item: &'a T,
}

impl<T> Clone for At<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<'_, T> {}
