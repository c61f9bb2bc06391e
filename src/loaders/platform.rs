//! Files of platforms that build and run an app: what they give it. Not what their dashboards hold beside that.
//!
//! A new platform is one file here and a line in [`KINDS`].

mod app_engine;
mod fly;
mod netlify;
mod railway;
mod render;
mod vercel;
mod wrangler;

use super::{Assembled, Claim, Files, Loader};
use crate::fact::{
    Build, ImageBuild, Layer, LayerKind, LayerState, Loaded, Problem, Role, Setting, SettingValue, Target, TargetGroup,
    TargetKind, TargetSigns,
};
use crate::loaders::yaml::{Marker, Told};
use crate::name::Name;
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::syntax::json::{self, Dialect};
use crate::syntax::toml::{Document, Item, Table};
use crate::syntax::yaml::{self, Yaml};
use crate::value::{Template, Value};

/// The loader.
pub static LOADER: Loader = Loader { name: "platform", claims, links: &[], load, assemble: Some(assemble) };

/// Every platform. The first one that claims a name reads the file.
static KINDS: &[Kind] = &[
    (|name| is_variant(name, "app", &["yaml", "yml"]), app_engine::read),
    (|name| is_variant(name, "fly", &["toml"]), fly::read),
    (|name| name == "netlify.toml", netlify::read),
    (|name| matches!(name, "railway.json" | "railway.toml"), railway::read),
    (|name| matches!(name, "render.yaml" | "render.yml"), render::read),
    (
        |name| name == "vercel.json" || name.starts_with("vercel.") && is_variant(name, "vercel", &["json"]),
        vercel::read,
    ),
    (|name| matches!(name, "wrangler.toml" | "wrangler.json" | "wrangler.jsonc"), wrangler::read),
];

/// Whether a file's name is of a platform, and what reads it.
type Kind = (fn(&str) -> bool, fn(&mut Reader<'_>));

/// `fly.toml`, `fly.staging.toml`, `app-dev.yaml`.
fn is_variant(name: &str, stem: &str, ends: &[&str]) -> bool {
    let Some((before, end)) = name.rsplit_once('.') else { return false };
    let rest = before.strip_prefix(stem);
    ends.contains(&end) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
}

fn kind(path: &SourcePath) -> Option<&'static Kind> {
    KINDS.iter().find(|(claims, _)| claims(path.name()))
}

fn claims(path: &SourcePath) -> Option<Claim> {
    kind(path).map(|_| Claim::new(Role::Deploy))
}

/// What one file describes.
#[derive(Default)]
struct Found {
    targets: Vec<Target>,
    builds: Vec<ImageBuild>,
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    let Some((_, read)) = kind(source.path()) else { return loaded };
    let mut reader = Reader { source, loaded: &mut loaded, found: Found::default() };
    read(&mut reader);
    let found = reader.found;
    loaded.parsed = Some(Box::new(found));
    loaded
}

fn assemble(files: &Files<'_>) -> Assembled {
    let mut assembled = Assembled::default();
    for (path, file) in files.of(LOADER.name) {
        let Some(found) = file.loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Found>()) else {
            continue;
        };
        if !found.targets.is_empty() || !found.builds.is_empty() {
            assembled.groups.push(TargetGroup {
                paths: vec![path.clone()],
                targets: found.targets.clone(),
                builds: found.builds.clone(),
                ..TargetGroup::default()
            });
        }
    }
    assembled
}

/// What reads one file.
struct Reader<'a> {
    source: &'a SourceFile,
    loaded: &'a mut Loaded,
    found: Found,
}

/// An app as a platform's file describes it.
struct App {
    name: String,
    span: Span,
    /// The word by which the file says where it runs.
    environment: Option<String>,
    /// The folder that it is built of.
    folder: SourcePath,
    dockerfile: Option<SourcePath>,
    settings: Vec<Setting>,
    arguments: Vec<Setting>,
    /// Where its list stands.
    listed: Span,
    /// Whether the platform may give it more.
    partial: bool,
}

impl<'a> Reader<'a> {
    /// An app of the file's own folder of which nothing is known yet.
    fn app(&self, name: &str, span: Span) -> App {
        App {
            name: name.to_owned(),
            span,
            environment: None,
            folder: self.source.path().folder(),
            dockerfile: None,
            settings: Vec::new(),
            arguments: Vec::new(),
            listed: span,
            partial: true,
        }
    }

    fn push(&mut self, app: App) {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if self.source.slice(app.span) == app.name && app.name.bytes().all(is_name) {
            self.loaded.shown.push(app.span);
        }
        let place = |span| Place::new(self.source.path(), span);
        let build = Build {
            context: Some(app.folder),
            dockerfile: app.dockerfile,
            stage: None,
            arguments: app.arguments,
            secrets: None,
            span: app.span,
        };
        self.found.targets.push(Target {
            kind: TargetKind::PlatformApp,
            name: app.name,
            place: place(app.span),
            layers: vec![Layer {
                kind: LayerKind::Environment,
                named: place(app.listed),
                settings: app.settings,
                state: LayerState::Whole,
            }],
            secret_files: Vec::new(),
            environment: app.environment,
            build: Some(build),
            image: None,
            mounts: Vec::new(),
            signs: TargetSigns { restarts: true, ..TargetSigns::default() },
            partial: app.partial,
        });
    }

