//! Credentials that look like those of providers, made when a test runs: none of them may stand in a file, where every
//! scanner would take it for a leak.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use envcheck::tables::providers::Provider;

mod shape;

/// Makes values; the same ones in every run.
pub(crate) struct Generator(u64);

const LETTERS: &str = "[0-9A-Za-z]";

impl Generator {
    pub(crate) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// A number below `end`: xorshift, which is random enough for what nobody guards.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end.max(1)
    }

    /// A text that a regular expression matches.
    pub(crate) fn shaped(&mut self, shape: &str) -> String {
        let mut text = String::new();
        shape::parse(shape).write(self, &mut text);
        text
    }

    /// This many letters and digits.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        self.shaped(&format!("{LETTERS}{{{count}}}"))
    }

    /// A token of GitHub or npm, with a checksum that fits.
    pub(crate) fn with_checksum(&mut self, prefix: &str) -> String {
        const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let random = self.letters(30);
        let mut sum = crc32(random.as_bytes());
        let mut digits = [b'0'; 6];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[usize::try_from(sum % 62).expect("a digit")];
            sum /= 62;
        }
        format!("{prefix}{random}{}", String::from_utf8_lossy(&digits))
    }

    /// A token with these claims.
    pub(crate) fn token(&mut self, claims: &str) -> String {
        let header = URL_SAFE_NO_PAD.encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
        format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims), self.shaped("[0-9A-Za-z_-]{40}"))
    }

    /// The text of a private key, with `\n` for line breaks.
    pub(crate) fn private_key(&mut self) -> String {
        let dashes = "-".repeat(5);
        let body = self.shaped("[0-9A-Za-z+/]{64}\\\\n[0-9A-Za-z+/]{60}");
        format!("{dashes}BEGIN PRIVATE KEY{dashes}\\n{body}\\n{dashes}END PRIVATE KEY{dashes}\\n")
    }

    /// A value that a row of the table describes.
    pub(crate) fn value(&mut self, provider: &Provider) -> String {
        match provider.what {
            "a GitHub token" => self.with_checksum("ghp_"),
            "an npm token" => self.with_checksum("npm_"),
            "a Clerk publishable key" => format!("pk_test_{}", STANDARD.encode("kind-otter-7.clerk.accounts.dev$")),
            "a Supabase anon key" => self.token("{\"iss\":\"supabase\",\"role\":\"anon\"}"),
            "a Supabase service role key" => self.token("{\"iss\":\"supabase\",\"role\":\"service_role\"}"),
            "a JSON Web Token" => self.token("{\"sub\":\"7c2f\",\"iat\":1763600000}"),
            "a private key" => self.private_key(),
            "a Google service account key" => {
                format!("{{\"type\":\"service_account\",\"private_key\":\"{}\"}}", self.private_key())
            }
            "an address with a password" => format!("postgres://shop:{}@db.shop.io:5432/shop", self.letters(16)),
            _ => self.shaped(provider.shape),
        }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| (0..8).fold(byte, |sum, _| if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 }))
        .collect();
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        let index = usize::try_from((sum ^ u32::from(*byte)) & 0xFF).expect("a byte");
        (sum >> 8) ^ table[index]
    })
}
