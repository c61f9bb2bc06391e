//! Markdown: the variables that documents name, in tables, lists, code and prose. Nothing of it is ever a problem.
//!
//! What counts as a description of variables: a table whose header says so and that holds three names, lists with two,
//! a block of code with two definitions.

mod fence;
mod line;
mod list;
mod names;
mod section;
mod table;

use std::collections::HashMap;

use super::{Claim, Loader};
use crate::fact::{Fact, FactKind, Loaded, Role};
use crate::name::Name;
use crate::source::{SourceFile, SourcePath, Span};
use line::{Line, LineKind};
use list::Lists;
use names::Found;
use section::Section;

/// The loader.
pub static LOADER: Loader = Loader { name: "markdown", claims, links: &[], load, assemble: None };

/// Folders of documents that others wrote or programs made.
const FOREIGN: [&str; 24] = [
    ".changeset",
    ".git",
    ".next",
    ".venv",
    "_generated",
    "api-docs",
    "apidocs",
    "bower_components",
    "build",
    "changelog.d",
    "changelogs",
    "coverage",
    "dist",
    "generated",
    "issue_template",
    "javadoc",
    "node_modules",
    "out",
    "pull_request_template",
    "site-packages",
    "target",
    "third_party",
    "typedoc",
    "vendor",
];

/// Words of names of documents that tell of the past, or of something else than this repository's variables.
const OTHER: [&str; 20] = [
    "changelog",
    "changelogs",
    "changes",
    "history",
    "news",
    "releases",
    "upgrade",
    "upgrades",
    "upgrading",
    "migrate",
    "migrating",
    "migration",
    "license",
    "licence",
    "copying",
    "notice",
    "security",
    "authors",
    "code_of_conduct",
    "pull_request_template",
];

fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name().to_ascii_lowercase();
    let (stem, end) = name.rsplit_once('.')?;
    if !matches!(end, "md" | "mdx" | "markdown") || stem.is_empty() {
        return None;
    }
    if path.as_str().split('/').rev().skip(1).any(|part| FOREIGN.contains(&part.to_ascii_lowercase().as_str())) {
        return None;
    }
    let spelled = stem.replace('-', "_");
    let whole = ["code_of_conduct", "pull_request_template", "issue_template", "release_notes"];
    if whole.iter().any(|word| spelled.starts_with(word)) || spelled.starts_with("third_party") {
        return None;
    }
    let mut words = stem.split(|char: char| !char.is_ascii_alphanumeric());
    (!words.any(|word| OTHER.contains(&word))).then(|| Claim::new(Role::Document))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let (lines, ignores) = line::read(source);
    let mut reader =
        Reader { source, section: Section::new(source.path()), lists: 0, out: Loaded { ignores, ..Loaded::default() } };
    reader.document(&lines);
    let mut out = reader.out;
    out.facts.sort_by_key(|fact| fact.span);
    renumber(&mut out.facts);
    out
}

/// Numbers lists in the order of the file: a section's are known to be some only at its end.
fn renumber(facts: &mut [Fact]) {
    let mut numbers = HashMap::new();
    for fact in facts {
        if let FactKind::Mention { list: Some(list), .. } = &mut fact.kind {
            let next = numbers.len();
            *list = *numbers.entry(*list).or_insert(next);
        }
    }
}

/// The length of a list's marker with the blank space around it, if a line begins with one.
fn marker(line: &str) -> Option<usize> {
    let rest = line.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let sign = match rest.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        _ => return None,
    };
    let behind = rest.get(sign..)?;
    let blank = behind.len() - behind.trim_start().len();
    (blank > 0).then_some(line.len() - rest.len() + sign + blank)
}

struct Reader<'a> {
    source: &'a SourceFile,
    section: Section,
    lists: usize,
    out: Loaded,
}

