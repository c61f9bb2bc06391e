//! `unstored-secret`: required, and nobody stored it.

use std::collections::BTreeMap;

use super::wording;
use crate::fact::StoreKind;
use crate::finding::Findings;
use crate::model::{Binding, Holding, Injection, Model, StoredState};
use crate::name::{Environment, Name, SecretName};
use crate::source::{Place, SourcePath};

super::rule! {
    /// A secret that an environment requires or takes is not in the listing of its store.
    ///
    /// ## Why is this bad?
    ///
    /// The deploy fails, or the app starts without it.
    ///
    /// ## When does it stay silent?
    ///
    /// Without a listing of that environment, with an incomplete one, and where nothing tells how the ids of secrets
    /// are made: then it is unknown. If none of the expected secrets is there, one finding asks whether the listing is
    /// of the right project. A secret that is named with another project than the listing's is not looked for.
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

/// What needs a secret.
enum Cause<'m> {
    /// A schema, by the variable.
    Required(&'m Binding),
    /// A target, which names its id.
    Taken(Injection<'m>),
}

impl<'m> Cause<'m> {
    fn place(&self) -> &Place {
        match self {
            Self::Required(binding) => &binding.place,
            Self::Taken(taken) => taken.place,
        }
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Required(_) => "required here",
            Self::Taken(_) => "taken here",
        }
    }

    fn app(&self, model: &'m Model<'_>) -> Option<&'m str> {
        let app = match self {
            Self::Required(binding) => Some(binding.app),
            Self::Taken(taken) => taken.target.app,
        };
        app.map(|app| model.apps.list[app].name.as_str())
    }

    fn variable(&self) -> Option<&'m Name> {
        match self {
            Self::Required(binding) => Some(&binding.name),
            Self::Taken(taken) => taken.variable,
        }
    }

    /// `` `API_KEY` of api ``, `` the file `/secrets/key` of api ``.
    fn whose(&self, model: &'m Model<'_>) -> String {
        let of = match self {
            Self::Required(_) => String::new(),
            Self::Taken(taken) => taken.target.target.name.clone(),
        };
        let of = self.app(model).unwrap_or(&of);
        match self {
            Self::Required(Binding { name, .. }) => format!("`{name}` of {of}"),
            Self::Taken(taken) => match (taken.variable, taken.name) {
                (Some(name), _) => format!("`{name}` of {of}"),
                (None, "") => format!("a part of what {of} gets"),
                (None, path) => format!("the file `{path}` of {of}"),
            },
        }
    }
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut unstored: BTreeMap<(&Environment, &SecretName), Vec<Cause<'_>>> = BTreeMap::new();
    let mut held: BTreeMap<&Environment, usize> = BTreeMap::new();
    for binding in &model.bindings {
        match &binding.stored {
            Some(StoredState::Held(..)) => *held.entry(&binding.environment).or_default() += 1,
            Some(StoredState::Lacking(secret, _))
                if binding.needs_a_value() && !binding.is_given() && !binding.soft =>
            {
                unstored.entry((&binding.environment, secret)).or_default().push(Cause::Required(binding));
            }
            _ => {}
        }
    }
    // What GitHub keeps is for workflows; of that `unknown-secret-reference` speaks.
    let is_for_workflows = |store| matches!(store, StoreKind::GitHubSecrets | StoreKind::GitHubVariables);
    for taken in model.injections().filter(|taken| !is_for_workflows(taken.store)) {
        let environment = &taken.target.environment;
        let app = taken.target.app.map(|app| &model.apps.list[app]);
        match model.stores.holding_for(app, environment, Some(taken.store), taken.secret) {
            Ok(Holding::Held(..)) => *held.entry(environment).or_default() += 1,
            Ok(Holding::Lacking(..)) => {
                let causes = unstored.entry((environment, taken.secret)).or_default();
                // What several targets share stands at one place.
                if causes.iter().all(|cause| cause.place() != taken.place) {
                    causes.push(Cause::Taken(taken));
                }
            }
            Err(_) => {}
        }
    }
    let mut by_environment: BTreeMap<&Environment, Vec<(&SecretName, Vec<Cause<'_>>)>> = BTreeMap::new();
    for ((environment, secret), causes) in unstored {
        by_environment.entry(environment).or_default().push((secret, causes));
    }
    for (environment, secrets) in by_environment {
        if held.contains_key(environment) || secrets.len() < 2 {
            for (secret, causes) in secrets {
                single(model, findings, environment, secret, &causes);
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
    causes: &[Cause<'_>],
) {
    let Some((first, rest)) = causes.split_first() else { return };
    let mut apps: Vec<&str> = causes.iter().filter_map(|cause| cause.app(model)).collect();
    apps.sort_unstable();
    apps.dedup();
    let message = match first {
        Cause::Required(binding) => format!(
            "`{}` of {} is not stored in {environment}: there is no `{secret}`",
            binding.name,
            wording::words(&apps)
        ),
        Cause::Taken(_) => {
            format!("{} takes `{secret}`, which is not stored in {environment}", first.whose(model))
        }
    };
    let finding = findings.report(first.place(), first.label(), message);
    finding.environment(environment);
    if let Some(name) = first.variable() {
        finding.variable(name);
    }
    if let [app] = apps.as_slice() {
        finding.app(app);
    }
    for cause in rest.iter().filter(|cause| matches!(cause, Cause::Taken(_))) {
        finding.related(cause.place(), cause.label());
    }
    let former = || {
        let Cause::Required(first) = first else { return None };
        first.declaration.renamed_from.iter().find_map(|name| {
            let id = model.stores.secret_name(&model.apps.list[first.app], environment, &model.environments, name)?;
            find_stored(model, environment, id.as_str())
        })
    };
    match former().or_else(|| nearest(model, environment, secret)) {
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
    secrets: &[(&SecretName, Vec<Cause<'_>>)],
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
    for cause in secrets.iter().filter_map(|(_, causes)| causes.first()) {
        let what = cause.variable().map_or_else(|| "it".to_owned(), |name| format!("`{name}`"));
        finding.related(cause.place(), format!("{what} is {}", cause.label()));
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
        // The same name may be stored for another environment alone.
        .filter(|(likeness, (_, name))| *likeness > 0.93 && name != secret.as_str())
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, found)| found)
}
