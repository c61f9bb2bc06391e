//! Command lines: what `gcloud run deploy`, `docker build`, `terraform apply` and their like give to whom.
//!
//! Shared by every format in which commands stand. Nothing is run; what a command would need the world for is unknown.

mod arg_dict;
mod argument;
mod bundles;
mod aws;
pub(super) mod bake;
mod compose;
mod docker;
mod flags;
mod gcloud;
mod given;
mod made;
mod platforms;
mod recipes;
mod run;
mod terraform;
mod writes;

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::fact::{SettingValue, StoreKind};
use crate::name::{Name, SecretName, Version};
use crate::source::{Place, SourcePath, Span};
use crate::syntax::expression::Expression;
use crate::tables::environments;
use crate::value::{Operator, Part, Reference, Template, Value};

pub(super) use arg_dict::lines_and_commas;
pub(super) use argument::Argument;
pub(super) use bundles::publishes;
pub(super) use docker::lent;
pub(super) use gcloud::{flags_of_action as cloud_run_flags, secret_reference, settings};
pub(super) use given::{Given, Origins, add_origins, certain};
pub(super) use recipes::{Recipe, Recipes};
pub(super) use run::{line, program, run};

/// A text as far as it can be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    pub(super) parts: Vec<Bit>,
    /// Where it is written, if a variable of the file holds it.
    pub(super) written: Option<Box<Written>>,
}

/// Where a variable stands that is handed on.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// Its name.
    pub(super) name: String,
    /// Where that stands.
    pub(super) place: Place,
    /// Where its value stands.
    pub(super) value_span: Span,
}

/// A piece of a [`Content`].
#[derive(Clone, Debug)]
pub(super) enum Bit {
    /// Text as it is; never empty.
    Text(Value),
    /// What a store holds.
    Stored {
        /// The store.
        store: StoreKind,
        /// The id.
        secret: SecretName,
        /// Which version.
        version: Version,
        /// What stands in where the store holds nothing.
        fallback: Option<Value>,
    },
    /// A text that stands for a name unless whoever starts the file gives another one.
    Default(String, Value),
    /// Something that cannot be told, with a word for it that may be shown.
    Unknown(Option<String>),
}

impl Content {
    pub(super) fn text(text: &str) -> Self {
        let parts = if text.is_empty() { Vec::new() } else { vec![Bit::Text(Value::new(text))] };
        Self { parts, written: None }
    }

    pub(super) fn default_of(name: &str, text: &str) -> Self {
        Self { parts: vec![Bit::Default(name.to_owned(), Value::new(text))], written: None }
    }

    /// The same, as a variable that stands in the file holds it.
    #[must_use]
    pub(super) fn written(self, name: &str, place: &Place, value_span: Span) -> Self {
        let written = Written { name: name.to_owned(), place: place.clone(), value_span };
        Self { written: Some(Box::new(written)), ..self }
    }

    pub(super) fn unknown(word: Option<&str>) -> Self {
        Self { parts: vec![Bit::Unknown(word.map(str::to_owned))], written: None }
    }

    pub(super) fn stored(store: StoreKind, secret: SecretName, version: Version) -> Self {
        Self { parts: vec![Bit::Stored { store, secret, version, fallback: None }], written: None }
    }

    /// Whether it is more than any variable is made of.
    pub(super) fn is_large(&self) -> bool {
        const PARTS: usize = 256;
        const BYTES: usize = 64 << 10;
        let length =
            |part: &Bit| if let Bit::Text(text) | Bit::Default(_, text) = part { text.expose().len() } else { 0 };
        self.parts.len() > PARTS || self.parts.iter().map(length).sum::<usize>() > BYTES
    }

    /// The text, if all of it is known.
    pub(super) fn literal(&self) -> Option<Zeroizing<String>> {
        let mut text = Zeroizing::new(String::new());
        for part in &self.parts {
            let Bit::Text(part) = part else { return None };
            text.push_str(part.expose());
        }
        Some(text)
    }

