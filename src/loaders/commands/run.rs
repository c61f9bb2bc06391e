//! One command after the other: folders, variables, wrappers, and which program it is in the end.

use super::{
    Argument, Content, Shell, Variable, aws, bundles, compose, docker, gcloud, made, platforms, terraform, writes,
};
use crate::source::{SourcePath, Span};
use crate::syntax::shell::{Command, Host, Piece, Script, Word};

/// How deep scripts may stand in the arguments of others: `sh -c '…'`.
const DEPTH: usize = 4;

/// How many words of a command are looked at for what it does.
const FIRST_WORDS: usize = 5;

/// Takes what the commands of a script give.
pub(in crate::loaders) fn run(script: &Script, shell: &mut Shell<'_>) {
    nested(script, shell, 0);
}

fn nested(script: &Script, shell: &mut Shell<'_>, depth: usize) {
    // The folder of each subshell that is open.
    let mut folders: Vec<Option<SourcePath>> = vec![shell.folder.clone()];
    let mut piped: Option<Vec<Argument>> = None;
    for command in &script.commands {
        folders.truncate(command.depth + 1);
        while folders.len() <= command.depth {
            folders.push(folders.last().cloned().flatten());
        }
        shell.folder = folders.last().cloned().flatten();
        let input = std::mem::take(&mut piped);
        let output = one(command, input, shell, depth);
        if let Some(folder) = folders.last_mut() {
            folder.clone_from(&shell.folder);
        }
        piped = output.filter(|_| command.piped);
    }
    shell.folder = folders.into_iter().next().flatten();
}

/// Takes what the arguments of a program give that stand in one text, without quotes.
pub(in crate::loaders) fn line(program: &str, arguments: &Argument, shell: &mut Shell<'_>) {
    platforms::platform(program, &arguments.words(), shell);
}

/// Runs one command; what it prints, as far as that is known.
fn one(command: &Command, input: Option<Vec<Argument>>, shell: &mut Shell<'_>, depth: usize) -> Option<Vec<Argument>> {
    if command.words.is_empty() && command.redirections.is_empty() {
        for assignment in &command.assignments {
            assign(assignment.name.as_str(), assignment.span, &assignment.word, command.conditional, shell);
        }
        return None;
    }
    let before: Vec<(String, Option<Variable>)> = command
        .assignments
        .iter()
        .map(|assignment| {
            let name = assignment.name.as_str();
            let known = shell.variables.get(name).cloned();
            assign(name, assignment.span, &assignment.word, false, shell);
            (name.to_owned(), known)
        })
        .collect();
    let mut arguments: Vec<Argument> = command.words.iter().map(|word| Argument::of(word, shell)).collect();
    // `$(COMPOSE) up`: a program with its first flags.
    if command.words.first().is_some_and(is_expansion)
        && let Some(words) = arguments.first().map(Argument::words).filter(|words| words.len() > 1)
    {
        arguments.splice(..1, words);
    }
    let output = execute(command, &arguments, input, shell, depth);
    for (name, known) in before {
        match known {
            Some(known) => shell.variables.insert(name, known),
            None => shell.variables.remove(&name),
        };
    }
    output
}

/// Whether a word is a variable and nothing else, so that a shell cuts what it holds into words.
fn is_expansion(word: &Word) -> bool {
    matches!(word.pieces.as_slice(), [Piece::Foreign { .. } | Piece::Variable { quoted: false, .. }])
}

fn assign(name: &str, span: Span, word: &Word, conditional: bool, shell: &mut Shell<'_>) {
    let value = Argument::of(word, shell);
    let content = if conditional { Content::unknown(Some(name)) } else { value.to_content() };
    let variable = Variable { content, place: shell.place(span), value_span: value.span() };
    shell.variables.insert(name.to_owned(), variable);
}

/// Takes what a program gives whose arguments stand in a list of their own.
pub(in crate::loaders) fn program(arguments: &[Argument], shell: &mut Shell<'_>) {
    let (first, rest) = arguments.split_first().map_or((None, arguments), |(first, rest)| (Some(first), rest));
    let name = first.and_then(Argument::literal).map(|name| name.to_string()).unwrap_or_default();
    known(name.rsplit('/').next().unwrap_or_default(), first, rest, shell);
}

fn execute(
    command: &Command,
    arguments: &[Argument],
    input: Option<Vec<Argument>>,
    shell: &mut Shell<'_>,
    depth: usize,
) -> Option<Vec<Argument>> {
    let words = unwrapped(arguments);
    let (first, rest) = words.split_first().map_or((None, words), |(first, rest)| (Some(first), rest));
    let name = first.and_then(Argument::literal).map(|name| name.to_string()).unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    shell.given.tests |= runs_tests(name, rest);
    if !adds_variables(arguments) {
        bundles::command(arguments, words, command.conditional, shell);
    }
    let is_script = matches!(name, "sh" | "bash" | "zsh" | "ash" | "dash");
    // What stands in its argument is looked at command by command.
    let is_seen = is_script && depth < DEPTH && arguments.iter().any(is_command_flag);
    shell.given.unseen |= first.is_some() && !is_seen && made::may_leave_files(name, rest);
    match name {
        "cd" | "pushd" => {
            let folder = rest.first().and_then(Argument::literal);
            shell.folder = folder.filter(|_| !command.conditional).and_then(|folder| match folder.as_str() {
                // The folder that a workflow begins in is the checkout.
                "$GITHUB_WORKSPACE" | "/workspace" => Some(SourcePath::new("")),
                folder => shell.path_of(folder),
            });
        }
        "popd" | "chroot" => shell.folder = None,
        "export" | "readonly" | "declare" | "local" | "typeset" => {
            for word in rest {
                let Some((name, value)) = word.split_once("=") else { continue };
                let Some(text) = name.literal() else { continue };
                let content = if command.conditional { Content::unknown(None) } else { value.to_content() };
                let variable = Variable { content, place: shell.place(name.span()), value_span: value.span() };
                shell.variables.insert(text.to_string(), variable);
            }
        }
        "unset" | "read" | "for" | "mapfile" | "getopts" => {
            for name in rest.iter().filter_map(Argument::literal) {
                shell.variables.remove(name.as_str());
            }
        }
        // What it sets is not seen.
        "source" | "." | "eval" => shell.variables.clear(),
        _ if is_script && depth < DEPTH => inner(command, arguments, shell, depth),
        _ => known(name, first, rest, shell),
    }
    writes::of(command, name, rest, input, shell)
}

