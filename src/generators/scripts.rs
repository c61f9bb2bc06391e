//! What the scripts have in common: how they begin, and how they take values.

use super::{MARK, quote};
use crate::name::Environment;

/// Takes values from a terminal or from stdin, and makes others.
pub(super) const VALUES: &str = include_str!("scripts/values.sh");

/// Says at the end what is still missing.
pub(super) const END: &str =
    "\nif [ \"$missing\" -gt 0 ]; then\n  printf '%s of them have no value yet\\n' \"$missing\" >&2\n  exit 1\nfi\n";

/// The first lines of a script.
pub(super) fn head(generator: &str, environment: &Environment, what: &str) -> String {
    format!(
        "#!/usr/bin/env bash\n{}\n# A trace would show values.\nset +x\nset -euo pipefail\numask 077\n",
        quote::hash_comment(&format!(
            "{MARK} {generator} --env {environment}`. {what}\nValues are asked for on the terminal, or stand on stdin as \
             lines ID=VALUE, without quotes.\nWhat is there is left alone, so that it can be run again."
        ))
        .trim_end()
    )
}

/// A call of a function with these words.
pub(super) fn call(function: &str, words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quote::shell(word)).collect();
    format!("{function} {}\n", words.join(" "))
}
