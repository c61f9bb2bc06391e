//! Dockerfiles: what each stage sets, takes and runs. Not what the images hold that they start from.

mod commands;
mod files;
pub mod ignore;
mod instruction;
pub mod script;
mod shell;
mod words;

use std::collections::BTreeMap;

use super::{Claim, Loader};
use crate::fact::{CommandKind, Image, InlineIgnore, LinkKind, Loaded, Problem, Role, Setting, SettingValue, Stage};
use crate::name::Name;
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::value::Template;
use commands::names_env_file;
use instruction::Instruction;
use words::Char;

/// The loader.
pub static LOADER: Loader =
    Loader { name: "dockerfile", claims, links: &[(LinkKind::Dockerfile, Role::Manifest)], load, assemble: None };

/// How many stages are read; a build of as many would take days.
const STAGES: usize = 1_000;

/// Ends of names that are no Dockerfiles: what they ignore, what makes them, what was left over, source code.
const OTHER: &[&str] = &[
    "dockerignore",
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "template",
    "erb",
    "mustache",
    "hbs",
    "m4",
    "md",
    "txt",
    "orig",
    "rej",
    "bak",
    "swp",
    "in",
    "rs",
    "go",
    "py",
    "js",
    "ts",
    "rb",
    "java",
    "sh",
    "vim",
    "lua",
    "yml",
    "yaml",
    "json",
    "toml",
];

/// The instructions, without those that are handled by name below.
const KNOWN: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name().to_ascii_lowercase();
    let is_one = match name.rsplit_once('.') {
        None => matches!(name.as_str(), "dockerfile" | "containerfile"),
        Some((_, end)) if OTHER.contains(&end) => false,
        Some((stem, end)) => {
            (end == "dockerfile" && !stem.is_empty())
                || name.starts_with("dockerfile.")
                || name.starts_with("containerfile.")
        }
    };
    is_one.then(|| Claim::new(Role::Manifest))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let read = instruction::read(source.text());
    let mut reader = Reader {
        source,
        escape: read.escape,
        image: Image { foreign: read.foreign, skipped_checks: read.skipped_checks, ..Image::default() },
        out: Loaded::default(),
        folders: Vec::new(),
        starts: BTreeMap::new(),
        lost: false,
    };
    for comment in &read.comments {
        let text = source.slice(comment.span);
        reader.out.ignores.extend(InlineIgnore::read(text, comment.span, comment.line, true));
    }
    for instruction in &read.list {
        if reader.image.stages.len() >= STAGES && instruction.keyword == "FROM" {
            let problem = format!("this is stage {STAGES}, and no further one is read");
            reader.problem(Problem::new(instruction.span, problem));
            break;
        }
        reader.instruction(instruction);
    }
    if let Some(span) = read.unterminated {
        reader.problem(Problem::new(span, "this here-document does not end"));
    }
    if reader.image.stages.is_empty() && reader.out.problems.is_empty() {
        reader.problem(Problem::new(Span::default(), "this Dockerfile has no `FROM`"));
    }
    reader.link_scripts();
    let mut out = reader.out;
    out.image = Some(reader.image);
    out
}

struct Reader<'a> {
    source: &'a SourceFile,
    escape: char,
    image: Image,
    out: Loaded,
    /// The working folder of each stage at its end, from the root of the image; that of its base is not known.
    folders: Vec<String>,
    /// What containers of each stage start, by stage and kind: where it is said, the working folder, the words.
    starts: BTreeMap<(usize, CommandKind), (Span, String, Vec<String>)>,
    lost: bool,
}

