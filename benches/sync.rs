//! How long `envcheck sync` takes beside the least that is possible: as many calls at once as it may make, and as many
//! writes a minute as Google takes.
//!
//! `cargo bench --bench sync -- 1000` fills a Secret Manager on this machine, which answers after a fixed time and keeps
//! Google's quota, with that many secrets, and runs again when all are stored. A thousand take some minutes: the quota is
//! the real one. With `stored` before the number they are there from the beginning.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

#[path = "../tests/fake/mod.rs"]
mod fake;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fake::{Fake, Fault, Kind, PROJECT, Quota};

/// How long each answer takes.
const LATENCY: Duration = Duration::from_millis(50);
/// How many secrets are worked on at once.
const AT_ONCE: u32 = 8;
/// The writes that Google takes in a minute.
const WRITES: f64 = 600.0;

fn main() {
    // Cargo hands on `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let stored = arguments.iter().any(|argument| argument == "stored");
    let numbers: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    for number in if numbers.is_empty() { vec![20] } else { numbers } {
        let folder = tempfile::tempdir().unwrap();
        repository(folder.path(), number);
        let fake = Fake::start();
        for at in (0..number).filter(|_| stored) {
            let labels = [("managed-by", "envcheck"), ("envcheck-owner", "shop")];
            fake.put(&format!("key-{at}"), &labels, &[&value(at)]);
        }
        fake.quota(Quota::real(1));
        fake.fault(Fault::on("", Kind::Latency(LATENCY)));
        for what in ["filled", "in step"].into_iter().skip(usize::from(stored)) {
            fake.forget_requests();
            let (took, peak) = run(folder.path(), &fake.endpoint());
            let calls = fake.requests();
            let writes = calls.iter().filter(|call| call.method != "GET").count();
            let by_calls = LATENCY.as_secs_f64() * count(calls.len()) / f64::from(AT_ONCE);
            let least = by_calls.max(count(writes) / WRITES * 60.0);
            let ratio = took.as_secs_f64() / least;
            let calls = calls.len();
            println!(
                "{number} secrets {what}: {calls} calls, {writes} writes, {ratio:.2} of the least time, peak {peak} KiB"
            );
        }
    }
}

fn value(at: usize) -> String {
    format!("v4lue-{at}-{}", at * 7919)
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn repository(folder: &Path, number: usize) {
    let (mut schema, mut values) = ("[server]\n".to_owned(), String::new());
    for at in 0..number {
        let _ = writeln!(schema, "KEY_{at} = {{ secret = true }}");
        let _ = writeln!(values, "KEY_{at}={}", value(at));
    }
    let config = "[[store]]\nkind = \"google\"\nproject = { production = \"demo-proj\" }\nsecret_name = \"{name}\"\n";
    for (name, text) in [
        ("env.schema.toml", schema.as_str()),
        (".env.values", values.as_str()),
        ("envcheck.toml", config),
        ("package.json", "{\"name\": \"shop\", \"scripts\": {\"start\": \"node .\"}}"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// How long a run takes, and the most memory that it has.
fn run(folder: &Path, endpoint: &str) -> (Duration, u64) {
    let at_once = AT_ONCE.to_string();
    let arguments = ["sync", "--env", "production", "--from", ".env.values", "--endpoint", endpoint];
    let mut command = Command::new(env!("CARGO_BIN_EXE_envcheck"));
    command.args(arguments).args(["--yes", "--confirm-project", PROJECT, "--concurrency", &at_once]);
    command.current_dir(folder).env_clear().env("HOME", folder.join("home"));
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    (start.elapsed(), peak)
}

/// The most memory that a process had so far, in KiB; 0 where the system does not tell.
fn high_water(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
