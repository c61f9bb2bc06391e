//! Cloud Build: the steps of a build, with what replaces `$NAME` in them and the secrets that they get.
//!
//! Source: docs.cloud.google.com/build, "Build configuration file schema" and "Substituting variable values".

use std::collections::BTreeMap;

use super::commands::{Argument, Bit, Content, Recipe, Variable, secret_reference, word_in};
use super::recipe;
use super::{Assembled, Claim, Files, Glance, Loader};
use crate::fact::{LinkKind, Loaded, Role, StoreKind};
use crate::name::Name;
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::syntax::interpolation::name_length;
use crate::syntax::shell::{Host, Script};
use crate::syntax::yaml::{Node, Yaml};
use crate::tables::placeholders;
use crate::value::Value;

/// The loader.
pub static LOADER: Loader = Loader {
    name: "cloud-build",
    claims,
    links: &[(LinkKind::CloudBuild, Role::Deploy)],
    load,
    assemble: Some(assemble),
};

/// Whatever stands in a folder `cloudbuild`.
pub const GLANCE: Glance = Glance { loader: &LOADER, claims: may_be, anywhere: true, fits: is_evident };

fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    let stem = ["yaml", "yml", "json"].iter().find_map(|end| name.strip_suffix(end)?.strip_suffix('.'))?;
    let rest = stem.strip_prefix("cloudbuild")?;
    (rest.is_empty() || rest.starts_with(['.', '-', '_'])).then(|| Claim::new(Role::Deploy))
}

/// A file of a folder that is called after Cloud Build.
fn may_be(path: &SourcePath) -> Option<Claim> {
    const FOLDERS: &[&str] = &["cloudbuild", ".cloudbuild", "cloud-build", "cloud_build"];
    let is_data = [".yaml", ".yml", ".json"].iter().any(|end| path.name().ends_with(end));
    let folder = path.as_str().rsplit('/').nth(1)?;
    (is_data && FOLDERS.contains(&folder)).then(|| Claim::new(Role::Deploy))
}

/// Whether a text is a list of steps, each in a container and one of them with something to do.
fn is_evident(source: &SourceFile) -> bool {
    let yaml = Yaml::parse(source.text());
    let Some(steps) = yaml.documents().next().and_then(|root| root.get("steps")) else { return false };
    let acts = |step: Node<'_>| ["args", "script", "entrypoint"].iter().any(|key| step.get(key).is_some());
    steps.items().all(|step| step.get("name").is_some()) && steps.items().any(acts)
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    // JSON is YAML as well.
    recipe::of_yaml(source, |yaml, recipes| {
        if let Some(root) = yaml.documents().next() {
            let name = source.path().name();
            let environment = word_in(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
            let reader = Reader { source, secrets: secrets(root), defaults: defaults(source, root) };
            recipes.replaced.clone_from(&reader.defaults);
            let options = root.get("options");
            for step in root.get("steps").into_iter().flat_map(Node::items) {
                recipes.all.extend(reader.step(step, options, environment.as_ref()));
            }
        }
    })
}

fn assemble(files: &Files<'_>) -> Assembled {
    recipe::groups(files, LOADER.name)
}

/// What `availableSecrets` puts under which name.
fn secrets(root: Node<'_>) -> BTreeMap<String, Content> {
    let listed = root.get("availableSecrets").and_then(|secrets| secrets.get("secretManager"));
    let mut found = BTreeMap::new();
    for entry in listed.into_iter().flat_map(Node::items) {
        let (Some(name), Some(version)) = (entry.get("env"), entry.get("versionName")) else { continue };
        let (Some(name), Some(version)) = (name.as_str(), version.as_str()) else { continue };
        let content = match secret_reference(&Content::text(version)) {
            Some((secret, version)) => Content::stored(StoreKind::GoogleSecretManager, secret, version),
            None => Content::unknown(Some(name)),
        };
        found.insert(name.to_owned(), content);
    }
    found
}

/// The texts that `substitutions` gives to names. An empty one is there to be given by whoever starts the build, and one
/// that is made of others is not followed. In a file that counts on its trigger, a placeholder only says so as well.
fn defaults(source: &SourceFile, root: Node<'_>) -> BTreeMap<String, Content> {
    let mut found = BTreeMap::new();
    let entries = || root.get("substitutions").into_iter().flat_map(Node::entries);
    let is_left_open = |text: &str| text.is_empty() || text.to_ascii_lowercase().contains("trigger");
    let counts_on_its_trigger = entries().any(|entry| entry.value.as_str().is_some_and(is_left_open));
    for entry in entries() {
        let Some(text) = entry.value.as_str().filter(|text| !is_left_open(text) && !text.contains('$')) else {
            continue;
        };
        if counts_on_its_trigger && placeholders::is_placeholder(&Name::new(entry.name), &Value::new(text)) {
            continue;
        }
        let inner = |node: Node<'_>| node.offsets(source.text()).span(0..node.as_str().map_or(0, str::len));
        let place = Place::new(source.path(), inner(entry.key));
        let content = Content::default_of(entry.name, text).written(entry.name, &place, inner(entry.value));
        found.insert(entry.name.to_owned(), content);
    }
    found
}

struct Reader<'a> {
    source: &'a SourceFile,
    secrets: BTreeMap<String, Content>,
    /// What stands for names unless a trigger or a flag gives something else.
    defaults: BTreeMap<String, Content>,
}

