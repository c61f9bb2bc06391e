//! `deprecated-variable`: given, though nobody should give it any more.

use std::collections::BTreeSet;

use super::gathered::{Gathered, Where};
use super::wording;
use crate::fact::{LayerKind, Role, Setting, SettingValue};
use crate::finding::Findings;
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::source::{Place, SourcePath};

super::rule! {
    /// A variable that the schema calls deprecated is still given, or one stands under its former name beside the new one.
    ///
    /// ## Why is this bad?
    ///
    /// It looks as if it did something. Whoever changes the old one wonders why nothing happens.
    ///
    /// ## When does it stay silent?
    ///
    /// Where it is empty, and where a template or a document lists it. A former name that stands alone, without the new one, is a
    /// `renamed-variable`. More than three in one file are one finding.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server.BETTER_AUTH_SECRET]
    /// secret       = true
    /// renamed_from = ["AUTH_SECRET"]
    /// ```
    ///
    /// ```sh
    /// # .env
    /// AUTH_SECRET=…
    /// BETTER_AUTH_SECRET=…
    /// ```
    ///
    /// ## Use instead
    ///
    /// Remove it once nothing reads it.
    "deprecated-variable", Warning, since "0.1.0", check
}

/// Why a variable should no longer be given.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// The schema says so.
    Deprecated,
    /// This is its new name, which stands here.
    Renamed(Name, Place),
}

/// Where it is given, its name, and why not.
type Key = (SourcePath, Place, Name, Why);

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut gathered: Gathered<Key, Place> = Gathered::new();
    for source in model.sources.iter().filter(|source| source.file.claim.role != Role::Document) {
        // A template lists names; only what gives them still gives a deprecated one.
        let gives = source.file.claim.role == Role::Values;
        for app in &source.owners {
            let settings: Vec<&Setting> = source.settings.iter().map(|setting| &**setting).collect();
            list(model, &mut gathered, *app, source.environment.as_ref(), &settings, gives);
        }
    }
    for target in &model.targets {
        let Some(app) = target.app else { continue };
        let own = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
        let settings: Vec<&Setting> = own.flat_map(|layer| &layer.settings).collect();
        list(model, &mut gathered, app, Some(&target.environment), &settings, true);
    }
    for found in gathered.by_file(|key| key.0.clone()) {
        if found.len() <= wording::FEW {
            for ((_, place, name, why), at, declared) in found {
                single(findings, &place, &name, &why, &at, &declared);
            }
        } else {
            several(findings, &found);
        }
    }
}

/// What one list of an app gives.
fn list(
    model: &Model<'_>,
    gathered: &mut Gathered<Key, Place>,
    app: usize,
    environment: Option<&Environment>,
    settings: &[&Setting],
    gives: bool,
) {
    let schema = &model.schemas[app];
    let place_of = |name: &Name| settings.iter().rfind(|setting| setting.name == *name).map(|setting| &setting.place);
    let mut seen = BTreeSet::new();
    for setting in settings {
        let found = match schema.declaration(&setting.name) {
            Some(declared) if gives && declared.declaration.deprecated.is_some() && !is_empty(setting) => {
                Some((Why::Deprecated, declared.place.clone()))
            }
            Some(_) => None,
            None => schema.new_name(&setting.name).and_then(|new| {
                let declared = schema.declaration(new)?.place.clone();
                Some((Why::Renamed(new.clone(), place_of(new)?.clone()), declared))
            }),
        };
        let Some((why, declared)) = found.filter(|_| seen.insert(&setting.name)) else { continue };
        let key = (setting.place.path.clone(), setting.place.clone(), setting.name.clone(), why);
        gathered.at(model, app, environment.cloned(), key, declared);
    }
}

fn is_empty(setting: &Setting) -> bool {
    matches!(&setting.value, SettingValue::Given(template) if template.is_empty())
}

fn single(findings: &mut Findings<'_>, place: &Place, name: &Name, why: &Why, at: &Where, declared: &Place) {
    match why {
        Why::Deprecated => {
            let message = format!("`{name}` of {} is deprecated and still given", at.apps());
            let finding = findings.report(place, "still given", message);
            at.tell(finding);
            finding.variable(name).related(declared, "deprecated here, where the reason stands");
            finding.help("remove it once nothing reads it");
        }
        Why::Renamed(new, beside) => {
            let message = format!("`{name}` is a former name of `{new}` of {}, which stands beside it", at.apps());
            let finding = findings.report(place, "former name", message);
            at.tell(finding);
            finding.variable(name).related(beside, "the new name").related(declared, "renamed here");
            finding.help("remove the former name once nothing reads it");
        }
    }
}

fn several(findings: &mut Findings<'_>, found: &[(Key, Where, Place)]) {
    let Some((((_, place, ..), at, _), more)) = found.split_first() else { return };
    let names = wording::names(found.iter().map(|((_, _, name, _), ..)| name));
    let message = format!("{names} of {} are deprecated or former names, and still given", at.apps());
    let finding = findings.report(place, "still given", message);
    at.tell(finding);
    for ((_, place, ..), ..) in more {
        finding.related(place, "still given");
    }
    finding.help("remove them once nothing reads them");
}