/// Whether a command runs another one with variables that nobody sees here.
fn adds_variables(arguments: &[Argument]) -> bool {
    const PROGRAMS: &[&str] = &["doppler", "infisical", "op", "dotenv", "dotenvx"];
    arguments.iter().take(FIRST_WORDS).any(|word| PROGRAMS.contains(&word.beginning()))
}

/// Whether a command runs the tests of the repository: `pytest`, `pnpm --filter api test`, `python manage.py test`.
fn runs_tests(name: &str, rest: &[Argument]) -> bool {
    const TOOLS: &[&str] = &["pytest", "vitest", "jest"];
    const RUNNERS: &[&str] = &[
        "npm", "pnpm", "yarn", "bun", "npx", "bunx", "turbo", "nx", "cargo", "go", "make", "just", "python", "python3",
        "poetry", "uv", "pipenv", "rails", "bundle",
    ];
    let is_test = |word: &Argument| {
        let word = word.beginning();
        TOOLS.contains(&word) || word == "test" || word.starts_with("test:")
    };
    TOOLS.contains(&name) || RUNNERS.contains(&name) && rest.iter().take(FIRST_WORDS).any(is_test)
}

/// The programs that give something to somebody.
fn known(name: &str, first: Option<&Argument>, rest: &[Argument], shell: &mut Shell<'_>) {
    type Program = fn(&[Argument], &mut Shell<'_>);
    let program: Program = match name {
        "gcloud" => gcloud::gcloud,
        "aws" if rest.iter().any(|word| word.beginning() == "register-task-definition") => aws::aws,
        "docker" | "podman" | "nerdctl" => docker::docker,
        "docker-compose" | "podman-compose" => compose::compose,
        "executor" | "kaniko" => docker::kaniko,
        "terraform" | "tofu" | "terragrunt" => terraform::terraform,
        "vercel" | "vc" | "railway" | "fly" | "flyctl" | "heroku" | "wrangler" | "kubectl" | "helm" => {
            shell.given.show(first.map(Argument::span).unwrap_or_default(), name);
            return platforms::platform(name, rest, shell);
        }
        _ => return,
    };
    shell.given.show(first.map(Argument::span).unwrap_or_default(), name);
    program(rest, shell);
}

/// `-c`, `-ec`.
fn is_command_flag(word: &Argument) -> bool {
    word.literal().is_some_and(|text| text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
}

/// `sh -c 'script'`.
fn inner(command: &Command, arguments: &[Argument], shell: &mut Shell<'_>, depth: usize) {
    if arguments.len() != command.words.len() {
        return;
    }
    let Some(at) = arguments.iter().position(is_command_flag) else { return };
    let Some(word) = command.words.get(at + 1) else { return };
    let Some(text) = word.literal() else { return };
    // Where each piece of the text stands, by the offset behind it.
    let mut ends = Vec::with_capacity(word.pieces.len());
    let mut end = 0;
    for piece in &word.pieces {
        if let Piece::Literal { text, span, .. } = piece {
            end += text.expose().len();
            ends.push((end, text.expose().len(), *span));
        }
    }
    let place = |range: std::ops::Range<usize>| {
        let at = ends.partition_point(|(end, ..)| *end <= range.start);
        match ends.get(at) {
            Some((end, length, span)) if span.len() == *length && range.end <= *end => {
                let start = span.start + range.start + length - end;
                Span::new(start, start + range.len())
            }
            _ => word.span,
        }
    };
    let script = Script::parse(&text, Host::Plain, &place);
    nested(&script, shell, depth + 1);
}

/// The words of a command without the programs that only run another one.
fn unwrapped(arguments: &[Argument]) -> &[Argument] {
    let mut words = arguments;
    for _ in 0..DEPTH * 2 {
        let Some((first, rest)) = words.split_first() else { return words };
        let name = first.literal().map(|name| name.to_string()).unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        let skip_flags = |rest: &[Argument]| rest.iter().take_while(|word| word.beginning().starts_with('-')).count();
        let skip = match name {
            "sudo" | "exec" | "command" | "time" | "nohup" | "npx" | "bunx" | "dlx" | "retry" | "then" => {
                skip_flags(rest)
            }
            "env" | "cross-env" => {
                let flags = skip_flags(rest);
                let tail = rest.get(flags..).unwrap_or_default();
                flags + tail.iter().take_while(|word| word.split_once("=").is_some()).count()
            }
            "timeout" => skip_flags(rest) + 1,
            "pnpm" | "yarn" | "npm" | "bun"
                if rest.first().is_some_and(|word| matches!(word.beginning(), "exec" | "dlx" | "x")) =>
            {
                1 + skip_flags(rest.get(1..).unwrap_or_default())
            }
            "doppler" | "infisical" | "op" | "dotenv" | "dotenvx" => {
                let Some(at) = rest.iter().position(|word| word.beginning() == "--") else { return words };
                at + 1
            }
            _ => return words,
        };
        words = rest.get(skip..).unwrap_or_default();
    }
    words
}
