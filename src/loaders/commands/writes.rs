//! Files that commands write: env files line by line, and what later steps of a workflow get through them.

use super::{Argument, Shell, Variable};
use crate::fact::{Setting, WrittenFile};
use crate::name::{Name, is_variable_name};
use crate::syntax::shell::{Command, Direction, Piece, Word};

/// Where output goes.
enum Sink {
    /// To the variables of later steps.
    Exports,
    /// To what later steps ask this one for.
    Outputs,
    /// Into a file.
    File,
}

/// What a command writes; what it prints, as far as that is known.
pub(super) fn of(
    command: &Command,
    program: &str,
    arguments: &[Argument],
    input: Option<Vec<Argument>>,
    shell: &mut Shell<'_>,
) -> Option<Vec<Argument>> {
    let here = command.redirections.iter().find(|redirection| redirection.kind == Direction::Text);
    let text = here.map(|redirection| vec![Argument::of(&redirection.word, shell)]).or(input);
    let printed = match program {
        "echo" => Some(echo(arguments)),
        "printf" => printf(arguments),
        "cat" if arguments.is_empty() || here.is_some() => text.clone(),
        _ => None,
    };
    if program == "tee" {
        for (word, argument) in command.words.iter().skip(1).zip(arguments) {
            if !argument.beginning().starts_with('-') {
                write(word, argument, text.as_deref(), shell);
            }
        }
        return text;
    }
    if matches!(program, "cp" | "mv" | "ln" | "install" | "envsubst" | "sops")
        && let Some((word, argument)) = command.words.last().zip(arguments.last())
    {
        write(word, argument, None, shell);
    }
    let to_file = |kind| matches!(kind, Direction::Write | Direction::Append);
    let is_output = |descriptor: Option<u32>| descriptor.is_none_or(|descriptor| descriptor == 1);
    for redirection in command.redirections.iter().filter(|r| to_file(r.kind) && is_output(r.descriptor)) {
        let argument = Argument::of(&redirection.word, shell);
        write(&redirection.word, &argument, printed.as_deref(), shell);
    }
    printed
}

fn echo(arguments: &[Argument]) -> Vec<Argument> {
    let is_flag = |word: &&Argument| {
        word.literal().is_some_and(|word| matches!(word.as_str(), "-n" | "-e" | "-E" | "-ne" | "-en"))
    };
    let mut words = arguments.iter().skip_while(is_flag);
    let Some(first) = words.next() else { return Vec::new() };
    let mut line = first.clone();
    for word in words {
        line.content(&super::Content::text(" "), word.span());
        line.parts.extend(word.parts.iter().cloned());
    }
    vec![line]
}

fn printf(arguments: &[Argument]) -> Option<Vec<Argument>> {
    let (format, rest) = arguments.split_first()?;
    let text = format.literal()?;
    match text.as_str() {
        "%s\\n" | "%s" => Some(rest.to_vec()),
        text if !text.contains('%') && !text.trim_end_matches("\\n").contains('\\') => Some(vec![format.clone()]),
        _ => None,
    }
}

/// Notes what is written to a word; `printed` is `None` where nobody can tell what.
fn write(word: &Word, argument: &Argument, printed: Option<&[Argument]>, shell: &mut Shell<'_>) {
    let Some(sink) = sink(word, argument) else { return };
    let mut settings = Vec::new();
    let mut opaque = printed.is_none();
    for line in printed.unwrap_or_default().iter().flat_map(|text| text.split("\n")) {
        let line = line.trimmed();
        if line.is_empty() || line.beginning().starts_with('#') {
            continue;
        }
        let line = line.without("export ").unwrap_or(line);
        let pair = line.split_once("=").and_then(|(name, value)| Some((name.literal()?, name, value)));
        match pair.filter(|(text, ..)| is_variable_name(text) || matches!(sink, Sink::Outputs)) {
            Some(pair) => settings.push(pair),
            None => opaque = true,
        }
    }
    for (text, name, _) in &settings {
        shell.given.show(name.span(), text);
    }
    match sink {
        Sink::Exports => {
            for (text, name, value) in settings {
                let (place, value_span) = (shell.place(name.span()), value.span());
                let variable = Variable { content: value.to_content(), place, value_span };
                shell.given.exports.insert(text.to_string(), variable);
            }
        }
        Sink::Outputs => {
            for (text, _, value) in settings {
                shell.given.outputs.insert(text.to_string(), value.to_content());
            }
        }
        Sink::File => {
            let path = argument.literal().and_then(|path| shell.path_of(&path));
            shell.given.unseen |= path.is_none();
            if path.as_ref().is_some_and(|path| !may_hold_variables(path.name())) {
                return;
            }
            let settings: Vec<Setting> = settings
                .into_iter()
                .map(|(text, name, value)| {
                    let value = value.unquoted();
                    let place = shell.place(name.span());
                    let value_span = value.span();
                    Setting { name: Name::new(&text), place, value_span, value: value.to_content().setting(value_span) }
                })
                .collect();
            let (place, environment) = (shell.place(argument.span()), shell.environment.clone());
            let known = shell.given.written.iter_mut().find(|written| path.is_some() && written.path == path);
            match known {
                Some(written) => {
                    written.settings.extend(settings);
                    written.opaque |= opaque;
                }
                None => shell.given.written.push(WrittenFile { path, settings, opaque, place, environment }),
            }
        }
    }
}

fn sink(word: &Word, argument: &Argument) -> Option<Sink> {
    let special = |name: &str| match name.rsplit('.').next().unwrap_or_default().to_ascii_uppercase().as_str() {
        "GITHUB_ENV" => Some(Sink::Exports),
        "GITHUB_OUTPUT" => Some(Sink::Outputs),
        _ => None,
    };
    match word.pieces.as_slice() {
        [Piece::Variable { name, .. }] if name.as_str().starts_with("GITHUB_") => special(name.as_str()),
        [Piece::Foreign { text, .. }] => match text.expose().trim() {
            "github.env" => Some(Sink::Exports),
            "github.output" => Some(Sink::Outputs),
            other => special(other),
        },
        _ => argument.literal().is_none_or(|path| !path.starts_with("/dev/")).then_some(Sink::File),
    }
}

/// Whether a file of this name may hold variables for something that reads it later.
fn may_hold_variables(name: &str) -> bool {
    let ends = [".env", ".yaml", ".yml", ".tfvars", ".tfvars.json", ".list", ".json"];
    name.split(['.', '-', '_']).any(|part| part == "env" || part == "envrc")
        || ends.iter().any(|end| name.ends_with(end))
}
