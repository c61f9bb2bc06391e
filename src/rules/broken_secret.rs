//! `broken-secret`: a secret that was damaged on its way into a file.

use std::collections::BTreeSet;

use crate::fact::Declaration;
use crate::finding::Findings;
use crate::model::Model;
use crate::model::{Origin, Slot};
use crate::syntax::jwt::{self, Jwt};
use crate::syntax::pem::{self, PemFault};
use crate::tables::providers::{self, Truth};
use crate::tables::{entropy, placeholders, secret_names};
use crate::value::Value;

super::rule! {
    /// A secret was damaged when it was copied: it cannot be what its issuer gave out.
    ///
    /// ## Why is this bad?
    ///
    /// It fails far away from its cause: *invalid signature*, *bad base64*, *401*. A key that lost its line breaks, a
    /// token without its end, quotes that became part of the value, a line break at the end of a pasted password.
    ///
    /// ## When does it stay silent?
    ///
    /// In templates, on placeholders, and where `\n` is written in place of line breaks: apps undo that themselves.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     environment:
    ///       - SESSION_SECRET="7Kq1Zb9T4xWmR2cL"
    /// ```
    ///
    /// ## Use instead
    ///
    /// The value as it was issued: in a list of compose without quotes of its own (`- "NAME=value"` quotes the whole
    /// item).
    "broken-secret", Error, since "0.1.0", check
}

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for slot in &model.slots {
        if !matches!(slot.origin, Origin::EnvFile | Origin::Target(_) | Origin::Image { .. }) {
            continue;
        }
        let Some(damage) = damage(model, slot) else { continue };
        if !seen.insert((slot.place(), slot.name.clone())) {
            continue;
        }
        let of = match &*slot.apps {
            [app] => format!(" of {}", model.apps.list[*app].name),
            _ => String::new(),
        };
        let message = format!("`{}`{of} {}", slot.name, damage.what);
        let finding = findings.report(&slot.place(), "this value", message);
        finding.variable(slot.name).help(damage.help);
        if let [app] = &*slot.apps {
            finding.app(&model.apps.list[*app].name);
        }
        if let Some(environment) = slot.environment.as_ref().filter(|_| !slot.is_unnamed()) {
            finding.environment(environment);
        }
    }
}

struct Damage {
    what: &'static str,
    help: &'static str,
}

fn damage(model: &Model<'_>, slot: &Slot<'_>) -> Option<Damage> {
    let text = slot.value.expose();
    let found = |what, help| Some(Damage { what, help });
    if let Some(pem) = pem::read(text) {
        if placeholders::is_placeholder_in(slot.name, &slot.value, true) {
            return None;
        }
        return match pem.fault? {
            PemFault::NoEnd => found("holds a PEM block without an end", "copy it with its last line"),
            PemFault::OtherEnd => {
                found("holds a PEM block whose end does not fit its beginning", "copy one whole block")
            }
            PemFault::NoLineBreaks => found(
                "holds a PEM block that lost its line breaks",
                "put it between double quotes with its line breaks, or write `\\n` for each of them",
            ),
        };
    }
    let secret = slot.secret;
    let pasted = pasted(slot.name.as_str(), text);
    let is_secret = secret || secret_names::carries_credentials(pasted.as_ref().unwrap_or(&slot.value));
    if !is_secret || placeholders::is_placeholder_in(slot.name, &slot.value, true) {
        return None;
    }
    if pasted.is_some() {
        return found("begins with its own name", "keep what stands behind the second `=`");
    }
    let is_quoted = |quote: char| {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(quote))
    };
    if is_quoted('"') || is_quoted('\'') {
        return found("has quotes inside its value", "remove them: whoever reads this line does not");
    }
    if text.ends_with(['\n', '\r']) && !text.trim_start().starts_with('{') {
        return found("ends with a line break", "remove it; in YAML, `|-` keeps a block without its last line break");
    }
    if jwt::read(text) == Some(Jwt::Truncated) {
        return found("is a token that was cut off", "copy all three parts of it");
    }
    if providers::find(slot.name, &slot.value).is_some_and(|hit| hit.truth == Truth::Damaged) && !slot.is_for_tests() {
        return found("has a checksum that does not fit", "copy it again: a character was lost or changed");
    }
    let mut declared = slot.apps.iter().filter_map(|app| model.schemas[*app].declaration(slot.name));
    if declared.any(|declared| is_cut(&declared.declaration, &slot.value)) {
        return found("has a length that no base64 has", "copy it again: its end was lost");
    }
    None
}

/// What stands behind the name of the variable in its own value.
fn pasted(name: &str, text: &str) -> Option<Value> {
    let text = text.trim_start_matches("export ");
    let rest = text.strip_prefix(name)?.strip_prefix('=')?;
    Some(Value::new(rest.trim_matches(['"', '\''])))
}

/// Whether a value that should be base64 has a length that no base64 has.
pub(super) fn is_cut(declaration: &Declaration, value: &Value) -> bool {
    let is_base64 = declaration.generate.as_deref().is_some_and(|recipe| recipe.starts_with("base64"));
    let digits = value.expose().trim().trim_end_matches('=');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    // Words are another fault.
    is_base64 && digits.bytes().all(fits) && digits.len() % 4 == 1 && !entropy::lacks_variety(digits)
}
