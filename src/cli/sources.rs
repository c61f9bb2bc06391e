//! `envcheck sources`: what was read, as what, and what was not.

use std::collections::BTreeSet;

use clap::Args;

use super::failure::{CliError, Exit};
use super::output;
use super::overview;
use super::run::Where;
use crate::fact::Role;
use crate::loaders::{File, kubernetes};
use crate::model::Model;
use crate::project::Project;
use crate::source::{Place, SourcePath, visible};

/// Lists every file that was read, as what, for which app and environment, and what was skipped and why.
#[derive(Debug, Args)]
pub(super) struct Sources {
    #[command(flatten)]
    at: Where,
}

impl Sources {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let opened = self.at.open(&[])?;
        let mut text = table(&opened);
        let mut unread: Vec<_> = opened
            .project
            .unread
            .iter()
            .map(|unread| {
                vec![format!("  {}", visible(&unread.path.to_string())), visible(&unread.reason).into_owned()]
            })
            .collect();
        // They are sorted by path; one that several lines name was not read once.
        unread.dedup();
        if !unread.is_empty() {
            text.push_str("\nnot read:\n");
            text.push_str(&output::table(&unread));
        }
        if text.is_empty() {
            "no file says anything of a variable\n".clone_into(&mut text);
        }
        output::text(&text)?;
        Ok(Exit::Clean)
    }
}

fn table(opened: &super::run::Opened) -> String {
    let owners = overview::files(&opened.project, &Model::new(&opened.project));
    let heading = ["file", "format", "role", "app", "environment", "facts", ""].map(str::to_owned).to_vec();
    let mut rows = vec![heading];
    for (path, file) in &opened.project.files {
        if !opened.located.scope.iter().any(|scope| path.is_below(scope)) {
            continue;
        }
        let (apps, environment) = owners.get(path).map_or((&[][..], None), |(apps, of)| (apps.as_slice(), of.as_ref()));
        let mut remarks = Vec::new();
        if file.local {
            remarks.push("local");
        }
        if file.loaded.problems.iter().any(|problem| problem.hides_facts) {
            remarks.push("not understood as a whole");
        }
        if file.format == kubernetes::LOADER.name && file.source.text().contains("{{") {
            remarks.push("a template");
        }
        rows.push(vec![
            visible(path.as_str()).into_owned(),
            file.format.to_owned(),
            role(file.claim.role).to_owned(),
            speaks_for(apps),
            environment.map_or_else(|| "-".to_owned(), |environment| visible(environment.as_str()).into_owned()),
            facts(&opened.project, path, file).to_string(),
            remarks.join(", "),
        ]);
    }
    let of_values = opened.project.value_schemas.keys().filter(|path| !opened.project.files.contains_key(*path));
    for path in of_values.filter(|path| opened.located.scope.iter().any(|scope| path.is_below(scope))) {
        let path = visible(path.as_str()).into_owned();
        rows.push([&path, "json-schema", "schema", "-", "-", "0", "of single values"].map(str::to_owned).to_vec());
    }
    if rows.len() == 1 { String::new() } else { output::table(&rows) }
}

/// What a file says of variables, also by its services and by its image.
fn facts(project: &Project, path: &SourcePath, file: &File) -> usize {
    let targets = project.groups.iter().flat_map(|group| &group.targets);
    let listed = targets.flat_map(|target| {
        let arguments = target.build.iter().flat_map(|build| &build.arguments);
        target.layers.iter().flat_map(|layer| &layer.settings).chain(arguments).map(|setting| &setting.place)
    });
    let bundled = project.groups.iter().flat_map(|group| &group.bundles).flat_map(|step| &step.settings);
    let listed = listed.chain(bundled.map(|setting| &setting.place));
    // A file that several services read is counted once; an anchor too.
    let listed: BTreeSet<&Place> = listed.filter(|place| place.path == *path).collect();
    let stages = file.loaded.image.iter().flat_map(|image| &image.stages);
    let image: usize = stages.map(|stage| stage.settings.len() + stage.arguments.len()).sum();
    let stored = file.loaded.listing.as_ref().map_or(0, |listing| listing.secrets.len());
    let own = file.loaded.facts.len();
    image + stored + if own == 0 { listed.len() } else { own }
}

/// The apps of a file, or how many they are.
fn speaks_for(apps: &[String]) -> String {
    match apps {
        [] => "-".to_owned(),
        [only] => visible(only).into_owned(),
        several => format!("{} apps", several.len()),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Schema => "schema",
        Role::Values => "values",
        Role::Template => "template",
        Role::Document => "document",
        Role::Deploy => "deploy",
        Role::Manifest => "manifest",
        Role::Listing => "listing",
        Role::Inputs => "inputs",
    }
}
