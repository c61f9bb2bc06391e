//! `public-value-in-secret-store`: kept as a secret, and told to everyone.

use std::collections::BTreeMap;

use super::wording::{self, FEW};
use crate::fact::{Setting, SettingValue, StoreKind};
use crate::finding::{Findings, Label};
use crate::model::Model;
use crate::source::Place;

super::rule! {
    /// A public variable takes its value from a store of secrets.
    ///
    /// ## Why is this bad?
    ///
    /// It does no harm, but it is no secret: every browser gets it. Kept among secrets it cannot be read where it would
    /// be useful, it costs a look-up, and it makes people think that it is guarded.
    ///
    /// ## When does it stay silent?
    ///
    /// For variables that the app's framework does not make public. The rule is off unless it is asked for, and comes on
    /// with `--pedantic`. What looks like a secret and is public is `public-secret`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # service.production.yaml, of Cloud Run
    /// env:
    ///   - name: NEXT_PUBLIC_SITE_NAME
    ///     valueFrom:
    ///       secretKeyRef: { name: shop-site-name, key: latest }
    /// ```
    ///
    /// ## Use instead
    ///
    /// A plain value, or a variable of the workflow (`vars.…`) instead of a secret.
    "public-value-in-secret-store", Pedantic, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut by_app: BTreeMap<usize, BTreeMap<&Place, &Setting>> = BTreeMap::new();
    for target in &model.targets {
        let Some(app) = target.app else { continue };
        let arguments = target.target.build.iter().flat_map(|build| &build.arguments);
        let settings = target.target.layers.iter().flat_map(|layer| &layer.settings).chain(arguments);
        let stored = settings.filter(|setting| is_stored(setting) && model.public_prefix(app, &setting.name).is_some());
        by_app.entry(app).or_default().extend(stored.map(|setting| (&setting.place, setting)));
    }
    for (app, found) in by_app {
        let app = &model.apps.list[app].name;
        if found.len() > FEW {
            let names = wording::names(found.values().map(|setting| &setting.name));
            let mut places = found.keys();
            let Some(first) = places.next() else { continue };
            let message = format!("{names} of {app} are kept as secrets, and every browser gets them");
            let finding = findings.report(first, "a public variable", message);
            finding.app(app).help("give them as plain values");
            finding.related.extend(places.map(|place| Label::new(place, "a public variable")));
            continue;
        }
        for (place, setting) in found {
            let message = format!("`{}` of {app} is kept as a secret, and every browser gets it", setting.name);
            let finding = findings.report(place, "a public variable", message);
            finding.variable(&setting.name).app(app).help("give it as a plain value");
        }
    }
}

/// Whether a value is kept where secrets are; GitHub's variables are none.
fn is_stored(setting: &Setting) -> bool {
    matches!(setting.value, SettingValue::Injected { store, .. } if store != StoreKind::GitHubVariables && store != StoreKind::Platform)
}
