//! Renames, found once, so that every rule agrees on what they explain.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{LayerKind, ReadPurpose, Setting, SettingValue};
use crate::name::{Name, NameSet};
use crate::project::Project;
use crate::source::Place;

use super::Model;
use super::renames::{self, Class, Input, Wanted};

/// A name that stands where another one is meant.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The app, by index; the first one where a source speaks for several.
    pub app: usize,
    /// All apps for which it holds.
    pub apps: Vec<usize>,
    /// The name that stands there.
    pub from: Name,
    /// The name that is meant.
    pub to: Name,
    /// How sure it is.
    pub class: Class,
    /// Where it stands, the first place first.
    pub places: Vec<Place>,
    /// The target in whose list it stands, by index; `None`: in a file.
    pub target: Option<usize>,
}

/// Names in one place, for one app.
struct List<'m> {
    app: usize,
    target: Option<usize>,
    names: Cow<'m, [(Name, Place)]>,
    all: Cow<'m, BTreeSet<Name>>,
}

/// How many unknown names are looked at, over all lists: a list that speaks for many apps is compared with each. Beyond
/// it nothing is said to be a rename.
const MOST: usize = 20_000;

/// What is asked of every list, found once.
struct Ground {
    /// Names in lists that some app declares.
    declared: NameSet,
    /// What the packages and the folder of the repository are called.
    repository: Vec<String>,
    /// What is left of [`MOST`].
    left: Cell<usize>,
}

impl Ground {
    fn of(model: &Model<'_>, lists: &[List<'_>]) -> Self {
        let names: NameSet<&Name> = lists.iter().flat_map(|list| &*list.names).map(|(name, _)| name).collect();
        let own: NameSet<&Name> = model.schemas.iter().flat_map(|schema| schema.resolved.declarations.keys()).collect();
        let declares = |name: &&Name| own.contains(name) || model.schemas.iter().any(|schema| schema.declares(name));
        Self {
            declared: names.into_iter().filter(declares).cloned().collect(),
            repository: model.apps.repository.clone(),
            left: Cell::new(MOST),
        }
    }
}

/// The renames of a model whose bindings are known.
pub(super) fn find(model: &Model<'_>) -> Vec<Explained> {
    let ties = ties(model);
    let mut found: Vec<Explained> = Vec::new();
    let mut known: BTreeMap<(Name, Name, Vec<Place>), usize> = BTreeMap::new();
    let lists = lists(model);
    let ground = Ground::of(model, &lists);
    let mut of_app: BTreeMap<usize, Vec<&List<'_>>> = BTreeMap::new();
    for list in &lists {
        of_app.entry(list.app).or_default().push(list);
    }
    for list in &lists {
        let elsewhere = |rename: &renames::Rename| {
            let others = of_app.get(&list.app).into_iter().flatten();
            others.into_iter().any(|other| other.all.contains(&rename.from) && other.all.contains(&rename.to))
        };
        // Side by side in any place of the app: two variables, not two names of one.
        let tied = |rename: &renames::Rename| ties.contains(&(rename.from.clone(), rename.to.clone()));
        for rename in in_list(model, list, &ground).into_iter().filter(|rename| !elsewhere(rename) && !tied(rename)) {
            let places: Vec<Place> =
                list.names.iter().filter(|(name, _)| *name == rename.from).map(|(_, place)| place.clone()).collect();
            let same = *known.entry((rename.from.clone(), rename.to.clone(), places.clone())).or_insert(found.len());
            match found.get_mut(same) {
                Some(known) => known.apps.push(list.app),
                None => found.push(Explained {
                    app: list.app,
                    apps: vec![list.app],
                    from: rename.from,
                    to: rename.to,
                    class: rename.class,
                    places,
                    target: list.target,
                }),
            }
        }
    }
    found
}

fn lists<'m>(model: &'m Model<'_>) -> Vec<List<'m>> {
    let mut lists = Vec::new();
    for source in &model.sources {
        for app in source.owners.iter().filter(|app| model.schemas[**app].exists()) {
            lists.push(List {
                app: *app,
                target: None,
                names: Cow::Borrowed(&source.names),
                all: Cow::Borrowed(&source.all_names),
            });
        }
    }
    for (index, target) in model.targets.iter().enumerate() {
        let Some(app) = target.app.filter(|app| model.schemas[*app].exists()) else { continue };
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        let names: Vec<(Name, Place)> = own
            .flat_map(|layer| layer.settings.iter().map(|setting| (setting.name.clone(), setting.place.clone())))
            .collect();
        let all = target.target.layers.iter().flat_map(|layer| layer.settings.iter().map(|s| s.name.clone())).collect();
        lists.push(List { app, target: Some(index), names: Cow::Owned(names), all: Cow::Owned(all) });
    }
    lists
}

