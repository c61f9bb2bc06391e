//! Key pairs: the private half as PKCS#8 in PEM, the public half as SPKI in PEM.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use rsa::rand_core::{self, CryptoRng, RngCore};
use zeroize::Zeroizing;

use super::{Made, RandomError, Source, bytes};
use crate::value::Value;

/// What stands before the 32 bytes of an Ed25519 private key: RFC 8410, version 1. `ring` writes version 2, which
/// OpenSSL before 3.1 does not read.
const ED25519_PRIVATE: &[u8] = &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// What stands before the 32 bytes of an Ed25519 public key: RFC 8410.
const ED25519_PUBLIC: &[u8] = &[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// What stands before the 65 bytes of a public key on P-256: RFC 5480.
const P256_PUBLIC: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3,
    0x42, 0,
];

/// Where the 32 bytes of the key stand in what `ring` writes for P-256.
const P256_SCALAR: std::ops::Range<usize> = 36..68;

pub(super) fn ed25519(source: &mut dyn Source) -> Result<Made, RandomError> {
    let seed = bytes(source, 32)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| RandomError::NoKey)?;
    let private = Zeroizing::new([ED25519_PRIVATE, &seed].concat());
    let public = [ED25519_PUBLIC, pair.public_key().as_ref()].concat();
    Ok(pair_in_pem(&private, &public))
}

pub(super) fn rsa(source: &mut dyn Source, bits: usize) -> Result<Made, RandomError> {
    let mut generator = Generator { source, failure: None, stand_in: 1 };
    let key = RsaPrivateKey::new(&mut generator, bits).map_err(|_| RandomError::NoKey)?;
    if let Some(failure) = generator.failure {
        return Err(failure);
    }
    let private = key.to_pkcs8_der().map_err(|_| RandomError::NoKey)?;
    let public = key.to_public_key().to_public_key_der().map_err(|_| RandomError::NoKey)?;
    Ok(pair_in_pem(private.as_bytes(), public.as_bytes()))
}

pub(super) fn p256() -> Result<Made, RandomError> {
    let (private, public) = p256_pair()?;
    Ok(pair_in_pem(private.as_ref(), &[P256_PUBLIC, &public].concat()))
}

/// The two halves as RFC 8292 and the libraries for Web Push take them: bare bytes in URL-safe base64.
pub(super) fn vapid() -> Result<Made, RandomError> {
    let (private, public) = p256_pair()?;
    let scalar = private.as_ref().get(P256_SCALAR).ok_or(RandomError::NoKey)?;
    let (value, public) = (URL_SAFE_NO_PAD.encode(scalar), URL_SAFE_NO_PAD.encode(public));
    Ok(Made { value: Value::new(value), public: Some(Value::new(public)) })
}

/// A pair on P-256: PKCS#8, and the point without compression. `ring` takes bytes of the operating system alone.
fn p256_pair() -> Result<(ring::pkcs8::Document, Vec<u8>), RandomError> {
    let system = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let private = EcdsaKeyPair::generate_pkcs8(algorithm, &system).map_err(|_| RandomError::NoBytes)?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, private.as_ref(), &system).map_err(|_| RandomError::NoKey)?;
    let public = pair.public_key().as_ref().to_vec();
    Ok((private, public))
}

fn pair_in_pem(private: &[u8], public: &[u8]) -> Made {
    Made { value: pem("PRIVATE KEY", private), public: Some(pem("PUBLIC KEY", public)) }
}

/// RFC 7468, without the last line break: a value that ends in one reads as one that somebody spoiled.
fn pem(label: &str, der: &[u8]) -> Value {
    let body = Zeroizing::new(STANDARD.encode(der));
    // Grown no further, so that no copy is left behind.
    let mut text = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 40);
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----");
    Value::new(text)
}

/// A source as the library for RSA asks for one. It cannot be told of a failure: the key is thrown away then.
struct Generator<'a> {
    source: &'a mut dyn Source,
    failure: Option<RandomError>,
    stand_in: u64,
}

impl RngCore for Generator<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = Zeroizing::new([0; 4]);
        self.fill_bytes(&mut *bytes);
        u32::from_le_bytes(*bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = Zeroizing::new([0; 8]);
        self.fill_bytes(&mut *bytes);
        u64::from_le_bytes(*bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        if self.failure.is_none() {
            self.failure = self.source.fill(bytes).err();
        }
        if self.failure.is_some() {
            // The search for primes must come to its end; on equal numbers it would not.
            for byte in bytes {
                self.stand_in = self.stand_in.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = self.stand_in.to_be_bytes()[0];
            }
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Generator<'_> {}
