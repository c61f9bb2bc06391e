//! What the rules on Terraform's variables ask of modules.

use std::collections::BTreeSet;

use crate::fact::{FactKind, Module, TerraformArgumentKind};
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::project::Unread;

/// Whether every file of a module was read whole, so that what nothing names in it is not there.
pub(super) fn is_whole(model: &Model<'_>, module: &Module) -> bool {
    let is_of_module = |unread: &Unread| {
        let name = unread.path.name();
        (name.contains(".tf") || name.contains(".tofu")) && unread.path.folder() == module.folder
    };
    module.whole && !model.project.unread.iter().any(is_of_module)
}

/// The names of the variables that a module takes.
pub(super) fn declared(module: &Module) -> BTreeSet<&Name> {
    module.variables.iter().map(|variable| &variable.name).collect()
}

/// The variable of a module that a variable of the environment gives: `TF_VAR_region`.
pub(super) fn named_by_environment(name: &Name) -> Option<Name> {
    name.as_str().strip_prefix("TF_VAR_").filter(|name| !name.is_empty()).map(Name::new)
}

/// What a message calls a module.
pub(super) fn called(module: &Module) -> String {
    if module.folder.as_str().is_empty() {
        "the module".to_owned()
    } else {
        format!("the module in `{}`", module.folder)
    }
}

/// The variables of a module that somebody gives beside its files, in an environment; `None`: it may be all of them.
pub(super) fn given_by_hand(model: &Model<'_>, module: &Module, environment: &Environment) -> Option<BTreeSet<Name>> {
    let mut given = BTreeSet::new();
    for argument in model.project.groups.iter().flat_map(|group| &group.terraform_arguments) {
        let elsewhere = argument.run.module.as_ref().is_some_and(|folder| *folder != module.folder);
        let of = argument.run.environment.as_ref().and_then(|word| model.environments.of_word(word));
        if elsewhere || of.is_some_and(|of| of != *environment) {
            continue;
        }
        match &argument.kind {
            TerraformArgumentKind::Nothing => {}
            TerraformArgumentKind::Variable(setting) | TerraformArgumentKind::Environment(setting) => {
                given.insert(setting.name.clone());
            }
            TerraformArgumentKind::File(None) => return None,
            TerraformArgumentKind::File(Some(path)) => {
                // What is not among the files of the module was not read.
                let known = module.given.iter().find(|given| given.path == *path)?;
                given.extend(known.names.iter().map(|(name, _)| name.clone()));
            }
        }
    }
    for file in model.project.files.values() {
        for fact in &file.loaded.facts {
            if matches!(fact.kind, FactKind::Definition { .. } | FactKind::PassThrough | FactKind::Mention { .. }) {
                given.extend(named_by_environment(&fact.name));
            }
        }
    }
    let targets = model.project.groups.iter().flat_map(|group| &group.targets);
    let settings = targets.flat_map(|target| &target.layers).flat_map(|layer| &layer.settings);
    given.extend(settings.filter_map(|setting| named_by_environment(&setting.name)));
    Some(given)
}
