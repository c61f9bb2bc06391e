//! What a pipeline of PowerShell is to a POSIX shell: cmdlets that print, write and set, under the names that it has.

use super::{hull, unknown, word};
use crate::name::Name;
use crate::source::Span;
use crate::syntax::shell::{Assignment, Command, Direction, Operation, Piece, Redirection, Word};

/// Commands whose names mean something else in a POSIX shell.
const OTHERS: &[&str] =
    &["export", "declare", "local", "typeset", "readonly", "unset", "read", "eval", "set", "mapfile", "getopts"];

/// Words before a block, or that are no command.
const KEYWORDS: &[&str] = &[
    "if", "elseif", "else", "foreach", "for", "while", "do", "until", "switch", "function", "filter", "try", "catch",
    "finally", "trap", "param", "return", "throw", "exit", "break", "continue", "begin", "process", "end", "class",
    "enum", "using",
];

/// A part of a pipeline.
#[derive(Default)]
pub(super) struct Part {
    pub(super) words: Vec<Word>,
    /// Whether each word is an expression in quotes.
    pub(super) quoted: Vec<bool>,
    pub(super) redirections: Vec<Redirection>,
}

impl Part {
    /// Whether a block behind it is one of its arguments, as against one that it decides about.
    pub(super) fn takes_block(&self) -> bool {
        !self.words.is_empty() && !is_one_of(self.words.first(), KEYWORDS)
    }
}

/// The commands of a pipeline.
pub(super) fn commands(mut parts: Vec<Part>) -> Vec<Command> {
    parts.retain(|part| !(part.words.is_empty() && part.redirections.is_empty()));
    let written = parts.len() > 1
        && parts
            .last()
            .is_some_and(|part| is_one_of(part.words.first(), &["Out-File", "Add-Content", "Set-Content", "ac", "sc"]));
    if written && let Some(sink) = parts.pop() {
        let kind = if is_one_of(sink.words.first(), &["Add-Content", "ac"]) || has(&sink.words, "-append") {
            Direction::Append
        } else {
            Direction::Write
        };
        let target = parameters(sink.words).0;
        let only = parts.len() == 1;
        if let (Some(word), Some(part)) = (target, parts.last_mut()) {
            part.redirections.push(Redirection { kind, descriptor: None, word });
            if !only {
                // What a longer pipeline comes to is not known.
                let span = hull(&part.words);
                part.words = vec![unknown(span)];
                part.quoted = vec![false];
            }
        }
        let last = parts.pop();
        parts.clear();
        parts.extend(last);
    }
    let count = parts.len();
    let all = parts.into_iter().enumerate();
    all.filter_map(|(index, part)| Some(Command { piped: index + 1 < count, ..command(part)? })).collect()
}

/// What a part of a pipeline is to a POSIX shell.
fn command(part: Part) -> Option<Command> {
    let Part { mut words, mut quoted, mut redirections } = part;
    if words.first().is_some_and(|word| word.is("&")) {
        words.remove(0);
        quoted.remove(0);
        quoted.iter_mut().take(1).for_each(|quoted| *quoted = false);
    }
    let span = hull(&words);
    if let Some(assignment) = assignment(&words) {
        return Some(Command { assignments: vec![assignment], ..Command::default() });
    }
    let first = words.first();
    let name = first.and_then(Word::literal).filter(|_| quoted.first() == Some(&false));
    let is = |names: &[&str]| name.as_ref().is_some_and(|name| names.iter().any(|of| name.eq_ignore_ascii_case(of)));
    if is(KEYWORDS) || is(OTHERS) {
        return None;
    }
    if is(&["Add-Content", "Set-Content", "ac", "sc"]) {
        let kind = if is(&["Add-Content", "ac"]) { Direction::Append } else { Direction::Write };
        let (target, value) = parameters(words);
        redirections.push(Redirection { kind, descriptor: None, word: target? });
        let value = value.unwrap_or_else(|| unknown(span));
        return Some(Command { words: vec![self::word("echo", span), value], redirections, ..Command::default() });
    }
    // A text alone is what is printed, and so is a variable.
    let is_expression = quoted.first() == Some(&true)
        || first
            .is_some_and(|word| matches!(word.pieces.first(), Some(Piece::Variable { .. } | Piece::Foreign { .. })));
    let prints = is(&["echo", "Write-Output"]);
    if is_expression || prints {
        if prints {
            words.remove(0);
        }
        // Several are several lines, or are put together by operators.
        let value = if words.len() == 1 { words.pop() } else { None };
        let value = value.unwrap_or_else(|| unknown(span));
        return Some(Command { words: vec![self::word("echo", span), value], redirections, ..Command::default() });
    }
    let other = if is(&["Set-Location", "sl", "chdir"]) {
        Some("cd")
    } else if is(&["Push-Location"]) {
        Some("pushd")
    } else if is(&["Pop-Location"]) {
        Some("popd")
    } else {
        None
    };
    if let (Some(other), Some(first)) = (other, words.first_mut()) {
        *first = self::word(other, first.span);
    }
    Some(Command { words, redirections, ..Command::default() })
}

