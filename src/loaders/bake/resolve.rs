//! Targets: what several files, the targets that one inherits from, a matrix and `--set` make of it together.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Parsed;
use super::call::BakeCall;
use super::evaluate::{Names, Val, World};
use crate::fact::{LentSecret, Setting, SettingValue};
use crate::loaders::Files;
use crate::name::Name;
use crate::source::{Place, SourcePath, Span};
use crate::syntax::hcl::{Attribute, Block, Expression, Kind};

/// How many targets a matrix may come to, and how many there may be in all.
const MATRIX: usize = 64;
const TARGETS: usize = 512;

/// What a target comes to.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) context: Path,
    pub(super) dockerfile: Path,
    pub(super) inline: bool,
    pub(super) stage: Option<String>,
    pub(super) arguments: Vec<Setting>,
    pub(super) secrets: Option<Vec<LentSecret>>,
    pub(super) images: Vec<String>,
    /// Where it stands.
    pub(super) place: Place,
    /// Whether something of it could not be followed.
    pub(super) open: bool,
}

/// A path that a target may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Path {
    Unsaid,
    Known(String),
    /// It cannot be told.
    Unknown,
}

impl Path {
    fn new(text: Option<String>) -> Self {
        text.map_or(Self::Unknown, Self::Known)
    }

    /// The path, or what is meant where none is named.
    pub(super) fn or<'p>(&'p self, default: &'p str) -> Option<&'p str> {
        match self {
            Self::Unsaid => Some(default),
            Self::Known(path) => Some(path),
            Self::Unknown => None,
        }
    }
}

/// A target as it is written: several blocks of one name, and what a matrix sets in them.
struct Written<'a> {
    blocks: Vec<(&'a SourcePath, &'a Block)>,
    names: Names,
    /// Whether the matrix could not be worked out.
    open: bool,
}

