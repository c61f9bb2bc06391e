//! Which compose files are run together, as far as their names and contents tell.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::ComposeFile;
use crate::fact::{ComposeRun, LinkOutcome};
use crate::loaders::Files;
use crate::source::{Place, SourcePath};

/// The names that compose looks for, the first one found wins.
const DEFAULTS: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The names that it adds to them, the first one found.
const OVERRIDES: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// How many runs of compose are looked at.
const RUNS: usize = 1_000;

/// Words of a name that make a file the ground of others.
const GROUNDS: &[&str] = &["base", "common", "shared"];

/// The compose files of a project, with what `load` kept of each.
pub(super) type Parsed<'a> = BTreeMap<SourcePath, &'a ComposeFile>;

/// Files that are run together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Family {
    /// The first one before its overrides.
    pub(super) paths: Vec<SourcePath>,
    /// Services that other files beside it change, so that it may never run as it is.
    pub(super) changed: BTreeSet<String>,
    /// The folder that paths start from, if it is not that of the first file.
    pub(super) project: Option<SourcePath>,
    /// The env files that a command names instead of the `.env` of that folder.
    pub(super) env_files: Vec<(SourcePath, Place)>,
}

impl Family {
    pub(super) fn of(paths: Vec<SourcePath>) -> Self {
        Self { paths, ..Self::default() }
    }
}

/// Every family, and the files that only others bring in, which are a family if none of these is reached.
pub(super) fn families(
    files: &Files<'_>,
    parsed: &Parsed<'_>,
    chosen: &mut dyn FnMut(&SourcePath) -> Option<Vec<SourcePath>>,
) -> (Vec<Family>, Vec<SourcePath>) {
    let (included, extended) = brought_in(files, parsed);
    let runs = runs(files, parsed);
    let several = || runs.iter().filter(|run| run.files.len() > 1);
    // What is only ever put together with others stands for itself nowhere.
    let put_together = |path: &SourcePath| {
        several().any(|run| run.files.contains(path)) && !runs.iter().any(|run| run.files == [path.clone()])
    };
    let mut folders: BTreeMap<SourcePath, Vec<SourcePath>> = BTreeMap::new();
    for path in parsed.keys() {
        folders.entry(path.folder()).or_default().push(path.clone());
    }
    let mut families = Vec::new();
    for (folder, paths) in &folders {
        let first =
            |names: &[&str]| names.iter().find_map(|name| folder.join(name).filter(|path| paths.contains(path)));
        let default = first(DEFAULTS);
        let mut run: Vec<SourcePath> = default.iter().cloned().chain(default.as_ref().and(first(OVERRIDES))).collect();
        if let Some(chosen) = chosen(folder).filter(|chosen| chosen.iter().all(|path| parsed.contains_key(path))) {
            run = chosen;
        }
        // What others bring in, by whatever name, stands for itself nowhere.
        let free = |path: &&SourcePath| !run.contains(path) && !included.contains(*path) && !extended.contains(*path);
        let rest: Vec<&SourcePath> = paths.iter().filter(free).collect();
        let overlays = || rest.iter().filter(|path| parsed.get(**path).is_some_and(|file| file.is_overlay()));
        if run.first().is_some_and(|first| !included.contains(first)) {
            let mut family = Family::of(run.clone());
            if run.len() == 1 {
                family.changed =
                    overlays().filter_map(|path| parsed.get(*path)).flat_map(|file| changed(file)).collect();
            }
            families.push(family);
        }
        let ground = default.or_else(|| {
            paths
                .iter()
                .find(|path| is_ground(path) && parsed.get(*path).is_some_and(|file| !file.is_overlay()))
                .cloned()
        });
        for path in rest.iter().filter(|path| !put_together(path)) {
            match (&ground, overlays().any(|overlay| overlay == path)) {
                (Some(ground), true) => families.push(Family::of(vec![ground.clone(), (*path).clone()])),
                _ => families.push(Family::of(vec![(*path).clone()])),
            }
        }
    }
    for run in several() {
        if families.iter().all(|family| family.paths != run.files) {
            families.push(Family::of(run.files.clone()));
        }
    }
    let families = families.into_iter().flat_map(|family| as_run(family, &runs)).collect();
    (families, included.into_iter().collect())
}

/// How commands run compose, as far as all files of a run were read.
fn runs<'a>(files: &Files<'a>, parsed: &Parsed<'_>) -> BTreeSet<&'a ComposeRun> {
    let all = files.all().flat_map(|(_, file)| &file.loaded.compose_runs);
    all.filter(|run| run.files.iter().all(|path| parsed.contains_key(path))).take(RUNS).collect()
}

/// A family, once for each folder and each set of env files that commands run it with.
fn as_run(family: Family, runs: &BTreeSet<&ComposeRun>) -> Vec<Family> {
    let is_default = |run: &ComposeRun| {
        let first = family.paths.first();
        run.files.is_empty()
            && first.is_some_and(|first| DEFAULTS.contains(&first.name()) && first.folder() == run.folder)
            && family.paths.iter().skip(1).all(|path| OVERRIDES.contains(&path.name()))
    };
    let mut found: Vec<Family> = Vec::new();
    for run in runs.iter().filter(|run| run.files == family.paths || is_default(run)) {
        let one = Family { project: run.project.clone(), env_files: run.env_files.clone(), ..family.clone() };
        let env_files = |family: &Family| family.env_files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        if found.iter().all(|known| known.project != one.project || env_files(known) != env_files(&one)) {
            found.push(one);
        }
    }
    if found.is_empty() { vec![family] } else { found }
}

fn changed(overlay: &ComposeFile) -> impl Iterator<Item = String> {
    overlay.services.iter().filter(|service| service.is_overlay()).map(|service| service.name.clone())
}

fn is_ground(path: &SourcePath) -> bool {
    path.name().split(['.', '-', '_']).any(|word| GROUNDS.contains(&word))
}

/// The files that other files include, and those that other files extend.
fn brought_in(files: &Files<'_>, parsed: &Parsed<'_>) -> (BTreeSet<SourcePath>, BTreeSet<SourcePath>) {
    let (mut included, mut extended) = (BTreeSet::new(), BTreeSet::new());
    for (path, file) in parsed {
        let bring = |link: usize, into: &mut BTreeSet<SourcePath>| {
            let outcome = files.get(path).and_then(|file| file.outcomes.get(link));
            if let Some(LinkOutcome::Loaded(target)) =
                outcome.filter(|outcome| **outcome != LinkOutcome::Loaded(path.clone()))
            {
                into.insert(target.clone());
            }
        };
        for link in file.includes.iter().flat_map(|include| &include.paths) {
            bring(*link, &mut included);
        }
        for link in file.services.iter().filter_map(|service| service.extends.as_ref()?.link) {
            bring(link, &mut extended);
        }
    }
    (included, extended)
}
