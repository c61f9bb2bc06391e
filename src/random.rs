//! Values made of randomness: the kinds that there are, and how each is made. Where a value goes is not its business.

mod keys;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::value::Value;

/// What a made value looks like: `base64:32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
    /// A key that signs JSON Web Tokens with HS256.
    Jwt,
    /// A key of Python's `cryptography.fernet`.
    Fernet,
    /// A `SECRET_KEY` of Django.
    Django,
    /// An `APP_KEY` of Laravel.
    Laravel,
    /// An Ed25519 private key, in PEM.
    Ed25519,
    /// An RSA private key of this many bits, in PEM.
    Rsa(usize),
    /// A private key on the curve P-256, in PEM.
    P256,
    /// A private key of Web Push, as its libraries take it.
    Vapid,
}

/// Every kind, as it is written, and what it makes.
pub const KINDS: &[(&str, &str)] = &[
    ("base64:N", "N random bytes in base64"),
    ("base64url:N", "N random bytes in URL-safe base64"),
    ("hex:N", "N random bytes in hexadecimal"),
    ("uuid", "a random UUID"),
    ("password:N", "N letters and digits, of each sort at least one"),
    ("jwt", "a key that signs tokens with HS256, also `hs256`"),
    ("fernet", "a key of Python's Fernet"),
    ("django", "a SECRET_KEY of Django"),
    ("laravel", "an APP_KEY of Laravel"),
    ("ed25519", "an Ed25519 private key in PEM"),
    ("rsa:BITS", "an RSA private key in PEM, 2048 to 4096 bits"),
    ("ec-p256", "a private key on the curve P-256 in PEM"),
    ("vapid", "a private key of Web Push"),
];

/// A value that was made.
#[derive(Debug)]
pub struct Made {
    /// The value. It is secret.
    pub value: Value,
    /// The public half of a key pair, which others may know.
    pub public: Option<Value>,
}

/// Why a value could not be made.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RandomError {
    /// The operating system gives none.
    #[error("the operating system gives no random bytes")]
    NoBytes,
    /// The bytes make no value of the kind, however often they are asked for.
    #[error("the random bytes are not random")]
    NotRandom,
    /// The library that makes keys did not.
    #[error("no key could be made")]
    NoKey,
}

/// Where random bytes come from.
pub trait Source {
    /// Fills all of it with random bytes.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system: the one source of values that are used.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Source for System {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(|_| RandomError::NoBytes)
    }
}

/// Letters and digits: nothing that a URL, a shell or an env file would read as something else.
const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What Django's own `get_random_secret_key` takes.
const DJANGO: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)";

