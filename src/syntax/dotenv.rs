//! Env files: their physical lines, and what each loader that reads them makes of the same bytes. Not which names are
//! variables that an app reads.
//!
//! Loaders disagree on where a value ends, so there is no grammar of the format: [`Tree`] holds lines and never decides
//! where a value over several lines ends, and each [`Dialect`] is an evaluator of its own over the same text. An
//! evaluator lexes (statements with their values as written), then expands (references). A new dialect is a lexer or an
//! expander, or both, and an arm in `lex`, `expand` and `evaluate`.

mod bun;
mod compose;
mod decoded;
mod dialects;
mod docker;
mod dotenvy;
mod evaluate;
mod expand;
mod godotenv;
mod lines;
mod motdotla;
mod next;
mod node;
mod node20;
mod portable;
mod python;
mod references;
mod ruby;
mod shell;
mod spelling;
mod systemd;
mod tree;
mod untidy;

pub use dialects::{DIALECTS, Dialect, Known, find, known};
pub use evaluate::{Ending, Evaluated, Hidden, evaluate};
pub use portable::{Portability, portability};
pub use spelling::{is_read_as, spell};
pub use tree::{Assignment, Content, Line, Newline, Tree, lines};
pub use untidy::{Untidy, UntidyKind, untidy};

use crate::source::Span;
use crate::syntax::interpolation;
use crate::value::{Template, Value};
use decoded::Decoded;

/// What a loader makes of a file, before it looks at the environment.
#[derive(Debug, Default)]
pub struct Reading {
    /// The statements that it understands, in order.
    pub entries: Vec<Entry>,
    /// Why it refuses the whole file, or stops there; the entries are then those above the place.
    pub rejected: Option<Flaw>,
}

/// A statement of an env file.
#[derive(Debug)]
pub struct Entry {
    /// The name, as this loader reads it.
    pub key: String,
    /// Where it stands.
    pub key_span: Span,
    /// Where `export` stands before it.
    pub export: Option<Span>,
    /// Where `=` or `:` stands; empty behind a bare name.
    pub separator: Span,
    /// The value; `None` for a bare name, which takes what the environment holds where the loader knows such names.
    pub value: Option<Template>,
    /// Where the value stands, without its quotes; empty where there is none.
    pub value_span: Span,
    /// The quotes around the value.
    pub quoting: Quoting,
    /// The whole statement, up to the end of its value and its closing quote.
    pub span: Span,
    /// What is odd about the value, so that other loaders read another one.
    pub flaw: Option<FlawKind>,
}

/// The quotes around a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// None.
    #[default]
    None,
    /// `'`.
    Single,
    /// `"`.
    Double,
    /// `` ` ``, in the loaders that take it for a quote.
    Backtick,
}

impl Quoting {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b'\'' => Some(Self::Single),
            b'"' => Some(Self::Double),
            b'`' => Some(Self::Backtick),
            _ => None,
        }
    }
}

/// Something that a loader does not read as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What.
    pub kind: FlawKind,
    /// Where.
    pub span: Span,
}

/// The kinds of [`Flaw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlawKind {
    /// A value begins with a quote that is never closed.
    UnclosedQuote,
    /// Text follows the closing quote of a value.
    TextAfterQuote,
    /// A name holds a character that this loader does not take.
    CharacterInName,
    /// A name holds a space.
    SpaceInName,
    /// A line begins with `=`.
    NoName,
    /// A line is longer than this loader takes.
    LongLine,
    /// A value holds a `${` that is no reference.
    InvalidReference,
    /// Text follows a space in a value without quotes.
    TextAfterSpace,
    /// A backslash stands before something that this loader does not take for an escape.
    InvalidEscape,
    /// No `=` follows a name.
    NoSeparator,
    /// The file holds a NUL byte.
    Nul,
}

impl FlawKind {
    /// What is wrong, in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::UnclosedQuote => "the quote that opens this value is not closed",
            Self::TextAfterQuote => "text follows the closing quote of this value",
            Self::CharacterInName => "a variable name cannot hold this character",
            Self::SpaceInName => "a variable name cannot hold a space",
            Self::NoName => "no variable name stands before this `=`",
            Self::LongLine => "this line is longer than its reader takes",
            Self::InvalidReference => "`${` does not begin a reference that can be read here",
            Self::TextAfterSpace => "text follows a space in a value without quotes",
            Self::InvalidEscape => "a backslash stands before a character that needs none",
            Self::NoSeparator => "no `=` follows this name",
            Self::Nul => "the file holds a NUL byte",
        }
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::UnclosedQuote => "close the quote, or write the value without quotes",
            Self::TextAfterQuote => "put the whole value inside one pair of quotes, or start a comment with ` #`",
            Self::LongLine => "keep lines below 64 KiB",
            Self::TextAfterSpace => "put the whole value inside quotes",
            Self::InvalidEscape => "put the value inside single quotes, or double the backslash",
            Self::Nul => "save the file as UTF-8",
            Self::CharacterInName | Self::SpaceInName | Self::NoName | Self::NoSeparator => {
                "write `NAME=value`, with letters, digits and `_` in the name"
            }
            Self::InvalidReference => "write `${NAME}` or `${NAME:-default}`, or `$$` for a dollar sign",
        }
    }
}

/// Reads a file as this loader does.
pub fn read(text: &str, dialect: Dialect) -> Reading {
    read_and_tell(text, dialect).1
}