    /// The text with `${word}` for what is not known: for names of images and services, which are no secrets.
    pub(super) fn described(&self) -> String {
        let part = |part: &Bit| match part {
            Bit::Text(text) => text.expose().to_owned(),
            Bit::Stored { secret, .. } => format!("${{{secret}}}"),
            Bit::Unknown(Some(word)) | Bit::Default(word, _) => format!("${{{word}}}"),
            Bit::Unknown(None) => "${…}".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// What it is as the value of a variable that stands at `span`.
    pub(super) fn setting(&self, span: Span) -> SettingValue {
        if let [Bit::Stored { store, secret, version, fallback }] = self.parts.as_slice() {
            let Some(fallback) = fallback else {
                let (store, secret, version) = (*store, secret.clone(), version.clone());
                return SettingValue::Injected { store, secret, version };
            };
            return SettingValue::Given(Template::from(vec![default(secret.as_str(), fallback, true, span)]));
        }
        let mut parts = Vec::new();
        for part in &self.parts {
            match part {
                Bit::Text(text) => parts.push(Part::Literal(text.clone())),
                Bit::Default(name, text) => parts.push(default(name, text, false, span)),
                Bit::Stored { .. } | Bit::Unknown(_) => parts.push(Part::Unknown(span)),
            }
        }
        match parts.as_slice() {
            [Part::Unknown(_)] => SettingValue::Unknown,
            _ => SettingValue::Given(Template::from(parts)),
        }
    }
}

/// A reference to a name with a text that stands in for it.
fn default(name: &str, text: &Value, empty_too: bool, span: Span) -> Part {
    let operator = Some(Operator::Default { empty_too, word: Template::literal(text.clone()) });
    Part::Reference(Box::new(Reference { name: Name::new(name), span, operator }))
}

/// A variable of the shell that runs a command.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) content: Content,
    /// Where its name stands.
    pub(super) place: Place,
    /// Where its value stands.
    pub(super) value_span: Span,
}

impl Variable {
    /// What it holds, with where that is written.
    pub(super) fn held(&self, name: &str) -> Content {
        self.content.clone().written(name, &self.place, self.value_span)
    }
}

/// What a shell knows, and what its commands have given so far.
pub(super) struct Shell<'a> {
    /// The file that the commands stand in.
    pub(super) path: &'a SourcePath,
    /// The folder that it stands in, if that is known.
    pub(super) folder: Option<SourcePath>,
    /// Its variables, as far as they are known.
    pub(super) variables: BTreeMap<String, Variable>,
    /// What the language replaces that the commands stand in: the text between its brackets, and where that stands.
    pub(super) foreign: &'a dyn Fn(&str, Span) -> Content,
    /// The word by which the file says for what environment.
    pub(super) environment: Option<String>,
    /// Whether that depends on something that cannot be told here.
    pub(super) anywhere: bool,
    /// What the commands gave.
    pub(super) given: Given,
}

impl Shell<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.path, span)
    }

    /// A path as a command names it, below the root.
    pub(in crate::loaders) fn path_of(&self, path: &str) -> Option<SourcePath> {
        // What a checkout lies in is not part of it.
        let path = path.strip_prefix("/workspace/").unwrap_or(path);
        self.folder.as_ref()?.join(path)
    }
}

/// The one word of a name that is a deployed environment.
pub(super) fn word_in(name: &str) -> Option<String> {
    let is_word = |word: &&str| environments::environment_of(word).is_some_and(environments::is_deployed);
    let mut words = name.split(['-', '_', '.']).filter(is_word);
    match (words.next(), words.next()) {
        // `deploy-staging-and-production` says nothing.
        (Some(word), None) => Some(word.to_ascii_lowercase()),
        _ => None,
    }
}

/// How deep in the tree a path stands: what leads from its folder back to the root.
pub(super) fn to_root(path: &SourcePath) -> String {
    let folder = path.folder();
    let depth = if folder.as_str().is_empty() { 0 } else { folder.as_str().split('/').count() };
    "../".repeat(depth)
}

/// The word for an expression that is not known, if it is a mere path: `github.sha`.
pub(super) fn word_of(expression: &Expression) -> Option<String> {
    use crate::syntax::expression::Segment;
    let Expression::Path { context, segments, .. } = expression else { return None };
    let mut word = context.clone();
    for segment in segments {
        let Segment::Name(name) = segment else { return None };
        word.push('.');
        word.push_str(name);
    }
    Some(word)
}

#[cfg(test)]
mod tests;
