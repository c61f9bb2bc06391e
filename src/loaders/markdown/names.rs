//! Names of variables in a line of Markdown. Not whether a document describes them.

use super::line::code_spans;
use crate::source::Span;

/// A name in a text; the span is relative to the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The name.
    pub(super) name: String,
    /// Where it stands.
    pub(super) span: Span,
    /// How it is set apart from prose.
    pub(super) style: Style,
}

/// How a name is set apart from prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// In backticks.
    Code,
    /// By emphasis or as a link.
    Marked,
    /// By nothing.
    Plain,
}

impl Found {
    /// Whether it could be no ordinary word in capitals.
    pub(super) fn is_certain(&self) -> bool {
        self.name.contains('_')
    }
}

/// The names that a cell or an item begins with, and what stands behind them: `` **`A`** / `B` (text) ``.
pub(super) fn leading(text: &str) -> (Vec<Found>, usize) {
    let mut found = Vec::new();
    let mut behind = 0;
    let mut at = 0;
    loop {
        let (start, marked) = skip_marks(text, at);
        let rest = text.get(start..).unwrap_or_default();
        let before = found.len();
        let end = if rest.starts_with('`') {
            let Some(span) = code_spans(rest).next().filter(|span| span.start == 0) else { break };
            found.extend(in_code(rest, span, start));
            start + span.end
        } else {
            let Some((name, length)) = plain(rest, marked == Some('_')) else { break };
            let style = if marked.is_some() { Style::Marked } else { Style::Plain };
            found.push(Found { name, span: Span::new(start, start + length), style });
            start + length
        };
        if found.len() == before {
            break;
        }
        behind = skip_ends(text, end);
        let Some(next) = skip_separator(text, behind) else { break };
        at = next;
    }
    (found, behind)
}

/// The names in backticks from an offset on.
pub(super) fn in_backticks(text: &str, from: usize) -> Vec<Found> {
    let rest = text.get(from..).unwrap_or_default();
    code_spans(rest).flat_map(|span| in_code(rest, span, from)).collect()
}

/// The names of a code span: `NAME`, `$NAME`, `${NAME}`, `NAME=value`, `process.env.NAME`, several of them.
fn in_code(text: &str, span: Span, offset: usize) -> Vec<Found> {
    let code = text.get(span.start..span.end).unwrap_or_default();
    let ticks = code.bytes().take_while(|byte| *byte == b'`').count();
    let inner = code.get(ticks..code.len().saturating_sub(ticks)).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    for piece in inner.split_inclusive([',', '/', '|', ' ']) {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches([',', '/', '|', ' ']);
        if word.is_empty() {
            continue;
        }
        let Some((skipped, length, assigned)) = word_name(word) else { return Vec::new() };
        let first = offset + span.start + ticks + start + skipped;
        let name = word.get(skipped..skipped + length).unwrap_or_default().to_owned();
        found.push(Found { name, span: Span::new(first, first + length), style: Style::Code });
        // Behind `=` stands a value, whatever it looks like.
        if assigned {
            break;
        }
    }
    found
}

/// Where the name is in a word of code, and whether a value follows it.
fn word_name(word: &str) -> Option<(usize, usize, bool)> {
    let (skipped, closing) = if word.starts_with("${") {
        (2, true)
    } else {
        let prefix = ["process.env.", "import.meta.env.", "$"].into_iter().find(|prefix| word.starts_with(prefix));
        (prefix.map_or(0, str::len), false)
    };
    let rest = word.get(skipped..)?;
    let length = rest.bytes().take_while(|byte| is_part(*byte) || *byte == b'*').count();
    let name = rest.get(..length)?;
    let behind = rest.get(length..)?;
    let sound = match behind.as_bytes().first() {
        None | Some(b'=') => !closing,
        Some(b'}' | b':') => closing,
        Some(_) => false,
    };
    (sound && is_name(name)).then_some((skipped, length, !behind.is_empty()))
}

/// A name at the beginning of a text without backticks, and its length in the text; `\_` is a `_`.
fn plain(text: &str, emphasised: bool) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let mut name = String::new();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        match byte {
            b'\\' if bytes.get(length + 1) == Some(&b'_') => {
                name.push('_');
                length += 2;
            }
            byte if is_part(*byte) => {
                name.push(char::from(*byte));
                length += 1;
            }
            // `AWS_*` names a family, `**A_B**` does not.
            b'*' if name.ends_with('_') && bytes.get(length + 1) != Some(&b'*') => {
                name.push('*');
                length += 1;
            }
            _ => break,
        }
    }
    if emphasised {
        let trimmed = name.trim_end_matches('_').len();
        length -= name.len() - trimmed;
        name.truncate(trimmed);
    }
    let behind = text.get(length..)?;
    let tag = behind.starts_with("</") || behind.starts_with("<br");
    let glued = behind.chars().next().is_some_and(|next| next.is_alphanumeric() || "-.{<".contains(next)) && !tag;
    (!glued && is_name(&name)).then_some((name, length))
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

