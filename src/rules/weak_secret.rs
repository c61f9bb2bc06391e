//! `weak-secret`: a secret that should be random and can be guessed.

use std::collections::BTreeSet;

use super::broken_secret;
use crate::fact::Declaration;
use crate::finding::{Findings, Level};
use crate::model::{Binding, Model, State, is_unnamed};
use crate::source::Place;
use crate::tables::{entropy, placeholders};
use crate::value::Value;

super::rule! {
    /// A secret that should have been generated is too short, or is no random text.
    ///
    /// ## Why is this bad?
    ///
    /// Sessions, tokens and encrypted data are as safe as the key is hard to guess, and a signature can be tried
    /// offline, millions of times a second.
    ///
    /// ## When does it stay silent?
    ///
    /// On keys that somebody else issues, and on placeholders, which are `placeholder-value`'s. In development and test
    /// only the length counts, and is a warning.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # env.schema.toml
    /// [server]
    /// SESSION_KEY = { secret = true, generate = "base64:32" }
    /// ```
    ///
    /// ```sh
    /// # .env.production
    /// SESSION_KEY=the-session-key-of-our-little-shop
    /// ```
    ///
    /// ## Use instead
    ///
    /// What `openssl rand -base64 32` prints.
    "weak-secret", Error, since "0.1.0", check
}

/// Secrets that their libraries ask to be of thirty-two characters at least, generated, whatever a schema says.
const SESSION_SECRETS: &[&str] = &["BETTER_AUTH_SECRET", "NEXTAUTH_SECRET", "AUTH_SECRET"];
/// What those libraries ask for, in characters.
const SESSION_LENGTH: usize = 32;

fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    for binding in &model.bindings {
        for sighting in &binding.sightings {
            let (State::Given(value), Some(winner)) = (&sighting.state, &sighting.winner) else { continue };
            let deployed = is_deployed(model, binding);
            let Some(what) = weakness(binding, value, deployed) else { continue };
            let place = Place::new(&winner.place.path, winner.value_span);
            // One line may feed several apps; deployed environments come with their own lines.
            if !seen.insert(place.clone()) {
                continue;
            }
            let app = &model.apps.list[binding.app].name;
            let message = format!("`{}` of {app} in {} {what}", binding.name, binding.environment);
            let finding = findings.report(&place, "this value", message);
            finding.variable(&binding.name).app(app).environment(&binding.environment);
            finding.related(&binding.place, "declared here");
            finding.at_level(if deployed { Level::Error } else { Level::Warning });
            finding.help("generate it: `openssl rand -base64 32`, or what the schema's `generate` asks for");
        }
    }
}

fn weakness(binding: &Binding, value: &Value, deployed: bool) -> Option<String> {
    let name = &binding.name;
    let declaration = &binding.declaration;
    let of_session = SESSION_SECRETS.contains(&name.as_str());
    let is_generated = declaration.generate.is_some() || of_session && declaration.secret != Some(false);
    if !is_generated
        || declaration.issued_by.is_some()
        || placeholders::is_placeholder_in(name, value, true)
        || placeholders::development_credential(name, value)
        || broken_secret::is_cut(declaration, value)
    {
        return None;
    }
    if let Some((held, wanted)) = size(declaration, value)
        && held < wanted
    {
        return Some(format!("is shorter than the {wanted} bytes that its schema asks for"));
    }
    if of_session && declaration.generate.is_none() && value.expose().len() < SESSION_LENGTH {
        return Some(format!("is shorter than the {SESSION_LENGTH} characters that its library asks for"));
    }
    // A password may be made of words, if they are enough of them.
    let is_of_bytes =
        declaration.generate.as_deref().is_some_and(|recipe| recipe.starts_with("base64") || recipe.starts_with("hex"));
    (deployed && is_of_bytes && entropy::lacks_variety(value.expose())).then(|| "is no random text".to_owned())
}

/// Whether the rules on secrets say what is wrong with a generated value, so that its length is no finding of its own.
pub(super) fn tells(model: &Model<'_>, binding: &Binding, value: &Value) -> bool {
    if binding.declaration.generate.is_none() {
        return false;
    }
    if placeholders::is_placeholder_in(&binding.name, value, true) {
        return is_deployed(model, binding);
    }
    is_too_short(&binding.declaration, value) || broken_secret::is_cut(&binding.declaration, value)
}

fn is_deployed(model: &Model<'_>, binding: &Binding) -> bool {
    is_unnamed(&binding.environment) || model.environments.is_deployed(&binding.environment)
}

fn is_too_short(declaration: &Declaration, value: &Value) -> bool {
    declaration.generate.is_some() && size(declaration, value).is_some_and(|(held, wanted)| held < wanted)
}

/// How many bytes a value holds, read as its recipe writes them, and how many it should.
fn size(declaration: &Declaration, value: &Value) -> Option<(usize, usize)> {
    let (kind, wanted) = declaration.generate.as_deref()?.split_once(':')?;
    let wanted: usize = wanted.parse().ok()?;
    let text = value.expose().trim();
    let digits = text.trim_end_matches('=').len();
    let held = match kind {
        "hex" => {
            let bare = text.strip_prefix("0x").unwrap_or(text);
            if bare.bytes().all(|byte| byte.is_ascii_hexdigit()) { bare.len() / 2 } else { text.len() }
        }
        "base64" | "base64url" => {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
            // What is no base64 is taken for the bytes themselves.
            if text.bytes().all(fits) { digits / 4 * 3 + (digits % 4).saturating_sub(1) } else { text.len() }
        }
        "password" => text.len(),
        _ => return None,
    };
    Some((held, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(recipe: &str, text: &str) -> bool {
        let declaration = Declaration { generate: Some(recipe.to_owned()), ..Declaration::default() };
        is_too_short(&declaration, &Value::new(text))
    }

    #[test]
    fn the_bytes_are_counted_as_the_recipe_writes_them() {
        assert!(!short("hex:16", &"0f".repeat(16)) && short("hex:16", &"0f".repeat(15)));
        assert!(!short("base64:32", &format!("{}=", "A".repeat(43))) && short("base64:32", &"A".repeat(42)));
        assert!(!short("base64url:32", &"-_".repeat(22)) && short("base64url:32", "-_"));
        assert!(!short("password:20", &"x".repeat(20)) && short("password:20", &"x".repeat(19)));
        assert!(!short("uuid", "x") && !short("ed25519", "x") && !short("hex:z", "x"));
    }

    #[test]
    fn another_encoding_of_enough_bytes_is_enough() {
        assert!(!short("hex:16", &"z!".repeat(8)) && short("hex:32", &"z!".repeat(8)));
    }
}
