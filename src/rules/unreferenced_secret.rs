//! `unreferenced-secret`: stored, and meant for nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::fact::StoreKind;
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
        let known = Known::of(model, environment);
        let unreferenced: Vec<(&SecretName, Span, Option<Name>)> = listing
            .secrets
            .iter()
            .filter(|stored| !explicit.contains(stored.name.as_str()))
            .filter(|stored| !known.is_referenced(model, environment, listing.store, &stored.name))
            .filter_map(|stored| {
                Some((&stored.name, stored.span, known.former_name(model, environment, &stored.name)?))
            })
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

/// What speaks of stored ids in an environment, found once for all of them.
struct Known<'m> {
    /// The ids of what is declared.
    declared: BTreeSet<SecretName>,
    /// The ids that targets take.
    taken: BTreeSet<(StoreKind, &'m str)>,
    /// By app: the former names of what it declares, with the new ones.
    former: Vec<BTreeMap<&'m Name, &'m Name>>,
}

impl<'m> Known<'m> {
    fn of(model: &'m Model<'_>, environment: &Environment) -> Self {
        let mut known = Self { declared: BTreeSet::new(), taken: BTreeSet::new(), former: Vec::new() };
        for (app, schema) in model.apps.list.iter().zip(&model.schemas) {
            let mut former = BTreeMap::new();
            for (name, declared) in &schema.resolved.declarations {
                known.declared.extend(model.stores.secret_name(app, environment, &model.environments, name));
                for old in &declared.declaration.renamed_from {
                    former.entry(old).or_insert(name);
                }
            }
            known.former.push(former);
        }
        known.taken = model.injections().map(|taken| (taken.store, taken.id())).collect();
        known
    }

    fn is_referenced(
        &self,
        model: &Model<'_>,
        environment: &Environment,
        store: StoreKind,
        secret: &SecretName,
    ) -> bool {
        self.declared.contains(secret)
            || self.taken.contains(&(store, secret.as_str()))
            // What an external secret names whose store is not described may be of any.
            || self.taken.contains(&(StoreKind::Kubernetes, secret.as_str()))
            || (0..model.apps.list.len()).any(|app| {
                let schema = &model.schemas[app];
                schema.resolved.open
                    || part(model, app, environment, secret).is_some_and(|name| schema.declaration(&name).is_some())
            })
    }

    /// The variable whose former name the id holds; the empty name where it is of the pattern, but of no former name;
    /// `None` where it is not of the pattern.
    fn former_name(&self, model: &Model<'_>, environment: &Environment, secret: &SecretName) -> Option<Name> {
        let mut of_pattern = None;
        for (app, former) in self.former.iter().enumerate() {
            let Some(part) = part(model, app, environment, secret) else { continue };
            if let Some(new) = former.get(&part) {
                return Some((*new).clone());
            }
            of_pattern = Some(Name::new(""));
        }
        of_pattern
    }
}

/// The variable that the id would be of, by the pattern of an app.
fn part(model: &Model<'_>, app: usize, environment: &Environment, secret: &SecretName) -> Option<Name> {
    let part = model.stores.variable_part(&model.apps.list[app], environment, &model.environments, secret)?;
    Some(Name::new(&part))
}
