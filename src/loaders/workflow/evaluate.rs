//! What expressions come to, as far as a workflow itself says it.

use std::collections::BTreeMap;

use super::parts::{Text, TextPiece};
use super::reads::stored;
use crate::fact::StoreKind;
use crate::loaders::commands::{self, Argument, Bit, Content, Variable};
use crate::name::{SecretName, Version};
use crate::syntax::expression::{Expression, Operator, Segment};
use crate::value::Value;

/// What contexts hold.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub(super) variables: BTreeMap<String, Variable>,
    /// By the name in small letters.
    pub(super) inputs: BTreeMap<String, Content>,
    /// What the caller passes; `None` where the repository's own are meant.
    pub(super) secrets: Option<BTreeMap<String, Content>>,
    /// What steps of an id put out.
    pub(super) outputs: BTreeMap<String, BTreeMap<String, Content>>,
    pub(super) matrix: BTreeMap<String, Content>,
    /// Whether all of it runs for what is not merged yet alone.
    pub(super) reviews: bool,
}

impl Scope {
    /// What a text comes to.
    pub(super) fn text(&self, text: &Text) -> Content {
        self.argument(text).to_content()
    }

    /// The same, with where each piece stands.
    pub(super) fn argument(&self, text: &Text) -> Argument {
        let mut argument = Argument::new(Vec::new(), text.span);
        for piece in &text.pieces {
            match piece {
                TextPiece::Literal(value, span) => argument.push(Bit::Text(value.clone()), *span),
                TextPiece::Expression(expression, span) => argument.content(&self.evaluate(expression), *span),
                TextPiece::Unknown(span) => argument.push(Bit::Unknown(None), *span),
            }
        }
        argument
    }

    /// What the text between two brackets comes to.
    pub(super) fn foreign(&self, text: &str) -> Content {
        Expression::parse(text, 0).map_or_else(|_| Content::unknown(None), |expression| self.evaluate(&expression))
    }

    fn evaluate(&self, expression: &Expression) -> Content {
        match expression {
            Expression::Null => Content::default(),
            Expression::Boolean(value) => Content::text(if *value { "true" } else { "false" }),
            Expression::Number(number) => Content::text(number),
            Expression::Text(text) => Content::text(text.expose()),
            Expression::Path { context, segments, .. } => {
                let known = self.path(context, segments);
                known.unwrap_or_else(|| Content::unknown(commands::word_of(expression).as_deref()))
            }
            Expression::Binary(Operator::Or, left, right) => self.or(left, right),
            Expression::Call { name, arguments } if name == "format" => self.format(arguments),
            Expression::Call { .. } | Expression::Not(_) | Expression::Binary(..) => Content::unknown(None),
        }
    }

    fn path(&self, context: &str, segments: &[Segment]) -> Option<Content> {
        let names: Vec<&str> = segments
            .iter()
            .map(|segment| match segment {
                Segment::Name(name) => Some(name.as_str()),
                Segment::Index(_) | Segment::All => None,
            })
            .collect::<Option<_>>()?;
        match (context, names.as_slice()) {
            ("env", [name]) => Some(self.variables.get(*name)?.held(name)),
            ("inputs", [name]) | ("github", ["event", "inputs", name]) => {
                self.inputs.get(&name.to_ascii_lowercase()).cloned()
            }
            ("matrix", [name]) => self.matrix.get(*name).cloned(),
            ("steps", [id, "outputs", name]) => self.outputs.get(*id)?.get(*name).cloned(),
            ("github", ["workspace"]) => Some(Content::text(".")),
            ("secrets" | "vars", _) => {
                let (store, name) = stored(context, segments)?;
                let own = || Content::stored(store, SecretName::new(&name), Version::Latest);
                match (&self.secrets, store) {
                    (Some(passed), StoreKind::GitHubSecrets) if name != "GITHUB_TOKEN" => passed.get(&name).cloned(),
                    _ => Some(own()),
                }
            }
            _ => None,
        }
    }

    fn or(&self, left: &Expression, right: &Expression) -> Content {
        let first = self.evaluate(left);
        if let Some(text) = first.literal() {
            let is_false = text.is_empty() || matches!(left, Expression::Boolean(false) | Expression::Null);
            return if is_false { self.evaluate(right) } else { first };
        }
        let second = self.evaluate(right).literal();
        match (first.parts.as_slice(), second) {
            ([Bit::Stored { store, secret, version, fallback: None }], Some(text)) => {
                let fallback = (!text.is_empty()).then(|| Value::new(text.as_str()));
                let (store, secret, version) = (*store, secret.clone(), version.clone());
                Content { parts: vec![Bit::Stored { store, secret, version, fallback }], written: None }
            }
            _ => Content::unknown(None),
        }
    }

    fn format(&self, arguments: &[Expression]) -> Content {
        let Some((Expression::Text(pattern), rest)) = arguments.split_first() else { return Content::unknown(None) };
        let mut content = Content::default();
        let mut text = pattern.expose();
        while let Some((before, behind)) = text.split_once('{') {
            let Some((number, after)) = behind.split_once('}') else { return Content::unknown(None) };
            let argument = number.parse::<usize>().ok().and_then(|number| rest.get(number));
            let Some(argument) = argument else { return Content::unknown(None) };
            content.parts.extend(Content::text(before).parts);
            content.parts.extend(self.evaluate(argument).parts);
            if content.is_large() {
                return Content::unknown(None);
            }
            text = after;
        }
        content.parts.extend(Content::text(text).parts);
        content
    }
}
