//! Other programs that a store asks: found by their absolute path, started with an environment of their own.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

/// How long a program may take that hands out a token; it may have to ask a server for one.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most that such a program has to say, in bytes.
const MOST: u64 = 64 << 10;

/// The first program of a name in the folders of `PATH` that belongs to no work tree: a repository must not bring its
/// own.
pub(super) fn find(name: &str, path: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    find_outside(name, path, here.as_deref())
}

fn find_outside(name: &str, path: &str, here: Option<&Path>) -> Option<PathBuf> {
    let tree = here.and_then(|here| here.ancestors().find(|folder| folder.join(".git").exists()));
    let is_theirs = |program: &Path| {
        here.is_some_and(|here| program.parent() == Some(here)) || tree.is_some_and(|tree| program.starts_with(tree))
    };
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .filter(|program| is_executable(program))
        .find(|program| !is_theirs(program) && !program.canonicalize().is_ok_and(|real| is_theirs(&real)))
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

/// A call of a program that gets these variables and no others, and no input, and whose errors nobody sees.
pub(super) fn command(program: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    // In the root folder no file of where envcheck was called is taken for a config.
    command.current_dir("/").env_clear().envs(variables.iter().copied()).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// What a program writes, if it ends well and in time. It may be a token.
pub(super) fn output(mut command: Command) -> Option<Zeroizing<Vec<u8>>> {
    let mut child = command.stdout(Stdio::piped()).spawn().ok()?;
    let stdout = child.stdout.take()?;
    let (sender, receiver) = channel();
    // It ends with the pipe, and nobody waits for it longer than that.
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        let read = stdout.take(MOST).read_to_end(&mut bytes);
        let _ = sender.send(read.is_ok().then_some(bytes));
    });
    let Ok(read) = receiver.recv_timeout(PATIENCE) else {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    let is_whole = read.as_ref().is_some_and(|bytes| (bytes.len() as u64) < MOST);
    if !is_whole {
        let _ = child.kill();
    }
    child.wait().ok().filter(|status| status.success() && is_whole)?;
    read
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_absolute_folders_alone() {
        let shell = find("sh", "bin:.:relative:/nonexistent:/bin").unwrap();
        assert_eq!(shell, Path::new("/bin/sh"));
        assert_eq!(find("sh", ""), None);
        assert_eq!(find("passwd", "/etc"), None, "it is no program");
    }

    #[test]
    fn no_program_of_the_work_tree_is_run() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let program = |folder: &str| {
            let folder = root.join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("tool"), "").unwrap();
            std::fs::set_permissions(folder.join("tool"), std::fs::Permissions::from_mode(0o755)).unwrap();
            folder
        };
        std::fs::create_dir_all(root.join("tree/.git")).unwrap();
        let (theirs, good, here) = (program("tree/bin"), program("good"), program("tree/apps/api"));
        std::fs::create_dir(root.join("links")).unwrap();
        symlink(theirs.join("tool"), root.join("links/tool")).unwrap();
        let path = |folders: &[&Path]| std::env::join_paths(folders).unwrap().into_string().unwrap();
        let all = path(&[&theirs, &root.join("links"), &here, &good]);
        assert_eq!(find_outside("tool", &all, Some(&here)), Some(good.join("tool")));
        assert_eq!(find_outside("tool", &path(&[&good]), Some(&good)), None, "the current folder is no better");
    }

    #[test]
    fn a_program_sees_what_it_is_given_and_no_more() {
        let run = |script: &str| {
            let mut command = command(Path::new("/bin/sh"), &[("GIVEN", "1")]);
            command.args(["-c", script]);
            output(command).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
        };
        assert_eq!(run("echo $GIVEN$HOME").as_deref(), Some("1\n"));
        assert_eq!(run("cat").as_deref(), Some(""));
        assert_eq!(run("echo half; exit 1"), None);
        assert_eq!(run("while :; do echo too much; done"), None);
    }
}
