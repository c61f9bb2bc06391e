//! Events to a tree: aliases bound, open nodes closed where the text breaks off, sizes counted.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StructureStyle};

use super::{Data, Fault, Kind, Node, Stored, Style, Tag, Yaml};
use crate::source::Span;
use crate::value::Value;

/// How deep collections of each style may be nested.
const NESTING: usize = 100;

/// How deep a walk that follows aliases may go.
const DEPTH: usize = 250;

/// How many nodes of one document a walk that follows aliases may visit beside those that are written.
const EXPANSION: usize = 400_000;

/// Comments in a row; a licence or a commented-out service is longer than the parser's own limit.
const COMMENTS: usize = 1 << 20;

pub(super) fn parse(text: &str) -> Yaml {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: NESTING,
        block_nesting_limit: NESTING,
        max_buffered_comment_events: COMMENTS,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(text);
    let mut last_error = None;
    loop {
        match parser.next_event() {
            Some(Ok((event, span))) => builder.event(event, &span),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                builder.broken(at, error.kind());
                // Recovery moves forward; an error that does not would be an endless loop.
                if last_error.is_some_and(|last| at <= last) || !parser.proceed_next_document().unwrap_or(false) {
                    break;
                }
                last_error = Some(at);
            }
            None => break,
        }
    }
    builder.close_all();
    builder.yaml.faults.sort_by_key(|fault| fault.span);
    builder.yaml
}

struct Builder<'t> {
    text: &'t str,
    yaml: Yaml,
    open: Vec<Open>,
    anchors: HashMap<usize, usize>,
    expanded: usize,
}

