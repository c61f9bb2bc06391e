//! `skipped-validation`: what runs was told not to check its own variables.

use crate::finding::Findings;
use crate::model::{Model, Origin};

super::rule! {
    /// A deploy target or an image turns the app's own validation of its variables off.
    ///
    /// ## Why is this bad?
    ///
    /// The schema that would refuse to start with a missing or a wrong value is not asked, so the app starts and fails
    /// at the first request.
    ///
    /// ## When does it stay silent?
    ///
    /// While an image is built: `ARG`, stages that are not the last, build arguments. In development and test. Where it
    /// is switched off (`false`, `0`, empty).
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// FROM node:24
    /// ENV SKIP_ENV_VALIDATION=1
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// Set it for the build alone: `RUN SKIP_ENV_VALIDATION=1 npm run build`.
    "skipped-validation", Warning, since "0.1.0", check
}

/// Variables by which validators of variables are switched off (t3-env, envalid's starters, `@t3-oss`, znv).
const SWITCHES: &[&str] =
    &["SKIP_ENV_VALIDATION", "SKIP_ENV_VALIDATIONS", "SKIP_ENV_CHECK", "DANGEROUSLY_SKIP_ENV_VALIDATION"];

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for slot in &model.slots {
        if !SWITCHES.contains(&slot.name.as_str()) || !slot.deployed || slot.is_for_tests() {
            continue;
        }
        let (what, where_) = match slot.origin {
            Origin::Target(index) => {
                let target = &model.targets[index];
                let is_argument = target
                    .target
                    .build
                    .iter()
                    .flat_map(|build| &build.arguments)
                    .any(|argument| argument.value_span == slot.span);
                // A step of a workflow lints and builds as well.
                if is_argument || target.app.is_none() || target.foreign {
                    continue;
                }
                (format!("the {} `{}`", target.target.kind.word(), target.target.name), "does not check its variables")
            }
            Origin::Image { argument: false, last_stage: true } => {
                ("the image".to_owned(), "runs without checking its variables")
            }
            _ => continue,
        };
        if matches!(slot.value.expose().to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off") {
            continue;
        }
        let message = format!("{what} {where_}: `{}` is set", slot.name);
        let finding = findings.report(&slot.place(), "turned off here", message);
        finding.variable(slot.name).help("set it for the build alone, not for what runs");
        if let [app] = &*slot.apps {
            finding.app(&model.apps.list[*app].name);
        }
    }
}