/// Whether a word of [`is_part`] and `*` is a name, or a family of names; a prefix such as `VITE_` is none.
pub(super) fn is_name(word: &str) -> bool {
    let family = word.contains('*');
    word.len() >= 2
        && word.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
        && word.bytes().all(|byte| is_part(byte) || byte == b'*')
        && !word.ends_with('_')
        && (!family || (word.contains('_') && !word.contains("**")))
}

/// Skips blanks, signs, tags and the beginnings of emphasis and links; tells the last mark of emphasis or link.
fn skip_marks(text: &str, mut at: usize) -> (usize, Option<char>) {
    let mut marked = None;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match next {
            '*' | '_' | '~' | '[' => marked = Some(next),
            '<' => match text.get(at..).and_then(|rest| rest.find('>')) {
                Some(length) => {
                    marked = Some(next);
                    at += length + 1;
                    continue;
                }
                None => break,
            },
            // Signs such as a star or a warning.
            next if next.is_whitespace() || (!next.is_ascii() && !next.is_alphanumeric()) => {}
            _ => break,
        }
        at += next.len_utf8();
    }
    (at, marked)
}

/// Skips the ends of emphasis, links and tags.
fn skip_ends(text: &str, mut at: usize) -> usize {
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(target) = rest.strip_prefix("](") {
            at += 2 + target.find(')').map_or(target.len(), |length| length + 1);
        } else if rest.starts_with("</") {
            at += rest.find('>').map_or(rest.len(), |length| length + 1);
        } else if rest.starts_with(['*', '_', '~', ']']) {
            at += 1;
        } else {
            break;
        }
    }
    at
}

/// Skips what separates names: a comma, a slash, `and`, `or`, a line break.
fn skip_separator(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let trimmed = rest.trim_start();
    let start = at + (rest.len() - trimmed.len());
    ["<br>", "<br/>", "<br />", ",", "/", "&", "+", "and ", "or "]
        .iter()
        .find(|separator| trimmed.starts_with(**separator))
        .map(|separator| start + separator.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Vec<String>, &str) {
        let (found, behind) = leading(text);
        for found in &found {
            let written = text[found.span.start..found.span.end].replace('\\', "");
            assert_eq!(written, found.name);
        }
        (found.into_iter().map(|found| found.name).collect(), &text[behind..])
    }

    #[test]
    fn names_at_the_beginning_are_found() {
        for (text, names, rest) in [
            ("`A_B`: text", vec!["A_B"], ": text"),
            ("**`A_B`** / `CD`", vec!["A_B", "CD"], ""),
            ("**A_B** - x", vec!["A_B"], " - x"),
            ("__A_B__", vec!["A_B"], ""),
            ("A\\_B\\_C", vec!["A_B_C"], ""),
            ("[A_B](#a), [`C_D`](x)", vec!["A_B", "C_D"], ""),
            ("A_B or C_D and EF", vec!["A_B", "C_D", "EF"], ""),
            ("`A_B`<br>`C_D`", vec!["A_B", "C_D"], ""),
            ("<code>A_B</code> x", vec!["A_B"], " x"),
            ("⚠️ `A_B`", vec!["A_B"], ""),
            ("`A_B, C_D`", vec!["A_B", "C_D"], ""),
            ("`A_B=C_D`", vec!["A_B"], ""),
            ("`AWS_*` x", vec!["AWS_*"], " x"),
            ("OAUTH_*_ID", vec!["OAUTH_*_ID"], ""),
            ("`$A_B`, `${C_D}`, `${E_F:-x}`", vec!["A_B", "C_D", "E_F"], ""),
            ("`process.env.A_B`", vec!["A_B"], ""),
        ] {
            assert_eq!(told(text), (names.into_iter().map(str::to_owned).collect(), rest), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_left() {
        for text in [
            "`npm run dev`",
            "`A_B c`",
            "`VITE_`",
            "A_Bs",
            "API-Key",
            "`a_b`",
            "`A_<X>`",
            "A_{X}",
            "`**`",
            "_",
            "*",
            "`",
            "[",
            "",
            "`${A_B`",
            "`A-B`",
            "`1_A`",
            "x `A_B`",
            "<A_B",
            "`A_B:`",
            "É_B",
        ] {
            assert_eq!(told(text).0, Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn backticks_anywhere_are_found() {
        let found = in_backticks("x `A_B` y `c` ``D_E``, `FG` `H`", 1);
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["A_B", "D_E", "FG"]);
        assert!(!found[2].is_certain());
        assert_eq!(found[1].span, Span::new(16, 19));
    }
}