struct Open {
    at: usize,
    key: Option<usize>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, yaml: Yaml::default(), open: Vec::new(), anchors: HashMap::new(), expanded: 0 }
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) {
        let span = self.span(at);
        match event {
            Event::Comment(..) => self.yaml.comments.push(span),
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.expanded = 0;
            }
            Event::DocumentEnd => self.close_all(),
            Event::Scalar(text, style, anchor, tag) => {
                let (style, span) = match style {
                    ScalarStyle::SingleQuoted => (Style::SingleQuoted, span),
                    ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, span),
                    ScalarStyle::Literal | ScalarStyle::Folded => (Style::Block, self.trimmed(span)),
                    ScalarStyle::Plain => (Style::Plain, span),
                };
                // The parser writes `~` for a null that is not there.
                let text = if style == Style::Plain && span.is_empty() { String::new() } else { text.into_owned() };
                let tag = self.tag(tag, at);
                let index = self.store(Data::Scalar(Value::new(text)), style, span, tag);
                self.anchor(anchor, index);
                self.close(index);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = self.tag(tag, at);
                self.start(Data::Sequence(Vec::new()), style, span, tag, anchor);
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = self.tag(tag, at);
                self.start(Data::Mapping(Vec::new()), style, span, tag, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(Some(span)),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(_) => {
                self.fault(span, "this alias has no anchor before it", true);
                let index = self.store(Data::Unknown, Style::Plain, span, None);
                self.close(index);
            }
            _ => {}
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        let start = range.start.min(self.text.len());
        Span::new(start, range.end.clamp(start, self.text.len()))
    }

    /// A block scalar reaches up to the next token; its own text ends before that.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.text.get(span.start..span.end).unwrap_or_default();
        Span::new(span.start, span.start + text.trim_end().len())
    }

    fn tag(&self, tag: Option<Cow<'_, granit_parser::Tag>>, at: &granit_parser::Span) -> Option<Box<Tag>> {
        let tag = tag?;
        let (handle, suffix) = tag.parts();
        let span = at.tag_span().map(|span| self.span(&span)).unwrap_or_default();
        Some(Box::new(Tag { name: format!("{handle}{suffix}"), span }))
    }

    fn fault(&mut self, span: Span, message: &'static str, lossy: bool) {
        self.yaml.faults.push(Fault { span, message, lossy });
    }

    fn store(&mut self, data: Data, style: Style, span: Span, tag: Option<Box<Tag>>) -> usize {
        self.yaml.stored.push(Stored { data, style, span, tag, size: 1, depth: 1, closed: false });
        self.yaml.stored.len() - 1
    }

    fn anchor(&mut self, anchor: usize, index: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, index);
        }
    }

    fn start(&mut self, data: Data, style: StructureStyle, span: Span, tag: Option<Box<Tag>>, anchor: usize) {
        let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Indented };
        let index = self.store(data, style, span, tag);
        self.anchor(anchor, index);
        self.open.push(Open { at: index, key: None });
    }

    fn end(&mut self, end: Option<Span>) {
        let Some(open) = self.open.pop() else { return };
        if let Some(key) = open.key {
            // The text broke off behind the key: its value is not null, it is not known.
            let behind = self.yaml.stored.get(key).map_or(0, |key| key.span.end);
            let value = self.store(Data::Unknown, Style::Plain, Span::new(behind, behind), None);
            self.put(open.at, Some(key), value);
        }
        let flow_end = end.filter(|span| !span.is_empty()).map(|span| span.end);
        let inner_end = self.last_child_end(open.at);
        if let Some(stored) = self.yaml.stored.get_mut(open.at) {
            let end = flow_end.or(inner_end).unwrap_or(stored.span.end);
            stored.span.end = end.max(stored.span.end);
        }
        self.check_keys(open.at);
        self.close(open.at);
    }

    fn last_child_end(&self, at: usize) -> Option<usize> {
        let child = match &self.yaml.stored.get(at)?.data {
            Data::Sequence(items) => *items.last()?,
            Data::Mapping(pairs) => {
                let (key, value) = *pairs.last()?;
                let value_end = self.yaml.stored.get(value)?.span.end;
                return Some(value_end.max(self.yaml.stored.get(key)?.span.end));
            }
            _ => return None,
        };
        Some(self.yaml.stored.get(child)?.span.end)
    }

    /// Hands a finished node to the collection that it stands in.
    fn close(&mut self, index: usize) {
        if let Some(stored) = self.yaml.stored.get_mut(index) {
            stored.closed = true;
        }
        let Some(open) = self.open.last_mut() else {
            let empty = self.yaml.stored.get(index).is_some_and(|stored| {
                matches!(&stored.data, Data::Scalar(text) if text.is_empty()) && stored.style == Style::Plain
            });
            if !empty {
                self.yaml.roots.push(index);
            }
            return;
        };
        let parent = open.at;
        let is_mapping = matches!(self.yaml.stored.get(parent).map(|stored| &stored.data), Some(Data::Mapping(_)));
        if !is_mapping {
            self.put(parent, None, index);
        } else if let Some(key) = open.key.take() {
            self.put(parent, Some(key), index);
        } else {
            open.key = Some(index);
        }
    }

    fn put(&mut self, parent: usize, key: Option<usize>, value: usize) {
        let measure = |index: usize| self.yaml.stored.get(index).map_or((0, 0), |stored| (stored.size, stored.depth));
        let (size, depth) = measure(value);
        let (key_size, key_depth) = key.map_or((0, 0), measure);
        let Some(stored) = self.yaml.stored.get_mut(parent) else { return };
        stored.size = stored.size.saturating_add(size).saturating_add(key_size);
        stored.depth = stored.depth.max(depth.max(key_depth) + 1);
        match (&mut stored.data, key) {
            (Data::Mapping(pairs), Some(key)) => pairs.push((key, value)),
            (Data::Sequence(items), None) => items.push(value),
            _ => {}
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let target = self.anchors.get(&anchor).copied();
        let target = target.and_then(|target| Some((target, self.yaml.stored.get(target)?)));
        let refused = match target {
            None => Some("this alias has no anchor before it"),
            Some((_, stored)) if !stored.closed => Some("this alias stands inside its own anchor"),
            Some((_, stored)) if stored.depth + self.open.len() > DEPTH => Some("aliases are nested too deeply here"),
            Some((_, stored)) if self.expanded.saturating_add(stored.size) > EXPANSION => {
                Some("the aliases of this document expand to too much")
            }
            Some(_) => None,
        };
        let index = if let (Some((target, stored)), None) = (target, refused) {
            let (size, depth) = (stored.size, stored.depth);
            self.expanded += size;
            let index = self.store(Data::Alias(target), Style::Plain, span, None);
            if let Some(alias) = self.yaml.stored.get_mut(index) {
                (alias.size, alias.depth) = (size, depth);
            }
            index
        } else {
            self.fault(span, refused.unwrap_or_default(), true);
            self.store(Data::Unknown, Style::Plain, span, None)
        };
        self.close(index);
    }

    /// Repeated keys, and merge keys that merge nothing.
    fn check_keys(&mut self, at: usize) {
        let mut faults = Vec::new();
        let mut seen = HashSet::new();
        for (key, value) in Node::new(&self.yaml, at).pairs() {
            let Some(name) = key.as_str() else { continue };
            if key.is_merge() {
                let fits = |node: Node<'_>| matches!(node.kind(), Kind::Mapping | Kind::Unknown);
                let is_list = value.kind() == Kind::Sequence && value.items().all(fits);
                if !is_list && !fits(value) {
                    let span = value.site();
                    faults.push(Fault { span, message: "`<<` takes a mapping or a list of them", lossy: false });
                }
            }
            if !seen.insert(name) {
                let message = if key.is_merge() {
                    "a mapping may have one `<<` only; give it a list instead"
                } else {
                    "this key stands twice in one mapping"
                };
                faults.push(Fault { span: key.site(), message, lossy: false });
            }
        }
        self.yaml.faults.append(&mut faults);
    }

    /// Where the scalar opens that is not closed at `end`: the first quote behind what was read.
    fn last_quote(&self, end: usize) -> usize {
        let read = self.yaml.stored.last().map_or(0, |stored| stored.span.end);
        let between = self.text.get(read..end).unwrap_or_default();
        between.find(['"', '\'']).map_or(end, |quote| read + quote)
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.end(None);
        }
    }

    fn broken(&mut self, at: usize, kind: &ErrorKind) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        if matches!(kind, ErrorKind::InvalidQuotedScalarIndent | ErrorKind::UnclosedQuotedScalar) {
            at = self.last_quote(at);
        }
        let length = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.fault(Span::new(at, at + length), message(kind), true);
        self.close_all();
    }
}