/// `$env:NAME = 'x'`, `$name = 'x'`; what is put together is not known.
fn assignment(words: &[Word]) -> Option<Assignment> {
    let [target, operator, value @ ..] = words else { return None };
    let [Piece::Variable { name, span, .. }] = target.pieces.as_slice() else { return None };
    let operator = operator.literal()?;
    if !matches!(operator.as_str(), "=" | "+=" | "??=" | "-=" | "*=") {
        return None;
    }
    let word = match value {
        [only] if operator.as_str() == "=" && is_text(only) => copy(only),
        _ => unknown(hull(value)),
    };
    // Where the name itself stands, behind `$env:`.
    let length = name.as_str().len();
    let start = if name.as_str().starts_with('$') { span.start } else { span.end.saturating_sub(length) };
    Some(Assignment { name: name.clone(), span: Span::new(start.max(span.start), span.end), word })
}

/// Whether a word is a value, and no command whose output is meant.
fn is_text(word: &Word) -> bool {
    match word.pieces.first() {
        Some(Piece::Literal { text, span, .. }) => {
            // In quotes the word is longer than its text.
            word.span.start < span.start || text.expose().bytes().all(|byte| byte.is_ascii_digit())
        }
        Some(Piece::Variable { .. } | Piece::Foreign { .. }) | None => true,
        Some(_) => false,
    }
}

/// The path and the value that a cmdlet is given.
fn parameters(words: Vec<Word>) -> (Option<Word>, Option<Word>) {
    const SWITCHES: &[&str] = &["-append", "-force", "-nonewline", "-noclobber", "-passthru", "-confirm", "-whatif"];
    let (mut path, mut value) = (None, None);
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        let name = if word.beginning().starts_with('-') { word.literal() } else { None };
        match name.map(|name| name.to_ascii_lowercase()) {
            Some(name) if SWITCHES.contains(&name.as_str()) => {}
            Some(name) if matches!(name.as_str(), "-path" | "-filepath" | "-literalpath") => path = words.next(),
            Some(name) if matches!(name.as_str(), "-value" | "-inputobject") => value = words.next(),
            Some(_) => {
                words.next();
            }
            None if path.is_none() => path = Some(word),
            None => value = Some(word),
        }
    }
    (path, value)
}

fn is_one_of(word: Option<&Word>, names: &[&str]) -> bool {
    word.and_then(Word::literal).is_some_and(|text| names.iter().any(|name| text.eq_ignore_ascii_case(name)))
}

fn has(words: &[Word], name: &str) -> bool {
    words.iter().any(|word| word.literal().is_some_and(|text| text.eq_ignore_ascii_case(name)))
}

fn copy(word: &Word) -> Word {
    let piece = |piece: &Piece| match piece {
        Piece::Literal { text, span, quoted } => Piece::Literal { text: text.clone(), span: *span, quoted: *quoted },
        Piece::Variable { name, span, quoted, .. } => {
            Piece::Variable { name: Name::new(name.as_str()), operation: Operation::Take, span: *span, quoted: *quoted }
        }
        Piece::Foreign { text, inner, span } => Piece::Foreign { text: text.clone(), inner: *inner, span: *span },
        Piece::Substitution { span, .. } | Piece::Unknown { span } => Piece::Unknown { span: *span },
    };
    Word { pieces: word.pieces.iter().map(piece).collect(), span: word.span }
}
