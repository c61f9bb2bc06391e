//! moto, which imitates AWS: another's program, where it is installed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A program of Python: as `.ci/run` puts it, or as installed.
pub(crate) fn tool(program: &str) -> Option<Command> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/python/bin/");
    for path in [format!("{own}{program}"), program.to_owned()] {
        // Each knows one of the two.
        let is_there = |argument| {
            let told = Command::new(&path).arg(argument).stdin(Stdio::null()).output();
            told.is_ok_and(|output| output.status.success())
        };
        if is_there("--version") || is_there("--help") {
            return Some(Command::new(path));
        }
    }
    // The harness prints nothing here; the word is for whoever wonders why it took no time.
    assert!(std::env::var_os("CI").is_none(), "CI installs {program}, so it must be there");
    None
}

/// AWS as moto imitates it, on a port of its own. It ends when it is dropped.
pub(crate) struct Moto {
    child: Child,
    pub(crate) endpoint: String,
}

impl Moto {
    /// Starts one; `None` where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let mut child = tool("moto_server")?
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let stderr = BufReader::new(child.stderr.take()?);
        let mut lines = stderr.lines().map_while(Result::ok);
        let endpoint = lines.find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned()))?;
        // Its log has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, endpoint })
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
