//! Values and comments that must never be seen again: planted in files of every kind, whole and broken, and looked for
//! in all that the program says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use program::{repository, run, write};

mod program;

/// What is planted: a part of it is enough to find it again, in any case.
const CANARY: &str = "s3cr3tcanary";

/// Files of every kind. `@` stands for the canary, wherever a value, a comment or prose stands.
const FILES: &[(&str, &str)] = &[
    (
        ".env",
        "# @ comment\nA=@\nexport B='@ @'\nC=\"x\n@\n\" # @\nD=${A:-@}\nE=$A-@\nF=\nG=@#@\nH: @\nA=@2\nI=`@`\nJ=$(@)\nK=pa$@\nL=\"pa$@ x\"\nPORT=@\nURL=https://u:@@h/@?@#@\nKEY=\"-----BEGIN PRIVATE KEY-----\n@\nQUJD@=\n-----END PRIVATE KEY-----\"\n",
    ),
    (".env.example", "# A=@\nA=@\nB=\nNEW_B=changeme-@\nPORT=@\n"),
    (".env.production", "A=\nPORT=@\nURL=@\nNEXT_PUBLIC_TOKEN=@\n"),
    (
        "env.schema.toml",
        "# @\n[server]\nA = { secret = true, description = \"@\", example = \"@\", default = \"@\", link = \"https://@/\" } # @\nB = { values = [\"@\", \"b@\"], deprecated = \"@\" }\nPORT = { type = \"port\", default = \"@\", example = \"@\" }\nURL = { type = \"url\", pattern = \"@.*\", schemes = [\"https\"], in.production = { default = \"@\", values = [\"@\"] } }\nM = { type = \"json\", default = \"{@\" }\nSERVICE_URL = { type = \"url\", default = \"http://localhost/@\" }\n[client]\nNEXT_PUBLIC_TOKEN = { secret = true }\n[[group]]\nname = \"g\"\nwhen = { B = [\"@\"] }\nrequire = [\"A\"]\n",
    ),
    (
        "compose.yml",
        "# @\nx-a: &a\n  A: @ # @\n  B: \"@\"\nservices:\n  web:\n    build: { context: ., args: { TOKEN: \"@\", OTHER: \"${TOKEN:-@}\" } }\n    command: [\"sh\", \"-c\", \"echo @ $$X ${NO_SUCH} @\"]\n    environment:\n      <<: *a\n      PORT: @\n      URL: https://u:@@h/${NOWHERE}@\n      D: ${A:?@ is needed}\n      E: |\n        @\n        @\n      F: >-\n        @\n      G: \"pa$@ x\"\n      POSTGRES_PASSWORD: \"pa$@\"\n  list:\n    image: postgres:16\n    environment:\n      - A=@\n      - \"B=@ @\"\n      - POSTGRES_PASSWORD=${PG:-@}\n      - @/+x\n      - { A: @ }\n    labels: { a: \"@\" }\n    env_file: .env\n",
    ),
    (
        "Dockerfile",
        "# @\nFROM node:20 AS b\nARG TOKEN=@\nENV A=@ B='@ @' C=\"@\" D=${A:-@}\nENV E @ @\nRUN export A=@ && echo @\nLABEL x=@\nENV F=@ \\\n  # @\n  G=@\nRUN <<X\n@\nX\nCMD [\"node\", \"@\"]\n",
    ),
    (
        "README.md",
        "# Env\n\n@ prose, `A=@`, `A`\n\n| Name | Default | Note |\n|--|--|--|\n| `A` | @ | @ |\n| `PORT` | `@` | |\n| `OLD_B` | | @ |\n\n- `A` - @\n- **B**: @\n\n```env\n# @\nA=@\nB='@\n```\n\n```sh\nexport A=@\n@\n```\n\n<!-- @ -->\n",
    ),
    (
        "package.json",
        "{\n  \"name\": \"app\",\n  \"description\": \"@\",\n  \"scripts\": { \"start\": \"A=@ node @\", \"b\": \"cross-env B=@ x --token=@\" },\n  \"config\": { \"a\": \"@\" },\n  \"dependencies\": { \"next\": \"@\" }\n}\n",
    ),
    (
        "pyproject.toml",
        "# @\n[project]\nname = \"app\"\ndescription = \"@\"\ndependencies = [\"django>=4; @\"]\n[tool.x]\na = \"@\"\n",
    ),
    (
        "infra/production.json",
        "[{\"name\":\"projects/p/secrets/a\",\"labels\":{\"l\":\"@\"},\"annotations\":{\"a\":\"@\"}}]\n",
    ),
    ("infra/staging.json", "{\"name\":\"projects/p/secrets/a/versions/1\",\"payload\":{\"data\":\"@\"},\"x\":\"@\"}\n"),
    (
        "envcheck.toml",
        "# @\n[[store]]\nkind = \"google\" # @\nlisting = \"infra/{environment}.json\"\n[rules]\nundeclared-variable = \"warning\" # @\n",
    ),
];

