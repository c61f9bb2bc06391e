//! How a value is written so that loaders read it back as it is: each spelling is tried under all of them.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Dialect, Ending, evaluate};

/// The value as it is written behind `NAME=`, so that all these loaders read it back; `None` where nothing works.
pub fn spell(name: &str, value: &str, dialects: &[Dialect]) -> Option<Zeroizing<String>> {
    let needs_escapes = value.contains(['$', '\\', '"', '\n', '\r']);
    let escapes: &[&[char]] = &[&[], &['$'], &['\\', '"', '$', '`', '\n', '\r']];
    let escapes = escapes.get(..if needs_escapes { 3 } else { 1 }).unwrap_or_default();
    let spellings = ["", "'", "\"", "`"].iter().flat_map(|quote| escapes.iter().map(|escaped| (*quote, *escaped)));
    spellings.map(|(quote, escaped)| written(value, quote, escaped)).find(|written| {
        let line = Zeroizing::new(format!("{name}={}", written.as_str()));
        is_read_as(&line, name, value, dialects)
    })
}

/// Whether all loaders read this value from a statement, and get on to the next line.
pub fn is_read_as(statement: &str, name: &str, value: &str, dialects: &[Dialect]) -> bool {
    /// A name that no file has, which must be read behind the statement.
    const NEXT: &str = "ENVCHECK_NEXT";
    let text = Zeroizing::new(format!("{statement}\n{NEXT}=1\n"));
    dialects.iter().all(|dialect| {
        let evaluated = evaluate(&text, *dialect, &BTreeMap::new());
        let is = |name: &str, value: &str| evaluated.values.get(name).is_some_and(|found| found.expose() == value);
        evaluated.ending == Ending::Whole && is(name, value) && is(NEXT, "1") && evaluated.values.len() == 2
    })
}

fn written(value: &str, quote: &str, escaped: &[char]) -> Zeroizing<String> {
    // Room for all of it, so that no piece is left behind in memory that was given back.
    let mut text = Zeroizing::new(String::with_capacity(value.len() * 2 + 2));
    text.push_str(quote);
    for character in value.chars() {
        if escaped.contains(&character) {
            text.push('\\');
        }
        text.push(match character {
            '\n' if escaped.contains(&'\n') => 'n',
            '\r' if escaped.contains(&'\r') => 'r',
            character => character,
        });
    }
    text.push_str(quote);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::DIALECTS;
    use super::*;

    fn all() -> Vec<Dialect> {
        DIALECTS.iter().map(|known| known.dialect).collect()
    }

    fn quoting() -> Vec<Dialect> {
        all().into_iter().filter(|dialect| dialect.reads_quotes()).collect()
    }

    #[test]
    fn the_plainest_spelling_that_works_is_taken() {
        for (value, written) in
            [("abc", "abc"), ("YWJj/+=", "YWJj/+="), ("postgres://u:p@h:5432/db", "postgres://u:p@h:5432/db")]
        {
            assert_eq!(spell("A", value, &all()).as_deref().map(String::as_str), Some(written), "{value}");
        }
        for (value, written) in
            [("a b", "'a b'"), ("p#1", "'p#1'"), ("a #b", "'a #b'"), ("it's", "\"it's\""), ("a&b", "'a&b'")]
        {
            assert_eq!(spell("A", value, &all()), None, "{value}");
            assert_eq!(spell("A", value, &quoting()).as_deref().map(String::as_str), Some(written), "{value}");
        }
    }

    #[test]
    fn what_no_spelling_carries_is_told() {
        for value in ["a$HOME", "both ' and \"", "a\nb", "a\0b", "\u{feff}a\r"] {
            assert_eq!(spell("A", value, &quoting()), None, "{value:?}");
        }
        assert_eq!(
            spell("A", "a\nb", &[Dialect::Dotenv, Dialect::Compose]).as_deref().map(String::as_str),
            Some("'a\nb'")
        );
        assert_eq!(spell("A", "a$HOME", &[Dialect::DotenvExpand12]).as_deref().map(String::as_str), Some("a\\$HOME"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn what_is_spelt_is_read_back_by_each_loader(value in "[a-z=#'\"`\\\\ $\n{}&!]{1,12}") {
            for dialect in all() {
                if let Some(written) = spell("A", &value, &[dialect]) {
                    let text = format!("B=1\nA={}\nC=1\n", written.as_str());
                    let evaluated = evaluate(&text, dialect, &BTreeMap::new());
                    let read = |name: &str| evaluated.values.get(name).map(|value| value.expose().to_owned());
                    prop_assert!(read("A").as_deref() == Some(value.as_str()), "{dialect:?}");
                    prop_assert!(read("B").as_deref() == Some("1") && read("C").as_deref() == Some("1"), "{dialect:?}");
                }
            }
        }
    }
}
