//! GitLab's pipelines: variables at their levels, environments, and the lines of scripts.
//!
//! Syntax: docs.gitlab.com, "CI/CD YAML syntax reference".

use std::collections::BTreeMap;

use super::commands::{Content, Recipe, Variable, word_in};
use super::recipe;
use super::{Assembled, Claim, Files, Loader};
use crate::fact::{Loaded, Role};
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::syntax::shell::{Host, Operation, Piece, Script};
use crate::syntax::yaml::{Kind, Node};

/// The loader.
pub static LOADER: Loader = Loader { name: "gitlab", claims, links: &[], load, assemble: Some(assemble) };

/// How many jobs may extend one another in a row.
const CHAIN: usize = 8;

/// Keys at the top that are no jobs.
const RESERVED: &[&str] =
    &["default", "include", "stages", "variables", "workflow", "image", "services", "cache", "spec", "pages:deploy"];

fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"))?;
    let folder = path.folder();
    let fits = stem.ends_with(".gitlab-ci")
        || folder.as_str().split('/').any(|part| part == ".gitlab") && !folder.as_str().contains("_templates");
    fits.then(|| Claim::new(Role::Deploy))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    recipe::of_yaml(source, |yaml, recipes| {
        // A header of inputs may stand in a document of its own.
        for root in yaml.documents() {
            let jobs = root.entries().iter().map(|entry| (entry.name, entry.value)).collect();
            let reader = Reader { source, root, jobs };
            let common = root.get("variables").map(|node| reader.variables(node)).unwrap_or_default();
            for job in root.entries() {
                if job.name.starts_with('.') || RESERVED.contains(&job.name) || job.value.kind() != Kind::Mapping {
                    continue;
                }
                recipes.all.extend(reader.job(job.name, job.value, &common));
            }
        }
    })
}

fn assemble(files: &Files<'_>) -> Assembled {
    recipe::groups(files, LOADER.name)
}

type Variables = BTreeMap<String, Variable>;

struct Reader<'a> {
    source: &'a SourceFile,
    root: Node<'a>,
    jobs: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Reader<'a> {
    fn inner(&self, node: Node<'_>) -> Span {
        node.offsets(self.source.text()).span(0..node.as_str().map_or(0, str::len))
    }

    fn script(&self, node: Node<'_>) -> Option<Script> {
        let text = node.as_str()?;
        let offsets = node.offsets(self.source.text());
        Some(Script::parse(text, Host::Plain, &|range| offsets.span(range)))
    }

    /// A list of variables; what one is made of others of is not known.
    fn variables(&self, node: Node<'_>) -> Variables {
        let mut found = Variables::new();
        for entry in node.entries() {
            let value = entry.value.get("value").unwrap_or(entry.value);
            let content = match value.as_str() {
                Some(text) if !text.contains('$') => Content::text(text),
                _ => Content::unknown(Some(entry.name)),
            };
            let place = Place::new(self.source.path(), self.inner(entry.key));
            found.insert(entry.name.to_owned(), Variable { content, place, value_span: self.inner(value) });
        }
        found
    }

    /// A job and what it extends, itself first.
    fn chain(&self, job: Node<'a>) -> Vec<Node<'a>> {
        let mut chain = vec![job];
        let mut at = 0;
        while let Some(next) = chain.get(at).filter(|_| chain.len() < CHAIN) {
            let named = next.get("extends");
            let mut names: Vec<&str> = named.and_then(Node::as_str).into_iter().collect();
            names.extend(named.into_iter().flat_map(Node::items).filter_map(Node::as_str));
            // The last one is the strongest.
            chain.extend(names.iter().rev().filter_map(|name| self.jobs.get(name)));
            at += 1;
        }
        chain.truncate(CHAIN);
        chain
    }

    fn job(&self, name: &str, job: Node<'a>, common: &Variables) -> Option<Recipe> {
        let chain = self.chain(job);
        let first = |key: &str| chain.iter().find_map(|node| node.get(key));
        let mut variables = common.clone();
        for node in chain.iter().rev().filter_map(|node| node.get("variables")) {
            variables.extend(self.variables(node));
        }
        // What rules set depends on what starts the pipeline.
        let rules = first("rules").into_iter().flat_map(Node::items).filter_map(|rule| rule.get("variables"));
        for entry in rules.flat_map(Node::entries) {
            if let Some(known) = variables.get_mut(entry.name) {
                known.content = Content::unknown(Some(entry.name));
            }
        }
        let default = self.root.get("default");
        let before = first("before_script").or_else(|| default?.get("before_script"));
        let before = before.or_else(|| self.root.get("before_script"));
        let mut scripts = Vec::new();
        for list in [before, first("script"), first("after_script")].into_iter().flatten() {
            self.lines(list, &mut scripts, 0);
        }
        if !scripts.iter().any(|script| !script.commands.is_empty()) {
            return None;
        }
        let environment = first("environment");
        let environment = environment.and_then(|node| node.get("name").or(Some(node)));
        let (environment, anywhere) = match environment.and_then(|node| self.script(node)) {
            None => (word_in(name), false),
            Some(words) => match literal(&words, &variables) {
                Some(word) => (Some(word), false),
                None => (None, true),
            },
        };
        // Scripts run at the root, wherever the file stands.
        let folder = Some(super::commands::to_root(self.source.path()));
        Some(Recipe { scripts, programs: Vec::new(), folder, variables, environment, anywhere })
    }

    fn lines(&self, node: Node<'_>, scripts: &mut Vec<Script>, depth: usize) {
        scripts.extend(self.script(node));
        if depth < CHAIN {
            // Lists in lists come of anchors and of `!reference`, whose own words are no commands.
            for item in node.items().filter(|_| !node.has_tag("!reference")) {
                self.lines(item, scripts, depth + 1);
            }
        }
    }
}

/// What a text with variables comes to.
fn literal(script: &Script, variables: &Variables) -> Option<String> {
    let word = script.commands.first()?.words.first()?;
    let mut text = String::new();
    for piece in &word.pieces {
        if text.contains('/') {
            break;
        }
        match piece {
            Piece::Literal { text: part, .. } => text.push_str(part.expose()),
            Piece::Variable { name, operation: Operation::Take, .. } => {
                text.push_str(&variables.get(name.as_str())?.content.literal()?);
            }
            _ => return None,
        }
    }
    // `review/my-branch`: the folder is what tells.
    Some(text.split('/').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests;
