//! Which loaders read an env file in this project, and whether they agree. Not what the files mean: that is `syntax`.
//!
//! Evidence is a manifest beside the file, a command line that names it, a compose service, or the config; where there
//! is none, nobody is known to read the file.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};

use crate::fact::{Layer, LayerKind, Role, TargetKind};
use crate::loaders::File;
use crate::name::Name;
use crate::parallel;
use crate::project::Project;
use crate::source::{Place, SourcePath};
use crate::syntax::dotenv::{self, Dialect, Ending, Evaluated, Portability};
use crate::tables::frameworks;
use crate::value::Value;

use super::commands;
use super::documents;

/// Which names a loader hands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// All.
    All,
    /// Those with one of these prefixes.
    Prefixed(&'static [&'static str]),
    /// These.
    Names(BTreeSet<Name>),
}

impl Handed {
    /// Whether a name is among them.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefixed(prefixes) => prefixes.iter().any(|prefix| name.starts_with(prefix)),
            Self::Names(names) => names.contains(&Name::new(name)),
        }
    }

    fn join(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Names(names), Self::Names(more)) => names.extend(more),
            (Self::Prefixed(prefixes), Self::Prefixed(more)) if *prefixes == more => {}
            _ => *self = Self::All,
        }
    }
}

/// A loader that reads a file.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Which.
    pub dialect: Dialect,
    /// The names that it hands on.
    pub handed: Handed,
    /// Where something names the file for it.
    pub named: Option<Place>,
}

/// What the loaders of a file make of it.
pub struct Readings {
    /// The loaders, each once, with what each makes of the file.
    pub readers: Vec<(Reader, Evaluated)>,
}

/// What the loaders of a file make of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// All read this value.
    Value(Value),
    /// They differ.
    Differ,
    /// Nothing that is known reads it.
    Untold,
}

impl Readings {
    /// What the loaders make of a name, as far as they get to it.
    pub fn agreed(&self, name: &str) -> Agreed {
        let mut agreed: Option<Option<&Value>> = None;
        for (reader, evaluated) in &self.readers {
            if !reader.handed.holds(name) || evaluated.hidden.contains_key(name) || evaluated.ending != Ending::Whole {
                continue;
            }
            let value = evaluated.values.get(name);
            if *agreed.get_or_insert(value) != value {
                return Agreed::Differ;
            }
        }
        agreed.flatten().map_or(Agreed::Untold, |value| Agreed::Value(value.clone()))
    }
}

/// The readings of every env file and template that some known loader reads and that is not portable.
pub(super) fn find(project: &Project) -> BTreeMap<SourcePath, Readings> {
    let evidence = Evidence::collect(project);
    let is_env_file = |file: &File| file.format == "dotenv" && matches!(file.claim.role, Role::Values | Role::Template);
    let files: Vec<_> = project.files.iter().filter(|(_, file)| is_env_file(file)).collect();
    let readings = |(path, file): (&SourcePath, &File)| {
        let text = file.source.text();
        if file.source.damage().is_some() {
            return None;
        }
        // Of what is no text it is not known.
        let portability = file.loaded.portability.filter(|portability| *portability != Portability::Everywhere)?;
        let readers = evidence.of(path, file);
        if readers.iter().all(|reader| portability.holds(reader.dialect)) {
            return None;
        }
        let environment = outer(text);
        let read = |reader: Reader| {
            let evaluated = dotenv::evaluate(text, reader.dialect, &environment);
            (reader, evaluated)
        };
        Some((path.clone(), Readings { readers: readers.into_iter().map(read).collect() }))
    };
    parallel::map(project.is_large(), files, readings).into_iter().flatten().collect()
}

/// The loaders that are known to read a file, though it may be portable.
pub fn readers(project: &Project, path: &SourcePath) -> Vec<Reader> {
    let Some(file) = project.files.get(path) else { return Vec::new() };
    Evidence::collect(project).of(path, file)
}

