//! Scalars and lists of variables as compose reads them. Which part of a service they belong to is for `read`.

use super::parts::{Field, Mode, Text, Variables};
use super::scalar::{self, Plain};
use crate::fact::{Loaded, Mangled, Mangling, Problem, Setting, SettingValue};
use crate::name::Name;
use crate::source::{Place, SourceFile, Span};
use crate::syntax::interpolation::{self, InvalidTemplate};
use crate::syntax::yaml::{Kind, Node, Offsets, Style};
use crate::value::{Operator, Part, Template, Value};

/// What stands for a byte that is no UTF-8.
const DAMAGED: char = '\u{1a}';

/// What reads the nodes of one file.
pub(super) struct Reader<'a> {
    pub(super) source: &'a SourceFile,
    pub(super) loaded: &'a mut Loaded,
}

/// A name for a message; what does not look like one could be a value that stands in the wrong place.
fn quoted(name: &str) -> String {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.bytes().all(is_name) { format!("`{name}`") } else { "the name".to_owned() }
}

/// How the tag of a node says that it meets an earlier file.
pub(super) fn mode(node: Node<'_>) -> Mode {
    if node.has_tag("!reset") {
        Mode::Reset
    } else if node.has_tag("!override") {
        Mode::Replace
    } else {
        Mode::Merge
    }
}

/// Where the text of a scalar stands, without its quotes.
pub(super) fn inner_span(node: Node<'_>, source: &SourceFile) -> Span {
    let offsets = node.offsets(source.text());
    offsets.span(0..node.as_str().map_or(0, str::len))
}

/// The template of a scalar that compose takes for text.
pub(super) fn template(node: Node<'_>, source: &SourceFile) -> Result<Template, InvalidTemplate> {
    let text = node.as_str().unwrap_or_default();
    if !text.contains('$') {
        return Ok(Template::literal(Value::new(text)));
    }
    template_of(text, 0, &node.offsets(source.text()))
}

/// The template of a part of a scalar, which begins at `from`.
pub(super) fn template_of(text: &str, from: usize, offsets: &Offsets) -> Result<Template, InvalidTemplate> {
    let whole = from..from + text.len();
    let place =
        |span: Span| offsets.span(span.start.clamp(whole.start, whole.end)..span.end.clamp(whole.start, whole.end));
    match interpolation::parse(text, from) {
        Ok(mut template) => {
            relocate(&mut template, &place);
            Ok(template)
        }
        Err(invalid) => Err(InvalidTemplate { span: place(invalid.span), message: invalid.message }),
    }
}

fn relocate(template: &mut Template, place: &dyn Fn(Span) -> Span) {
    for part in template.parts_mut() {
        match part {
            Part::Literal(_) => {}
            Part::Unknown(span) => *span = place(*span),
            Part::Reference(reference) => {
                reference.span = place(reference.span);
                match &mut reference.operator {
                    Some(
                        Operator::Default { word, .. }
                        | Operator::Alternative { word, .. }
                        | Operator::Required { word, .. },
                    ) => relocate(word, place),
                    None => {}
                }
            }
        }
    }
}

/// Whether compose takes the scalar for text, and so looks for references in it.
pub(super) fn is_text(node: Node<'_>) -> bool {
    let Some(text) = node.as_str() else { return false };
    if node.style() != Style::Plain || node.has_tag("tag:yaml.org,2002:str") {
        return true;
    }
    !node.is_null() && scalar::resolve(text) == Plain::Text
}

