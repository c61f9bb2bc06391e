//! The schema of an app: its own files, those of its libraries, what it needs of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Problem, Required, Role};
use crate::loaders::File;
use crate::name::{Environment, Name};
use crate::parallel;
use crate::project::{Environments, Project};
use crate::schemas::resolve::{Declared, Resolved, resolve};
use crate::source::SourcePath;

use super::apps::{App, Apps, only_configured};
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
    by_spelling: BySpelling,
    /// Former names of declared variables, each with the new one.
    former: BTreeMap<Name, Name>,
}

/// Declarations that do not only stand for their own spelling: families, and names whose case does not matter.
#[derive(Default)]
struct BySpelling {
    /// Names whose case does not matter, by their upper case.
    folded: BTreeMap<String, Name>,
    /// Families, by what stands before their `*`, in upper case.
    families: BTreeMap<String, Vec<Name>>,
    /// How long what stands before a `*` may be.
    lengths: BTreeSet<usize>,
}

impl BySpelling {
    fn of(resolved: &Resolved) -> Self {
        let mut index = Self::default();
        for (name, _) in resolved.declarations.iter().rev().filter(|(_, declared)| declared.semantics.ignores_case) {
            index.folded.insert(name.as_str().to_ascii_uppercase(), name.clone());
        }
        for family in resolved.families.keys() {
            let before = family.as_str().split('*').next().unwrap_or_default();
            index.lengths.insert(before.len());
            index.families.entry(before.to_ascii_uppercase()).or_default().push(family.clone());
        }
        index
    }

    /// The families that may cover a name.
    fn families<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Name> {
        let before = self.lengths.iter().map_while(move |length| (*length <= name.len()).then(|| name.get(..*length)));
        before.flatten().filter_map(|before| self.families.get(&before.to_ascii_uppercase())).flatten()
    }
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
    /// Joins the schemas of each app, by its index.
    pub fn find(project: &Project, apps: &Apps) -> Vec<Self> {
        let mut by_home: BTreeMap<Option<usize>, Vec<&SourcePath>> = BTreeMap::new();
        let elsewhere = only_configured(project);
        let is_schema = |path: &SourcePath, file: &File| file.claim.role == Role::Schema && !elsewhere.contains(path);
        for (path, _) in project.files.iter().filter(|(path, file)| is_schema(path, file)) {
            by_home.entry(apps.home(path)).or_default().push(path);
        }
        let at = |home: Option<usize>| by_home.get(&home).map(Vec::as_slice).unwrap_or_default();
        let of_app = |(index, app): (usize, &App)| Self::of(project, app, at(Some(index)), at(None));
        parallel::map(project.is_large(), apps.list.iter().enumerate().collect(), of_app)
    }

    /// Joins the schemas of an app: those in its folder, and of the homeless ones those of its libraries.
    fn of(project: &Project, app: &App, at_home: &[&SourcePath], homeless: &[&SourcePath]) -> Self {
        let libraries: BTreeSet<&SourcePath> = app.libraries.iter().collect();
        let of_library = |path: &&&SourcePath| path.folders().any(|folder| libraries.contains(&folder));
        let (own, shared): (Vec<SourcePath>, Vec<SourcePath>) = if app.configured_schemas.is_empty() {
            let shared = homeless.iter().filter(|_| !libraries.is_empty()).filter(of_library);
            (without_ancestors(project, at_home), shared.copied().cloned().collect())
        } else {
            (app.configured_schemas.clone(), Vec::new())
        };
        let mut schema = Self::default();
        for path in &own {
            schema.add(project, path);
        }
        if !shared.is_empty() {
            let firm: BTreeSet<Name> = schema.resolved.declarations.keys().cloned().collect();
            for path in &shared {
                schema.add_of_library(project, path);
            }
            let soft = schema.resolved.declarations.keys().filter(|name| !own.is_empty() && !firm.contains(*name));
            schema.soft = soft.cloned().collect();
        }
        schema.resolved.settle();
        schema.undeclared = problems::undeclared(&schema.resolved);
        if !schema.undeclared.is_empty() {
            // To judge by such a relation would tell the same again.
            schema.resolved.retain(&|_, _| true);
        }
        schema.resolved.restrict(&app.needs);
        schema.by_spelling = BySpelling::of(&schema.resolved);
        for (name, declared) in &schema.resolved.declarations {
            for former in &declared.declaration.renamed_from {
                schema.former.entry(former.clone()).or_insert_with(|| name.clone());
            }
        }
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

    /// Whether there is a schema at all.
    pub fn exists(&self) -> bool {
        !self.paths.is_empty()
    }

    /// The declaration of a name, concrete or by family.
    pub fn declaration(&self, name: &Name) -> Option<&Declared> {
        let Resolved { families, .. } = &self.resolved;
        self.own_declaration(name).or_else(|| {
            let fitting = self.by_spelling.families(name.as_str());
            let fitting = fitting.filter_map(|family| families.get_key_value(family));
            let fitting = fitting.filter(|(family, declared)| declared.covers(family, name));
            fitting.max_by_key(|(family, _)| (family.as_str().len(), *family)).map(|(_, declared)| declared)
        })
    }

    /// The declaration of a name by itself, in whatever case where that does not matter.
    fn own_declaration(&self, name: &Name) -> Option<&Declared> {
        let declarations = &self.resolved.declarations;
        let folded = || declarations.get(self.by_spelling.folded.get(&name.as_str().to_ascii_uppercase())?);
        declarations.get(name).or_else(folded)
    }

    /// Whether only a family declares a name.
    pub fn is_of_family(&self, name: &Name) -> bool {
        self.own_declaration(name).is_none() && self.declaration(name).is_some()
    }

    /// The declared variable of which an undeclared name is a former one.
    pub fn new_name(&self, former: &Name) -> Option<&Name> {
        self.former.get(former)
    }

    /// The environments that the schema speaks of.
    pub fn environments(&self, environments: &Environments) -> BTreeSet<Environment> {
        let declarations = self.resolved.declarations.values().map(|declared| &declared.declaration);
        let words = declarations.flat_map(|declaration| {
            let required = match &declaration.required {
                Some(Required::In(words) | Required::Except(words)) => words.as_slice(),
                _ => &[],
            };
            required.iter().chain(declaration.overrides.iter().map(|of| &of.environment))
        });
        // A schema says the same few words again and again.
        let words: BTreeSet<&str> = words.map(String::as_str).collect();
        words.into_iter().filter_map(|word| environments.of_word(word)).collect()
    }
}
