//! AWS's listings: `aws secretsmanager list-secrets`, `aws ssm describe-parameters`.

use super::{Reader, beginning};
use crate::fact::{Problem, StoreKind};
use crate::syntax::json::{Kind, Node};

/// The two lists: the key that holds one, and what it is of.
const LISTS: [(&str, StoreKind); 2] =
    [("SecretList", StoreKind::AwsSecretsManager), ("Parameters", StoreKind::AwsParameterStore)];

/// Reads one of these listings.
pub(super) fn read(root: &Node<'_>, reader: &mut Reader<'_>) -> Option<Result<(), Problem>> {
    let (list, store) = LISTS.iter().find_map(|(key, store)| Some((root.get(key)?, *store)))?;
    let Kind::Array(items) = &list.kind else { return None };
    Some(take(root, items, store, reader))
}

fn take(root: &Node<'_>, items: &[Node<'_>], store: StoreKind, reader: &mut Reader<'_>) -> Result<(), Problem> {
    reader.listing.store = store;
    let more = root.get("NextToken").and_then(Node::text);
    reader.listing.truncated = more.is_some_and(|token| !token.is_empty());
    for item in items {
        // `get-parameters` has what `describe-parameters` has, and values.
        if let Some(member) = item.members().iter().find(|member| member.key == "Value") {
            let message = "this file holds the values of parameters; a listing has names only";
            return Err(Problem::new(member.key_span, message)
                .help("delete it, and save the output of `aws ssm describe-parameters` instead"));
        }
        let Some((name, text)) = item.get("Name").and_then(|name| Some((name, name.text()?))) else {
            return Err(Problem::new(beginning(item), "an entry of this listing has no `Name`"));
        };
        // What is to be deleted cannot be read any more.
        if is_name(text) && item.get("DeletedDate").is_none() {
            reader.secret(text, name.inner_span());
        }
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    (1..=2048).contains(&text.len()) && text.bytes().all(fits)
}
