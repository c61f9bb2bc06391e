//! Whose bundle a step of a pipeline builds, and which public variables that app gets by it. Builds of images are in
//! `bundles`.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{BundleBuild, Bundler, BundlerKind, Setting, Side};
use crate::name::{Environment, Name};
use crate::project::{Environments, Project};
use crate::source::SourcePath;
use crate::tables::bundlers;

use super::Model;
use super::apps::Apps;

/// How deep scripts may lead to others.
const DEPTH: usize = 8;

/// A step that builds what browsers get, with what the project knows of it.
pub struct StepBundle<'a> {
    /// What its file says.
    pub step: &'a BundleBuild,
    /// Where users meet what it builds; `None`: nowhere, as far as anyone can tell.
    pub environment: Option<Environment>,
    /// The apps that it may build, by index.
    apps: BTreeSet<usize>,
    /// The variables that scripts set on the way.
    sets: BTreeSet<String>,
}

/// The steps of a project that build what browsers get of one of its apps.
pub(super) fn find<'a>(project: &'a Project, apps: &Apps, environments: &Environments) -> Vec<StepBundle<'a>> {
    let steps: Vec<&BundleBuild> = project.groups.iter().flat_map(|group| &group.bundles).collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let packages = Packages::of(project);
    let bundle = |step: &'a BundleBuild| {
        let mut way =
            Way { packages: &packages, apps, seen: BTreeSet::new(), found: BTreeSet::new(), sets: BTreeSet::new() };
        way.follow(step.folder.as_ref()?, &step.bundler, 0);
        let environment = environment_of(environments, step);
        let bundle = StepBundle { step, environment, apps: way.found, sets: way.sets };
        (!bundle.apps.is_empty()).then_some(bundle)
    };
    steps.into_iter().filter_map(bundle).collect()
}

/// Where users meet what a step builds: where its job says, else in production.
fn environment_of(environments: &Environments, step: &BundleBuild) -> Option<Environment> {
    if !step.published {
        return None;
    }
    let Some(word) = &step.environment else { return Some(Environment::new("production")) };
    let parts = || word.split(['-', '_', '.', '/', ' ']).find_map(|part| environments.of_word(part));
    // Pages of GitHub are an environment by this name.
    let pages = || (word == "github-pages").then(|| Environment::new("production"));
    let found = environments.of_word(word).or_else(parts).or_else(pages)?;
    (environments.is_deployed(&found) && !environments.is_test(&found)).then_some(found)
}

impl<'a> Model<'a> {
    /// The public variables that steps give to the bundles of apps: app, variable, step. What several apps could be meant
    /// by, none is.
    pub fn bundled<'m>(&'m self) -> impl Iterator<Item = (usize, &'a Setting, &'m StepBundle<'a>)> {
        self.step_bundles.iter().flat_map(move |bundle| {
            let step = bundle.step;
            let own = step.settings.iter().filter(|setting| !bundle.sets.contains(setting.name.as_str()));
            let own = own.filter_map(move |setting| Some((self.only_public(bundle, &setting.name)?, setting, bundle)));
            own.chain(self.written_for(bundle).into_iter().map(move |(app, setting)| (app, setting, bundle)))
        })
    }

    /// The one app of a bundle to which a name is public.
    fn only_public(&self, bundle: &StepBundle<'_>, name: &Name) -> Option<usize> {
        let is_public = |app: usize| {
            let declared = || self.schemas[app].declaration(name).is_some_and(|of| of.declaration.side == Side::Client);
            self.public_prefix(app, name).is_some() || declared()
        };
        let mut apps = bundle.apps.iter().copied().filter(|app| is_public(*app));
        apps.next().filter(|_| apps.next().is_none())
    }

    /// What the env files give that steps before it wrote for the app, where the step itself gives nothing.
    fn written_for(&self, bundle: &StepBundle<'a>) -> Vec<(usize, &'a Setting)> {
        let step = bundle.step;
        let mut found: BTreeMap<&Name, Option<(usize, &'a Setting)>> =
            step.settings.iter().map(|setting| (&setting.name, None)).collect();
        for app in bundle.apps.iter().copied() {
            let folder = &self.apps.list[app].folder;
            for name in bundlers::FILES {
                let path = folder.join(name);
                let mut files = step.files.iter().filter(|file| file.path.is_none() || file.path == path).peekable();
                if files.peek().is_some_and(|file| file.opaque) || files.clone().any(|file| file.path.is_none()) {
                    // It may give anything, also what weaker ones give.
                    break;
                }
                for setting in files.flat_map(|file| file.settings.iter().rev()) {
                    let own = || Some((self.only_public(bundle, &setting.name).filter(|own| *own == app)?, setting));
                    found.entry(&setting.name).or_insert_with(own);
                }
            }
        }
        let kept = found.into_values().flatten();
        kept.filter(|(_, setting)| !bundle.sets.contains(setting.name.as_str())).collect()
    }
}

