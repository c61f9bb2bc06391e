//! The Python that has a package: as `.ci/run` puts it, or as installed.

use std::process::{Command, Stdio};

/// A Python that can import this; a test whose judge it is ends where there is none.
pub(crate) fn with(package: &str) -> Option<Command> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/python/bin/python3");
    for python in [own, "python3"] {
        let mut command = Command::new(python);
        let told = command.args(["-c", &format!("import {package}")]).stdin(Stdio::null()).output();
        if told.is_ok_and(|output| output.status.success()) {
            return Some(Command::new(python));
        }
    }
    // The harness prints nothing here; the word is for whoever wonders why it took no time.
    assert!(std::env::var_os("CI").is_none(), "CI installs {package}, so it must be there");
    None
}
