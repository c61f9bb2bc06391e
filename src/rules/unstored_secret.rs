//! `unstored-secret`: required, and nobody stored it.

use std::collections::BTreeMap;

use super::wording;
use crate::finding::Findings;
use crate::model::{Binding, Model, StoredState};
use crate::name::{Environment, SecretName};
use crate::source::{Place, SourcePath};

super::rule! {
    /// A secret that an environment requires is not in the listing of its store.
    ///
    /// ## Why is this bad?
    ///
    /// The deploy fails, or the app starts without it.
    ///
    /// ## When does it stay silent?
    ///
    /// Without a listing of that environment, with an incomplete one, and where nothing tells how the ids of secrets
    /// are made: then it is unknown. If none of the expected secrets is there, one finding asks whether the listing is
    /// of the right project.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// KV_REDIS_PASSWORD = { secret = true }
    /// ```
    ///
    /// ```toml
    /// # envcheck.toml
    /// [[store]]
    /// kind = "google"
    /// secret_name = "shop-{name}-{environment}"
    /// listing = "infra/{environment}.json"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Store it, for instance with `gcloud secrets create`, and save the listing anew.
    "unstored-secret", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut unstored: BTreeMap<(&Environment, &SecretName), Vec<&Binding>> = BTreeMap::new();
    let mut held: BTreeMap<&Environment, usize> = BTreeMap::new();
    for binding in &model.bindings {
        match &binding.stored {
            Some(StoredState::Held(..)) => *held.entry(&binding.environment).or_default() += 1,
            Some(StoredState::Lacking(secret, _))
                if binding.needs_a_value() && !binding.is_given() && !binding.soft =>
            {
                unstored.entry((&binding.environment, secret)).or_default().push(binding);
            }
            _ => {}
        }
    }
    let mut by_environment: BTreeMap<&Environment, Vec<(&SecretName, Vec<&Binding>)>> = BTreeMap::new();
    for ((environment, secret), bindings) in unstored {
        by_environment.entry(environment).or_default().push((secret, bindings));
    }
    for (environment, secrets) in by_environment {
        if held.contains_key(environment) || secrets.len() < 2 {
            for (secret, bindings) in secrets {
                single(model, findings, environment, secret, &bindings);
            }
        } else {
            wrong_project(model, findings, environment, &secrets);
        }
    }
}

fn single(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    environment: &Environment,
    secret: &SecretName,
    bindings: &[&Binding],
) {
    let Some(first) = bindings.first() else { return };
    let mut apps: Vec<&str> = bindings.iter().map(|binding| model.apps.list[binding.app].name.as_str()).collect();
    apps.dedup();
    let message =
        format!("`{}` of {} is not stored in {environment}: there is no `{secret}`", first.name, wording::words(&apps));
    let finding = findings.report(&first.place, "required here", message);
    finding.variable(&first.name).environment(environment);
    if let [app] = apps.as_slice() {
        finding.app(app);
    }
    let former = first.declaration.renamed_from.iter().find_map(|name| {
        let id = model.stores.secret_name(&model.apps.list[first.app], environment, &model.environments, name)?;
        find_stored(model, environment, id.as_str())
    });
    match former.or_else(|| nearest(model, environment, secret)) {
        Some((place, name)) => {
            finding.related(&place, "the nearest stored name").help(format!("store `{secret}`, or is `{name}` meant?"));
        }
        None => {
            finding.help(format!("store `{secret}`, then save the listing anew"));
        }
    }
}

fn wrong_project(
    model: &Model<'_>,
    findings: &mut Findings<'_>,
    environment: &Environment,
    secrets: &[(&SecretName, Vec<&Binding>)],
) {
    let Some((path, _)) = model.stores.listings(environment, None).next() else { return };
    let place = start_of(path);
    let names = wording::names(secrets.iter().map(|(secret, _)| secret));
    let message =
        format!("none of the {} secrets that {environment} requires is in its listing: {names}", secrets.len());
    let finding = findings.report(&place, "holds none of them", message);
    finding
        .environment(environment)
        .help("is it the listing of the right project, and does `secret_name` say how ids are made?");
    for binding in secrets.iter().filter_map(|(_, bindings)| bindings.first()) {
        finding.related(&binding.place, format!("`{}` is required here", binding.name));
    }
}

fn start_of(path: &SourcePath) -> Place {
    Place::new(path, crate::source::Span::default())
}

fn find_stored(model: &Model<'_>, environment: &Environment, id: &str) -> Option<(Place, String)> {
    model.stores.listings(environment, None).find_map(|(path, listing)| {
        let stored = listing.secrets.iter().find(|stored| stored.name.as_str() == id)?;
        Some((Place::new(path, stored.span), stored.name.to_string()))
    })
}

/// The stored id that is most like the expected one, if it is very like it.
///
/// In a long listing nobody looks for it: each secret that lacks would be compared with each that is there.
fn nearest(model: &Model<'_>, environment: &Environment, secret: &SecretName) -> Option<(Place, String)> {
    const LONG: usize = 1000;
    if model.stores.listings(environment, None).map(|(_, listing)| listing.secrets.len()).sum::<usize>() > LONG {
        return None;
    }
    let all = model.stores.listings(environment, None).flat_map(|(path, listing)| {
        listing.secrets.iter().map(move |stored| (Place::new(path, stored.span), stored.name.to_string()))
    });
    all.map(|found| (strsim::jaro_winkler(&found.1, secret.as_str()), found))
        .filter(|(likeness, _)| *likeness > 0.93)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, found)| found)
}
