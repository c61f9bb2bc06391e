//! A schema with its ancestors, and the schemas of one app together. It reads nothing; files are handed in.

mod merge;
mod needs;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use merge::{Conflict, ConflictKind};

use crate::fact::{
    Agree, Constraints, Declaration, FactKind, Group, LinkKind, LinkOutcome, Loaded, Problem, Semantics,
};
use crate::name::{Name, matches_glob};
use crate::source::{Place, SourcePath, Span};

/// How many ancestors may stand above each other.
const DEEPEST: usize = 32;

/// How many links one schema may follow, directly and through others.
const MOST_LINKS: usize = 1000;

/// Finds a file that was read, with the outcomes of its links.
pub type Lookup<'f> = dyn Fn(&SourcePath) -> Option<(&'f Loaded, &'f [LinkOutcome])> + 'f;

/// What a schema and its ancestors declare together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    /// The variables.
    pub declarations: BTreeMap<Name, Declared>,
    /// The families of variables: names with one `*`.
    pub families: BTreeMap<Name, Declared>,
    /// Relations of presence, and the file that says each.
    pub groups: Vec<(SourcePath, Group)>,
    /// Relations of value, and the file that says each.
    pub agrees: Vec<(SourcePath, Agree)>,
    /// Whether more may be declared than is known, so that nothing is undeclared.
    pub open: bool,
    /// The prefixes of public names, if any of the files lists them.
    pub public_prefixes: Option<Vec<String>>,
    /// How the first file reads values; each variable has its own too.
    pub semantics: Semantics,
    /// What two files say differently and must not.
    pub conflicts: Vec<Conflict>,
    /// What cannot be resolved, and in which file.
    pub problems: Vec<(SourcePath, Problem)>,
}

/// A variable as all files together declare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// What they say.
    pub declaration: Arc<Declaration>,
    /// Where the file that has the last word names it.
    pub place: Place,
    /// Every place that declares it, the strongest first; the first one is `place`.
    pub origins: Vec<Place>,
    /// How the file that has the last word reads values.
    pub semantics: Semantics,
}

/// Resolves the schema at a path. A file that was not read makes the result open.
pub fn resolve(path: &SourcePath, files: &Lookup<'_>) -> Resolved {
    let mut walk = Walk { files, done: BTreeMap::new(), active: Vec::new(), links: 0, problems: Vec::new() };
    let mut resolved = walk.file(path);
    needs::settle(&mut resolved);
    resolved.problems = walk.problems;
    resolved
}

impl Resolved {
    /// What declares a name: a declaration of its own, else the family with the longest fixed part.
    ///
    /// It looks at every family; whoever asks for each name of an app keeps an index.
    fn declaration(&self, name: &Name) -> Option<&Declared> {
        self.declarations.get(name).or_else(|| self.folded(name)).or_else(|| {
            let fitting = self.families.iter().filter(|(family, declared)| declared.covers(family, name));
            fitting.max_by_key(|(family, _)| family.as_str().len()).map(|(_, declared)| declared)
        })
    }

    /// What declares a name in another case, where the schema does not mind.
    fn folded(&self, name: &Name) -> Option<&Declared> {
        let same = |known: &Name| known.as_str().eq_ignore_ascii_case(name.as_str());
        let mut found =
            self.declarations.iter().filter(|(known, declared)| declared.semantics.ignores_case && same(known));
        found.next().map(|(_, declared)| declared)
    }

    /// Makes the members of groups optional where they do not say themselves whether they are required.
    pub fn settle(&mut self) {
        needs::settle(self);
    }

    /// Takes away what none of these sides and globs asks for, and every relation that needs what was taken away.
    /// Without a word nothing is taken away.
    pub fn restrict(&mut self, needs: &[String]) {
        if !needs.is_empty() {
            needs::restrict(self, needs);
        }
    }

    /// Several schemas of one app together: all declarations count, and where two speak of one variable, the stricter.
    #[must_use]
    pub fn union(schemas: impl IntoIterator<Item = Self>) -> Self {
        let mut schemas = schemas.into_iter();
        let Some(mut all) = schemas.next() else { return Self::default() };
        for schema in schemas {
            merge::union(&mut all, schema);
        }
        all
    }
}

impl Declared {
    /// A family covers a name in which at least one character stands for its `*`.
    pub fn covers(&self, family: &Name, name: &Name) -> bool {
        let (family, name) = (family.as_str(), name.as_str());
        name.len() >= family.len()
            && (matches_glob(family, name)
                || self.semantics.ignores_case
                    && matches_glob(&family.to_ascii_uppercase(), &name.to_ascii_uppercase()))
    }
}

