//! A task definition's JSON to its containers.

use super::{Container, Task, environment_of, stored};
use crate::fact::{Loaded, Problem, Setting, SettingValue};
use crate::name::{Name, Version, is_variable_name};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::json::{self, Dialect, Kind, Node};
use crate::value::{Template, Value};

/// How many variables one file may list.
const MOST: usize = 20_000;

/// Reads a file; `None` if it is something else.
pub(super) fn task(source: &SourceFile, loaded: &mut Loaded) -> Option<Task> {
    let root = match json::parse(source.text(), Dialect::Strict) {
        Ok(root) => root?,
        Err(span) => {
            // What another tool makes the real file of need be no JSON itself.
            let is_template = ["{{", "${", "<", "__"].iter().any(|sign| source.text().contains(sign));
            if !is_template && source.text().contains("\"containerDefinitions\"") {
                loaded.problems.push(Problem::new(span, "this file is no valid JSON"));
            }
            return None;
        }
    };
    // What `aws ecs describe-task-definition` prints has it one level deeper.
    let task = root.get("taskDefinition").unwrap_or(&root);
    let list = task.get("containerDefinitions").unwrap_or(task);
    let is_list = list.elements().iter().any(|item| item.get("image").is_some() && item.get("name").is_some());
    if !is_list {
        return None;
    }
    let mut reader = Reader { source, loaded, left: MOST, found: Task::default() };
    reader.show_keys(&root);
    reader.found.environment = task.get("family").and_then(Node::text).and_then(environment_of);
    for item in list.elements() {
        if let Some(container) = reader.container(item) {
            reader.found.containers.push(container);
        }
    }
    Some(reader.found)
}

struct Reader<'a> {
    source: &'a SourceFile,
    loaded: &'a mut Loaded,
    left: usize,
    found: Task,
}

impl Reader<'_> {
    fn place(&self, span: Span) -> Place {
        Place::new(self.source.path(), span)
    }

    /// Keys are words of AWS; below `dockerLabels` and `options` they are somebody's own.
    fn show_keys(&mut self, node: &Node<'_>) {
        for member in node.members() {
            self.loaded.shown.push(member.key_span);
            if !matches!(&*member.key, "dockerLabels" | "options") {
                self.show_keys(&member.value);
            }
        }
        for element in node.elements() {
            self.show_keys(element);
        }
    }

    fn container(&mut self, node: &Node<'_>) -> Option<Container> {
        let named = node.get("name")?;
        let name = named.text()?.to_owned();
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            self.loaded.shown.push(named.span);
        }
        let listed = node.members().iter().find(|member| matches!(&*member.key, "environment" | "secrets"));
        let listed = listed.map_or(named.inner_span(), |member| member.key_span);
        let image = node.get("image").and_then(|image| Some((image.text()?.to_owned(), image.inner_span())));
        let is_said = |key: &str| node.get(key).is_some_and(|list| !list.elements().is_empty());
        let mut container = Container {
            name,
            place: self.place(named.inner_span()),
            image,
            listed: self.place(listed),
            settings: Vec::new(),
            files: Vec::new(),
            own_command: is_said("command") || is_said("entryPoint"),
            partial: false,
        };
        for (key, is_secret) in [("environment", false), ("secrets", true)] {
            let Some(list) = node.get(key).filter(|list| !matches!(list.kind, Kind::Null)) else { continue };
            container.partial |= !matches!(list.kind, Kind::Array(_));
            for item in list.elements() {
                let Some(left) = self.left.checked_sub(1) else {
                    container.partial = true;
                    break;
                };
                self.left = left;
                match self.variable(item, is_secret) {
                    Some(setting) => container.settings.push(setting),
                    None => container.partial = true,
                }
            }
        }
        if let Some(files) = node.get("environmentFiles") {
            container.files.extend(files.elements().iter().filter_map(|file| Some(file.get("value")?.inner_span())));
        }
        let credentials = node.get("repositoryCredentials").and_then(|of| of.get("credentialsParameter"));
        let options = node.get("logConfiguration").and_then(|of| of.get("secretOptions"));
        let options = options.map(Node::elements).unwrap_or_default().iter().filter_map(|of| of.get("valueFrom"));
        for read in credentials.into_iter().chain(options) {
            if let Some((store, secret)) = read.text().filter(|text| !is_made_elsewhere(text)).and_then(stored) {
                let place = self.place(read.inner_span());
                self.found.reads.push((store, secret, place));
            }
        }
        Some(container)
    }

    /// `{"name": "A", "value": "x"}`, `{"name": "A", "valueFrom": "arn:…"}`.
    fn variable(&mut self, node: &Node<'_>, is_secret: bool) -> Option<Setting> {
        let named = node.get("name")?;
        let name = named.text().filter(|name| !is_made_elsewhere(name) && !name.is_empty())?;
        if is_variable_name(name) {
            self.loaded.shown.push(named.span);
        }
        let given = node.get(if is_secret { "valueFrom" } else { "value" });
        let span = given.map_or(named.inner_span(), Node::inner_span);
        let value = match given.map(|given| (given, given.text())) {
            Some((_, Some(text))) if is_made_elsewhere(text) => SettingValue::Unknown,
            Some((_, Some(text))) if is_secret => match stored(text) {
                Some((store, secret)) => SettingValue::Injected { store, secret, version: Version::Latest },
                None => SettingValue::Unknown,
            },
            Some((_, Some(text))) => SettingValue::Given(Template::literal(Value::new(text))),
            _ => SettingValue::Unknown,
        };
        Some(Setting { name: Name::new(name), place: self.place(named.inner_span()), value_span: span, value })
    }
}

/// Whether another tool puts in what is meant: `${X}`, `{{X}}`, `<X>`, `__X__`.
fn is_made_elsewhere(text: &str) -> bool {
    let wrapped = |start: &str, end: &str| text.len() > 2 && text.starts_with(start) && text.ends_with(end);
    text.contains("${")
        || text.contains("{{")
        || text.contains('\u{1a}')
        || wrapped("<", ">")
        || wrapped("__", "__")
        || wrapped("%", "%")
}
