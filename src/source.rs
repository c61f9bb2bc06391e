//! Text, places in it, and what of it may be shown.
//!
//! No meaning: what a line says is the business of `syntax` and `loaders`.

mod sanitise;
mod snippet;

use std::fmt;
use std::sync::{Arc, OnceLock};

use memchr::memrchr;
use zeroize::Zeroizing;

pub use sanitise::visible;
pub use snippet::{MASK, Snippet};

/// A range of bytes in one file; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span must not end before it starts");
        Self { start, end }
    }

    /// Whether the byte at `offset` lies in it.
    pub fn contains(self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Where a file stands: relative to the root, parts joined by `/`, no `.` or `..`.
///
/// The root itself is the empty path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePath(Arc<str>);

impl SourcePath {
    /// Takes a path that is already relative to the root and joined by `/`.
    pub fn new(path: &str) -> Self {
        Self(Arc::from(path.trim_matches('/')))
    }

    /// A path as a file writes it, which leads nowhere below the root: for showing alone.
    pub fn elsewhere(path: &str) -> Self {
        Self(Arc::from(path))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands in it under a name of one part.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        if self.0.is_empty() { Self::new(name) } else { Self(Arc::from([&*self.0, "/", name].concat())) }
    }

    /// The last part: the file's name.
    pub fn name(&self) -> &str {
        match memrchr(b'/', self.0.as_bytes()) {
            Some(at) => self.0.get(at + 1..).unwrap_or_default(),
            None => &self.0,
        }
    }

    /// The folder that holds it; of a file at the root, and of the root, the root.
    #[must_use]
    pub fn folder(&self) -> Self {
        Self::new(self.folder_text())
    }

    fn folder_text(&self) -> &str {
        memrchr(b'/', self.0.as_bytes()).and_then(|at| self.0.get(..at)).unwrap_or_default()
    }

    /// Whether the same folder holds both.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.folder_text() == other.folder_text()
    }

    /// The folders above it, nearest first, the root last.
    pub fn folders(&self) -> impl Iterator<Item = Self> {
        let mut next = (!self.0.is_empty()).then(|| self.folder());
        std::iter::from_fn(move || {
            let folder = next.take()?;
            if !folder.0.is_empty() {
                next = Some(folder.folder());
            }
            Some(folder)
        })
    }

    /// Joins a `/`-separated path, resolving `.` and `..`.
    ///
    /// `None` if it is absolute or climbs above the root.
    pub fn join(&self, path: &str) -> Option<Self> {
        if path.starts_with('/') || path.contains('\0') {
            return None;
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        Some(Self::new(&parts.join("/")))
    }

    /// Whether it is `folder` or lies below it.
    pub fn is_below(&self, folder: &Self) -> bool {
        folder.0.is_empty()
            || self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Debug for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A span in a named file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub path: SourcePath,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// A place in the file at `path`.
    pub fn new(path: &SourcePath, span: Span) -> Self {
        Self { path: path.clone(), span }
    }
}

/// A line and a column, both from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// The text of one file, in memory that is zeroed when it is dropped.
///
/// Bytes that are no UTF-8 stand in it as one `\u{1a}` each, so that every offset is the file's own;
/// [`SourceFile::damage`] tells where the first of them was.
pub struct SourceFile {
    path: SourcePath,
    text: Zeroizing<String>,
    damage: Option<usize>,
    lines: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// Takes the bytes of the file at `path`.
    pub fn new(path: SourcePath, bytes: Vec<u8>) -> Self {
        let (text, damage) = match String::from_utf8(bytes) {
            Ok(text) => (Zeroizing::new(text), None),
            Err(error) => {
                let first = error.utf8_error().valid_up_to();
                (decode(&Zeroizing::new(error.into_bytes())), Some(first))
            }
        };
        Self { path, text, damage, lines: OnceLock::new() }
    }

    /// Where the file stands.
    pub fn path(&self) -> &SourcePath {
        &self.path
    }

    /// The whole text. Only `syntax`, `schemas`, `loaders` and `fix` may look at it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The offset of the first byte that is no UTF-8.
    pub fn damage(&self) -> Option<usize> {
        self.damage
    }

    /// The line and column of an offset; an offset behind the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset);
        let start = starts[line - 1];
        // A byte order mark is no column of the first line.
        let start = if line == 1 && self.text.starts_with('\u{feff}') { 3.min(offset) } else { start };
        let column = self.text.as_bytes()[start..offset].iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Position { line, column: column + 1 }
    }

    /// The span of a line, from 1, without its line break; the last line where there are fewer.
    pub fn line(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let line = line.clamp(1, starts.len());
        let start = starts[line - 1];
        let end = starts.get(line).map_or(self.text.len(), |next| next - 1);
        let end = if end > start && self.text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end };
        Span::new(start, end)
    }

    fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(breaks.map(|at| at + 1)).collect()
        })
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("path", &self.path).field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

/// Each byte that belongs to no character becomes one `\u{1a}` (the ASCII sign "substitute").
fn decode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            text.push('\u{1a}');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::new(SourcePath::new("a/.env"), text.as_bytes().to_vec())
    }

    #[test]
    fn columns_count_characters_and_skip_the_byte_order_mark() {
        let source = file("\u{feff}ä=1\nÖB=2\n");
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
        assert_eq!(source.position(5), Position { line: 1, column: 2 });
        assert_eq!(source.position(8 + 2), Position { line: 2, column: 2 });
        assert_eq!(source.position(999), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_byte_that_is_no_utf8_keeps_every_offset() {
        let source = SourceFile::new(SourcePath::new("x"), b"A=\xff\xfe\nB=1\n".to_vec());
        assert_eq!(source.damage(), Some(2));
        assert_eq!(source.slice(Span::new(5, 6)), "B");
    }

    #[test]
    fn joining_never_leaves_the_root() {
        let folder = SourcePath::new("apps/web");
        assert_eq!(folder.join("../../x/./.env").map(|path| path.to_string()), Some("x/.env".to_owned()));
        assert_eq!(folder.join("../../../etc/passwd"), None);
        assert_eq!(folder.join("/etc/passwd"), None);
    }

    #[test]
    fn folders_end_at_the_root() {
        let folders: Vec<String> = SourcePath::new("a/b/c").folders().map(|path| path.to_string()).collect();
        assert_eq!(folders, ["a/b", "a", "."]);
        assert_eq!(SourcePath::new("").folders().count(), 0);
    }

    #[test]
    fn a_path_is_below_whole_parts_only() {
        assert!(SourcePath::new("apps/web/.env").is_below(&SourcePath::new("apps/web")));
        assert!(!SourcePath::new("apps/website/.env").is_below(&SourcePath::new("apps/web")));
        assert!(SourcePath::new("x").is_below(&SourcePath::new("")));
    }
}
