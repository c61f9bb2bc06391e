//! `generate = "base64:32"`: how a value is made. Making it is the business of `generators`.

/// How a value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// This many random bytes, in base64.
    Base64(usize),
    /// This many random bytes, in URL-safe base64 without padding.
    Base64Url(usize),
    /// This many random bytes, in hexadecimal.
    Hex(usize),
    /// A random UUID.
    Uuid,
    /// This many random letters and digits.
    Password(usize),
    /// An Ed25519 private key, in PEM.
    Ed25519,
    /// An RSA private key of this many bits, in PEM.
    Rsa(usize),
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence that begins with "`generate`".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const GRAMMAR: &str =
            "must be base64:N, base64url:N, hex:N, uuid, password:N, ed25519 or rsa:BITS, with N bytes or characters";
        let (kind, size) = match text.split_once(':') {
            Some((kind, size)) if size.bytes().all(|byte| byte.is_ascii_digit()) => {
                (kind, Some(size.parse::<usize>().map_err(|_| GRAMMAR)?))
            }
            Some(_) => return Err(GRAMMAR),
            None => (text, None),
        };
        let recipe = match (kind, size) {
            ("base64", Some(size)) => Self::Base64(size),
            ("base64url", Some(size)) => Self::Base64Url(size),
            ("hex", Some(size)) => Self::Hex(size),
            ("uuid", None) => Self::Uuid,
            ("password", Some(size)) => Self::Password(size),
            ("ed25519", None) => Self::Ed25519,
            ("rsa", Some(size)) => Self::Rsa(size),
            _ => return Err(GRAMMAR),
        };
        match recipe {
            Self::Base64(size) | Self::Base64Url(size) | Self::Hex(size) if size < 16 => {
                Err("makes less than 128 bits; it needs at least 16 bytes")
            }
            // A letter or digit holds just under 6 bits.
            Self::Password(size) if size < 22 => Err("makes less than 128 bits; it needs at least 22 characters"),
            Self::Rsa(size) if !(2048..=16384).contains(&size) || size % 8 != 0 => {
                Err("must have 2048 to 16384 bits, in whole bytes")
            }
            Self::Base64(size) | Self::Base64Url(size) | Self::Hex(size) | Self::Password(size) if size > 4096 => {
                Err("makes more than 4096 bytes or characters")
            }
            recipe => Ok(recipe),
        }
    }

    /// The length of the value once decoded, in bytes, if it is an encoding of bytes.
    pub fn bytes(self) -> Option<usize> {
        match self {
            Self::Base64(size) | Self::Base64Url(size) | Self::Hex(size) => Some(size),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_read() {
        assert_eq!(Recipe::parse("base64:32"), Ok(Recipe::Base64(32)));
        assert_eq!(Recipe::parse("base64url:16").map(Recipe::bytes), Ok(Some(16)));
        assert_eq!(Recipe::parse("hex:4096"), Ok(Recipe::Hex(4096)));
        assert_eq!(Recipe::parse("uuid"), Ok(Recipe::Uuid));
        assert_eq!(Recipe::parse("password:22"), Ok(Recipe::Password(22)));
        assert_eq!(Recipe::parse("ed25519"), Ok(Recipe::Ed25519));
        assert_eq!(Recipe::parse("rsa:4096"), Ok(Recipe::Rsa(4096)));
    }

    #[test]
    fn what_is_weak_or_malformed_is_refused() {
        let wrong = ["", "base64", "base64:", "base64:-1", "base64:+32", "base64:15", "base64:99999999999999999999999"];
        let more =
            ["uuid:4", "password:21", "rsa", "rsa:1024", "rsa:3071", "md5:32", "Base64:32", "hex:5000", "hex:32 "];
        for text in wrong.into_iter().chain(more) {
            assert!(Recipe::parse(text).is_err(), "{text}");
        }
    }
}
