//! The parser of Node 20, which looks for the next `=` wherever it stands; Node 22 has another one.
//!
//! Source: `src/node_dotenv.cc` of Node 20, measured in `tests/data/dotenv-dialects.jsonl`.

use memchr::memchr;

use super::decoded::Decoded;
use super::{FlawKind, Lexed, Quoting, Raw, Statement};
use crate::source::Span;

pub(super) fn lex(text: &str) -> Lexed {
    let file = Decoded::without(text, |text, from| {
        let at = from + memchr(b'\r', text.as_bytes().get(from..)?)?;
        Some(Span::new(at, at + 1))
    });
    let text = file.text();
    let mut lexed = Lexed::default();
    let end = text.trim_end_matches(' ').len();
    let mut position = (text.len() - text.trim_start_matches(' ').len()).min(end);
    let rest = |from: usize| text.get(from..end).unwrap_or_default();
    let line_end = |from: usize| memchr(b'\n', rest(from).as_bytes()).map(|at| from + at);
    while position < end {
        if rest(position).starts_with(['\n', '#'])
            && let Some(newline) = line_end(position)
        {
            position = newline + 1;
            continue;
        }
        // What has no `=` is glued to the name below.
        let Some(equals) = memchr(b'=', rest(position).as_bytes()).map(|at| position + at) else { break };
        let key = trimmed(text, Span::new(position, equals));
        let behind = equals + 1;
        let name = match text.get(key.start..key.end).unwrap_or_default().strip_prefix("export ") {
            Some(name) => Span::new(key.end - name.len(), key.end),
            None => key,
        };
        if key.is_empty() {
            break;
        }
        let start = behind + rest(behind).len() - rest(behind).trim_start_matches(' ').len();
        let quoting = rest(start).bytes().next().and_then(Quoting::of).unwrap_or_default();
        let mut push = |value: Span, quoting: Quoting, flaw: Option<FlawKind>| {
            let mut decoded = file.slice(value);
            if quoting == Quoting::Double {
                decoded = decoded.map(|text, from| {
                    let at = from + text.get(from..)?.find("\\n")?;
                    Some((Span::new(at, at + 2), "\n".to_owned()))
                });
            }
            let separator = file.span(Span::new(equals, behind));
            let base = Statement::new("", file.span(name), separator, Some(Raw::Text(decoded)), file.span(value));
            let export = (name != key).then(|| file.span(Span::new(key.start, key.start + "export".len())));
            let last = base.span.end + usize::from(quoting != Quoting::None);
            let span = Span::new(export.unwrap_or(base.key).start, last);
            let name = text.get(name.start..name.end).unwrap_or_default().to_owned();
            lexed.statements.push(Statement { name, export, quoting, span, flaw, ..base });
        };
        if start >= end {
            push(Span::new(behind, behind), Quoting::None, None);
            break;
        }
        let Some(quote) = rest(start).bytes().next().filter(|_| quoting != Quoting::None) else {
            let stop = line_end(start).unwrap_or(end);
            let hash = memchr(b'#', text.as_bytes().get(start..stop).unwrap_or_default());
            push(trimmed(text, Span::new(start, hash.map_or(stop, |at| start + at))), Quoting::None, None);
            position = stop;
            continue;
        };
        match memchr(quote, text.as_bytes().get(start + 1..end).unwrap_or_default()).map(|at| start + 1 + at) {
            Some(close) => {
                push(Span::new(start + 1, close), quoting, None);
                // Where no line follows, the real one steps back by a byte, and goes on from there.
                position = line_end(close + 1).unwrap_or(start - 1);
            }
            None => match line_end(start) {
                Some(newline) => {
                    push(Span::new(start, newline), Quoting::None, Some(FlawKind::UnclosedQuote));
                    position = newline;
                }
                // The value is lost, and what it holds is looked through for another `=`.
                None => position = start,
            },
        }
    }
    lexed
}

fn trimmed(text: &str, span: Span) -> Span {
    let slice = text.get(span.start..span.end).unwrap_or_default();
    let start = span.end - slice.trim_start_matches(' ').len();
    Span::new(start, (span.start + slice.trim_end_matches(' ').len()).max(start))
}
