//! What one file of Terraform's says before anything is joined.

use std::rc::Rc;

use crate::source::{SourcePath, Span};
use crate::syntax::hcl::{Attribute, Block, Body, Expression};

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

/// A block with what files of overrides make of it: they replace its arguments one by one, and its blocks kind by kind.
#[derive(Clone)]
pub(super) struct Layered<'a> {
    /// The block itself.
    pub(super) base: At<'a, Block>,
    /// What overrides it, the strongest last; seldom anything.
    over: Option<Rc<Vec<At<'a, Block>>>>,
}

impl<'a> Layered<'a> {
    pub(super) fn new(base: At<'a, Block>) -> Self {
        Self { base, over: None }
    }

    pub(super) fn override_with(&mut self, block: At<'a, Block>) {
        Rc::make_mut(self.over.get_or_insert_default()).push(block);
    }

    /// Every layer, the strongest first.
    pub(super) fn layers(&self) -> impl Iterator<Item = At<'a, Block>> {
        self.over.iter().flat_map(|over| over.iter().rev().copied()).chain([self.base])
    }

    /// The value of an argument.
    pub(super) fn get(&self, name: &str) -> Option<At<'a, Expression>> {
        self.layers().find_map(|At { path, item }| Some(At { path, item: item.body.get(name)? }))
    }

    /// Every argument.
    pub(super) fn arguments(&self) -> Vec<At<'a, Attribute>> {
        let mut known: Vec<At<'a, Attribute>> = Vec::new();
        for At { path, item } in self.layers() {
            let new = item.body.attributes.iter().map(|item| At { path, item });
            if known.is_empty() {
                known = new.collect();
            } else {
                known.extend(new.filter(|one| self.get(&one.item.name).is_some_and(|at| std::ptr::eq(at.path, path))));
            }
        }
        known
    }

    /// The layer that has the blocks of a kind.
    pub(super) fn of_blocks(&self, kind: &str) -> At<'a, Block> {
        let has = |block: &Block| &*block.kind == kind || &*block.kind == "dynamic" && block.label(0) == Some(kind);
        self.layers().find(|layer| layer.item.body.blocks.iter().any(has)).unwrap_or(self.base)
    }

    /// The layer that says how many there are.
    pub(super) fn of_instances(&self) -> At<'a, Block> {
        let tells = |body: &Body| body.get("count").or(body.get("for_each")).is_some();
        self.layers().find(|layer| tells(&layer.item.body)).unwrap_or(self.base)
    }

    /// Whether a part of it could not be read.
    pub(super) fn is_broken(&self) -> bool {
        self.layers().any(|layer| layer.item.body.broken)
    }

    /// Whether anything overrides it.
    pub(super) fn is_overridden(&self) -> bool {
        self.over.is_some()
    }
}

impl<T> Clone for At<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<'_, T> {}