/// Names that must be set for the file to load at all (`${NAME:?}`): what the shell gives is not known here, so that they
/// are taken for given.
fn outer(text: &str) -> BTreeMap<String, Value> {
    let mut environment = BTreeMap::new();
    if !text.contains('?') {
        return environment;
    }
    let names = text.lines().filter_map(|line| Some(line.split_once('=')?.0.trim().trim_start_matches("export ")));
    let defined: BTreeSet<&str> = names.collect();
    for behind in text.split("${").skip(1) {
        let length = crate::syntax::interpolation::name_length(behind);
        let (name, rest) = behind.split_at(length);
        if length > 0 && (rest.starts_with(":?") || rest.starts_with('?')) && !defined.contains(name) {
            environment.insert(name.to_owned(), Value::new("x"));
        }
    }
    environment
}

/// Who reads what, by folder and by file.
#[derive(Default)]
struct Evidence {
    /// Loaders of the files that a folder stacks by their names.
    folders: BTreeMap<SourcePath, BTreeMap<Dialect, Handed>>,
    /// Loaders of single files, by folder.
    files: BTreeMap<SourcePath, BTreeMap<SourcePath, Vec<Reader>>>,
    /// The sources of the config, if one of them names loaders.
    configured: Vec<(Vec<GlobMatcher>, Vec<Dialect>)>,
}

impl Evidence {
    fn collect(project: &Project) -> Self {
        let mut evidence = Self::default();
        let sources = &project.config.sources;
        if sources.iter().any(|entry| !entry.loaders.is_empty()) {
            let globs = |globs: &[String]| -> Vec<GlobMatcher> {
                globs.iter().filter_map(|glob| Some(Glob::new(glob).ok()?.compile_matcher())).collect()
            };
            evidence.configured = sources.iter().map(|entry| (globs(&entry.files), entry.loaders.clone())).collect();
        }
        for (path, file) in &project.files {
            evidence.manifest(path, file);
        }
        for group in &project.groups {
            for target in &group.targets {
                for layer in &target.layers {
                    match target.kind {
                        TargetKind::ComposeService => evidence.compose(project, layer, Handed::All),
                        TargetKind::DockerContainer => evidence.named(layer, Dialect::Docker),
                        TargetKind::SystemdUnit => evidence.named(layer, Dialect::Systemd),
                        _ => {}
                    }
                }
            }
            let names = || group.reads.iter().map(|read| read.reference.name.clone()).collect();
            for layer in &group.surroundings {
                evidence.compose(project, layer, Handed::Names(names()));
            }
        }
        evidence
    }

    fn manifest(&mut self, path: &SourcePath, file: &File) {
        let Some(manifest) = &file.loaded.manifest else { return };
        let version_of = |package: &str| {
            let dependency = manifest.dependencies.iter().find(|dependency| folded(&dependency.name) == package)?;
            commands::newest(dependency.version.as_deref()?)
        };
        let has = |package: &str| manifest.dependencies.iter().any(|dependency| dependency.name == package);
        for dependency in &manifest.dependencies {
            let name = if path.name() == "package.json" { dependency.name.clone() } else { folded(&dependency.name) };
            let Some(reader) = frameworks::file_reader(path.name(), &name) else { continue };
            if reader.unless.is_some_and(has) {
                continue;
            }
            let id = match reader.version_of.and_then(version_of) {
                Some(version) => format!("{}@{version}", reader.loader),
                None => reader.loader.to_owned(),
            };
            let handed = if reader.prefixes.is_empty() { Handed::All } else { Handed::Prefixed(reader.prefixes) };
            if let Some(dialect) = dotenv::find(&id) {
                self.folder(path.folder(), dialect, handed);
            }
        }
        let node = version_of("@types/node").and_then(|version| dotenv::find(&format!("node@{version}")));
        for (_, line) in &manifest.scripts {
            for command in commands::read(line) {
                let dialect = match command.dialect {
                    Dialect::Node22 => node.unwrap_or(Dialect::Node22),
                    other => other,
                };
                match &command.file {
                    None => self.folder(path.folder(), dialect, Handed::All),
                    Some(file) => {
                        if let Some(path) = path.folder().join(file) {
                            self.file(path, Reader { dialect, handed: Handed::All, named: None });
                        }
                    }
                }
            }
        }
    }

