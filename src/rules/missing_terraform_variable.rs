//! `missing-terraform-variable`: one environment's file lacks what the others' set.

use std::collections::{BTreeMap, BTreeSet};

use super::modules;
use super::wording::{self, FEW};
use crate::fact::{Module, ModuleValues, ModuleVariable};
use crate::finding::Findings;
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::source::Place;

super::rule! {
    /// A Terraform variable without a default is set for some environments and not for another.
    ///
    /// ## Why is this bad?
    ///
    /// `terraform apply -var-file=staging.tfvars` stops and asks for it, or fails where nobody is there to answer.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the variable has a default, where a file that is always read gives it (`terraform.tfvars`,
    /// `*.auto.tfvars`), where a workflow, a script or an env file gives it (`-var`, `-var-file`, `TF_VAR_…`), and where
    /// no file of any environment sets it, so that it comes from elsewhere in all of them.
    ///
    /// ## Example
    ///
    /// ```hcl
    /// # variables.tf
    /// variable "image_tag" { type = string }
    /// variable "redis_tier" { type = string }
    /// ```
    ///
    /// ```hcl
    /// # prod.tfvars
    /// image_tag  = "v12"
    /// redis_tier = "STANDARD_HA"
    /// ```
    ///
    /// ```hcl
    /// # staging.tfvars
    /// image_tag = "v13"
    /// ```
    ///
    /// ## Use instead
    ///
    /// A value in that environment's file as well, or a `default` in the `variable` block.
    "missing-terraform-variable", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for module in model.project.modules.iter().filter(|module| module.is_root && !module.is_example) {
        if modules::is_whole(model, module) {
            of_module(model, findings, module);
        }
    }
}

fn of_module(model: &Model<'_>, findings: &mut Findings<'_>, module: &Module) {
    let mut by_environment: BTreeMap<Environment, Vec<&ModuleValues>> = BTreeMap::new();
    let mut everywhere: BTreeSet<&Name> = BTreeSet::new();
    for given in &module.given {
        let environment = given.environment.as_deref().and_then(|word| model.environments.of_word(word));
        match environment {
            Some(environment) if !given.automatic && !given.template && !given.local => {
                by_environment.entry(environment).or_default().push(given);
            }
            // What only shows what to write stands for a file that is kept elsewhere.
            _ => everywhere.extend(given.names.iter().map(|(name, _)| name)),
        }
    }
    if by_environment.len() < 2 || by_environment.values().flatten().any(|given| !given.whole) {
        return;
    }
    let mut elsewhere: BTreeMap<&Name, Vec<&Place>> = BTreeMap::new();
    for (name, place) in by_environment.values().flatten().flat_map(|given| &given.names) {
        elsewhere.entry(name).or_default().push(place);
    }
    for (environment, files) in &by_environment {
        let own: BTreeSet<&Name> = files.iter().flat_map(|given| &given.names).map(|(name, _)| name).collect();
        let missing = module.variables.iter().filter(|variable| {
            let name = &variable.name;
            variable.required && !own.contains(name) && !everywhere.contains(name)
        });
        let mut missing: Vec<(&ModuleVariable, Vec<&Place>)> =
            missing.filter_map(|variable| Some((variable, elsewhere.get(&variable.name)?.clone()))).collect();
        // What people give by hand stands all over the repository, so that it is looked for only where it matters.
        if missing.is_empty() {
            continue;
        }
        let Some(by_hand) = modules::given_by_hand(model, module, environment) else { continue };
        missing.retain(|(variable, _)| !by_hand.contains(&variable.name));
        report(findings, environment, files, &missing);
    }
}

fn report(
    findings: &mut Findings<'_>,
    environment: &Environment,
    files: &[&ModuleValues],
    missing: &[(&ModuleVariable, Vec<&Place>)],
) {
    let paths = wording::names(files.iter().map(|given| &given.path));
    let help = "set it in the file of that environment, or give the variable a default";
    if missing.len() > FEW {
        let names = wording::names(missing.iter().map(|(variable, _)| &variable.name));
        let many = wording::count(missing.len(), "required variable");
        let message = format!("{paths} of {environment} lacks {many} that other environments set: {names}");
        if let Some(((first, _), rest)) = missing.split_first() {
            let finding = findings.report(&first.place, "required here", message);
            finding.environment(environment).help("set them in the file of that environment, or give them defaults");
            for (variable, _) in rest {
                finding.related(&variable.place, format!("`{}` is required here", variable.name));
            }
        }
        return;
    }
    for (variable, places) in missing {
        let message = format!("`{}` has no value in {paths} of {environment}", variable.name);
        let finding = findings.report(&variable.place, "required here", message);
        finding.variable(&variable.name).environment(environment).help(help);
        for place in places {
            finding.related(place, "set here");
        }
    }
}