fn in_list(model: &Model<'_>, list: &List<'_>, ground: &Ground) -> Vec<renames::Rename> {
    let schema = &model.schemas[list.app];
    let app = &model.apps.list[list.app];
    let unknown: BTreeSet<Name> = list
        .names
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !ground.declared.contains(*name) && !model.is_read_by_compose(name))
        .filter(|name| !model.is_noise(list.app, name) && !model.is_foreign_name(name))
        .cloned()
        .collect();
    if unknown.is_empty() || schema.resolved.open {
        return Vec::new();
    }
    let Some(left) = ground.left.get().checked_sub(unknown.len()) else { return Vec::new() };
    ground.left.set(left);
    let unknown: Vec<Name> = unknown.into_iter().collect();
    let wanted: Vec<Wanted<'_>> = schema
        .resolved
        .declarations
        .iter()
        .filter(|(name, _)| !list.all.contains(*name) && !list.all.contains(&name.file()))
        .map(|(name, declared)| Wanted {
            name,
            renamed_from: &declared.declaration.renamed_from,
            given_by_values: model.is_given_by_values(list.app, name),
            documented: model.is_documented(list.app, name),
        })
        .collect();
    let mut known: BTreeSet<Name> = schema.resolved.declarations.keys().cloned().collect();
    known.extend(list.all.iter().cloned());
    let mut namespaces = ground.repository.clone();
    namespaces.push(app.name.to_ascii_lowercase());
    namespaces.push(app.folder.name().to_ascii_lowercase());
    renames::find(&Input {
        unknown: &unknown,
        wanted: &wanted,
        present: &list.all,
        known: &known,
        namespaces: &namespaces,
        dependencies: &app.dependencies,
    })
}

/// Pairs of names of which one is made of the other: renamed on purpose, whichever of them is declared.
fn ties(model: &Model<'_>) -> NameSet<(Name, Name)> {
    let in_files = model.sources.iter().flat_map(|source| source.settings.iter().map(|setting| &**setting));
    let targets = model.project.groups.iter().flat_map(|group| &group.targets);
    let in_targets = targets.flat_map(|target| {
        let arguments = target.build.iter().flat_map(|build| &build.arguments);
        target.layers.iter().flat_map(|layer| &layer.settings).chain(arguments)
    });
    let images = model.project.files.values().filter_map(|file| file.loaded.image.as_ref());
    let in_images = images.flat_map(|image| &image.stages).flat_map(|stage| &stage.settings);
    let mut ties = NameSet::default();
    for setting in in_files.chain(in_targets).chain(in_images) {
        for other in mapped(setting) {
            ties.insert((setting.name.clone(), other.clone()));
            ties.insert((other, setting.name.clone()));
        }
    }
    ties
}

/// The other names that a value is made of: `ENV X=$Y`.
fn mapped(setting: &Setting) -> Vec<Name> {
    let SettingValue::Given(template) = &setting.value else { return Vec::new() };
    let names = template.references().into_iter().map(|reference| reference.name.clone());
    names.filter(|name| *name != setting.name).collect()
}

/// Names that compose reads for anything but to hand them on under the same name, those that images are made of, and
/// those that their shells read.
pub(super) fn read_by_compose(project: &Project) -> NameSet {
    let reads = project.groups.iter().flat_map(|group| &group.reads);
    let reads = reads.filter(|read| match &read.purpose {
        ReadPurpose::Variable(of) | ReadPurpose::BuildArgument(of) => *of != read.reference.name,
        _ => true,
    });
    let reads = reads.map(|read| read.reference.name.clone());
    let images = project.files.values().filter_map(|file| file.loaded.image.as_ref());
    let set = images.flat_map(|image| &image.stages).flat_map(|stage| &stage.settings);
    reads.chain(set.flat_map(mapped)).chain(super::bundles::read_by_images(project)).collect()
}

impl Model<'_> {
    /// The rename that explains why an app lacks a variable at a target, or in its files.
    pub fn explained(&self, app: usize, target: Option<usize>, to: &Name) -> Option<&Explained> {
        self.renames.iter().find(|rename| {
            rename.to == *to && rename.target == target && rename.apps.contains(&app) && rename.class.is_rename()
        })
    }

    /// Whether a name at a place is explained as another one.
    pub fn is_renamed(&self, name: &Name, place: &Place) -> bool {
        self.renames
            .iter()
            .any(|rename| rename.from == *name && rename.class.is_rename() && rename.places.contains(place))
    }
}
