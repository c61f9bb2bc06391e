//! `mismatched-environment`: a target of one environment takes what is of another.

use std::collections::BTreeSet;

use crate::fact::{LayerKind, SecretFile, SettingValue, StoreKind, TargetKind, TerraformArgumentKind};
use crate::finding::Findings;
use crate::model::{AppTarget, ENVIRONMENT_VARIABLES, Model, is_unnamed};
use crate::name::{Environment, SecretName};
use crate::source::{Place, SourcePath};
use crate::tables::environments;

super::rule! {
    /// A target of one environment uses a secret, a file or a name of another.
    ///
    /// ## Why is this bad?
    ///
    /// Production writes into the database of development, or its mails go out with staging's key. Nothing fails, so
    /// nobody looks.
    ///
    /// ## When does it stay silent?
    ///
    /// Where only a guess says which environment a target is of, and where the word may be a part of the name: in the
    /// middle or at the beginning of an id it counts only if the same id with the right word exists as well.
    /// `NODE_ENV=production` is right in staging, too, and so is `RAILS_ENV=production`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/deploy.yml
    /// jobs:
    ///   deploy:
    ///     environment: production
    ///     steps:
    ///       - run: gcloud run deploy shop --set-secrets DATABASE_URL=shop-database-url-staging:latest
    /// ```
    ///
    /// ## Use instead
    ///
    /// The secret of that environment: `shop-database-url-production`.
    "mismatched-environment", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let ids = ids(model);
    for target in &model.targets {
        let Some(own) = said(model, target) else { continue };
        let label = format!("the {} `{}`", target.target.kind.word(), target.target.name);
        secrets(model, target, &own, &label, &ids, findings);
        files(model, target, &own, &label, findings);
        words(model, target, &own, &label, findings);
    }
    var_files(model, findings);
}

/// The environment of a target, if its file says it and no value of it.
fn said(model: &Model<'_>, target: &AppTarget<'_>) -> Option<Environment> {
    let environment = &target.environment;
    if is_unnamed(environment) || model.environments.is_test(environment) {
        return None;
    }
    let is_own = |word: &str| model.environments.of_word(word).as_ref() == Some(environment);
    let by_word = target.target.environment.as_deref().is_some_and(is_own);
    let by_path = || {
        let parts = target.group.paths.iter().flat_map(|path| path.as_str().split('/'));
        parts.flat_map(|part| part.split(['.', '-', '_'])).any(is_own)
    };
    (by_word || !target.target.signs.speaks_for_itself && by_path()).then(|| environment.clone())
}

/// Every id of a stored secret that a target takes or a listing holds.
fn ids<'m>(model: &'m Model<'_>) -> BTreeSet<&'m str> {
    let targets = model.targets.iter().map(|target| target.target);
    let taken = targets.flat_map(|target| {
        let settings = target.layers.iter().flat_map(|layer| &layer.settings);
        let injected = settings.filter_map(|setting| match &setting.value {
            SettingValue::Injected { secret, .. } => Some(secret),
            _ => None,
        });
        injected.chain(target.secret_files.iter().map(|file| &file.secret))
    });
    let listed = model.stores.all().flat_map(|(_, listing, _)| listing.secrets.iter().map(|stored| &stored.name));
    taken.chain(listed).map(SecretName::as_str).collect()
}

/// The other environment that a word means for certain: `test`, `local` and `live` are parts of many names.
fn other(model: &Model<'_>, word: &str, own: &Environment) -> Option<Environment> {
    const VAGUE: &[&str] =
        &["test", "tests", "testing", "ci", "e2e", "local", "live", "stage", "develop", "devel", "preview"];
    let lower = word.to_ascii_lowercase();
    let is_vague = VAGUE.contains(&lower.as_str()) && environments::environment_of(&lower).is_some();
    let environment = model.environments.of_word(&lower).filter(|_| !is_vague)?;
    (environment != *own).then_some(environment)
}

/// Whether a name holds a word of an environment.
fn speaks_of(model: &Model<'_>, name: &str, own: &Environment) -> bool {
    name.split(['-', '_', '.', '/']).any(|word| model.environments.of_word(word).as_ref() == Some(own))
}

fn secrets(
    model: &Model<'_>,
    target: &AppTarget<'_>,
    own: &Environment,
    label: &str,
    ids: &BTreeSet<&str>,
    findings: &mut Findings<'_>,
) {
    if target.target.kind == TargetKind::Step {
        return;
    }
    let settings = target.target.layers.iter().flat_map(|layer| &layer.settings);
    let injected = settings.filter_map(|setting| match &setting.value {
        SettingValue::Injected { secret, store, .. } => Some((secret, *store, &setting.place, Some(&setting.name))),
        _ => None,
    });
    let files = target.target.secret_files.iter();
    let files = files.map(|SecretFile { secret, store, place, .. }| (secret, *store, place, None));
    let mut seen = BTreeSet::new();
    for (secret, store, place, name) in injected.chain(files) {
        let Some(environment) = of_secret(model, secret.as_str(), store, own, ids) else { continue };
        if !seen.insert((secret, place)) {
            continue;
        }
        let message = format!("{label} of {own} takes the secret `{secret}`, which is {environment}'s");
        let finding = findings.report(place, "taken here", message);
        finding.environment(own).help(format!("take the secret of {own}"));
        finding.related(&target.target.place, format!("this is {own}'s"));
        if let Some(name) = name {
            finding.variable(name);
        }
    }
}