    fn compose(&mut self, project: &Project, layer: &Layer, handed: Handed) {
        let (LayerKind::EnvFile(Some(path)) | LayerKind::DefaultEnvFile(path)) = &layer.kind else { return };
        // Whether a service asks for `format: raw` is not part of a layer, so that such a file tells nothing.
        let raw = |file: &File| file.source.text().contains("format:");
        if project.files.get(&layer.named.path).is_none_or(raw) {
            return;
        }
        let named = (handed == Handed::All).then(|| layer.named.clone());
        self.file(path.clone(), Reader { dialect: Dialect::Compose, handed, named });
    }

    /// An env file that a target names whose reader is known by the kind of the target.
    fn named(&mut self, layer: &Layer, dialect: Dialect) {
        let LayerKind::EnvFile(Some(path)) = &layer.kind else { return };
        let named = Some(layer.named.clone());
        self.file(path.clone(), Reader { dialect, handed: Handed::All, named });
    }

    fn folder(&mut self, folder: SourcePath, dialect: Dialect, handed: Handed) {
        let readers = self.folders.entry(folder).or_default();
        match readers.get_mut(&dialect) {
            Some(known) => known.join(handed),
            None => _ = readers.insert(dialect, handed),
        }
    }

    fn file(&mut self, path: SourcePath, reader: Reader) {
        let readers = self.files.entry(path.folder()).or_default().entry(path).or_default();
        match readers.iter_mut().find(|known| known.dialect == reader.dialect) {
            Some(known) => {
                known.handed.join(reader.handed);
                known.named = known.named.take().or(reader.named);
            }
            None => readers.push(reader),
        }
    }

    /// The loaders of a file; those of a template are those of the file that it stands for.
    fn of(&self, path: &SourcePath, file: &File) -> Vec<Reader> {
        let plain = |dialect| Reader { dialect, handed: Handed::All, named: None };
        let entry = self.configured.iter().find(|(globs, _)| globs.iter().any(|glob| glob.is_match(path.as_str())));
        if let Some(mut dialects) = entry.map(|(_, loaders)| loaders.clone()).filter(|loaders| !loaders.is_empty()) {
            dialects.sort();
            dialects.dedup();
            return dialects.into_iter().map(plain).collect();
        }
        let is_template = file.claim.role == Role::Template;
        let meant = |other: &SourcePath| other == path || is_template && documents::stands_for(path, other);
        let mut readers: Vec<Reader> = Vec::new();
        let folder = path.folder();
        let beside = self.files.get(&folder).into_iter().flatten();
        let by_file = beside.filter(|(other, _)| meant(other)).flat_map(|(_, readers)| readers.clone());
        // Only names that a loader looks for by itself: `.env`, `.env.local`, `.env.production`.
        let stacked = path.name() == ".env" || path.name().starts_with(".env.");
        let by_folder = self.folders.get(&folder).filter(|_| stacked).into_iter().flatten();
        let by_folder = by_folder.map(|(dialect, handed)| Reader { handed: handed.clone(), ..plain(*dialect) });
        for reader in by_file.chain(by_folder) {
            match readers.iter_mut().find(|known| known.dialect == reader.dialect) {
                Some(known) => known.handed.join(reader.handed),
                None => readers.push(reader),
            }
        }
        readers.sort_by_key(|reader| reader.dialect);
        readers
    }
}

/// A name as Python compares it.
fn folded(name: &str) -> String {
    if name.starts_with('@') || name.contains('/') {
        name.to_owned()
    } else {
        name.replace(['_', '.'], "-").to_lowercase()
    }
}