impl Reader<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.source.path(), span)
    }

    pub(super) fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.loaded.problems.push(Problem::new(span, message));
    }

    /// Whether bytes that are no UTF-8 stand in a text, so that nobody knows what its reader makes of it.
    fn is_damaged(&self, text: &str) -> bool {
        self.source.damage().is_some() && text.contains(DAMAGED)
    }

    /// A scalar as text with references; `None` for null and for what is no scalar.
    pub(super) fn text(&self, node: Node<'_>) -> Option<Text> {
        if node.is_null() {
            return None;
        }
        node.as_str()?;
        let span = inner_span(node, self.source);
        let template = template(node, self.source).unwrap_or_else(|invalid| Template::unknown(invalid.span));
        Some(Text { template, place: self.place(span) })
    }

    /// The literal text of a scalar.
    pub(super) fn literal(&self, node: Node<'_>) -> Option<String> {
        self.text(node)?.literal()
    }

    /// `environment`, `args`: a mapping or a list.
    pub(super) fn variables(&mut self, node: Node<'_>, what: &str, named: Span) -> Field<Variables> {
        let mode = mode(node);
        if mode == Mode::Reset {
            return Field { value: None, mode };
        }
        let place = self.place(named);
        let is_list = node.kind() == Kind::Sequence;
        let mut variables = Variables { settings: Vec::new(), resets: Vec::new(), is_list, whole: true, place };
        match node.kind() {
            Kind::Mapping => self.mapping(node, what, &mut variables),
            Kind::Sequence => {
                for item in node.items() {
                    self.item(item, what, &mut variables);
                }
            }
            Kind::Scalar if node.is_null() => {}
            Kind::Scalar => {
                self.problem(node.site(), format!("`{what}` must be a mapping or a list"));
                variables.whole = false;
            }
            Kind::Unknown => variables.whole = false,
        }
        Field { value: Some(variables), mode }
    }

    fn mapping(&mut self, node: Node<'_>, what: &str, variables: &mut Variables) {
        for entry in node.entries() {
            let span = inner_span(entry.key, self.source);
            let name = Name::new(entry.name);
            if entry.value.has_tag("!reset") {
                variables.resets.push((name, span));
                continue;
            }
            if entry.name.is_empty() {
                self.problem(entry.key.span(), format!("a variable of `{what}` has no name"));
                variables.whole = false;
                continue;
            }
            let (value, value_span) = self.entry_value(entry.value, entry.name, span);
            variables.settings.push(Setting { name, place: self.place(span), value_span, value });
        }
        // Keys that are no text cannot be names: `{{ template }}` and the like.
        if node.pairs().any(|(key, _)| key.as_str().is_none()) {
            let key = node.pairs().find(|(key, _)| key.as_str().is_none()).map_or(node.site(), |(key, _)| key.site());
            self.problem(key, format!("a name in `{what}` must be text"));
            variables.whole = false;
        }
    }

    fn entry_value(&mut self, node: Node<'_>, name: &str, key: Span) -> (SettingValue, Span) {
        let nothing = Span::new(key.end, key.end);
        match node.kind() {
            Kind::Unknown => (SettingValue::Unknown, nothing),
            Kind::Sequence | Kind::Mapping => {
                let found = if node.kind() == Kind::Sequence { "a list" } else { "a mapping" };
                let message = format!("{} must be a string, a number, a boolean or null, and is {found}", quoted(name));
                let problem = Problem::new(node.site(), message).help("quote a value that begins with `{` or `[`");
                self.loaded.problems.push(problem.harmless());
                (SettingValue::Unknown, node.span())
            }
            Kind::Scalar if node.is_null() => {
                (SettingValue::PassThrough, if node.span().is_empty() { nothing } else { node.span() })
            }
            Kind::Scalar => {
                let span = inner_span(node, self.source);
                self.note_mangling(node, name, span);
                (self.scalar_value(node, name), span)
            }
        }
    }

    /// Notes a value that does not arrive as it is written, once where an anchor repeats it.
    fn note_mangling(&mut self, node: Node<'_>, name: &str, span: Span) {
        if node.style() != Style::Plain || node.has_tag("tag:yaml.org,2002:str") {
            return;
        }
        let Some(mangling) = node.as_str().and_then(scalar::mangling) else { return };
        let mangled = Mangled { name: Name::new(name), span, mangling };
        // Whatever an alias repeats was noted with the anchor, not long ago.
        if self.loaded.mangled.iter().rev().take(64).all(|known| *known != mangled) {
            self.loaded.mangled.push(mangled);
        }
    }

    fn scalar_value(&mut self, node: Node<'_>, name: &str) -> SettingValue {
        let text = node.as_str().unwrap_or_default();
        if self.is_damaged(text) {
            return SettingValue::Unknown;
        }
        let is_plain = node.style() == Style::Plain && !node.has_tag("tag:yaml.org,2002:str");
        match if is_plain { scalar::resolve(text) } else { Plain::Text } {
            Plain::Typed(printed) => SettingValue::Given(Template::literal(Value::new(printed))),
            Plain::Refused => {
                let problem =
                    Problem::new(node.site(), format!("{} is a number that compose cannot pass on", quoted(name)));
                self.loaded.problems.push(problem.help("quote it").harmless());
                SettingValue::Unknown
            }
            Plain::Text => match template(node, self.source) {
                Ok(template) => SettingValue::Given(template),
                Err(_) => SettingValue::Unknown,
            },
        }
    }

    /// An item of a list: `NAME=value`, or `NAME` alone.
    fn item(&mut self, node: Node<'_>, what: &str, variables: &mut Variables) {
        let text = match node.kind() {
            Kind::Scalar if is_text(node) => node.as_str().unwrap_or_default(),
            Kind::Unknown => {
                variables.whole = false;
                return;
            }
            _ => return self.not_an_item(node, what, variables),
        };
        if node.has_tag("!reset") {
            return;
        }
        let offsets = node.offsets(self.source.text());
        let (written, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        if written.contains('$') {
            // The name itself is interpolated.
            variables.whole = false;
            return;
        }
        let name = written.trim_end();
        let span = offsets.span(0..name.len());
        if name.is_empty() {
            self.problem(node.site(), format!("an item of `{what}` has no name before its `=`"));
            variables.whole = false;
            return;
        }
        if value.is_none() && !is_name(name) {
            // A value that lost its name, in a broken list for instance: not to be repeated as one.
            self.problem(node.site(), format!("an item of `{what}` is no name and has no `=`"));
            variables.whole = false;
            return;
        }
        if name.len() < written.len() && value.is_some() {
            let problem = Problem::new(span, format!("compose refuses the space between {} and `=`", quoted(name)));
            self.loaded.problems.push(problem.help("write it without spaces around `=`").harmless());
        }
        let (value, value_span) = match value {
            None => (SettingValue::PassThrough, Span::new(span.end, span.end)),
            Some(value) => {
                let from = written.len() + 1;
                let place = offsets.span(from..text.len());
                if node.style() == Style::Plain && is_between_quotes(value) {
                    let name = Name::new(name);
                    self.loaded.mangled.push(Mangled { name, span: place, mangling: Mangling::Quotes });
                }
                match template_of(value, from, &offsets) {
                    Ok(_) if self.is_damaged(value) => (SettingValue::Unknown, place),
                    Ok(template) => (SettingValue::Given(template), place),
                    Err(_) => (SettingValue::Unknown, place),
                }
            }
        };
        variables.settings.push(Setting { name: Name::new(name), place: self.place(span), value_span, value });
    }

    fn not_an_item(&mut self, node: Node<'_>, what: &str, variables: &mut Variables) {
        let problem = Problem::new(node.site(), format!("an item of `{what}` must be text of the form `NAME=value`"));
        if node.kind() == Kind::Mapping {
            let problem = if node.entries().iter().any(|entry| entry.name.contains('=')) {
                Problem::new(node.site(), format!("the colon in an item of `{what}` makes it a mapping to YAML"))
                    .help("put it between quotes as a whole: `- \"NAME=value\"`")
            } else {
                problem.help("write a mapping without dashes, or `NAME=value` with them")
            };
            self.loaded.problems.push(problem);
            for entry in node.entries() {
                // Behind a `=` stands a value, or the beginning of one.
                let name = entry.name.split('=').next().unwrap_or_default();
                if !is_name(name) {
                    continue;
                }
                let span = entry.key.offsets(self.source.text()).span(0..name.len());
                let value_span = Span::new(span.end, span.end);
                let (name, place) = (Name::new(name), self.place(span));
                variables.settings.push(Setting { name, place, value_span, value: SettingValue::Unknown });
            }
        } else {
            self.loaded.problems.push(problem);
        }
        variables.whole = false;
    }
}

/// Whether a value, or what stands in for one (`${NAME:-"value"}`), is between quotes.
fn is_between_quotes(value: &str) -> bool {
    let fallback =
        value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).and_then(|rest| rest.split_once('-'));
    let text = fallback.map_or(value, |(_, word)| word);
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    // With a quote inside it is a list of words or JSON, in which quotes are meant.
    ['"', '\''].into_iter().any(|quote| quoted(quote).is_some_and(|inner| !inner.contains(quote)))
}

/// Whether a text may be meant as the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    text.starts_with(|first: char| first.is_alphabetic() || first == '_') && text.chars().all(is_part)
}
