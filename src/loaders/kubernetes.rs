//! Kubernetes manifests, kustomizations and Cloud Run's YAML: containers and what they get. Of Helm's charts only plain values.
//!
//! Cloud Run writes services and jobs as Knative does, but for a secret's `key` it writes the version. What other
//! resources there are is not looked at. Source of what wins: `kubectl explain pod.spec.containers.envFrom`.

mod assemble;
mod claims;
mod containers;
mod edit;
mod expand;
mod external;
mod inline;
mod kustomize;
mod merge;
mod objects;
mod operations;
mod parts;
mod patch;
mod resolve;
mod select;
mod shown;
mod values;
mod values_file;

use crate::fact::{LinkKind, Loaded, Role};
use crate::loaders::{Claim, Loader};
use crate::source::SourceFile;
use crate::syntax::yaml::Yaml;

/// The loader.
pub static LOADER: Loader = Loader {
    name: "kubernetes",
    claims: claims::claims,
    links: &[(LinkKind::Include, Role::Deploy)],
    load,
    assemble: Some(assemble::assemble),
};

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    let is_kustomization = claims::is_kustomization(source.path().name());
    let is_values = values_file::is_one(source.path().name());
    if !is_kustomization && !is_values && !claims::is_manifest(source.text()) {
        return if claims::is_patch(source.text()) { operations_of(source) } else { loaded };
    }
    let yaml = Yaml::parse(source.text());
    let is_template = source.text().contains("{{");
    // What another tool makes manifests of need be no YAML itself.
    if is_template && !yaml.faults().is_empty() {
        return loaded;
    }
    if is_values && !claims::is_manifest(source.text()) {
        return values(source, &yaml);
    }
    super::yaml::comments_and_faults(source, &yaml, &mut loaded);
    let mut reader = values::Reader { source, loaded: &mut loaded };
    let mut file = parts::File { lossy: yaml.faults().iter().any(|fault| fault.lossy), ..parts::File::default() };
    for document in yaml.documents() {
        if is_kustomization && !kustomize::is_of_flux(document) {
            file.kustomization = Some(kustomize::read(&mut reader, document));
        } else {
            objects::read(&mut reader, document, is_template, &mut file);
        }
    }
    shown::mark(source, &yaml, &file, &mut loaded);
    loaded.problems.sort_by_key(|problem| problem.span);
    loaded.problems.dedup();
    loaded.parsed = Some(Box::new(file));
    loaded
}

/// A list of operations. What only looks like one may be anything, and nothing is said of it.
fn operations_of(source: &SourceFile) -> Loaded {
    let mut loaded = Loaded::default();
    let yaml = Yaml::parse(source.text());
    let mut file = parts::File::default();
    if operations::is_broken_json(source.text())
        || !yaml.faults().is_empty()
        || !yaml.documents().all(operations::is_list)
    {
        return loaded;
    }
    super::yaml::comments_and_faults(source, &yaml, &mut loaded);
    for document in yaml.documents() {
        file.operations.extend(operations::read(&mut values::Reader { source, loaded: &mut loaded }, document));
    }
    shown::mark(source, &yaml, &file, &mut loaded);
    loaded.parsed = Some(Box::new(file));
    loaded
}

/// The values of a chart. A file of that name that gives no variables may be anything, and nothing is said of it.
fn values(source: &SourceFile, yaml: &Yaml) -> Loaded {
    let mut loaded = Loaded::default();
    let mut file = parts::File::default();
    values_file::read(&mut values::Reader { source, loaded: &mut loaded }, yaml, &mut file);
    if file.workloads.is_empty() {
        return Loaded::default();
    }
    super::yaml::comments_and_faults(source, yaml, &mut loaded);
    shown::mark(source, yaml, &file, &mut loaded);
    loaded.parsed = Some(Box::new(file));
    loaded
}

#[cfg(test)]
mod tests;
