//! The nearest of the known words to one that is not known: "did you mean".

/// The known word that is most like `word`, if one is like it at all.
///
/// A word that begins with `word`, or ends with it, counts as like it (`missing` for `missing-variable`).
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 200;
    let written = word.to_lowercase();
    let length = written.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let likeness = |known: &str| {
        let candidate = known.to_lowercase();
        if candidate.len() > LONGEST {
            return None;
        }
        let distance = strsim::damerau_levenshtein(&written, &candidate);
        let close = distance <= (length / 3).max(1);
        let part = length >= 3 && (candidate.starts_with(&written) || candidate.ends_with(&written));
        (close || part).then_some((!close, distance))
    };
    known.into_iter().filter_map(|known| Some((likeness(known)?, known))).min().map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const RULES: &[&str] = &["missing-variable", "empty-value", "invalid-value", "unused-variable"];

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        assert_eq!(nearest("mising-varible", RULES.iter().copied()), Some("missing-variable"));
        assert_eq!(nearest("EMPTY-VALUE", RULES.iter().copied()), Some("empty-value"));
    }

    #[test]
    fn the_beginning_of_a_word_finds_it() {
        assert_eq!(nearest("missing", RULES.iter().copied()), Some("missing-variable"));
    }

    #[test]
    fn something_else_finds_nothing() {
        assert_eq!(nearest("xyzzy", RULES.iter().copied()), None);
        assert_eq!(nearest("", RULES.iter().copied()), None);
        assert_eq!(nearest(&"a".repeat(100_000), RULES.iter().copied()), None);
    }
}
