//! Render's `render.yaml`: services with their variables and the groups that they take.

use super::Reader;
use crate::fact::{Setting, SettingValue};
use crate::source::Span;
use crate::syntax::yaml::Node;
use crate::tables::environments;

/// What a list of variables comes to.
#[derive(Clone, Default)]
struct Variables {
    settings: Vec<Setting>,
    groups: Vec<String>,
    /// Whether somebody fills in a part of it on the platform.
    open: bool,
}

pub(super) fn read(reader: &mut Reader<'_>) {
    reader.yaml(|reader, root| {
        let groups = groups(reader, root);
        services(reader, root, &groups, None);
        for environment in root
            .get("projects")
            .into_iter()
            .flat_map(Node::items)
            .flat_map(|project| project.get("environments").into_iter().flat_map(Node::items))
        {
            let mut groups = groups.clone();
            groups.extend(self::groups(reader, environment));
            let name = environment.get("name").and_then(Node::as_str);
            services(reader, environment, &groups, name);
        }
    });
}

fn groups(reader: &mut Reader<'_>, node: Node<'_>) -> Vec<(String, Variables)> {
    let groups = node.get("envVarGroups").into_iter().flat_map(Node::items);
    groups
        .filter_map(|group| Some((group.get("name")?.as_str()?.to_owned(), variables(reader, group.get("envVars")))))
        .collect()
}

fn services(reader: &mut Reader<'_>, node: Node<'_>, groups: &[(String, Variables)], environment: Option<&str>) {
    for service in node.get("services").into_iter().flat_map(Node::items) {
        // Compose calls its services by keys.
        let (Some(named), Some(kind)) = (service.get("name"), service.get("type").and_then(Node::as_str)) else {
            continue;
        };
        let Some(name) = named.as_str() else { continue };
        if matches!(kind, "redis" | "keyvalue") {
            continue;
        }
        let mut app = reader.app(name, reader.inner(named));
        // A branch says so where its name is an environment's: most are not.
        let branch = service.get("branch").and_then(Node::as_str);
        let branch = branch.filter(|branch| environments::environment_of(branch).is_some());
        app.environment = environment.or(branch).map(str::to_owned);
        let own = variables(reader, service.get("envVars"));
        app.partial = own.open || service.get("envVars").is_none();
        for group in &own.groups {
            match groups.iter().find(|(known, _)| known == group) {
                Some((_, of_group)) => {
                    app.partial |= of_group.open;
                    app.settings.extend(of_group.settings.iter().cloned());
                }
                None => app.partial = true,
            }
        }
        // The service's own win.
        app.settings.extend(own.settings);
        app.listed =
            service.pairs().find(|(key, _)| key.as_str() == Some("envVars")).map_or(app.span, |(key, _)| key.span());
        let text = |key: &str| service.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let top = app.folder.clone();
        let below = |path: &str| top.join(path.trim_start_matches('/'));
        if let Some(folder) = text("rootDir").or_else(|| text("dockerContext")).and_then(below) {
            app.folder = folder;
        }
        let is_docker = text("runtime").or_else(|| text("env")) == Some("docker");
        app.dockerfile = text("dockerfilePath").and_then(below);
        if is_docker && app.dockerfile.is_none() {
            app.dockerfile = app.folder.join("Dockerfile");
        }
        reader.push(app);
    }
}

fn variables(reader: &mut Reader<'_>, node: Option<Node<'_>>) -> Variables {
    let mut found = Variables::default();
    for item in node.into_iter().flat_map(Node::items) {
        if let Some(group) = item.get("fromGroup").and_then(Node::as_str) {
            found.groups.push(group.to_owned());
            continue;
        }
        let Some((named, name)) = item.get("key").and_then(|node| Some((node, node.as_str()?))) else {
            found.open = true;
            continue;
        };
        let span = reader.inner(named);
        let behind = Span::new(span.end, span.end);
        let (value, value_span) = match item.get("value") {
            Some(value) => reader.of_node(value),
            None => (SettingValue::Unknown, behind),
        };
        found.open |= item.get("sync").and_then(Node::as_str) == Some("false");
        let setting = reader.setting(name, span, value_span, value);
        found.settings.push(setting);
    }
    found
}