/// The environment whose secret an id is, if it is another one's.
fn of_secret(
    model: &Model<'_>,
    id: &str,
    store: StoreKind,
    own: &Environment,
    ids: &BTreeSet<&str>,
) -> Option<Environment> {
    if speaks_of(model, id, own) {
        return None;
    }
    let words: Vec<&str> = id.split(['-', '_', '/']).collect();
    if words.len() < 2 {
        return None;
    }
    let last = words.last().and_then(|word| other(model, word, own));
    let first = || words.first().and_then(|word| other(model, word, own));
    // `STAGING_DATABASE_URL` is how GitHub's secrets are told apart.
    let of_github = || first().filter(|_| store == StoreKind::GitHubSecrets);
    last.or_else(of_github).or_else(|| {
        words.iter().find_map(|word| {
            let environment = other(model, word, own)?;
            let mut names = model.environments.names(own);
            names.push(model.environments.id(own));
            let twin = |name: &&str| {
                let replaced: Vec<&str> = words.iter().map(|part| if part == word { *name } else { part }).collect();
                ids.contains(replaced.join("-").as_str()) || ids.contains(replaced.join("_").as_str())
            };
            names.iter().any(twin).then_some(environment)
        })
    })
}

/// Env files whose names speak of another environment, unless one of the target's own lies above them.
fn files(model: &Model<'_>, target: &AppTarget<'_>, own: &Environment, label: &str, findings: &mut Findings<'_>) {
    let named: Vec<(&SourcePath, &Place)> = target
        .target
        .layers
        .iter()
        .filter_map(|layer| match &layer.kind {
            LayerKind::EnvFile(Some(path)) => Some((path, &layer.named)),
            _ => None,
        })
        .collect();
    if named.iter().any(|(path, _)| speaks_of(model, path.name(), own)) {
        return;
    }
    for (path, place) in named {
        let Some(environment) = of_file(model, path, own) else { continue };
        let message = format!("{label} of {own} reads `{path}`, which is {environment}'s");
        let finding = findings.report(place, "read here", message);
        finding.environment(own).help(format!("read the file of {own}"));
    }
}

fn of_file(model: &Model<'_>, path: &SourcePath, own: &Environment) -> Option<Environment> {
    path.name().split(['.', '-', '_']).find_map(|word| other(model, word, own))
}

/// Modes of a framework rather than places: every deployed environment runs in `production`, as Rails' own guide has it.
const MODES: &[&str] = &["RAILS_ENV", "DJANGO_ENV"];

/// `APP_ENV=staging` in a target of production.
fn words(model: &Model<'_>, target: &AppTarget<'_>, own: &Environment, label: &str, findings: &mut Findings<'_>) {
    let layers = target.target.layers.iter().filter(|layer| layer.kind == LayerKind::Environment);
    for setting in layers.flat_map(|layer| &layer.settings) {
        if !ENVIRONMENT_VARIABLES.contains(&setting.name.as_str()) {
            continue;
        }
        let SettingValue::Given(template) = &setting.value else { continue };
        let Some(value) = template.as_literal() else { continue };
        let Some(environment) = model.environments.of_word(value.expose()).filter(|environment| environment != own)
        else {
            continue;
        };
        let is_mode = MODES.contains(&setting.name.as_str());
        let is_for_developers = |environment: &Environment| {
            environment.as_str() == "development" || model.environments.is_test(environment)
        };
        if is_mode && !(target.deployed && is_for_developers(&environment)) {
            continue;
        }
        let message = format!("{label} of {own} is told by `{}` that it is {environment}", setting.name);
        let finding = findings.report(&setting.place, "set here", message);
        finding.variable(&setting.name).environment(own).help(if is_mode {
            "set it to production: it is a mode, not a place".to_owned()
        } else {
            format!("set it to {own}")
        });
    }
}

/// `-var-file=staging.tfvars` in a job of production.
fn var_files(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for argument in model.project.groups.iter().flat_map(|group| &group.terraform_arguments) {
        let TerraformArgumentKind::File(Some(path)) = &argument.kind else { continue };
        let own = argument.run.environment.as_deref().and_then(|word| model.environments.of_word(word));
        let Some(own) = own.filter(|own| !speaks_of(model, path.as_str(), own)) else { continue };
        let Some(environment) = of_file(model, path, &own) else { continue };
        if seen.insert(&argument.place) {
            let message = format!("Terraform of {own} gets `{path}`, which is {environment}'s");
            findings
                .report(&argument.place, "given here", message)
                .environment(&own)
                .help(format!("give it the file of {own}"));
        }
    }
}
