//! `plaintext-secret`: a secret is written where only a reference to it should stand.

mod handed_on;

use super::committed_secret;
use super::kinds::{self, Fault, Kind};
use crate::fact::TargetKind;
use crate::finding::{Findings, Level};
use crate::model::Model;
use crate::model::{Origin, Slot};
use crate::tables::providers::{self, Hit};
use crate::tables::{entropy, placeholders, secret_names};

super::rule! {
    /// A secret reaches a deploy target as a plain value.
    ///
    /// ## Why is this bad?
    ///
    /// The file is in the repository, and so is everyone's copy of the secret. What stands in an image can be read by
    /// everyone who can pull it, also after a later layer removed it.
    ///
    /// ## When does it stay silent?
    ///
    /// In development and test, where a container's own database needs no better password. On placeholders, which are
    /// `placeholder-value`'s, on references, and on names that only speak about a secret (`…_FILE`, `…_TTL`). In the
    /// stages of a Dockerfile that are not the last, and where it says `# check=skip=SecretsUsedInArgOrEnv`. On
    /// credentials that `committed-secret` tells. A compose file that names no environment gets a warning.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # compose.production.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     environment:
    ///       SESSION_SECRET: 7Kq1Zb9T4xWmR2cLp8sV
    /// ```
    ///
    /// ## Use instead
    ///
    /// `${SESSION_SECRET:?}` with the value in the environment of the machine, or a secret of the platform; in a
    /// Dockerfile `RUN --mount=type=secret`; in Kubernetes and on Cloud Run `valueFrom.secretKeyRef`.
    "plaintext-secret", Error, since "0.1.0", check
}

const LITERAL: Kind = Kind {
    one: "is a secret, and its value stands in the file",
    many: "are secrets, and their values stand in the file",
    label: "a secret in plain text",
    help: "write `${NAME:?}` and give the value by the environment of the machine, or by a secret of the platform",
};

const LITERAL_OF_A_PLATFORM: Kind =
    Kind { help: "let the target take it from a store of secrets, or from the platform's own secrets", ..LITERAL };

const FALLBACK: Kind = Kind {
    one: "is a secret, and the value it falls back to stands in the file",
    many: "are secrets, and the values they fall back to stand in the file",
    label: "the same for everyone",
    help: "write `${NAME:?}`, which refuses to start without a value",
};

const FALLBACK_OF_A_PLATFORM: Kind = Kind { help: LITERAL_OF_A_PLATFORM.help, ..FALLBACK };

const HANDED_ON: Kind = Kind {
    one: "is a secret, and is handed on as a plain value",
    many: "are secrets, and are handed on as plain values",
    label: "everyone who sees the target sees it",
    help: "keep it in a store, and let the target take it from there",
};

const BAKED: Kind = Kind {
    one: "is a secret, and its value stands in the image",
    many: "are secrets, and their values stand in the image",
    label: "a secret in plain text",
    help: "give it when the container starts, or to the build by `RUN --mount=type=secret`",
};

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let all = &model.slots;
    let mut faults = Vec::new();
    for slot in all {
        let kind = match slot.origin {
            Origin::Target(target) if is_of_compose(model, target) => {
                if slot.fallback {
                    FALLBACK
                } else {
                    LITERAL
                }
            }
            Origin::Target(_) if slot.fallback => FALLBACK_OF_A_PLATFORM,
            Origin::Target(_) => LITERAL_OF_A_PLATFORM,
            Origin::Image { .. } if is_looked_at_elsewhere(model, slot) => continue,
            Origin::Image { last_stage: true, .. } | Origin::Build => BAKED,
            _ => continue,
        };
        if !slot.deployed || !is_secret(slot) || slot.is_for_tests() {
            continue;
        }
        let level = match slot.origin {
            Origin::Image { .. } if entropy::looks_chosen_by_a_machine(slot.value.expose()) => Level::Error,
            // The words of a key in an image are there to get a build through; a password may be one.
            Origin::Image { .. } if !slot.name.as_str().to_ascii_uppercase().contains("PASS") => continue,
            Origin::Image { .. } => Level::Warning,
            _ if slot.is_unnamed() => Level::Warning,
            _ => Level::Error,
        };
        faults.push(Fault { slot, kind, level, related: Vec::new() });
    }
    let handed_on = handed_on::find(model);
    for slot in handed_on.iter().filter(|slot| !slot.is_for_tests()) {
        let level = if slot.is_unnamed() { Level::Warning } else { Level::Error };
        faults.push(Fault { slot, kind: HANDED_ON, level, related: Vec::new() });
    }
    kinds::report(model, findings, faults);
}

/// Whether the Dockerfile turns off Docker's own check for secrets.
fn is_looked_at_elsewhere(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    let image = model.project.files.get(slot.path).and_then(|file| file.loaded.image.as_ref());
    image.is_some_and(|image| image.skips_check("SecretsUsedInArgOrEnv"))
}

fn is_of_compose(model: &Model<'_>, target: usize) -> bool {
    model.targets.get(target).is_some_and(|target| target.target.kind == TargetKind::ComposeService)
}

/// Whether it is a secret, and no placeholder of one. What is cheap to ask is asked first: most values are settings.
fn is_secret(slot: &Slot<'_>) -> bool {
    let name = slot.name.as_str();
    let text = slot.value.expose();
    if text.starts_with("file:") || text.starts_with('$') {
        return false;
    }
    let by_value = || {
        secret_names::carries_credentials(&slot.value)
            || providers::find(slot.name, &slot.value).as_ref().is_some_and(Hit::is_secret)
    };
    (slot.secret && !is_setting(name, text) || by_value())
        && !placeholders::is_placeholder_in(slot.name, &slot.value, true)
        && !placeholders::development_credential(slot.name, &slot.value)
        && committed_secret::live(slot).is_none()
}

/// A flag, a number, a path or a scheme: a setting of a variable whose name speaks of a secret.
fn is_setting(name: &str, text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "none", "auto", "required", "optional"];
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    // `SMTP_AUTH: plain` names a scheme, and `REDIS_AUTH` a password.
    let is_scheme = name.to_ascii_uppercase().ends_with("AUTH")
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'0'..=b'9'))
        && !entropy::looks_random(text);
    is_word
        || is_scheme
        || text.len() < 4
        || text.parse::<f64>().is_ok()
        || text.starts_with(['/', '.', '~'])
        || text.starts_with("http://")
        || text.starts_with("https://")
}