impl Reader<'_> {
    fn problem(&mut self, problem: Problem) {
        self.out.problems.push(problem);
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let keyword = instruction.keyword.as_str();
        if !KNOWN.contains(&keyword) {
            // One lost line makes instructions of all that follow it; the first one tells enough.
            if !self.image.foreign && !std::mem::replace(&mut self.lost, true) {
                self.problem(
                    Problem::new(instruction.span, "this line begins with no instruction of a Dockerfile")
                        .help("if it continues the line above, that one must end with a backslash"),
                );
            }
            return;
        }
        self.lost = false;
        self.out.shown.push(instruction.span);
        let arguments = instruction.arguments.as_slice();
        let behind = instruction.span.end;
        match keyword {
            "FROM" => self.from(instruction),
            "ARG" => {
                let settings = self.arguments(arguments, behind);
                if let Some(stage) = self.image.stages.last_mut() {
                    stage.arguments.extend(settings);
                } else {
                    self.image.base_reads.extend(settings.iter().flat_map(references));
                    self.image.arguments.extend(settings);
                }
            }
            _ if self.image.stages.is_empty() => {
                let nothing_yet = self.out.problems.is_empty();
                if nothing_yet {
                    self.problem(Problem::new(instruction.span, format!("`{keyword}` stands before the first `FROM`")));
                }
            }
            "ENV" => {
                let settings = self.environment(instruction);
                if let Some(stage) = self.image.stages.last_mut() {
                    stage.settings.extend(settings);
                }
            }
            "COPY" | "ADD" => self.copy(instruction),
            "RUN" => self.command(instruction, CommandKind::Run),
            "CMD" => self.command(instruction, CommandKind::Cmd),
            "ENTRYPOINT" => self.command(instruction, CommandKind::Entrypoint),
            "WORKDIR" => self.work_in(instruction),
            _ => {}
        }
    }

    fn from(&mut self, instruction: &Instruction) {
        let words = words::split(&instruction.arguments, self.escape);
        for word in &words {
            let template = words::template(word, self.escape);
            self.image.base_reads.extend(template.references().into_iter().map(|reference| reference.name.clone()));
        }
        let mut words = words.into_iter().map(words::text).skip_while(|word| word.starts_with("--"));
        let Some(base) = words.next() else {
            self.problem(Problem::new(instruction.span, "`FROM` names no image"));
            return;
        };
        let name = words.next().filter(|word| word.eq_ignore_ascii_case("as")).and_then(|_| words.next());
        let folder = self.image.find(Some(&base)).and_then(|index| self.folders.get(index)).cloned();
        self.folders.push(folder.unwrap_or_else(|| "/".to_owned()));
        self.image.stages.push(Stage { name, base, span: instruction.span, ..Stage::default() });
    }

    /// `ENV A=1 B="2"`, or the older `ENV A all the rest`.
    fn environment(&mut self, instruction: &Instruction) -> Vec<Setting> {
        let arguments = instruction.arguments.as_slice();
        let words = words::split(arguments, self.escape);
        let Some(first) = words.first() else {
            self.problem(Problem::new(instruction.span, "`ENV` names no variable"));
            return Vec::new();
        };
        if !first.iter().any(|(_, char)| *char == '=') {
            let rest = arguments.get(first.len()..).unwrap_or_default();
            let blank = rest.iter().take_while(|(_, char)| char.is_whitespace()).count();
            let value = rest.get(blank..).unwrap_or_default();
            if value.is_empty() {
                self.problem(Problem::new(words::span(first, 0), "this `ENV` gives no value").help("write `NAME=`"));
                return Vec::new();
            }
            let behind = words::span(first, instruction.span.end).end;
            return self.setting(first, Some(value), behind).into_iter().collect();
        }
        let mut found = Vec::new();
        for word in words {
            match word.iter().position(|(_, char)| *char == '=') {
                Some(sign) => found.extend(self.pair(word, sign)),
                // Docker refuses the whole file; the usual cause is a value with a blank and without quotes.
                None => self.problem(
                    Problem::new(words::span(word, instruction.span.end), "this word of an `ENV` has no `=`")
                        .help("quote a value that holds blanks"),
                ),
            }
        }
        found
    }

    /// `ARG A`, `ARG A=1 B`.
    fn arguments(&mut self, arguments: &[Char], behind: usize) -> Vec<Setting> {
        let mut found = Vec::new();
        for word in words::split(arguments, self.escape) {
            found.extend(match word.iter().position(|(_, char)| *char == '=') {
                Some(sign) => self.pair(word, sign),
                None => self.setting(word, None, words::span(word, behind).end),
            });
        }
        if found.is_empty() && arguments.is_empty() {
            self.problem(Problem::new(Span::new(behind, behind), "`ARG` names no argument"));
        }
        found
    }

    fn pair(&mut self, word: &[Char], sign: usize) -> Option<Setting> {
        let (name, rest) = word.split_at_checked(sign)?;
        let (equals, value) = rest.split_first()?;
        self.out.shown.push(Span::new(equals.0, equals.0 + 1));
        self.setting(name, Some(value), equals.0 + 1)
    }

    /// `None` for a name that is itself made of references.
    fn setting(&mut self, name: &[Char], value: Option<&[Char]>, behind: usize) -> Option<Setting> {
        let text: String = words::text(name).chars().filter(|char| !matches!(char, '"' | '\'')).collect();
        if text.is_empty() || text.contains(['$', self.escape]) || text.chars().any(char::is_whitespace) {
            return None;
        }
        let span = words::span(name, behind);
        self.out.shown.push(span);
        let (value, value_span) = match value {
            None => (SettingValue::PassThrough, Span::new(behind, behind)),
            Some(value) => (SettingValue::Given(self.template(value)), words::span(value, behind)),
        };
        Some(Setting { name: Name::new(&text), place: Place::new(self.source.path(), span), value_span, value })
    }

    fn template(&self, value: &[Char]) -> Template {
        if value.iter().any(|(_, char)| *char == '\u{1a}') {
            return Template::unknown(words::span(value, 0));
        }
        words::template(value, self.escape)
    }
}

/// The names that a setting is made of.
fn references(setting: &Setting) -> Vec<Name> {
    let SettingValue::Given(template) = &setting.value else { return Vec::new() };
    template.references().into_iter().map(|reference| reference.name.clone()).collect()
}

#[cfg(test)]
mod tests;
