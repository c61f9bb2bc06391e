//! A whole repository of a few files: load, join, judge, report.
//!
//! An input is files behind one another, between bytes that UTF-8 has no use for; each is a path, a line break, a text.
#![no_main]

use std::fs;

use envcheck::cli::{Wanted, report};
use envcheck::config::Config;
use envcheck::levels::Levels;
use envcheck::project::{Options, Project};
use envcheck::reporters::{Look, REPORTERS};
use envcheck::source::SourcePath;
use libfuzzer_sys::fuzz_target;

/// How many files a repository has, and how deep they lie.
const MOST: usize = 12;

fuzz_target!(|data: &[u8]| {
    let root = std::env::temp_dir().join(format!("envcheck-fuzz-{}", std::process::id()));
    let _ = fs::remove_dir_all(&root);
    let _ = fs::create_dir_all(&root);
    for part in data.split(|byte| *byte == 0xff).take(MOST) {
        let Some(end) = part.iter().position(|byte| *byte == b'\n') else { continue };
        let Ok(path) = std::str::from_utf8(&part[..end]) else { continue };
        let Some(path) = SourcePath::new("").join(path).filter(|path| path.as_str().split('/').count() < MOST) else {
            continue;
        };
        let disk = root.join(path.as_str());
        let _ = disk.parent().map(fs::create_dir_all);
        let _ = fs::write(disk, &part[end + 1..]);
    }
    let project = Project::load(&root, Config::default(), &Options::default()).expect("no listing is named");
    let report = report(&project, None, &Wanted::new(Levels::default()));
    for reporter in REPORTERS {
        (reporter.write)(&report, &Look::default(), &mut std::io::sink()).expect("a sink takes everything");
    }
});
