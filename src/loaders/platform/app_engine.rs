//! App Engine's `app.yaml`. Other tools have a file of that name: only one with a `runtime` is App Engine's.

use super::Reader;
use crate::fact::Setting;
use crate::syntax::yaml::Node;

pub(super) fn read(reader: &mut Reader<'_>) {
    reader.yaml(|reader, root| {
        let is_other = ["apiVersion", "kind", "services", "jobs"].iter().any(|key| root.get(key).is_some());
        let Some(runtime) = root.get("runtime").or_else(|| root.get("vm")).filter(|_| !is_other) else { return };
        let named = root.get("service").filter(|service| service.as_str().is_some_and(|name| !name.is_empty()));
        let mut app = match named {
            Some(named) => reader.app(named.as_str().unwrap_or_default(), reader.inner(named)),
            None => reader.app("default", reader.inner(runtime)),
        };
        app.settings = variables(reader, root.get("env_variables"));
        app.arguments = variables(reader, root.get("build_env_variables"));
        // What it includes may give more.
        app.partial = root.get("includes").is_some();
        reader.push(app);
    });
}

/// A mapping; some write a list of them.
fn variables(reader: &mut Reader<'_>, node: Option<Node<'_>>) -> Vec<Setting> {
    let Some(node) = node else { return Vec::new() };
    let entries = node.entries().into_iter().chain(node.items().flat_map(Node::entries));
    entries
        .map(|entry| {
            let (value, span) = reader.of_node(entry.value);
            let key = reader.inner(entry.key);
            reader.setting(entry.name, key, span, value)
        })
        .collect()
}
