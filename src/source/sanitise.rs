//! The one sanitiser that foreign text (names, paths, descriptions) passes before a human format.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Replaces what a terminal, a log or a reader's eye could be tricked with by a visible escape.
///
/// C0, DEL and C1 control characters, bidirectional controls, zero-width characters and line or
/// paragraph separators become `\u{…}`; all else is left as it is.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_hidden(character) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn escapes_and_directions_become_visible() {
        assert_eq!(visible("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(visible("\u{202e}evil\u{200b}"), "\\u{202e}evil\\u{200b}");
        assert_eq!(visible("line\nbreak"), "line\\u{a}break");
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        assert!(matches!(visible("ÜBER `X`"), std::borrow::Cow::Borrowed(_)));
    }
}
