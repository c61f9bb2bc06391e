//! Regular expressions of schemas, which an untrusted author may have written: linear in time, bounded in size.

use regex::{Regex, RegexBuilder};

/// The most bytes that a compiled pattern may take.
const LARGEST: usize = 1 << 20;

/// The longest pattern that is compiled, in bytes.
const LONGEST: usize = 4096;

/// A pattern that matches whole values only; `None` if this engine cannot use it.
pub fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > LONGEST {
        return None;
    }
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(LARGEST).build().ok();
    // By itself first: `a)|(?:b` is broken, and the group around it would hide that.
    build(pattern)?;
    // A comment of the `(?x)` mode ends with its line.
    build(&format!(r"\A(?:{pattern})\z")).or_else(|| build(&format!("\\A(?:{pattern}\n)\\z")))
}

/// A pattern of JavaScript that may match anywhere in a value, as one that matches the whole of it; `None` if this
/// engine cannot use it or reads it otherwise.
pub fn anywhere(pattern: &str) -> Option<String> {
    if means_something_else(pattern) {
        return None;
    }
    compile(pattern)?;
    let whole = format!("(?s:.*)(?:{pattern})(?s:.*)");
    compile(&whole).map(|_| whole)
}

/// Whether this engine reads a pattern otherwise than JavaScript does: sets within sets, `\<`, `x{,3}`.
fn means_something_else(pattern: &str) -> bool {
    let (mut in_set, mut before) = (false, '\0');
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '\\' => {
                if matches!(next, Some('<' | '>' | 'A' | 'z' | 'Z' | 'a' | 'U' | 'G' | 'K' | 'R' | 'X')) {
                    return true;
                }
                characters.next();
                before = '\0';
                continue;
            }
            '[' if in_set => return true,
            '[' => in_set = true,
            ']' if in_set => in_set = false,
            '&' | '-' | '~' if in_set && before == character => return true,
            '{' if !in_set && next == Some(',') => return true,
            _ => {}
        }
        before = character;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_values() {
        let pattern = compile(r"\d+|[a-z]{2}").unwrap();
        assert!(pattern.is_match("123") && pattern.is_match("ab"));
        assert!(!pattern.is_match("abc") && !pattern.is_match("12\n"));
        assert!(compile("^äö?$").unwrap().is_match("ä"));
        assert!(compile("(?x) a # comment").unwrap().is_match("a"));
    }

    #[test]
    fn a_pattern_that_matches_anywhere_is_made_whole() {
        let fits = |pattern: &str, text: &str| compile(&anywhere(pattern).unwrap()).unwrap().is_match(text);
        assert!(
            fits("sk-", "my sk-1\nx")
                && fits("^sk-", "sk-1")
                && fits("a|b$", "ab")
                && fits(r"^https:\/\/", "https://x")
        );
        assert!(!fits("^sk-", "my sk-1") && !fits("^a$|^b$", "ab"));
        for other in ["[a[b]", "[a--b]", r"\<b", "(?=x)", "a{,3}", "a)|(b", "[]"] {
            assert_eq!(anywhere(other), None, "{other}");
        }
    }

    #[test]
    fn a_hostile_pattern_is_none() {
        assert!(compile("a)|(b").is_none());
        assert!(compile("(?=x)").is_none());
        assert!(compile("((a{1000}){1000}){1000}").is_none());
        assert!(compile(&"(".repeat(100_000)).is_none());
        assert!(compile(&format!("{}{}", "(".repeat(2000), ")".repeat(2000))).is_none());
    }
}
