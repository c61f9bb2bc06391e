//! Renames, found once, so that every rule agrees on what they explain.

use std::collections::BTreeSet;

use crate::fact::{LayerKind, ReadPurpose, Setting, SettingValue};
use crate::name::Name;
use crate::source::Place;
use crate::tables::images;

use super::renames::{self, Class, Input, Wanted};
use super::{Model, files, repository_names};

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
struct List {
    app: usize,
    target: Option<usize>,
    names: Vec<(Name, Place)>,
    all: BTreeSet<Name>,
}

/// The renames of a model whose bindings are known.
pub(super) fn find(model: &Model<'_>) -> Vec<Explained> {
    let read = read_by_compose(model);
    let mut found: Vec<Explained> = Vec::new();
    let lists = lists(model);
    for list in &lists {
        let elsewhere = |rename: &renames::Rename| {
            lists.iter().any(|other| {
                other.app == list.app && other.all.contains(&rename.from) && other.all.contains(&rename.to)
            })
        };
        // Side by side in any place of the app: two variables, not two names of one.
        for rename in in_list(model, list, &read).into_iter().filter(|rename| !elsewhere(rename)) {
            let places: Vec<Place> =
                list.names.iter().filter(|(name, _)| *name == rename.from).map(|(_, place)| place.clone()).collect();
            let known = found
                .iter_mut()
                .find(|other| other.from == rename.from && other.to == rename.to && other.places == places);
            match known {
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

fn lists(model: &Model<'_>) -> Vec<List> {
    let mut lists = Vec::new();
    for source in &model.sources {
        for app in source.owners.iter().filter(|app| model.schemas[**app].exists()) {
            lists.push(List { app: *app, target: None, names: source.names.clone(), all: source.all_names.clone() });
        }
    }
    for (index, target) in model.targets.iter().enumerate() {
        let Some(app) = target.app.filter(|app| model.schemas[*app].exists()) else { continue };
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        let names: Vec<(Name, Place)> = own
            .flat_map(|layer| layer.settings.iter().map(|setting| (setting.name.clone(), setting.place.clone())))
            .collect();
        let all = target.target.layers.iter().flat_map(|layer| layer.settings.iter().map(|s| s.name.clone())).collect();
        lists.push(List { app, target: Some(index), names, all });
    }
    lists
}

fn in_list(model: &Model<'_>, list: &List, read: &BTreeSet<Name>) -> Vec<renames::Rename> {
    let schema = &model.schemas[list.app];
    let app = &model.apps.list[list.app];
    let declared_elsewhere =
        |name: &Name| model.schemas.iter().any(|schema| schema.declares(name)) && !schema.declares(name);
    let unknown: BTreeSet<Name> = list
        .names
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !schema.declares(name) && !declared_elsewhere(name))
        .filter(|name| !read.contains(*name) && !model.is_noise(list.app, name) && !model.is_foreign_name(name))
        .cloned()
        .collect();
    if unknown.is_empty() || schema.resolved.open {
        return Vec::new();
    }
    let unknown: Vec<Name> = unknown.into_iter().collect();
    let wanted: Vec<Wanted<'_>> = schema
        .resolved
        .declarations
        .iter()
        .filter(|(name, _)| !list.all.contains(*name) && !list.all.contains(&files::file_name(name)))
        .map(|(name, declared)| Wanted {
            name,
            renamed_from: &declared.declaration.renamed_from,
            given_by_values: model.is_given_by_values(list.app, name),
            documented: model.is_documented(list.app, name),
        })
        .collect();
    let mut known: BTreeSet<Name> = schema.resolved.declarations.keys().cloned().collect();
    known.extend(list.all.iter().cloned());
    let mut namespaces = repository_names(model.project);
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

/// The other names that a value is made of: `ENV X=$Y`.
fn mapped(setting: &Setting) -> Vec<Name> {
    let SettingValue::Given(template) = &setting.value else { return Vec::new() };
    let names = template.references().into_iter().map(|reference| reference.name.clone());
    names.filter(|name| *name != setting.name).collect()
}

/// Names that compose reads for anything but to hand them on under the same name, and those that images are made of.
fn read_by_compose(model: &Model<'_>) -> BTreeSet<Name> {
    let reads = model.project.groups.iter().flat_map(|group| &group.reads);
    let reads = reads.filter(|read| match &read.purpose {
        ReadPurpose::Variable(of) | ReadPurpose::BuildArgument(of) => *of != read.reference.name,
        _ => true,
    });
    let reads = reads.map(|read| read.reference.name.clone());
    let images = model.project.files.values().filter_map(|file| file.loaded.image.as_ref());
    let set = images.flat_map(|image| &image.stages).flat_map(|stage| &stage.settings);
    reads.chain(set.flat_map(mapped)).collect()
}

impl Model<'_> {
    /// Whether an env file or a target of an app gives a variable; templates and documents do not give.
    pub fn is_given_by_values(&self, app: usize, name: &Name) -> bool {
        let file = files::file_name(name);
        let is_it = |given: &Name| given == name || *given == file;
        let in_files = self
            .sources
            .iter()
            .any(|source| !source.documents() && source.owners.contains(&app) && source.all_names.iter().any(is_it));
        let mut targets = self.targets.iter().filter(|target| target.app == Some(app));
        in_files
            || targets.any(|target| {
                target.target.layers.iter().any(|layer| layer.settings.iter().any(|setting| is_it(&setting.name)))
            })
    }

    /// Whether a name belongs to a third party's service of this repository.
    pub fn is_foreign_name(&self, name: &Name) -> bool {
        self.targets.iter().filter(|target| target.foreign).any(|target| {
            let image = target.target.image.as_ref().map(|(image, _)| image.as_str());
            let family = image.and_then(images::third_party);
            // A shared env file also holds names that are not this service's.
            target.target.layers.iter().any(|layer| {
                (layer.kind == LayerKind::Environment || family.is_some_and(|family| family.reads(name.as_str())))
                    && layer.settings.iter().any(|setting| setting.name == *name)
            })
        })
    }

    /// The declared variable of which an undeclared name is a former one, and where it is declared.
    pub fn new_name(&self, app: usize, name: &Name) -> Option<(&Name, Place)> {
        let declared = self.schemas[app].resolved.declarations.iter();
        let mut new = declared.filter(|(_, declared)| declared.declaration.renamed_from.contains(name));
        new.next().map(|(new, declared)| (new, declared.place.clone()))
    }

    /// Names that compose reads for anything but to hand them on under the same name.
    pub fn read_by_compose(&self) -> BTreeSet<Name> {
        read_by_compose(self)
    }

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
