//! Resources that keep secrets: the place for one, and its value.

use std::rc::Rc;

use super::settings::google;
use super::{Builder, Val};
use crate::fact::{StoreKind, StoredHere};
use crate::loaders::terraform::evaluate::Scope;
use crate::loaders::terraform::instance::{Instance, each_of};
use crate::loaders::terraform::parts::Layered;
use crate::name::SecretName;

/// A kind of resource that makes a secret of Google's Secret Manager, or gives it a value.
const GOOGLE: &[(&str, &str, &[&str])] = &[
    ("google_secret_manager_secret", "secret_id", &[]),
    ("google_secret_manager_regional_secret", "secret_id", &[]),
    ("google_secret_manager_secret_version", "secret", &["secret_data", "secret_data_wo"]),
    ("google_secret_manager_regional_secret_version", "secret", &["secret_data", "secret_data_wo"]),
];

impl<'a> Builder<'_, 'a> {
    /// What is put into a store is a secret, whatever it is called; and the secrets that are made are noted.
    pub(super) fn store(&mut self, instance: &Rc<Instance<'a>>, block: &Layered<'a>, kind: &str) {
        self.note_stored(instance, block, kind);
        let argument = match kind {
            "google_secret_manager_secret_version" | "google_secret_manager_regional_secret_version" => "secret_data",
            "aws_secretsmanager_secret_version" => "secret_string",
            "azurerm_key_vault_secret" => "value",
            _ => return,
        };
        let scope = Scope::of(instance, block.base.path);
        let Some(value) = scope.argument(self.world, block, argument) else { return };
        self.world.mark_stored(&value);
    }

    fn note_stored(&mut self, instance: &Rc<Instance<'a>>, block: &Layered<'a>, kind: &str) {
        let Some((_, argument, values)) = GOOGLE.iter().find(|(of, ..)| *of == kind) else { return };
        let gives_value = values.iter().any(|value| block.get(value).is_some());
        // A version without a value gives none.
        if !values.is_empty() && !gives_value {
            return;
        }
        let scope = Scope::of(instance, block.base.path);
        for each in scope.instances_of(self.world, block).found {
            let each = each.as_ref().map(|(key, value)| each_of(key, value));
            let bound = each.as_ref().map(|each| scope.with("each", each));
            let scope = bound.as_ref().map_or(scope, |bound| bound.scope());
            let Some(id) = scope.argument(self.world, block, argument) else { return };
            let Some(stored) = google(&id, &Val::unknown()) else { continue };
            let bare = stored.secret.as_str().rsplit('/').next().unwrap_or_default();
            let secret = SecretName::new(bare);
            self.stored_here.push(StoredHere { store: StoreKind::GoogleSecretManager, secret, gives_value });
        }
    }
}
