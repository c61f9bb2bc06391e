//! What a Dockerfile runs: what its commands tell, the secrets that they are lent, and the scripts that they start.

use super::Reader;
use super::files::{absolute, json, split_flags};
use super::instruction::Instruction;
use super::shell;
use super::words::{self, Char};
use crate::fact::{Command, CommandKind, Link, LinkKind, SecretMount, Shell};
use crate::name::Name;
use crate::source::Span;

/// Programs that start another one.
const WRAPPERS: &[&str] =
    &["tini", "dumb-init", "sh", "bash", "ash", "dash", "exec", "env", "catatonit", "su-exec", "gosu"];

/// How many folders above a Dockerfile its context may be.
const ABOVE: usize = 4;

impl Reader<'_> {
    pub(super) fn command(&mut self, instruction: &Instruction, kind: CommandKind) {
        let split = words::split(&instruction.arguments, self.escape);
        let (flags, rest) = split_flags(&split);
        let mut secrets = Vec::new();
        for (flag, word) in flags.iter().zip(&split) {
            let Some(options) = flag.strip_prefix("mount=") else { continue };
            if options.split(',').any(|option| option == "type=secret") {
                let mount = secret(options, word);
                self.out.shown.extend(mount.1);
                let is_told = |c: char| c.is_ascii_alphanumeric() || "-_=,./".contains(c);
                if self.source.slice(mount.0.span).chars().all(is_told) {
                    self.out.shown.push(mount.0.span);
                }
                secrets.push(mount.0);
            } else {
                self.bind(options, instruction.span);
            }
        }
        let text = rest.concat_text();
        let mut shell = match json(&text) {
            Some(words) => of_words(&words),
            None => shell::read(after_flags(&instruction.arguments, &rest.0)),
        };
        let mut names = names_env_file(&text);
        let bodies = instruction.documents.iter().map(|body| self.source.slice(*body));
        let asks = std::iter::once(text.as_str()).chain(bodies).any(asks);
        for mount in &mut secrets {
            mount.asked_for = asks;
        }
        for body in &instruction.documents {
            let body_text = self.source.slice(*body);
            names |= names_env_file(body_text);
            let chars: Vec<Char> = body_text.char_indices().map(|(at, char)| (body.start + at, char)).collect();
            // `RUN <<EOF` is a script, `RUN cat <<EOF > x` has a text.
            let told = if text.starts_with("<<") { shell::read(&chars) } else { shell::read_document(&chars) };
            shell.reads.extend(told.reads.into_iter().filter(|read| !shell.sets.contains(&read.name)));
            shell.builds |= told.builds;
            shell.develops |= told.develops;
            shell.replaces |= told.replaces;
            shell.sets.extend(told.sets);
            shell.scripts.extend(told.scripts);
        }
        let lent: Vec<&Name> = secrets.iter().filter_map(|mount| mount.variable.as_ref()).collect();
        shell.reads.retain(|read| !lent.contains(&&read.name));
        self.out.shown.extend(shell.reads.iter().map(|read| read.span));
        let Some(stage) = self.image.stages.last_mut() else { return };
        stage.names_env_file |= names;
        stage.commands.push(Command {
            kind,
            span: instruction.span,
            shell,
            secrets,
            names_env_file: names,
            script: false,
        });
        if kind != CommandKind::Run {
            let words = json(&text).unwrap_or_else(|| text.split_whitespace().map(str::to_owned).collect());
            self.starts.insert((self.image.stages.len() - 1, kind), (instruction.span, self.folder(), words));
        }
    }

    /// Names the scripts that containers start, as files of the context: beside the Dockerfile, or in a folder above it
    /// that may be the context.
    pub(super) fn link_scripts(&mut self) {
        for ((stage, _), (span, folder, words)) in std::mem::take(&mut self.starts) {
            let words = words.iter().map(|word| word.trim_matches(['"', '\'']));
            let mut words = words.skip_while(|word| {
                let name = word.rsplit('/').next().unwrap_or(word);
                WRAPPERS.contains(&name) || word.starts_with('-') || word.contains('=')
            });
            let Some(program) = words.next() else { continue };
            let is_script = program.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "sh" | "bash"));
            let is_path = is_script || program.contains('/');
            let found = is_path.then(|| self.image.origin(stage, &absolute(&folder, program))).flatten();
            let found = found.filter(|path| !path.is_empty() && !path.contains('$'));
            let commands = self.image.stages.get_mut(stage).map(|stage| &mut stage.commands);
            if let Some(command) = commands.and_then(|all| all.iter_mut().rev().find(|command| command.span == span)) {
                command.script = is_script;
            }
            let Some(path) = found else { continue };
            let depth = self.source.path().folders().filter(|folder| !folder.as_str().is_empty()).count();
            for up in 0..=depth.min(ABOVE) {
                let path = format!("{}{path}", "../".repeat(up));
                self.out.links.push(Link { kind: LinkKind::Script, path, span, required: false });
            }
        }
    }
}

