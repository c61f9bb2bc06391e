//! What platforms print of their variables: Vercel, Railway, Doppler. Values stand in some; they are passed over.

use super::Reader;
use crate::fact::{Problem, StoreKind};
use crate::name::is_variable_name;
use crate::source::Span;
use crate::syntax::json::{Kind, Member, Node};

/// Whether a document is one of these, in which any key may be the name of a variable.
pub(super) fn fits(root: &Node<'_>) -> bool {
    is_railways(root) || is_dopplers(root)
}

/// `railway variables --json`: names and values, and always some of the platform's own.
fn is_railways(root: &Node<'_>) -> bool {
    let members = root.members();
    members.iter().any(|member| member.key.starts_with("RAILWAY_"))
        && members.iter().all(|member| is_variable_name(&member.key) && member.value.text().is_some())
}

/// `doppler secrets --json`: an object for each name.
fn is_dopplers(root: &Node<'_>) -> bool {
    const KEYS: [&str; 8] =
        ["computed", "computedVisibility", "computedValueType", "raw", "rawVisibility", "rawValueType", "note", "type"];
    let fits = |member: &Member<'_>| {
        let inner = member.value.members();
        is_variable_name(&member.key)
            && member.value.is_object()
            && inner.iter().all(|member| KEYS.contains(&&*member.key))
    };
    let own = |member: &Member<'_>| member.key.starts_with("DOPPLER_") || !member.value.members().is_empty();
    !root.members().is_empty() && root.members().iter().all(fits) && root.members().iter().any(own)
}

/// Reads one of these listings.
pub(super) fn read(root: &Node<'_>, reader: &mut Reader<'_>) -> Option<Result<(), Problem>> {
    if fits(root) {
        reader.listing.store = StoreKind::Platform;
        let environment = root.get("RAILWAY_ENVIRONMENT_NAME").or_else(|| root.get("RAILWAY_ENVIRONMENT"));
        reader.listing.environment = environment.and_then(Node::text).filter(|name| is_word(name)).map(str::to_owned);
        for member in root.members() {
            // What the platform gives by itself is nobody's.
            if !member.key.starts_with("RAILWAY_") && !member.key.starts_with("DOPPLER_") {
                reader.secret(&member.key, member.key_inner());
            }
        }
        return Some(Ok(()));
    }
    vercel(root, reader)
}

fn is_word(text: &str) -> bool {
    crate::name::is_environment_name(text)
}

/// `vercel env ls --json`, and the pages of its API: `{"envs": [{"key": "A", "target": ["production"]}]}`.
fn vercel(root: &Node<'_>, reader: &mut Reader<'_>) -> Option<Result<(), Problem>> {
    let list = root.get("envs").unwrap_or(root);
    let Kind::Array(items) = &list.kind else { return None };
    let fits = |item: &Node<'_>| {
        item.get("key").and_then(Node::text).is_some_and(is_variable_name) && item.get("target").is_some()
    };
    if items.is_empty() && root.get("envs").is_none() || !items.iter().all(fits) {
        return None;
    }
    reader.listing.store = StoreKind::Platform;
    let next = root.get("pagination").and_then(|pagination| pagination.get("next"));
    reader.listing.truncated = next.is_some_and(|next| !matches!(next.kind, Kind::Null));
    for item in items {
        let (Some(key), Some(target)) = (item.get("key"), item.get("target")) else { continue };
        let words = target.elements().iter().filter_map(Node::text).chain(target.text());
        let words: Vec<String> = words.map(str::to_owned).collect();
        only_in(reader, key.text().unwrap_or_default(), key.inner_span(), words);
    }
    Some(Ok(()))
}

/// Adds a variable that some environments have; one of no environment at all has none.
fn only_in(reader: &mut Reader<'_>, name: &str, span: Span, words: Vec<String>) {
    reader.secret(name, span);
    let id = crate::name::SecretName::new(name);
    reader.listing.only_in.entry(id).or_default().extend(words);
}

/// What stands in the columns of a table of `vercel env ls`, or in the first one of `doppler secrets`; `None` if the
/// text is no such table.
pub(super) fn table(reader: &mut Reader<'_>) -> Option<()> {
    let source = reader.source;
    let mut columns: Option<(usize, usize)> = None;
    let mut is_box = false;
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let at = start;
        start += line.len();
        let trimmed = line.trim_end();
        if let Some(cells) = trimmed.trim_start().strip_prefix('│') {
            is_box = true;
            let cell = cells.split('│').next().unwrap_or_default().trim();
            if is_variable_name(cell) && cell != "NAME" && !cell.starts_with("DOPPLER_") {
                let from = at + line.find(cell).unwrap_or_default();
                reader.secret(cell, Span::new(from, from + cell.len()));
            }
            continue;
        }
        let Some((environments, created)) = columns else {
            columns = header(trimmed);
            continue;
        };
        let Some(name) = trimmed.split_whitespace().next().filter(|name| is_variable_name(name)) else { continue };
        let from = at + line.find(name).unwrap_or_default();
        let cell = trimmed.get(environments..created.min(trimmed.len())).unwrap_or_default();
        // `Preview (some-branch)` is one of the previews.
        let words = cell.split(',').filter_map(|word| word.split_whitespace().next()).map(str::to_owned);
        only_in(reader, name, Span::new(from, from + name.len()), words.collect());
    }
    if columns.is_none() && !is_box {
        return None;
    }
    reader.listing.store = StoreKind::Platform;
    Some(())
}

/// Where the columns of environments and of dates begin.
fn header(line: &str) -> Option<(usize, usize)> {
    let line = line.to_ascii_lowercase();
    let mut words = line.split_whitespace();
    let fits = words.next() == Some("name") && words.next() == Some("value");
    Some((line.find("environments").filter(|_| fits)?, line.find("created")?))
}