impl Kind {
    /// Reads a kind.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const GRAMMAR: &str = "must be base64:N, base64url:N, hex:N, uuid, password:N, jwt, fernet, django, laravel, \
             ed25519, rsa:BITS, ec-p256 or vapid, with N bytes or characters";
        let (kind, size) = match text.split_once(':') {
            Some((kind, size)) if size.bytes().all(|byte| byte.is_ascii_digit()) => {
                (kind, Some(size.parse::<usize>().map_err(|_| GRAMMAR)?))
            }
            Some(_) => return Err(GRAMMAR),
            None => (text, None),
        };
        let kind = match (kind, size) {
            ("base64", Some(size)) => Self::Base64(size),
            ("base64url", Some(size)) => Self::Base64Url(size),
            ("hex", Some(size)) => Self::Hex(size),
            ("uuid", None) => Self::Uuid,
            ("password", Some(size)) => Self::Password(size),
            ("jwt" | "hs256", None) => Self::Jwt,
            ("fernet", None) => Self::Fernet,
            ("django", None) => Self::Django,
            ("laravel", None) => Self::Laravel,
            ("ed25519", None) => Self::Ed25519,
            ("rsa", Some(size)) => Self::Rsa(size),
            ("ec-p256", None) => Self::P256,
            ("vapid", None) => Self::Vapid,
            _ => return Err(GRAMMAR),
        };
        match kind {
            Self::Base64(size) | Self::Base64Url(size) | Self::Hex(size) if size < 16 => {
                Err("makes less than 128 bits; it needs at least 16 bytes")
            }
            // A letter or digit holds just under 6 bits.
            Self::Password(size) if size < 22 => Err("makes less than 128 bits; it needs at least 22 characters"),
            // Beyond that a key takes minutes to make, and many libraries refuse it.
            Self::Rsa(size) if !(2048..=4096).contains(&size) || size % 8 != 0 => {
                Err("must have 2048 to 4096 bits, in whole bytes")
            }
            Self::Base64(size) | Self::Base64Url(size) | Self::Hex(size) | Self::Password(size) if size > 4096 => {
                Err("makes more than 4096 bytes or characters")
            }
            kind => Ok(kind),
        }
    }

    /// The length of the value once decoded, in bytes, where no other would do.
    pub fn bytes(self) -> Option<usize> {
        match self {
            Self::Base64(size) | Self::Base64Url(size) | Self::Hex(size) => Some(size),
            Self::Fernet => Some(32),
            _ => None,
        }
    }

    /// Makes a value.
    ///
    /// # Errors
    ///
    /// There are no random bytes, or they make no such value.
    pub fn make(self, source: &mut dyn Source) -> Result<Made, RandomError> {
        let value = match self {
            Self::Base64(size) => STANDARD.encode(&*bytes(source, size)?),
            Self::Base64Url(size) => URL_SAFE_NO_PAD.encode(&*bytes(source, size)?),
            Self::Hex(size) => hex(&bytes(source, size)?),
            Self::Uuid => uuid(&bytes(source, 16)?),
            Self::Password(length) => return password(source, length),
            Self::Jwt => URL_SAFE_NO_PAD.encode(&*bytes(source, 32)?),
            Self::Fernet => URL_SAFE.encode(&*bytes(source, 32)?),
            Self::Django => return Ok(Made::alone(text(source, DJANGO, 50)?)),
            Self::Laravel => format!("base64:{}", Zeroizing::new(STANDARD.encode(&*bytes(source, 32)?)).as_str()),
            Self::Ed25519 => return keys::ed25519(source),
            Self::Rsa(bits) => return keys::rsa(source, bits),
            Self::P256 => return keys::p256(),
            Self::Vapid => return keys::vapid(),
        };
        Ok(Made { value: Value::new(value), public: None })
    }
}

impl Made {
    fn alone(mut text: Zeroizing<String>) -> Self {
        Self { value: Value::new(std::mem::take(&mut *text)), public: None }
    }
}

fn bytes(source: &mut dyn Source, length: usize) -> Result<Zeroizing<Vec<u8>>, RandomError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    source.fill(&mut bytes)?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    // Grown no further, so that no copy is left behind.
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// RFC 9562, version 4.
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let byte = match at {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Many sites and servers refuse a password without a sort of letter. One that lacks a sort is thrown away whole, so
/// that no place in it is more likely to hold a digit than another.
fn password(source: &mut dyn Source, length: usize) -> Result<Made, RandomError> {
    const ATTEMPTS: usize = 100;
    let sorts: [fn(&u8) -> bool; 3] = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    for _ in 0..ATTEMPTS {
        let text = text(source, LETTERS_AND_DIGITS, length)?;
        if sorts.iter().all(|sort| text.as_bytes().iter().any(sort)) {
            return Ok(Made::alone(text));
        }
    }
    Err(RandomError::NotRandom)
}

/// Signs of an alphabet, each as likely as any other: bytes above the greatest multiple of its length are thrown away.
fn text(source: &mut dyn Source, alphabet: &[u8], length: usize) -> Result<Zeroizing<String>, RandomError> {
    const ATTEMPTS: usize = 100;
    let bound = 256 - 256 % alphabet.len();
    let mut text = Zeroizing::new(String::with_capacity(length));
    for _ in 0..ATTEMPTS {
        for byte in bytes(source, length)?.iter().map(|byte| usize::from(*byte)) {
            if text.len() < length
                && byte < bound
                && let Some(sign) = alphabet.get(byte % alphabet.len())
            {
                text.push(char::from(*sign));
            }
        }
        if text.len() == length {
            return Ok(text);
        }
    }
    Err(RandomError::NotRandom)
}

#[cfg(test)]
mod tests;
