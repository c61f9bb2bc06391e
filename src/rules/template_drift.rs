//! `template-drift`: two lists for the same reader that name different variables.

use std::collections::BTreeSet;

use super::wording;
use crate::fact::Role;
use crate::finding::Findings;
use crate::model::{Model, Source};
use crate::name::Name;
use crate::source::Place;

super::rule! {
    /// Two templates of one app for the same use, or a template and the table beside it, list different variables.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever follows one of them sets less than whoever follows the other.
    ///
    /// ## When does it speak?
    ///
    /// Of templates in one folder that have the same environment and the same variant, over the variables that the
    /// schema of their apps declares; and of a template and a document in its folder whose lists hold at least half of
    /// what is required, over the required ones. One finding for each pair, at the poorer one.
    ///
    /// ## When does it stay silent?
    ///
    /// Without a schema; for templates of different ways to run (`.env.docker.example`) or environments; for commented
    /// lines, which list too; and for what is a `renamed-variable`.
    ///
    /// ## Example
    ///
    /// ```sh
    /// # .env.example
    /// DATABASE_URL=
    /// ```
    ///
    /// ```sh
    /// # .env.sample
    /// DATABASE_URL=
    /// SESSION_SECRET=
    /// ```
    ///
    /// ## Use instead
    ///
    /// One template; or the same names in both.
    "template-drift", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let templates: Vec<&Source<'_>> =
        model.sources.iter().filter(|source| source.file.claim.role == Role::Template).collect();
    for (index, one) in templates.iter().enumerate() {
        for other in &templates[index + 1..] {
            let comparable = one.owners == other.owners
                && one.path.folder() == other.path.folder()
                && one.environment == other.environment
                && one.variant == other.variant;
            if comparable {
                compare(model, findings, one, other, &declared(model, one));
            }
        }
        if one.environment.is_some() || one.variant.is_some() {
            continue;
        }
        let documents = model.sources.iter().filter(|source| source.file.claim.role == Role::Document);
        let beside =
            documents.filter(|source| source.owners == one.owners && source.path.folder() == one.path.folder());
        let required = required(model, one);
        for document in beside {
            let listed = listed(document);
            let known = required.iter().filter(|name| has(&listed, name)).count();
            if known > 0 && known * 2 >= required.len() {
                compare(model, findings, one, document, &required);
            }
        }
    }
}

/// What the schemas of a source's apps declare.
fn declared(model: &Model<'_>, source: &Source<'_>) -> BTreeSet<Name> {
    let of_app = |app: &usize| model.schemas[*app].resolved.declarations.keys().cloned();
    source.owners.iter().flat_map(of_app).collect()
}

/// What a person who sets up one of a source's apps must give.
fn required(model: &Model<'_>, source: &Source<'_>) -> BTreeSet<Name> {
    let needed = model.bindings.iter().filter(|binding| {
        source.owners.contains(&binding.app) && binding.needs_a_value() && binding.declaration.file.is_none()
    });
    needed.map(|binding| binding.name.clone()).collect()
}

fn listed<'s>(source: &'s Source<'_>) -> BTreeSet<&'s str> {
    source.names.iter().map(|(name, _)| name.as_str()).collect()
}

/// Whether a list holds a name, or the name of the variable that names its file.
fn has(listed: &BTreeSet<&str>, name: &Name) -> bool {
    listed.contains(name.as_str()) || listed.contains(format!("{name}_FILE").as_str())
}

fn compare(model: &Model<'_>, findings: &mut Findings<'_>, one: &Source<'_>, other: &Source<'_>, of: &BTreeSet<Name>) {
    let (in_one, in_other) = (listed(one), listed(other));
    let lacking = |source: &Source<'_>, here: &BTreeSet<&str>, there: &BTreeSet<&str>| -> Vec<Name> {
        let lacks = |name: &&Name| has(there, name) && !has(here, name) && !is_renamed(model, source, name);
        of.iter().filter(lacks).cloned().collect()
    };
    let (one_lacks, other_lacks) = (lacking(one, &in_one, &in_other), lacking(other, &in_other, &in_one));
    if one_lacks.len() >= other_lacks.len() {
        report(model, findings, one, other, &one_lacks, &other_lacks);
    } else {
        report(model, findings, other, one, &other_lacks, &one_lacks);
    }
}

/// Whether another name stands in a source in the place of this one.
fn is_renamed(model: &Model<'_>, source: &Source<'_>, name: &Name) -> bool {
    model.renames.iter().any(|rename| {
        rename.to == *name && rename.class.is_rename() && rename.places.iter().any(|place| place.path == *source.path)
    })
}

fn report(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    poorer: &Source<'_>,
    richer: &Source<'_>,
    lacking: &[Name],
    back: &[Name],
) {
    let Some(first) = lacking.first() else { return };
    let Some((_, last)) = poorer.names.last() else { return };
    let mut message = format!("`{}` lacks {} that `{}` lists", poorer.path, wording::names(lacking), richer.path);
    if !back.is_empty() {
        message.push_str(", and the other way round ");
        message.push_str(&wording::names(back));
    }
    let finding = findings.report(last, "the list ends here without it", message);
    if let [app] = poorer.owners.as_slice() {
        finding.app(&model.apps.list[*app].name);
    }
    if lacking.len() + back.len() == 1 {
        finding.variable(first);
    }
    let places = |source: &Source<'_>, names: &[Name]| -> Vec<Place> {
        let wanted = |(name, place): &(Name, Place)| names.contains(name).then(|| place.clone());
        source.names.iter().filter_map(wanted).collect()
    };
    for place in places(richer, lacking) {
        finding.related(&place, "listed here");
    }
    for place in places(poorer, back) {
        finding.related(&place, "listed here only");
    }
    finding.help("list the same names in both, or keep one of them");
}
