//! `invalid-name`: a name that a shell cannot set or a loader leaves out.

use std::collections::BTreeMap;

use super::wording::{self, FEW};
use crate::fact::{FactKind, LayerKind, Role};
use crate::finding::{Findings, Label};
use crate::model::Model;
use crate::name::{Name, is_variable_name};
use crate::source::{Place, SourcePath};
use crate::tables::images;

super::rule! {
    /// A variable has a name that a shell or a loader rejects.
    ///
    /// ## Why is this bad?
    ///
    /// `MY-KEY` cannot be set or read in a shell, some loaders leave the line out without a word, and others refuse the
    /// whole file.
    ///
    /// ## When does it stay silent?
    ///
    /// On names of third-party images, some of which read names with dots (`discovery.type`), and on names with dots in
    /// compose files: a container gets them as they are.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env
    /// API-KEY=x
    /// ```
    ///
    /// ## Use instead
    ///
    /// Letters, digits and underscores, with no digit first: `API_KEY`.
    "invalid-name", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut found: BTreeMap<SourcePath, BTreeMap<Place, Name>> = BTreeMap::new();
    let mut add = |place: &Place, name: &Name| {
        found.entry(place.path.clone()).or_default().insert(place.clone(), name.clone());
    };
    for source in model.sources.iter().filter(|source| source.file.claim.role != Role::Document) {
        for setting in source.settings.iter().filter(|setting| is_invalid(&setting.name, false)) {
            add(&setting.place, &setting.name);
        }
    }
    for target in model.targets.iter().filter(|target| !target.foreign) {
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        for setting in own.flat_map(|layer| &layer.settings).filter(|setting| is_invalid(&setting.name, true)) {
            add(&setting.place, &setting.name);
        }
    }
    for (path, file) in model.project.files.iter().filter(|(_, file)| file.claim.role == Role::Schema) {
        for fact in &file.loaded.facts {
            // A family's glob is no name.
            let declared = matches!(fact.kind, FactKind::Declaration(_)) && !fact.name.as_str().contains(['*', '?']);
            if declared && is_invalid(&fact.name, true) {
                add(&Place::new(path, fact.span), &fact.name);
            }
        }
    }
    for (path, names) in &found {
        if names.len() > FEW {
            let Some((first, _)) = names.first_key_value() else { continue };
            let message = format!("{} cannot be set by a shell: {path}", wording::names(names.values()));
            let finding = findings.report(first, "a name that is none", message);
            finding.related.extend(names.keys().skip(1).map(|place| Label::new(place, "a name that is none")));
            finding.help("write letters, digits and `_`, with no digit first");
            continue;
        }
        for (place, name) in names {
            let message = format!("`{name}` cannot be set by a shell, and some loaders leave it out");
            let finding = findings.report(place, reason(name.as_str()), message);
            finding.variable(name).help("write letters, digits and `_`, with no digit first");
        }
    }
}

fn is_invalid(name: &Name, dots: bool) -> bool {
    let name = name.as_str();
    let is_valid = is_variable_name(name) || dots && is_variable_name(&name.replace('.', "_"));
    !name.is_empty() && !is_valid && images::read_by_an_image(name).is_none()
}

fn reason(name: &str) -> &'static str {
    match name.bytes().next() {
        Some(first) if first.is_ascii_digit() => "begins with a digit",
        _ if name.contains('-') => "holds a hyphen",
        _ if name.contains('.') => "holds a dot",
        _ => "holds a sign that names do not have",
    }
}
