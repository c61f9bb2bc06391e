//! Which commands may leave files behind that the repository does not hold, and nobody sees what they are called.
//!
//! What is not known to leave none may leave any: then a file that is not there is not missed.

use super::Argument;

/// Programs that leave no files, and words of the shell.
const NONE: &[&str] = &[
    "!",
    ":",
    "[",
    "[[",
    "basename",
    "break",
    "case",
    "cat",
    "cd",
    "chmod",
    "continue",
    "cut",
    "date",
    "declare",
    "dirname",
    "do",
    "done",
    "echo",
    "elif",
    "else",
    "env",
    "esac",
    "exit",
    "export",
    "false",
    "fi",
    "for",
    "grep",
    "head",
    "if",
    "jq",
    "local",
    "ls",
    "mkdir",
    "popd",
    "printenv",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readonly",
    "return",
    "rm",
    "rmdir",
    "sed",
    "set",
    "shift",
    "sleep",
    "sort",
    "tail",
    "terraform",
    "test",
    "tflint",
    "then",
    "tofu",
    "tr",
    "trap",
    "true",
    "typeset",
    "uname",
    "uniq",
    "unset",
    "until",
    "wait",
    "wc",
    "which",
    "while",
    "whoami",
    "{",
    "}",
];

/// Programs that leave no files where one of these words comes first.
const COMMANDS: &[(&str, &[&str])] = &[
    ("aws", &["configure", "ecr", "ecs", "sts"]),
    ("docker", &["build", "buildx", "images", "info", "inspect", "login", "logout", "pull", "push", "tag", "version"]),
    ("gcloud", &["auth", "builds", "config", "functions", "info", "projects", "run", "services", "version"]),
    ("git", &["add", "branch", "commit", "config", "describe", "diff", "fetch", "log", "push", "rev-parse", "status"]),
    ("npm", &["ci", "install"]),
    ("pip", &["install"]),
    ("pnpm", &["install"]),
    ("yarn", &["install"]),
];

/// Whether a command may leave files behind that are not seen.
pub(super) fn may_leave_files(name: &str, arguments: &[Argument]) -> bool {
    let first = arguments.first().map(Argument::beginning).unwrap_or_default();
    if let Some((_, harmless)) = COMMANDS.iter().find(|(program, _)| *program == name) {
        return !harmless.contains(&first);
    }
    // What is done where a file is there knows of files that may not be.
    let asks = |word: &Argument| matches!(word.beginning(), "-e" | "-f" | "-r" | "-s");
    match name {
        "[" | "[[" | "test" | "if" | "elif" | "while" | "!" => arguments.iter().any(asks),
        name => NONE.binary_search(&name).is_err(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_searched() {
        assert!(NONE.is_sorted());
        assert!(COMMANDS.is_sorted_by_key(|(program, _)| program));
        assert!(COMMANDS.iter().all(|(program, words)| words.is_sorted() && NONE.binary_search(program).is_err()));
    }
}
