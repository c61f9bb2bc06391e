//! `insensitive-terraform-variable`: Terraform prints a secret, as nobody told it that it is one.

use std::collections::BTreeMap;

use super::wording::{self, FEW};
use crate::fact::ModuleVariable;
use crate::finding::{Findings, Level};
use crate::model::Model;
use crate::name::Name;
use crate::source::SourcePath;
use crate::tables::secret_names;

super::rule! {
    /// A Terraform variable that holds a secret lacks `sensitive = true`.
    ///
    /// ## Why is this bad?
    ///
    /// `terraform plan` prints its value, in the logs of the pipeline too.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the variable is `ephemeral`. Where its value is the id of a secret, not the secret. In modules that others
    /// call: what they are given is kept back by the variable that it comes from. Variables of lists and maps.
    ///
    /// ## Example
    ///
    /// ```hcl
    /// variable "openai_api_key" {
    ///   type = string
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```hcl
    /// variable "openai_api_key" {
    ///   type      = string
    ///   sensitive = true
    /// }
    /// ```
    "insensitive-terraform-variable", Warning, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut by_file: BTreeMap<&SourcePath, Vec<&ModuleVariable>> = BTreeMap::new();
    for module in model.project.modules.iter().filter(|module| module.is_root && !module.is_example) {
        for variable in &module.variables {
            if variable.takes_text && !variable.sensitive && !variable.holds_id && holds_a_secret(model, variable) {
                by_file.entry(&variable.place.path).or_default().push(variable);
            }
        }
    }
    for (path, variables) in by_file {
        report(findings, path, &variables);
    }
}

fn report(findings: &mut Findings<'_>, path: &SourcePath, variables: &[&ModuleVariable]) {
    if variables.len() > FEW {
        let names = wording::names(variables.iter().map(|variable| &variable.name));
        let many = wording::count(variables.len(), "variable");
        let message = format!("{many} of `{path}` hold secrets and are not `sensitive`: {names}");
        if let Some((first, rest)) = variables.split_first() {
            let finding = findings.report(&first.place, "printed by `terraform plan`", message);
            finding.at_level(Level::Warning).help("add `sensitive = true`");
            for variable in rest {
                finding.related(&variable.place, "printed as well");
            }
        }
        return;
    }
    for variable in variables {
        let message = format!("`{}` holds a secret and is not `sensitive`", variable.name);
        let finding = findings.report(&variable.place, "printed by `terraform plan`", message);
        finding.variable(&variable.name).help("add `sensitive = true`");
    }
}

/// Whether a variable holds a secret: it is put into a store, it becomes one, or it is called like one.
fn holds_a_secret(model: &Model<'_>, variable: &ModuleVariable) -> bool {
    variable.stored || variable.feeds.iter().any(|name| is_secret(model, name)) || is_called_like_one(variable)
}

fn is_secret(model: &Model<'_>, name: &Name) -> bool {
    let mut declared = model.schemas.iter().filter_map(|schema| schema.declaration(name)?.declaration.secret);
    declared.next().unwrap_or_else(|| secret_names::names_a_secret(name.as_str()))
}

/// Keys are of many kinds in infrastructure: those of encryption are names of resources, those of SSH are public.
fn is_called_like_one(variable: &ModuleVariable) -> bool {
    const OTHER_KEYS: &[&str] = &["KMS", "SSH", "PARTITION", "SORT", "HASH", "RANGE", "ENCRYPTION", "OBJECT", "STATE"];
    let name = variable.name.as_str().to_ascii_uppercase();
    let other = name.ends_with("KEY") && name.split('_').any(|word| OTHER_KEYS.contains(&word));
    // What is fed to targets under other names was judged by them.
    !other && variable.feeds.is_empty() && secret_names::names_a_secret(&name)
}
