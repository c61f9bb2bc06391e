//! Workflows that call one another, and actions of the repository, to targets.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::Deploys;
use super::evaluate::Scope;
use super::jobs::{self, Run};
use super::parts::{Job, Workflow};
use crate::fact::{Problem, Setting, StoreKind, StoredRead, TargetGroup};
use crate::loaders::commands::{Given, Origins, add_origins, certain};
use crate::loaders::{Assembled, Files};
use crate::name::SecretName;
use crate::source::{Place, SourcePath, Span};

/// How deep workflows may call one another (GitHub's own limit is ten).
const DEPTH: usize = 10;

/// How many steps are taken in all, those of called workflows once for each call.
const STEPS: usize = 50_000;

pub(super) fn assemble(files: &Files<'_>) -> Assembled {
    let parsed: BTreeMap<&SourcePath, &Workflow> = files
        .of(super::LOADER.name)
        .filter_map(|(path, file)| Some((path, file.loaded.parsed.as_ref()?.downcast_ref()?)))
        .collect();
    let called: BTreeSet<SourcePath> =
        parsed.values().flat_map(|workflow| workflow.jobs.iter().filter_map(callee)).collect();
    let mut assembly =
        Assembly { files, parsed: &parsed, groups: Vec::new(), tried: Vec::new(), problems: Vec::new(), steps: 0 };
    for (path, workflow) in &parsed {
        if workflow.is_action || workflow.is_called && !workflow.is_started && called.contains(*path) {
            continue;
        }
        assembly.workflow(path, workflow, jobs::scope(path, workflow), &mut vec![(*path).clone()]);
    }
    let Assembly { groups, mut tried, mut problems, .. } = assembly;
    // One line may be read for several jobs.
    tried.sort_by(|one, other| one.place.cmp(&other.place));
    tried.dedup_by(|one, other| one.place == other.place);
    problems.sort_by(|(path, problem), (other_path, other)| (path, problem.span).cmp(&(other_path, other.span)));
    problems.dedup();
    Assembled { groups, tried, problems, ..Assembled::default() }
}

/// The workflow of the repository that a job calls.
fn callee(job: &Job) -> Option<SourcePath> {
    let uses = job.uses.as_ref()?.literal()?;
    SourcePath::new("").join(uses.strip_prefix("./")?)
}

struct Assembly<'a> {
    files: &'a Files<'a>,
    parsed: &'a BTreeMap<&'a SourcePath, &'a Workflow>,
    groups: Vec<TargetGroup>,
    tried: Vec<Setting>,
    problems: Vec<(SourcePath, Problem)>,
    steps: usize,
}

impl<'a> Assembly<'a> {
    fn workflow(&mut self, path: &'a SourcePath, workflow: &'a Workflow, scope: Scope, above: &mut Vec<SourcePath>) {
        let parsed = self.parsed;
        let actions = |path: &SourcePath| parsed.get(path).copied().filter(|workflow| workflow.is_action);
        let run = Run { path, workflow, scope, actions: &actions };
        let mut paths: Vec<SourcePath> = above.iter().rev().cloned().collect();
        paths.dedup();
        let mut group = TargetGroup { paths, ..TargetGroup::default() };
        let mut origins = Origins::new();
        for (index, job) in workflow.jobs.iter().enumerate() {
            if self.steps > STEPS {
                break;
            }
            for (deploys, given) in run.job(job) {
                self.steps += 1 + job.steps.len();
                reads(&run, index, &deploys, &mut group);
                self.take(given, workflow.lossy, &mut group, &mut origins);
            }
            if let Some(callee) = callee(job) {
                for scope in run.scopes(job) {
                    self.steps += 1;
                    let Run { path, workflow, actions, .. } = run;
                    self.call(&Run { path, workflow, scope, actions }, job, &callee, above);
                }
            }
        }
        group.origins = certain(origins);
        let nothing = group.targets.is_empty()
            && group.builds.is_empty()
            && group.bundles.is_empty()
            && group.stored_reads.is_empty()
            && group.terraform_arguments.is_empty()
            && group.written_files.is_empty();
        if !nothing {
            self.groups.push(group);
        }
    }

