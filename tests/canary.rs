//! Values and comments that must never be seen again: planted in files of every kind, whole and broken, and looked for
//! in all that the program says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use program::{repository, run, write};

#[path = "canary/deploy.rs"]
mod deploy;
mod program;

/// What is planted: a part of it is enough to find it again, in any case.
const CANARY: &str = "s3cr3tcanary";

/// Files of every kind. `@` stands for the canary, wherever a value, a comment or prose stands, and `~` for an
/// `@`.
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
    (
        "env.schema.json",
        "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"@\",\n  \"$comment\": \"@\",\n  \"type\": \"object\",\n  \"properties\": {\n    \"A\": { \"type\": \"string\", \"minLength\": 90, \"description\": \"@\", \"default\": \"@\", \"examples\": [\"@\"], \"x-envcheck\": { \"secret\": true, \"side\": \"@\" } },\n    \"B\": { \"enum\": [\"@\", \"b@\"], \"const\": \"@\" },\n    \"PORT\": { \"type\": \"integer\", \"default\": \"@\", \"maximum\": \"@\" },\n    \"URL\": { \"type\": \"boolean\", \"format\": \"@\", \"pattern\": \"^@(\" },\n    \"R\": { \"$ref\": \"https://u:@@@h/@\" },\n    \"T\": { \"type\": \"@\" }\n  },\n  \"required\": [\"A\", \"PORT\"],\n  \"dependentRequired\": { \"A\": [\"B\"] }\n}\n",
    ),
    (
        "shop/.env.schema",
        "# @ prose\n# @defaultRequired=true @defaultSensitive=false\n# @currentEnv=$APP_ENV @plugin(\"@\")\n# ---\n\n# @ described\n# @type=enum(development, \"@\") @example=\"@\" @docs(\"https://@/\")\nAPP_ENV=development\n# @type=port\nPORT=@\n# @sensitive @type=string(startsWith=@, matches=\"@(\")\nA=@ # @\n# @sensitive\nS=exec(`op read @`)\nB=concat(\"@\", $A, '@')\n# @required=eq($APP_ENV, \"@\") @type=@\nC=\"@\n",
    ),
    ("shop/.env.production", "APP_ENV=@\nPORT=@\nA=@\nB=@\n"),
    ("shop/package.json", "{ \"name\": \"shop\", \"dependencies\": { \"dotenv\": \"16\" } }\n"),
    (
        "spec/secretspec.toml",
        "# @\n[project]\nname = \"spec\"\nrevision = \"@\"\n\n[profiles.default]\nA = { description = \"@\", default = \"@\" }\nPORT = { description = \"@\", type = \"@\", required = \"@\" }\nB = { description = \"@\", required = false, default = \"@\", providers = [\"@\"] }\nC = { descriptio = \"@\", generate = \"@\" }\n\n[profiles.production]\nA = { default = \"@\" }\n",
    ),
    ("spec/.env.production", "A=@\nPORT=@\nC=\"@\n"),
    ("spec/package.json", "{ \"name\": \"spec\" }\n"),
    (
        "lint/.schema.env.json",
        "{\n  \"version\": \"1.0\",\n  \"allow_other_keys\": \"@\",\n  \"entries\": {\n    \"A\": { \"type\": \"String\", \"required\": true, \"regex\": \"^@(\" },\n    \"B\": { \"type\": \"String\", \"regex\": \"^x@$\", \"note\": \"@\" },\n    \"PORT\": { \"type\": \"Integer\" },\n    \"U\": { \"type\": \"@\", \"required\": \"@\" }\n  }\n}\n",
    ),
    ("lint/.env", "A=@\nB=@\nPORT=@\nU=@\nEXTRA=@\n"),
    ("lint/package.json", "{ \"name\": \"lint\" }\n"),
    // What the rules on single values speak of: each in a deployed environment, by several loaders.
    (
        "values/env.schema.toml",
        "[server]\nSESSION_SECRET = { secret = true, bytes = 64, same_in = [\"staging\", \"production\"] }\nOTHER_SECRET = { secret = true, generate = \"base64:32\" }\nSTRIPE_SECRET_KEY = { secret = true, issued_by = \"@\" }\nDB_URL = { type = \"url\", secret = true }\nDB_HOST = {}\nDB_PASSWORD = { secret = true }\nOLD = { deprecated = \"@\" }\nPEM = { type = \"pem\" }\nJWT = { type = \"jwt\", default = \"@\" }\nDATA = { type = \"json\", json_schema = \"data.json\", default = \"{\\\"a\\\":\\\"@\\\"}\" }\nEMPTY = {}\nMAIL_FROM = { required = false }\nMAIL_KEY = { required = false, secret = true }\nSWITCH = { values = [\"@\", \"off\"], required = false }\nITEMS = { type = \"list\", items = \"port\", default = \"1,@\", required = false }\n\n[[group]]\nname = \"mail\"\nall_or_none = [\"MAIL_FROM\", \"MAIL_KEY\"]\n\n[[group]]\nname = \"one\"\none_of = [\"DB_HOST\", \"DB_PASSWORD\"]\n\n[[group]]\nname = \"switch\"\nwhen = { SWITCH = [\"@\"] }\nrequire = [\"MAIL_KEY\"]\n\n[[group]]\nname = \"each\"\nfor_each = \"ITEMS\"\nrequire = [\"X_{ITEM}_KEY\"]\n\n[[agree]]\nurl = \"DB_URL\"\nhost = \"DB_HOST\"\npassword = \"DB_PASSWORD\"\n\n[[agree]]\nequal = [\"DB_HOST\", \"MAIL_FROM\"]\n",
    ),
    (
        "values/data.json",
        "{ \"type\": \"object\", \"properties\": { \"a\": { \"const\": \"x@\" } }, \"description\": \"@\" }\n",
    ),
    (
        "values/package.json",
        "{ \"name\": \"values\", \"dependencies\": { \"dotenv\": \"16\", \"dotenv-expand\": \"12\" }, \"scripts\": { \"start\": \"node --env-file=.env.production x.js\" } }\n",
    ),
    (
        "values/.env.production",
        "SESSION_SECRET=@ \nOTHER_SECRET=@\nSTRIPE_SECRET_KEY=pk_live_@\nDB_URL=postgres://u:p#@~db/@\nDB_HOST=@.example.com\nDB_PASSWORD=changeme-@\nOLD=@\nPEM=-----BEGIN KEY-----@\nJWT=eyJ@.eyJ@\nDATA='{\"a\":\"@\"}'\nMAIL_FROM=@\nEMPTY=\nSWITCH=@\nITEMS=@,2\nlower-case=@ # @\nTICK=`@`\nDOLLAR=a$@ b\nHASH=a#@\nSPACED = @ \nCMD=$(echo @)\nOPEN=\"@\n",
    ),
    (
        "values/.env.staging",
        "SESSION_SECRET=other@\nOTHER_SECRET=OTHER_SECRET=@\nDB_PASSWORD=@\nSTRIPE_SECRET_KEY=sk_live_@\nOLD=x\n",
    ),
    ("values/.env.example", "SESSION_SECRET=@\nNOT_THERE=@\nDB_HOST=<@>\n"),
    (
        "values/compose.production.yml",
        "services:\n  web:\n    build: .\n    environment:\n      STRIPE_SECRET_KEY: sk_test_@\n      DB_URL: \"postgres://u:a/b@~h/x\"\n      NUMBER: 0123\n      OTHER_SECRET: ${OTHER_SECRET:-@}\n      ODD: \"@${\"\n    env_file:\n      - path: .env.production\n        format: raw\n  worker:\n    build: .\n    environment:\n      SESSION_SECRET: @\n    env_file: .env.staging\n",
    ),
    ("values/Dockerfile", "FROM node:22\nENV API_SECRET=@\nARG STRIPE_SECRET_KEY=sk_live_@\nCMD [\"node\"]\n"),
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
    &["check", "--env", "production", "-E", "unverified-variable"],
    &["check", "--color", "always", "--rule", "untidy-file", "--rule", "ambiguous-syntax"],
    &["check", "--format", "concise", "--rule", "untidy-file", "--rule", "unverified-variable", "--app", "values"],
    &["sources", "--no-config"],
    &["show", "A"],
    &["show", "PORT"],
    &["show", "SESSION_SECRET"],
    &["show", "NO_SUCH_NAME_AT_ALL"],
];

