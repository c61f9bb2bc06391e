//! HCL, as Terraform writes it, to a tree with spans. No meaning: which block declares what is for `loaders`.
//!
//! The grammar is that of `hclsyntax`, held against it in tests. A fault costs the block that it stands in,
//! and what stands in that block before the fault is kept.

mod embedded;
mod expression;
mod parser;
mod template;

pub use embedded::Embedded;

use crate::source::Span;
use crate::value::Value;

/// A file, as far as it could be read.
#[derive(Debug, Default)]
pub struct Hcl {
    /// What stands in it.
    pub body: Body,
    /// What cannot be read, in the order of the file.
    pub faults: Vec<Fault>,
    /// Those of its comments that speak to envcheck.
    pub comments: Vec<Comment>,
    /// Every `var.name` in it: the name and where all of it stands.
    pub reads: Vec<(Box<str>, Span)>,
    /// Names, keywords and punctuation: what a report may show.
    pub shown: Vec<Span>,
}

/// A part of a file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong, without a value.
    pub message: &'static str,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its text, without its markers.
    pub span: Span,
    /// Whether nothing else stands on its line.
    pub alone: bool,
}

/// What stands in a file or between the braces of a block.
#[derive(Debug, Default)]
pub struct Body {
    /// `name = value`, in order.
    pub attributes: Vec<Attribute>,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
    /// Whether a fault has taken a part of it.
    pub broken: bool,
}

/// `name = value`.
#[derive(Debug)]
pub struct Attribute {
    /// The name.
    pub name: Box<str>,
    /// Where it stands.
    pub name_span: Span,
    /// The value.
    pub value: Expression,
}

/// `kind "label" { … }`.
#[derive(Debug)]
pub struct Block {
    /// Its kind.
    pub kind: Box<str>,
    /// Where that stands.
    pub kind_span: Span,
    /// Its labels.
    pub labels: Vec<Label>,
    /// What stands in it.
    pub body: Body,
    /// All of it.
    pub span: Span,
}

/// A label of a [`Block`].
#[derive(Debug)]
pub struct Label {
    /// Its text.
    pub text: Box<str>,
    /// Where that stands, without quotes.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub struct Expression {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What an [`Expression`] is.
#[derive(Debug)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` and `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(Box<str>),
    /// A text without expressions in it.
    Text(Value),
    /// A text with expressions in it.
    Template(Vec<Piece>),
    /// `[a, b]`.
    Tuple(Vec<Expression>),
    /// `{ a = b }`. The last one of a key counts.
    Object(Vec<Member>),
    /// A name that stands alone or that a traversal starts from.
    Name(Box<str>),
    /// `a.b["c"]`: what it starts from, and the way from there.
    Traversal(Box<Expression>, Vec<Step>),
    /// `name(a, b...)`.
    Call {
        /// The function.
        name: Box<str>,
        /// What it is given.
        arguments: Vec<Expression>,
        /// Whether the last argument is a list of arguments (`...`).
        expands: bool,
    },
    /// `!a`, `-a`.
    Unary(u8, Box<Expression>),
    /// Operators of one rank from left to right: `a + b - c`.
    Operation(Box<Expression>, Vec<(Operator, Expression)>),
    /// `a ? b : c`.
    Conditional(Box<[Expression; 3]>),
    /// `[for …]` and `{for …}`.
    For(Box<For>),
}

/// A piece of a [`Kind::Template`].
#[derive(Debug)]
pub enum Piece {
    /// Text.
    Text(Value),
    /// `${…}`.
    Expression(Expression),
    /// `%{…}`, the expressions of which are kept.
    Directive(Vec<Expression>),
}

/// A member of a [`Kind::Object`].
#[derive(Debug)]
pub struct Member {
    /// The key; a name that stands alone is its own text.
    pub key: Expression,
    /// The value.
    pub value: Expression,
}

/// A step of a [`Kind::Traversal`].
#[derive(Debug)]
pub enum Step {
    /// `.name`, and `.0`.
    Attribute(Box<str>),
    /// `[expression]`.
    Index(Expression),
    /// `.*` and `[*]`.
    Splat,
}

/// An operator between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as they are written")]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divided,
    Modulo,
}

/// A `for` expression.
#[derive(Debug)]
pub struct For {
    /// The name of the key or index, if it is given one.
    pub key: Option<Box<str>>,
    /// The name of the value.
    pub value: Box<str>,
    /// What it goes through.
    pub collection: Expression,
    /// What stands before `=>`: then it makes an object.
    pub result_key: Option<Expression>,
    /// What it makes of each.
    pub result: Expression,
    /// Whether values of one key are gathered (`...`).
    pub groups: bool,
    /// What stands behind `if`.
    pub condition: Option<Expression>,
}

impl Hcl {
    /// Reads a file of blocks (`.tf`).
    pub fn parse(text: &str) -> Self {
        parser::Parser::new(text, true).file()
    }

    /// Reads a file of assignments (`.tfvars`).
    pub fn parse_values(text: &str) -> Self {
        parser::Parser::new(text, false).file()
    }
}

impl Body {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&Expression> {
        self.attribute(name).map(|attribute| &attribute.value)
    }

    /// An attribute; the first one of its name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of a kind.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

impl Block {
    /// The text of a label.
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(index).map(|label| &*label.text)
    }
}

impl Expression {
    /// The name, where it is nothing but one.
    pub fn as_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The text, where it is nothing but text.
    pub fn as_text(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
