//! The keys that envcheck makes, judged by OpenSSL. Where there is none, these tests skip.

use std::io::Write as _;
use std::process::{Command, Stdio};

use envcheck::random::{Kind, System};

/// What OpenSSL says to these arguments and this input; `None` where there is no OpenSSL.
#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn openssl(arguments: &[&str], input: &str) -> Option<String> {
    let command = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = command else {
        eprintln!("skipped: there is no openssl here");
        return None;
    };
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("openssl reads");
    let output = child.wait_with_output().expect("openssl ends");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Has OpenSSL check both halves of a pair.
fn judge(kind: &str, is_named: &str) {
    let made = Kind::parse(kind).expect("a kind").make(&mut System).expect("a key");
    let Some(said) = openssl(&["pkey", "-check", "-noout", "-text"], made.value.expose()) else { return };
    assert!(said.contains("Key is valid") && said.contains(is_named), "OpenSSL finds no good key of {kind}");
    let public = made.public.expect("a public half");
    let derived = openssl(&["pkey", "-pubout"], made.value.expose()).expect("openssl was there");
    assert_eq!(derived.trim_end(), public.expose(), "{kind}");
    openssl(&["pkey", "-pubin", "-pubcheck", "-noout"], public.expose());
}

#[test]
fn openssl_reads_an_ed25519_pair() {
    judge("ed25519", "ED25519 Private-Key");
}

#[test]
fn openssl_reads_a_pair_on_p256() {
    judge("ec-p256", "NIST CURVE: P-256");
}

#[test]
fn openssl_reads_an_rsa_pair_of_each_length() {
    for bits in ["2048", "3072", "4096"] {
        judge(&format!("rsa:{bits}"), &format!("Private-Key: ({bits} bit"));
    }
}