/// Rules that read values, each of which what is planted must wake.
const JUDGES: &[&str] = &[
    "ambiguous-syntax",
    "broken-secret",
    "conflicting-declarations",
    "deprecated-variable",
    "disagreeing-values",
    "empty-value",
    "incomplete-group",
    "invalid-name",
    "invalid-syntax",
    "invalid-value",
    "mangled-scalar",
    "misplaced-credential",
    "placeholder-value",
    "plaintext-secret",
    "shared-secret",
    "unescaped-password",
    "weak-secret",
];

fn planted(text: &str) -> String {
    text.replace('@', CANARY).replace('~', "@")
}

/// Runs every command, and says where the canary was seen.
fn seen(folder: &Path) -> Option<String> {
    COMMANDS.iter().find_map(|arguments| {
        let said = run(folder, arguments).said();
        let line = said.lines().find(|line| line.to_lowercase().contains(CANARY))?;
        Some(format!("{arguments:?}: {line}"))
    })
}

fn holding(files: &[(&str, &str)]) -> tempfile::TempDir {
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (*path, planted(text))).collect();
    repository(&files)
}

fn whole() -> tempfile::TempDir {
    holding(FILES)
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
fn no_value_that_is_handed_to_an_app_is_shown() {
    assert_eq!(seen(holding(deploy::FILES).path()), None);
    // A file that lacks its end says other things than a whole one.
    let mut leaks = Vec::new();
    for (path, text) in deploy::FILES {
        let folder = holding(deploy::FILES);
        let text = planted(text);
        for end in (0..text.len()).step_by(211) {
            write(folder.path(), path, &text.as_bytes()[..end]);
            if let Some(line) = seen_soon(folder.path()) {
                leaks.push(format!("{path} cut at {end}: {line}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn no_value_that_stands_where_a_name_should_is_shown() {
    assert_eq!(seen(holding(deploy::MISPLACED).path()), None);
}

#[test]
fn what_is_planted_is_judged_by_the_rules_that_look_at_values() {
    let folder = whole();
    let report = run(folder.path(), &["check", "--format", "json", "--pedantic", "--no-config"]).json();
    let told: BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["rule"].as_str()).collect();
    let lacking: Vec<&&str> = JUDGES.iter().filter(|rule| !told.contains(**rule)).collect();
    assert!(lacking.is_empty(), "silent: {lacking:?}; told: {told:?}");
}

#[test]
fn no_value_of_a_line_is_shown() {
    let folder = whole();
    for (path, text) in FILES.iter().filter(|(path, _)| path.contains(".env") && !path.contains("schema")) {
        for line in 1..=text.lines().count() {
            let said = run(folder.path(), &["show", "--line", &format!("{path}:{line}")]).said();
            assert!(said.contains("systemd"), "{path}:{line}: {said}");
            assert!(!said.to_lowercase().contains(CANARY), "{path}:{line}: {said}");
        }
    }
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
        for end in (0..text.len()).step_by(97) {
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
        for round in 0..4 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..4 {
                let at = random(bytes.len());
                // The sign that stands for the canary stays.
                if !matches!(bytes[at], b'@' | b'~') {
                    bytes[at] = [b'"', b'\'', b'{', b'\n', b'=', b':', b'#', b' ', b'$', 0, 0xff, b'`'][random(12)];
                }
            }
            let bytes: Vec<u8> = bytes
                .iter()
                .flat_map(|byte| match *byte {
                    b'@' => CANARY.as_bytes().to_vec(),
                    b'~' => vec![b'@'],
                    byte => vec![byte],
                })
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
