//! The values that a declaration writes itself, held against its own words. Values that are given are `model`'s.

use crate::fact::{Constraints, Declaration, Type};
use crate::schemas::accepts::accepts;
use crate::syntax::toml::{Item, Table};
use crate::tables::placeholders;

/// Tells of every `default`, `example` and item of `values` that breaks the type or a constraint beside it. Without a
/// type an ancestor may still give one, so that nothing is said.
pub(super) fn check(name: &str, table: &Table<'_>, constraints: &Constraints, kind: Option<Type>) {
    if kind.is_none() {
        return;
    }
    let whole = Declaration { kind, constraints: constraints.clone(), ..Declaration::default() };
    for key in ["default", "example"] {
        let Some(item) = table.get(key).filter(|item| !item.is_broken()) else { continue };
        judge(&item, key, name, &whole);
    }
    // Those of a list are its items, of another type.
    let Some(values) = table.get("values").filter(|item| item.is_list() && kind != Some(Type::List)) else { return };
    let one = Declaration { constraints: Constraints { values: None, ..whole.constraints.clone() }, ..whole };
    for item in values.list().unwrap_or_default() {
        judge(&item, "values", name, &one);
    }
}

fn judge(item: &Item<'_>, key: &str, name: &str, declaration: &Declaration) {
    if item.is_table() || item.is_list() || item.is_broken() {
        return;
    }
    let Some(value) = item.scalar() else { return };
    let text = value.expose();
    let is_described = || text.contains([' ', '|', '<', '[', '…']) || text.contains("...");
    if key == "example" && (is_described() || placeholders::is_placeholder(&name.into(), &value)) {
        return;
    }
    let Err(mismatch) = accepts(declaration, &value) else { return };
    let what = if key == "values" { "one of the `values`".to_owned() } else { format!("the `{key}`") };
    item.report(item.value_span(), format!("{what} of `{name}` is not {}", mismatch.expected), None, false);
}