    fn setting(&mut self, name: &str, span: Span, value_span: Span, value: SettingValue) -> Setting {
        self.loaded.shown.push(span);
        Setting { name: Name::new(name), place: Place::new(self.source.path(), span), value_span, value }
    }

    /// Whether the file is in TOML, of the formats that a platform takes.
    fn is_toml(&self) -> bool {
        self.source.path().name().rsplit('.').next() == Some("toml")
    }

    /// The root of a TOML file.
    fn toml<T>(&mut self, read: impl FnOnce(&mut Self, &Table<'_>) -> T) -> T {
        let document = Document::parse(self.source);
        self.loaded.problems.extend(document.faults().into_iter().map(Problem::from));
        for comment in document.comments() {
            self.loaded.ignores.extend(crate::fact::InlineIgnore::at(self.source, comment.span, comment.alone));
        }
        let found = read(self, &document.root());
        self.loaded.shown.extend(document.shown());
        found
    }

    /// The variables of a table.
    fn of_table(&mut self, table: &Table<'_>) -> Vec<Setting> {
        let items = table.items();
        items.iter().map(|item| self.of_item(item)).collect()
    }

    fn of_item(&mut self, item: &Item<'_>) -> Setting {
        let is_scalar = !item.is_list() && !item.is_table() && !item.is_broken();
        let value = match item.scalar().filter(|_| is_scalar) {
            Some(value) => given(value.expose(), item.value_span()),
            None => SettingValue::Unknown,
        };
        self.setting(item.key, item.key_span, item.value_span(), value)
    }

    /// The root of a JSON file, which may have comments.
    fn json(&mut self, read: impl FnOnce(&mut Self, &json::Node<'_>)) {
        let source: &'a SourceFile = self.source;
        match json::parse(source.text(), Dialect::Comments) {
            Ok(Some(root)) => {
                self.show_keys(&root);
                read(self, &root);
            }
            Ok(None) => {}
            Err(span) => self.loaded.problems.push(Problem::new(span, "this file is no valid JSON")),
        }
    }

    fn show_keys(&mut self, node: &json::Node<'_>) {
        for member in node.members() {
            self.loaded.shown.push(member.key_span);
            self.show_keys(&member.value);
        }
        for element in node.elements() {
            self.show_keys(element);
        }
    }

    /// The variables of an object.
    fn of_object(&mut self, node: Option<&json::Node<'_>>) -> Vec<Setting> {
        let members = node.map(json::Node::members).unwrap_or_default();
        members
            .iter()
            .map(|member| {
                let value = match &member.value.kind {
                    json::Kind::Text(text) => given(text, member.value.inner_span()),
                    json::Kind::Number(text) => given(text, member.value.span),
                    json::Kind::Boolean(value) => given(if *value { "true" } else { "false" }, member.value.span),
                    _ => SettingValue::Unknown,
                };
                self.setting(&member.key, member.key_inner(), member.value.inner_span(), value)
            })
            .collect()
    }

    /// The documents of a YAML file.
    fn yaml(&mut self, read: impl FnOnce(&mut Self, yaml::Node<'_>)) {
        let source: &'a SourceFile = self.source;
        let parsed = Yaml::parse(source.text());
        let Some(root) = parsed.documents().next() else { return };
        let targets = self.found.targets.len();
        let mut own = Loaded::default();
        super::yaml::comments_and_faults(source, &parsed, &mut own);
        read(self, root);
        // A file that has nothing of the platform is another tool's, whatever its name is.
        if self.found.targets.len() == targets {
            return;
        }
        let mut marker = Marker::new(source);
        marker.node(root, "", &|_, key| if key == "value" { Told::Nothing } else { Told::Keys });
        self.loaded.shown.extend(marker.finish());
        self.loaded.problems.append(&mut own.problems);
        self.loaded.ignores.append(&mut own.ignores);
    }

    /// What a YAML value gives.
    fn of_node(&self, node: yaml::Node<'_>) -> (SettingValue, Span) {
        let span = self.inner(node);
        let value = match node.as_str() {
            Some(_) if node.is_null() => SettingValue::Given(Template::default()),
            Some(text) => given(text, span),
            None => SettingValue::Unknown,
        };
        (value, span)
    }

    fn inner(&self, node: yaml::Node<'_>) -> Span {
        node.offsets(self.source.text()).span(0..node.as_str().map_or(0, str::len))
    }
}

/// A value as it is written; what another tool puts in before is not known.
fn given(text: &str, span: Span) -> SettingValue {
    let is_made_elsewhere = text.contains("${") || text.contains("{{") || text.contains('\u{1a}');
    SettingValue::Given(if is_made_elsewhere { Template::unknown(span) } else { Template::literal(Value::new(text)) })
}

/// The table under a key, if there is one.
fn table<'d>(table: &Table<'d>, key: &'static str) -> Option<Table<'d>> {
    table.get(key).filter(Item::is_table)?.table()
}

/// The text under a key, if there is one.
fn string<'d>(table: &Table<'d>, key: &'static str) -> Option<(&'d str, Span)> {
    let text = table.get(key).filter(Item::is_string)?.string()?;
    Some((text.text, text.span))
}

#[cfg(test)]
mod tests;
