//! `unlisted-task-variable`: a task runner holds back what an app reads.

use std::collections::BTreeSet;

use super::wording;
use crate::fact::Tasks;
use crate::finding::Findings;
use crate::model::Model;
use crate::name::{Name, matches_glob};
use crate::source::{Place, SourcePath};
use crate::tables::platform;

super::rule! {
    /// A variable of a Turborepo app's schema is neither listed nor passed through in `turbo.json`.
    ///
    /// ## Why is this bad?
    ///
    /// In its strict mode, which is the default, `turbo` hands to a task only what `turbo.json` names. The build or the
    /// server that it runs does not see the variable, and what it builds is cached as if the variable did not matter.
    ///
    /// ## When does it stay silent?
    ///
    /// With `"envMode": "loose"`, before Turborepo 2 (`pipeline`), where a wildcard names the variable, for the prefixes of
    /// the app's framework and for what `turbo` passes by itself. Where the lists hold less than half of the app's schema:
    /// then they do not claim to be whole.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "tasks": { "build": { "env": ["DATABASE_URL", "REDIS_URL"] } } }
    /// ```
    ///
    /// ```toml
    /// # apps/web/env.schema.toml
    /// [server]
    /// DATABASE_URL = { type = "url" }
    /// REDIS_URL = { type = "url" }
    /// SESSION_SECRET = { secret = true }
    /// ```
    ///
    /// ## Use instead
    ///
    /// Name it in `env` of the task whose output it changes, else in `passThroughEnv`.
    "unlisted-task-variable", Warning, since "0.1.0", check
}

/// What `turbo` hands to every task beside what the tables of platforms know. Source: its `BUILTIN_PASS_THROUGH_ENV`.
const PASSED: &[&str] = &["NEXT_*", "VERCEL", "VERCEL_*", "DOCKER_*", "BUILDKIT_*", "COMPOSE_*", "JB_*", "TURBO_*"];

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (index, app) in model.apps.list.iter().enumerate() {
        let schema = &model.schemas[index];
        if !schema.exists() || schema.resolved.open {
            continue;
        }
        let files = files(model, &app.folder);
        let Some((path, nearest)) = files.first() else { continue };
        if files.iter().any(|(_, tasks)| tasks.loose) {
            continue;
        }
        let package = package(model, &app.folder);
        let listed: Vec<&str> = files.iter().flat_map(|(_, tasks)| names(tasks, package)).collect();
        let is_listed = |name: &Name| listed.iter().any(|glob| matches_glob(glob, name.as_str()));
        let counted: Vec<&Name> =
            schema.resolved.declarations.keys().filter(|name| is_held_back(model, index, name)).collect();
        let (known, unlisted): (Vec<&Name>, Vec<&Name>) = counted.iter().partition(|name| is_listed(name));
        // A list that names the lesser part claims nothing.
        if known.is_empty() || known.len() < unlisted.len() || unlisted.is_empty() {
            continue;
        }
        let verb = if unlisted.len() == 1 { "is" } else { "are" };
        let message = format!(
            "{} of {} {verb} neither listed nor passed through in `{path}`, so `turbo` hands {} to no task",
            wording::names(&unlisted),
            app.name,
            if unlisted.len() == 1 { "it" } else { "them" }
        );
        let finding = findings.report(&Place::new(path, nearest.span), "not named below", message);
        finding.app(&app.name).help("name it in `env` of the task whose output it changes, else in `passThroughEnv`");
        if let [name] = unlisted.as_slice() {
            finding.variable(name);
        }
        for name in &unlisted {
            if let Some(declared) = schema.declaration(name) {
                finding.related(&declared.place, "declared here");
            }
        }
    }
}

/// Whether `turbo` keeps a variable from tasks that nothing names.
fn is_held_back(model: &Model<'_>, app: usize, name: &Name) -> bool {
    model.public_prefix(app, name).is_none()
        && platform::platform(name.as_str()).is_none()
        && !PASSED.iter().any(|glob| matches_glob(glob, name.as_str()))
}

/// The files whose lists hold for an app: its own, if it has one, and that of the workspace's root.
fn files<'m>(model: &'m Model<'_>, folder: &SourcePath) -> Vec<(&'m SourcePath, &'m Tasks)> {
    let mut found = Vec::new();
    for folder in std::iter::once(folder.clone()).chain(folder.folders()) {
        let here = ["turbo.json", "turbo.jsonc"].into_iter().find_map(|name| {
            let (path, file) = model.project.files.get_key_value(&folder.join(name)?)?;
            Some((path, file.loaded.manifest.as_ref()?.tasks.as_ref()?))
        });
        if let Some((path, tasks)) = here {
            found.push((path, tasks));
            if !tasks.extends {
                return found;
            }
        }
    }
    // Without the root's there is no telling what it lists.
    Vec::new()
}

fn package<'m>(model: &'m Model<'_>, folder: &SourcePath) -> Option<&'m str> {
    let file = model.project.files.get(&folder.join("package.json")?)?;
    file.loaded.manifest.as_ref()?.name.as_deref()
}

/// The names that some task of an app may see; those of other packages' tasks are not among them.
fn names<'m>(tasks: &'m Tasks, package: Option<&str>) -> BTreeSet<&'m str> {
    let is_own = |task: &Option<String>| match task.as_deref().and_then(|task| task.split_once('#')) {
        Some((of, _)) => package == Some(of),
        None => true,
    };
    tasks.variables.iter().filter(|(_, task)| is_own(task)).map(|(name, _)| name.as_str()).collect()
}
