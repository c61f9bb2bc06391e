//! Several compose files to targets: overrides, `extends`, `include`, env files and surroundings.

use std::collections::{BTreeMap, BTreeSet};

use super::families::{Family, Parsed, families};
use super::layers::{EnvFiles, Scope};
use super::merge::{self, Problems};
use super::parts::{BuildPart, ComposeFile, Extends, Grant, Include, Mode, Service, Text};
use super::{read, signs};
use crate::fact::{
    Build, Layer, LayerKind, LayerState, LentSecret, LinkOutcome, Problem, Read, SettingValue, Target, TargetGroup,
    TargetKind,
};
use crate::loaders::{Assembled, Files};
use crate::source::{Place, SourcePath, Span};

/// How many services may extend one another in a row.
const CHAIN: usize = 32;

/// How deep files may include one another.
const INCLUDES: usize = 16;

/// How many groups a repository may come to.
const GROUPS: usize = 10_000;

pub(super) fn assemble(files: &Files<'_>) -> Assembled {
    let parsed: Parsed<'_> = files
        .of(super::LOADER.name)
        .filter_map(|(path, file)| Some((path.clone(), file.loaded.parsed.as_ref()?.downcast_ref()?)))
        .collect();
    let mut assembly = Assembly {
        files,
        parsed: &parsed,
        env_files: EnvFiles::new(files),
        groups: Vec::new(),
        problems: Vec::new(),
        visited: BTreeSet::new(),
        bases: BTreeMap::new(),
    };
    let (families, included) = families(files, &parsed, &mut |folder| chosen(&mut assembly.env_files, folder));
    for family in &families {
        assembly.run(family);
    }
    // Files that include one another in a circle are reached from nowhere.
    for path in included {
        if !assembly.visited.contains(&path) {
            assembly.run(&Family::of(vec![path]));
        }
    }
    let Assembly { groups, mut problems, .. } = assembly;
    problems.sort_by(|(path, problem), (other_path, other)| (path, problem.span).cmp(&(other_path, other.span)));
    problems.dedup();
    Assembled { groups, problems, ..Assembled::default() }
}

/// The files that `COMPOSE_FILE` of a folder's `.env` names.
fn chosen(env_files: &mut EnvFiles<'_>, folder: &SourcePath) -> Option<Vec<SourcePath>> {
    let settings = &env_files.settings(&folder.join(".env")?, false)?.settings;
    let literal = |name: &str| {
        let setting = settings.iter().rev().find(|setting| setting.name.as_str() == name)?;
        match &setting.value {
            crate::fact::SettingValue::Given(template) => Some(template.as_literal()?.expose().to_owned()),
            _ => None,
        }
    };
    let separator = literal("COMPOSE_PATH_SEPARATOR").unwrap_or_else(|| ":".to_owned());
    if separator.is_empty() {
        return None;
    }
    let named = literal("COMPOSE_FILE")?;
    let paths: Vec<SourcePath> =
        named.split(separator.as_str()).map(|path| folder.join(path)).collect::<Option<_>>()?;
    (!paths.is_empty()).then_some(paths)
}

struct Assembly<'a> {
    files: &'a Files<'a>,
    parsed: &'a Parsed<'a>,
    env_files: EnvFiles<'a>,
    groups: Vec<TargetGroup>,
    problems: Problems,
    visited: BTreeSet<SourcePath>,
    /// Services that others extend, with what they extend themselves.
    bases: BTreeMap<(SourcePath, String), Service>,
}

/// What the groups of one run, the including one and the included ones, have in common.
#[derive(Default)]
struct Run {
    hosts: BTreeSet<String>,
    secrets: BTreeSet<String>,
    configs: BTreeSet<String>,
    grants: Vec<Grant>,
    /// Whether all that could declare something was read.
    whole: bool,
}

/// The services of the files that were read so far.
#[derive(Default)]
struct Merged {
    services: Vec<Option<Service>>,
    by_name: BTreeMap<String, usize>,
}