    fn take(&mut self, mut given: Given, lossy: bool, group: &mut TargetGroup, origins: &mut Origins) {
        for mut target in given.targets(self.files) {
            target.partial |= lossy;
            let is_same = |known: &crate::fact::Target| {
                known.kind == target.kind
                    && known.name == target.name
                    && known.environment == target.environment
                    && known.place == target.place
            };
            if !group.targets.iter().any(is_same) {
                group.targets.push(target);
            }
        }
        add_origins(origins, std::mem::take(&mut given.origins));
        group.builds.extend(given.images(self.files));
        group.bundles.extend(given.bundles.given());
        self.tried.extend(given.tried);
        group.terraform_arguments.extend(given.terraform);
        group.written_files.extend(given.written);
    }

    /// A workflow that a job calls, with what the call gives it.
    fn call(&mut self, run: &Run<'_>, job: &Job, callee: &SourcePath, above: &mut Vec<SourcePath>) {
        let Some((path, workflow)) = self.parsed.get_key_value(callee).map(|(path, workflow)| (*path, *workflow))
        else {
            return;
        };
        self.check_secrets(run.path, job, callee, workflow);
        if above.contains(callee) || above.len() >= DEPTH {
            return;
        }
        let mut scope = jobs::scope(path, workflow);
        for (name, default) in &workflow.inputs {
            let given = job.with.iter().find(|entry| entry.name.eq_ignore_ascii_case(name));
            let content = match (given, default) {
                (Some(entry), _) => run.scope.text(&entry.text),
                (None, Some(default)) => scope.text(default),
                (None, None) => crate::loaders::commands::Content::default(),
            };
            scope.inputs.insert(name.clone(), content);
        }
        scope.reviews |= run.scope.reviews || job.reviews;
        // What the workflow's own variables are made of is known only now.
        jobs::define(&mut scope, path, &workflow.env);
        scope.secrets = if job.inherits {
            run.scope.secrets.clone()
        } else {
            let passed = job.secrets.iter().map(|entry| (entry.name.to_ascii_uppercase(), run.scope.text(&entry.text)));
            Some(passed.collect())
        };
        above.push(callee.clone());
        self.workflow(path, workflow, scope, above);
        above.pop();
    }

    /// GitHub refuses a call that lacks a required secret, or that passes one that is not declared.
    fn check_secrets(&mut self, path: &SourcePath, job: &Job, callee: &SourcePath, workflow: &Workflow) {
        if job.inherits || workflow.lossy || !workflow.is_called {
            return;
        }
        let span = job.uses.as_ref().map_or(Span::default(), |uses| uses.span);
        for (name, _, required) in &workflow.secrets {
            let is_passed = job.secrets.iter().any(|entry| entry.name.eq_ignore_ascii_case(name));
            if *required && !is_passed {
                let message = format!("`{callee}` requires the secret `{name}`, which this job does not pass");
                let problem =
                    Problem::new(span, message).help("pass it under `secrets:`, or pass all with `secrets: inherit`");
                self.problems.push((path.clone(), problem.harmless()));
            }
        }
        for entry in &job.secrets {
            if !workflow.secrets.iter().any(|(name, ..)| entry.name.eq_ignore_ascii_case(name)) {
                let message = format!("`{callee}` declares no secret `{}`, so it cannot be passed", entry.name);
                let problem = Problem::new(entry.span, message).help("declare it under `on.workflow_call.secrets`");
                self.problems.push((path.clone(), problem.harmless()));
            }
        }
    }
}

/// What a job reads of stores, with where it deploys to.
fn reads(run: &Run<'_>, job: usize, deploys: &Deploys, group: &mut TargetGroup) {
    let passed = run.scope.secrets.is_some();
    let environment = match deploys {
        // The word of a name says where a job deploys to, and gives it no secrets of an environment.
        Deploys::To(words) if run.workflow.jobs.get(job).is_some_and(|job| job.environment.is_some()) => {
            words.first().cloned()
        }
        _ => None,
    };
    let anywhere = *deploys == Deploys::Anywhere || run.workflow.lossy;
    for site in &run.workflow.reads {
        let is_token = site.name == "GITHUB_TOKEN";
        let is_passed = passed && site.store == StoreKind::GitHubSecrets;
        if is_token || is_passed || site.job.is_some_and(|of| of != job) {
            continue;
        }
        let place = Place::new(run.path, site.span);
        let is_known = |read: &StoredRead| {
            read.place == place && read.environment == environment && read.secret.as_str() == site.name
        };
        if group.stored_reads.iter().any(is_known) {
            continue;
        }
        group.stored_reads.push(StoredRead {
            store: site.store,
            secret: SecretName::new(&site.name),
            place,
            fallback: site.fallback,
            environment: environment.clone(),
            anywhere,
        });
    }
}
