//! A job, step by step: what it gives, with what is known where it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::actions;
use super::environment::{self, Deploys};
use super::evaluate::Scope;
use super::parts::{Entry, Job, Step, Workflow};
use crate::fact::{Link, LinkKind, Setting, TargetKind};
use crate::loaders::commands::{self, Content, Given, Shell, Variable};
use crate::name::Name;
use crate::source::{Place, SourcePath};

/// How deep actions of the repository may use one another.
const DEPTH: usize = 5;

/// How many runs of a matrix are tried.
const MATRIX: usize = 8;

/// How many variables the tests of a job may be given.
const TRIED: usize = 500;

/// How many steps a job comes to, those of actions of the repository among them.
const STEPS: usize = 5_000;

/// The actions of the repository, by the folder that they stand in.
pub(super) type Actions<'a> = &'a dyn Fn(&SourcePath) -> Option<&'a Workflow>;

/// Where a job is run.
pub(super) struct Run<'a> {
    pub(super) path: &'a SourcePath,
    pub(super) workflow: &'a Workflow,
    pub(super) scope: Scope,
    pub(super) actions: Actions<'a>,
}

/// What the jobs of a file give with nothing else at hand: its links, and what of it may be shown.
pub(super) fn given_alone(path: &SourcePath, workflow: &Workflow) -> Given {
    let run = Run { path, workflow, scope: scope(path, workflow), actions: &|_| None };
    let mut all = Given::default();
    for job in &workflow.jobs {
        if let Some(link) = called(path, job) {
            all.links.push(link);
        }
        for (_, given) in run.job(job) {
            for link in given.links {
                if !all.links.contains(&link) {
                    all.links.push(link);
                }
            }
            all.compose_runs.extend(given.compose_runs);
            all.shown.extend(given.shown);
        }
    }
    all
}

/// The workflow of the repository that a job calls.
fn called(path: &SourcePath, job: &Job) -> Option<Link> {
    let uses = job.uses.as_ref()?;
    let written = uses.literal()?;
    let local = written.strip_prefix("./")?;
    let path = format!("{}{local}", commands::to_root(path));
    Some(Link { kind: LinkKind::Workflow, path, span: uses.span, required: true })
}

/// What holds in all of a workflow, with the defaults of what it may be given.
pub(super) fn scope(path: &SourcePath, workflow: &Workflow) -> Scope {
    let mut scope = Scope { reviews: workflow.reviews, ..Scope::default() };
    if workflow.is_called && !workflow.is_started {
        // Its secrets are what its callers pass.
        scope.secrets = Some(BTreeMap::new());
    }
    for (name, default) in &workflow.inputs {
        let known = default.as_ref().map(|default| scope.text(default));
        scope.inputs.insert(name.clone(), known.unwrap_or_else(|| Content::unknown(Some(&format!("inputs.{name}")))));
    }
    // A workflow that is called may be given something else than the default.
    if workflow.is_called {
        for (name, value) in &mut scope.inputs {
            *value = Content::unknown(Some(&format!("inputs.{name}")));
        }
    }
    define(&mut scope, path, &workflow.env);
    scope
}

/// Adds variables to a scope.
pub(super) fn define(scope: &mut Scope, path: &SourcePath, entries: &[Entry]) {
    for entry in entries {
        let content = scope.text(&entry.text);
        let variable = Variable { content, place: Place::new(path, entry.span), value_span: entry.text.span };
        scope.variables.insert(entry.name.clone(), variable);
    }
}

impl Run<'_> {
    /// What a job gives, for each of the environments that it deploys to.
    pub(super) fn job(&self, job: &Job) -> Vec<(Deploys, Given)> {
        let mut found = Vec::new();
        for scope in self.scopes(job) {
            let mut deploys = environment::of(self.path, job, &scope);
            let words: Vec<Option<String>> = match &mut deploys {
                Deploys::To(words) => words.iter().cloned().map(Some).collect(),
                Deploys::Unsaid | Deploys::Anywhere => vec![None],
            };
            for word in words {
                let one = match &word {
                    Some(word) => Deploys::To(vec![word.clone()]),
                    None => deploys.clone(),
                };
                let given = self.steps(job, scope.clone(), word, deploys == Deploys::Anywhere);
                found.push((one, given));
            }
        }
        found
    }

    /// The scope of a job, once for each run that its matrix lists.
    pub(super) fn scopes(&self, job: &Job) -> Vec<Scope> {
        let mut base = self.scope.clone();
        let mut all = Vec::new();
        if (1..=MATRIX).contains(&job.matrix.rows.len()) {
            for row in &job.matrix.rows {
                let mut scope = base.clone();
                scope.matrix.extend(row.iter().map(|(name, value)| (name.clone(), base.text(value))));
                define(&mut scope, self.path, &job.env);
                all.push(scope);
            }
            return all;
        }
        for name in &job.matrix.names {
            base.matrix.insert(name.clone(), Content::unknown(Some(&format!("matrix.{name}"))));
        }
        define(&mut base, self.path, &job.env);
        vec![base]
    }

    fn steps(&self, job: &Job, scope: Scope, environment: Option<String>, anywhere: bool) -> Given {
        let is_for_users = !(scope.reviews || job.reviews || job.has_services);
        // Whoever uses an action may have made files before.
        let given = Given::nothing(self.workflow.is_action);
        let mut walk = Walk { run: self, scope, environment, anywhere, given, conditional: false, left: STEPS };
        let folder = job.folder.as_ref().map_or_else(
            || Some(SourcePath::new("")),
            |text| SourcePath::new("").join(walk.scope.text(text).literal()?.as_str()),
        );
        let mut deploying = Vec::new();
        for step in &job.steps {
            (walk.given.deploys, walk.given.tests) = (false, false);
            walk.step(self.path, step, folder.as_ref(), 0);
            if walk.given.tests {
                walk.tried(job, step);
            }
            if walk.given.deploys {
                deploying.push(step);
            }
        }
        // A job with databases of its own runs tests as well, and its variables may be for those.
        if !deploying.is_empty() && !job.has_services {
            walk.variables(job, &deploying);
        }
        if !is_for_users {
            walk.given.bundles.keep_back();
        }
        walk.given
    }
}

