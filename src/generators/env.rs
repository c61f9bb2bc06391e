//! Env files for a developer's machine: generated values, defaults and examples, and what is to be asked for.
//!
//! A file that is there keeps every byte; what it lacks is added below. A new one follows its template.

mod filling;
mod place;
mod render;
mod services;
mod ties;

use std::collections::BTreeMap;

use self::filling::{Decision, Filling};
use super::{Artefact, Asked, GenerateError, Generator};
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::random::Source;
use crate::source::SourcePath;
use crate::value::Value;

pub(super) static GENERATOR: Generator = Generator { name: "env", make };

fn make(asked: &Asked<'_>, source: &mut dyn Source) -> Result<Vec<Artefact>, GenerateError> {
    let lacking = |what: &str, help| GenerateError::Lacking { what: what.to_owned(), help };
    let Some(environment) = &asked.environment else {
        return Err(lacking("no environment is named", "say which with `--env`"));
    };
    let model = asked.model;
    let declared: Vec<usize> = asked.apps.iter().copied().filter(|app| model.schemas[*app].exists()).collect();
    let mut apps: Vec<usize> = declared.iter().copied().filter(|app| runs_in(model, *app, environment)).collect();
    // Nothing may say that anything is developed here, and yet it is.
    if apps.is_empty() && place::is_development(environment) {
        apps = declared;
    }
    let mut by_file: BTreeMap<SourcePath, Vec<usize>> = BTreeMap::new();
    for app in apps {
        by_file.entry(place::of(model, app, environment)).or_default().push(app);
    }
    if by_file.is_empty() {
        return Err(GenerateError::Undeclared);
    }
    let made = by_file.into_iter().map(|(path, apps)| one(asked, path, apps, source));
    made.filter_map(Result::transpose).collect()
}

/// Whether anything but the env files of this machine says that an app runs in an environment. Those it is that are
/// made here, and a second run must find what the first one found.
fn runs_in(model: &Model<'_>, app: usize, environment: &Environment) -> bool {
    let mut sources = model.sources_of(app).filter(|source| !source.documents() && !source.file.local);
    model.targets_of(app).any(|(_, target)| target.environment == *environment)
        || model.schemas[app].environments(&model.environments).contains(environment)
        || model.environments.configured().any(|configured| configured == *environment)
        || sources.any(|source| source.environment.as_ref() == Some(environment))
}

/// The env file of some apps; none where they need nothing of it.
fn one(
    asked: &Asked<'_>,
    path: SourcePath,
    apps: Vec<usize>,
    source: &mut dyn Source,
) -> Result<Option<Artefact>, GenerateError> {
    let asked = Asked { model: asked.model, apps, environment: asked.environment.clone() };
    let file = asked.model.project.files.get(&path);
    if file.is_some_and(|file| file.source.damage().is_some()) {
        let what = format!("`{path}` is no text in UTF-8, so nothing can be added to it");
        return Err(GenerateError::Lacking { what, help: "save it as UTF-8" });
    }
    let filling = Filling::decide(&asked, &path, source)?;
    let mut decisions = filling.decisions.values();
    if file.is_none() && !decisions.any(|decision| decision.is_live() || matches!(decision, Decision::Ask)) {
        return Ok(None);
    }
    let text = render::text(&filling);
    let before = file.map(|file| Value::new(file.source.text()));
    let remarks = remarks(&path, &filling, before.as_ref() == Some(&text));
    Ok(Some(Artefact { path: Some(path), before, text, remarks }))
}

/// What a person should know of the file.
fn remarks(path: &SourcePath, filling: &Filling<'_>, unchanged: bool) -> Vec<String> {
    let names = |wanted: &dyn Fn(&Decision) -> bool| -> Vec<&Name> {
        filling.decisions.iter().filter(|(_, decision)| wanted(decision)).map(|(name, _)| name).collect()
    };
    let of_file =
        |decision: &Decision| matches!(decision, Decision::Template | Decision::Value { generated: false, .. });
    let generated = names(&|decision| matches!(decision, Decision::Value { generated: true, .. })).len();
    let asked_for = names(&|decision| matches!(decision, Decision::Ask));
    let mut remarks = vec![if unchanged {
        format!("{path}: nothing is missing that could be added")
    } else {
        format!("{path}: {generated} generated, {} from defaults and examples", names(&of_file).len())
    }];
    if !asked_for.is_empty() {
        let list: Vec<&str> = asked_for.into_iter().map(Name::as_str).collect();
        remarks.push(format!("{path}: to ask for: {}", list.join(", ")));
    }
    let empty: Vec<&str> = filling.empty.iter().map(Name::as_str).collect();
    if !empty.is_empty() {
        remarks.push(format!("{path}: there and empty, left as it is: {}", empty.join(", ")));
    }
    remarks
}
