//! How much a text looks as if a machine had chosen it. Entropy alone is never evidence; beside a name or a shape it is.

/// Whether a text is long and varied enough for a random key: words, dates and counters are none.
pub fn looks_random(text: &str) -> bool {
    let text = text.trim();
    if text.len() < 16 || text.contains(char::is_whitespace) {
        return false;
    }
    let limit = if text.bytes().all(|byte| byte.is_ascii_hexdigit()) { 2.75 } else { 3.5 };
    // Sixteen characters cannot hold more than four bits each.
    bits(text) >= limit && !is_made_of_words(text)
}

/// Whether a password is no word and no word with a number: shorter than a key, so it must mix its letters.
pub fn looks_chosen_by_a_machine(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| usize::from(text.bytes().any(|byte| kind(&byte)));
    let classes = has(u8::is_ascii_lowercase) + has(u8::is_ascii_uppercase) + has(u8::is_ascii_digit);
    text.len() >= 8 && !is_made_of_words(text) && (classes == 3 || looks_random(text)) && bits(text) >= 2.75
}

/// Whether a text that a machine should have chosen was not: few different characters, or words.
pub fn lacks_variety(text: &str) -> bool {
    let text = text.trim();
    let different = text.bytes().collect::<std::collections::BTreeSet<u8>>().len();
    // The digits of a UUID are of one case, and some of its pieces can look like words.
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && text.contains(|c: char| c.is_ascii_digit());
    different < 8 || (!is_hex && is_made_of_words(text))
}

/// Shannon's entropy of the bytes, in bits a byte.
pub fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let Ok(length) = u32::try_from(text.len()) else { return 0.0 };
    let length = f64::from(length.max(1));
    let share = |count: &u32| f64::from(*count) / length;
    -counts.iter().filter(|count| **count > 0).map(|count| share(count) * share(count).log2()).sum::<f64>()
}

/// Runs of letters in one case between separators are words: `my-app-production-key`. Of random text a piece or two can
/// look like one, so they must be more than half of it.
fn is_made_of_words(text: &str) -> bool {
    let pieces = text.split(['-', '_', '.', ' ', '/', '@', '!', '+', '=']);
    let is_word = |piece: &&str| {
        let letters = piece.trim_end_matches(|character: char| character.is_ascii_digit());
        let lower = letters.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
        let upper = letters.bytes().all(|byte| byte.is_ascii_uppercase());
        let begins = letters.starts_with(|first: char| first.is_ascii_alphabetic());
        begins && (lower || upper) && (2..=15).contains(&letters.len()) && piece.len() - letters.len() <= 4
    };
    pieces.filter(is_word).map(|word| word.len() + 1).sum::<usize>() * 2 > text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_random_and_words_do_not() {
        for text in ["4f9Kq1ZbT7xWmR2cLp8s", "9b1d4b3d7b4ad9bdd2b0d7b3dcb6d51", "c2Vj+mV0LXZ/hbHVlLWZvci10ZX=="] {
            assert!(looks_random(text), "{text}");
        }
        for text in [
            "",
            "short",
            "my-app-production-secret-key",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "0000000000000000000000000000",
            "correct horse battery staple",
            "development_only_password_2024",
        ] {
            assert!(!looks_random(text), "{text}");
        }
    }

    #[test]
    fn a_password_must_mix_its_letters() {
        assert!(looks_chosen_by_a_machine("Xk29sLq7") && looks_chosen_by_a_machine("n8Wq-Z3r-0pLk"));
        for text in ["", "password1", "Password1", "Shop2024", "admin123", "shop-db-pass", "Xk29sL"] {
            assert!(!looks_chosen_by_a_machine(text), "{text}");
        }
    }

    #[test]
    fn variety_is_missed_in_words_and_repetitions_only() {
        assert!(lacks_variety("this-is-the-session-key-of-our-shop") && lacks_variety("ababababababababababab"));
        for text in ["9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d", "4f9Kq1ZbT7xWmR2cLp8s", "aGVsbG8/d29ybGQ+Zm9vYmFyYmF6cXV4"]
        {
            assert!(!lacks_variety(text), "{text}");
        }
    }

    #[test]
    fn entropy_is_counted_in_bits() {
        assert!(bits("") < 0.01 && bits("aaaa") < 0.01);
        assert!((bits("abcd") - 2.0).abs() < 0.01);
    }
}
