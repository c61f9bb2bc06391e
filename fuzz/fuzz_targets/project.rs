//! A whole repository of a few files: load, join, judge, report.
#![no_main]

use envcheck::cli::{Wanted, report};
use envcheck::config::Config;
use envcheck::levels::Levels;
use envcheck::project::{Options, Project};
use envcheck::reporters::{Look, REPORTERS};
use libfuzzer_sys::fuzz_target;

const NAMES: &[&str] =
    &["env.schema.toml", ".env", ".env.example", "compose.yaml", "README.md", "Dockerfile", "package.json"];

fuzz_target!(|data: &[u8]| {
    let root = std::env::temp_dir().join(format!("envcheck-fuzz-{}", std::process::id()));
    let _ = std::fs::create_dir_all(&root);
    // Files stand behind one another, between bytes that UTF-8 has no use for.
    let mut parts = data.split(|byte| *byte == 0xff);
    for name in NAMES {
        let _ = std::fs::write(root.join(name), parts.next().unwrap_or_default());
    }
    let project = Project::load(&root, Config::default(), &Options::default()).expect("no listing is named");
    let report = report(&project, None, &Wanted::new(Levels::default()));
    for reporter in REPORTERS {
        (reporter.write)(&report, &Look::default(), &mut std::io::sink()).expect("a sink takes everything");
    }
});
