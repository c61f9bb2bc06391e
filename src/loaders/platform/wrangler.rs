//! Cloudflare's `wrangler.toml` and `wrangler.jsonc`: `vars`, at the top and by environment. Secrets stand nowhere.

use super::{App, Reader, string, table};
use crate::fact::Setting;
use crate::source::Span;
use crate::syntax::json::Node;
use crate::syntax::toml::{Item, Table};

pub(super) fn read(reader: &mut Reader<'_>) {
    if reader.is_toml() {
        reader.toml(|reader, root| of_toml(reader, root));
    } else {
        reader.json(of_json);
    }
}

fn of_toml(reader: &mut Reader<'_>, root: &Table<'_>) {
    let Some(named) = string(root, "name") else { return };
    let environments = table(root, "env");
    let environments: Vec<Item<'_>> = environments.iter().flat_map(Table::items).collect();
    let names: Vec<&str> = environments.iter().map(|item| item.key).collect();
    if let Some(variables) = table(root, "vars") {
        let settings = reader.of_table(&variables);
        push(reader, named, settings, top(&names), variables.span());
    }
    for item in environments {
        let Some(inner) = Some(item).filter(Item::is_table).and_then(|item| item.table()) else { continue };
        if let Some(variables) = table(&inner, "vars") {
            let settings = reader.of_table(&variables);
            push(reader, named, settings, Some(item.key), variables.span());
        }
    }
}

fn of_json(reader: &mut Reader<'_>, root: &Node<'_>) {
    let Some(named) = root.get("name").and_then(|node| Some((node.text()?, node.inner_span()))) else { return };
    let environments = root.get("env").map(Node::members).unwrap_or_default();
    let names: Vec<&str> = environments.iter().map(|member| &*member.key).collect();
    if let Some(variables) = root.get("vars") {
        let settings = reader.of_object(Some(variables));
        push(reader, named, settings, top(&names), named.1);
    }
    for member in environments {
        if let Some(variables) = member.value.get("vars") {
            let settings = reader.of_object(Some(variables));
            push(reader, named, settings, Some(&*member.key), member.key_inner());
        }
    }
}

/// What the variables at the top are for: those of an environment do not add to them, they stand instead. `None`: nothing
/// tells but the name of the app.
fn top(environments: &[&str]) -> Option<&'static str> {
    let has_production = environments.iter().any(|name| matches!(*name, "production" | "prod" | "live"));
    if has_production {
        return Some("development");
    }
    (!environments.is_empty()).then_some("production")
}

fn push(reader: &mut Reader<'_>, named: (&str, Span), settings: Vec<Setting>, environment: Option<&str>, listed: Span) {
    let environment = environment.map(str::to_owned);
    let app = App { environment, settings, listed, ..reader.app(named.0, named.1) };
    reader.push(app);
}
