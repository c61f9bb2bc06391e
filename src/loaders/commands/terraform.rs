//! `terraform plan -var x=y -var-file=prod.tfvars`, and what `TF_VAR_x` gives to it.

use std::sync::Arc;

use super::flags::Style;
use super::{Argument, Shell, docker};
use crate::fact::{LinkKind, Setting, TerraformArgument, TerraformArgumentKind, TerraformRun, TerraformRunKind};
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
        "-detailed-exitcode",
        "-input",
        "-lock",
        "-refresh",
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
    let kind = match command.as_ref().map(|word| word.as_str()) {
        // Behind the command stands nothing but the file of a plan.
        Some("apply") if flags.rest.get(1).is_some_and(|word| word.literal().is_some()) => {
            TerraformRunKind::ApplyPlanned
        }
        Some("apply") => TerraformRunKind::Apply,
        Some("plan") => TerraformRunKind::Plan,
        Some("destroy" | "import" | "refresh" | "console" | "test") => TerraformRunKind::Other,
        _ => return,
    };
    let module = match flags.last(&["-chdir"]) {
        Some(folder) => folder.literal().and_then(|folder| shell.path_of(&folder)),
        None => shell.folder.clone(),
    };
    let run = Arc::new(TerraformRun { kind, module: module.clone(), environment: shell.environment.clone() });
    let whole = arguments.first().map(Argument::span).unwrap_or_default();
    let mut found = vec![(TerraformArgumentKind::Nothing, shell.place(whole))];
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
        found.push((TerraformArgumentKind::File(None), shell.place(whole)));
    }
    let given = shell.variables.iter().filter_map(|(name, variable)| Some((name.strip_prefix("TF_VAR_")?, variable)));
    for (name, variable) in given {
        let value = variable.content.setting(variable.value_span);
        let setting =
            Setting { name: Name::new(name), place: variable.place.clone(), value_span: variable.value_span, value };
        found.push((TerraformArgumentKind::Environment(setting), variable.place.clone()));
    }
    let all = found.into_iter().map(|(kind, place)| TerraformArgument { run: Arc::clone(&run), kind, place });
    shell.given.terraform.extend(all);
}
