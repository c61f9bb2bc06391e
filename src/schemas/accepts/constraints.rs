//! What narrows a type.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use regex::Regex;

use super::{Mismatch, encoded, equal, numbers};
use crate::fact::{Constraints, Type};
use crate::schemas::pattern;
use crate::syntax::url::{self, text_of};
use crate::value::Value;

/// Values longer than this are not matched against a pattern.
const MOST_MATCHED: usize = 64 * 1024;
/// The most patterns that are kept.
const MOST_KEPT: usize = 256;

/// Judges a text that has the form of `kind`; of a list, the whole text.
pub(super) fn accepts(constraints: &Constraints, kind: Type, text: &str) -> Result<(), Mismatch> {
    accepts_values(constraints, kind, text)?;
    accepts_range(constraints, kind, text)?;
    accepts_length(constraints, text)?;
    accepts_bytes(constraints, kind, text)?;
    accepts_schemes(constraints, kind, text)?;
    match &constraints.pattern {
        Some(pattern) if matches_whole(pattern, text) == Some(false) => {
            Err(Mismatch::new("of the form that its schema's pattern asks for"))
        }
        _ => Ok(()),
    }
}

/// Judges how many items a list has: at least `least`, at most `most`.
pub(super) fn accepts_count(constraints: &Constraints, least: usize, most: usize) -> Result<(), Mismatch> {
    let items = |bound: f64| if is(bound, 1.0) { "1 item".to_owned() } else { format!("{} items", plain(bound)) };
    #[expect(clippy::cast_precision_loss, reason = "no list has 2^53 items")]
    let (least, most) = (least as f64, most as f64);
    match (constraints.min, constraints.max) {
        (Some(min), _) if most < min => Err(Mismatch::new(format!("a list of at least {}", items(min)))),
        (_, Some(max)) if least > max => Err(Mismatch::new(format!("a list of at most {}", items(max)))),
        _ => Ok(()),
    }
}

fn accepts_values(constraints: &Constraints, kind: Type, text: &str) -> Result<(), Mismatch> {
    // An empty list would forbid everything, which nobody means.
    let Some(values) = constraints.values.as_deref().filter(|values| !values.is_empty()) else { return Ok(()) };
    let value = Value::new(text);
    if values.iter().any(|allowed| equal(kind, allowed, &value)) {
        return Ok(());
    }
    Err(Mismatch::new(match values.len() {
        1 => "the one value that its schema lists".to_owned(),
        count => format!("one of the {count} values that its schema lists"),
    }))
}

fn accepts_range(constraints: &Constraints, kind: Type, text: &str) -> Result<(), Mismatch> {
    if !matches!(kind, Type::Integer | Type::Number | Type::Port) {
        return Ok(());
    }
    let Some(number) = numbers::number(text) else { return Ok(()) };
    match (constraints.min, constraints.max) {
        (Some(min), _) if number < min => Err(Mismatch::new(format!("at least {}", plain(min)))),
        (_, Some(max)) if number > max => Err(Mismatch::new(format!("at most {}", plain(max)))),
        _ => Ok(()),
    }
}

fn accepts_length(constraints: &Constraints, text: &str) -> Result<(), Mismatch> {
    let characters = |count: usize| if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
    let (least, most) = (constraints.min_length, constraints.max_length);
    if least.is_none() && most.is_none() {
        return Ok(());
    }
    let length = text.chars().count();
    match (least, most) {
        (Some(least), _) if length < least => Err(Mismatch::new(format!("at least {} long", characters(least)))),
        (_, Some(most)) if length > most => Err(Mismatch::new(format!("at most {} long", characters(most)))),
        _ => Ok(()),
    }
}

/// A string may be the bytes themselves or an encoding of them; the schema does not say which.
fn accepts_bytes(constraints: &Constraints, kind: Type, text: &str) -> Result<(), Mismatch> {
    let Some(bytes) = constraints.bytes else { return Ok(()) };
    let fits = match kind {
        Type::Base64 => encoded::base64_length(text) == Some(bytes),
        Type::Hex => encoded::hex_length(text) == Some(bytes),
        Type::String => {
            text.len() == bytes
                || encoded::base64_length(text) == Some(bytes)
                || encoded::hex_length(text) == Some(bytes)
        }
        _ => true,
    };
    let bytes = if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    if fits {
        return Ok(());
    }
    Err(Mismatch::new(match kind {
        Type::Base64 => format!("{bytes} in base64"),
        Type::Hex => format!("{bytes} in hexadecimal"),
        _ => format!("{bytes} long, decoded or as it is"),
    }))
}

fn accepts_schemes(constraints: &Constraints, kind: Type, text: &str) -> Result<(), Mismatch> {
    let Some(schemes) = constraints.schemes.as_deref().filter(|schemes| !schemes.is_empty()) else { return Ok(()) };
    let Some(url) = url::read(text).filter(|_| kind == Type::Url) else { return Ok(()) };
    let scheme = text_of(text, url.scheme);
    let bare = |scheme: &str| scheme.trim_end_matches('/').trim_end_matches(':').to_owned();
    if schemes.iter().any(|allowed| bare(allowed).eq_ignore_ascii_case(scheme)) {
        return Ok(());
    }
    Err(Mismatch::new(match schemes {
        [only] => format!("a URL with the scheme `{}`", bare(only)),
        [first, second] => format!("a URL with the scheme `{}` or `{}`", bare(first), bare(second)),
        more => format!("a URL with one of the {} schemes that its schema lists", more.len()),
    }))
}

/// Whether a pattern matches the whole text; `None` where that cannot be told.
///
/// A pattern that this engine does not know (look-around, back references) tells nothing.
fn matches_whole(source: &str, text: &str) -> Option<bool> {
    static KEPT: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);

    if text.len() > MOST_MATCHED {
        return None;
    }
    let kept = KEPT.lock().ok().and_then(|kept| kept.get(source).cloned());
    let regex = kept.unwrap_or_else(|| {
        let regex = pattern::compile(source);
        if let Ok(mut kept) = KEPT.lock()
            && kept.len() < MOST_KEPT
        {
            kept.insert(source.to_owned(), regex.clone());
        }
        regex
    });
    Some(regex?.is_match(text))
}

/// A bound as its author wrote it, near enough.
fn plain(bound: f64) -> String {
    if bound.abs() < 1e15 { bound.to_string() } else { format!("{bound:e}") }
}

#[expect(clippy::float_cmp, reason = "a bound is compared with a whole number")]
fn is(bound: f64, number: f64) -> bool {
    bound == number
}
