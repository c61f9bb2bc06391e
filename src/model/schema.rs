//! The schema of an app: its own files, those of its libraries, what it needs of them.

use std::collections::BTreeSet;

use crate::fact::{Declaration, Problem, Required, Role, Side};
use crate::name::{Environment, Name};
use crate::project::{Environments, Project};
use crate::schemas::resolve::{Declared, Resolved, resolve};
use crate::source::SourcePath;
use crate::tables;

use super::apps::{App, Apps};
use super::problems;

/// What an app declares.
#[derive(Default)]
pub struct AppSchema {
    /// The schemas it is made of.
    pub paths: Vec<SourcePath>,
    /// What they declare, joined.
    pub resolved: Resolved,
    /// Names that only a library declares whose schema the app does not evaluate: expected, not required.
    pub soft: BTreeSet<Name>,
    /// Relations that speak of variables which nothing declares.
    pub undeclared: Vec<(SourcePath, Problem)>,
    /// Names that a group ties together: optional unless they say `required`.
    grouped: BTreeSet<Name>,
}

/// Of several schemas those that no other of them extends: who extends one takes what it needs of it.
fn without_ancestors(project: &Project, schemas: &[&SourcePath]) -> Vec<SourcePath> {
    let ancestors = |path: &SourcePath| -> BTreeSet<SourcePath> {
        let mut found: BTreeSet<SourcePath> = BTreeSet::new();
        let mut open = vec![path.clone()];
        while let Some(next) = open.pop() {
            let parents = project.files.get(&next).into_iter().flat_map(crate::loaders::File::extends);
            open.extend(parents.filter(|parent| found.insert((*parent).clone())).cloned());
        }
        found
    };
    let above: Vec<(&SourcePath, BTreeSet<SourcePath>)> = schemas.iter().map(|path| (*path, ancestors(path))).collect();
    let is_ancestor = |path: &SourcePath, own: &BTreeSet<SourcePath>| {
        // In a circle everyone is an ancestor of everyone; there the first one stays.
        above.iter().any(|(other, of_other)| {
            *other != path && of_other.contains(path) && (!own.contains(*other) || *other < path)
        })
    };
    above.iter().filter(|(path, own)| !is_ancestor(path, own)).map(|(path, _)| (*path).clone()).collect()
}

impl AppSchema {
    /// Joins the schemas of an app.
    pub fn find(project: &Project, apps: &Apps, index: usize) -> Self {
        let app = &apps.list[index];
        let schemas: Vec<&SourcePath> =
            project.files.iter().filter(|(_, file)| file.claim.role == Role::Schema).map(|(path, _)| path).collect();
        let own: Vec<SourcePath> = if app.configured_schemas.is_empty() {
            let own = schemas.iter().filter(|path| apps.home(path) == Some(index)).copied();
            without_ancestors(project, &own.collect::<Vec<_>>())
        } else {
            app.configured_schemas.clone()
        };
        let of_library = |path: &&&SourcePath| {
            apps.home(path).is_none_or(|home| home == index) && app.libraries.iter().any(|folder| path.is_below(folder))
        };
        let shared: Vec<SourcePath> = if app.configured_schemas.is_empty() {
            schemas.iter().filter(of_library).map(|path| (*path).clone()).filter(|path| !own.contains(path)).collect()
        } else {
            Vec::new()
        };
        let mut schema = Self::default();
        for path in &own {
            schema.add(project, path);
        }
        let firm: BTreeSet<Name> = schema.resolved.declarations.keys().cloned().collect();
        for path in &shared {
            schema.add_of_library(project, path);
        }
        if !own.is_empty() {
            schema.soft = schema.resolved.declarations.keys().filter(|name| !firm.contains(*name)).cloned().collect();
        }
        for (_, group) in &schema.resolved.groups {
            schema.grouped.extend(group.kind.members().iter().cloned());
        }
        schema.undeclared = problems::undeclared(&schema.resolved);
        schema.drop_broken_relations();
        schema.keep_what_is_needed(app);
        schema
    }

    fn add(&mut self, project: &Project, path: &SourcePath) {
        if !project.files.contains_key(path) {
            // A schema that the config names and nobody could read may declare anything.
            self.resolved.open = true;
            return;
        }
        let lookup = |path: &SourcePath| {
            let file = project.files.get(path)?;
            Some((&file.loaded, file.outcomes.as_slice()))
        };
        let resolved = resolve(path, &lookup);
        let before = std::mem::take(&mut self.resolved);
        self.resolved = if self.paths.is_empty() { resolved } else { Resolved::union([before, resolved]) };
        self.paths.push(path.clone());
    }

    /// A library's schema against the app's own proves nothing: who evaluates which is not known.
    fn add_of_library(&mut self, project: &Project, path: &SourcePath) {
        let before = self.resolved.conflicts.clone();
        self.add(project, path);
        self.resolved.conflicts.retain(|conflict| before.contains(conflict) || conflict.extends);
    }

    fn keep_what_is_needed(&mut self, app: &App) {
        if app.needs.is_empty() {
            return;
        }
        let wanted = |name: &Name, declared: &Declared| {
            app.needs.iter().any(|need| match need.as_str() {
                "server" => declared.declaration.side == Side::Server,
                "client" => declared.declaration.side == Side::Client,
                "shared" => declared.declaration.side == Side::Shared,
                glob => tables::glob(glob, name.as_str()),
            })
        };
        // `shared` variables go with either side: both see them.
        let sides = app.needs.iter().any(|need| need == "server" || need == "client");
        let keep = |name: &Name, declared: &Declared| {
            wanted(name, declared) || sides && declared.declaration.side == Side::Shared
        };
        self.resolved.retain(&keep);
    }

    /// A relation that speaks of what nothing declares is told as such; to judge by it would tell the same again.
    fn drop_broken_relations(&mut self) {
        if !self.undeclared.is_empty() {
            self.resolved.retain(&|_, _| true);
        }
    }

    /// Whether there is a schema at all.
    pub fn exists(&self) -> bool {
        !self.paths.is_empty()
    }

    /// The declaration of a name, concrete or by family.
    pub fn declaration(&self, name: &Name) -> Option<&Declared> {
        self.resolved.declaration(name)
    }

    /// Whether a declared variable must have a value in an environment, defaults aside.
    pub fn requires(
        &self,
        name: &Name,
        declaration: &Declaration,
        environments: &Environments,
        environment: &Environment,
    ) -> bool {
        match &declaration.required {
            None => !self.grouped.contains(name),
            Some(Required::Always) => true,
            Some(Required::Never) => false,
            Some(Required::In(words)) => environments.is_among(environment, words),
        }
    }

    /// The environments that the schema speaks of.
    pub fn environments(&self, environments: &Environments) -> BTreeSet<Environment> {
        let declarations = self.resolved.declarations.values().map(|declared| &declared.declaration);
        let words = declarations.flat_map(|declaration| {
            let required = match &declaration.required {
                Some(Required::In(words)) => words.as_slice(),
                _ => &[],
            };
            required.iter().chain(declaration.overrides.iter().map(|of| &of.environment))
        });
        words.filter_map(|word| environments.of_word(word)).collect()
    }
}
