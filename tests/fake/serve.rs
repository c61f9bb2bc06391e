//! The fake Secret Manager as a program, for scripts: it prints its address and runs until its standard input ends.

#[path = "mod.rs"]
mod fake;

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let fake = fake::Fake::start();
    let mut out = std::io::stdout();
    writeln!(out, "{}", fake.endpoint())?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
