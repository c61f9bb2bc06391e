//! Manifests to targets: which are applied together, what kustomizations lay over them, and what is alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::kustomize::{Generator, Kustomization, Patch, may_matter};
use super::merge::merged;
use super::parts::{ClassFile, Container, File, Given, Map, Workload};
use super::select::Selector;
use super::{patch, resolve};
use crate::fact::{Layer, LayerKind, LayerState, LinkOutcome, StoreKind, Target, TargetGroup};
use crate::loaders::dotenv;
use crate::loaders::{Assembled, Files};
use crate::source::{Place, SourcePath, Span};
use crate::syntax::dotenv::Dialect;
use crate::tables::environments;

/// How deep kustomizations may bring in one another.
const DEPTH: usize = 16;

/// How many containers and how many settings a repository may come to.
const TARGETS: usize = 20_000;
const SETTINGS: usize = 400_000;

/// Resources that are applied together.
#[derive(Default)]
pub(super) struct Scope {
    /// The files that tell where it runs, the one that is laid over the others last.
    paths: Vec<SourcePath>,
    pub(super) workloads: Vec<Workload>,
    pub(super) maps: BTreeMap<(bool, String), Map>,
    pub(super) stores: BTreeMap<String, StoreKind>,
    pub(super) classes: BTreeMap<String, Vec<ClassFile>>,
    hosts: BTreeSet<String>,
    environment: Option<String>,
    /// Whether config maps and secrets are changed in a way that is not followed.
    changes_maps: bool,
    /// Whether anything may be changed so.
    open: bool,
    /// The files that were added.
    seen: BTreeSet<SourcePath>,
}

pub(super) fn assemble(files: &Files<'_>) -> Assembled {
    let parsed: BTreeMap<&SourcePath, &File> = files
        .of(super::LOADER.name)
        .filter_map(|(path, file)| Some((path, file.loaded.parsed.as_ref()?.downcast_ref()?)))
        .collect();
    if parsed.is_empty() {
        return Assembled::default();
    }
    let mut world = World::new(files, &parsed);
    world.run();
    Assembled { groups: world.groups, ..Assembled::default() }
}

struct World<'a> {
    files: &'a Files<'a>,
    parsed: &'a BTreeMap<&'a SourcePath, &'a File>,
    /// By folder.
    kustomizations: BTreeMap<SourcePath, (&'a SourcePath, &'a Kustomization)>,
    /// The maps of all files, by kind and name, with their files.
    everywhere: BTreeMap<(bool, &'a str), Vec<(&'a SourcePath, &'a Map)>>,
    groups: Vec<TargetGroup>,
    targets: usize,
    settings: usize,
}

impl<'a> World<'a> {
    fn new(files: &'a Files<'a>, parsed: &'a BTreeMap<&'a SourcePath, &'a File>) -> Self {
        let mut kustomizations = BTreeMap::new();
        let mut everywhere: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (path, file) in parsed {
            if let Some(kustomization) = &file.kustomization {
                kustomizations.entry(path.folder()).or_insert((*path, kustomization));
            }
            for map in &file.maps {
                everywhere.entry((map.secret, map.name.as_str())).or_default().push((*path, map));
            }
        }
        Self { files, parsed, kustomizations, everywhere, groups: Vec::new(), targets: 0, settings: SETTINGS }
    }

    fn run(&mut self) {
        let mut brought_files = BTreeSet::new();
        let mut brought_folders = BTreeSet::new();
        for (folder, (path, kustomization)) in &self.kustomizations {
            let links =
                kustomization.files.iter().chain(kustomization.patches.iter().filter_map(|(patch, _)| match patch {
                    Patch::Linked(link) => Some(link),
                    Patch::Inline(_) | Patch::Unknown => None,
                }));
            brought_files.extend(links.filter_map(|link| self.loaded(path, *link)));
            brought_folders
                .extend(kustomization.folders.iter().filter_map(|(to, _)| folder.join(to)).filter(|to| to != folder));
        }
        let mut reached = BTreeSet::new();
        let leaves: Vec<SourcePath> =
            self.kustomizations.keys().filter(|folder| !brought_folders.contains(*folder)).cloned().collect();
        for leaf in leaves {
            self.kustomized(&leaf, &mut reached);
        }
        // Folders that bring in one another in a circle are reached from nowhere.
        let unreached: Vec<SourcePath> =
            self.kustomizations.keys().filter(|folder| !reached.contains(*folder)).cloned().collect();
        for folder in unreached {
            if !reached.contains(&folder) {
                self.kustomized(&folder, &mut reached);
            }
        }
        let mut folders: BTreeMap<SourcePath, Vec<&SourcePath>> = BTreeMap::new();
        for (path, file) in self.parsed {
            if file.kustomization.is_none() && !brought_files.contains(path) {
                folders.entry(path.folder()).or_default().push(path);
            }
        }
        for paths in folders.values() {
            self.plain(paths);
        }
    }

