//! Expressions of HCL, without their texts.

use super::parser::{Parser, Read, is_start};
use super::{Expression, For, Kind, Member, Operator, Step};
use crate::source::Span;

/// The rank of the operators that bind tightest; the weakest are of rank 0.
const TIGHTEST: usize = 5;

/// What traversals start from; what starts from another bare word may be a value that lost its quotes.
const ROOTS: &[&str] = &["var", "local", "module", "data", "each", "count", "self", "path", "terraform"];

/// How names of resources begin.
const PROVIDERS: &[&str] = &["google_", "aws_", "azurerm_", "kubernetes_", "random_", "helm_", "digitalocean_"];

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Read<Expression> {
        self.deeper()?;
        let first = self.operation(0)?;
        self.skip();
        let expression = if self.peek() == Some(b'?') {
            self.punctuation(1);
            self.skip();
            let yes = self.expression()?;
            self.expect(b':', "`:` was expected here")?;
            self.skip();
            let no = self.expression()?;
            let span = Span::new(first.span.start, no.span.end);
            Expression { span, kind: Kind::Conditional(Box::new([first, yes, no])) }
        } else {
            first
        };
        self.shallower();
        Ok(expression)
    }

    /// Operators of a rank and of tighter ones. Those of one rank are kept side by side, so that a long sum is not deep.
    fn operation(&mut self, weakest: usize) -> Read<Expression> {
        let mut left = self.unary()?;
        let mut open = None;
        loop {
            self.skip();
            let Some((operator, rank, length)) = self.operator().filter(|(_, rank, _)| *rank >= weakest) else {
                return Ok(left);
            };
            self.punctuation(length);
            self.skip();
            let right = if rank == TIGHTEST { self.unary()? } else { self.operation(rank + 1)? };
            let span = Span::new(left.span.start, right.span.end);
            match &mut left.kind {
                Kind::Operation(_, rest) if open == Some(rank) => {
                    rest.push((operator, right));
                    left.span = span;
                }
                _ => left = Expression { span, kind: Kind::Operation(Box::new(left), vec![(operator, right)]) },
            }
            open = Some(rank);
        }
    }

    /// The operator that stands here, with its rank and its length.
    fn operator(&self) -> Option<(Operator, usize, usize)> {
        let next = self.byte(1);
        Some(match (self.peek()?, next) {
            (b'|', Some(b'|')) => (Operator::Or, 0, 2),
            (b'&', Some(b'&')) => (Operator::And, 1, 2),
            (b'=', Some(b'=')) => (Operator::Equal, 2, 2),
            (b'!', Some(b'=')) => (Operator::Unequal, 2, 2),
            (b'<', Some(b'=')) => (Operator::LessOrEqual, 3, 2),
            (b'>', Some(b'=')) => (Operator::GreaterOrEqual, 3, 2),
            (b'<', _) => (Operator::Less, 3, 1),
            (b'>', _) => (Operator::Greater, 3, 1),
            (b'+', _) => (Operator::Plus, 4, 1),
            (b'-', _) => (Operator::Minus, 4, 1),
            (b'*', _) => (Operator::Times, TIGHTEST, 1),
            (b'/', _) => (Operator::Divided, TIGHTEST, 1),
            (b'%', _) => (Operator::Modulo, TIGHTEST, 1),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Read<Expression> {
        let start = self.at;
        let Some(sign @ (b'-' | b'!')) = self.peek() else { return self.term() };
        self.deeper()?;
        self.punctuation(1);
        self.skip();
        let inner = self.unary()?;
        self.shallower();
        Ok(Expression { span: Span::new(start, inner.span.end), kind: Kind::Unary(sign, Box::new(inner)) })
    }

    fn term(&mut self) -> Read<Expression> {
        let start = self.at;
        let first = match self.peek() {
            Some(b'"') => self.quoted()?,
            Some(b'<') if self.byte(1) == Some(b'<') => self.heredoc()?,
            Some(b'(') => self.parenthesis()?,
            Some(b'[') => self.brackets()?,
            Some(b'{') => self.braces()?,
            Some(b'0'..=b'9') => self.number(),
            Some(b'\'') => return self.fail("texts stand in double quotes"),
            _ => match self.identifier() {
                Some(name) => self.word(name, start)?,
                None => return self.fail("an expression was expected here"),
            },
        };
        self.steps(first)
    }

    /// A keyword, a call, or a name.
    fn word(&mut self, name: &str, start: usize) -> Read<Expression> {
        let mut end = self.at;
        while self.text.get(self.at..).is_some_and(|rest| rest.starts_with("::")) {
            self.at += 2;
            if self.identifier().is_none() {
                return self.fail("a name of a function was expected here");
            }
            end = self.at;
        }
        let span = Span::new(start, end);
        let kind = match name {
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => {
                let before = self.at;
                self.skip();
                if self.peek() == Some(b'(') {
                    self.shown.push(span);
                    let name = self.text.get(start..end).unwrap_or_default().into();
                    let (arguments, expands) = self.arguments()?;
                    let kind = Kind::Call { name, arguments, expands };
                    return Ok(Expression { span: Span::new(start, self.at), kind });
                }
                self.at = before;
                return Ok(Expression { span, kind: Kind::Name(name.into()) });
            }
        };
        self.shown.push(span);
        Ok(Expression { span, kind })
    }

    fn arguments(&mut self) -> Read<(Vec<Expression>, bool)> {
        let loose = std::mem::replace(&mut self.loose, true);
        self.punctuation(1);
        let (mut arguments, mut expands) = (Vec::new(), false);
        loop {
            self.skip();
            if self.peek() == Some(b')') {
                break;
            }
            arguments.push(self.expression()?);
            self.skip();
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with("...")) {
                self.punctuation(3);
                expands = true;
                self.skip();
            }
            if self.peek() != Some(b',') {
                break;
            }
            self.punctuation(1);
        }
        self.expect(b')', "`,` or `)` was expected here")?;
        self.loose = loose;
        Ok((arguments, expands))
    }

    fn parenthesis(&mut self) -> Read<Expression> {
        let start = self.at;
        let loose = std::mem::replace(&mut self.loose, true);
        self.punctuation(1);
        self.skip();
        let inner = self.expression()?;
        self.expect(b')', "`)` was expected here")?;
        self.loose = loose;
        let kind = match inner.kind {
            // A name in brackets is no key, but what the name stands for.
            Kind::Name(_) => Kind::Traversal(Box::new(inner), Vec::new()),
            kind => kind,
        };
        Ok(Expression { span: Span::new(start, self.at), kind })
    }

    /// `[a, b]` or `[for …]`.
    fn brackets(&mut self) -> Read<Expression> {
        let start = self.at;
        let loose = std::mem::replace(&mut self.loose, true);
        self.punctuation(1);
        self.skip();
        let kind = if self.is_for() {
            let found = self.for_expression(false)?;
            self.expect(b']', "`]` was expected here")?;
            Kind::For(Box::new(found))
        } else {
            let mut items = Vec::new();
            loop {
                self.skip();
                if self.peek() == Some(b']') {
                    break;
                }
                items.push(self.expression()?);
                self.skip();
                if self.peek() != Some(b',') {
                    break;
                }
                self.punctuation(1);
            }
            self.expect(b']', "`,` or `]` was expected here")?;
            Kind::Tuple(items)
        };
        self.loose = loose;
        Ok(Expression { span: Span::new(start, self.at), kind })
    }

    /// `{ a = b }` or `{for …}`.
    fn braces(&mut self) -> Read<Expression> {
        let start = self.at;
        let loose = std::mem::replace(&mut self.loose, true);
        self.punctuation(1);
        self.skip();
        let kind = if self.is_for() {
            let found = self.for_expression(true)?;
            self.expect(b'}', "`}` was expected here")?;
            Kind::For(Box::new(found))
        } else {
            self.loose = false;
            Kind::Object(self.members(start)?)
        };
        self.loose = loose;
        Ok(Expression { span: Span::new(start, self.at), kind })
    }

    fn members(&mut self, open: usize) -> Read<Vec<Member>> {
        let mut members = Vec::new();
        loop {
            self.loose = true;
            self.skip();
            self.loose = false;
            match self.peek() {
                None => return self.fail_at(Span::new(open, open + 1), "this bracket is never closed"),
                Some(b'}') => break,
                Some(_) => {}
            }
            let key = self.expression()?;
            self.skip();
            if key.as_name().is_some() {
                self.shown.push(key.span);
            }
            match self.peek() {
                Some(b'=' | b':') => self.punctuation(1),
                _ => return self.fail_at(key.span, "a key and `=` were expected here"),
            }
            self.skip();
            let value = self.expression()?;
            members.push(Member { key, value });
            self.skip();
            match self.peek() {
                Some(b',') => self.punctuation(1),
                Some(b'\n' | b'}') | None => {}
                Some(_) => return self.fail("`,` or a new line was expected here"),
            }
        }
        self.punctuation(1);
        Ok(members)
    }

    fn is_for(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.strip_prefix("for").is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r']))
            // `{ for = 1 }` has a key of that name.
            && rest.get(3..).is_some_and(|rest| rest.trim_start().starts_with(is_start))
    }

    fn for_expression(&mut self, is_object: bool) -> Read<For> {
        self.punctuation(3);
        let first = self.binding()?;
        self.skip();
        let (key, value) = if self.peek() == Some(b',') {
            self.punctuation(1);
            (Some(first), self.binding()?)
        } else {
            (None, first)
        };
        self.skip();
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with("in")) {
            return self.fail("`in` was expected here");
        }
        self.punctuation(2);
        self.skip();
        let collection = self.expression()?;
        self.expect(b':', "`:` was expected here")?;
        self.skip();
        let own = self.reads.len();
        let first = self.expression()?;
        self.skip();
        let (result_key, result) = if is_object {
            if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with("=>")) {
                return self.fail("`=>` was expected here");
            }
            self.punctuation(2);
            self.skip();
            (Some(first), self.expression()?)
        } else {
            (None, first)
        };
        self.skip();
        let groups = self.text.get(self.at..).is_some_and(|rest| rest.starts_with("..."));
        if groups {
            self.punctuation(3);
            self.skip();
        }
        let condition = if self.text.get(self.at..).is_some_and(|rest| rest.starts_with("if")) {
            self.punctuation(2);
            self.skip();
            Some(self.expression()?)
        } else {
            None
        };
        // `[for var in local.all : var.name]` reads no variable of the module.
        if &*value == "var" || key.as_deref() == Some("var") {
            self.reads.truncate(own);
        }
        Ok(For { key, value, collection, result_key, result, groups, condition })
    }

    fn binding(&mut self) -> Read<Box<str>> {
        self.skip();
        let start = self.at;
        match self.identifier() {
            Some(name) => {
                self.shown.push(Span::new(start, self.at));
                Ok(name.into())
            }
            None => self.fail("a name was expected here"),
        }
    }

    fn number(&mut self) -> Expression {
        let start = self.at;
        let digits = |parser: &mut Self| {
            while parser.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                parser.at += 1;
            }
        };
        digits(self);
        if self.peek() == Some(b'.') && self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
            digits(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte(1), Some(b'+' | b'-')));
            if self.byte(1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1 + sign;
                digits(self);
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Expression { span: Span::new(start, self.at), kind: Kind::Number(text.into()) }
    }

    /// What stands behind a term: `.name`, `[index]`.
    fn steps(&mut self, first: Expression) -> Read<Expression> {
        let mut steps = Vec::new();
        let start = first.span.start;
        let mut end = first.span.end;
        // What may be shown ends before the first index, which may be a value.
        let mut plain_end = None;
        loop {
            let before = self.at;
            self.skip();
            match self.peek() {
                Some(b'.') if self.byte(1) == Some(b'*') => {
                    self.at += 2;
                    steps.push(Step::Splat);
                }
                Some(b'.') if self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) => {
                    self.at += 1;
                    let from = self.at;
                    while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                        self.at += 1;
                    }
                    steps.push(Step::Attribute(self.text.get(from..self.at).unwrap_or_default().into()));
                }
                Some(b'.') if self.byte(1) != Some(b'.') => {
                    self.at += 1;
                    self.skip();
                    let Some(name) = self.identifier() else { return self.fail("a name was expected here") };
                    steps.push(Step::Attribute(name.into()));
                }
                Some(b'[') => {
                    plain_end.get_or_insert(end);
                    let loose = std::mem::replace(&mut self.loose, true);
                    self.punctuation(1);
                    self.skip();
                    if self.peek() == Some(b'*') {
                        self.punctuation(1);
                        steps.push(Step::Splat);
                    } else {
                        steps.push(Step::Index(self.expression()?));
                    }
                    self.expect(b']', "`]` was expected here")?;
                    self.loose = loose;
                }
                _ => {
                    self.at = before;
                    break;
                }
            }
            end = self.at;
        }
        if steps.is_empty() {
            return Ok(first);
        }
        if let Some(root) = first.as_name() {
            if ROOTS.contains(&root) || PROVIDERS.iter().any(|provider| root.starts_with(provider)) {
                self.shown.push(Span::new(start, plain_end.unwrap_or(end)));
            }
            if let ("var", Some(Step::Attribute(name))) = (root, steps.first()) {
                let span = Span::new(start, start + 4 + name.len());
                self.reads.push((name.clone(), if span.end <= end { span } else { Span::new(start, end) }));
            }
        }
        Ok(Expression { span: Span::new(start, end), kind: Kind::Traversal(Box::new(first), steps) })
    }
}