/// Every command that reads files, in every format.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--color", "always", "--pedantic"],
    &["check", "--format", "concise", "--pedantic"],
    &["check", "--format", "json", "--pedantic"],
    &["check", "--format", "json", "--no-config", "--listing", "production=infra/production.json"],
    &["check", "--no-config", "--listing", "staging=infra/staging.json"],
    &["check", "--no-config", "--listing", "production=.env"],
    &["check", "--config", ".env"],
    &["sources"],
    &["show", "A"],
    &["show", "NO_SUCH_NAME_AT_ALL"],
];

fn planted(text: &str) -> String {
    text.replace('@', CANARY)
}

/// Runs every command, and says where the canary was seen.
fn seen(folder: &Path) -> Option<String> {
    COMMANDS.iter().find_map(|arguments| {
        let said = run(folder, arguments).said();
        let line = said.lines().find(|line| line.to_lowercase().contains(CANARY))?;
        Some(format!("{arguments:?}: {line}"))
    })
}

fn whole() -> tempfile::TempDir {
    let files: Vec<(&str, String)> = FILES.iter().map(|(path, text)| (*path, planted(text))).collect();
    repository(&files)
}

#[test]
fn no_value_and_no_comment_of_a_whole_file_is_shown() {
    let folder = whole();
    assert_eq!(seen(folder.path()), None);
    // The config is refused or not; the rest must be seen as well.
    std::fs::remove_file(folder.path().join("envcheck.toml")).unwrap();
    assert_eq!(seen(folder.path()), None);
}

#[test]
fn no_value_of_a_file_that_is_cut_short_is_shown() {
    let mut leaks = Vec::new();
    for (path, text) in FILES {
        let folder = whole();
        if *path != "envcheck.toml" {
            std::fs::remove_file(folder.path().join("envcheck.toml")).unwrap();
        }
        let text = planted(text);
        for end in (0..text.len()).step_by(37) {
            write(folder.path(), path, &text.as_bytes()[..end]);
            if let Some(line) = seen_soon(folder.path()) {
                leaks.push(format!("{path} cut at {end}: {line}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn no_value_of_a_file_with_damaged_bytes_is_shown() {
    let mut leaks = Vec::new();
    let mut state = 0x2545_f491_u32;
    let mut random = move |below: usize| {
        // xorshift: the same damage every time.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below.max(1)
    };
    for (path, text) in FILES {
        let folder = whole();
        if *path != "envcheck.toml" {
            std::fs::remove_file(folder.path().join("envcheck.toml")).unwrap();
        }
        for round in 0..12 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..4 {
                let at = random(bytes.len());
                // The sign that stands for the canary stays.
                if bytes[at] != b'@' {
                    bytes[at] = [b'"', b'\'', b'{', b'\n', b'=', b':', b'#', b' ', b'$', 0, 0xff, b'`'][random(12)];
                }
            }
            let bytes: Vec<u8> = bytes
                .iter()
                .flat_map(|byte| if *byte == b'@' { CANARY.as_bytes().to_vec() } else { vec![*byte] })
                .collect();
            write(folder.path(), path, &bytes);
            if let Some(line) = seen_soon(folder.path()) {
                leaks.push(format!("{path} round {round}: {line}\n{}", String::from_utf8_lossy(&bytes)));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

/// As [`seen`], with the commands that show most.
fn seen_soon(folder: &Path) -> Option<String> {
    [&["check", "--pedantic"][..], &["check", "--format", "json", "--pedantic"]].iter().find_map(|arguments| {
        let said = run(folder, arguments).said();
        let line = said.lines().find(|line| line.to_lowercase().contains(CANARY))?;
        Some(format!("{arguments:?}: {line}"))
    })
}
