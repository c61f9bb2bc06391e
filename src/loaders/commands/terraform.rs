//! `terraform plan -var x=y -var-file=prod.tfvars`, and what `TF_VAR_x` gives to it.

use super::flags::Style;
use super::{Argument, Shell, docker};
use crate::fact::{LinkKind, Setting, TerraformArgument, TerraformArgumentKind};
use crate::name::Name;

const STYLE: Style = Style {
    switches: &[
        "-auto-approve",
        "--auto-approve",
        "-refresh-only",
        "-destroy",
        "-no-color",
        "-json",
        "-compact-warnings",
        "-reconfigure",
        "-upgrade",
        "-migrate-state",
    ],
    letters: "",
    single_dash: true,
    ends_at_first: false,
};

/// Reads the arguments of terraform and of tofu.
pub(super) fn terraform(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = STYLE.read(arguments);
    let command = flags.rest.first().and_then(|word| word.literal());
    shell.given.deploys |= command.as_ref().is_some_and(|word| word.as_str() == "apply");
    if !command.is_some_and(|word| {
        matches!(word.as_str(), "plan" | "apply" | "destroy" | "import" | "refresh" | "console" | "test")
    }) {
        return;
    }
    let module = match flags.last(&["-chdir"]) {
        Some(folder) => folder.literal().and_then(|folder| shell.path_of(&folder)),
        None => shell.folder.clone(),
    };
    let environment = shell.environment.clone();
    let mut found = Vec::new();
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
        let (name, Some(value)) = (flag.name.trim_start_matches('-'), &flag.value) else { continue };
        let kind = match name {
            "var" => match docker::variable(value, shell) {
                Some(setting) => TerraformArgumentKind::Variable(setting),
                None => TerraformArgumentKind::File(None),
            },
            "var-file" => {
                // Relative to the folder that terraform works in.
                let outer = std::mem::replace(&mut shell.folder, module.clone());
                let path = shell.link(LinkKind::VarFile, &value.to_content(), value.span());
                shell.folder = outer;
                TerraformArgumentKind::File(path)
            }
            _ => continue,
        };
        found.push((kind, shell.place(value.span())));
    }
    if flags.open {
        let place = shell.place(arguments.first().map(Argument::span).unwrap_or_default());
        found.push((TerraformArgumentKind::File(None), place));
    }
    let given = shell.variables.iter().filter_map(|(name, variable)| Some((name.strip_prefix("TF_VAR_")?, variable)));
    for (name, variable) in given {
        let value = variable.content.setting(variable.value_span);
        let setting =
            Setting { name: Name::new(name), place: variable.place.clone(), value_span: variable.value_span, value };
        found.push((TerraformArgumentKind::Environment(setting), variable.place.clone()));
    }
    let all = found.into_iter().map(|(kind, place)| TerraformArgument {
        kind,
        module: module.clone(),
        environment: environment.clone(),
        place,
    });
    shell.given.terraform.extend(all);
}
