//! YAML: text to a tree with spans and comments, aliases kept as references. It knows no format written in YAML.
//!
//! Built on the events of `granit-parser`, none of whose messages is ever passed on.

mod build;
mod merge;
mod offsets;

pub use merge::Entry;
pub use offsets::Offsets;

use crate::source::Span;
use crate::value::Value;

/// A stream of YAML documents, as far as it could be read.
#[derive(Debug, Default)]
pub struct Yaml {
    stored: Vec<Stored>,
    roots: Vec<usize>,
    comments: Vec<Span>,
    faults: Vec<Fault>,
}

/// Something in the text that YAML or its readers refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong, without any part of a value.
    pub message: &'static str,
    /// Whether a part of the document is missing from the tree because of it.
    pub lossy: bool,
}

/// A node of a tree; an alias is the node that it stands for.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Yaml,
    at: usize,
    site: Span,
}

/// What tells one node of a tree from another; all aliases of an anchor share the anchor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(usize);

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, a number, a boolean, null.
    Scalar,
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// An alias of nothing, or what stood behind the place where the text stops being YAML.
    Unknown,
}

/// How a scalar or a collection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes.
    Plain,
    /// A scalar in `'`.
    SingleQuoted,
    /// A scalar in `"`.
    DoubleQuoted,
    /// A scalar behind `|` or `>`.
    Block,
    /// A collection in brackets.
    Flow,
    /// A collection by indentation.
    Indented,
}

/// A tag: `!reset`, `!!str`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// As it is meant: `!reset`, `tag:yaml.org,2002:str`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

#[derive(Debug)]
struct Stored {
    data: Data,
    style: Style,
    span: Span,
    tag: Option<Box<Tag>>,
    /// How many nodes a walk that follows aliases visits.
    size: usize,
    /// How deep such a walk goes.
    depth: usize,
    /// Whether an alias may point to it: not while it is still open.
    closed: bool,
}

#[derive(Debug)]
enum Data {
    Scalar(Value),
    Sequence(Vec<usize>),
    Mapping(Vec<(usize, usize)>),
    Alias(usize),
    Unknown,
}

impl Yaml {
    /// Reads a text; what cannot be read is among the [`Yaml::faults`], the rest of its document is given up, and
    /// reading goes on with the next one.
    ///
    /// The tree holds only so much, so deeply nested, that a walk which follows every alias ends soon.
    pub fn parse(text: &str) -> Self {
        build::parse(text)
    }

    /// The documents that hold anything at all.
    pub fn documents(&self) -> impl Iterator<Item = Node<'_>> {
        self.roots.iter().map(|root| Node::new(self, *root))
    }

    /// Where the comments stand, from `#` to the end of the line.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// What is wrong with the text, in its order.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl<'a> Node<'a> {
    fn new(tree: &'a Yaml, at: usize) -> Self {
        let Some(stored) = tree.stored.get(at) else { return Self { tree, at, site: Span::default() } };
        // An alias cannot be an anchor, so one step is enough.
        let target = if let Data::Alias(target) = stored.data { target } else { at };
        Self { tree, at: target, site: stored.span }
    }

    fn stored(self) -> Option<&'a Stored> {
        self.tree.stored.get(self.at)
    }

    /// What tells it from other nodes.
    pub fn id(self) -> NodeId {
        NodeId(self.at)
    }

    /// Where its text stands, quotes and brackets included; for an alias that is at the anchor.
    ///
    /// A null that is not written has an empty span. A block scalar begins behind its `|` line.
    pub fn span(self) -> Span {
        self.stored().map(|stored| stored.span).unwrap_or_default()
    }

    /// Where it is used: the alias, if it is one, else its text.
    pub fn site(self) -> Span {
        self.site
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.stored().map(|stored| &stored.data) {
            Some(Data::Scalar(_)) => Kind::Scalar,
            Some(Data::Sequence(_)) => Kind::Sequence,
            Some(Data::Mapping(_)) => Kind::Mapping,
            Some(Data::Alias(_) | Data::Unknown) | None => Kind::Unknown,
        }
    }

    /// How it is written.
    pub fn style(self) -> Style {
        self.stored().map_or(Style::Plain, |stored| stored.style)
    }

    /// Its tag.
    pub fn tag(self) -> Option<&'a Tag> {
        self.stored()?.tag.as_deref()
    }

    /// Whether its tag is this one.
    pub fn has_tag(self, name: &str) -> bool {
        self.tag().is_some_and(|tag| tag.name == name)
    }

    /// The text of a scalar, unescaped, whatever type it stands for. It may be a secret.
    pub fn as_str(self) -> Option<&'a str> {
        match &self.stored()?.data {
            Data::Scalar(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// Whether it is null: written so, or not written at all.
    pub fn is_null(self) -> bool {
        match self.tag() {
            Some(tag) if tag.name == "tag:yaml.org,2002:null" => true,
            Some(tag) if tag.name.starts_with("tag:yaml.org") => false,
            _ => self.style() == Style::Plain && matches!(self.as_str(), Some("" | "~" | "null" | "Null" | "NULL")),
        }
    }

    /// The items of a sequence; none if it is something else.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let items = match self.stored().map(|stored| &stored.data) {
            Some(Data::Sequence(items)) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |item| Node::new(self.tree, *item))
    }

    /// The keys and values of a mapping as they are written, `<<` and repeated keys included.
    pub fn pairs(self) -> impl Iterator<Item = (Node<'a>, Node<'a>)> {
        let pairs = match self.stored().map(|stored| &stored.data) {
            Some(Data::Mapping(pairs)) => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().map(move |(key, value)| (Node::new(self.tree, *key), Node::new(self.tree, *value)))
    }

    /// How the offsets of [`Node::as_str`] are those of `text`, the text that was parsed.
    pub fn offsets(self, text: &str) -> Offsets {
        Offsets::new(self, text)
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("kind", &self.kind()).field("span", &self.span()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
