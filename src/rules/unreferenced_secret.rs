//! `unreferenced-secret`: stored, and meant for nobody.

use super::wording;
use crate::finding::Findings;
use crate::model::Model;
use crate::name::{Environment, Name, SecretName};
use crate::source::{Place, Span};

super::rule! {
    /// The store holds a secret of this repository's naming pattern that nothing declares or takes.
    ///
    /// ## Why is this bad?
    ///
    /// It is either left over, and one more secret to lose, or it has the old name of one that is missing.
    ///
    /// ## When does it stay silent?
    ///
    /// For ids that do not follow the naming pattern, and where the pattern has no text of its own (`{name}`): other
    /// repositories may use the same store.
    ///
    /// ## Example
    ///
    /// ```json
    /// [{ "name": "projects/1/secrets/shop-auth-secret-prod" }]
    /// ```
    ///
    /// ## Use instead
    ///
    /// Declare the variable, or delete the secret by hand once nobody uses it. envcheck never deletes one.
    "unreferenced-secret", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    if !model.schemas.iter().any(crate::model::AppSchema::exists) {
        return;
    }
    let explicit = model.stores.explicit_ids();
    for (path, listing, environment) in model.stores.all() {
        let unreferenced: Vec<(&SecretName, Span, Option<Name>)> = listing
            .secrets
            .iter()
            .filter(|stored| !explicit.contains(stored.name.as_str()))
            .filter(|stored| !is_referenced(model, environment, &stored.name))
            .filter_map(|stored| Some((&stored.name, stored.span, former_name(model, environment, &stored.name)?)))
            .map(|(name, span, former)| (name, span, Some(former).filter(|former| !former.as_str().is_empty())))
            .collect();
        let Some((first, span, former)) = unreferenced.first() else { continue };
        let names = wording::names(unreferenced.iter().map(|(name, _, _)| name));
        let verb = if unreferenced.len() == 1 { "is" } else { "are" };
        let message = format!("{names} {verb} stored in {environment}, and nothing declares or takes {}", {
            if unreferenced.len() == 1 { "it" } else { "them" }
        });
        let finding = findings.report(&Place::new(path, *span), "stored here", message);
        finding.environment(environment);
        for (_, span, _) in &unreferenced[1..] {
            finding.related(&Place::new(path, *span), "stored here");
        }
        finding.help(match former {
            Some(new) => {
                format!("`{first}` is a former name of `{new}`: store it under the new one, then retire this one")
            }
            None => "declare the variable, or retire the secret by hand once nobody uses it".to_owned(),
        });
    }
}

fn is_referenced(model: &Model<'_>, environment: &Environment, secret: &SecretName) -> bool {
    let by_declaration = (0..model.apps.list.len()).any(|app| {
        let schema = &model.schemas[app];
        let id = |name: &Name| model.stores.secret_name(&model.apps.list[app], environment, &model.environments, name);
        schema.resolved.open
            || schema.resolved.declarations.keys().any(|name| id(name).as_ref() == Some(secret))
            || part(model, app, environment, secret).is_some_and(|name| schema.declaration(&name).is_some())
    });
    let injected = model.project.groups.iter().flat_map(|group| &group.targets).flat_map(|target| &target.layers);
    by_declaration
        || injected.flat_map(|layer| &layer.settings).any(|setting| {
            matches!(&setting.value, crate::fact::SettingValue::Injected { secret: taken, .. } if taken == secret)
        })
}

/// The variable that the id would be of, by the pattern of an app.
fn part(model: &Model<'_>, app: usize, environment: &Environment, secret: &SecretName) -> Option<Name> {
    let part = model.stores.variable_part(&model.apps.list[app], environment, &model.environments, secret)?;
    Some(Name::new(&part))
}

/// The variable whose former name the id holds; the empty name where it is of the pattern, but of no former name;
/// `None` where it is not of the pattern.
fn former_name(model: &Model<'_>, environment: &Environment, secret: &SecretName) -> Option<Name> {
    let mut of_pattern = None;
    for app in 0..model.apps.list.len() {
        let Some(part) = part(model, app, environment, secret) else { continue };
        let declared = model.schemas[app].resolved.declarations.iter();
        let new = declared.into_iter().find(|(_, declared)| declared.declaration.renamed_from.contains(&part));
        if let Some((new, _)) = new {
            return Some(new.clone());
        }
        of_pattern = Some(Name::new(""));
    }
    of_pattern
}
