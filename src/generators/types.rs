//! Types for TypeScript (`env.d.ts`), and a guard that an app runs when it starts, without dependencies.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::variables::{self, Variable};
use super::{Artefact, Asked, GenerateError, Generator, MARK, quote};
use crate::fact::{Constraints, Declaration, Required, Side, Type};

pub(super) static GENERATOR: Generator =
    Generator { name: "types", make: |asked, _| Ok(vec![Artefact::whole(declarations(asked)?)]) };

pub(super) static GUARD: Generator =
    Generator { name: "guard", make: |asked, _| Ok(vec![Artefact::whole(guard(asked)?)]) };

/// The prefix of names that Vite puts into `import.meta.env`.
const VITE: &str = "VITE_";

fn declarations(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let variables = variables::of(asked)?;
    let mut text = format!("// {MARK} types`.\n\ndeclare namespace NodeJS {{\n  interface ProcessEnv {{\n");
    for variable in variables.iter().filter(|variable| !variable.is_family()) {
        text.push_str(&member(asked, variable, "    "));
    }
    text.push_str("  }\n}\n");
    let of_vite: Vec<&Variable<'_>> =
        variables.iter().filter(|variable| variable.name.as_str().starts_with(VITE) && !variable.is_family()).collect();
    if !of_vite.is_empty() {
        text.push_str("\ninterface ImportMetaEnv {\n");
        for variable in of_vite {
            text.push_str(&member(asked, variable, "  "));
        }
        text.push_str("}\n\ninterface ImportMeta {\n  readonly env: ImportMetaEnv;\n}\n");
    }
    Ok(text)
}

fn member(asked: &Asked<'_>, variable: &Variable<'_>, indent: &str) -> String {
    let declaration = variables::in_environment(asked, variable.declaration());
    let mut text = String::new();
    let mut words: Vec<String> = declaration.description.iter().map(|text| quote::javascript_comment(text)).collect();
    let deprecated = declaration.deprecated.as_deref().map(quote::javascript_comment);
    words.extend(deprecated.map(|why| format!("@deprecated {why}")));
    if !words.is_empty() {
        let _ = writeln!(text, "{indent}/** {} */", words.join(" "));
    }
    let of_all = variable.declarers.len() == asked.apps.len();
    let declarers = || variable.declarers.iter().map(|declarer| &declarer.declared.declaration);
    let always = |required: &Option<Required>| matches!(required, None | Some(Required::Always));
    // With a default it may still be unset: what reads the schema puts the default in, not the environment.
    let is_there = of_all && declarers().all(|of| always(&of.required) && of.default.is_none());
    let optional = if is_there { "" } else { "?" };
    let _ = writeln!(text, "{indent}readonly {}{optional}: {};", variable.name, kind(&declaration));
    text
}

/// The type of a variable as text: what is allowed, if the schema lists it.
fn kind(declaration: &Declaration) -> String {
    let listed = declaration.constraints.values.as_ref().filter(|_| declaration.secret != Some(true));
    match listed {
        // A boolean is written in many ways, whichever of them the schema lists.
        Some(values) if declaration.kind.unwrap_or_default() == Type::String => {
            values.iter().map(|value| quote::javascript(value.expose())).collect::<Vec<_>>().join(" | ")
        }
        _ => "string".to_owned(),
    }
}

fn guard(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let variables = variables::of(asked)?;
    let mut text = format!("// {MARK} types --guard`.\n// @ts-check\n\nconst variables = [\n");
    for variable in variables.iter().filter(|variable| !variable.is_family()) {
        text.push_str(&rule(asked, variable));
    }
    text.push_str("];\n");
    text.push_str(GUARD_CODE);
    Ok(text)
}

/// What the guard knows of a variable. What it does not know it lets pass: envcheck itself judges the rest.
fn rule(asked: &Asked<'_>, variable: &Variable<'_>) -> String {
    let declaration = variables::in_environment(asked, variable.declaration());
    let Constraints { values, min, max, min_length, max_length, schemes, allow_empty, .. } = &declaration.constraints;
    let mut fields = vec![format!("name: {}", quote::javascript(variable.name.as_str()))];
    if declaration.side == Side::Client || asked.model.public_prefix(variable.declarers[0].app, variable.name).is_some()
    {
        fields.push("client: true".to_owned());
    }
    let words = |words: &[String]| words.iter().map(|word| quote::javascript(word)).collect::<Vec<_>>().join(", ");
    match &declaration.required {
        _ if declaration.default.is_some() || declaration.file.is_some() => {}
        None | Some(Required::Always) => fields.push("required: true".to_owned()),
        Some(Required::Never) => {}
        Some(Required::In(environments)) => fields.push(format!("required: [{}]", words(&known(asked, environments)))),
        Some(Required::Except(environments)) => {
            fields.push(format!("except: [{}]", words(&known(asked, environments))));
        }
    }
    if *allow_empty == Some(true) || variable.declarers[0].declared.semantics.empty_is_a_value {
        fields.push("empty: true".to_owned());
    }
    let kind = declaration.kind.unwrap_or_default();
    if let Some(word) = checked(kind) {
        fields.push(format!("type: {}", quote::javascript(word)));
    }
    if let Some(values) = values.as_ref().filter(|_| kind == Type::String && declaration.secret != Some(true)) {
        let values: Vec<String> = values.iter().map(|value| quote::javascript(value.expose())).collect();
        fields.push(format!("values: [{}]", values.join(", ")));
    }
    if matches!(kind, Type::Integer | Type::Number | Type::Port) {
        fields.extend(min.map(|min| format!("min: {min}")));
        fields.extend(max.map(|max| format!("max: {max}")));
    }
    fields.extend(min_length.map(|length| format!("minLength: {length}")));
    fields.extend(max_length.map(|length| format!("maxLength: {length}")));
    if let Some(schemes) = schemes.as_ref().filter(|_| kind == Type::Url) {
        fields.push(format!("schemes: [{}]", words(schemes)));
    }
    format!("  {{ {} }},\n", fields.join(", "))
}

/// Every word by which an app may be told the environments.
fn known(asked: &Asked<'_>, written: &[String]) -> Vec<String> {
    let environments = &asked.model.environments;
    let mut words: BTreeSet<String> = written.iter().cloned().collect();
    for environment in written.iter().filter_map(|word| environments.of_word(word)) {
        words.extend(environments.names(&environment).into_iter().map(str::to_owned));
    }
    words.into_iter().collect()
}

/// The types that the guard checks.
fn checked(kind: Type) -> Option<&'static str> {
    Some(match kind {
        Type::Boolean => "boolean",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Port => "port",
        Type::Url => "url",
        _ => return None,
    })
}

/// The part of the guard that is the same for all.
const GUARD_CODE: &str = include_str!("types/guard.js");
