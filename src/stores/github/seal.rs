//! The sealed box in which a value goes to GitHub: libsodium's `crypto_box_seal`, which `nacl` of Python opens in a test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dryoc::classic::crypto_box::crypto_box_seal;
use dryoc::constants::CRYPTO_BOX_SEALBYTES;

/// A key that seals and does not open.
pub(super) struct Key {
    /// What GitHub calls it.
    pub(super) id: String,
    bytes: [u8; 32],
}

impl Key {
    /// Takes a key as GitHub tells it; `None`: it is none.
    pub(super) fn new(id: String, base64: &str) -> Option<Self> {
        let bytes = STANDARD.decode(base64).ok()?.try_into().ok()?;
        Some(Self { id, bytes })
    }

    /// Seals a value; `None`: no box comes of this key.
    pub(super) fn seal(&self, value: &str) -> Option<String> {
        let mut sealed = vec![0; value.len() + CRYPTO_BOX_SEALBYTES];
        crypto_box_seal(&mut sealed, value.as_bytes(), &self.bytes).ok()?;
        Some(STANDARD.encode(sealed))
    }
}

#[cfg(test)]
mod tests {
    use dryoc::classic::crypto_box::{crypto_box_keypair, crypto_box_seal_open};

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_other_half_alone_and_is_never_the_same_twice() {
        let (public, secret) = crypto_box_keypair();
        let key = Key::new("1".to_owned(), &STANDARD.encode(public)).unwrap();
        for value in ["", "hunter2", &"x".repeat(49_152)] {
            let boxes = [key.seal(value).unwrap(), key.seal(value).unwrap()];
            assert_ne!(boxes[0], boxes[1]);
            for sealed in boxes {
                let sealed = STANDARD.decode(sealed).unwrap();
                let mut opened = vec![0; value.len()];
                crypto_box_seal_open(&mut opened, &sealed, &public, &secret).unwrap();
                assert_eq!(opened, value.as_bytes());
                let (_, other) = crypto_box_keypair();
                assert!(crypto_box_seal_open(&mut opened, &sealed, &public, &other).is_err());
            }
        }
    }

    #[test]
    fn what_is_no_key_seals_nothing() {
        for wrong in ["", "AAAA", "no base64!", &STANDARD.encode([0; 33])] {
            assert!(Key::new(String::new(), wrong).is_none());
        }
        // A point of low order, with which everybody knows the shared secret.
        let weak = Key::new(String::new(), &STANDARD.encode([0; 32])).unwrap();
        assert!(weak.seal("hunter2").is_none());
    }
}