/// Works out targets, each once.
pub(super) struct Resolver<'a> {
    files: &'a Files<'a>,
    call: &'a BakeCall,
    world: World<'a>,
    written: BTreeMap<String, Written<'a>>,
    groups: BTreeMap<String, Vec<String>>,
    done: BTreeMap<String, Option<Rc<Target>>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        files: &'a Files<'a>,
        call: &'a BakeCall,
        found: &[(&'a SourcePath, &'a Parsed)],
    ) -> Option<Self> {
        let parsed: Vec<&Parsed> = found.iter().map(|(_, parsed)| *parsed).collect();
        let world = World::new(&parsed, &call.variables);
        let mut resolver =
            Self { files, call, world, written: BTreeMap::new(), groups: BTreeMap::new(), done: BTreeMap::new() };
        let mut by_label: BTreeMap<&str, Vec<(&SourcePath, &Block)>> = BTreeMap::new();
        for (path, parsed) in found {
            for block in &parsed.body.blocks {
                let Some(label) = block.label(0) else { continue };
                match &*block.kind {
                    "target" => by_label.entry(label).or_default().push((path, block)),
                    "group" => {
                        let targets = block.body.get("targets").map(|targets| resolver.texts(targets, &Names::new()));
                        resolver.groups.entry(label.to_owned()).or_default().extend(targets.unwrap_or_default());
                    }
                    _ => {}
                }
            }
        }
        for (label, blocks) in by_label {
            resolver.write(label, blocks);
        }
        (!resolver.written.is_empty()).then_some(resolver)
    }

    /// Adds a target, or those that its matrix comes to.
    fn write(&mut self, label: &str, blocks: Vec<(&'a SourcePath, &'a Block)>) {
        let find = |name: &str| blocks.iter().rev().find_map(|(_, block)| block.body.get(name));
        let Some(matrix) = find("matrix") else {
            if self.written.len() < TARGETS {
                self.written.insert(label.to_owned(), Written { blocks, names: Names::new(), open: false });
            }
            return;
        };
        let rows = self.rows(matrix);
        let name = find("name");
        for names in rows.iter().flatten() {
            let name = name.and_then(|name| self.world.evaluate(name, names).literal());
            let Some(name) = name.filter(|_| self.written.len() < TARGETS) else { continue };
            self.groups.entry(label.to_owned()).or_default().push(name.clone());
            self.written.insert(name, Written { blocks: blocks.clone(), names: names.clone(), open: false });
        }
        if !self.groups.contains_key(label) {
            self.written.insert(label.to_owned(), Written { blocks, names: Names::new(), open: true });
        }
    }

    /// What the names of a matrix are in each of its targets; `None` where that cannot be told, or is too much.
    fn rows(&self, matrix: &Expression) -> Option<Vec<Names>> {
        let Val::Map(dimensions) = self.world.evaluate(matrix, &Names::new()) else { return None };
        let mut rows: Vec<Names> = vec![Names::new()];
        for (name, values) in dimensions {
            let Val::List(values) = values else { return None };
            if rows.len() * values.len() > MATRIX {
                return None;
            }
            let longer = |row: &Names, value: &Val| -> Names {
                row.iter().cloned().chain([(name.clone(), value.clone())]).collect()
            };
            rows = rows.iter().flat_map(|row| values.iter().map(move |value| longer(row, value))).collect();
        }
        Some(rows)
    }

    fn texts(&self, list: &Expression, names: &Names) -> Vec<String> {
        match self.world.evaluate(list, names) {
            Val::List(items) => items.iter().filter_map(Val::literal).collect(),
            _ => Vec::new(),
        }
    }

    /// The targets that are built, groups taken apart.
    pub(super) fn wanted(&self) -> Vec<String> {
        let named = &self.call.targets;
        let mut open: Vec<String> = named.iter().rev().cloned().collect();
        if open.is_empty() {
            let is_there = self.groups.contains_key("default") || self.written.contains_key("default");
            if is_there && self.call.place.is_some() {
                open.push("default".to_owned());
            } else if self.call.place.is_none() {
                let of_groups: BTreeSet<&String> = self.groups.values().flatten().collect();
                let all = self.written.keys().filter(|name| of_groups.is_empty() || of_groups.contains(*name));
                open.extend(all.filter(|name| !name.starts_with('_')).cloned());
            }
        }
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            // A group and a target may share a name; the target is then one of the group.
            if self.written.contains_key(&name) {
                found.push(name.clone());
            }
            open.extend(self.groups.get(&name).into_iter().flatten().rev().cloned());
        }
        found
    }

    /// What a target comes to; `None` where there is none, or where it inherits from itself.
    pub(super) fn target(&mut self, name: &str, above: &mut Vec<String>) -> Option<Rc<Target>> {
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        let written = self.written.get(name)?;
        if above.len() > TARGETS || above.iter().any(|known| known == name) {
            return None;
        }
        let (path, block) = written.blocks.first()?;
        let place = Place::new(path, block.labels.first().map_or(block.kind_span, |label| label.span));
        let (blocks, names, open) = (written.blocks.clone(), written.names.clone(), written.open);
        let mut made = Target {
            context: Path::Unsaid,
            dockerfile: Path::Unsaid,
            inline: false,
            stage: None,
            arguments: Vec::new(),
            secrets: Some(Vec::new()),
            images: Vec::new(),
            place,
            open,
        };
        let parents: Vec<&Expression> = blocks.iter().filter_map(|(_, block)| block.body.get("inherits")).collect();
        let parents: Vec<String> = parents.into_iter().flat_map(|list| self.texts(list, &names)).collect();
        above.push(name.to_owned());
        for parent in parents {
            match self.target(&parent, above) {
                Some(parent) => made.inherit(&parent),
                None => made.open = true,
            }
        }
        above.pop();
        for (path, block) in blocks {
            made.open |= block.body.broken;
            for attribute in &block.body.attributes {
                self.attribute(path, attribute, &names, &mut made);
            }
        }
        self.change(name, &mut made);
        let made = Some(Rc::new(made));
        self.done.insert(name.to_owned(), made.clone());
        made
    }

    fn attribute(&self, path: &SourcePath, attribute: &Attribute, names: &Names, made: &mut Target) {
        let text = || match self.world.evaluate(&attribute.value, names) {
            Val::Null => None,
            value => Some(value.literal()),
        };
        match &*attribute.name {
            "context" => {
                if let Some(text) = text() {
                    made.context = Path::new(text);
                }
            }
            "dockerfile" => {
                if let Some(text) = text() {
                    made.dockerfile = Path::new(text);
                    made.inline = false;
                }
            }
            "dockerfile-inline" => made.inline = true,
            "target" => match text() {
                Some(Some(stage)) => made.stage = Some(stage),
                Some(None) => made.open = true,
                None => {}
            },
            "args" => self.arguments(path, &attribute.value, names, made),
            "secret" => self.secrets(path, &attribute.value, names, made),
            "tags" => {
                made.images = match self.world.evaluate(&attribute.value, names) {
                    Val::List(items) => {
                        items.iter().filter_map(Val::to_content).map(|content| content.described()).collect()
                    }
                    _ => Vec::new(),
                };
            }
            _ => {}
        }
    }

    fn arguments(&self, path: &SourcePath, value: &Expression, names: &Names, made: &mut Target) {
        let mut give = |key: String, key_span: Span, value: &Val, value_span: Span| {
            let value = match value {
                // Nothing: what it inherits stays.
                Val::Null => return,
                value => value.to_content().map_or(SettingValue::Unknown, |content| content.setting(value_span)),
            };
            let setting = Setting { name: Name::new(&key), place: Place::new(path, key_span), value_span, value };
            made.give(setting);
        };
        if let Kind::Object(members) = &value.kind {
            let mut open = false;
            for member in members {
                let key = match &member.key.kind {
                    Kind::Name(name) => Some((**name).to_owned()),
                    _ => self.world.evaluate(&member.key, names).literal(),
                };
                match key {
                    Some(key) => {
                        let key_span = self.inner(path, member.key.span);
                        give(
                            key,
                            key_span,
                            &self.world.evaluate(&member.value, names),
                            self.inner(path, member.value.span),
                        );
                    }
                    None => open = true,
                }
            }
            made.open |= open;
            return;
        }
        match self.world.evaluate(value, names) {
            Val::Map(pairs) => {
                for (key, given) in pairs {
                    give(key, value.span, &given, value.span);
                }
            }
            Val::Null => {}
            _ => made.open = true,
        }
    }

    /// A span without the quotes at its ends.
    fn inner(&self, path: &SourcePath, span: Span) -> Span {
        let text = self.files.get(path).map(|file| file.source.slice(span)).unwrap_or_default();
        let is_quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
        if is_quoted { Span::new(span.start + 1, span.end - 1) } else { span }
    }

    /// `secret = ["type=env,id=npm,env=NPM_TOKEN", { id = "npm", src = "token" }]`.
    fn secrets(&self, path: &SourcePath, value: &Expression, names: &Names, made: &mut Target) {
        let spans: Vec<Span> = match &value.kind {
            Kind::Tuple(items) => items.iter().map(|item| item.span).collect(),
            _ => Vec::new(),
        };
        let Val::List(items) = self.world.evaluate(value, names) else {
            made.secrets = None;
            return;
        };
        for (index, item) in items.iter().enumerate() {
            let span = self.inner(path, spans.get(index).copied().unwrap_or(value.span));
            let options: Option<Vec<(String, String)>> = match item {
                Val::Map(pairs) => pairs.iter().map(|(key, value)| Some((key.clone(), value.literal()?))).collect(),
                _ => item.literal().map(|text| options(&text)),
            };
            let secret = options.and_then(|options| self.secret(path, span, &options));
            match (secret, &mut made.secrets) {
                (Some(secret), Some(all)) => all.push(secret),
                _ => made.secrets = None,
            }
        }
    }

    fn secret(&self, path: &SourcePath, span: Span, options: &[(String, String)]) -> Option<LentSecret> {
        let option = |name: &str| options.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let id = option("id")?;
        let is_file = option("src").or_else(|| option("source")).is_some();
        let known =
            self.call.variables.get(option("env").unwrap_or(id)).filter(|_| !is_file || option("env").is_some());
        let value = known.map_or(SettingValue::Unknown, |known| known.content.setting(span));
        Some(LentSecret { id: id.to_owned(), place: Place::new(path, span), value_span: span, value })
    }

    /// Applies what the command line sets.
    fn change(&self, name: &str, made: &mut Target) {
        for change in &self.call.changes {
            match change.fits(name) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    made.open = true;
                    continue;
                }
            }
            let text = || change.value.literal().map(|text| text.to_string());
            match change.key.split_once('.') {
                Some(("args", argument)) => made.give(Setting {
                    name: Name::new(argument),
                    place: change.place.clone(),
                    value_span: change.value_span,
                    value: change.value.setting(change.value_span),
                }),
                None if change.key == "context" => made.context = Path::new(text()),
                None if change.key == "dockerfile" => made.dockerfile = Path::new(text()),
                None if change.key == "target" => {
                    made.open |= text().is_none();
                    made.stage = text();
                }
                None if change.key == "tags" => made.images = vec![change.value.described()],
                None if matches!(change.key.as_str(), "secrets" | "secret") => {
                    let id = text().and_then(|text| Some(options(&text).into_iter().find(|(key, _)| key == "id")?.1));
                    made.secrets = id.map(|id| {
                        let (place, value_span) = (change.place.clone(), change.value_span);
                        vec![LentSecret { id, place, value_span, value: SettingValue::Unknown }]
                    });
                }
                _ => {}
            }
        }
    }
}

/// `type=env,id=npm`.
fn options(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|option| option.split_once('='));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

impl Target {
    fn give(&mut self, setting: Setting) {
        match self.arguments.iter_mut().find(|known| known.name == setting.name) {
            Some(known) => *known = setting,
            None => self.arguments.push(setting),
        }
    }

    /// Takes over what another target says.
    fn inherit(&mut self, parent: &Self) {
        if parent.context != Path::Unsaid {
            self.context.clone_from(&parent.context);
        }
        if parent.dockerfile != Path::Unsaid || parent.inline {
            self.dockerfile.clone_from(&parent.dockerfile);
            self.inline = parent.inline;
        }
        if parent.stage.is_some() {
            self.stage.clone_from(&parent.stage);
        }
        for argument in &parent.arguments {
            self.give(argument.clone());
        }
        self.secrets = self.secrets.take().zip(parent.secrets.clone()).map(|(own, more)| [own, more].concat());
        if !parent.images.is_empty() {
            self.images.clone_from(&parent.images);
        }
        self.open |= parent.open;
    }
}
