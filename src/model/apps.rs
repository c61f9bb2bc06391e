//! Which folders are apps, which are libraries of apps, and whose a file is.

use std::collections::{BTreeMap, BTreeSet};

use globset::Glob;

use crate::config::AppEntry;
use crate::fact::{Image, Manifest, Role};
use crate::loaders::File;
use crate::project::Project;
use crate::schemas;
use crate::source::{SourcePath, Span};
use crate::tables::{Dependencies, frameworks, images, never_apps};

use super::targets::repository_names;

/// Something that runs, and so needs variables.
#[derive(Clone, Debug)]
pub struct App {
    /// Its name: the config's, else its folder's, else its package's.
    pub name: String,
    /// Its folder.
    pub folder: SourcePath,
    /// Libraries of the repository that it depends on, also through others.
    pub libraries: Vec<SourcePath>,
    /// The names of the packages that it and its libraries depend on.
    pub dependencies: Dependencies,
    /// Its schemas, if the config names them.
    pub configured_schemas: Vec<SourcePath>,
    /// The part of its schema that it needs, if the config says so: sides and globs.
    pub needs: Vec<String>,
    /// The targets that the config says are it.
    pub services: Vec<String>,
    /// Where the config speaks of it.
    pub configured: Option<Span>,
}

/// The apps of a project, and whose each file is.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    /// The apps, by folder.
    pub list: Vec<App>,
    /// What the repository is called.
    pub(super) repository: Vec<String>,
    by_folder: BTreeMap<SourcePath, usize>,
    libraries: BTreeMap<SourcePath, Vec<usize>>,
}

/// What is known of one folder.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
struct Folder<'a> {
    manifests: Vec<&'a Manifest>,
    has_unit: bool,
    /// Whether nothing but a Dockerfile makes a unit of it.
    only_image: bool,
    images: usize,
    /// How many of its images only add to a third party's.
    foreign_images: usize,
    has_run: bool,
    has_schema: bool,
    /// A schema that another one extends.
    has_shared_schema: bool,
    is_library_by_use: bool,
}

impl Folder<'_> {
    fn is_workspace(&self) -> bool {
        self.manifests.iter().any(|manifest| manifest.members.is_some())
    }

    fn starts(&self) -> bool {
        let scripts = self.manifests.iter().flat_map(|manifest| &manifest.scripts);
        scripts.clone().any(|(name, _)| name == "start" || name == "serve")
            || self.manifests.iter().any(|manifest| manifest.binary)
    }

    fn is_library(&self) -> bool {
        !self.has_run && (self.is_library_by_use || self.manifests.iter().any(|manifest| manifest.library))
    }
}

impl Apps {
    /// Finds the apps of a project.
    pub fn find(project: &Project) -> Self {
        let mut folders = folders(project);
        let depends = dependencies_between(&folders);
        for used in depends.values().flatten() {
            if let Some(folder) = folders.get_mut(used) {
                folder.is_library_by_use = true;
            }
        }
        let mut found: BTreeMap<SourcePath, Option<&AppEntry>> = BTreeMap::new();
        for (path, folder) in &folders {
            let entry = entry_for(&project.config.apps, path);
            if entry.is_some() && (folder.has_unit || folder.has_schema || folder.has_run)
                || is_app(path, folder, &folders)
            {
                found.insert(path.clone(), entry);
            }
        }
        if found.is_empty() {
            found.insert(SourcePath::new(""), entry_for(&project.config.apps, &SourcePath::new("")));
        }
        let mut list: Vec<App> =
            found.iter().map(|(path, entry)| app(project, path, *entry, &folders, &depends)).collect();
        tell_apart(&mut list);
        let mut libraries: BTreeMap<SourcePath, Vec<usize>> = BTreeMap::new();
        for (index, app) in list.iter().enumerate() {
            for library in &app.libraries {
                libraries.entry(library.clone()).or_default().push(index);
            }
        }
        let by_folder = list.iter().zip(0..).map(|(app, index)| (app.folder.clone(), index)).collect();
        Self { list, repository: repository_names(project), by_folder, libraries }
    }

