//! Lists of `NAME=value` in one argument: gcloud's, measured with gcloud 528 itself, and that of its GitHub actions.

use super::Argument;

/// A list that gcloud refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::loaders) struct Refused;

/// The pairs of a list as gcloud cuts it: at commas, or at what stands between two `^` at its beginning. Neither quotes
/// nor backslashes mean anything, and blank space stays.
///
/// # Errors
///
/// Fails where gcloud does. What is not known of the argument is taken to hold neither separators nor `=`.
pub(in crate::loaders) fn pairs(argument: &Argument) -> Result<Vec<(Argument, Argument)>, Refused> {
    let mut found = Vec::new();
    for item in items(argument)? {
        let (name, value) = item.split_once("=").ok_or(Refused)?;
        if name.is_empty() {
            return Err(Refused);
        }
        found.push((name, value));
    }
    Ok(found)
}

/// The items of such a list.
pub(super) fn items(argument: &Argument) -> Result<Vec<Argument>, Refused> {
    let (separator, rest) = match argument.without("^").and_then(|rest| rest.split_once("^")) {
        Some((separator, rest)) => {
            let separator = separator.literal().ok_or(Refused)?;
            if separator.is_empty() {
                return Err(Refused);
            }
            (separator, rest)
        }
        None => (",".to_owned().into(), argument.clone()),
    };
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let mut items = rest.split(&separator);
    if items.last().is_some_and(Argument::is_empty) {
        items.pop();
    }
    Ok(items)
}

/// The pairs of a list as the actions of google-github-actions cut it: at commas and line breaks, quotes around a value
/// and blank space are taken away, a backslash keeps what is behind it. A line that begins with `#` is a comment.
pub(in crate::loaders) fn lines_and_commas(argument: &Argument) -> Option<Vec<(Argument, Argument)>> {
    let mut found = Vec::new();
    for line in argument.split("\n") {
        let line = line.trimmed();
        if line.beginning().starts_with('#') {
            continue;
        }
        let mut pending: Option<Argument> = None;
        for item in line.split(",") {
            // `A=b\,c`
            let item = match pending.take() {
                Some(mut before) => {
                    before.parts.extend(item.parts);
                    before
                }
                None => item,
            };
            if item.ends_with_backslash() {
                pending = Some(item);
                continue;
            }
            let item = item.trimmed();
            if item.is_empty() {
                continue;
            }
            let (name, value) = item.split_once("=")?;
            found.push((name.trimmed(), value.trimmed().unquoted()));
        }
    }
    Some(found)
}

impl Argument {
    fn ends_with_backslash(&self) -> bool {
        matches!(self.parts.last(), Some((super::Bit::Text(text), _)) if text.expose().ends_with('\\'))
    }
}
