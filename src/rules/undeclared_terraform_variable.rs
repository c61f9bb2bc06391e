//! `undeclared-terraform-variable`: a value for a variable that no module takes, or a read of one.

use std::collections::BTreeSet;

use super::modules;
use super::wording::{self, FEW};
use crate::fact::{FactKind, Module, TerraformArgumentKind};
use crate::finding::{Findings, Level};
use crate::model::Model;
use crate::name::Name;
use crate::source::{Place, SourcePath};

super::rule! {
    /// A Terraform variable is given a value, or read, and its module does not declare it.
    ///
    /// ## Why is this bad?
    ///
    /// Terraform only warns of a value for it, or says nothing where it comes from `TF_VAR_…`, and plans without the
    /// value: what was set in `prod.tfvars` never reaches production. Where the module reads it, Terraform refuses to plan.
    ///
    /// ## When does it stay silent?
    ///
    /// Where the module is not in the repository, or a file of it could not be read. A file that is not read unasked may
    /// be for another module: where its module declares less than half of what it sets, nothing is said of it. Nor is
    /// it of reads, where less than half of what the module reads is declared: then something else writes the rest.
    ///
    /// ## Example
    ///
    /// ```hcl
    /// # variables.tf
    /// variable "redis_tier" { type = string }
    /// ```
    ///
    /// ```hcl
    /// # terraform.tfvars
    /// redis_teir = "STANDARD_HA"
    /// ```
    ///
    /// ## Use instead
    ///
    /// The name that the module declares, or a `variable` block for this one.
    "undeclared-terraform-variable", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let modules = &model.project.modules;
    for module in modules.iter().filter(|module| modules::is_whole(model, module)) {
        let declared = modules::declared(module);
        for given in &module.given {
            let all: BTreeSet<&Name> = given.names.iter().map(|(name, _)| name).collect();
            let unknown: Vec<_> = given.names.iter().filter(|(name, _)| !declared.contains(name)).collect();
            let level = if given.template { Level::Warning } else { Level::Error };
            report(findings, module, &given.path, &unknown, &all, level);
        }
        read(findings, module);
    }
    let roots = modules.iter().filter(|module| module.is_root).map(modules::declared);
    let roots: Vec<BTreeSet<&Name>> = roots.collect();
    if roots.is_empty() || modules.iter().any(|module| !modules::is_whole(model, module)) {
        return;
    }
    let mut told = BTreeSet::new();
    let mut surrounding = |findings: &mut Findings<'_>, name: &Name, place: &Place, folder: Option<&SourcePath>| {
        let own = folder.and_then(|folder| modules.iter().find(|module| module.folder == *folder));
        let known = match own {
            Some(module) => modules::declared(module).contains(name),
            None => roots.iter().any(|declared| declared.contains(name)),
        };
        if !known && told.insert(place.clone()) {
            let message = format!("no Terraform module declares `{name}`, so this value goes nowhere");
            let finding = findings.report(place, "no such variable", message);
            finding.variable(name).help("declare it in the module, or remove it");
        }
    };
    for argument in model.project.groups.iter().flat_map(|group| &group.terraform_arguments) {
        let (TerraformArgumentKind::Variable(setting) | TerraformArgumentKind::Environment(setting)) = &argument.kind
        else {
            continue;
        };
        surrounding(findings, &setting.name, &argument.place, argument.run.module.as_ref());
    }
    for (path, file) in &model.project.files {
        for fact in &file.loaded.facts {
            let FactKind::Definition { .. } = &fact.kind else { continue };
            if let Some(name) = modules::named_by_environment(&fact.name) {
                surrounding(findings, &name, &Place::new(path, fact.span), None);
            }
        }
    }
}

/// What a module reads without declaring it.
fn read(findings: &mut Findings<'_>, module: &Module) {
    let known = module.variables.iter().filter(|variable| variable.used).count();
    if module.undeclared.len() > known || module.is_example {
        return;
    }
    let folder = modules::called(module);
    let read: BTreeSet<&Name> = module.undeclared.iter().map(|(name, _)| name).collect();
    if read.len() > FEW {
        let mut places = module.undeclared.iter().filter_map(|(_, places)| places.first());
        let Some(first) = places.next() else { return };
        let many = wording::count(read.len(), "variable");
        let message = format!("{folder} reads {many} that it does not declare: {}", wording::names(&read));
        let finding = findings.report(first, "no such variable", message);
        finding.help("add `variable` blocks for them");
        for place in places {
            finding.related(place, "no such variable");
        }
        return;
    }
    for (name, places) in &module.undeclared {
        let Some((first, rest)) = places.split_first() else { continue };
        let message = format!("`var.{name}` is read, and {folder} does not declare it");
        let finding = findings.report(first, "no such variable", message);
        finding.variable(name);
        for place in rest {
            finding.related(place, "and here");
        }
        match near(module, name, &read) {
            Some((other, declared)) if module.variables.iter().any(|known| known.name == *other && !known.used) => {
                finding.related(declared, "declared here").help(format!("did you mean `{other}`?"));
            }
            _ => {
                finding.help("add a `variable` block for it, or read another one");
            }
        }
    }
}

fn report(
    findings: &mut Findings<'_>,
    module: &Module,
    path: &SourcePath,
    unknown: &[&(Name, Place)],
    given: &BTreeSet<&Name>,
    level: Level,
) {
    let folder = modules::called(module);
    if unknown.len() > FEW {
        let names = wording::names(unknown.iter().map(|(name, _)| name));
        let many = wording::count(unknown.len(), "variable");
        let message = format!("`{path}` sets {many} that {folder} does not declare: {names}");
        if let Some(((_, place), rest)) = unknown.split_first() {
            let finding = findings.report(place, "no such variable", message).at_level(level);
            finding
                .help("declare them in the module, or remove the lines; Terraform only warns, and plans without them");
            for (_, place) in rest {
                finding.related(place, "no such variable");
            }
        }
        return;
    }
    for (name, place) in unknown {
        let message = format!("`{name}` is set in `{path}`, and {folder} does not declare it");
        let finding = findings.report(place, "no such variable", message).at_level(level);
        finding.variable(name);
        match near(module, name, given) {
            Some((other, declared)) => {
                finding.related(declared, "declared here").help(format!("did you mean `{other}`?"));
            }
            None => {
                finding
                    .help("declare it in the module, or remove the line; Terraform only warns, and plans without it");
            }
        }
    }
}

/// The variable that is probably meant: one letter off, or two of a long name, and not set beside it.
fn near<'m>(module: &'m Module, name: &Name, given: &BTreeSet<&Name>) -> Option<(&'m Name, &'m Place)> {
    let limit = if name.as_str().len() > 7 { 2 } else { 1 };
    let free = module.variables.iter().filter(|variable| !given.contains(&variable.name));
    let near = free.map(|variable| (strsim::osa_distance(name.as_str(), variable.name.as_str()), variable));
    let (_, variable) = near.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance)?;
    Some((&variable.name, &variable.place))
}
