//! `$ref` within one document. What another document says is unknown: nothing is fetched and no other file is read.

use std::cell::Cell;

use crate::syntax::json::{Kind, Node};

/// How deep schemas may lead into each other.
const DEEPEST: usize = 32;

/// How many schemas are read in all: references may multiply.
const MOST_STEPS: usize = 20_000;

/// Finds what references mean, within bounds.
pub(super) struct References<'n> {
    root: &'n Node<'n>,
    left: Cell<usize>,
    exhausted: Cell<bool>,
}

impl<'n> References<'n> {
    pub(super) fn new(root: &'n Node<'n>) -> Self {
        Self { root, left: Cell::new(MOST_STEPS), exhausted: Cell::new(false) }
    }

    /// Takes a step; `false` if it must not be taken.
    pub(super) fn step(&self, depth: usize) -> bool {
        if depth > DEEPEST || self.left.get() == 0 {
            self.exhausted.set(true);
            return false;
        }
        self.left.set(self.left.get() - 1);
        true
    }

    /// Whether a step could not be taken.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// The schema at a JSON pointer: `#/$defs/port`.
    pub(super) fn find(&self, reference: &str) -> Option<&'n Node<'n>> {
        let pointer = reference.strip_prefix('#')?;
        if pointer.is_empty() {
            return Some(self.root);
        }
        let mut node = self.root;
        for step in pointer.strip_prefix('/')?.split('/') {
            let step = unescaped(step);
            node = match &node.kind {
                Kind::Object(_) => node.get(&step)?,
                Kind::Array(elements) => elements.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

/// A step of a pointer, its `~1`, `~0` and `%xx` resolved.
fn unescaped(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits.filter(|_| *byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}