/// Reads a file as this loader does, and tells how many others make the same of it.
pub fn read_and_tell(text: &str, dialect: Dialect) -> (Portability, Reading) {
    // Most files hold nothing that any loader reads in a way of its own.
    let (portability, statements) = portable::scan(text);
    let reading = if portability.tells_entries(dialect) {
        Reading { entries: portable::entries(statements), rejected: None }
    } else {
        read_as_written(text, dialect)
    };
    (portability, reading)
}

/// Reads a file as this loader does, whatever it holds.
fn read_as_written(text: &str, dialect: Dialect) -> Reading {
    let Lexed { statements, mut rejected, .. } = lex(text, dialect);
    let mut entries = Vec::with_capacity(statements.len());
    for statement in statements {
        let value = match statement.value.as_ref().map(|value| expand(value, statement.quoting, dialect)).transpose() {
            Ok(value) => value,
            Err(flaw) => {
                rejected = Some(flaw);
                break;
            }
        };
        entries.push(Entry {
            key: statement.name,
            key_span: statement.key,
            export: statement.export,
            separator: statement.separator,
            value,
            value_span: statement.value_span,
            quoting: statement.quoting,
            span: statement.span,
            flaw: statement.flaw,
        });
    }
    Reading { entries, rejected }
}

/// The first stage of a reading.
#[derive(Default)]
struct Lexed {
    statements: Vec<Statement>,
    /// Why the loader refuses the file.
    rejected: Option<Flaw>,
    /// Whether what stands above the flaw is loaded all the same.
    keeps_what_is_above: bool,
}

/// A statement with its value as a loader unquotes it.
struct Statement {
    name: String,
    key: Span,
    export: Option<Span>,
    separator: Span,
    value: Option<Raw>,
    value_span: Span,
    quoting: Quoting,
    span: Span,
    flaw: Option<FlawKind>,
}

/// A value after the first stage.
enum Raw {
    /// Its text, references still in it.
    Text(Decoded),
    /// Its parts, where the quotes decide which `$` begins a reference.
    Parts(Template),
    /// It cannot be told without running what it holds.
    Hidden(Hidden),
}

impl Statement {
    /// A statement that begins with its name, which stands in the text as it is read.
    fn new(text: &str, key: Span, separator: Span, value: Option<Raw>, value_span: Span) -> Self {
        let name = text.get(key.start..key.end).unwrap_or_default().to_owned();
        let span = Span::new(key.start, value_span.end.max(separator.end));
        Self { name, key, export: None, separator, value, value_span, quoting: Quoting::None, span, flaw: None }
    }
}

fn lex(text: &str, dialect: Dialect) -> Lexed {
    match dialect {
        Dialect::Dotenv | Dialect::DotenvExpand12 | Dialect::DotenvExpand1000 | Dialect::Next | Dialect::Vite6 => {
            motdotla::lex(text)
        }
        Dialect::Node22 | Dialect::Vite8 => node::lex(text, node::Flavour::Node),
        Dialect::Deno => node::lex(text, node::Flavour::Deno),
        Dialect::Node20 => node20::lex(text),
        Dialect::Bun => bun::lex(text),
        Dialect::PythonDotenv10 => python::lex(text, python::Version::Old),
        Dialect::PythonDotenv124 => python::lex(text, python::Version::New),
        Dialect::PythonDecouple => lines::decouple(text),
        Dialect::DjangoEnviron => lines::django(text),
        Dialect::Dotenvy => dotenvy::lex(text),
        Dialect::RubyDotenv => ruby::lex(text),
        Dialect::Godotenv => godotenv::lex(text),
        Dialect::Compose => compose::lex(text),
        Dialect::Docker => docker::lex(text),
        Dialect::Systemd => systemd::lex(text),
        Dialect::Bash => shell::bash(text),
        Dialect::Make => shell::make(text),
    }
}

/// The second stage: the value with its references, which have the spans of the file.
fn expand(value: &Raw, quoting: Quoting, dialect: Dialect) -> Result<Template, Flaw> {
    let value = match value {
        Raw::Text(value) => value,
        Raw::Parts(template) => return Ok(template.clone()),
        Raw::Hidden(_) => return Ok(Template::unknown(Span::default())),
    };
    let literal = || Template::literal(Value::new(value.text()));
    let mut template = match dialect {
        _ if !value.text().contains('$') => return Ok(literal()),
        Dialect::DotenvExpand12 | Dialect::DotenvExpand1000 | Dialect::Next | Dialect::Vite6 | Dialect::Vite8 => {
            expand::template(value.text())
        }
        Dialect::Bun => expand::template(value.text()),
        Dialect::Deno if matches!(quoting, Quoting::Single | Quoting::Backtick) => return Ok(literal()),
        Dialect::Deno => references::deno(value.text()),
        Dialect::PythonDotenv10 | Dialect::PythonDotenv124 => references::python(value.text()),
        Dialect::RubyDotenv | Dialect::Godotenv | Dialect::Compose if quoting == Quoting::Single => {
            return Ok(literal());
        }
        Dialect::RubyDotenv => references::ruby(value.text()),
        Dialect::Godotenv => references::godotenv(value.text()),
        Dialect::Compose => interpolation::parse(value.text(), 0)
            .map_err(|invalid| Flaw { kind: FlawKind::InvalidReference, span: value.span(invalid.span) })?,
        _ => return Ok(literal()),
    };
    value.relocate(&mut template);
    Ok(template)
}

/// A space in JavaScript's regular expressions.
fn is_script_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

#[cfg(test)]
mod tests;
