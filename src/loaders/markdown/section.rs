//! Where in a document something stands, and whether variables are the subject there.
//!
//! Names in capitals are also constants, error codes and the flags of a protocol: the documentation of Node.js alone has
//! half a dozen lists of them.

use crate::source::SourcePath;

/// Words that say that variables are meant.
const WORDS: [&str; 16] = [
    "env",
    "envs",
    "environment",
    "environments",
    "variable",
    "variables",
    "var",
    "vars",
    "secret",
    "secrets",
    "config",
    "configuration",
    "configure",
    "setting",
    "settings",
    "credentials",
];

/// Words that say that something else is meant.
const OTHER: [&str; 16] = [
    "error",
    "errors",
    "code",
    "codes",
    "status",
    "enum",
    "enums",
    "constant",
    "constants",
    "event",
    "events",
    "permission",
    "permissions",
    "role",
    "roles",
    "states",
];

/// The last words of names that are hardly those of anything but settings.
const ENDS: [&str; 24] = [
    "URL", "URI", "DSN", "KEY", "SECRET", "TOKEN", "PASSWORD", "HOST", "PORT", "USER", "USERNAME", "BUCKET", "REGION",
    "ENDPOINT", "EMAIL", "DOMAIN", "ID", "ENV", "PATH", "DIR", "LEVEL", "ENABLED", "DATABASE", "ORIGIN",
];

/// A heading is kept up to this many characters.
const HEADING: usize = 120;

/// The section of a document that is read.
pub(super) struct Section {
    /// The headings above it, outermost first, with their levels.
    headings: Vec<(usize, String)>,
    /// Whether the document's name says it.
    document: bool,
    /// Whether a line of the section said it.
    said: bool,
}

impl Section {
    /// The beginning of the document at a path.
    pub(super) fn new(path: &SourcePath) -> Self {
        let document = says(path.name(), &WORDS);
        Self { headings: Vec::new(), document, said: false }
    }

    /// The nearest heading.
    pub(super) fn heading(&self) -> Option<&String> {
        self.headings.last().map(|(_, title)| title)
    }

    /// A heading of this level, from 1.
    pub(super) fn begin(&mut self, level: usize, title: &str) {
        while self.headings.last().is_some_and(|(above, _)| *above >= level) {
            self.headings.pop();
        }
        self.headings.push((level, title.chars().take(HEADING).collect()));
        self.said = false;
    }

    /// A line of text, which may announce what comes: `Set these environment variables:`.
    pub(super) fn line(&mut self, text: &str) {
        if !self.said {
            let announced = text.trim_end().ends_with(':') && says(text, &WORDS);
            let lower = if announced { String::new() } else { text.to_ascii_lowercase() };
            self.said =
                announced || ["environment variable", "env var", ".env"].iter().any(|word| lower.contains(word));
        }
    }

    /// Whether names that stand here in a list, or below a general header, are variables.
    pub(super) fn speaks_of_variables<'a>(&self, names: impl Iterator<Item = &'a str>) -> bool {
        let nearest = |words| self.heading().is_some_and(|title| says(title, words));
        if self.said || nearest(&WORDS) {
            return true;
        }
        if nearest(&OTHER) {
            return false;
        }
        if self.document || self.headings.iter().any(|(_, title)| says(title, &WORDS)) {
            return true;
        }
        let (mut all, mut usual) = (0, 0);
        for name in names {
            all += 1;
            usual += usize::from(name.rsplit('_').next().is_some_and(|last| ENDS.contains(&last)));
        }
        usual * 2 > all
    }
}

/// Whether one of the words stands in a text.
fn says(text: &str, words: &[&str]) -> bool {
    let mut parts = text.split(|char: char| !char.is_ascii_alphanumeric());
    parts.any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
}
