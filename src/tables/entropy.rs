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
    let Some(length) = u32::try_from(text.len()).ok().filter(|length| *length > 0) else { return 0.0 };
    let counts = counts.into_iter().filter(|count| *count > 0);
    log2(length) - counts.map(|count| f64::from(count) * log2(count)).sum::<f64>() / f64::from(length)
}

/// The binary logarithm of a number from 1 on, to 32 places behind the point.
///
/// That of the standard library is in a shared library of its own; to load that one function takes longer than to judge
/// a file.
fn log2(number: u32) -> f64 {
    let whole = number.ilog2();
    // From 1 to 2, with 31 places: each square tells one place of the logarithm.
    let mut mantissa = u64::from(number) << (31 - whole);
    let mut places = 0_u32;
    for _ in 0..u32::BITS {
        mantissa = (mantissa * mantissa) >> 31;
        let is_two = mantissa >> 32 != 0;
        mantissa >>= u32::from(is_two);
        places = (places << 1) | u32::from(is_two);
    }
    f64::from(whole) + f64::from(places) / (f64::from(u32::MAX) + 1.0)
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
        let bits_of = |text: &str| bits(text).to_bits();
        assert_eq!(bits_of(&"abcdefgh".repeat(3)), 3.0_f64.to_bits(), "limits are met exactly");
    }

    #[test]
    fn a_logarithm_is_that_of_the_standard_library() {
        for number in (1..5_000).chain([u32::MAX / 3, u32::MAX]) {
            assert!((log2(number) - f64::from(number).log2()).abs() < 1e-8, "{number}");
        }
    }
}
