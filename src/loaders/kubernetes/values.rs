//! Scalars of manifests: text, and what is no text although it must be.

use super::expand;
use crate::fact::{Loaded, Mangled, Mangling, SettingValue};
use crate::loaders::compose::scalar::{self, Plain};
use crate::name::Name;
use crate::source::{Place, SourceFile, Span};
use crate::syntax::yaml::{Kind, Node, Style};
use crate::value::{Template, Value};

/// What stands for a byte that is no UTF-8.
const DAMAGED: char = '\u{1a}';

/// What reads the nodes of one file.
pub(super) struct Reader<'a> {
    pub(super) source: &'a SourceFile,
    pub(super) loaded: &'a mut Loaded,
}

/// The text at the end of a way through mappings.
pub(super) fn at<'a>(node: Node<'a>, way: &[&str]) -> Option<Node<'a>> {
    way.iter().try_fold(node, |node, key| node.get(key))
}

/// The text of a scalar that is not null.
pub(super) fn text(node: Option<Node<'_>>) -> Option<&str> {
    node.filter(|node| !node.is_null())?.as_str()
}

impl Reader<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.source.path(), span)
    }

    /// Where the text of a scalar stands, without its quotes.
    pub(super) fn inner(&self, node: Node<'_>) -> Span {
        node.offsets(self.source.text()).span(0..node.as_str().map_or(0, str::len))
    }

    /// What the value of a variable is, and where. `expands`: whether `$(NAME)` in it takes other variables.
    ///
    /// A number or a boolean is noted: only text is taken there.
    pub(super) fn value(&mut self, node: Node<'_>, name: &str, expands: bool) -> (SettingValue, Span) {
        if node.kind() != Kind::Scalar {
            return (SettingValue::Unknown, node.site());
        }
        let text = node.as_str().unwrap_or_default();
        let span = self.inner(node);
        if node.is_null() {
            return (SettingValue::Given(Template::default()), span);
        }
        if is_refused(node, text) {
            let mangled = Mangled { name: Name::new(name), span, mangling: Mangling::Refused };
            // Whatever an alias repeats was noted with the anchor, not long ago.
            if self.loaded.mangled.iter().rev().take(64).all(|known| *known != mangled) {
                self.loaded.mangled.push(mangled);
            }
        }
        let damaged = self.source.damage().is_some() && text.contains(DAMAGED);
        if damaged || is_made_elsewhere(text) {
            return (SettingValue::Given(Template::unknown(span)), span);
        }
        let template = if expands && text.contains('$') {
            expand::parse(text, &node.offsets(self.source.text()))
        } else {
            Template::literal(Value::new(text))
        };
        (SettingValue::Given(template), span)
    }
}

/// Whether the API refuses a plain scalar where text must stand. Its YAML is that of go-yaml 2, to which `yes`, `on`
/// and `y` are booleans, and dates are text.
fn is_refused(node: Node<'_>, text: &str) -> bool {
    const WORDS: &[&str] = &["y", "yes", "on", "n", "no", "off"];
    if node.style() != Style::Plain || node.tag().is_some() {
        return false;
    }
    let is_word = || {
        let one_case = text.bytes().all(|byte| byte.is_ascii_lowercase())
            || text.bytes().all(|byte| byte.is_ascii_uppercase())
            || text.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
        one_case && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
    };
    match scalar::resolve(text) {
        // A date has its dash behind the year.
        Plain::Typed(_) => text.get(4..5) != Some("-") || !text.starts_with(|first: char| first.is_ascii_digit()),
        Plain::Refused => true,
        Plain::Text => is_word(),
    }
}

/// Whether another tool puts the value in before the cluster sees it: `envsubst`, a template language, a deploy script.
fn is_made_elsewhere(text: &str) -> bool {
    text.contains("${") || text.contains("{{") || text.contains("<%")
}
