//! GitHub's expressions, `${{ … }}`: text to trees with spans. What a context holds is for `loaders`.
//!
//! Grammar: docs.github.com, "Evaluate expressions in workflows and actions".

use crate::source::Span;
use crate::value::Value;

/// How deep parts may stand in one another.
const DEPTH: usize = 40;

/// An expression.
#[derive(Clone, Debug)]
pub enum Expression {
    /// `null`.
    Null,
    /// `true` and `false`.
    Boolean(bool),
    /// A number, as it is written.
    Number(String),
    /// `'text'`.
    Text(Value),
    /// `secrets.X`, `github.event.inputs['x']`: the context, then what is taken of it.
    Path {
        /// The context, in small letters.
        context: String,
        /// What is taken of it, and of that.
        segments: Vec<Segment>,
        /// Where all of it stands.
        span: Span,
    },
    /// `format('{0}', x)`.
    Call {
        /// The function, in small letters.
        name: String,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `!x`.
    Not(Box<Expression>),
    /// Two parts and what stands between them.
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// A step of a path.
#[derive(Clone, Debug)]
pub enum Segment {
    /// `.name` and `['name']`.
    Name(String),
    /// `[expression]`.
    Index(Expression),
    /// `.*`.
    All,
}

/// What stands between two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`, `<=`, `>`, `>=`
    Compare,
}

/// A piece of a text with expressions in it.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text as it is, at this range of the whole.
    Text(std::ops::Range<usize>),
    /// An expression: the range between its brackets.
    Expression(std::ops::Range<usize>),
}

/// Cuts a text in literal parts and expressions; an expression that is never closed is text.
pub fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("${{")) {
        let inner = at + found + 3;
        let Some(length) = text.get(inner..).and_then(length) else { break };
        if found > 0 {
            pieces.push(Piece::Text(at..at + found));
        }
        pieces.push(Piece::Expression(inner..inner + length));
        at = inner + length + 2;
    }
    if at < text.len() {
        pieces.push(Piece::Text(at..text.len()));
    }
    pieces
}

/// How long an expression is whose opening stands before `text`: up to the `}}` that closes it.
pub fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' => {
                let Some(close) = memchr::memchr(b'\'', bytes.get(at + 1..)?) else { return text.find("}}") };
                at += close + 2;
            }
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => at += 1,
        }
    }
    None
}

