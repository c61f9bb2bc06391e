//! A spelling of a line on which all its loaders agree, each tried under all of them; only marks around the value change.

use crate::fact::Setting;
use crate::finding::{Edit, Fix, Safety};
use crate::source::{SourcePath, Span};
use crate::syntax::dotenv::{self, Assignment, Content, Dialect, Tree};

/// What can be said of a line.
pub(super) enum Repair {
    /// What to do, and the edits that do it.
    Fix(String, Fix),
    /// Nothing works.
    None,
    /// What is meant by the line is not clear.
    Unknown,
}

/// A line taken apart as a person reads it.
struct Line<'t> {
    assignment: Assignment,
    /// The value without quotes, if they are a pair, and without a comment.
    meant: Span,
    quoted: bool,
    /// The `#` of the comment behind the value.
    comment: Option<usize>,
    end: usize,
    text: &'t str,
}

/// Looks for the least change after which all these loaders read what is meant.
pub(super) fn find(text: &str, setting: &Setting, dialects: &[Dialect], path: &SourcePath) -> Repair {
    let Some(line) = Line::find(text, setting) else { return Repair::Unknown };
    let meant = line.slice(line.meant);
    // What looks like a reference may be meant as one, and a backslash as an escape: nobody can tell.
    let is_reference = |at: usize| {
        meant.get(at + 1..).is_some_and(|behind| {
            behind.starts_with(['{', '('])
                || behind.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        })
    };
    let refers = meant.match_indices('$').any(|(at, _)| is_reference(at));
    if refers || meant.contains('\\') && !line.single_quoted() {
        return Repair::Unknown;
    }
    let escapes: &[bool] = if meant.contains('$') { &[false, true] } else { &[false] };
    for moves_comment in [false, true] {
        if moves_comment && line.comment.is_none() {
            continue;
        }
        for drops_export in [false, true] {
            if drops_export && line.assignment.export.is_empty() {
                continue;
            }
            for quote in ["", "\"", "'", "`"] {
                for escape in escapes {
                    let edits = line.edits(quote, *escape, moves_comment, drops_export);
                    if agree(&line, &edits, setting.name.as_str(), meant, dialects) {
                        return line.repair(quote, *escape, moves_comment, drops_export, edits, path);
                    }
                }
            }
        }
    }
    Repair::None
}

/// Whether all loaders read the value that is meant after the edits, and get on to the next line.
fn agree(line: &Line<'_>, edits: &[(Span, String)], name: &str, meant: &str, dialects: &[Dialect]) -> bool {
    let mut text = zeroize::Zeroizing::new(String::new());
    let mut done = line.start();
    for (span, replacement) in edits {
        text.push_str(line.slice(Span::new(done, span.start.max(done))));
        text.push_str(replacement);
        done = span.end;
    }
    text.push_str(line.slice(Span::new(done, line.end.max(done))));
    dotenv::is_read_as(&text, name, meant, dialects)
}

impl<'t> Line<'t> {
    fn repair(
        &self,
        quote: &str,
        escape: bool,
        moves_comment: bool,
        drops_export: bool,
        edits: Vec<(Span, String)>,
        path: &SourcePath,
    ) -> Repair {
        let spaced = self.assignment.separator.len() > 1 || self.comment.is_none() && self.meant.end < self.end;
        let how = match quote {
            "" if self.quoted => Some("write the value without quotes"),
            "" if spaced => Some("write no space around the value"),
            "" => None,
            "\"" => Some("write the value in double quotes"),
            "'" => Some("write the value in single quotes"),
            _ => Some("write the value in backticks"),
        };
        let parts = [
            how,
            escape.then_some("put a backslash before each `$`"),
            moves_comment.then_some("put the comment on a line of its own"),
            drops_export.then_some("leave `export` out"),
        ];
        let title = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let edit = |(span, replacement)| Edit { path: path.clone(), span, replacement };
        let edits = edits.into_iter().map(edit).collect();
        Repair::Fix(title.clone(), Fix { title, safety: Safety::Unsafe, edits })
    }

    /// The line of a setting whose value lies on it alone.
    fn find(text: &'t str, setting: &Setting) -> Option<Self> {
        let at = setting.place.span.start;
        let from = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let to = at + text.get(at..)?.find('\n').unwrap_or(text.len() - at);
        let tree = Tree::parse(text.get(from..to)?);
        let [line] = tree.lines.as_slice() else { return None };
        let Content::Assignment(assignment) = &line.content else { return None };
        let moved = |span: Span| Span::new(span.start + from, span.end + from);
        let assignment = Assignment {
            export: moved(assignment.export),
            export_space: moved(assignment.export_space),
            key: moved(assignment.key),
            separator: moved(assignment.separator),
            value: moved(assignment.value),
        };
        let written = text.get(assignment.value.start..assignment.value.end)?;
        let start = assignment.value.start;
        let quote = written.bytes().next().filter(|byte| matches!(byte, b'\'' | b'"' | b'`'));
        let (end, quoted, comment) = if let Some(quote) = quote {
            let close = start + 1 + memchr::memchr(quote, written.as_bytes().get(1..)?)?;
            let behind = text.get(close + 1..assignment.value.end)?.trim_start();
            if !behind.is_empty() && !behind.starts_with('#') {
                return None;
            }
            (close, true, behind.starts_with('#').then(|| assignment.value.end - behind.len()))
        } else {
            let comment = [" #", "\t#"].iter().filter_map(|mark| written.find(mark)).min();
            let comment = comment.or_else(|| written.starts_with('#').then_some(0));
            // A value that begins with `#` behind space is a comment; right behind the `=` nobody can tell.
            if comment == Some(0) && assignment.separator.len() == 1 {
                return None;
            }
            let value = written.get(..comment.unwrap_or(written.len()))?.trim_end();
            let hash = comment.and_then(|at| Some(start + at + written.get(at..)?.find('#')?));
            (start + value.len(), false, hash)
        };
        let meant = Span::new(start + usize::from(quoted), end);
        // Not what this reader took for the value: it may go on below.
        if setting.value_span.end > to {
            return None;
        }
        Some(Self { assignment, meant, quoted, comment, end: to, text })
    }

    fn start(&self) -> usize {
        let export = self.assignment.export;
        if export.is_empty() { self.assignment.key.start } else { export.start }
    }

    fn single_quoted(&self) -> bool {
        self.quoted && self.slice(Span::new(self.assignment.value.start, self.meant.start)) == "'"
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The edits, in order: around the value, never the value itself.
    fn edits(&self, quote: &str, escape: bool, moves_comment: bool, drops_export: bool) -> Vec<(Span, String)> {
        let mut edits = Vec::new();
        if drops_export {
            edits.push((Span::new(self.assignment.export.start, self.assignment.export_space.end), String::new()));
        }
        edits.push((Span::new(self.assignment.separator.start, self.meant.start), format!("={quote}")));
        if escape {
            let dollars = self.slice(self.meant).match_indices('$').map(|(at, _)| self.meant.start + at);
            edits.extend(dollars.map(|at| (Span::new(at, at), "\\".to_owned())));
        }
        let close = self.meant.end + usize::from(self.quoted);
        match self.comment {
            Some(hash) if moves_comment => edits.push((Span::new(self.meant.end, hash), format!("{quote}\n"))),
            Some(_) => edits.push((Span::new(self.meant.end, close), quote.to_owned())),
            // Space at the end of the line goes away as well.
            None => edits.push((Span::new(self.meant.end, self.end), quote.to_owned())),
        }
        edits
    }
}
