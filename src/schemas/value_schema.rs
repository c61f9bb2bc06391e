//! JSON Schema documents that values of the type `json` satisfy. Nothing is fetched, and nothing a document says makes
//! the work unbounded: what cannot be used so is a [`Fault`], and then no value is judged by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value as Json;

use crate::syntax::url;
use crate::value::Value;

/// Values longer than this are not judged, in bytes.
const LONGEST_VALUE: usize = 64 * 1024;
/// Longer documents are not used, in bytes.
const LONGEST_DOCUMENT: usize = 1024 * 1024;
/// How many schemas a document may come to, each one counted as often as something refers to it.
const MOST_SCHEMAS: usize = 20_000;
/// How many schemas times the bytes of a value may be compared, as each piece of it may meet each schema.
const MOST_WORK: usize = 20_000_000;
/// How deep schemas may stand in each other, references followed.
const DEEPEST: usize = 192;
/// The most bytes that one compiled pattern may take.
const LARGEST_PATTERN: usize = 1 << 20;

/// One JSON Schema document; it is compiled when the first value asks for it.
pub struct ValueSchema {
    text: String,
    compiled: OnceLock<Result<Compiled, Fault>>,
}

struct Compiled {
    validator: Validator,
    /// What it comes to, references followed.
    schemas: usize,
}

/// Why a document judges nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON.
    NoJson,
    /// It is JSON, and no JSON Schema.
    NoSchema,
    /// It refers to another document, or in a way that only a fetched one could answer.
    Reference,
    /// A pattern in it needs look-around or back references, or is too large.
    Pattern,
    /// It is too large, too deep, or its references multiply.
    Size,
}

impl Fault {
    /// Completes the sentence "the JSON Schema of this value …".
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoJson => "is no JSON document",
            Self::NoSchema => "is no valid JSON Schema",
            Self::Reference => "refers to another document, which is not fetched",
            Self::Pattern => "holds a pattern that envcheck cannot use",
            Self::Size => "is too large or too deep",
        }
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::NoJson | Self::NoSchema => "until it is repaired, no value is judged by it",
            Self::Reference => "put what it refers to under `$defs` in the same document",
            Self::Pattern => "no look-around, no back references",
            Self::Size => "at most 1 MB, and 20000 schemas once its references are followed",
        }
    }
}

impl ValueSchema {
    /// Takes the text of a document.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    /// Why it judges nothing, if it does not.
    pub fn fault(&self) -> Option<Fault> {
        self.compiled().as_ref().err().copied()
    }

    /// Whether a value satisfies it; `None` where that cannot be told.
    pub fn accepts(&self, value: &Value) -> Option<bool> {
        let text = value.expose();
        if text.len() > LONGEST_VALUE {
            return None;
        }
        let Compiled { validator, schemas } = self.compiled().as_ref().ok()?;
        if text.len().saturating_mul(*schemas) > MOST_WORK {
            return None;
        }
        let json: Json = serde_json::from_str(text).ok()?;
        // Only whether it fits: the errors of the library quote the value.
        Some(validator.is_valid(&json))
    }

    fn compiled(&self) -> &Result<Compiled, Fault> {
        self.compiled.get_or_init(|| compile(&self.text))
    }
}

fn compile(text: &str) -> Result<Compiled, Fault> {
    if text.len() > LONGEST_DOCUMENT {
        return Err(Fault::Size);
    }
    let document: Json = serde_json::from_str(text).map_err(|_| Fault::NoJson)?;
    if !matches!(document, Json::Object(_) | Json::Bool(_)) {
        return Err(Fault::NoSchema);
    }
    let schemas = Measure::new(&document).judge()?;
    // Whether a format is an assertion differs between drafts and validators, so it refuses nothing here.
    let options = jsonschema::options().offline().should_validate_formats(false);
    let linear = PatternOptions::regex().size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN);
    if let Ok(validator) = options.clone().with_pattern_options(linear).build(&document) {
        return Ok(Compiled { validator, schemas });
    }
    let backtracking = PatternOptions::fancy_regex().size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN);
    let by_pattern = options.with_pattern_options(backtracking).build(&document).is_ok();
    Err(if by_pattern { Fault::Pattern } else { Fault::NoSchema })
}