struct Walk<'a, 'f> {
    files: &'a Lookup<'f>,
    /// Files that many others extend are resolved once: there may be exponentially many ways to them.
    done: BTreeMap<SourcePath, Resolved>,
    active: Vec<SourcePath>,
    links: usize,
    problems: Vec<(SourcePath, Problem)>,
}

impl Walk<'_, '_> {
    fn file(&mut self, path: &SourcePath) -> Resolved {
        if let Some(done) = self.done.get(path) {
            return done.clone();
        }
        let Some((loaded, outcomes)) = (self.files)(path) else {
            return Resolved { open: true, ..Resolved::default() };
        };
        self.active.push(path.clone());
        let mut resolved = own(path, loaded, outcomes);
        let needs = loaded.schema.as_ref().map(|schema| schema.extends_needs.as_slice()).unwrap_or_default();
        let links = loaded.links.iter().zip(0..).filter(|(link, _)| link.kind == LinkKind::Extends);
        let mut ancestors = Vec::new();
        for ((link, at), nth) in links.zip(0..) {
            let at: usize = at;
            let nth: usize = nth;
            let Some(LinkOutcome::Loaded(parent)) = outcomes.get(at) else {
                resolved.open = true;
                continue;
            };
            self.links += 1;
            let in_circle = self.active.contains(parent);
            if in_circle || self.active.len() >= DEEPEST || self.links > MOST_LINKS {
                // In a circle nothing is lost: the file is being read already.
                resolved.open |= !in_circle;
                self.stop(path, link.span, in_circle);
                continue;
            }
            let mut ancestor = self.file(parent);
            ancestor.restrict(needs.get(nth).map(Vec::as_slice).unwrap_or_default());
            ancestors.push(ancestor);
        }
        // Of two ancestors the later one is stronger.
        for ancestor in ancestors.into_iter().rev() {
            merge::inherit(&mut resolved, ancestor);
        }
        self.active.pop();
        self.done.insert(path.clone(), resolved.clone());
        resolved
    }

    fn stop(&mut self, path: &SourcePath, span: Span, in_circle: bool) {
        let message = if in_circle {
            "this schema extends itself, directly or through others"
        } else {
            "too many schemas extend each other, so this one was not followed"
        };
        if self.links <= MOST_LINKS + 1 {
            let problem = Problem::new(span, message);
            self.problems.push((path.clone(), if in_circle { problem.harmless() } else { problem }));
        }
    }
}

/// What one file declares by itself.
fn own(path: &SourcePath, loaded: &Loaded, outcomes: &[LinkOutcome]) -> Resolved {
    let Some(schema) = &loaded.schema else { return Resolved { open: true, ..Resolved::default() } };
    let mut resolved = Resolved {
        groups: schema.groups.iter().map(|group| (path.clone(), group.clone())).collect(),
        agrees: schema.agrees.iter().map(|agree| (path.clone(), agree.clone())).collect(),
        open: schema.open || loaded.problems.iter().any(|problem| problem.hides_facts),
        public_prefixes: schema.public_prefixes.clone(),
        semantics: schema.semantics,
        ..Resolved::default()
    };
    for fact in &loaded.facts {
        let FactKind::Declaration(declaration) = &fact.kind else { continue };
        let place = Place::new(path, fact.span);
        let mut declaration = Arc::clone(declaration);
        let names_a_schema = |constraints: &Constraints| constraints.json_schema.is_some();
        if names_a_schema(&declaration.constraints)
            || declaration.overrides.iter().any(|special| names_a_schema(&special.constraints))
        {
            let own = Arc::make_mut(&mut declaration);
            let special = own.overrides.iter_mut().map(|special| &mut special.constraints);
            let all = std::iter::once(&mut own.constraints).chain(special);
            for written in all.filter_map(|constraints| constraints.json_schema.as_mut()) {
                *written = below_root(loaded, outcomes, written);
            }
        }
        let declared =
            Declared { declaration, place: place.clone(), origins: vec![place], semantics: schema.semantics };
        let map = if fact.name.as_str().contains('*') { &mut resolved.families } else { &mut resolved.declarations };
        map.entry(fact.name.clone()).or_insert(declared);
    }
    resolved
}

/// The path below the root of the JSON Schema that a file names so; empty where it was not read.
fn below_root(loaded: &Loaded, outcomes: &[LinkOutcome], written: &str) -> String {
    let named = loaded.links.iter().position(|link| link.kind == LinkKind::JsonSchema && link.path == written);
    match named.and_then(|at| outcomes.get(at)) {
        Some(LinkOutcome::Loaded(path)) => path.as_str().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
