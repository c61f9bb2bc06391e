//! `undocumented-variable`: required, and nobody is told.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::{Role, SettingValue};
use crate::finding::Findings;
use crate::model::{Model, Source};
use crate::name::Name;
use crate::source::Place;
use crate::value::Operator;

super::rule! {
    /// A required variable is in no template and no list that otherwise documents its app.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever copies `.env.example` and fills it in believes to have set everything.
    ///
    /// ## When does it stay silent?
    ///
    /// Where no template exists and no list holds at least half of the required names; for names of platforms; for
    /// commented lines (`# NAME=`), which document too. One finding an app.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// DATABASE_URL = { type = "url", secret = true }
    /// SESSION_SECRET = { secret = true, generate = "base64:32" }
    /// ```
    ///
    /// ```sh
    /// # .env.example
    /// DATABASE_URL=
    /// ```
    ///
    /// ## Use instead
    ///
    /// Add the name to the template, without its value.
    "undocumented-variable", Warning, since "0.1.0", check
}

/// Names, and where each is required.
type Lacking = Vec<(Name, Place)>;

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    // Apps that share a schema and a template lack the same names for the same reason: one finding.
    let mut groups: BTreeMap<Lacking, (Vec<usize>, Option<Place>)> = BTreeMap::new();
    for app in 0..model.apps.list.len() {
        let needed: BTreeMap<&Name, &Place> = model
            .bindings_of(app)
            .iter()
            // What arrives as a file is nobody's to write into an env file.
            .filter(|binding| binding.needs_a_value() && binding.declaration.file.is_none())
            .filter(|binding| !crate::tables::platform::is_platform_name(&binding.name))
            .map(|binding| (&binding.name, &binding.place))
            .collect();
        let sources: Vec<&Source<'_>> =
            model.documented[app].sources.iter().map(|index| &model.sources[*index]).collect();
        if !sources.iter().any(|source| !source.vague && is_whole(source, &needed)) {
            continue;
        }
        let renamed: BTreeSet<&Name> = model
            .renames
            .iter()
            .filter(|rename| rename.apps.contains(&app) && rename.class.is_rename())
            .map(|rename| &rename.to)
            .collect();
        let demanded = demanded_by_targets(model, app);
        let needed = needed.into_iter().chain(demanded.iter());
        let lacking: BTreeMap<Name, Place> = needed
            .filter(|(name, _)| !model.is_documented(app, name) && !renamed.contains(name))
            .map(|(name, place)| (name.clone(), place.clone()))
            .collect();
        let lacking: Lacking = lacking.into_iter().collect();
        if !lacking.is_empty() {
            let template = sources.iter().find(|source| source.file.claim.role == Role::Template).or(sources.first());
            let place = template.and_then(|source| source.names.last()).map(|(_, place)| place.clone());
            groups.entry(lacking).or_insert_with(|| (Vec::new(), place)).0.push(app);
        }
    }
    for (lacking, (apps, template)) in groups {
        report(model, findings, &lacking, &apps, template.as_ref());
    }
}

/// Whether a source claims to list everything: a template, or a list that holds at least half of what is needed.
fn is_whole(source: &Source<'_>, needed: &BTreeMap<&Name, &Place>) -> bool {
    let listed = needed.keys().filter(|name| source.all_names.contains(**name)).count();
    match source.file.claim.role {
        Role::Template => (listed > 0 || needed.is_empty()) && source.variant.is_none(),
        _ => listed > 0 && listed * 2 >= needed.len(),
    }
}

/// What the targets of an app demand of whoever starts them: `${NAME:?}`. A bare `NAME` is handed on if it is there.
fn demanded_by_targets(model: &Model<'_>, app: usize) -> BTreeMap<Name, Place> {
    let targets = model.targets_of(app);
    let settings = targets.flat_map(|(_, target)| &target.target.layers).flat_map(|layer| &layer.settings);
    let mut demanded = BTreeMap::new();
    for setting in settings {
        let SettingValue::Given(template) = &setting.value else { continue };
        for reference in template.references() {
            if matches!(reference.operator, Some(Operator::Required { .. })) {
                demanded.insert(reference.name.clone(), Place::new(&setting.place.path, reference.span));
            }
        }
    }
    demanded.retain(|name, _| !crate::tables::platform::is_platform_name(name));
    demanded
}

fn report(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    lacking: &[(Name, Place)],
    apps: &[usize],
    template: Option<&Place>,
) {
    let Some(((first, place), more)) = lacking.split_first() else { return };
    let names = wording::names(lacking.iter().map(|(name, _)| name));
    let verb = if lacking.len() == 1 { "is" } else { "are" };
    let who = wording::words(apps.iter().map(|app| &model.apps.list[*app].name));
    let message = format!("{names} {verb} required by {who} and documented nowhere");
    let finding = findings.report(place, "required here", message);
    if let [app] = apps {
        finding.app(&model.apps.list[*app].name);
    }
    if lacking.len() == 1 {
        finding.variable(first);
    }
    if let Some(template) = template {
        finding.related(template, "the list ends here without it");
    }
    for (name, place) in more {
        finding.related(place, format!("`{name}` is required here"));
    }
    finding.help("add the names to the template, without values; a commented line is enough");
}
