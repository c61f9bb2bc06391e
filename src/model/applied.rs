//! Where the modules of Terraform are applied that do not say it themselves: what command lines give them.

use std::collections::BTreeSet;

use crate::fact::{SettingValue, TargetGroup, TerraformArgument, TerraformArgumentKind};
use crate::name::Environment;
use crate::project::{Environments, Project};
use crate::source::SourcePath;
use crate::tables::environments;

use super::AppTarget;
use super::targets::is_unnamed;

/// The targets of a module that names no environment are where the commands that apply it say, if they agree.
pub(super) fn name_after_command(
    project: &Project,
    known: &Environments,
    group: &TargetGroup,
    targets: &mut [AppTarget<'_>],
) {
    if targets.iter().all(|target| !is_unnamed(&target.environment)) {
        return;
    }
    let Some(folder) = group.paths.first().map(SourcePath::folder) else { return };
    if !project.modules.iter().any(|module| module.folder == folder) {
        return;
    }
    let arguments = project.groups.iter().flat_map(|group| &group.terraform_arguments);
    let own = arguments.filter(|argument| argument.run.module.as_ref() == Some(&folder));
    let named: BTreeSet<Environment> = own.filter_map(|argument| word_of(known, argument)).collect();
    let Some(environment) = named.first().filter(|_| named.len() == 1) else { return };
    for target in targets.iter_mut().filter(|target| is_unnamed(&target.environment)) {
        target.environment = environment.clone();
        target.deployed = known.is_deployed(environment);
    }
}

/// The environment that an argument of a command is for: the one that it names itself, else that of its job.
fn word_of(known: &Environments, argument: &TerraformArgument) -> Option<Environment> {
    let own = match &argument.kind {
        TerraformArgumentKind::Variable(setting) | TerraformArgumentKind::Environment(setting) => Some(setting),
        TerraformArgumentKind::File(_) | TerraformArgumentKind::Nothing => None,
    };
    let own = own.filter(|setting| environments::VARIABLES.contains(&setting.name.as_str())).and_then(|setting| {
        let SettingValue::Given(template) = &setting.value else { return None };
        template.as_literal()
    });
    let own = own.and_then(|word| known.of_word(word.expose()));
    own.or_else(|| known.of_word(argument.run.environment.as_ref()?))
}
