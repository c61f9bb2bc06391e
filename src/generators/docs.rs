//! The table of variables in Markdown: type, required where, stored where, used by.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::variables::{self, Variable};
use super::{Artefact, Asked, GenerateError, Generator, MARK, quote};
use crate::fact::{Declaration, Required, Type};
use crate::name::Environment;
use crate::schemas::env_schema::type_word;

pub(super) static GENERATOR: Generator =
    Generator { name: "docs", make: |asked, _| Ok(vec![Artefact::whole(text(asked)?)]) };

fn text(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let variables = variables::of(asked)?;
    let mut text = format!(
        "<!-- {MARK} docs`. -->\n\n# Environment variables\n\n\
         | variable | type | required | stored | used by |\n|---|---|---|---|---|\n"
    );
    for variable in &variables {
        let declaration = variables::in_environment(asked, variable.declaration());
        let kinds: Vec<String> = kind(&declaration).into_iter().map(|kind| quote::markdown(&kind)).collect();
        let secret = if declaration.secret == Some(true) { ["secret".to_owned()].to_vec() } else { Vec::new() };
        let cells = [
            quote::markdown_code(variable.name.as_str()),
            [secret, kinds].concat().join(", "),
            required(&declaration),
            stored(asked, variable),
            used_by(asked, variable, &declaration),
        ];
        let _ =
            writeln!(text, "| {} |", cells.map(|cell| if cell.is_empty() { "–".to_owned() } else { cell }).join(" | "));
    }
    Ok(text)
}

/// The type and what narrows it, in words. Never a value of a secret.
pub(super) fn kind(declaration: &Declaration) -> Vec<String> {
    let mut words = Vec::new();
    let constraints = &declaration.constraints;
    match (&constraints.values, declaration.secret) {
        (Some(values), None | Some(false)) => {
            words.push(values.iter().map(|value| value.expose().to_owned()).collect::<Vec<_>>().join(" or "));
        }
        _ => match declaration.kind.unwrap_or_default() {
            Type::Unknown => {}
            Type::String if declaration.secret == Some(true) => {}
            Type::List => match constraints.items {
                Some(items) => words.push(format!("list of {}", type_word(items))),
                None => words.push("list".to_owned()),
            },
            kind => words.push(type_word(kind).to_owned()),
        },
    }
    words.extend(constraints.schemes.as_ref().map(|schemes| format!("{}:", schemes.join(":, "))));
    words.extend(constraints.bytes.map(|bytes| format!("{bytes} bytes")));
    words
}

fn required(declaration: &Declaration) -> String {
    match &declaration.required {
        _ if declaration.default.is_some() => "has a default".to_owned(),
        None | Some(Required::Always) => "everywhere".to_owned(),
        Some(Required::Never) => "no".to_owned(),
        Some(Required::In(words)) => quote::markdown(&words.join(", ")),
        Some(Required::Except(words)) => quote::markdown(&format!("except {}", words.join(", "))),
    }
}

/// The ids under which stores hold it, with the store, the environments and, where they differ, the apps.
fn stored(asked: &Asked<'_>, variable: &Variable<'_>) -> String {
    if !variable.declaration().is_kept_in_store() || variable.is_family() {
        return String::new();
    }
    let model = asked.model;
    let wanted = |environment: &&Environment| {
        asked.environment.as_ref().is_none_or(|asked| asked == *environment) && model.is_deployed(environment)
    };
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for declarer in &variable.declarers {
        let Some(app) = model.apps.list.get(declarer.app) else { continue };
        for environment in model.environments_of(declarer.app).iter().filter(wanted) {
            if !variables::is_required(asked, &declarer.declared.declaration, environment) {
                continue;
            }
            let id = model.stores.secret_name(app, environment, &model.environments, variable.name);
            let kind = model.stores.configured(app, environment).map(|entry| entry.kind.as_str());
            if let Some(id) = id {
                let kind = kind.map_or_else(String::new, |kind| format!("{}: ", quote::markdown(kind)));
                ids.insert(format!("{kind}{}", quote::markdown_code(id.as_str())));
            }
        }
    }
    ids.into_iter().collect::<Vec<_>>().join("<br>")
}

fn used_by(asked: &Asked<'_>, variable: &Variable<'_>, declaration: &Declaration) -> String {
    let apps = variable.declarers.iter().filter_map(|declarer| asked.model.apps.list.get(declarer.app));
    let mut names: Vec<String> = apps.map(|app| quote::markdown(&app.name)).collect();
    names.extend(declaration.used_by.as_deref().map(quote::markdown));
    names.join(", ")
}