impl Expression {
    /// Reads what stands between `${{` and `}}`. `at` is where it stands.
    ///
    /// # Errors
    ///
    /// Fails at the place of the first thing that is no expression.
    pub fn parse(text: &str, at: usize) -> Result<Self, Span> {
        let mut parser = Parser { text, at: 0, offset: at, depth: 0 };
        let expression = parser.or()?;
        parser.blank();
        if parser.at < text.len() { Err(parser.here()) } else { Ok(expression) }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    offset: usize,
    depth: usize,
}

impl Parser<'_> {
    fn here(&self) -> Span {
        let start = self.offset + self.at;
        Span::new(start, start + usize::from(self.at < self.text.len()))
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn takes(&mut self, wanted: &str) -> bool {
        self.blank();
        let fits = self.rest().starts_with(wanted);
        if fits {
            self.at += wanted.len();
        }
        fits
    }

    fn or(&mut self) -> Result<Expression, Span> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.here());
        }
        let mut left = self.and()?;
        while self.takes("||") {
            left = Expression::Binary(Operator::Or, Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Span> {
        let mut left = self.equality()?;
        while self.takes("&&") {
            left = Expression::Binary(Operator::And, Box::new(left), Box::new(self.equality()?));
        }
        Ok(left)
    }

    fn equality(&mut self) -> Result<Expression, Span> {
        let mut left = self.comparison()?;
        loop {
            let operator = if self.takes("==") {
                Operator::Equal
            } else if self.takes("!=") {
                Operator::NotEqual
            } else {
                return Ok(left);
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.comparison()?));
        }
    }

    fn comparison(&mut self) -> Result<Expression, Span> {
        let mut left = self.unary()?;
        while ["<=", ">=", "<", ">"].iter().any(|operator| self.takes(operator)) {
            left = Expression::Binary(Operator::Compare, Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, Span> {
        self.blank();
        let mut negations = 0_usize;
        while self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            negations += 1;
            self.blank();
        }
        let inner = self.postfix()?;
        // `!!x` is a truth value, like `!x`.
        Ok(if negations == 0 { inner } else { Expression::Not(Box::new(inner)) })
    }

    fn postfix(&mut self) -> Result<Expression, Span> {
        self.blank();
        let start = self.at;
        let first = self.rest().as_bytes().first().copied();
        match first {
            Some(b'(') => {
                self.at += 1;
                let inner = self.or()?;
                if !self.takes(")") {
                    return Err(self.here());
                }
                // What is taken of a group is of nobody's concern.
                self.segments(start)?;
                Ok(inner)
            }
            Some(b'\'') => self.text(),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
                let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
                let length = self.rest().find(|c| !fits(c)).unwrap_or(self.rest().len());
                self.at += length;
                Ok(Expression::Number(self.text.get(start..self.at).unwrap_or_default().to_owned()))
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.word(start),
            _ => Err(self.here()),
        }
    }

    fn text(&mut self) -> Result<Expression, Span> {
        let start = self.here();
        let mut text = zeroize::Zeroizing::new(String::new());
        self.at += 1;
        loop {
            let Some(close) = self.rest().find('\'') else { return Err(start) };
            text.push_str(self.rest().get(..close).unwrap_or_default());
            self.at += close + 1;
            // `''` is the quote itself.
            if !self.rest().starts_with('\'') {
                return Ok(Expression::Text(Value::new(text.as_str())));
            }
            text.push('\'');
            self.at += 1;
        }
    }

    fn name(&mut self) -> String {
        let rest = self.rest();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        name
    }

    fn word(&mut self, start: usize) -> Result<Expression, Span> {
        let name = self.name();
        let context = name.to_ascii_lowercase();
        if self.takes("(") {
            let mut arguments = Vec::new();
            if !self.takes(")") {
                loop {
                    arguments.push(self.or()?);
                    if self.takes(")") {
                        break;
                    }
                    if !self.takes(",") {
                        return Err(self.here());
                    }
                }
            }
            self.segments(start)?;
            return Ok(Expression::Call { name: context, arguments });
        }
        match context.as_str() {
            "true" => return Ok(Expression::Boolean(true)),
            "false" => return Ok(Expression::Boolean(false)),
            "null" => return Ok(Expression::Null),
            _ => {}
        }
        let (segments, end) = self.segments(start + name.len())?;
        Ok(Expression::Path { context, segments, span: Span::new(self.offset + start, self.offset + end) })
    }

    /// What is taken of a context, and where that ends.
    fn segments(&mut self, from: usize) -> Result<(Vec<Segment>, usize), Span> {
        let mut segments = Vec::new();
        let mut end = from;
        loop {
            if self.takes("[") {
                let index = self.or()?;
                if !self.takes("]") {
                    return Err(self.here());
                }
                segments.push(match index {
                    Expression::Text(text) => Segment::Name(text.expose().to_owned()),
                    other => Segment::Index(other),
                });
            } else if self.takes(".") {
                self.blank();
                if self.takes("*") {
                    segments.push(Segment::All);
                } else {
                    let name = self.name();
                    if name.is_empty() {
                        return Err(self.here());
                    }
                    segments.push(Segment::Name(name));
                }
            } else {
                return Ok((segments, end));
            }
            end = self.at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in brackets; texts as they are, since they are the test's own.
    fn told(expression: &Expression) -> String {
        match expression {
            Expression::Null => "null".to_owned(),
            Expression::Boolean(value) => value.to_string(),
            Expression::Number(number) => number.clone(),
            Expression::Text(text) => format!("'{}'", text.expose()),
            Expression::Path { context, segments, .. } => {
                let segments = segments.iter().map(|segment| match segment {
                    Segment::Name(name) => format!(".{name}"),
                    Segment::Index(index) => format!("[{}]", told(index)),
                    Segment::All => ".*".to_owned(),
                });
                format!("{context}{}", segments.collect::<String>())
            }
            Expression::Call { name, arguments } => {
                format!("{name}({})", arguments.iter().map(told).collect::<Vec<_>>().join(", "))
            }
            Expression::Not(inner) => format!("!{}", told(inner)),
            Expression::Binary(operator, left, right) => format!("({} {operator:?} {})", told(left), told(right)),
        }
    }

    fn parsed(text: &str) -> String {
        told(&Expression::parse(text, 0).unwrap())
    }

    #[test]
    fn contexts_are_read_in_every_form() {
        for (text, tree) in [
            (" secrets.API_KEY ", "secrets.API_KEY"),
            ("secrets['API_KEY']", "secrets.API_KEY"),
            ("Secrets.x-y", "secrets.x-y"),
            ("secrets[inputs.name]", "secrets[inputs.name]"),
            ("secrets[format('{0}_KEY', matrix.env)]", "secrets[format('{0}_KEY', matrix.env)]"),
            ("github.event.commits.*.id", "github.event.commits.*.id"),
            ("steps . a . outputs [ 'b' ]", "steps.a.outputs.b"),
            ("fromJSON(needs.x.outputs.y).z", "fromjson(needs.x.outputs.y)"),
        ] {
            assert_eq!(parsed(text), tree, "{text}");
        }
    }

    #[test]
    fn operators_bind_as_github_binds_them() {
        assert_eq!(parsed("secrets.A || 'b'"), "(secrets.A Or 'b')");
        assert_eq!(
            parsed("github.ref == 'refs/heads/main' && 'production' || 'staging'"),
            "(((github.ref Equal 'refs/heads/main') And 'production') Or 'staging')"
        );
        assert_eq!(parsed("!(a.b) && !!c != null"), "(!a.b And (!c NotEqual null))");
        assert_eq!(parsed("a.b >= 1 || true"), "((a.b Compare 1) Or true)");
        assert_eq!(parsed("'it''s'"), "'it's'");
    }

    #[test]
    fn a_path_knows_where_it_stands() {
        let Expression::Binary(_, left, _) = Expression::parse(" secrets['A'] || 'b'", 10).unwrap() else { panic!() };
        let Expression::Path { span, .. } = *left else { panic!() };
        assert_eq!(span, Span::new(11, 23));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in ["", "a b", "a.", "a[", "'a", "(a", "f(a", "a ||", "\"a\"", "a = b", "ä"] {
            assert!(Expression::parse(text, 0).is_err(), "{text}");
        }
        assert!(Expression::parse(&"(".repeat(100_000), 0).is_err());
        assert!(Expression::parse(&"!".repeat(100_000), 0).is_err());
        assert!(Expression::parse(&"a[".repeat(100_000), 0).is_err());
    }

    #[test]
    fn a_text_is_cut_at_its_expressions() {
        let cut = |text: &str| {
            let told = |piece: &Piece| match piece {
                Piece::Text(range) => format!("t:{}", &text[range.clone()]),
                Piece::Expression(range) => format!("e:{}", &text[range.clone()]),
            };
            split(text).iter().map(told).collect::<Vec<_>>().join("|")
        };
        assert_eq!(cut("a ${{ b }} c ${{d}}"), "t:a |e: b |t: c |e:d");
        assert_eq!(cut("${{ '}}' }}x"), "e: '}}' |t:x");
        assert_eq!(cut("${{ open"), "t:${{ open");
        assert_eq!(cut(""), "");
    }
}
