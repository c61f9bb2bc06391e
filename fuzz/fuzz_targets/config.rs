//! `envcheck.toml` on any bytes: no panic, every problem in the text.
#![no_main]

use envcheck::config::{Config, Known};
use envcheck::source::{SourceFile, SourcePath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let source = SourceFile::new(SourcePath::new("envcheck.toml"), data.to_vec());
    let known = Known { rules: &["empty-value"], formats: &["dotenv"], stores: &["google"] };
    let (_, problems) = Config::parse(&source, &known);
    for problem in problems {
        assert!(source.text().get(problem.span.start..problem.span.end).is_some());
    }
});