    /// The apps that a file speaks for: the nearest app above it; for a file of a library, the apps that depend on it;
    /// for a file above several apps, all of those below its folder; else all.
    pub fn owners(&self, path: &SourcePath) -> Vec<usize> {
        for folder in path.folders() {
            if let Some(index) = self.by_folder.get(&folder) {
                return vec![*index];
            }
            if let Some(apps) = self.libraries.get(&folder) {
                return apps.clone();
            }
        }
        let folder = path.folder();
        let below: Vec<usize> =
            (0..self.list.len()).filter(|index| self.list[*index].folder.is_below(&folder)).collect();
        if below.is_empty() { (0..self.list.len()).collect() } else { below }
    }

    /// The app of a folder.
    pub fn at(&self, folder: &SourcePath) -> Option<usize> {
        self.by_folder.get(folder).copied()
    }

    /// Whether a file belongs to one app alone because it stands in its folder.
    pub fn home(&self, path: &SourcePath) -> Option<usize> {
        path.folders().find_map(|folder| self.by_folder.get(&folder).copied())
    }

    /// Whether a file lies in an app, in a library of one, or above one: [`Apps::owners`] then knows of whom it speaks.
    pub fn claims(&self, path: &SourcePath) -> bool {
        let folder = path.folder();
        self.home(path).is_some()
            || path.folders().any(|folder| self.libraries.contains_key(&folder))
            || self.list.iter().any(|app| app.folder.is_below(&folder))
    }

    /// Whether a folder is a library of some app.
    pub fn is_library(&self, folder: &SourcePath) -> bool {
        self.libraries.contains_key(folder)
    }
}

/// Whether a stage only adds to a third party's image: `FROM postgres`.
pub(super) fn adds_to_foreign(image: &Image, stage: Option<&str>) -> bool {
    let Some(base) = image.base(stage) else { return false };
    // A server of files may well serve what an earlier stage has built.
    let serves_files = || image.stages.len() > 1 && SERVERS.iter().any(|name| base.contains(name));
    images::third_party(base).is_some_and(|family| !family.helper) && !serves_files()
}

/// Images that serve the files of others.
const SERVERS: &[&str] = &["nginx", "caddy", "httpd", "traefik", "haproxy"];

/// The schemas that only `schema = […]` of an app calls so: they are that app's, wherever they stand.
pub(super) fn only_configured(project: &Project) -> BTreeSet<SourcePath> {
    let named = project.config.apps.iter().flat_map(|entry| &entry.schema);
    let paths = named.filter_map(|path| SourcePath::new("").join(path));
    paths.filter(|path| !schemas::claims(path)).collect()
}

