//! A tree to the parts of a workflow.

use std::collections::BTreeSet;

use super::parts::{Entry, Job, Matrix, Step, Text, TextPiece, Workflow};
use crate::source::{SourceFile, Span};
use crate::syntax::expression::{self, Expression};
use crate::syntax::shell::{Host, Script};
use crate::syntax::windows;
use crate::syntax::yaml::{Kind, Node, Yaml};
use crate::value::Value;

/// How many steps, entries and jobs are read of one file.
const ITEMS: usize = 5_000;

/// Reads a workflow; `lossy`: whether a part of the tree is missing.
pub(super) fn workflow(source: &SourceFile, yaml: &Yaml, lossy: bool) -> Workflow {
    let mut reader = Reader { source, items: ITEMS, cut: false };
    let mut workflow = Workflow { lossy, ..Workflow::default() };
    let Some(root) = yaml.documents().next() else { return workflow };
    workflow.env = reader.entries(root.get("env"));
    reader.triggers(root.get("on").or_else(|| root.get("true")), &mut workflow);
    let folder = run_folder(root).map(|node| reader.text(node));
    let shell = run_default(root, "shell");
    for entry in root.get("jobs").into_iter().flat_map(Node::entries) {
        if !reader.afford() {
            break;
        }
        let mut job = reader.job(entry.value, shell);
        entry.name.clone_into(&mut job.id);
        job.span = reader.inner(entry.key);
        if job.folder.is_none() {
            job.folder = folder.as_ref().map(Text::copy);
        }
        workflow.jobs.push(job);
    }
    if let Some(runs) = root.get("runs") {
        workflow.is_action = true;
        workflow.inputs = reader.inputs(root.get("inputs"));
        let steps = reader.steps(runs.get("steps"), Language::Posix);
        workflow.jobs.push(Job { id: "action".to_owned(), steps, ..Job::default() });
    }
    workflow.lossy |= reader.cut;
    workflow
}

impl Text {
    /// The same text once more.
    pub(super) fn copy(&self) -> Self {
        let piece = |piece: &TextPiece| match piece {
            TextPiece::Literal(value, span) => TextPiece::Literal(value.clone(), *span),
            // Only folders are copied, and those are literal.
            TextPiece::Expression(_, span) | TextPiece::Unknown(span) => TextPiece::Unknown(*span),
        };
        Self { pieces: self.pieces.iter().map(piece).collect(), span: self.span }
    }
}

/// Events of what was merged, or of the passing of time.
const MERGED: &[&str] = &["push", "release", "create", "schedule", "workflow_run", "deployment", "repository_dispatch"];

/// Whether a job or a step runs for pull requests alone, as far as its condition tells.
fn is_for_reviews(node: Node<'_>) -> bool {
    let condition = node.get("if").and_then(Node::as_str).unwrap_or_default();
    let mut parts = condition.split("pull_request");
    let before = parts.next().unwrap_or_default();
    let is_excluded = before.trim_end_matches(['\'', '"', ' ']).ends_with("!=");
    parts.next().is_some() && !is_excluded
}

/// `defaults.run.working-directory`.
fn run_folder(node: Node<'_>) -> Option<Node<'_>> {
    run_default(node, "working-directory")
}

fn run_default<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    node.get("defaults")?.get("run")?.get(key)
}

/// The language of a `run` step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Posix,
    PowerShell,
    Cmd,
    /// Python, another one, or what cannot be told.
    Other,
}

impl Language {
    /// That of a `shell`.
    fn of(shell: Node<'_>) -> Self {
        let text = shell.as_str().unwrap_or_default();
        let first = text.split_whitespace().next().unwrap_or_default();
        let name = first.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "bash" | "sh" | "zsh" | "dash" => Self::Posix,
            "pwsh" | "powershell" => Self::PowerShell,
            "cmd" => Self::Cmd,
            _ => Self::Other,
        }
    }

    /// What a runner has where no shell is named: PowerShell on Windows.
    fn of_runner(runner: Option<Node<'_>>) -> Self {
        let Some(runner) = runner else { return Self::Posix };
        let labels = runner.as_str().into_iter().chain(runner.items().filter_map(Node::as_str));
        let group = runner
            .get("labels")
            .into_iter()
            .flat_map(|node| node.as_str().into_iter().chain(node.items().filter_map(Node::as_str)));
        let is_windows = labels.chain(group).any(|label| label.to_ascii_lowercase().contains("windows"));
        if is_windows { Self::PowerShell } else { Self::Posix }
    }
}

