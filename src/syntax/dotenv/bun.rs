//! Bun's reader of env files and its expansion.
//!
//! Source: Bun's `env_loader`, measured in `tests/data/dotenv-dialects.jsonl` with Bun 1.4.

use memchr::memchr;
use zeroize::Zeroizing;

use super::decoded::Decoded;
use super::{FlawKind, Lexed, Quoting, Raw, Statement};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, position: start };
    loop {
        reader.skip_space();
        if reader.position >= text.len() {
            return lexed;
        }
        match reader.statement() {
            Some(statement) => lexed.statements.push(statement),
            None => reader.skip_line(),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    position: usize,
}

impl Reader<'_> {
    fn statement(&mut self) -> Option<Statement> {
        let start = self.position;
        let first = self.word();
        self.skip_space();
        let mut found = None;
        if self.position > first.end && self.text.get(first.start..first.end) == Some("export") {
            let behind = self.position;
            let name = self.word();
            found = self.separator(name).map(|separator| (Some(first), name, separator));
            if found.is_none() {
                self.position = behind;
            }
        }
        if found.is_none() {
            self.position = first.end;
            found = self.separator(first).map(|separator| (None, first, separator));
        }
        let Some((export, key, separator)) = found else {
            self.position = start;
            return None;
        };
        let (decoded, span, quoting, flaw) = self.value();
        let base = Statement::new(self.text, key, separator, Some(Raw::Text(decoded)), span);
        let last = span.end + usize::from(quoting != Quoting::None);
        let whole = Span::new(export.unwrap_or(key).start, last.max(separator.end));
        Some(Statement { export, quoting, span: whole, flaw, ..base })
    }

    fn word(&mut self) -> Span {
        let start = self.position;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        self.position += self.rest().bytes().take_while(is_name).count();
        Span::new(start, self.position)
    }

    fn separator(&mut self, name: Span) -> Option<Span> {
        if name.is_empty() {
            return None;
        }
        self.skip_space();
        let at = self.position;
        let length = match self.text.as_bytes().get(at..) {
            Some([b'=', ..]) => 1,
            Some([b':', next, ..]) if is_space(char::from(*next)) => 2,
            _ => return None,
        };
        self.position = at + length;
        Some(Span::new(at, at + 1))
    }

    fn value(&mut self) -> (Decoded, Span, Quoting, Option<FlawKind>) {
        let start = self.position;
        self.skip_space();
        let quote = self.text.as_bytes().get(self.position).copied().and_then(Quoting::of);
        if let Some((quoting, close)) = quote.and_then(|quoting| Some((quoting, self.close()?))) {
            let span = Span::new(self.position + 1, close);
            let behind = self.text.get(close + 1..).unwrap_or_default();
            self.position = close + 1;
            let line = behind.find(['\n', '\r']).unwrap_or(behind.len());
            let more = behind.get(..line).unwrap_or_default().trim_start_matches(is_space);
            let flaw = (!more.is_empty() && !more.starts_with('#')).then_some(FlawKind::TextAfterQuote);
            self.skip_line();
            return (self.decode(span, quoting), span, quoting, flaw);
        }
        self.position = start;
        let end = start + self.rest().find(['#', '\r', '\n']).unwrap_or(self.rest().len());
        self.position = end;
        if self.rest().starts_with('#') {
            self.skip_line();
        }
        let written = self.text.get(start..end).unwrap_or_default();
        let value = written.trim_matches(is_space);
        let from = if value.is_empty() { start } else { end - written.trim_start_matches(is_space).len() };
        let span = Span::new(from, from + value.len());
        let flaw = quote.map(|_| FlawKind::UnclosedQuote);
        (Decoded::new(value, from), span, Quoting::None, flaw)
    }

    /// Where the quote at the position closes: what a backslash stands before does not.
    fn close(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let quote = *bytes.get(self.position)?;
        let mut at = self.position + 1;
        loop {
            match bytes.get(at)? {
                b'\\' => at += 2,
                byte if *byte == quote => return Some(at),
                _ => at += 1,
            }
        }
    }

    fn decode(&self, span: Span, quoting: Quoting) -> Decoded {
        let raw = Decoded::new(self.text.get(span.start..span.end).unwrap_or_default(), span.start);
        raw.map(|text, mut from| {
            loop {
                let at = from + text.get(from..)?.find(['\\', '\r'])?;
                let (replacement, length) = match text.as_bytes().get(at..)? {
                    [b'\r', b'\n', ..] => ("\n", 2),
                    [b'\r', ..] => ("\n", 1),
                    [b'\\', b'n', ..] if quoting == Quoting::Double => ("\n", 2),
                    [b'\\', b'r', ..] if quoting == Quoting::Double => ("\r", 2),
                    [b'\\', b'\\', ..] if quoting == Quoting::Double => {
                        from = at + 2;
                        continue;
                    }
                    _ => {
                        from = at + 1;
                        continue;
                    }
                };
                return Some((Span::new(at, at + length), replacement.to_owned()));
            }
        })
    }

    fn skip_space(&mut self) {
        self.position = self.text.len() - self.rest().trim_start_matches(is_space).len();
    }

    fn skip_line(&mut self) {
        let length = self.rest().find(['\n', '\r']).map_or(self.rest().len(), |at| at + 1);
        self.position += length;
    }

    fn rest(&self) -> &str {
        self.text.get(self.position..).unwrap_or_default()
    }
}

fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\x0b' | '\x0c' | ' ' | '\n' | '\r')
}

/// How deep defaults may stand inside defaults; what lies deeper stays as it is.
const DEPTH: usize = 16;

/// How many braces that are never closed are looked at.
const UNCLOSED: usize = 64;

/// Expands a value once: what a variable brings in is not read again. `None` where it comes to more than `limit` bytes.
pub(super) fn expand<'v>(
    value: &str,
    lookup: &dyn Fn(&str) -> Option<&'v str>,
    depth: usize,
    limit: usize,
) -> Option<Zeroizing<String>> {
    let mut result = Zeroizing::new(String::new());
    let mut position = 0;
    // Behind a brace that is never closed, none is looked for again and again.
    let mut unclosed = 0;
    while let Some(found) = memchr(b'$', value.as_bytes().get(position..).unwrap_or_default()) {
        let at = position + found;
        let before = value.get(position..at).unwrap_or_default();
        if let Some(before) = before.strip_suffix('\\') {
            result.push_str(before);
            result.push('$');
            position = at + 1;
            continue;
        }
        result.push_str(before);
        let behind = value.get(at + 1..).unwrap_or_default();
        let (name, default, length) = if unclosed < UNCLOSED { reference(behind) } else { (None, None, 0) };
        unclosed += usize::from(length == 0 && behind.starts_with('{'));
        position = at + 1 + length;
        if result.len() > limit {
            return None;
        }
        match (name.map(lookup), default) {
            (None, _) => result.push_str(value.get(at..position).unwrap_or_default()),
            (Some(Some(value)), _) => result.push_str(value),
            (Some(None), Some(word)) if depth < DEPTH => result.push_str(&expand(word, lookup, depth + 1, limit)?),
            (Some(None), word) => result.push_str(word.unwrap_or_default()),
        }
    }
    result.push_str(value.get(position..).unwrap_or_default());
    Some(result)
}

/// What stands behind a `$`: the name, what follows `:-`, and how long all of it is.
fn reference(behind: &str) -> (Option<&str>, Option<&str>, usize) {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let Some(inner) = behind.strip_prefix('{') else {
        let length = behind.bytes().take_while(is_name).count();
        return (behind.get(..length).filter(|name| !name.is_empty()), None, length);
    };
    let length = inner.bytes().take_while(is_name).count();
    let (name, rest) = (inner.get(..length), inner.get(length..).unwrap_or_default());
    if rest.starts_with('}') {
        return (name, None, 1 + length + 1);
    }
    let Some(close) = closing_brace(rest) else { return (None, None, 0) };
    match rest.get(..close).and_then(|behind| behind.strip_prefix(":-")) {
        Some(word) => (name, Some(word), 1 + length + close + 1),
        // What it does not know stays as it is, with what stands in it.
        None => (None, None, 1 + length + close + 1),
    }
}

/// Where the brace closes that was opened before `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.bytes().enumerate().position(|(at, byte)| {
        match byte {
            b'{' if at > 0 && text.as_bytes().get(at - 1) == Some(&b'$') => open += 1,
            b'}' if open == 0 => return true,
            b'}' => open -= 1,
            _ => {}
        }
        false
    })
}
