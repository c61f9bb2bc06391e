//! The output formats: each turns a [`Report`] into bytes.
//!
//! A report holds positions and masked lines, never the text of a file, so that no format can show a value. A new
//! format is one file here and a line in [`REPORTERS`].

use std::borrow::Cow;
use std::io::{self, Write};

mod concise;
pub mod json;
mod report;
mod text;

pub use report::{Failure, Passage, Proof, Report, Reported, Summary, Texts, Unknown};

/// Every format, the default first.
pub static REPORTERS: &[&Reporter] = &[&text::REPORTER, &concise::REPORTER, &json::REPORTER];

/// What writes one format.
pub struct Reporter {
    /// Its name, as `--format` says it.
    pub name: &'static str,
    /// Writes a report.
    pub write: fn(&Report, &Look, &mut dyn Write) -> io::Result<()>,
}

/// How a format for people may look. It changes no word that is said, but for [`Look::quiet`] and [`Look::terminal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties, not a state")]
pub struct Look {
    /// Whether escape sequences for colours are understood.
    pub color: bool,
    /// Whether more than ASCII is understood.
    pub unicode: bool,
    /// The columns of a line.
    pub width: usize,
    /// Whether a person is looking, who can do with a part of a long list.
    pub terminal: bool,
    /// Whether nothing but findings is wanted.
    pub quiet: bool,
}

impl Default for Look {
    /// What a file or a pipe gets.
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100, terminal: false, quiet: false }
    }
}

/// The format of this name.
pub fn find(name: &str) -> Option<&'static Reporter> {
    REPORTERS.iter().copied().find(|reporter| reporter.name == name)
}

/// Keeps lines from being commands to a CI runner: none begins with `::`, blank space aside, and `##[` stands nowhere.
///
/// Source: the GitHub runner reads `::` after trimming a line, and `##[` anywhere in it.
pub fn defuse(text: &str) -> Cow<'_, str> {
    let dangerous = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    if !text.lines().any(dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start();
        out.push_str(&line[..line.len() - rest.len()]);
        match rest.strip_prefix("::") {
            Some(rest) => {
                out.push_str("\\u{3a}:");
                out.push_str(&rest.replace("##[", "#\\u{23}["));
            }
            None => out.push_str(&rest.replace("##[", "#\\u{23}[")),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