fn folders(project: &Project) -> BTreeMap<SourcePath, Folder<'_>> {
    let mut folders: BTreeMap<SourcePath, Folder<'_>> = BTreeMap::new();
    let extended = extended(project);
    let elsewhere = only_configured(project);
    for (path, file) in &project.files {
        let folder = folders.entry(path.folder()).or_default();
        if let Some(manifest) = &file.loaded.manifest {
            folder.manifests.push(manifest);
            folder.has_unit |= frameworks::unit_marker(path.name()).is_some();
        }
        if let Some(image) = file.loaded.image.as_ref().filter(|_| frameworks::is_dockerfile(path.name())) {
            folder.foreign_images += usize::from(adds_to_foreign(image, None));
            folder.images += 1;
            folder.only_image = !folder.has_unit || folder.only_image;
            folder.has_unit = true;
            folder.has_run = true;
        } else if frameworks::unit_marker(path.name()).is_some() {
            folder.only_image = false;
        }
        let is_schema = file.claim.role == Role::Schema && !elsewhere.contains(path);
        folder.has_schema |= is_schema && !extended.contains(path);
        folder.has_shared_schema |= is_schema && extended.contains(path);
    }
    // A loader may read a file whose presence tells something, too.
    let is_plain = |file: &File| file.loaded.manifest.is_none() && file.loaded.image.is_none();
    let read = project.files.iter().filter(|(path, file)| is_plain(file) && frameworks::is_marker(path.name()));
    for marker in project.markers.iter().chain(read.map(|(path, _)| path)) {
        let folder = folders.entry(marker.folder()).or_default();
        let dependencies = dependencies_of(&folder.manifests);
        if frameworks::unit_marker(marker.name()).is_some() {
            folder.has_unit = true;
            folder.only_image = false;
        }
        folder.has_run |= frameworks::run_marker(marker.name(), &dependencies).is_some();
    }
    // What others extend is theirs, unless something is here that could be an app.
    for folder in folders.values_mut() {
        folder.has_schema |= folder.has_shared_schema && folder.has_unit;
    }
    let packages: BTreeSet<SourcePath> = folders
        .iter()
        .filter(|(_, folder)| folder.has_unit && !folder.only_image && !folder.is_workspace())
        .map(|(path, _)| path.clone())
        .collect();
    for build in super::images::builds(&project.groups) {
        // An image of a package above it: the Dockerfile's folder is where it is kept, not what it runs.
        if let (Some(dockerfile), Some(context)) = (&build.dockerfile, &build.context)
            && dockerfile.folder() != *context
            && dockerfile.is_below(context)
            && packages.contains(context)
            && let Some(folder) = folders.get_mut(&dockerfile.folder())
            && folder.only_image
        {
            folder.has_unit = false;
        }
        // A context at the root says little; the Dockerfile's folder says which app it is.
        let home = match (&build.dockerfile, &build.context) {
            (Some(dockerfile), _) if !dockerfile.folder().as_str().is_empty() => dockerfile.folder(),
            // Nor does it where nobody can tell the Dockerfile, and members stand below.
            (None, Some(context)) if folders.get(context).is_some_and(Folder::is_workspace) => continue,
            (_, Some(context)) => context.clone(),
            _ => continue,
        };
        if let Some(folder) = folders.get_mut(&home) {
            folder.has_run = true;
        }
    }
    folders
}

/// The schemas that another one extends.
fn extended(project: &Project) -> BTreeSet<&SourcePath> {
    let schemas = project.files.iter().filter(|(_, file)| file.claim.role == Role::Schema);
    let extends = schemas.flat_map(|(path, file)| file.extends().map(move |parent| (path, parent)));
    extends.filter(|(path, parent)| path != parent).map(|(_, parent)| parent).collect()
}

fn is_app(path: &SourcePath, folder: &Folder<'_>, all: &BTreeMap<SourcePath, Folder<'_>>) -> bool {
    if path.as_str().split('/').any(|part| never_apps::never_an_app(part).is_some())
        || folder.is_library() && !folder.has_schema
    {
        return false;
    }
    if folder.has_schema {
        // A schema that others depend on is theirs; one that nobody depends on is an app's.
        return !folder.is_library_by_use;
    }
    if folder.is_workspace() && !folder.has_run {
        return false;
    }
    let is_foreign = folder.images > 0 && folder.images == folder.foreign_images;
    if folder.only_image && (is_foreign || path.as_str().split('/').any(frameworks::holds_images)) {
        return false;
    }
    let members_below = || all.iter().any(|(other, facts)| other != path && other.is_below(path) && facts.has_unit);
    folder.has_unit && (folder.has_run || folder.starts() && !(path.as_str().is_empty() && members_below()))
}

fn entry_for<'a>(entries: &'a [AppEntry], path: &SourcePath) -> Option<&'a AppEntry> {
    let matches = |entry: &&AppEntry| {
        let pattern = entry.path.trim_matches('/').trim_start_matches("./");
        let pattern = if pattern == "." { "" } else { pattern };
        pattern == path.as_str()
            || globset::GlobBuilder::new(pattern)
                .literal_separator(true)
                .build()
                .is_ok_and(|glob: Glob| glob.compile_matcher().is_match(path.as_str()))
    };
    // The most specific entry: the one with the most literal text.
    entries.iter().filter(matches).max_by_key(|entry| entry.path.chars().filter(|c| !"*?[]{}".contains(*c)).count())
}

