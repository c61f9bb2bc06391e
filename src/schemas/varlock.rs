//! varlock's `.env.schema`, its static subset: what its decorators and plain values say without running anything.
//!
//! Its semantics: an empty value is no value; a value in the schema is the default; what has none is optional unless
//! `@required`; what a function, a reference or a plugin gives is given at run time, so it is never missing. A value is
//! secret by `@sensitive` alone: that all are sensitive by default is a caution of varlock's, not a statement about each.
//! A file without any decorator only names some variables: other tools keep patterns under the same name.

mod settings;
mod types;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{SchemaSource, pattern};
use crate::fact::{Declaration, Fact, FactKind, InlineIgnore, Link, LinkKind, Loaded, Problem, Required, Schema, Type};
use crate::name::Name;
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::env_spec::{self, Decorator, Fault, Item, WordKind};
use crate::value::Value;
use settings::{Settings, Truth};

/// The schema source.
pub static SOURCE: SchemaSource = SchemaSource { name: "varlock", claims, fits, load };

/// The longest text that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// The most problems of one file that are told.
const MOST_PROBLEMS: usize = 200;

fn claims(path: &SourcePath) -> bool {
    path.name() == ".env.schema"
}

/// A file of this name that is no JSON; under another name, one with decorators.
fn fits(source: &SourceFile) -> bool {
    let begins = source.text().trim_start_matches('\u{feff}').trim_start();
    if claims(source.path()) { !begins.starts_with('{') } else { is_decorated(source) }
}

/// Whether a comment begins with a decorator.
fn is_decorated(source: &SourceFile) -> bool {
    let decorated = |line: &str| {
        let comment = line.trim_start().strip_prefix('#').map(str::trim_start);
        let word = comment.and_then(|comment| comment.strip_prefix('@'));
        word.is_some_and(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
    };
    source.text().len() <= LONGEST && source.text().lines().any(decorated)
}

fn load(source: &SourceFile) -> Loaded {
    let mut loaded = Loaded { schema: Some(Schema::default()), ..Loaded::default() };
    let text = source.text();
    if text.len() > LONGEST {
        loaded.problems.push(Problem::new(Span::new(0, 0), "this file is longer than 1 MiB and was not read"));
        return loaded;
    }
    let document = env_spec::parse(text);
    let mut settings = Settings::read(&document.header);
    settings.names_only = !is_decorated(source);
    let mut schema = Schema { open: settings.open || settings.names_only, ..Schema::default() };
    for header in &document.header {
        loaded.shown.push(header.span);
        if header.name == "import" {
            import(header, &mut loaded, &mut schema);
        }
    }
    if settings.disabled != Truth::Yes {
        let mut seen = BTreeSet::new();
        for item in &document.items {
            loaded.shown.push(item.key_span);
            loaded.shown.extend(item.decorators.iter().map(|decorator| decorator.span));
            // A second definition replaces the value of the first, which is a default either way.
            if seen.insert(item.key) {
                declare(item, &settings, &mut loaded);
            }
        }
    }
    loaded.schema = Some(schema);
    loaded.problems.extend(document.faults.iter().map(|fault| problem(*fault)));
    loaded.problems.sort_by_key(|problem| problem.span);
    loaded.problems.truncate(MOST_PROBLEMS);
    loaded.ignores =
        document.comments.iter().filter_map(|(span, alone)| InlineIgnore::at(source, *span, *alone)).collect();
    loaded
}

fn problem(fault: Fault) -> Problem {
    if fault.unclosed {
        Problem::new(fault.span, "the quote that opens this value is not closed").help("close the quote")
    } else {
        Problem::new(fault.span, "this line is neither `NAME=value` nor a comment")
    }
}

fn declare(item: &Item<'_>, settings: &Settings<'_>, loaded: &mut Loaded) {
    let mut declaration = Declaration::default();
    if settings.names_only {
        declaration.kind = Some(Type::Unknown);
        declaration.required = Some(Required::Never);
    } else {
        let given = Given::of(item);
        // A plugin, or what is imported, may bring types of its own.
        let mut others = Vec::new();
        let problems = if settings.extended { &mut others } else { &mut loaded.problems };
        declaration.kind = Some(types::read(item, &mut declaration.constraints, problems));
        declaration.required = Some(settings.required(item, given));
        declaration.secret = settings.secret(item);
        if let (Given::Text, Some(word)) = (given, &item.value) {
            declaration.default = word.text().map(Value::new);
        }
        describe(item, &mut declaration);
    }
    let kind = FactKind::Declaration(Arc::new(declaration));
    loaded.facts.push(Fact { name: Name::new(item.key), span: item.key_span, kind });
}

/// What an item says about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// Nothing, or the empty string.
    Nothing,
    /// This value.
    Text,
    /// A value that is only known at run time.
    AtRunTime,
}

