//! The command lines of platforms: vercel, railway, fly, heroku, wrangler, kubectl, helm. They all add to what is there.

use super::flags::Style;
use super::{Argument, Shell, docker};
use crate::fact::{Setting, SettingValue, TargetKind, WrittenFile};
use crate::name::{Name, is_variable_name};
use crate::source::Place;

const STYLE: Style = Style {
    switches: &[
        "--prod",
        "--yes",
        "-y",
        "--force",
        "-f",
        "--prebuilt",
        "--archive",
        "--no-wait",
        "--public",
        "--stage",
        "--detach",
        "--ci",
        "--skip-deploys",
        "--remote-only",
        "--local-only",
        "--install",
        "-i",
        "--wait",
        "--atomic",
        "--local",
        "--overwrite",
        "--all",
        "--sensitive",
        "--debug",
        "--json",
        "--kv",
        "--create-namespace",
    ],
    letters: "",
    single_dash: false,
    ends_at_first: false,
};

/// Reads the arguments of a platform's program.
pub(super) fn platform(program: &str, arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = STYLE.read(arguments);
    let word = |at: usize| flags.rest.get(at).and_then(|word| word.literal()).map(|word| word.to_string());
    let (first, second) = (word(0).unwrap_or_default(), word(1).unwrap_or_default());
    shell.given.deploys |= match program {
        "vercel" | "vc" => matches!(first.as_str(), "" | "deploy" | "build"),
        "kubectl" => matches!(first.as_str(), "apply" | "set" | "rollout" | "create" | "replace"),
        _ => matches!(first.as_str(), "deploy" | "publish" | "up" | "upgrade" | "install" | "secrets" | "variables"),
    };
    let rest = |from: usize| flags.rest.get(from..).unwrap_or_default().to_vec();
    let given: Vec<Argument> = match (program, first.as_str(), second.as_str()) {
        ("vercel" | "vc", "env", "pull") => {
            let file = flags
                .rest
                .get(2)
                .map_or_else(|| Some(".env.local".to_owned()), |file| file.literal().map(|text| text.to_string()));
            return pulled(file, flags.rest.first().copied(), shell);
        }
        ("vercel" | "vc", "env", "add") => {
            // Its value is asked for or piped in.
            let Some(name) = flags.rest.get(2).and_then(|name| Some((name.literal()?, name.span()))) else { return };
            let environment = word(3);
            let place = shell.place(name.1);
            let setting = Setting { name: Name::new(&name.0), place, value_span: name.1, value: SettingValue::Unknown };
            return add(program, vec![setting], environment, shell);
        }
        ("vercel" | "vc", "" | "deploy" | "build", _) => {
            flags.all(&["--env", "-e", "--build-env", "-b"]).cloned().collect()
        }
        ("railway", "variables" | "variable" | "vars", "set") | ("fly" | "flyctl", "secrets", "set") => {
            rest(2).into_iter().cloned().collect()
        }
        ("railway", "variables" | "variable" | "vars", _) => flags.all(&["--set"]).cloned().collect(),
        ("fly" | "flyctl", "deploy" | "launch", _) => flags.all(&["--env", "-e"]).cloned().collect(),
        ("heroku", "config:set" | "config:add", _) => rest(1).into_iter().cloned().collect(),
        ("wrangler", "deploy" | "publish", _) => {
            let pairs = flags.all(&["--var"]).filter_map(|pair| pair.split_once(":"));
            let settings = pairs.filter_map(|(name, value)| {
                let text = name.literal()?;
                Some(shell.handed(&name, &text, &value))
            });
            let settings = settings.collect();
            return add(program, settings, None, shell);
        }
        ("kubectl", "set", "env") => {
            rest(2).into_iter().skip_while(|word| !word.beginning().contains('=')).cloned().collect()
        }
        ("helm", "upgrade" | "install" | "template", _) => flags
            .all(&["--set", "--set-string"])
            .flat_map(|list| list.split(","))
            .filter_map(|pair| {
                let prefix = ["env.", "extraEnv.", "environment.", "config.env."];
                prefix.iter().find_map(|prefix| pair.without(prefix))
            })
            .collect(),
        _ => return,
    };
    let settings: Vec<Setting> = given
        .iter()
        .filter(|pair| pair.split_once("=").is_some())
        .filter_map(|pair| docker::variable_of_target(pair, shell))
        .filter(|setting| is_variable_name(setting.name.as_str()))
        .collect();
    for flag in &flags.given {
        shell.given.show(flag.name_span, &flag.name);
    }
    let environment = match program {
        "vercel" | "vc" if flags.has(&["--prod"]) => Some("production".to_owned()),
        "railway" => flags.last(&["--environment", "-e"]).and_then(Argument::literal).map(|word| word.to_string()),
        _ => None,
    };
    add(program, settings, environment, shell);
}

fn add(program: &str, settings: Vec<Setting>, environment: Option<String>, shell: &mut Shell<'_>) {
    let Some(first) = settings.first() else { return };
    let place = first.place.clone();
    let said = environment.or_else(|| shell.environment.clone());
    let kind = match program {
        "kubectl" | "helm" => TargetKind::KubernetesContainer,
        _ => TargetKind::PlatformApp,
    };
    let service = shell.given.service(kind, program, place);
    service.environment = said;
    service.speaks = true;
    service.plain.make_way(&settings);
    service.plain.settings.extend(settings);
}

/// A file that a platform's program writes.
fn pulled(path: Option<String>, word: Option<&Argument>, shell: &mut Shell<'_>) {
    let span = word.map(Argument::span).unwrap_or_default();
    let path = path.and_then(|path| shell.path_of(&path));
    let (place, environment) = (Place::new(shell.path, span), shell.environment.clone());
    shell.given.written.push(WrittenFile { path, settings: Vec::new(), opaque: true, place, environment });
}
