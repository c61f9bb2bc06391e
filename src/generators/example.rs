//! `.env.example`: every variable for a person to fill in, with what the schema says of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::variables::{self, Variable};
use super::{Artefact, Asked, GenerateError, Generator, MARK, quote};
use crate::fact::{Declaration, Required, Side};
use crate::source::SourcePath;
use crate::value::Value;

pub(super) static GENERATOR: Generator =
    Generator { name: "example", make: |asked, _| Ok(vec![Artefact::whole(text(asked)?)]) };

fn text(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let variables = variables::of(asked)?;
    let mut text = format!("# {MARK} example`: what the schema declares. Copy it and fill it in.\n");
    let mut section: Option<(&SourcePath, Side)> = None;
    let files = variables.iter().map(|variable| &variable.declarers[0].declared.place.path);
    let several = files.collect::<BTreeSet<_>>().len() > 1;
    for variable in &variables {
        let declaration = variables::in_environment(asked, variable.declaration());
        let path = &variable.declarers[0].declared.place.path;
        if section != Some((path, declaration.side)) {
            section = Some((path, declaration.side));
            text.push('\n');
            text.push_str(&heading(path, declaration.side, several));
        }
        text.push('\n');
        text.push_str(&one(variable, &declaration));
    }
    Ok(text)
}

fn heading(path: &SourcePath, side: Side, several: bool) -> String {
    let side = match side {
        Side::Server => "server",
        Side::Client => "client: public, it reaches the browser",
        Side::Shared => "shared",
    };
    quote::hash_comment(&if several { format!("--- {path} · {side} ---") } else { format!("--- {side} ---") })
}

fn one(variable: &Variable<'_>, declaration: &Declaration) -> String {
    let mut text = declaration.description.as_deref().map(quote::hash_comment).unwrap_or_default();
    text.push_str(&quote::hash_comment(&facts(declaration).join(" · ")));
    let is_secret = declaration.secret == Some(true);
    let shown = declaration.example.as_ref().or(declaration.default.as_ref()).filter(|_| !is_secret);
    let required = matches!(declaration.required, None | Some(Required::Always)) && declaration.default.is_none();
    let is_live = required && !variable.is_family() && declaration.deprecated.is_none();
    let name =
        if variable.is_family() { variable.name.as_str().replace('*', "NAME") } else { variable.name.to_string() };
    let value = shown.and_then(|value| quote::dotenv(value, &[]));
    // Of a value over several lines only the first one would be commented out.
    let value = value.as_ref().map(Value::expose).filter(|value| is_live || !value.contains(['\n', '\r']));
    let _ = writeln!(text, "{}{name}={}", if is_live { "" } else { "# " }, value.unwrap_or_default());
    text
}

/// What the schema says of a variable, in a few words each.
pub(super) fn facts(declaration: &Declaration) -> Vec<String> {
    let mut facts = Vec::new();
    if declaration.secret == Some(true) {
        facts.push("secret".to_owned());
    }
    facts.extend(super::docs::kind(declaration));
    match &declaration.required {
        Some(Required::Never) => facts.push("optional".to_owned()),
        Some(Required::In(words)) => facts.push(format!("required in {}", words.join(", "))),
        Some(Required::Except(words)) => facts.push(format!("required except in {}", words.join(", "))),
        None | Some(Required::Always) => {}
    }
    facts.extend(declaration.generate.as_ref().map(|kind| format!("envcheck generate secret {kind}")));
    facts.extend(declaration.issued_by.as_ref().map(|issuer| format!("from {issuer}")));
    facts.extend(declaration.link.clone());
    facts.extend(declaration.deprecated.as_ref().map(|why| format!("deprecated: {why}")));
    facts
}