/// What is wrong, in our own words: the parser's own could quote the text.
fn message(kind: &ErrorKind) -> &'static str {
    use ErrorKind as E;
    match kind {
        // A quote that is never closed mostly swallows a line that is indented less.
        E::InvalidQuotedScalarIndent => "a quote is not closed before the indentation ends",
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => "a quote is never closed",
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnclosedFlowCollection { .. } => "a bracket is never closed",
        E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::MisplacedFlowCollectionEnd
        | E::MismatchedFlowCollectionEnd { .. } => "the brackets do not fit together here",
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => {
            "a tab stands where only spaces may indent"
        }
        E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::BlockSequenceEntryNotAllowed
        | E::InvalidFlowScalarIndent
        | E::InvalidBlockScalarIndent => "the indentation does not fit what stands above",
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => "YAML knows no such escape in double quotes",
        E::SimpleKeyExpected | E::InvalidSimpleKey => "a `:` is missing behind a key",
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::InvalidMappingValueWhitespace => {
            "a `:` cannot stand here; quote a value that holds one"
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "text stands behind a closing quote"
        }
        E::RecursionLimitExceeded => "this is nested too deeply",
        E::UnexpectedCharacter { .. } => "a value cannot begin with this character; quote it",
        _ => "this is not valid YAML",
    }
}
