//! `unused-terraform-variable`: a module takes a variable and does nothing with it.

use std::collections::BTreeMap;

use super::modules;
use super::wording::{self, FEW};
use crate::fact::{Module, ModuleVariable};
use crate::finding::Findings;
use crate::model::Model;
use crate::source::{Place, SourcePath};

super::rule! {
    /// A variable of a Terraform module is referenced nowhere.
    ///
    /// ## Why is this bad?
    ///
    /// The value that is given for it goes nowhere. Whoever changes it in `prod.tfvars` believes that production changes.
    ///
    /// ## When does it stay silent?
    ///
    /// Where a file of the module could not be read, or is written in JSON. In examples and tests of modules. Where the
    /// module reads none of its variables: something else does then. For variables that only say which environment it is
    /// (`environment`, `stage`): they head files of values for whoever reads those.
    ///
    /// ## Example
    ///
    /// ```hcl
    /// variable "region" { type = string }
    /// variable "redis_tier" { type = string }
    ///
    /// resource "google_redis_instance" "cache" {
    ///   name   = "cache"
    ///   region = var.region
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// Refer to it (`tier = var.redis_tier`), or remove the block and the values that are given for it.
    "unused-terraform-variable", Warning, since "0.1.0", check
}

/// Names of variables that tell people what a file of values is for.
const HEADS: &[&str] = &["environment", "env", "env_name", "environment_name", "stage"];

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for module in model.project.modules.iter().filter(|module| !module.is_example && modules::is_whole(model, module)) {
        if module.variables.iter().all(|variable| !variable.used) {
            continue;
        }
        let mut by_file: BTreeMap<&SourcePath, Vec<&ModuleVariable>> = BTreeMap::new();
        let unused = |variable: &&ModuleVariable| !variable.used && !HEADS.contains(&variable.name.as_str());
        for variable in module.variables.iter().filter(unused) {
            by_file.entry(&variable.place.path).or_default().push(variable);
        }
        for unused in by_file.values() {
            report(findings, module, unused);
        }
    }
}

fn report(findings: &mut Findings<'_>, module: &Module, unused: &[&ModuleVariable]) {
    let folder = modules::called(module);
    if unused.len() > FEW {
        let names = wording::names(unused.iter().map(|variable| &variable.name));
        let message =
            format!("{folder} takes {} and reads none of them: {names}", wording::count(unused.len(), "variable"));
        if let Some((first, rest)) = unused.split_first() {
            let finding = findings.report(&first.place, "never read", message);
            finding.help("refer to them, or remove the blocks and the values that are given for them");
            for variable in rest {
                finding.related(&variable.place, "never read");
            }
        }
        return;
    }
    for variable in unused {
        let message = format!("{folder} takes `{}` and never reads it", variable.name);
        let finding = findings.report(&variable.place, "never read", message);
        finding.variable(&variable.name);
        finding.help("refer to it, or remove the block and the values that are given for it");
        for place in given(module, variable) {
            finding.related(place, "this value goes nowhere");
        }
    }
}

fn given<'m>(module: &'m Module, variable: &ModuleVariable) -> Vec<&'m Place> {
    let names = module.given.iter().flat_map(|given| &given.names);
    names.filter(|(name, _)| *name == variable.name).map(|(_, place)| place).collect()
}
