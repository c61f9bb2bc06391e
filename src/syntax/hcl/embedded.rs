//! Expressions of HCL that stand in the texts of another language, such as the strings of JSON.

use std::ops::Range;

use super::parser::{Parser, Read};
use super::{Expression, Fault, For, Kind, Member, Piece, Step};
use crate::source::Span;

/// An expression with what is said of it, every place one of the file that the text stands in.
#[derive(Debug)]
pub struct Embedded {
    /// The expression.
    pub expression: Expression,
    /// Every `var.name` in it.
    pub reads: Vec<(Box<str>, Span)>,
    /// Names, keywords and punctuation: what a report may show.
    pub shown: Vec<Span>,
}

impl Embedded {
    /// Reads a text with `${…}` and `%{…}` in it. `place` tells where a part of the text stands.
    ///
    /// # Errors
    ///
    /// Fails at the first part that cannot be read.
    pub fn template(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Result<Self, Fault> {
        Self::read(text, place, Parser::bare)
    }

    /// Reads a text that is nothing but an expression.
    ///
    /// # Errors
    ///
    /// Fails at the first part that cannot be read.
    pub fn expression(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Result<Self, Fault> {
        Self::read(text, place, |parser| {
            parser.loose = true;
            parser.skip();
            let expression = parser.expression()?;
            parser.skip();
            if parser.peek().is_some() { parser.fail("this is more than an expression") } else { Ok(expression) }
        })
    }

    fn read<'a>(
        text: &'a str,
        place: &dyn Fn(Range<usize>) -> Span,
        read: impl FnOnce(&mut Parser<'a>) -> Read<Expression>,
    ) -> Result<Self, Fault> {
        let there = |span: Span| place(span.start..span.end);
        let mut parser = Parser::new(text, false);
        let Ok(mut expression) = read(&mut parser) else {
            let fault = parser.fault().cloned();
            let fault = fault.unwrap_or(Fault { span: Span::default(), message: "this cannot be read" });
            return Err(Fault { span: there(fault.span), ..fault });
        };
        relocate(&mut expression, &there);
        let reads = std::mem::take(&mut parser.reads).into_iter().map(|(name, span)| (name, there(span))).collect();
        let shown = parser.shown.iter().map(|span| there(*span)).collect();
        Ok(Self { expression, reads, shown })
    }
}

/// Moves an expression to where it stands. The parser bounds how deep it is.
fn relocate(expression: &mut Expression, place: &dyn Fn(Span) -> Span) {
    expression.span = place(expression.span);
    let all = |items: &mut [Expression]| items.iter_mut().for_each(|item| relocate(item, place));
    match &mut expression.kind {
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {}
        Kind::Template(pieces) => pieces.iter_mut().for_each(|piece| match piece {
            Piece::Text(_) => {}
            Piece::Expression(inner) => relocate(inner, place),
            Piece::Directive(inner) => all(inner),
        }),
        Kind::Tuple(items) | Kind::Call { arguments: items, .. } => all(items),
        Kind::Object(members) => members.iter_mut().for_each(|Member { key, value }| {
            relocate(key, place);
            relocate(value, place);
        }),
        Kind::Traversal(root, steps) => {
            relocate(root, place);
            for step in steps {
                match step {
                    Step::Index(index) => relocate(index, place),
                    Step::Attribute(_) | Step::Splat => {}
                }
            }
        }
        Kind::Unary(_, inner) => relocate(inner, place),
        Kind::Operation(first, rest) => {
            relocate(first, place);
            for (_, operand) in rest {
                relocate(operand, place);
            }
        }
        Kind::Conditional(parts) => all(parts.as_mut_slice()),
        Kind::For(inner) => {
            let For { collection, result_key, result, condition, .. } = &mut **inner;
            let optional = [result_key.as_mut(), condition.as_mut()].into_iter().flatten();
            [collection, result].into_iter().chain(optional).for_each(|part| relocate(part, place));
        }
    }
}
