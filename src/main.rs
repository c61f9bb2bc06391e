//! The `envcheck` program: parses, runs, exits.

fn main() {}