/// Literal text, line by line: what stands between lines in the file is not what stands between them in the text.
fn literals(
    text: &str,
    range: std::ops::Range<usize>,
    place: &dyn Fn(std::ops::Range<usize>) -> Span,
    pieces: &mut Vec<TextPiece>,
) {
    let mut push = |range: std::ops::Range<usize>| {
        if let Some(part) = text.get(range.clone()).filter(|part| !part.is_empty()) {
            pieces.push(TextPiece::Literal(Value::new(part), place(range)));
        }
    };
    let mut start = range.start;
    for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
        let before = line.len() - line.trim_start().len();
        let end = line.trim_end().len().max(before);
        push(start..start + before);
        push(start + before..start + end);
        push(start + end..start + line.len());
        start += line.len();
    }
}

struct Reader<'a> {
    source: &'a SourceFile,
    items: usize,
    /// Whether something was left out.
    cut: bool,
}

impl Reader<'_> {
    fn afford(&mut self) -> bool {
        let left = self.items.checked_sub(1);
        self.cut |= left.is_none();
        self.items = left.unwrap_or_default();
        left.is_some()
    }

    /// Where the text of a scalar stands, without its quotes.
    fn inner(&self, node: Node<'_>) -> Span {
        node.offsets(self.source.text()).span(0..node.as_str().map_or(0, str::len))
    }

    fn triggers(&mut self, on: Option<Node<'_>>, workflow: &mut Workflow) {
        let Some(on) = on else { return };
        let mut events: Vec<&str> = on.as_str().into_iter().collect();
        events.extend(on.items().filter_map(Node::as_str));
        events.extend(on.entries().iter().map(|entry| entry.name));
        workflow.is_called = events.contains(&"workflow_call");
        workflow.is_started = events.iter().any(|event| *event != "workflow_call");
        let lands = |event: &&str| MERGED.contains(event);
        workflow.reviews = events.iter().any(|event| event.starts_with("pull_request")) && !events.iter().any(lands);
        if let Some(call) = on.get("workflow_call") {
            workflow.inputs = self.inputs(call.get("inputs"));
            for secret in call.get("secrets").into_iter().flat_map(Node::entries) {
                let required = secret.value.get("required").and_then(Node::as_str) == Some("true");
                workflow.secrets.push((secret.name.to_ascii_uppercase(), self.inner(secret.key), required));
            }
        }
        if let Some(dispatch) = on.get("workflow_dispatch") {
            for (name, _) in self.inputs(dispatch.get("inputs")) {
                if workflow.inputs.iter().all(|(known, _)| *known != name) {
                    // Whoever starts it by hand may say something else.
                    workflow.inputs.push((name, None));
                }
            }
        }
    }

    fn inputs(&mut self, node: Option<Node<'_>>) -> Vec<(String, Option<Text>)> {
        let entries = node.into_iter().flat_map(Node::entries);
        entries
            .map(|input| {
                let default = input.value.get("default").map(|default| self.text(default));
                (input.name.to_ascii_lowercase(), default)
            })
            .collect()
    }

    fn entries(&mut self, node: Option<Node<'_>>) -> Vec<Entry> {
        let mut found = Vec::new();
        for entry in node.into_iter().flat_map(Node::entries) {
            if !self.afford() {
                break;
            }
            let text = self.text(entry.value);
            found.push(Entry { name: entry.name.to_owned(), span: self.inner(entry.key), text });
        }
        found
    }

    fn text(&mut self, node: Node<'_>) -> Text {
        let Some(text) = node.as_str() else {
            let pieces = if node.kind() == Kind::Unknown || node.kind() != Kind::Scalar {
                vec![TextPiece::Unknown(node.site())]
            } else {
                Vec::new()
            };
            return Text { pieces, span: node.site() };
        };
        if node.is_null() || text.is_empty() {
            let span = node.span();
            return Text { pieces: Vec::new(), span: Span::new(span.start, span.start) };
        }
        let offsets = node.offsets(self.source.text());
        let place = |range| offsets.span(range);
        let span = place(0..text.len());
        let mut pieces = Vec::new();
        for piece in expression::split(text) {
            match piece {
                expression::Piece::Text(range) => literals(text, range, &place, &mut pieces),
                expression::Piece::Expression(range) => {
                    let inner = text.get(range.clone()).unwrap_or_default();
                    let span = place(range.start.saturating_sub(3)..range.end + 2);
                    pieces.push(match Expression::parse(inner, 0) {
                        Ok(expression) => TextPiece::Expression(expression, span),
                        Err(_) => TextPiece::Unknown(span),
                    });
                }
            }
        }
        Text { pieces, span }
    }

    fn job(&mut self, node: Node<'_>, shell: Option<Node<'_>>) -> Job {
        let environment = node.get("environment");
        let environment =
            environment.and_then(|node| if node.kind() == Kind::Mapping { node.get("name") } else { Some(node) });
        let secrets = node.get("secrets");
        let container = node.get("container").and_then(|container| container.get("env"));
        let named = run_default(node, "shell").or(shell).map(Language::of);
        let language = named.unwrap_or_else(|| Language::of_runner(node.get("runs-on")));
        let mut env = self.entries(node.get("env"));
        env.extend(self.entries(container));
        Job {
            env,
            environment: environment.map(|node| self.text(node)),
            steps: self.steps(node.get("steps"), language),
            uses: node.get("uses").map(|node| self.text(node)),
            with: self.entries(node.get("with")),
            inherits: secrets.and_then(Node::as_str) == Some("inherit"),
            secrets: self.entries(secrets),
            has_services: node.get("services").is_some(),
            reviews: is_for_reviews(node),
            folder: run_folder(node).map(|node| self.text(node)),
            matrix: self.matrix(node),
            ..Job::default()
        }
    }

    fn matrix(&mut self, job: Node<'_>) -> Matrix {
        let mut found = Matrix::default();
        let Some(matrix) = job.get("strategy").and_then(|strategy| strategy.get("matrix")) else { return found };
        let entries = matrix.entries();
        let includes: Vec<Node<'_>> =
            entries.iter().filter(|entry| entry.name == "include").flat_map(|entry| entry.value.items()).collect();
        let dimensions: Vec<_> = entries.iter().filter(|entry| !matches!(entry.name, "include" | "exclude")).collect();
        let names: BTreeSet<String> = dimensions
            .iter()
            .map(|entry| entry.name.to_owned())
            .chain(includes.iter().flat_map(|item| item.entries()).map(|entry| entry.name.to_owned()))
            .collect();
        found.names = names.into_iter().collect();
        // Several dimensions would have to be multiplied out.
        let excludes = entries.iter().any(|entry| entry.name == "exclude");
        let ([] | [_], false) = (dimensions.as_slice(), excludes) else { return found };
        let only = dimensions.first().map(|entry| entry.name);
        for item in dimensions.first().into_iter().flat_map(|entry| entry.value.items()) {
            let name = only.unwrap_or_default().to_owned();
            found.rows.push(vec![(name, self.text(item))]);
        }
        if only.is_some() && found.rows.is_empty() {
            return found;
        }
        for item in includes {
            let row = item.entries().into_iter().map(|entry| (entry.name.to_owned(), self.text(entry.value)));
            found.include(row.collect(), only);
        }
        found
    }

    fn steps(&mut self, node: Option<Node<'_>>, language: Language) -> Vec<Step> {
        let mut found = Vec::new();
        for item in node.into_iter().flat_map(Node::items) {
            if !self.afford() {
                break;
            }
            found.push(self.step(item, language));
        }
        found
    }

    fn step(&mut self, node: Node<'_>, language: Language) -> Step {
        let language = node.get("shell").map_or(language, Language::of);
        let run = node.get("run").and_then(|run| {
            let text = run.as_str()?;
            let offsets = run.offsets(self.source.text());
            let place = |range| offsets.span(range);
            match language {
                Language::Posix => Some(Script::parse(text, Host::GitHub, &place)),
                Language::PowerShell => Some(windows::powershell(text, &place)),
                Language::Cmd => Some(windows::cmd(text, &place)),
                Language::Other => None,
            }
        });
        Step {
            id: node.get("id").and_then(Node::as_str).map(str::to_owned),
            env: self.entries(node.get("env")),
            run,
            uses: node.get("uses").map(|node| self.text(node)),
            with: self.entries(node.get("with")),
            folder: node.get("working-directory").map(|node| self.text(node)),
            span: Span::new(node.site().start, node.site().start),
            conditional: node.get("if").is_some(),
            reviews: is_for_reviews(node),
        }
    }
}