impl Merged {
    /// Adds a service of a later file to those of the earlier ones.
    fn add(&mut self, service: Service, problems: &mut Problems) {
        let at = *self.by_name.entry(service.name.clone()).or_insert(self.services.len());
        let Some(place) = self.services.get_mut(at) else { return self.services.push(whole(service)) };
        *place = match (place.take(), service.mode) {
            (_, Mode::Reset) => None,
            (Some(earlier), Mode::Merge) => Some(merge::services(earlier, &service, problems)),
            (None, _) | (_, Mode::Replace) => Some(service),
        };
    }

    fn services(self) -> Vec<Service> {
        self.services.into_iter().flatten().collect()
    }
}

fn whole(service: Service) -> Option<Service> {
    (service.mode != Mode::Reset).then_some(service)
}

impl<'a> Assembly<'a> {
    fn run(&mut self, family: &Family) {
        let Some(first) = family.paths.first() else { return };
        let start = self.groups.len();
        let folder = family.project.clone().unwrap_or_else(|| first.folder());
        let scope = Scope { folder, paths: family.paths.clone() };
        let mut run = Run { whole: true, ..Run::default() };
        let named = Place::new(first, Span::default());
        let surroundings: Vec<Layer> = if family.env_files.is_empty() {
            self.env_files.default(&scope.folder, named).into_iter().collect()
        } else {
            let files = family.env_files.iter().rev();
            files.map(|(path, place)| self.env_files.around(path, place.clone())).collect()
        };
        self.group(&scope, &surroundings, &mut run, &mut Vec::new());
        self.check_grants(&run);
        for group in self.groups.iter_mut().skip(start) {
            group.hosts = run.hosts.iter().cloned().collect();
            for target in &mut group.targets {
                target.partial |= family.changed.contains(&target.name);
            }
        }
    }