/// The packages of a project: their scripts, by folder, and their folders, by name.
struct Packages<'a> {
    scripts: BTreeMap<SourcePath, &'a [(String, String)]>,
    folders: BTreeMap<&'a str, Vec<SourcePath>>,
}

impl<'a> Packages<'a> {
    fn of(project: &'a Project) -> Self {
        let mut all = Self { scripts: BTreeMap::new(), folders: BTreeMap::new() };
        for (path, file) in project.files.iter().filter(|(path, _)| path.name() == "package.json") {
            let Some(manifest) = &file.loaded.manifest else { continue };
            all.scripts.insert(path.folder(), &manifest.scripts);
            if let Some(name) = &manifest.name {
                // A filter may leave out the scope.
                let last = name.rsplit('/').next().filter(|last| last != name);
                for name in [Some(name.as_str()), last].into_iter().flatten() {
                    all.folders.entry(name).or_default().push(path.folder());
                }
            }
        }
        all
    }

    /// The folder of the package of this name, or of this path from `folder`; `None` where it is none, or several.
    fn folder(&self, folder: &SourcePath, name: &str) -> Option<SourcePath> {
        if let Some(found) = self.folders.get(name) {
            return found.first().filter(|_| found.len() == 1).cloned();
        }
        let path = folder.join(name.trim_matches(['{', '}'])).filter(|path| self.scripts.contains_key(path));
        path.or_else(|| {
            // Nx calls a project by its folder.
            let mut called = self.scripts.keys().filter(|path| path.name() == name);
            called.next().filter(|_| called.next().is_none()).cloned()
        })
    }
}

/// The way from a command to the frameworks that it ends at.
struct Way<'w, 'a> {
    packages: &'w Packages<'a>,
    apps: &'w Apps,
    /// The scripts that were followed.
    seen: BTreeSet<(SourcePath, String)>,
    found: BTreeSet<usize>,
    sets: BTreeSet<String>,
}

impl Way<'_, '_> {
    fn follow(&mut self, folder: &SourcePath, bundler: &Bundler, depth: usize) {
        let to = bundler.folder.as_ref().map_or_else(|| Some(folder.clone()), |to| folder.join(to));
        let Some(folder) = to.filter(|_| depth < DEPTH) else { return };
        let mut folders = vec![folder.clone()];
        if !bundler.packages.is_empty() {
            folders = bundler.packages.iter().filter_map(|name| self.packages.folder(&folder, name)).collect();
        } else if matches!(bundler.runs, BundlerKind::Task(_)) {
            folders = self
                .packages
                .scripts
                .keys()
                .filter(|path| path.is_below(&folder) || **path == folder)
                .cloned()
                .collect();
        }
        for folder in folders {
            match &bundler.runs {
                BundlerKind::Framework => self.found.extend(self.apps.at(&folder)),
                BundlerKind::Script(name) | BundlerKind::Task(name) => self.script(&folder, name, depth),
            }
        }
    }

    fn script(&mut self, folder: &SourcePath, name: &str, depth: usize) {
        let Some(scripts) = self.packages.scripts.get(folder) else { return };
        let Some((_, line)) = scripts.iter().find(|(own, _)| own == name) else { return };
        if !self.seen.insert((folder.clone(), name.to_owned())) {
            return;
        }
        let line = bundlers::in_script(line);
        let found = self.found.len();
        for bundler in &line.bundlers {
            self.follow(folder, bundler, depth + 1);
        }
        if self.found.len() > found {
            self.sets.extend(line.sets);
        }
    }
}