/// What the words of the JSON form tell: with `sh -c` they are a shell's.
fn of_words(words: &[String]) -> Shell {
    let script = words.iter().position(|word| word == "-c" || word == "-lc" || word == "-ec");
    let text = match script.and_then(|at| words.get(at + 1)) {
        Some(script) => script.clone(),
        // No shell expands what stands there.
        None => words.iter().map(|word| word.replace('$', "\\$")).collect::<Vec<_>>().join(" "),
    };
    let chars: Vec<Char> = text.char_indices().collect();
    let mut shell = shell::read(&chars);
    // The JSON form has escapes, so offsets in it are none in the file.
    for read in &mut shell.reads {
        read.span = Span::default();
    }
    shell
}

/// The characters behind the flags.
fn after_flags<'a>(arguments: &'a [Char], rest: &[&'a [Char]]) -> &'a [Char] {
    let Some(first) = rest.first().and_then(|word| word.first()) else { return &[] };
    let at = arguments.iter().position(|char| char.0 == first.0).unwrap_or(arguments.len());
    arguments.get(at..).unwrap_or_default()
}

/// `type=secret,id=npm,env=NPM_TOKEN`, with the span of the variable.
fn secret(options: &str, word: &[Char]) -> (SecretMount, Option<Span>) {
    let option = |names: &[&str]| {
        options.split(',').find_map(|option| {
            let (name, value) = option.split_once('=')?;
            names.contains(&name).then_some(value)
        })
    };
    let target = option(&["target", "dst", "destination"]);
    let id = option(&["id"]).or_else(|| target?.rsplit('/').next());
    let variable = option(&["env"]).filter(|name| crate::name::is_variable_name(name));
    let text = words::text(word);
    let span = variable.and_then(|name| {
        let at = text.find(&format!("env={name}"))? + "env=".len();
        let count = text.get(..at)?.chars().count();
        Some(words::span(word.get(count..count + name.len())?, 0))
    });
    let is_true = |value: &str| value.is_empty() || value.eq_ignore_ascii_case("true") || value == "1";
    let required = options.split(',').any(|option| {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        name == "required" && is_true(value)
    });
    let (id, variable) = (id.map(str::to_owned), variable.map(Name::new));
    (SecretMount { id, variable, required, asked_for: false, span: words::span(word, 0) }, span)
}

/// Whether a command may do without what it is lent: it has a condition in it.
fn asks(command: &str) -> bool {
    ["if ", "[ ", "[[ ", "test ", "||", "${"].iter().any(|word| command.contains(word))
}

/// Whether a command names an env file: `cp env-example .env`, `COPY app.env ./`, `set -a && . ./.env.prod`.
pub(super) fn names_env_file(command: &str) -> bool {
    let words = command.split(|char: char| char.is_whitespace() || "=,;&|()<>\"'[]".contains(char));
    words.map(|word| word.rsplit('/').next().unwrap_or(word)).any(|name| {
        name == ".env" || name.starts_with(".env.") || name.strip_suffix(".env").is_some_and(|stem| !stem.is_empty())
    })
}