impl Reader<'_> {
    fn document(&mut self, lines: &[Line]) {
        let mut list = Lists::default();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let text = self.source.slice(line.span);
            at += 1;
            match line.kind {
                LineKind::Hidden | LineKind::Code | LineKind::Close => continue,
                LineKind::Blank => {
                    list.blank();
                    continue;
                }
                LineKind::Open => {
                    if !text.starts_with([' ', '\t']) && marker(text).is_none() {
                        list.end();
                    }
                    at = self.block(lines, at - 1);
                    continue;
                }
                LineKind::Text => {}
            }
            if let Some((level, title)) = atx(text) {
                list.finish(self);
                self.head(level, title, line.span);
            } else if let Some(columns) = table::begins(self.source, lines, at - 1) {
                if !text.starts_with([' ', '\t']) {
                    list.end();
                }
                at = table::read(self, lines, at - 1, &columns);
            } else if let Some(length) = marker(text) {
                list.item(self, line.span, length);
            } else if list.takes(text) {
                self.text(line.span);
            } else if let Some(level) = lines.get(at).and_then(|next| self.underline(next)) {
                list.finish(self);
                at += 1;
                self.head(level, text.trim(), line.span);
            } else {
                list.end();
                self.text(line.span);
            }
        }
        list.finish(self);
    }

    /// The level of the heading that a line makes of the one above it.
    fn underline(&self, line: &Line) -> Option<usize> {
        let text = (line.kind == LineKind::Text).then(|| self.source.slice(line.span).trim())?;
        match text.as_bytes().first()? {
            b'=' => text.bytes().all(|byte| byte == b'=').then_some(1),
            b'-' => text.bytes().all(|byte| byte == b'-').then_some(2),
            _ => None,
        }
    }

    fn head(&mut self, level: usize, title: &str, span: Span) {
        self.section.begin(level, title);
        self.prose(span, 0);
    }

    /// A line of text.
    fn text(&mut self, span: Span) {
        self.section.line(self.source.slice(span));
        self.prose(span, 0);
    }

    /// A fenced block that begins at `start`; the line behind it.
    fn block(&mut self, lines: &[Line], start: usize) -> usize {
        let body = lines.get(start + 1..).unwrap_or_default();
        let length = body.iter().take_while(|line| line.kind == LineKind::Code).count();
        let end = start + 1 + length;
        let Some(open) = lines.get(start) else { return end };
        let language = fence::language(self.source.slice(open.span));
        if let Some(at) = self.source.slice(open.span).find(['`', '~']) {
            let text = self.source.slice(Span::new(open.span.start + at, open.span.end));
            let marks = text.len() - text.trim_start_matches(['`', '~']).len();
            let word = if fence::is_known(&language) && text.get(marks..).is_some_and(|info| !info.starts_with(' ')) {
                language.len()
            } else {
                0
            };
            self.show(open.span.start + at, marks + word);
        }
        let spans: Vec<Span> = body.iter().take(length).map(|line| line.span).collect();
        let (assigned, listed) = fence::read(self.source, &language, &spans);
        let list = listed.then(|| self.next_list());
        for assigned in assigned {
            if listed || assigned.name.contains('_') {
                self.show(assigned.sign.start, 1);
                self.mention(&assigned.name, assigned.span, list);
            }
        }
        if let Some(close) = lines.get(end).filter(|line| line.kind == LineKind::Close) {
            self.show(close.span.start, close.span.len());
            return end + 1;
        }
        end
    }

    /// The names in backticks of a text from an offset on, as far as they look like variables.
    fn prose(&mut self, span: Span, from: usize) {
        for found in names::in_backticks(self.source.slice(span), from) {
            if found.is_certain() {
                self.found(span, &found, None);
            }
        }
    }

    fn found(&mut self, text: Span, found: &Found, list: Option<usize>) {
        let span = Span::new(text.start + found.span.start, text.start + found.span.end);
        self.mention(&found.name, span, list);
    }

    fn mention(&mut self, name: &str, span: Span, list: Option<usize>) {
        self.out.shown.push(self.with_marks(span));
        let kind = FactKind::Mention { heading: self.section.heading().cloned(), list };
        self.out.facts.push(Fact { name: Name::new(name), span, kind });
    }

    /// A span with the backticks and asterisks that stand right around it.
    fn with_marks(&self, span: Span) -> Span {
        let text = self.source.text();
        let mark = |character: char| matches!(character, '`' | '*');
        let before = text.get(..span.start).unwrap_or_default();
        let behind = text.get(span.end..).unwrap_or_default();
        let start = before.trim_end_matches(mark).len();
        Span::new(start, span.end + (behind.len() - behind.trim_start_matches(mark).len()))
    }

    fn show(&mut self, start: usize, length: usize) {
        self.out.shown.push(Span::new(start, start + length));
    }

    /// The number of a table, list or block that describes variables.
    fn next_list(&mut self) -> usize {
        self.lists += 1;
        self.lists - 1
    }
}

/// The level and text of a heading that begins with `#`.
fn atx(line: &str) -> Option<(usize, &str)> {
    let line = line.trim();
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    if !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    Some((level, rest.trim_end_matches('#').trim()))
}

#[cfg(test)]
mod tests;
