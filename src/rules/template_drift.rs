//! `template-drift`: two lists for the same reader that name different variables.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::Role;
use crate::finding::Findings;
use crate::model::{Model, Source};
use crate::name::{Name, NameSet};
use crate::source::{Place, SourcePath};

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
    let mut folders: BTreeMap<(SourcePath, &[usize]), Beside<'_>> = BTreeMap::new();
    for source in model.sources.iter().filter(|source| source.documents() && !source.vague) {
        let beside = folders.entry((source.path.folder(), &source.owners)).or_default();
        match source.file.claim.role {
            Role::Template => beside.templates.push(source),
            _ => beside.documents.push(source),
        }
    }
    folders.retain(|_, beside| !beside.templates.is_empty() && beside.templates.len() + beside.documents.len() > 1);
    if folders.is_empty() {
        return;
    }
    let mut required: BTreeMap<usize, BTreeSet<Name>> = BTreeMap::new();
    for binding in model.bindings.iter().filter(|binding| binding.needs_a_value()) {
        // What arrives as a file is nobody's to write into an env file.
        if binding.declaration.file.is_none() {
            required.entry(binding.app).or_default().insert(binding.name.clone());
        }
    }
    for ((_, owners), beside) in folders {
        let required: BTreeSet<Name> = owners.iter().filter_map(|app| required.get(app)).flatten().cloned().collect();
        folder(model, findings, &beside, &declared(model, owners), &required);
    }
}

/// What stands in one folder for the same apps.
#[derive(Default)]
struct Beside<'m> {
    templates: Vec<&'m Source<'m>>,
    documents: Vec<&'m Source<'m>>,
}

fn folder(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    beside: &Beside<'_>,
    declared: &BTreeSet<Name>,
    required: &BTreeSet<Name>,
) {
    let mut alike: BTreeMap<_, Vec<&Source<'_>>> = BTreeMap::new();
    for template in &beside.templates {
        alike.entry((&template.environment, &template.variant)).or_default().push(template);
    }
    for ((environment, variant), templates) in alike {
        // Each against the fullest: they are to be one list.
        let Some(fullest) = templates.iter().max_by_key(|template| listed(template).len()) else { continue };
        for template in templates.iter().filter(|template| template.path != fullest.path) {
            compare(model, findings, template, fullest, declared);
        }
        if environment.is_some() || variant.is_some() {
            continue;
        }
        for document in &beside.documents {
            let listed = listed(document);
            let known = required.iter().filter(|name| has(&listed, name)).count();
            if known > 0 && known * 2 >= required.len() {
                compare(model, findings, document, fullest, required);
            }
        }
    }
}

/// What the schemas of some apps declare.
fn declared(model: &Model<'_>, apps: &[usize]) -> BTreeSet<Name> {
    apps.iter().flat_map(|app| model.schemas[*app].resolved.declarations.keys().cloned()).collect()
}

fn listed<'s>(source: &'s Source<'_>) -> NameSet<&'s Name> {
    source.names.iter().map(|(name, _)| name).collect()
}

/// Whether a list holds a name, or the name of the variable that names its file.
fn has(listed: &NameSet<&Name>, name: &Name) -> bool {
    listed.contains(name) || listed.contains(&name.file())
}

fn compare(model: &Model<'_>, findings: &mut Findings<'_>, one: &Source<'_>, other: &Source<'_>, of: &BTreeSet<Name>) {
    let (in_one, in_other) = (listed(one), listed(other));
    let lacking = |source: &Source<'_>, here: &NameSet<&Name>, there: &NameSet<&Name>| -> Vec<Name> {
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