    /// The file that a link of a file leads to, if it was read.
    fn loaded(&self, path: &SourcePath, link: usize) -> Option<&'a SourcePath> {
        match self.files.get(path)?.outcomes.get(link)? {
            LinkOutcome::Loaded(target) => Some(target),
            _ => None,
        }
    }

    fn kustomized(&mut self, leaf: &SourcePath, reached: &mut BTreeSet<SourcePath>) {
        let mut scope = Scope::default();
        self.collect(leaf, &mut scope, 0, &mut Vec::new());
        reached.extend(scope.paths.iter().map(SourcePath::folder));
        let paths = scope.paths.clone();
        self.push(&paths, &scope, &scope.workloads);
    }

    /// Adds what a kustomization comes to; what it changes are the workloads from number `from` on.
    fn collect(&mut self, folder: &SourcePath, scope: &mut Scope, from: usize, above: &mut Vec<SourcePath>) {
        let Some((path, kustomization)) = self.kustomizations.get(folder).copied() else { return };
        if above.contains(folder) || above.len() >= DEPTH || scope.paths.contains(path) {
            return;
        }
        above.push(folder.clone());
        for (to, is_component) in &kustomization.folders {
            match folder.join(to).filter(|to| self.kustomizations.contains_key(to)) {
                Some(to) => {
                    // A component changes what stands beside it.
                    let from = if *is_component { from } else { scope.workloads.len() };
                    self.collect(&to, scope, from, above);
                }
                None => scope.open |= is_component,
            }
        }
        above.pop();
        for link in &kustomization.files {
            match self.loaded(path, *link) {
                Some(path) => self.add(path, scope),
                // What is not there is said at its line; what it holds is not known.
                None => scope.changes_maps = true,
            }
        }
        for generator in &kustomization.generators {
            self.generate(path, generator, scope);
        }
        for (patch, target) in &kustomization.patches {
            let target = target.as_ref();
            match patch {
                Patch::Linked(link) => self.linked_patch(path, *link, target, from, scope),
                Patch::Inline(file) => self.patch(file, target, from, scope),
                Patch::Unknown => patch::unknown(target, from, scope),
            }
        }
        let own = scope.workloads.get_mut(from..).unwrap_or_default();
        for workload in own.iter_mut() {
            kustomization.name(workload);
        }
        for container in own.iter_mut().flat_map(|workload| &mut workload.containers) {
            let Some((image, _)) = &mut container.image else { continue };
            let bare = image.split(['@', ':']).next().unwrap_or_default();
            if let Some((_, new)) = kustomization.images.iter().find(|(name, _)| name == bare || name == image) {
                image.clone_from(new);
            }
        }
        scope.open |= kustomization.open;
        if kustomization.environment.is_some() {
            scope.environment.clone_from(&kustomization.environment);
        }
        scope.paths.push(path.clone());
    }

    fn add(&mut self, path: &SourcePath, scope: &mut Scope) {
        let Some(file) = self.parsed.get(path) else { return };
        if !scope.seen.insert(path.clone()) || !self.afford(weight(file)) {
            return;
        }
        for workload in &file.workloads {
            let mut workload = workload.clone();
            workload.partial |= file.lossy;
            scope.workloads.push(workload);
        }
        add_rest(file, scope);
    }

    fn generate(&mut self, path: &SourcePath, generator: &Generator, scope: &mut Scope) {
        let mut map = generator.map.clone();
        for link in generator.env_files.iter().rev() {
            map.layers.push(self.env_file(path, *link));
        }
        let key = (map.secret, map.name.clone());
        if let Some(base) = scope.maps.remove(&key).filter(|_| !generator.replaces) {
            map = merged(base, map);
        }
        scope.maps.insert(key, map);
    }

    /// An env file as `kustomize` reads it, which is as docker does.
    fn env_file(&mut self, path: &SourcePath, link: usize) -> Layer {
        let file = self.files.get(path);
        let span = file.and_then(|file| file.loaded.links.get(link)).map_or(Span::default(), |link| link.span);
        let outcome = file.and_then(|file| file.outcomes.get(link)).cloned().unwrap_or(LinkOutcome::Unresolved);
        let named = Place::new(path, span);
        let kind = LayerKind::EnvFile(match &outcome {
            LinkOutcome::Loaded(path)
            | LinkOutcome::Missing(path)
            | LinkOutcome::Ignored(path)
            | LinkOutcome::Unreadable(path) => Some(path.clone()),
            LinkOutcome::Outside | LinkOutcome::Unresolved => None,
        });
        let read = match &outcome {
            LinkOutcome::Loaded(path) => self.files.get(path),
            _ => None,
        };
        let Some(read) = read.map(|file| dotenv::settings(file, Dialect::Docker)) else {
            return Layer { kind, named, settings: Vec::new(), state: LayerState::Unread { outcome, required: true } };
        };
        let whole = read.whole && self.afford(read.settings.len());
        let state = if whole { LayerState::Whole } else { LayerState::Partial };
        Layer { kind, named, settings: read.settings, state }
    }

    fn linked_patch(
        &mut self,
        path: &SourcePath,
        link: usize,
        target: Option<&Selector>,
        from: usize,
        scope: &mut Scope,
    ) {
        let path = self.loaded(path, link);
        if let Some(file) = path.and_then(|path| self.parsed.get(path)).filter(|file| !file.is_empty()) {
            return self.patch(file, target, from, scope);
        }
        let text = path.and_then(|path| self.files.get(path)).map(|file| file.source.text());
        if text.is_none_or(may_matter) {
            patch::unknown(target, from, scope);
        }
    }

    /// Lays a patch over what was brought in.
    fn patch(&mut self, file: &File, target: Option<&Selector>, from: usize, scope: &mut Scope) {
        let of_operations = file.operations.len().saturating_mul(scope.workloads.len().max(1));
        if self.afford(weight(file) + of_operations) {
            patch::known(file, target, from, scope);
        } else {
            patch::unknown(target, from, scope);
        }
    }

    /// The manifests of a folder that no kustomization brings in.
    fn plain(&mut self, paths: &[&'a SourcePath]) {
        let mut scope = Scope::default();
        for path in paths {
            if let Some(file) = self.parsed.get(path) {
                add_rest(file, &mut scope);
            }
        }
        for path in paths {
            let Some(file) = self.parsed.get(path).filter(|file| !file.workloads.is_empty()) else { continue };
            // Of two of one name in a folder, the one in the same file is meant.
            let mut own = Scope::default();
            add_rest(file, &mut own);
            for (key, map) in own.maps {
                scope.maps.insert(key, map);
            }
            let workloads: Vec<Workload> = file
                .workloads
                .iter()
                .cloned()
                .map(|workload| Workload { partial: workload.partial || file.lossy, ..workload })
                .collect();
            self.borrow(path, &workloads, &mut scope);
            self.push(&[(*path).clone()], &scope, &workloads);
        }
    }

    /// What the workloads of a file name and its folder lacks may stand elsewhere, if that is the only one of its name.
    fn borrow(&self, path: &SourcePath, workloads: &[Workload], scope: &mut Scope) {
        let containers = || workloads.iter().flat_map(|workload| &workload.containers);
        let of_keys = containers().flat_map(|container| &container.environment).filter_map(|variable| {
            let Given::Key(reference) = &variable.value else { return None };
            Some((reference.secret, reference.object.as_str()))
        });
        let of_sources = containers().flat_map(|container| &container.sources);
        let wanted = of_keys.chain(of_sources.map(|source| (source.secret, source.object.as_str())));
        for (secret, name) in wanted {
            let key = (secret, name.to_owned());
            if scope.maps.contains_key(&key) {
                continue;
            }
            let Some([(from, map)]) = self.everywhere.get(&(secret, name)).map(Vec::as_slice) else { continue };
            if is_of_one_environment(path, from) {
                scope.maps.insert(key, (*map).clone());
            }
        }
    }

    /// The kind of store of this name, wherever it is described; `None` where that is not told, or told twice.
    fn store(&self, scope: &Scope, name: Option<&str>) -> StoreKind {
        let all = || self.parsed.values().flat_map(|file| &file.stores);
        let found = match name {
            Some(name) => scope
                .stores
                .get(name)
                .copied()
                .or_else(|| only(all().filter(|(known, _)| known == name).map(|(_, kind)| *kind))),
            None => only(all().map(|(_, kind)| *kind)),
        };
        found.unwrap_or(StoreKind::Kubernetes)
    }

    fn push(&mut self, paths: &[SourcePath], scope: &Scope, workloads: &[Workload]) {
        let mut maps = scope.maps.clone();
        for map in maps.values_mut() {
            let store = self.store(scope, map.from.as_deref());
            for setting in &mut map.settings {
                *setting = super::external::settle(setting, store);
            }
            map.whole &= !scope.changes_maps;
        }
        let mut targets: Vec<Target> = Vec::new();
        let mut reads = Vec::new();
        for workload in workloads {
            let single = workload.containers.len() == 1;
            for container in &workload.containers {
                if self.targets >= TARGETS {
                    break;
                }
                self.targets += 1;
                let store = |map: &Map| self.store(scope, map.from.as_deref());
                let lookup = resolve::Lookup { maps: &maps, classes: &scope.classes, store: &store };
                let mut container = Cow::Borrowed(container);
                if resolve::weight(&lookup, &container) > self.settings {
                    let Container { environment, sources, partial, .. } = container.to_mut();
                    (*environment, *sources, *partial) = (Vec::new(), Vec::new(), true);
                }
                let container = &*container;
                let mut target = resolve::target(&lookup, workload, container, single);
                target.partial |= scope.open;
                if target.environment.is_none() {
                    target.environment.clone_from(&scope.environment);
                }
                reads.extend(resolve::reads(container, &target.name));
                self.settings -=
                    target.layers.iter().map(|layer| layer.settings.len()).sum::<usize>().min(self.settings);
                targets.push(target);
            }
        }
        if !targets.is_empty() {
            let hosts = scope.hosts.iter().cloned().collect();
            self.groups.push(TargetGroup { paths: paths.to_vec(), targets, reads, hosts, ..TargetGroup::default() });
        }
    }

    /// Whether `count` more settings may be held.
    fn afford(&mut self, count: usize) -> bool {
        let left = self.settings.checked_sub(count);
        self.settings = left.unwrap_or(self.settings);
        left.is_some()
    }
}

/// How many settings a file holds.
fn weight(file: &File) -> usize {
    let of_maps: usize = file.maps.iter().map(|map| map.settings.len()).sum();
    let containers = file.workloads.iter().flat_map(|workload| &workload.containers);
    of_maps + containers.map(|container| container.environment.len()).sum::<usize>()
}

fn only<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// Adds everything but the workloads of a file.
fn add_rest(file: &File, scope: &mut Scope) {
    for map in &file.maps {
        let key = (map.secret, map.name.clone());
        let mut map = map.clone();
        map.whole &= !file.lossy;
        if let Some(base) = scope.maps.remove(&key) {
            map = merged(base, map);
        }
        scope.maps.insert(key, map);
    }
    scope.stores.extend(file.stores.iter().cloned());
    scope.classes.extend(file.classes.iter().cloned());
    scope.hosts.extend(file.hosts.iter().cloned());
}

/// Whether the paths of two files do not name different environments.
fn is_of_one_environment(one: &SourcePath, other: &SourcePath) -> bool {
    let named = |path: &SourcePath| -> BTreeSet<&'static str> {
        path.as_str().split(['/', '.', '-', '_']).filter_map(environments::environment_of).collect()
    };
    let other = named(other);
    other.is_empty() || other == named(one)
}
