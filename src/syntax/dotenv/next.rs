//! The expansion of `@next/env`, an old one of `dotenv-expand`: it replaces the last reference until none is left.
//!
//! Source: the package's `dist/index.js`, measured in `tests/data/dotenv-dialects.jsonl`.

use std::collections::BTreeMap;

use memchr::memrchr_iter;
use zeroize::Zeroizing;

use super::expand::{Budget, replace_first};
use crate::source::Span;

/// How many replacements the real one does at the most; then its stack is full.
const STEPS: usize = 5_000;

/// Expands a value; `None` where the real one runs out of stack and the file is left out.
pub(super) fn expand(
    value: &str,
    environment: &BTreeMap<String, Zeroizing<String>>,
    parsed: &BTreeMap<String, Zeroizing<String>>,
    budget: &mut Budget,
) -> Option<Zeroizing<String>> {
    let mut result = Zeroizing::new(value.to_owned());
    for _ in 0..STEPS {
        let Some((span, key, default)) = last_reference(&result) else {
            return Some(Zeroizing::new(result.replace("\\$", "$")));
        };
        budget.0 = budget.0.checked_sub(result.len() + 64)?;
        let given = |values: &BTreeMap<String, Zeroizing<String>>| {
            values.get(key).filter(|value| !value.is_empty()).map(|value| value.as_str().to_owned())
        };
        let default = Some(default).filter(|word| !word.is_empty()).map(str::to_owned);
        // The default beats what the file itself gives.
        let replacement = Zeroizing::new(given(environment).or(default).or_else(|| given(parsed)).unwrap_or_default());
        let template = result.get(span.start..span.end).unwrap_or_default().to_owned();
        result = replace_first(&result, &template, &replacement);
    }
    None
}

/// The last `$` without a backslash before it, if a name follows: all of it, the name, and what follows `:-`.
fn last_reference(text: &str) -> Option<(Span, &str, &str)> {
    let bytes = text.as_bytes();
    let at = memrchr_iter(b'$', bytes).find(|at| *at == 0 || bytes.get(at - 1) != Some(&b'\\'))?;
    let start = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'{'));
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let name_end = start + bytes.get(start..)?.iter().take_while(is_name).count();
    if name_end == start {
        return None;
    }
    let behind = text.get(name_end..)?;
    let word = behind.strip_prefix(":-").map(|rest| rest.get(..rest.find(['}', '\\']).unwrap_or(rest.len())));
    let word = word.map(Option::unwrap_or_default);
    let end = name_end + word.map_or(0, |word| ":-".len() + word.len());
    let end = end + usize::from(bytes.get(end) == Some(&b'}'));
    Some((Span::new(at, end), text.get(start..name_end)?, word.unwrap_or_default()))
}