    fn parsed(&self, path: &SourcePath) -> Option<&'a ComposeFile> {
        self.parsed.get(path).copied()
    }

    fn outcome(&self, path: &SourcePath, link: usize) -> Option<&'a LinkOutcome> {
        self.files.get(path)?.outcomes.get(link)
    }

    fn problem(&mut self, place: &Place, message: String) {
        self.problems.push((place.path.clone(), Problem::new(place.span, message).harmless()));
    }

    fn group(&mut self, scope: &Scope, surroundings: &[Layer], run: &mut Run, above: &mut Vec<SourcePath>) {
        if self.groups.len() >= GROUPS {
            return;
        }
        let mut reads: Vec<Read> = Vec::new();
        let mut merged = Merged::default();
        for path in &scope.paths {
            self.visited.insert(path.clone());
            let Some(file) = self.parsed(path) else { continue };
            run.whole &= !file.lossy;
            run.secrets.extend(file.secrets.iter().cloned());
            run.configs.extend(file.configs.iter().cloned());
            reads.extend(file.reads.iter().cloned());
            for service in &file.services {
                self.lend(path, service, scope, &mut reads);
                let resolved = self.resolved(path, service, &mut Vec::new());
                merged.add(resolved, &mut self.problems);
            }
        }
        self.push(scope, surroundings.to_vec(), reads, &merged.services(), run);
        above.extend(scope.paths.iter().cloned());
        for path in &scope.paths {
            let Some(file) = self.parsed(path) else { continue };
            for include in &file.includes {
                self.include(path, include, surroundings, run, above);
            }
        }
        above.truncate(above.len().saturating_sub(scope.paths.len()));
    }

    /// The file that `extends` names, if it was read.
    fn base_file(&self, path: &SourcePath, extends: &Extends) -> Option<(SourcePath, &'a ComposeFile)> {
        let path = match extends.link.map(|link| self.outcome(path, link)) {
            None => path,
            Some(Some(LinkOutcome::Loaded(path))) => path,
            Some(_) => return None,
        };
        Some((path.clone(), self.parsed(path)?))
    }

    /// A service with what it extends.
    fn resolved(&mut self, path: &SourcePath, service: &Service, chain: &mut Vec<(SourcePath, String)>) -> Service {
        let mut own = service.clone();
        own.partial |= self.parsed(path).is_none_or(|file| file.lossy);
        let Some(extends) = &service.extends else { return own };
        let Some(base) = self.base(path, service, extends, chain) else {
            own.partial = true;
            return own;
        };
        merge::extended(base, &own, &mut self.problems)
    }

    fn base(
        &mut self,
        path: &SourcePath,
        service: &Service,
        extends: &Extends,
        chain: &mut Vec<(SourcePath, String)>,
    ) -> Option<Service> {
        let here = (path.clone(), service.name.clone());
        if chain.contains(&here) {
            self.problem(&extends.place, format!("service `{}` extends itself in a circle", service.name));
            return None;
        }
        let (base_path, file) = self.base_file(path, extends).filter(|_| chain.len() < CHAIN)?;
        self.visited.insert(base_path.clone());
        let Some(base) = file.service(&extends.service) else {
            if !file.lossy && !extends.service.is_empty() {
                let message = format!("`{base_path}` has no service `{}` to extend", extends.service);
                self.problem(&extends.place, message);
            }
            return None;
        };
        let there = (base_path.clone(), base.name.clone());
        if !self.bases.contains_key(&there) {
            chain.push(here);
            let resolved = self.resolved(&base_path, base, chain);
            chain.pop();
            self.bases.insert(there.clone(), resolved);
        }
        let base = self.bases.get(&there)?;
        let count = base.environment.value.as_ref().map_or(0, |variables| variables.settings.len());
        let base = base.clone();
        self.env_files.afford(count).then_some(base)
    }

    /// What a service extends in other files is read there, and meant here.
    fn lend(&self, path: &SourcePath, service: &Service, scope: &Scope, reads: &mut Vec<Read>) {
        let (mut path, mut at) = (path.clone(), service);
        let mut seen = Vec::new();
        while let Some(extends) = at.extends.as_ref().filter(|_| seen.len() < CHAIN) {
            let Some((base_path, file)) = self.base_file(&path, extends) else { return };
            let Some(base) = file.service(&extends.service) else { return };
            let there = (base_path.clone(), base.name.clone());
            if seen.contains(&there) {
                return;
            }
            if !scope.paths.contains(&base_path) {
                let lent = file.reads.iter().filter(|read| read.target.as_ref() == Some(&extends.service));
                reads.extend(lent.map(|read| Read { target: Some(service.name.clone()), ..read.clone() }));
            }
            seen.push(there);
            (path, at) = (base_path, base);
        }
    }

    fn include(
        &mut self,
        path: &SourcePath,
        include: &Include,
        parent: &[Layer],
        run: &mut Run,
        above: &mut Vec<SourcePath>,
    ) {
        let mut paths = Vec::new();
        for link in &include.paths {
            match self.outcome(path, *link) {
                Some(LinkOutcome::Loaded(included)) => paths.push(included.clone()),
                _ => run.whole = false,
            }
        }
        let Some(first) = paths.first() else { return };
        if above.contains(first) {
            self.problem(&include.place, format!("`{first}` is included in a circle"));
            return;
        }
        if above.len() >= INCLUDES {
            return;
        }
        let folder = match &include.folder {
            None => first.folder(),
            Some(text) => match text.likely().and_then(|folder| path.folder().join(&folder)) {
                Some(folder) => folder,
                None => first.folder(),
            },
        };
        // Defaults only: what the including project knows is stronger.
        let mut surroundings = parent.to_vec();
        let own: Vec<Layer> = match &include.env_files {
            Some(named) => {
                let scope = Scope { folder: path.folder(), paths: vec![path.clone()] };
                named.iter().rev().map(|file| self.env_files.named(file, &scope)).collect()
            }
            None => self.env_files.default(&folder, include.place.clone()).into_iter().collect(),
        };
        for layer in own {
            if surroundings.iter().all(|known| known.kind != layer.kind) {
                surroundings.push(layer);
            }
        }
        self.group(&Scope { folder, paths }, &surroundings, run, above);
    }

    fn push(&mut self, scope: &Scope, surroundings: Vec<Layer>, reads: Vec<Read>, merged: &[Service], run: &mut Run) {
        let awaited: BTreeSet<&str> =
            merged.iter().flat_map(|service| service.awaits_end_of.iter().map(String::as_str)).collect();
        let mut targets = Vec::with_capacity(merged.len());
        for service in merged {
            run.hosts.insert(service.name.clone());
            run.hosts.extend(service.aliases.iter().cloned());
            run.hosts.extend(service.container_name.value.as_ref().and_then(Text::likely));
            run.grants.extend(service.grants.iter().filter(|grant| scope.paths.contains(&grant.place.path)).cloned());
            run.whole &= !service.is_overlay();
            let target = self.target(service, scope, awaited.contains(service.name.as_str()));
            targets.push(target);
        }
        if targets.is_empty() && reads.is_empty() {
            return;
        }
        self.groups.push(TargetGroup {
            paths: scope.paths.clone(),
            surroundings,
            targets,
            reads,
            ..TargetGroup::default()
        });
    }

    fn target(&mut self, service: &Service, scope: &Scope, awaited: bool) -> Target {
        let mut layers = Vec::new();
        if let Some(variables) = &service.environment.value {
            layers.push(Layer {
                kind: LayerKind::Environment,
                named: variables.place.clone(),
                settings: variables.settings.clone(),
                state: if variables.whole { LayerState::Whole } else { LayerState::Partial },
            });
        }
        for file in service.env_files.value.iter().flatten().rev() {
            layers.push(self.env_files.named(file, scope));
        }
        let build = service.build.value.as_ref().map(|part| build(part, scope));
        let context = build.as_ref().and_then(|build| build.context.as_ref());
        let image = service.image.value.as_ref();
        Target {
            kind: TargetKind::ComposeService,
            name: service.name.clone(),
            place: service.place.clone(),
            layers,
            secret_files: Vec::new(),
            environment: None,
            mounts: signs::mounts(service, &scope.folder),
            signs: signs::of(service, &scope.folder, context, awaited),
            image: image.and_then(|image| Some((image.described()?, image.place.span))),
            build,
            partial: service.partial || service.injected || service.is_overlay(),
        }
    }

    fn check_grants(&mut self, run: &Run) {
        if !run.whole {
            return;
        }
        for grant in &run.grants {
            let (declared, what) = if grant.is_secret { (&run.secrets, "secret") } else { (&run.configs, "config") };
            if !declared.contains(&grant.name) {
                self.problem(&grant.place, format!("{what} `{}` is declared nowhere in this project", grant.name));
            }
        }
    }
}

fn build(part: &BuildPart, scope: &Scope) -> Build {
    let context = match &part.context {
        None => Some(scope.base(&part.place)),
        Some(text) => text
            .likely()
            .filter(|context| !read::is_remote(context))
            .and_then(|path| scope.base(&text.place).join(&path)),
    };
    let dockerfile = match &part.dockerfile {
        _ if part.inline => None,
        None => context.as_ref().and_then(|context| context.join("Dockerfile")),
        Some(text) => text.likely().and_then(|path| context.as_ref()?.join(&path)),
    };
    Build {
        context,
        dockerfile,
        stage: part.stage.as_ref().and_then(Text::likely),
        arguments: part.arguments.value.as_ref().map(|variables| variables.settings.clone()).unwrap_or_default(),
        secrets: part.secrets.as_ref().map(|all| all.iter().map(lent).collect()),
        span: part.place.span,
    }
}

fn lent((id, place): &(String, Place)) -> LentSecret {
    LentSecret { id: id.clone(), place: place.clone(), value_span: place.span, value: SettingValue::Unknown }
}
