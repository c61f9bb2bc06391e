//! gcloud, asked for a token: for all ways to log in that envcheck does not know itself.

use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::super::StoreError;
use super::token::Fetched;

/// How long it may take. It starts slowly, and asks Google itself.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program, as `PATH` has it, and what it is asked.
#[derive(Debug)]
pub(super) struct Gcloud {
    program: Option<PathBuf>,
    arguments: &'static [&'static str],
}

impl Gcloud {
    /// The one that asks for a token of the account that gcloud itself uses.
    pub(super) fn own(path: &str) -> Self {
        Self { program: find(path), arguments: &["auth", "print-access-token"] }
    }

    /// The one that asks for a token of the application default credentials.
    pub(super) fn application_default(path: &str) -> Self {
        Self { program: find(path), arguments: &["auth", "application-default", "print-access-token"] }
    }

    /// Asks for a token.
    pub(super) fn fetch(&self) -> Result<Fetched, StoreError> {
        let Some(program) = &self.program else {
            return Err(StoreError::Unauthenticated(
                "there are no credentials for Google: run `gcloud auth application-default login`, or set \
                 `GOOGLE_APPLICATION_CREDENTIALS` or `CLOUDSDK_AUTH_ACCESS_TOKEN_FILE`"
                    .to_owned(),
            ));
        };
        let told = run(program, self.arguments).and_then(|told| Fetched::new(&told, None));
        told.ok_or_else(|| {
            let login = match self.arguments {
                ["auth", "print-access-token"] => "gcloud auth login",
                _ => "gcloud auth application-default login",
            };
            let asked = self.arguments.join(" ");
            StoreError::Unauthenticated(format!("`gcloud {asked}` gives no token: run `{login}`"))
        })
    }
}

/// What a program prints, if it ends well and in time. It runs in the root folder: no file of where envcheck was
/// called is taken for a config of its own.
fn run(program: &Path, arguments: &[&str]) -> Option<Zeroizing<String>> {
    const LONGEST: u64 = 64 * 1024;
    let mut command = Command::new(program);
    command.args(arguments).current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let out = child.stdout.take()?;
    let reader = thread::spawn(move || {
        let mut text = Zeroizing::new(String::with_capacity(8192));
        out.take(LONGEST).read_to_string(&mut text).ok().map(|_| text)
    });
    let end = Instant::now() + PATIENCE;
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(10)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                // What it started may hold its output open, so nobody waits for the reader.
                return None;
            }
        }
    };
    let text = reader.join().ok()??;
    ended.then_some(text)
}

/// The first `gcloud` in these folders that belongs to no work tree: a repository must not bring its own.
fn find(path: &str) -> Option<PathBuf> {
    let here = env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    find_outside(path, here.as_deref())
}

fn find_outside(path: &str, here: Option<&Path>) -> Option<PathBuf> {
    let is_theirs =
        |program: &Path| here.is_some_and(|here| program.parent() == Some(here) || work_tree(here, program));
    env::split_paths(OsStr::new(path))
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("gcloud"))
        .filter(|program| is_program(program))
        .find(|program| !program.canonicalize().is_ok_and(|real| is_theirs(&real)) && !is_theirs(program))
}

/// Whether a file lies in the work tree that `here` is in.
fn work_tree(here: &Path, file: &Path) -> bool {
    here.ancestors().find(|folder| folder.join(".git").exists()).is_some_and(|root| file.starts_with(root))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(folder: &Path, mode: u32) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let path = folder.join("gcloud");
        fs::write(&path, "#!/bin/sh\necho \"token-of $*\"\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn path_of(folders: &[&Path]) -> String {
        env::join_paths(folders).unwrap().into_string().unwrap()
    }

    #[test]
    fn no_program_of_the_repository_or_the_current_folder_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (repository, tools, plain) = (root.join("repository"), root.join("tools"), root.join("plain"));
        fs::create_dir_all(repository.join(".git")).unwrap();
        fs::create_dir_all(repository.join("apps/api")).unwrap();
        let theirs = program(&repository.join("bin"), 0o755);
        let here = program(&plain, 0o755);
        let good = program(&tools, 0o755);
        program(&root.join("inert"), 0o644);
        fs::create_dir_all(root.join("links")).unwrap();
        std::os::unix::fs::symlink(&theirs, root.join("links/gcloud")).unwrap();

        let inert = root.join("inert");
        let links = root.join("links");
        let path = path_of(&[
            Path::new(""),
            Path::new("."),
            Path::new("bin"),
            &inert,
            &links,
            theirs.parent().unwrap(),
            &tools,
        ]);
        assert_eq!(find_outside(&path, Some(&repository.join("apps/api"))), Some(good.clone()));
        assert_eq!(find_outside(&path_of(&[&plain, &tools]), Some(&plain)), Some(good));
        assert_eq!(find_outside(&path_of(&[&plain]), Some(&repository)), Some(here));
        assert_eq!(find_outside("", None), None);
    }

    #[test]
    fn it_is_asked_in_fixed_words() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), 0o755);
        let told = run(&folder.path().join("gcloud"), &["auth", "print-access-token"]).unwrap();
        assert_eq!(*told, "token-of auth print-access-token\n");
        let fails = folder.path().join("fails");
        fs::write(&fails, "#!/bin/sh\necho a-token\nexit 1\n").unwrap();
        fs::set_permissions(&fails, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(run(&fails, &[]).is_none());
        assert!(run(&folder.path().join("nothing"), &[]).is_none());
    }
}
