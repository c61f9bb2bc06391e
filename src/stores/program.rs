//! Other programs that a store asks: found by their absolute path, started with an environment of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program of a name in the folders of `PATH`; none of a relative folder, which a stranger's repository may fill.
pub(super) fn find(name: &str, path: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|program| is_executable(program))
}

#[cfg(unix)]
fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    program.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(program: &Path) -> bool {
    program.is_file()
}

/// A call of a program that gets these variables and no others, no input, and whose errors nobody sees.
pub(super) fn command(program: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(variables.iter().copied()).stdin(Stdio::null()).stderr(Stdio::null());
    command
}
