//! What the author of a pull request may try: paths, files, depth and size. Who says what is in `cli`, values in `canary`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]
#![allow(clippy::format_collect, reason = "files of tests are made once")]

use std::fmt::Write as _;
use std::path::Path;

use program::{Ran, repository, run, write};

mod program;

/// A name that only files beyond the root hold.
const BEYOND: &str = "BEYOND_THE_ROOT";

/// Fills a folder with a file of each kind that says [`BEYOND`].
fn fill(folder: &Path) {
    write(folder, ".env", format!("{BEYOND}=1\n"));
    write(folder, "env.schema.toml", format!("[server]\n{BEYOND} = {{}}\n"));
    write(folder, "compose.yml", format!("services:\n  beyond:\n    image: x\n    environment:\n      {BEYOND}: a\n"));
    write(folder, "Dockerfile", format!("FROM x\nENV {BEYOND}=1\n"));
    write(folder, "listing.json", r#"[{"name":"projects/p/secrets/beyond-the-root"}]"#);
    write(folder, "schema.json", format!(r#"{{"required":["{BEYOND}"]}}"#));
    write(folder, "envcheck.toml", format!("{BEYOND} = 1\n"));
}

fn knows(ran: &Ran) -> bool {
    let said = ran.said().to_lowercase();
    said.contains("beyond_the_root") || said.contains("beyond-the-root")
}

/// What is said to be unread, as `path (reason)`.
fn unread(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let entries = report["summary"]["unread"].as_array().unwrap().clone();
    entries.iter().map(|entry| format!("{} ({})", entry["path"], entry["reason"]).replace('"', "")).collect()
}

#[test]
fn no_key_of_a_file_leads_out_of_the_root_or_into_git() {
    let outside = tempfile::tempdir().unwrap();
    fill(outside.path());
    let absolute = outside.path().canonicalize().unwrap().to_str().unwrap().to_owned();
    let above = format!("../..{absolute}").replace("../../", "../../../../../../../../../../");
    for (to, shown) in [(absolute.as_str(), true), (&above, true), ("../.git/x", true), (".././.git/../.git/x", true)] {
        let folder = repository::<&str>(&[]);
        fill(&folder.path().join(".git/x"));
        write(
            folder.path(),
            "app/env.schema.toml",
            format!(
                "extends = [\"{to}/env.schema.toml\", {{ path = \"{to}/env.schema.toml\", needs = [\"server\"] }}]\n\
                 [server]\nA = {{ type = \"json\", json_schema = \"{to}/schema.json\" }}\n"
            ),
        );
        write(
            folder.path(),
            "app/compose.yml",
            format!(
                "include:\n  - {to}/compose.yml\n  - path: {to}/compose.yml\n    env_file: {to}/.env\n    \
                 project_directory: {to}\nservices:\n  a:\n    env_file: {to}/.env\n    \
                 extends: {{ file: {to}/compose.yml, service: beyond }}\n    \
                 build: {{ context: {to}, dockerfile: {to}/Dockerfile }}\n  b:\n    build: {to}\n    \
                 env_file: [{{ path: {to}/.env, required: false }}]\n"
            ),
        );
        write(folder.path(), "app/.env", format!("COMPOSE_FILE={to}/compose.yml\nA={{}}\n"));
        let manifest = format!(r#"{{"name":"x","scripts":{{"start":"x"}},"dependencies":{{"y":"file:{to}"}}}}"#);
        write(folder.path(), "app/package.json", manifest);
        for arguments in [&["check", "--format", "json"][..], &["check"], &["sources"], &["show", "A"]] {
            let ran = run(folder.path(), arguments);
            assert!(!knows(&ran), "{to} {arguments:?}\n{}", ran.said());
        }
        let ran = run(folder.path(), &["check", "--format", "json"]);
        assert_eq!(ran.code, 1);
        let unread = unread(&ran);
        for file in ["env.schema.toml", "schema.json", "compose.yml", ".env", "Dockerfile"] {
            let named = |entry: &&String| entry.contains(&format!("/{file} (it lies outside the root)"));
            assert_eq!(unread.iter().any(|entry| named(&entry)), shown, "{to}: {file} in {unread:#?}");
        }
    }
}

#[test]
fn no_key_of_the_config_leads_out_of_the_root_or_into_git() {
    let outside = tempfile::tempdir().unwrap();
    fill(outside.path());
    for to in [outside.path().to_str().unwrap(), "../x", ".git/x", "a/../../x"] {
        let folder = repository(&[(".env", "A=1\n")]);
        fill(&folder.path().join(".git/x"));
        for config in [
            format!("[[store]]\nkind = \"google\"\nlisting = \"{to}/listing.json\"\n"),
            format!("[[store]]\nkind = \"google\"\nlisting = \"{to}/{{environment}}/../listing.json\"\n"),
            format!("[[app]]\npath = \".\"\nschema = [\"{to}/env.schema.toml\"]\n"),
            format!("[[source]]\nfiles = [\"{to}/**\"]\nformat = \"dotenv\"\n"),
            format!("[[app]]\npath = \"{to}\"\n"),
        ] {
            write(folder.path(), "envcheck.toml", &config);
            let ran = run(folder.path(), &["check", "--format", "json"]);
            assert!(!knows(&ran), "{config}{}", ran.said());
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn no_symlink_leads_out_of_the_root_or_into_git() {
        let outside = tempfile::tempdir().unwrap();
        fill(outside.path());
        let folder = repository(&[("app/.env.example", "A=\n")]);
        let git = folder.path().join(".git/x");
        fill(&git);
        for (name, to) in [("out", outside.path()), ("git", &git)] {
            let at = folder.path().join(name);
            std::fs::create_dir(&at).unwrap();
            for file in [".env", "env.schema.toml", "compose.yml", "Dockerfile"] {
                symlink(to.join(file), at.join(file)).unwrap();
            }
            symlink(to, at.join("folder")).unwrap();
            let text = "services:\n  a:\n    image: x\n    env_file: [folder/.env]\n    \
                        extends: { file: folder/compose.yml, service: beyond }\n";
            write(&at, "docker-compose.prod.yml", text);
            write(&at, "sub/env.schema.toml", "extends = [\"../folder/env.schema.toml\"]\n[server]\nA = {}\n");
        }
        for arguments in [&["check", "--format", "json"][..], &["check"], &["sources"], &["show", "A"]] {
            let ran = run(folder.path(), arguments);
            assert!(!knows(&ran), "{arguments:?}\n{}", ran.said());
        }
        let unread = unread(&run(folder.path(), &["check", "--format", "json"]));
        for path in ["out/.env", "out/folder", "out/folder/.env", "git/.env", "git/folder", "git/compose.yml"] {
            assert!(unread.contains(&format!("{path} (it lies outside the root)")), "{path} in {unread:#?}");
        }
    }

    #[test]
    fn a_config_that_is_a_symlink_to_elsewhere_is_no_config() {
        let outside = tempfile::tempdir().unwrap();
        fill(outside.path());
        let folder = repository(&[(".env", "A=1\n")]);
        symlink(outside.path().join("envcheck.toml"), folder.path().join("envcheck.toml")).unwrap();
        let ran = run(folder.path(), &["check"]);
        assert_eq!(ran.code, 2);
        assert!(!knows(&ran) && ran.stderr.contains("it lies outside the root"), "{}", ran.stderr);
        // Whoever gives the command line may.
        let ran = run(folder.path(), &["check", "--config", "envcheck.toml"]);
        assert!(ran.code == 2 && knows(&ran), "{}", ran.stderr);
    }

    #[test]
    fn symlinks_in_a_circle_end() {
        let folder = repository(&[("a/.env", "A=1\n")]);
        symlink("..", folder.path().join("a/up")).unwrap();
        symlink("itself", folder.path().join("a/itself")).unwrap();
        symlink(".env.two", folder.path().join("a/.env.one")).unwrap();
        symlink(".env.one", folder.path().join("a/.env.two")).unwrap();
        symlink("nowhere", folder.path().join("a/.env.three")).unwrap();
        write(
            folder.path(),
            "compose.yml",
            "services:\n  a:\n    image: x\n    env_file: [a/up/a/up/a/.env, a/itself/.env]\n",
        );
        let ran = run(folder.path(), &["check", "--format", "json"]);
        assert!(unread(&ran).iter().any(|entry| entry.starts_with("a/.env.one (")), "{:#?}", unread(&ran));
        assert!(unread(&ran).iter().any(|entry| entry.starts_with("a/itself/.env (")), "{:#?}", unread(&ran));
    }

    #[test]
    fn what_is_no_regular_file_is_never_opened() {
        let folder = repository(&[
            (".env.example", "A=\n"),
            ("compose.yml", "services:\n  a:\n    image: x\n    env_file: x.env\n"),
        ]);
        for name in [".env", "x.env", "README.md", "env.schema.toml", "Dockerfile", ".gitignore", "package.json"] {
            let made = Command::new("mkfifo").arg(folder.path().join(name)).status();
            if !made.is_ok_and(|status| status.success()) {
                return eprintln!("skipped: there is no mkfifo here");
            }
        }
        symlink("/dev/zero", folder.path().join(".env.local")).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(folder.path().join(".env.production")).unwrap();
        let ran = run(folder.path(), &["check", "--format", "json"]);
        let unread = unread(&ran);
        for name in [".env", "x.env", "README.md", "env.schema.toml", "Dockerfile", "package.json", ".env.production"] {
            assert!(unread.contains(&format!("{name} (not a regular file)")), "{name} in {unread:#?}");
        }
        assert!(unread.iter().any(|entry| entry.starts_with(".env.local (")), "{unread:#?}");
        let ran = run(folder.path(), &["check", "--listing", "production=.env"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("not a regular file"), "{}", ran.stderr);
        let ran = run(folder.path(), &["check", "--config", ".env"]);
        assert_eq!(ran.code, 2);
    }

    #[test]
    fn names_that_are_no_text_stay_apart_and_are_made_visible() {
        let folder = repository::<&str>(&[]);
        for name in [
            &b"\xff"[..],
            b"\xfe",
            b"a\nb",
            b"\x1b[31m",
            "\u{202e}x".as_bytes(),
            "\u{200b}y".as_bytes(),
            b"::error",
            b"##[x]",
        ] {
            let at = folder.path().join(OsStr::from_bytes(name));
            std::fs::create_dir(&at).unwrap();
            std::fs::write(at.join(".env"), "A=1\nA=2\n").unwrap();
        }
        for arguments in [
            &["check", "--format", "json"][..],
            &["check", "--format", "concise"],
            &["check"],
            &["check", "--color", "always"],
            &["sources"],
            &["show", "A"],
        ] {
            let ran = run(folder.path(), arguments);
            let coloured = arguments.contains(&"--color");
            for (number, line) in ran.stdout.lines().enumerate() {
                assert!(!line.trim_start().starts_with("::"), "{arguments:?} {number}: {line}");
                assert!(!line.trim_start().starts_with("##["), "{arguments:?} {number}: {line}");
                let hidden = |c: char| c.is_control() && !coloured || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}');
                assert!(!line.contains(hidden), "{arguments:?} {number}: {line:?}");
            }
        }
        let report = run(folder.path(), &["check", "--format", "json"]).json();
        let paths: std::collections::BTreeSet<String> =
            report["findings"].as_array().unwrap().iter().map(|f| f["primary"]["path"].to_string()).collect();
        assert_eq!(paths.len(), 8, "{paths:#?}");
    }

    #[test]
    fn check_opens_no_socket_and_writes_nothing() {
        let strace = Command::new("strace").arg("--version").output();
        if !strace.is_ok_and(|output| output.status.success()) {
            return eprintln!("skipped: there is no strace here");
        }
        let folder = repository(&[
            ("env.schema.toml", "[server]\nA = { type = \"json\", json_schema = \"s.json\" }\n"),
            ("s.json", r#"{"$ref":"https://example.com/x.json"}"#),
            (
                "compose.yml",
                "include: [\"https://example.com/x.git\"]\nservices:\n  a:\n    build: https://example.com/x.git\n",
            ),
            (".env", "A={}\n"),
            ("README.md", "`A_B`\n"),
        ]);
        for arguments in [&["check"][..], &["check", "--format", "json"], &["sources"], &["show", "A"], &["rules"]] {
            let mut command = Command::new("strace");
            command.args([
                "-f",
                "-qq",
                "-e",
                "trace=%network,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,execve",
            ]);
            command.args(["-o", "|cat >&2", env!("CARGO_BIN_EXE_envcheck")]);
            let output = command.args(arguments).current_dir(folder.path()).output().unwrap();
            let calls = String::from_utf8_lossy(&output.stderr).into_owned();
            if !calls.contains("execve(") {
                return eprintln!("skipped: strace may not trace here");
            }
            for call in calls.lines() {
                let forbidden =
                    ["socket(", "connect(", "O_WRONLY", "O_RDWR", "O_CREAT", "mkdir", "rename", "unlink", "creat("];
                assert!(!forbidden.iter().any(|word| call.contains(word)), "{arguments:?}: {call}");
            }
            assert_eq!(calls.matches("execve(").count(), 1, "{calls}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_said() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = repository(&[("a/.env", "A=1\n"), ("closed/.env", "B=1\n"), ("b/.env.example", "C=\n")]);
        let set = |path: &str, mode| {
            std::fs::set_permissions(folder.path().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set("closed", 0);
        set("b/.env.example", 0);
        if std::fs::read_dir(folder.path().join("closed")).is_ok() {
            set("closed", 0o755);
            return eprintln!("skipped: permissions do not stop this user");
        }
        let unread = unread(&run(folder.path(), &["check", "--format", "json"]));
        set("closed", 0o755);
        assert!(unread.contains(&"closed (permission denied)".to_owned()), "{unread:#?}");
        assert!(unread.contains(&"b/.env.example (permission denied)".to_owned()), "{unread:#?}");
    }
}

#[test]
fn files_that_are_too_large_are_said_and_make_their_facts_unknown() {
    let folder = repository(&[
        ("env.schema.toml", "[server]\nA = {}\n"),
        ("compose.yml", "services:\n  a:\n    build: .\n    env_file: app.env\n"),
        ("Dockerfile", "FROM x\nCMD y\n"),
    ]);
    for name in ["app.env", ".env", "README.md", ".gitignore", "package.json"] {
        // Sparse: two gigabytes that take no room.
        std::fs::File::create(folder.path().join(name)).unwrap().set_len(2 << 30).unwrap();
    }
    let ran = run(folder.path(), &["check", "--format", "json"]);
    let unread = unread(&ran);
    for name in ["app.env", ".env", "README.md", "package.json"] {
        assert!(unread.contains(&format!("{name} (larger than 10 MB)")), "{name} in {unread:#?}");
    }
    assert!(unread.iter().any(|entry| entry.starts_with(".gitignore (larger than 256 kB")), "{unread:#?}");
    let rules: Vec<String> = ran.json()["findings"].as_array().unwrap().iter().map(|f| f["rule"].to_string()).collect();
    assert!(!rules.contains(&"\"missing-variable\"".to_owned()), "{rules:?}");
    let gate = run(folder.path(), &["check", "-E", "unverified-variable"]);
    assert_eq!(gate.code, 1, "{}", gate.said());
}

#[test]
fn bytes_that_are_no_text_crash_nothing() {
    let utf16: Vec<u8> = "A=1\nB=2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let random: Vec<u8> = (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[1]).collect();
    for bytes in [
        &utf16[..],
        &[&b"\xff\xfe"[..], &utf16].concat(),
        &random,
        &[0; 5000],
        b"",
        b"\n",
        b"\xef\xbb\xbf",
        b"\r\r\r",
        b"\xff",
    ] {
        let names = [
            ".env",
            ".env.example",
            "env.schema.toml",
            "compose.yml",
            "Dockerfile",
            "README.md",
            "package.json",
            "pyproject.toml",
            "Cargo.toml",
            "pnpm-workspace.yaml",
            ".gitignore",
        ];
        let folder = repository(&names.map(|name| (name, bytes)));
        for arguments in [&["check"][..], &["check", "--format", "json"], &["sources"]] {
            run(folder.path(), arguments);
        }
        write(folder.path(), "envcheck.toml", bytes);
        run(folder.path(), &["check"]);
        run(folder.path(), &["check", "--no-config", "--listing", "production=.env"]);
    }
}

/// Repeats what opens and what closes around a middle.
fn nest(open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn depth_overflows_no_stack() {
    const DEEP: usize = 100_000;
    let mut stairs = String::new();
    for depth in 0..2_000 {
        let _ = writeln!(stairs, "{}a:", " ".repeat(depth));
    }
    let cases: &[(&str, String)] = &[
        ("compose.yml", format!("services: {}", nest("[", "", "]", DEEP))),
        ("compose.yml", format!("services: {}", nest("{a: ", "1", "}", DEEP))),
        ("compose.yml", "- ".repeat(DEEP)),
        ("compose.yml", "? ".repeat(DEEP)),
        ("compose.yml", stairs),
        (
            "compose.yml",
            format!(
                "services:\n  a:\n    image: x\n    environment:\n      X: \"{}\"\n",
                nest("${A:-", "", "}", 20_000)
            ),
        ),
        ("env.schema.toml", format!("[server]\nA = {}", nest("[", "", "]", DEEP))),
        ("env.schema.toml", format!("[server]\nA = {}", nest("{a=", "1", "}", DEEP))),
        ("env.schema.toml", format!("[{}]", vec!["a"; DEEP].join("."))),
        ("env.schema.toml", format!("{} = 1", vec!["a"; DEEP].join("."))),
        ("package.json", nest("[", "", "]", DEEP)),
        ("package.json", nest("{\"a\":", "1", "}", DEEP)),
        ("pyproject.toml", format!("[project]\na = {}", nest("[", "", "]", DEEP))),
        ("pnpm-workspace.yaml", nest("[", "", "]", DEEP)),
        (".env", format!("A={}\n", nest("${A:-", "", "}", DEEP))),
        (".env", format!("A='{}'\n", nest("[", "", "]", DEEP))),
        ("Dockerfile", format!("FROM x\nENV A={}\n", nest("${A:-", "", "}", DEEP))),
        ("README.md", format!("{}\n", "> ".repeat(DEEP))),
        ("README.md", format!("{}`A_B`\n", "- ".repeat(DEEP))),
        (".gitignore", nest("{", "a", "}", 5_000)),
    ];
    for (path, text) in cases {
        let mut files = vec![(*path, text.as_str())];
        if *path == ".env" {
            files.push(("env.schema.toml", "[server]\nA = { type = \"json\" }\n"));
        }
        let folder = repository(&files);
        run(folder.path(), &["check", "--allow-nothing"]);
        write(folder.path(), "envcheck.toml", text);
        run(folder.path(), &["check"]);
        write(folder.path(), "listing.json", text);
        run(folder.path(), &["check", "--no-config", "--listing", "production=listing.json"]);
    }
}

#[test]
fn aliases_and_circles_explode_nowhere() {
    let mut lists = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    let mut maps = "a0: &a0 {k0: v}\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(",");
        let _ = writeln!(lists, "a{level}: &a{level} [{aliases}]");
        let _ = writeln!(maps, "a{level}: &a{level}\n  <<: [{aliases}]\n  k{level}: v");
    }
    let service = "services:\n  a:\n    image: x\n    environment: *a11\n";
    let cases = [
        format!("{lists}{service}"),
        format!("{maps}{service}"),
        "x: &a\n  y: *a\nservices:\n  a: *a\n".to_owned(),
        "services:\n  a: {extends: {service: a}}\n  b: {extends: {service: c}}\n  c: {extends: {service: b}}\n"
            .to_owned(),
        "include: [compose.yml]\nservices:\n  a: {image: x, extends: {service: a, file: compose.yml}}\n".to_owned(),
    ];
    for text in cases {
        let folder = repository(&[
            ("compose.yml", text.as_str()),
            ("env.schema.toml", "extends = [\"env.schema.toml\"]\n[server]\nA={}\n"),
        ]);
        assert_eq!(run(folder.path(), &["check"]).code, 1, "{text}");
    }
}

#[test]
fn values_that_double_with_every_reference_are_unknown() {
    let mut env = String::new();
    let mut schema = "[server]\n".to_owned();
    let mut compose = "services:\n  a:\n    build: .\n    environment:\n".to_owned();
    let mut image = "FROM x\nENV V0=xxxxxxxx\n".to_owned();
    for level in 0..40 {
        let _ = writeln!(env, "V{level}={}", format!("$V{}", level + 1).repeat(100));
        let _ = writeln!(schema, "V{level} = {{}}");
        let _ = writeln!(compose, "      V{level}: {}", format!("${{V{level}}}").repeat(3));
        let _ = writeln!(image, "ENV V{}={}", level + 1, format!("$V{level}").repeat(2));
    }
    env.push_str("V40=xxxxxxxx\n");
    let reversed: Vec<&str> = env.lines().rev().collect();
    for env in [env.clone(), reversed.join("\n")] {
        let folder = repository(&[(".env", env.as_str()), ("env.schema.toml", &schema), ("app/x", "")]);
        let ran = run(folder.path(), &["check", "--format", "json"]);
        let unknown = ran.json()["summary"]["unknown"].to_string();
        assert!(unknown.contains("\"V0\"") || unknown.contains("\"V9\""), "{unknown}");
        write(folder.path(), "compose.yml", &compose);
        write(folder.path(), "Dockerfile", &image);
        run(folder.path(), &["check"]);
    }
}

#[test]
fn a_pattern_takes_linear_time_and_bounded_memory() {
    for pattern in [
        "(a+)+$",
        "(a|aa)*$",
        "((((a{100}){100}){100}){100})",
        "(?:a?){500}a{500}",
        &nest("(", "a", ")", 3_000),
        "\\\\p{L}{1000}",
        "(",
    ] {
        let folder = repository(&[
            ("env.schema.toml", format!("[server]\nA = {{ pattern = \"{pattern}\" }}\n")),
            (".env", format!("A={}b\n", "a".repeat(60_000))),
        ]);
        run(folder.path(), &["check"]);
    }
}

#[test]
fn a_config_made_to_explode_is_refused() {
    let globs = [
        nest("{", "a", "}", 3_000),
        nest("{", "a", "}", 300),
        "?".repeat(900_000),
        "[a-z]".repeat(150_000),
        "{a,b}".repeat(60),
    ];
    for glob in globs {
        for table in [
            "[[app]]\npath = \"GLOB\"\n",
            "[[source]]\nfiles = [\"GLOB\"]\nrole = \"skip\"\n",
            "[[ignore]]\nrule = \"invalid-value\"\nreason = \"r\"\nfiles = [\"GLOB\"]\n",
            "[[ignore]]\nrule = \"invalid-value\"\nreason = \"r\"\nvariables = [\"GLOB\"]\n",
        ] {
            let folder = repository(&[("envcheck.toml", table.replace("GLOB", &glob).as_str()), (".env", "A=1\n")]);
            run(folder.path(), &["check"]);
        }
    }
}

/// A repository in which some number is as large as `n`.
fn large(kind: usize, n: usize) -> Vec<(String, String)> {
    let lines = |line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    let schema =
        |of: usize| format!("[server]\n{}", (0..of).map(|at| format!("NAME_{at}_X = {{}}\n")).collect::<String>());
    let file = |path: &str, text: String| (path.to_owned(), text);
    match kind {
        0 => vec![file(".env", lines(&|at| format!("NAME_{at}_X=v\n"))), file("env.schema.toml", schema(n))],
        1 => vec![file(".env", "A=1\n".repeat(n)), file("env.schema.toml", schema(1))],
        2 => vec![
            file("README.md", format!("| Name | |\n|--|--|\n{}", lines(&|at| format!("| `NAME_{at}_X` | y |\n")))),
            file("env.schema.toml", schema(n / 4)),
        ],
        3 => {
            vec![file(".env.example", lines(&|at| format!("OTHER_{at}_X=\n"))), file("env.schema.toml", schema(n / 4))]
        }
        4 => {
            let ids: Vec<String> =
                (0..n).map(|at| format!("{{\"name\":\"projects/p/secrets/name-{at}-x\"}}")).collect();
            let secrets: String = (0..n / 2).map(|at| format!("NAME_{at}_X = {{ secret = true }}\n")).collect();
            vec![
                file("production.json", format!("[{}]", ids.join(","))),
                file("envcheck.toml", "[[store]]\nkind = \"google\"\nlisting = \"{environment}.json\"\n".to_owned()),
                file("env.schema.toml", format!("[server]\n{secrets}")),
            ]
        }
        5 => {
            let mut files = vec![
                file("packages/env/env.schema.toml", schema(40)),
                file(".env.example", "NAME_1_X=\nNAME_2_X=\n".to_owned()),
            ];
            for app in 0..n / 40 {
                files.push(file(
                    &format!("apps/a{app}/env.schema.toml"),
                    "extends = [\"../../packages/env/env.schema.toml\"]\n".to_owned(),
                ));
                files.push(file(&format!("apps/a{app}/.env"), "NAME_1_X=1\n".to_owned()));
                files.push(file(&format!("apps/a{app}/Dockerfile"), "FROM x\n".to_owned()));
            }
            files
        }
        6 => vec![
            file(
                "env.schema.toml",
                format!("[server]\n{}", (0..n / 4).map(|at| format!("\"NAME_{at}_X_*\" = {{}}\n")).collect::<String>()),
            ),
            file(".env", lines(&|at| format!("NAME_{at}_X_Q=v\n"))),
        ],
        7 => vec![file(
            "compose.yml",
            format!("services:\n  a:\n    image: x\n    env_file:\n{}", lines(&|at| format!("      - f{at}.env\n"))),
        )],
        _ => vec![file(
            "compose.yml",
            format!(
                "services:\n{}",
                lines(&|at| format!(
                    "  s{at}:\n    image: postgres\n    extends: s{}\n    environment: [A{at}=${{B{at}}}]\n",
                    at + 1
                ))
            ),
        )],
    }
}

#[test]
fn large_numbers_of_anything_come_to_an_end() {
    // What takes time by the square of these numbers meets the limit of the harness; figures are for `benches`.
    for kind in 0..9 {
        let files = large(kind, 10_000);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let folder = repository(&files);
        let ran = run(folder.path(), &["check", "--format", "json"]);
        assert!(ran.code < 2, "{kind}: {}", ran.said());
    }
}

#[test]
fn many_files_and_deep_folders_are_walked() {
    let folder = repository(&[("env.schema.toml", "[server]\nA = {}\n")]);
    for at in 0..300 {
        let parent = folder.path().join(format!("many/{at}"));
        std::fs::create_dir_all(&parent).unwrap();
        for file in 0..100 {
            std::fs::write(parent.join(format!("{file}.txt")), "").unwrap();
        }
    }
    let deep = "d/".repeat(1_500);
    std::fs::create_dir_all(folder.path().join(&deep)).unwrap();
    write(folder.path(), &format!("{deep}.env"), "A=1\nA=2\n");
    let ran = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.said());
}

#[test]
fn two_runs_say_the_same_bytes() {
    let files = large(5, 2_000);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = repository(&files);
    for format in ["json", "text", "concise"] {
        let runs: Vec<String> = (0..3).map(|_| run(folder.path(), &["check", "--format", format]).stdout).collect();
        assert!(runs.iter().all(|run| *run == runs[0]), "{format}");
    }
}
