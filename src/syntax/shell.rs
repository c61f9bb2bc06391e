//! Shell scripts to commands and words with spans, as POSIX sh and bash cut them. Nothing is expanded and nothing is run.
//!
//! A script mostly stands inside another language, which replaces pieces of it before a shell sees it: [`Host`].

mod expansion;
mod reader;
mod words;

use zeroize::Zeroizing;

use crate::name::Name;
use crate::source::Span;
use crate::value::Value;

/// The language that a script stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// A file of its own, or a text that is handed to a shell as it is.
    Plain,
    /// A GitHub workflow: `${{ … }}` is replaced.
    GitHub,
    /// Cloud Build: `$NAME` and `${NAME}` are replaced, `$$` is the shell's dollar sign.
    CloudBuild,
    /// A recipe of a Makefile: `$(NAME)`, `${NAME}` and `$N` are replaced, `$$` is the shell's dollar sign.
    Make,
    /// A recipe of a justfile: `{{ … }}` is replaced.
    Just,
}

/// A script.
#[derive(Debug, Default)]
pub struct Script {
    /// Its commands in order, those inside of compound ones among them.
    pub commands: Vec<Command>,
    /// Whether all of it was understood; where a quote is never closed, what stands before it is read.
    pub whole: bool,
}

/// A simple command.
#[derive(Debug, Default)]
pub struct Command {
    /// The assignments before its program: `A=b program`.
    pub assignments: Vec<Assignment>,
    /// Its program and arguments.
    pub words: Vec<Word>,
    /// Where its input and output go.
    pub redirections: Vec<Redirection>,
    /// Whether its output is the input of the next command.
    pub piped: bool,
    /// Whether it runs only in some cases: in `if`, in a loop, in a function, behind `||`.
    pub conditional: bool,
    /// How deep in subshells it stands, where `cd` holds until they end.
    pub depth: usize,
}

/// `NAME=word`.
#[derive(Debug)]
pub struct Assignment {
    /// The name.
    pub name: Name,
    /// Where the name stands.
    pub span: Span,
    /// What is assigned.
    pub word: Word,
}

/// A redirection of input or output.
#[derive(Debug)]
pub struct Redirection {
    /// How.
    pub kind: Direction,
    /// The number before the operator; `None` where there is none.
    pub descriptor: Option<u32>,
    /// The file; of a here-document its text.
    pub word: Word,
}

/// What a [`Redirection`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `>` and `>|`, `&>`.
    Write,
    /// `>>`, `&>>`.
    Append,
    /// `<`.
    Read,
    /// `<<` and `<<<`: the word is the text itself.
    Text,
    /// `>&`, `<&`, `<>`.
    Other,
}

/// A word: what is one argument, as far as no expansion splits it.
#[derive(Debug, Default)]
pub struct Word {
    /// Its pieces, in order; none of them is an empty literal, and an empty word has none.
    pub pieces: Vec<Piece>,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A piece of a [`Word`].
#[derive(Debug)]
pub enum Piece {
    /// Text as it is, quotes and escapes resolved.
    Literal {
        /// The text.
        text: Value,
        /// Where it stands, without the quotes around it.
        span: Span,
        /// Whether it stands in quotes or behind a backslash.
        quoted: bool,
    },
    /// `$NAME`, `${NAME}` and `${NAME<operator>word}`.
    Variable {
        /// The variable.
        name: Name,
        /// What is done with its value.
        operation: Operation,
        /// Where all of it stands.
        span: Span,
        /// Whether it stands in double quotes, so that it stays one word.
        quoted: bool,
    },
    /// `$(…)` and `` `…` ``.
    Substitution {
        /// What runs.
        script: Box<Script>,
        /// Where all of it stands.
        span: Span,
    },
    /// What the [`Host`] replaces.
    Foreign {
        /// What stands between the brackets.
        text: Value,
        /// Where that stands.
        inner: Span,
        /// Where all of it stands.
        span: Span,
    },
    /// Arithmetic, positional parameters, and what is nested too deeply.
    Unknown {
        /// Where it stands.
        span: Span,
    },
}

/// What is done with the value of a variable.
#[derive(Debug)]
pub enum Operation {
    /// It is taken as it is.
    Take,
    /// `:-`, `-`, `:=`, `=`: this instead, where it is unset; `empty_too` where it is empty as well.
    Default {
        /// Whether an empty value counts as unset.
        empty_too: bool,
        /// What stands in.
        word: Box<Word>,
    },
    /// `:?`, `?`: the script ends where it is unset.
    Required,
    /// `:+`, `+`, cuts, replacements and the like.
    Other,
}

impl Script {
    /// Reads a script. `place` tells where a range of `text` stands in its file.
    pub fn parse(text: &str, host: Host, place: &dyn Fn(std::ops::Range<usize>) -> Span) -> Self {
        reader::parse(text, host, place)
    }
}

impl Word {
    /// The text, if all of it is literal. It may be a secret.
    pub fn literal(&self) -> Option<Zeroizing<String>> {
        let mut text = Zeroizing::new(String::new());
        for piece in &self.pieces {
            let Piece::Literal { text: part, .. } = piece else { return None };
            text.push_str(part.expose());
        }
        Some(text)
    }

    /// Whether it is this text and nothing else.
    pub fn is(&self, wanted: &str) -> bool {
        self.literal().is_some_and(|text| *text == wanted)
    }

    /// The literal text that it begins with.
    pub fn beginning(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal { text, .. }) => text.expose(),
            _ => "",
        }
    }
}

impl Piece {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Literal { span, .. }
            | Self::Variable { span, .. }
            | Self::Substitution { span, .. }
            | Self::Foreign { span, .. }
            | Self::Unknown { span } => *span,
        }
    }
}

#[cfg(test)]
mod tests;