impl Reader<'_> {
    fn inner(&self, node: Node<'_>) -> Span {
        node.offsets(self.source.text()).span(0..node.as_str().map_or(0, str::len))
    }

    fn step(&self, step: Node<'_>, options: Option<Node<'_>>, environment: Option<&String>) -> Option<Recipe> {
        let folder = match step.get("dir").and_then(Node::as_str) {
            None => Some(super::commands::to_root(self.source.path())),
            Some(folder) if folder.contains('$') => None,
            Some(folder) => Some(format!("{}{folder}", super::commands::to_root(self.source.path()))),
        };
        let variables = self.variables(step, options);
        let mut recipe = Recipe { folder, variables, environment: environment.cloned(), ..Recipe::default() };
        if let Some(script) = step.get("script") {
            let text = script.as_str()?;
            let offsets = script.offsets(self.source.text());
            recipe.scripts.push(Script::parse(text, Host::Plain, &|range| offsets.span(range)));
            return Some(recipe);
        }
        let args = step.get("args")?;
        let words: Vec<Node<'_>> = if args.as_str().is_some() { vec![args] } else { args.items().collect() };
        let builder = step.get("name").and_then(Node::as_str)?;
        let entry = step.get("entrypoint").and_then(Node::as_str).unwrap_or(builder);
        let program = entry.rsplit('/').next().unwrap_or_default().split([':', '@']).next().unwrap_or_default();
        if matches!(program, "bash" | "sh" | "ash") {
            let at = words
                .iter()
                .position(|word| word.as_str().is_some_and(|word| word.starts_with('-') && word.ends_with('c')))?;
            let script = words.get(at + 1)?;
            let text = script.as_str()?;
            let offsets = script.offsets(self.source.text());
            recipe.scripts.push(Script::parse(text, Host::CloudBuild, &|range| offsets.span(range)));
            return Some(recipe);
        }
        let nowhere = Span::default();
        let first = Argument::new(vec![(Bit::Text(Value::new(program)), nowhere)], nowhere);
        recipe.programs.push(std::iter::once(first).chain(words.iter().map(|word| self.argument(*word))).collect());
        Some(recipe)
    }

    /// `env`, `secretEnv` and those of `options`.
    fn variables(&self, step: Node<'_>, options: Option<Node<'_>>) -> BTreeMap<String, Variable> {
        let mut found = BTreeMap::new();
        let lists = [options.and_then(|options| options.get("env")), step.get("env")];
        for item in lists.into_iter().flatten().flat_map(Node::items) {
            let argument = self.argument(item);
            let Some((name, value)) = argument.split_once("=") else { continue };
            let Some(text) = name.literal() else { continue };
            let place = Place::new(self.source.path(), name.span());
            let variable = Variable { content: value.to_content(), place, value_span: value.span() };
            found.insert(text.to_string(), variable);
        }
        let lists = [options.and_then(|options| options.get("secretEnv")), step.get("secretEnv")];
        for item in lists.into_iter().flatten().flat_map(Node::items) {
            let Some(name) = item.as_str() else { continue };
            let content = self.secrets.get(name).cloned().unwrap_or_else(|| Content::unknown(Some(name)));
            let span = self.inner(item);
            let variable = Variable { content, place: Place::new(self.source.path(), span), value_span: span };
            found.insert(name.to_owned(), variable);
        }
        found
    }

    /// A text in which `$NAME` and `${NAME}` are replaced and `$$` is a dollar sign. What the file itself sets is only
    /// what stands in where neither a trigger nor a flag gives something else.
    fn argument(&self, node: Node<'_>) -> Argument {
        let text = node.as_str().unwrap_or_default();
        let offsets = node.offsets(self.source.text());
        let mut argument = Argument::new(Vec::new(), offsets.span(0..text.len()));
        let mut at = 0;
        let mut push = |range: std::ops::Range<usize>, unknown: Option<&str>| {
            let span = offsets.span(range.clone());
            match unknown {
                Some(name) => match self.defaults.get(name) {
                    Some(content) => argument.content(content, span),
                    None => argument.push(Bit::Unknown(Some(name.to_owned())), span),
                },
                None => {
                    if let Some(part) = text.get(range).filter(|part| !part.is_empty()) {
                        argument.push(Bit::Text(Value::new(part)), span);
                    }
                }
            }
        };
        while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')).map(|found| at + found) {
            push(at..dollar, None);
            let rest = text.get(dollar + 1..).unwrap_or_default();
            if rest.starts_with('$') {
                push(dollar..dollar + 1, None);
                at = dollar + 2;
                continue;
            }
            let braced = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
            let name = braced.unwrap_or_else(|| rest.get(..name_length(rest)).unwrap_or_default());
            let end = dollar + 1 + name.len() + if braced.is_some() { 2 } else { 0 };
            if name.is_empty() {
                push(dollar..dollar + 1, None);
                at = dollar + 1;
                continue;
            }
            push(dollar..end, Some(name));
            at = end;
        }
        push(at..text.len(), None);
        argument
    }
}

#[cfg(test)]
mod tests;
