//! Links the program to run at the address it was made for, where that can be: on Linux with glibc.
//!
//! Else the dynamic linker mends twenty thousand addresses in ninety pages before `main`, which is a quarter of the
//! time that one file takes. Stack, heap and libraries keep their random addresses.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script by the environment; the rule is of the tool's own"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, wanted: &str| std::env::var(name).is_ok_and(|value| value == wanted);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bin=envcheck=-no-pie");
    }
}