/// Which folders of packages each folder depends on, directly.
fn dependencies_between(folders: &BTreeMap<SourcePath, Folder<'_>>) -> BTreeMap<SourcePath, BTreeSet<SourcePath>> {
    let mut by_name: BTreeMap<&str, &SourcePath> = BTreeMap::new();
    for (path, folder) in folders {
        for name in folder.manifests.iter().filter_map(|manifest| manifest.name.as_deref()) {
            by_name.entry(name).or_insert(path);
        }
    }
    let mut depends: BTreeMap<SourcePath, BTreeSet<SourcePath>> = BTreeMap::new();
    for (path, folder) in folders {
        for dependency in folder.manifests.iter().flat_map(|manifest| &manifest.dependencies) {
            let by_path = dependency.path.as_ref().and_then(|relative| path.join(relative));
            let target = by_path.filter(|target| folders.contains_key(target));
            let target = target.or_else(|| by_name.get(dependency.name.as_str()).map(|path| (*path).clone()));
            if let Some(target) = target.filter(|target| target != path) {
                depends.entry(path.clone()).or_default().insert(target);
            }
        }
    }
    depends
}

fn app(
    project: &Project,
    path: &SourcePath,
    entry: Option<&AppEntry>,
    folders: &BTreeMap<SourcePath, Folder<'_>>,
    depends: &BTreeMap<SourcePath, BTreeSet<SourcePath>>,
) -> App {
    let mut libraries: BTreeSet<SourcePath> = BTreeSet::new();
    let mut work = vec![path.clone()];
    while let Some(next) = work.pop() {
        for library in depends.get(&next).into_iter().flatten() {
            if library != path && libraries.insert(library.clone()) {
                work.push(library.clone());
            }
        }
    }
    let manifests =
        |folder: &SourcePath| folders.get(folder).map(|folder| folder.manifests.as_slice()).unwrap_or_default();
    let all = std::iter::once(path).chain(&libraries).flat_map(&manifests);
    let all: Vec<&Manifest> = all.copied().collect();
    let dependencies = if manifests(path).is_empty() { Dependencies::unknown() } else { dependencies_of(&all) };
    let package = manifests(path).iter().find_map(|manifest| manifest.name.clone());
    let folder_name = (!path.as_str().is_empty()).then(|| path.name().to_owned());
    let root_name = || project.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = entry
        .and_then(|entry| entry.name.clone())
        .or(folder_name)
        .or_else(|| package.map(|name| name.rsplit('/').next().unwrap_or(&name).to_owned()))
        .or_else(root_name)
        .unwrap_or_else(|| "app".to_owned());
    let schemas = entry.map(|entry| entry.schema.as_slice()).unwrap_or_default();
    App {
        services: entry
            .map(|entry| entry.services.iter().map(|service| service.replace("{app}", &name)).collect())
            .unwrap_or_default(),
        name,
        folder: path.clone(),
        libraries: libraries.into_iter().collect(),
        dependencies,
        configured_schemas: schemas.iter().filter_map(|schema| SourcePath::new("").join(schema)).collect(),
        needs: entry.map(|entry| entry.needs.clone()).unwrap_or_default(),
        configured: entry.map(|entry| entry.span),
    }
}

fn dependencies_of(manifests: &[&Manifest]) -> Dependencies {
    if manifests.is_empty() {
        return Dependencies::unknown();
    }
    manifests.iter().flat_map(|manifest| &manifest.dependencies).map(|dependency| dependency.name.as_str()).collect()
}

/// Two apps of one name are called by their folders.
fn tell_apart(list: &mut [App]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for app in list.iter() {
        *count.entry(app.name.clone()).or_default() += 1;
    }
    for app in list {
        if count.get(&app.name).is_some_and(|count| *count > 1) && !app.folder.as_str().is_empty() {
            app.name = app.folder.to_string();
        }
    }
}
