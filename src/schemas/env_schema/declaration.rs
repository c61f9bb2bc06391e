//! One declaration.

use super::{constraints, names, own_values, types};
use crate::fact::{Constraints, Declaration, Link, LinkKind, Override, Required, Side, Type};
use crate::name::{Name, is_environment_name};
use crate::random;
use crate::syntax::toml::{Item, Table};

/// Reads the declaration that stands under a name. `inherits`: whether an ancestor may say what it does not.
///
/// A declaration that is no table, or whose type cannot be read, still declares its name: of the type
/// [`Type::Unknown`] and required nowhere, so that nothing is concluded from it.
pub(super) fn read(item: &Item<'_>, side: Side, inherits: bool, links: &mut Vec<Link>) -> Declaration {
    let mut declaration = Declaration { side, ..Declaration::default() };
    if !item.is_table() {
        let help = format!(
            "without further words it is `{} = {{}}`",
            if item.quoted(item.key).is_empty() { "NAME" } else { item.key }
        );
        if !item.is_broken() {
            item.report(item.value_span(), "a declaration must be a table".to_owned(), Some(help), false);
        }
        declaration.kind = Some(Type::Unknown);
        declaration.required = Some(Required::Never);
        return declaration;
    }
    let Some(table) = item.table() else { return declaration };
    declaration.kind = table.get("type").map(|item| types::read(&item).unwrap_or(Type::Unknown));
    // Without an ancestor there is nobody who could still give it another type.
    let kind = declaration.kind.or((!inherits).then_some(Type::String));
    let (read, document) = constraints::read(&table, &Constraints::default(), kind);
    declaration.constraints = read;
    link(document, links);
    declaration.required = table.get("required").map(|item| required(&item));
    declaration.secret = table.bool("secret");
    declaration.default = table.get("default").and_then(|item| item.scalar());
    declaration.example = table.get("example").and_then(|item| item.scalar());
    declaration.description = text(&table, "description");
    declaration.link = text(&table, "link");
    declaration.deprecated = text(&table, "deprecated");
    declaration.issued_by = text(&table, "issued_by");
    declaration.file = text(&table, "file");
    declaration.used_by = text(&table, "used_by");
    declaration.stored = table.bool("stored");
    declaration.renamed_from = table.get("renamed_from").map(|old| renamed_from(item, &old)).unwrap_or_default();
    declaration.same_in = table.get("same_in").map(|item| same_in(&item)).unwrap_or_default();
    own_values::check(item.key, &table, &declaration.constraints, kind);
    generate(&table, &mut declaration);
    if let Some(environments) = table.get("in").and_then(|item| item.table()) {
        for entry in environments.items() {
            declaration.overrides.extend(override_of(&entry, item.key, &declaration.constraints, kind, links));
        }
    }
    family(item, &table, &mut declaration);
    table.finish(false, |_| None);
    declaration
}

/// The keys that hold for every environment alike.
const NEVER_IN: [&str; 16] = [
    "type",
    "required",
    "secret",
    "description",
    "link",
    "deprecated",
    "renamed_from",
    "generate",
    "issued_by",
    "stored",
    "file",
    "used_by",
    "same_in",
    "in",
    "name",
    "side",
];

fn override_of(
    entry: &Item<'_>,
    name: &str,
    base: &Constraints,
    kind: Option<Type>,
    links: &mut Vec<Link>,
) -> Option<Override> {
    if !is_environment_name(entry.key) {
        entry.report(entry.key_span, "this is no name of an environment".to_owned(), None, false);
        return None;
    }
    entry.show_key();
    let table = entry.table()?;
    let (constraints, document) = constraints::read(&table, base, kind);
    link(document, links);
    let read = Override {
        environment: entry.key.to_owned(),
        span: entry.key_span,
        constraints,
        default: table.get("default").and_then(|item| item.scalar()),
        example: table.get("example").and_then(|item| item.scalar()),
    };
    own_values::check(name, &table, &read.constraints.clone().or(base), kind);
    table.finish(false, |key| {
        NEVER_IN.contains(&key).then(|| match key {
            "required" => "one environment's word has constraints, `default` and `example`; for this say `required = [\"…\"]` in the declaration".to_owned(),
            _ => "only constraints, `default` and `example` can differ by environment".to_owned(),
        })
    });
    Some(read)
}

fn link(document: constraints::JsonSchema, links: &mut Vec<Link>) {
    if let Some((path, span)) = document {
        links.push(Link { kind: LinkKind::JsonSchema, path, span, required: true });
    }
}

fn text(table: &Table<'_>, key: &'static str) -> Option<String> {
    Some(table.string(key)?.text.to_owned())
}

/// What cannot be read is required nowhere: better to miss one than to call one missing that is not.
fn required(item: &Item<'_>) -> Required {
    if item.is_bool() {
        return if item.bool() == Some(false) { Required::Never } else { Required::Always };
    }
    if !item.is_list() {
        item.wrong::<()>("true, false or a list of environments");
        return Required::Never;
    }
    let environments = names::environments(item);
    if environments.is_empty() {
        item.wrong::<()>("true, false or a list of environments");
        return Required::Never;
    }
    Required::In(environments)
}

fn renamed_from(item: &Item<'_>, old: &Item<'_>) -> Vec<Name> {
    let mut found = names::variables(old);
    if found.iter().any(|name| name.as_str() == item.key) {
        old.fault("a variable is not its own former name");
        found.retain(|name| name.as_str() != item.key);
    }
    found
}

fn same_in(item: &Item<'_>) -> Vec<String> {
    let environments = names::environments(item);
    if environments.len() < 2 && item.is_list() {
        item.wrong::<()>("a list of at least two environments");
    }
    environments
}

fn generate(table: &Table<'_>, declaration: &mut Declaration) {
    let Some(item) = table.get("generate") else { return };
    let Some(text) = item.string() else { return };
    let kind = match random::Kind::parse(text.text) {
        Ok(kind) => kind,
        Err(reason) => {
            item.fault(format!("`generate` {reason}"));
            return;
        }
    };
    item.show();
    declaration.generate = Some(text.text.to_owned());
    if declaration.issued_by.is_some() {
        item.fault("`issued_by` says that somebody else makes the value, so it cannot be generated");
    }
    let Some(made) = kind.bytes() else { return };
    let encodes = matches!(declaration.kind, None | Some(Type::String | Type::Base64 | Type::Hex));
    if let Some(bytes) = declaration.constraints.bytes {
        if bytes != made {
            item.fault(format!("`generate` makes {made} bytes and `bytes` asks for {bytes}"));
        }
    } else if encodes {
        declaration.constraints.bytes = Some(made);
    }
}

/// A family is a name with one `*`: nobody knows which of its names there are, so none is required by itself.
fn family(item: &Item<'_>, table: &Table<'_>, declaration: &mut Declaration) {
    if !item.key.contains('*') {
        return;
    }
    if let Some(required) = table.get("required")
        && !matches!(declaration.required, Some(Required::Never) | None)
    {
        let help = "a `[[group]]` with `for_each` says which of its names are required".to_owned();
        required.report(
            required.value_span(),
            "a family of names is never required by itself".to_owned(),
            Some(help),
            false,
        );
    }
    declaration.required = Some(Required::Never);
}
