//! The rules: pure functions from the model to findings.
//!
//! A new rule is one file here, a line in [`RULES`] and a folder of fixtures of its name.

use crate::finding::{Findings, Level};
use crate::model::Model;

/// Makes a file's `RULE` from its documentation, id, level and version.
macro_rules! rule {
    ($(#[doc = $doc:literal])+ $id:literal, $level:ident, since $since:literal, $check:ident) => {
        $(#[doc = $doc])+
        pub(super) static RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $id,
            default_level: $crate::finding::Level::$level,
            since: $since,
            docs: concat!($($doc, "\n"),+),
            check: $check,
        };
    };
}
use rule;

mod ambiguous_syntax;
mod baked_secret;
mod broken_secret;
mod committed_secret;
mod conflicting_declarations;
mod deprecated_variable;
mod disagreeing_values;
mod dropped_build_argument;
mod duplicate_definition;
mod empty_value;
mod environment_drift;
mod gathered;
mod incomplete_group;
mod insensitive_terraform_variable;
mod invalid_name;
mod invalid_syntax;
mod invalid_value;
mod kinds;
mod late_public_variable;
mod mangled_scalar;
mod mismatched_environment;
mod misplaced_credential;
mod missing_build_secret;
mod missing_env_file;
mod missing_terraform_variable;
mod missing_variable;
mod modules;
mod placeholder_value;
mod plaintext_secret;
mod public_secret;
mod public_value_in_secret_store;
mod renamed_variable;
mod service_drift;
mod shared_secret;
mod skipped_validation;
mod template_drift;
mod unavailable_version;
mod undeclared_terraform_variable;
mod undeclared_variable;
mod undefined_reference;
mod undocumented_variable;
mod unescaped_password;
mod unknown_secret_reference;
mod unlisted_task_variable;
mod unpinned_version;
mod unprefixed_client_variable;
mod unreachable_public_url;
mod unreferenced_secret;
mod unstored_secret;
mod untidy_file;
mod unused_ignore;
mod unused_terraform_variable;
mod unverified_variable;
mod weak_secret;
mod wording;

/// Every rule, by id.
pub static RULES: &[&Rule] = &[
    &ambiguous_syntax::RULE,
    &baked_secret::RULE,
    &broken_secret::RULE,
    &committed_secret::RULE,
    &conflicting_declarations::RULE,
    &deprecated_variable::RULE,
    &disagreeing_values::RULE,
    &dropped_build_argument::RULE,
    &duplicate_definition::RULE,
    &empty_value::RULE,
    &environment_drift::RULE,
    &incomplete_group::RULE,
    &insensitive_terraform_variable::RULE,
    &invalid_name::RULE,
    &invalid_syntax::RULE,
    &invalid_value::RULE,
    &late_public_variable::RULE,
    &mangled_scalar::RULE,
    &mismatched_environment::RULE,
    &misplaced_credential::RULE,
    &missing_build_secret::RULE,
    &missing_env_file::RULE,
    &missing_terraform_variable::RULE,
    &missing_variable::RULE,
    &placeholder_value::RULE,
    &plaintext_secret::RULE,
    &public_secret::RULE,
    &public_value_in_secret_store::RULE,
    &renamed_variable::RULE,
    &service_drift::RULE,
    &shared_secret::RULE,
    &skipped_validation::RULE,
    &template_drift::RULE,
    &unavailable_version::RULE,
    &undeclared_terraform_variable::RULE,
    &undeclared_variable::RULE,
    &undefined_reference::RULE,
    &undocumented_variable::RULE,
    &unescaped_password::RULE,
    &unknown_secret_reference::RULE,
    &unlisted_task_variable::RULE,
    &unpinned_version::RULE,
    &unprefixed_client_variable::RULE,
    &unreachable_public_url::RULE,
    &unreferenced_secret::RULE,
    &unstored_secret::RULE,
    &untidy_file::RULE,
    &unused_ignore::RULE,
    &unused_terraform_variable::RULE,
    &unverified_variable::RULE,
    &weak_secret::RULE,
];

/// One check, with an id.
pub struct Rule {
    /// Its id: kebab-case, names the fault, never changes.
    pub id: &'static str,
    /// The level of its findings unless the user or the finding says otherwise.
    pub default_level: Level,
    /// The version that it came with.
    pub since: &'static str,
    /// Its documentation, in Markdown: one line that says what it finds, then sections.
    pub docs: &'static str,
    /// Finds.
    pub check: fn(&Model<'_>, &mut Findings<'_>),
}

impl Rule {
    /// What it finds, in one line.
    pub fn summary(&self) -> &'static str {
        self.docs.trim_start().lines().next().unwrap_or_default().trim()
    }
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
