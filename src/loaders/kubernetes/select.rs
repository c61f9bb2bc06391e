//! What patches of a kustomization are for: resources by kind, name, namespace and labels.
//!
//! Source: kustomize, `types.Selector`: each field but the labels is a pattern that fits the whole.

use regex::Regex;

use super::parts::Identity;
use super::values::text;
use crate::schemas::pattern;
use crate::syntax::yaml::Node;

/// What selects resources.
pub(super) struct Selector {
    group: Field,
    version: Field,
    kind: Field,
    name: Field,
    namespace: Field,
    labels: Option<String>,
    annotations: Option<String>,
}

/// A field of a [`Selector`].
enum Field {
    Any,
    Text(String),
    Pattern(Regex),
    /// A pattern that cannot be used here.
    Unknown,
}

impl Field {
    fn new(node: Option<Node<'_>>) -> Self {
        let is_plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/'));
        match text(node) {
            None | Some("") => Self::Any,
            Some(text) if is_plain(text) => Self::Text(text.to_owned()),
            Some(text) => pattern::compile(text).map_or(Self::Unknown, Self::Pattern),
        }
    }

    fn fits(&self, text: &str) -> Option<bool> {
        match self {
            Self::Any => Some(true),
            Self::Text(wanted) => Some(wanted == text),
            Self::Pattern(pattern) => Some(pattern.is_match(text)),
            Self::Unknown => None,
        }
    }

    /// Whether it fits any of several texts.
    fn fits_any<'t>(&self, mut texts: impl Iterator<Item = &'t str>) -> Option<bool> {
        if matches!(self, Self::Unknown) {
            return None;
        }
        Some(texts.any(|text| self.fits(text) == Some(true)))
    }
}

impl Selector {
    /// The `target` of a patch.
    pub(super) fn new(node: Node<'_>) -> Self {
        let field = |key: &str| Field::new(node.get(key));
        let whole = |key: &str| text(node.get(key)).filter(|text| !text.trim().is_empty()).map(str::to_owned);
        Self {
            group: field("group"),
            version: field("version"),
            kind: field("kind"),
            name: field("name"),
            namespace: field("namespace"),
            labels: whole("labelSelector"),
            annotations: whole("annotationSelector"),
        }
    }

    /// Whether it selects a resource of this name; `None` where that cannot be told.
    pub(super) fn fits(&self, identity: &Identity, name: &str) -> Option<bool> {
        let names = || std::iter::once(name).chain(identity.names.iter().map(String::as_str));
        let namespace = identity.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or("default");
        let told = [
            self.group.fits(&identity.group),
            self.version.fits(&identity.version),
            self.kind.fits(&identity.kind),
            self.name.fits_any(names()),
            self.namespace.fits(namespace),
            self.labels.as_deref().map_or(Some(true), |wanted| all_fit(wanted, &identity.labels)),
            self.annotations.as_deref().map_or(Some(true), |wanted| all_fit(wanted, &identity.annotations)),
        ];
        if told.contains(&Some(false)) {
            return Some(false);
        }
        told.iter().all(|told| *told == Some(true)).then_some(true)
    }

    /// Whether it selects a config map or a secret of this name, of which no more is known.
    pub(super) fn fits_map(&self, secret: bool, name: &str) -> Option<bool> {
        let kind = self.kind.fits(if secret { "Secret" } else { "ConfigMap" });
        let told = [kind, self.name.fits(name), self.group.fits("")];
        if told.contains(&Some(false)) {
            return Some(false);
        }
        let is_told =
            told.iter().all(|told| *told == Some(true)) && self.labels.is_none() && self.annotations.is_none();
        (is_told && matches!(self.namespace, Field::Any)).then_some(true)
    }
}

/// Whether pairs fit a list such as `app=api,tier!=db,owner,!legacy`.
fn all_fit(wanted: &str, pairs: &[(String, String)]) -> Option<bool> {
    if wanted.contains(['(', '<', '>']) || wanted.contains(" in ") || wanted.contains(" notin ") {
        return None;
    }
    let value = |key: &str| pairs.iter().rev().find(|(own, _)| own == key.trim()).map(|(_, value)| value.as_str());
    let one = |part: &str| {
        if let Some((key, other)) = part.split_once("!=") {
            return value(key) != Some(other.trim());
        }
        if let Some((key, same)) = part.split_once('=') {
            return value(key) == Some(same.trim_start_matches('=').trim());
        }
        match part.trim().strip_prefix('!') {
            Some(key) => value(key).is_none(),
            None => value(part).is_some(),
        }
    };
    Some(wanted.split(',').all(one))
}