struct Walk<'r, 'a> {
    run: &'r Run<'a>,
    scope: Scope,
    environment: Option<String>,
    anywhere: bool,
    given: Given,
    /// Whether the action whose steps are taken runs only in some cases.
    conditional: bool,
    /// How many steps may still be taken.
    left: usize,
}

impl Walk<'_, '_> {
    fn step(&mut self, path: &SourcePath, step: &Step, folder: Option<&SourcePath>, depth: usize) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let before = self.scope.variables.clone();
        define(&mut self.scope, path, &step.env);
        let folder = match &step.folder {
            None => folder.cloned(),
            Some(text) => self.scope.text(text).literal().and_then(|text| SourcePath::new("").join(&text)),
        };
        self.given.bundles.begin(self.conditional || step.conditional, step.reviews);
        let scope = self.scope.clone();
        let foreign = |text: &str, _| scope.foreign(text);
        let mut shell = Shell {
            path,
            folder,
            variables: self.scope.variables.clone(),
            foreign: &foreign,
            environment: self.environment.clone(),
            anywhere: self.anywhere,
            given: std::mem::take(&mut self.given),
        };
        if let Some(script) = &step.run {
            commands::run(script, &mut shell);
        } else if let Some(uses) = &step.uses {
            actions::step(uses, step, &scope, &mut shell);
        }
        self.given = std::mem::take(&mut shell.given);
        self.scope.variables = before;
        for (name, mut variable) in std::mem::take(&mut self.given.exports) {
            if step.conditional {
                variable.content = Content::unknown(Some(&format!("env.{name}")));
            }
            self.scope.variables.insert(name, variable);
        }
        let outputs = std::mem::take(&mut self.given.outputs);
        if let Some(id) = &step.id {
            self.scope.outputs.insert(id.clone(), outputs);
        }
        self.local(path, step, depth);
    }

    /// The steps of an action of the repository.
    fn local(&mut self, path: &SourcePath, step: &Step, depth: usize) {
        let Some(uses) = step.uses.as_ref().filter(|_| depth < DEPTH) else { return };
        let Some(folder) = uses.literal().and_then(|uses| SourcePath::new("").join(uses.strip_prefix("./")?)) else {
            return;
        };
        let Some(file) = folder.join("action.yml") else { return };
        let written = format!("{}{file}", commands::to_root(path));
        let link = Link { kind: LinkKind::Workflow, path: written, span: uses.span, required: false };
        if !self.given.links.contains(&link) {
            self.given.links.push(link);
        }
        let Some(action) = (self.run.actions)(&file) else { return };
        let outer = self.scope.clone();
        self.scope.inputs = BTreeMap::new();
        for (name, default) in &action.inputs {
            let given = step.with.iter().find(|entry| entry.name.eq_ignore_ascii_case(name));
            let text = given.map(|entry| &entry.text).or(default.as_ref());
            let content = text.map_or_else(Content::default, |text| outer.text(text));
            self.scope.inputs.insert(name.clone(), content);
        }
        self.scope.outputs = BTreeMap::new();
        let conditional = self.conditional;
        self.conditional |= step.conditional;
        for job in &action.jobs {
            for step in &job.steps {
                self.step(&file, step, Some(&SourcePath::new("")), depth + 1);
            }
        }
        self.conditional = conditional;
        self.scope.inputs = outer.inputs;
        self.scope.outputs = outer.outputs;
    }

    /// What a step that runs tests is given, where nothing tells its program to take it unchecked.
    fn tried(&mut self, job: &Job, step: &Step) {
        let entries = || step.env.iter().chain(&job.env).chain(&self.run.workflow.env);
        if entries().any(|entry| entry.name.contains("SKIP") && entry.name.contains("VALIDAT")) {
            return;
        }
        let mut seen = BTreeSet::new();
        for entry in entries() {
            // The nearest one wins.
            if self.given.tried.len() >= TRIED || !seen.insert(&entry.name) {
                continue;
            }
            let value = self.scope.text(&entry.text).setting(entry.text.span);
            let place = Place::new(self.run.path, entry.span);
            let (name, value_span) = (Name::new(&entry.name), entry.text.span);
            self.given.tried.push(Setting { name, place, value_span, value });
        }
    }

    /// The variables that a job gives to its steps that deploy.
    fn variables(&mut self, job: &Job, deploying: &[&Step]) {
        let path = self.run.path;
        let setting = |entry: &Entry| Setting {
            name: Name::new(&entry.name),
            place: Place::new(path, entry.span),
            value_span: entry.text.span,
            value: self.scope.text(&entry.text).setting(entry.text.span),
        };
        let levels = deploying.iter().map(|step| &step.env).chain([&job.env, &self.run.workflow.env]);
        let levels = levels.filter(|entries| !entries.is_empty());
        let parts: Vec<Vec<Setting>> = levels.map(|entries| entries.iter().map(setting).collect()).collect();
        if parts.is_empty() {
            return;
        }
        let service = self.given.service(TargetKind::Step, &job.id, Place::new(path, job.span));
        service.environment.clone_from(&self.environment);
        service.speaks = true;
        service.partial = true;
        service.parts = parts;
    }
}
