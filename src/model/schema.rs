//! The schema of an app: its own files, those of its libraries, what it needs of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Declaration, Required, Role};
use crate::loaders::File;
use crate::name::{Environment, Name};
use crate::project::{Environments, Project};
use crate::schemas::resolve::{Declared, Resolved, resolve};
use crate::source::SourcePath;

use super::apps::{App, Apps, only_configured};

/// What an app declares.
#[derive(Default)]
pub struct AppSchema {
    /// The schemas it is made of.
    pub paths: Vec<SourcePath>,
    /// What they declare, joined.
    pub resolved: Resolved,
    /// Names that only a library declares whose schema the app does not evaluate: expected, not required.
    pub soft: BTreeSet<Name>,
    by_spelling: BySpelling,
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
        let schemas = apps.list.iter().zip(0..).map(|(app, index)| Self::of(project, app, at(Some(index)), at(None)));
        schemas.collect()
    }

    /// Joins the schemas of an app: those in its folder, and of the homeless ones those of its libraries.
    fn of(project: &Project, app: &App, at_home: &[&SourcePath], homeless: &[&SourcePath]) -> Self {
        let libraries: BTreeSet<&SourcePath> = app.libraries.iter().collect();
        let of_library = |path: &&&SourcePath| path.folders().any(|folder| libraries.contains(&folder));
        let (own, shared): (Vec<SourcePath>, Vec<SourcePath>) = if app.configured_schemas.is_empty() {
            let shared = homeless.iter().filter(|_| !libraries.is_empty()).filter(of_library);
            (at_home.iter().copied().cloned().collect(), shared.copied().cloned().collect())
        } else {
            (app.configured_schemas.clone(), Vec::new())
        };
        let mut schema = Self::default();
        for path in &own {
            schema.add(project, path);
        }
        let firm: BTreeSet<Name> = schema.resolved.declarations.keys().cloned().collect();
        for path in &shared {
            schema.add(project, path);
        }
        if !own.is_empty() {
            schema.soft = schema.resolved.declarations.keys().filter(|name| !firm.contains(*name)).cloned().collect();
        }
        schema.resolved.restrict(&app.needs);
        schema.by_spelling = BySpelling::of(&schema.resolved);
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

    /// Whether there is a schema at all.
    pub fn exists(&self) -> bool {
        !self.paths.is_empty()
    }

    /// The declaration of a name, concrete or by family.
    pub fn declaration(&self, name: &Name) -> Option<&Declared> {
        let Resolved { declarations, families, .. } = &self.resolved;
        let folded = || declarations.get(self.by_spelling.folded.get(&name.as_str().to_ascii_uppercase())?);
        declarations.get(name).or_else(folded).or_else(|| {
            let fitting = self.by_spelling.families(name.as_str());
            let fitting = fitting.filter_map(|family| families.get_key_value(family));
            let fitting = fitting.filter(|(family, declared)| declared.covers(family, name));
            fitting.max_by_key(|(family, _)| (family.as_str().len(), *family)).map(|(_, declared)| declared)
        })
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
        words.filter_map(|word| environments.of_word(word)).collect()
    }
}

/// Whether a declared variable must have a value in an environment, defaults aside.
pub(super) fn requires(declaration: &Declaration, environments: &Environments, environment: &Environment) -> bool {
    let names = environments.names(environment);
    let is_one = |word: &String| {
        names.contains(&word.as_str()) || environments.of_word(word).is_some_and(|of| names.contains(&of.as_str()))
    };
    match &declaration.required {
        None | Some(Required::Always) => true,
        Some(Required::Never) => false,
        Some(Required::In(words)) => words.iter().any(is_one),
        Some(Required::Except(words)) => !words.iter().any(is_one),
    }
}
