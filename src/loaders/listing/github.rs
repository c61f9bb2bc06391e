//! GitHub's listings: `gh secret list --json …`, `gh variable list --json …`, and pages of its API. Values of variables,
//! which are no secrets, are passed over.

use super::{Reader, beginning};
use crate::fact::{Problem, StoreKind};
use crate::syntax::json::{Kind, Node};

/// The keys of a secret, of gh and of the API.
const SECRET: [&str; 9] = [
    "name",
    "updatedAt",
    "visibility",
    "numSelectedRepos",
    "selectedReposURL",
    "created_at",
    "updated_at",
    "selected_repositories_url",
    "selected_repository_ids",
];

/// The keys that only a variable has.
const VARIABLE: [&str; 2] = ["value", "createdAt"];

/// Reads one of these listings.
pub(super) fn read(root: &Node<'_>, reader: &mut Reader<'_>) -> Option<Result<(), Problem>> {
    let mut items = Vec::new();
    let mut total = 0;
    let store = match &root.kind {
        Kind::Array(elements) => {
            for element in elements {
                // `jq -s` puts the listings of a repository and of an environment beside each other.
                match &element.kind {
                    Kind::Array(inner) => items.extend(inner),
                    _ => items.push(element),
                }
            }
            let is_variable = |item: &&Node<'_>| VARIABLE.iter().any(|key| item.get(key).is_some());
            if items.iter().any(is_variable) { StoreKind::GitHubVariables } else { StoreKind::GitHubSecrets }
        }
        Kind::Object(_) => {
            let count = root.get("total_count")?;
            let (list, store) = match (root.get("secrets"), root.get("variables")) {
                (Some(list), None) => (list, StoreKind::GitHubSecrets),
                (None, Some(list)) => (list, StoreKind::GitHubVariables),
                _ => return None,
            };
            items.extend(list.elements());
            if let Kind::Number(number) = count.kind {
                total = number.parse().unwrap_or(usize::MAX);
            }
            store
        }
        _ => return None,
    };
    if items.is_empty() && total == 0 && !root.is_object() {
        return None;
    }
    let fits = |item: &&Node<'_>| {
        let known = |key: &str| SECRET.contains(&key) || VARIABLE.contains(&key);
        let is_dated = ["updatedAt", "updated_at", "createdAt", "value"].iter().any(|key| item.get(key).is_some());
        is_dated && item.get("name").is_some() && item.members().iter().all(|member| known(&member.key))
    };
    if !items.iter().all(fits) {
        return None;
    }
    Some(take(&items, store, total, reader))
}

fn take(items: &[&Node<'_>], store: StoreKind, total: usize, reader: &mut Reader<'_>) -> Result<(), Problem> {
    reader.listing.store = store;
    reader.listing.truncated = total > items.len();
    for item in items {
        let name = item.get("name");
        let Some((name, text)) = name.and_then(|name| Some((name, name.text()?))).filter(|(_, text)| is_name(text))
        else {
            return Err(Problem::new(beginning(item), "an entry of this listing has no name that GitHub would take"));
        };
        // GitHub keeps them in capitals, whatever they were written in.
        reader.secret(&text.to_ascii_uppercase(), name.inner_span());
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    text.len() <= 255 && crate::name::is_variable_name(text)
}
