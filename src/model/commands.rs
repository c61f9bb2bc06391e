//! Command lines that name an env file for a loader, and versions as manifests write them.

use crate::syntax::dotenv::Dialect;

/// A command that makes a loader read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// The loader.
    pub(super) dialect: Dialect,
    /// The file, as it is written; `None`: what the loader reads by itself in the folder.
    pub(super) file: Option<String>,
}

/// The commands of a script.
pub(super) fn read(line: &str) -> Vec<Command> {
    let mut found = Vec::new();
    for command in line.split(['&', '|', ';']) {
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
        let has = |word: &str| words.iter().any(|other| *other == word || other.ends_with(&format!("/{word}")));
        let program = words.iter().find(|word| !word.contains('=') && !matches!(**word, "cross-env" | "exec" | "set"));
        let program = program.copied().unwrap_or_default();
        if matches!(program, "source" | ".") {
            let named = words.iter().skip_while(|word| **word != program).nth(1).filter(|name| name.contains("env"));
            found.extend(named.map(|name| Command { dialect: Dialect::Bash, file: Some((*name).to_owned()) }));
            continue;
        }
        let dialect = if has("docker") && has("run") && !has("compose") {
            Some(Dialect::Docker)
        } else if has("docker-compose") || has("docker") && has("compose") {
            Some(Dialect::Compose)
        } else if has("deno") {
            Some(Dialect::Deno)
        } else if has("bun") {
            Some(Dialect::Bun)
        } else if ["node", "tsx", "nodemon"].iter().any(|word| has(word)) {
            Some(Dialect::Node22)
        } else {
            None
        };
        let flags = ["--env-file", "--env-file-if-exists"];
        let mut named = false;
        for (at, word) in words.iter().enumerate() {
            let (flag, file) = word.split_once('=').map_or((*word, None), |(flag, file)| (flag, Some(file)));
            if !flags.contains(&flag) {
                continue;
            }
            // Deno reads `.env` where it is not told another one.
            let file = match (file, dialect) {
                (None, Some(Dialect::Deno)) => Some(".env"),
                (None, _) => words.get(at + 1).copied(),
                (file, _) => file,
            };
            let Some(file) = file.filter(|file| !file.contains('$')) else { continue };
            named = true;
            found.extend(dialect.map(|dialect| Command { dialect, file: Some(file.to_owned()) }));
        }
        let installs = ["install", "i", "add", "x", "remove", "pm", "update", "init", "create", "link", "build"];
        let second = words.iter().skip_while(|word| **word != "bun").nth(1).copied().unwrap_or("install");
        if program == "bun" && !named && !installs.contains(&second) {
            found.push(Command { dialect: Dialect::Bun, file: None });
        }
    }
    found
}

/// The newest version that a requirement allows, with as many numbers as make a difference; `None`: any.
pub(super) fn newest(requirement: &str) -> Option<String> {
    const ANY: &str = "999";
    let requirement = requirement.trim();
    let number = requirement.trim_start_matches(|c: char| !c.is_ascii_digit());
    let operator = requirement.get(..requirement.len() - number.len())?.trim().trim_end_matches('v');
    let length = number.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number = number.get(..length)?.trim_matches('.');
    // A range of several parts, a tag, a protocol: anything.
    if number.is_empty() || requirement.contains([',', '|', '>', ':']) || requirement.contains(" - ") {
        return None;
    }
    let mut parts: Vec<&str> = number.split('.').collect();
    let kept = match operator {
        "^" => 1,
        "~" => 2,
        "~=" => parts.len().checked_sub(1)?,
        "" | "=" | "==" | "===" => return Some(number.to_owned()),
        _ => return None,
    };
    parts.truncate(kept.max(1));
    Some(format!("{}.{ANY}", parts.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(line: &str) -> Vec<(Dialect, Option<String>)> {
        read(line).into_iter().map(|command| (command.dialect, command.file)).collect()
    }

    #[test]
    fn a_flag_names_the_file_and_the_program_the_loader() {
        for (line, dialect, file) in [
            ("node --env-file=.env dist/main.js", Dialect::Node22, Some(".env")),
            ("NODE_ENV=production tsx watch --env-file .env.dev src/main.ts", Dialect::Node22, Some(".env.dev")),
            ("docker build . && docker run --env-file ../.env img", Dialect::Docker, Some("../.env")),
            ("docker compose --env-file .env.prod up", Dialect::Compose, Some(".env.prod")),
            ("deno run --env-file main.ts", Dialect::Deno, Some(".env")),
            ("set -a; source ./.env; ./run", Dialect::Bash, Some("./.env")),
            ("bun run src/index.ts", Dialect::Bun, None),
        ] {
            assert_eq!(commands(line), [(dialect, file.map(str::to_owned))], "{line}");
        }
    }

    #[test]
    fn other_commands_read_no_env_file() {
        for line in
            ["", "bun install", "next dev", "node main.js", "echo .env", "node --env-file=$FILE x", "--env-file"]
        {
            assert_eq!(commands(line), [], "{line}");
        }
    }

    #[test]
    fn a_requirement_is_read_as_what_it_installs_today() {
        for (requirement, version) in [
            ("^7.1.0", Some("7.999")),
            ("~1.0.1", Some("1.0.999")),
            ("~=1.0", Some("1.999")),
            ("==1.0.1", Some("1.0.1")),
            ("8.0.0", Some("8.0.0")),
            (">=1.0", None),
            ("latest", None),
            ("workspace:^1.0.0", None),
            ("^5 || ^6", None),
            ("", None),
        ] {
            assert_eq!(newest(requirement).as_deref(), version, "{requirement}");
        }
    }
}
