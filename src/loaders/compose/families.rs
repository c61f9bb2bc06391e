//! Which compose files are run together, as far as their names and contents tell.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::ComposeFile;
use crate::fact::LinkOutcome;
use crate::loaders::Files;
use crate::source::SourcePath;

/// The names that compose looks for, the first one found wins.
const DEFAULTS: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The names that it adds to them, the first one found.
const OVERRIDES: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

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
}

/// Every family, and the files that only others bring in, which are a family if none of these is reached.
pub(super) fn families(
    files: &Files<'_>,
    parsed: &Parsed<'_>,
    chosen: &mut dyn FnMut(&SourcePath) -> Option<Vec<SourcePath>>,
) -> (Vec<Family>, Vec<SourcePath>) {
    let (included, extended) = brought_in(files, parsed);
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
            let mut family = Family { paths: run.clone(), changed: BTreeSet::new() };
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
        for path in &rest {
            let alone = |path: &SourcePath| Family { paths: vec![path.clone()], changed: BTreeSet::new() };
            match (&ground, overlays().any(|overlay| overlay == path)) {
                (Some(ground), true) => {
                    families.push(Family { paths: vec![ground.clone(), (*path).clone()], changed: BTreeSet::new() });
                }
                _ => families.push(alone(path)),
            }
        }
    }
    (families, included.into_iter().collect())
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
