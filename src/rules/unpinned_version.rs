//! `unpinned-version`: whoever adds a version changes what runs.

use std::collections::BTreeSet;

use super::wording::{self, FEW};
use crate::fact::{Setting, SettingValue, StoreKind};
use crate::finding::{Findings, Label};
use crate::model::Model;
use crate::name::Version;
use crate::source::Place;

super::rule! {
    /// A variable takes the newest version of a stored secret, whichever that is.
    ///
    /// ## Why is this bad?
    ///
    /// A variable is read when an instance starts. After somebody adds a version, old instances go on with the old one and
    /// new instances start with the new one, and rolling back the app does not roll back the secret. Google advises to
    /// pin the version of a secret that is given as a variable.
    ///
    /// ## When does it stay silent?
    ///
    /// For secrets that are mounted as files, which are read anew each time. The rule is off unless it is asked for.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # service.production.yaml, of Cloud Run
    /// env:
    ///   - name: DATABASE_URL
    ///     valueFrom:
    ///       secretKeyRef: { name: shop-database-url, key: latest }
    /// ```
    ///
    /// ## Use instead
    ///
    /// The number of the version: `key: "3"`.
    "unpinned-version", Off, since "0.1.0", check
}

/// The stores that number their versions, so that one can be named.
const NUMBERED: &[StoreKind] = &[
    StoreKind::GoogleSecretManager,
    StoreKind::AwsSecretsManager,
    StoreKind::AwsParameterStore,
    StoreKind::AzureKeyVault,
];

const HELP: &str = "name the version, so that adding one changes nothing by itself";

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut told: BTreeSet<&Place> = BTreeSet::new();
    for target in model.targets.iter().filter(|target| target.deployed && !target.foreign) {
        let settings = target.target.layers.iter().flat_map(|layer| &layer.settings);
        // What several targets share, such as a base below overlays, is told with the first of them.
        let unpinned: Vec<&Setting> =
            settings.filter(|setting| is_unpinned(setting) && told.insert(&setting.place)).collect();
        let of = format!("the {} `{}` in {}", target.target.kind.word(), target.target.name, target.environment);
        let together = unpinned.len() > FEW;
        for (index, setting) in unpinned.iter().enumerate().filter(|(index, _)| *index == 0 || !together) {
            let message = if together {
                let names = wording::names(unpinned.iter().map(|setting| &setting.name));
                format!("{names} of {of} take the newest versions of their secrets")
            } else {
                format!("`{}` of {of} takes the newest version of its secret", setting.name)
            };
            let finding = findings.report(&setting.place, "not pinned", message);
            finding.environment(&target.environment).help(HELP);
            if let Some(app) = target.app.and_then(|app| model.apps.list.get(app)) {
                finding.app(&app.name);
            }
            if together {
                let rest = unpinned.iter().skip(index + 1);
                finding.related.extend(rest.map(|setting| Label::new(&setting.place, "not pinned")));
            } else {
                finding.variable(&setting.name);
            }
        }
    }
}

fn is_unpinned(setting: &Setting) -> bool {
    matches!(&setting.value, SettingValue::Injected { store, version: Version::Latest, .. } if NUMBERED.contains(store))
}
