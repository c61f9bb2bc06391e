//! How stdout may look: colour, alphabet, width. The one reader of the process environment.

use std::io::IsTerminal as _;

use clap::ValueEnum;

use crate::reporters::Look;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR`, `TERM=dumb`).
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How stdout may look.
pub(super) fn stdout(color: Color, quiet: bool) -> Look {
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    let plain = Look::default();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
    };
    let width = if terminal { terminal_size::terminal_size_of(&stdout) } else { None };
    let width = width.map_or(plain.width, |(width, _)| usize::from(width.0).min(140));
    Look { color, unicode: !terminal || unicode(), width, terminal, quiet }
}

/// Whether the terminal understands more than ASCII.
fn unicode() -> bool {
    if cfg!(windows) {
        return ["CI", "WT_SESSION", "TERM_PROGRAM"].iter().any(|name| variable(name).is_some());
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name)).unwrap_or_default();
    let locale = locale.to_ascii_uppercase();
    (locale.ends_with("UTF-8") || locale.ends_with("UTF8")) && variable("TERM").as_deref() != Some("linux")
}

/// A variable of the process environment that says how to print, or how to reach a store; never one that is checked.
#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
