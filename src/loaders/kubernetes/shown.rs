//! What of a manifest a report may show: keys, names of variables, paths of files. Never a value.

use super::kustomize::Patch;
use super::operations::Payload;
use super::parts::File;
use crate::fact::Loaded;
use crate::loaders::yaml::{Marker, Told};
use crate::source::SourceFile;
use crate::syntax::yaml::Yaml;

/// Keys whose plain words say what a thing is, and are never a value that an app gets.
const TOLD: &[&str] = &["apiVersion", "kind", "secretName", "secretKey", "optional", "behavior"];

/// Keys below which `name` and `key` name a resource, a secret or a config map.
const REFERENCES: &[&str] = &["secretKeyRef", "configMapKeyRef", "secretRef", "configMapRef", "remoteRef", "metadata"];

/// Marks what may be shown.
pub(super) fn mark(source: &SourceFile, yaml: &Yaml, file: &File, loaded: &mut Loaded) {
    let mut marker = Marker::new(source);
    for document in yaml.documents() {
        marker.node(document, "", &|above, key| match key {
            // A mapping where a value should be: `value: {hunter2}`.
            "value" => Told::Nothing,
            "name" | "key" if REFERENCES.contains(&above) => Told::Text,
            _ if TOLD.contains(&key) => Told::Text,
            _ => Told::Keys,
        });
    }
    let patches = file.kustomization.iter().flat_map(|kustomization| &kustomization.patches);
    let patches = patches.filter_map(|(patch, _)| match patch {
        Patch::Inline(file) => Some(&**file),
        Patch::Linked(_) | Patch::Unknown => None,
    });
    let patches: Vec<&File> = patches.collect();
    let of_patches = || patches.iter().copied();
    for workload in file.workloads.iter().chain(of_patches().flat_map(|file| &file.workloads)) {
        marker.name(workload.place.span);
        for container in &workload.containers {
            marker.name(container.place.span);
            for variable in &container.environment {
                marker.name(variable.place.span);
            }
            for from in &container.sources {
                marker.name(from.place.span);
            }
        }
    }
    for operation in file.operations.iter().chain(of_patches().flat_map(|file| &file.operations)) {
        marker.name(operation.place.span);
        match &operation.value {
            Payload::Variable(variable) => marker.name(variable.place.span),
            Payload::Variables(variables, _) => variables.iter().for_each(|of| marker.name(of.place.span)),
            Payload::Container(container) => container.environment.iter().for_each(|of| marker.name(of.place.span)),
            _ => {}
        }
    }
    let generators = file.kustomization.iter().flat_map(|kustomization| &kustomization.generators);
    let maps = file.maps.iter().chain(of_patches().flat_map(|file| &file.maps));
    for map in maps.chain(generators.map(|generator| &generator.map)) {
        for setting in &map.settings {
            marker.name(setting.place.span);
        }
    }
    for link in loaded.links.iter().filter(|link| !link.path.contains(['$', '@', '?', ':'])) {
        marker.span(link.span);
    }
    loaded.shown.append(&mut marker.finish());
}