impl Given {
    fn of(item: &Item<'_>) -> Self {
        match item.value.as_ref().map(|word| &word.kind) {
            None => Self::Nothing,
            Some(WordKind::Text { text, .. }) if text.is_empty() => Self::Nothing,
            Some(WordKind::Text { .. }) => Self::Text,
            Some(_) => Self::AtRunTime,
        }
    }
}

fn describe(item: &Item<'_>, declaration: &mut Declaration) {
    let prose: Vec<&str> = item.description.iter().copied().filter(|line| !line.is_empty()).collect();
    declaration.description = (!prose.is_empty()).then(|| prose.join(" "));
    for decorator in &item.decorators {
        let value = decorator.value.as_ref().and_then(env_spec::Word::text);
        match decorator.name {
            "example" => declaration.example = value.map(Value::new),
            "docsUrl" => declaration.link = value.map(str::to_owned),
            "docs" => {
                let last = decorator
                    .arguments
                    .as_deref()
                    .unwrap_or_default()
                    .iter()
                    .rev()
                    .find_map(|argument| argument.word.text());
                declaration.link = declaration.link.take().or(last.map(str::to_owned));
            }
            "deprecated" if value != Some("false") => {
                let why = value.filter(|why| *why != "true").unwrap_or("its schema says so");
                declaration.deprecated = Some(why.to_owned());
            }
            _ => {}
        }
    }
}

/// A file that this one takes over, whole or in part. One that is taken conditionally, or without some names, is not
/// followed: nobody knows what it adds.
fn import(decorator: &Decorator<'_>, loaded: &mut Loaded, schema: &mut Schema) {
    let arguments = decorator.arguments.as_deref().unwrap_or_default();
    let Some(((first, path), rest)) =
        arguments.split_first().and_then(|(first, rest)| Some(((first, first.word.text()?), rest)))
    else {
        schema.open = true;
        return;
    };
    let mut needs = Vec::new();
    let mut required = true;
    let mut followed = path.starts_with('.') && first.key.is_none();
    for argument in rest {
        match (argument.key, &argument.word.kind) {
            (None, WordKind::Text { text, .. }) => needs.push(text.clone()),
            (Some("pick"), WordKind::List(list)) => {
                let names = list.iter().filter_map(env_spec::Word::text);
                // A selector by tag (`#frontend`) is no name.
                needs.extend(names.filter(|name| !name.starts_with(['#', '!', '@'])).map(str::to_owned));
                followed &=
                    !needs.is_empty() && list.iter().all(|word| word.text().is_some_and(crate::name::is_variable_glob));
            }
            (Some("allowMissing"), WordKind::Text { text, .. }) => required = text != "true",
            (Some("enabled"), WordKind::Text { text, .. }) if text == "true" => {}
            _ => followed = false,
        }
    }
    if !followed {
        schema.open = true;
        return;
    }
    let path = if path.ends_with('/') { format!("{path}.env.schema") } else { path.to_owned() };
    loaded.links.push(Link { kind: LinkKind::Extends, path, span: first.word.span, required });
    loaded.shown.push(first.word.span);
    schema.extends_needs.push(needs);
}

#[cfg(test)]
mod tests;
