//! A script that sets the secrets and variables that workflows read on GitHub.

use std::collections::BTreeMap;

use super::secrets::{asks, environment, of_store};
use super::{Artefact, Asked, GenerateError, Generator, scripts};
use crate::fact::StoreKind;
use crate::name::is_variable_name;

pub(super) static GENERATOR: Generator =
    Generator { name: "github", make: |asked, _| Ok(vec![Artefact::whole(text(asked)?)]) };

const PUT: &str = include_str!("scripts/github.sh");

/// What is set: how a value of it is made, if it is made here, and what a person is told.
struct Wanted {
    kind: String,
    words: String,
}

fn text(asked: &Asked<'_>) -> Result<String, GenerateError> {
    let wanted = wanted(asked)?;
    if wanted.is_empty() {
        let what = "no workflow reads a secret or a variable of GitHub there, and no app keeps any".to_owned();
        return Err(GenerateError::Lacking { what, help: "`envcheck sources` shows which workflows were read" });
    }
    let what = "Sets what is missing of the secrets and variables on GitHub, with `gh`.";
    let mut text = scripts::head("github", environment(asked)?, what);
    text.push_str(scripts::VALUES);
    text.push_str(PUT);
    let mut place: Option<&str> = None;
    for ((of, kind, name), wanted) in &wanted {
        if place != Some(of) {
            text.push('\n');
            text.push_str(&scripts::call("look", &[of]));
            place = Some(of);
        }
        text.push_str(&scripts::call("put", &[kind, of, name, &wanted.kind, &wanted.words]));
    }
    text.push_str(scripts::END);
    Ok(text)
}

/// Everything to set, by the environment on GitHub (empty: the repository), sort and name.
fn wanted(asked: &Asked<'_>) -> Result<BTreeMap<(String, &'static str, String), Wanted>, GenerateError> {
    let model = asked.model;
    let environment = environment(asked)?;
    let mut found = BTreeMap::new();
    let reads = model.project.groups.iter().flat_map(|group| &group.stored_reads);
    for read in reads {
        let kind = match read.store {
            StoreKind::GitHubSecrets => "secret",
            StoreKind::GitHubVariables => "variable",
            _ => continue,
        };
        let name = read.secret.as_str();
        // What GitHub itself gives, and what nobody can set.
        if name.to_ascii_uppercase().starts_with("GITHUB_") || !is_variable_name(name) || read.anywhere || read.fallback
        {
            continue;
        }
        let word = read.environment.clone().unwrap_or_default();
        if !word.is_empty() && model.environments.of_word(&word).as_ref() != Some(environment) {
            continue;
        }
        super::secrets::check(&word, "name of an environment on GitHub", is_place)?;
        let declared = asked.apps.iter().find_map(|app| model.schemas[*app].declaration(&crate::name::Name::new(name)));
        let declaration = declared.map(|declared| &declared.declaration);
        let words = declaration.map(|declaration| {
            let issuer = declaration.issued_by.as_ref().map(|issuer| format!("from {issuer}"));
            let all = [Some(name.to_owned()), issuer, declaration.link.clone(), declaration.description.clone()];
            all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        });
        // What other stores keep too has one value, which is not made here.
        let wanted = Wanted { kind: String::new(), words: words.unwrap_or_else(|| name.to_owned()) };
        found.entry((word, kind, name.to_owned())).or_insert(wanted);
    }
    for secret in of_store(asked, "github").unwrap_or_default() {
        super::secrets::check(&secret.id, "name of a secret on GitHub", is_variable_name)?;
        let place = secret.address.split_once('@').map_or("", |(_, place)| place).to_owned();
        super::secrets::check(&place, "name of an environment on GitHub", is_place)?;
        let wanted = Wanted { kind: secret.kind.clone().unwrap_or_default(), words: asks(&secret) };
        found.insert((place, "secret", secret.id), wanted);
    }
    Ok(found)
}

/// An environment's name on GitHub, or none.
fn is_place(text: &str) -> bool {
    text.len() <= 255
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "-_. /".contains(character))
        && !text.starts_with('-')
}