/// Counts what a document comes to once its references are followed, since the library follows them without a bound.
struct Measure<'d> {
    document: &'d Json,
    anchors: BTreeMap<&'d str, &'d Json>,
    done: BTreeMap<*const Json, (usize, usize)>,
    active: BTreeSet<*const Json>,
}

impl<'d> Measure<'d> {
    fn new(document: &'d Json) -> Self {
        let mut anchors = BTreeMap::new();
        collect_anchors(document, &mut anchors);
        Self { document, anchors, done: BTreeMap::new(), active: BTreeSet::new() }
    }

    fn judge(mut self) -> Result<usize, Fault> {
        // A dialect of somebody's own is described elsewhere.
        let dialect = self.document.get("$schema").and_then(Json::as_str);
        if dialect.is_some_and(|dialect| !dialect.contains("://json-schema.org/")) {
            return Err(Fault::Reference);
        }
        let (count, depth) = self.schema(self.document, 0)?;
        if count > MOST_SCHEMAS || depth > DEEPEST { Err(Fault::Size) } else { Ok(count) }
    }

    /// How many schemas there are in one, itself included, and how deep they stand in it.
    fn schema(&mut self, schema: &'d Json, above: usize) -> Result<(usize, usize), Fault> {
        let key = std::ptr::from_ref(schema);
        if let Some(done) = self.done.get(&key) {
            return Ok(*done);
        }
        if above > DEEPEST {
            return Err(Fault::Size);
        }
        // A circle goes deeper only with the value, and the library remembers what it has seen there.
        if !self.active.insert(key) {
            return Ok((1, 1));
        }
        let (mut count, mut depth) = (1_usize, 0);
        let mut add = |(more, below): (usize, usize)| {
            count = count.saturating_add(more);
            depth = depth.max(below);
        };
        match schema {
            Json::Object(keys) => {
                for (key, value) in keys {
                    match (key.as_str(), value) {
                        ("$ref", Json::String(reference)) => {
                            let target = self.target(reference)?;
                            add(self.schema(target, above + 1)?);
                        }
                        ("$dynamicRef" | "$recursiveRef", _) => return Err(Fault::Reference),
                        // Data (`enum`, `default`) is counted too: a property may have such a name.
                        (_, Json::Object(_) | Json::Array(_)) => add(self.schema(value, above + 1)?),
                        _ => {}
                    }
                }
            }
            Json::Array(items) => {
                for item in items.iter().filter(|item| item.is_object() || item.is_array()) {
                    add(self.schema(item, above + 1)?);
                }
            }
            _ => {}
        }
        self.active.remove(&key);
        self.done.insert(key, (count, depth + 1));
        Ok((count, depth + 1))
    }

    /// What a reference means: a place in this document, or one of its anchors.
    fn target(&self, reference: &str) -> Result<&'d Json, Fault> {
        let own = self.document.get("$id").and_then(Json::as_str).map(|id| id.trim_end_matches('#'));
        let (base, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if !(base.is_empty() || own == Some(base)) {
            return Err(Fault::Reference);
        }
        let place = match fragment.strip_prefix('/') {
            None if fragment.is_empty() => Some(self.document),
            None => self.anchors.get(fragment).copied(),
            Some(_) => url::decoded(fragment).and_then(|pointer| self.document.pointer(pointer.expose())),
        };
        place.ok_or(Fault::NoSchema)
    }
}

fn collect_anchors<'d>(json: &'d Json, anchors: &mut BTreeMap<&'d str, &'d Json>) {
    match json {
        Json::Object(keys) => {
            for (key, value) in keys {
                if let ("$anchor", Json::String(name)) = (key.as_str(), value) {
                    anchors.entry(name.as_str()).or_insert(json);
                }
                if let ("$id" | "id", Json::String(name)) = (key.as_str(), value)
                    && let Some(name) = name.strip_prefix('#')
                {
                    anchors.entry(name).or_insert(json);
                }
                collect_anchors(value, anchors);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| collect_anchors(item, anchors)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
