//! What git says of a file that is to hold secrets. Git is asked with everything off that a repository could make it
//! run.

use std::path::Path;

use super::program;

/// What is needed to ask git.
pub struct Git {
    /// `PATH`.
    pub path: String,
    /// `HOME`, where git keeps which repositories of others are trusted.
    pub home: String,
}

/// How a file stands with git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It lies in no work tree.
    Outside,
    /// It is tracked.
    Tracked,
    /// It is not tracked, and ignored.
    Ignored,
    /// It is not tracked, and `git add .` would do that.
    Unignored,
    /// Git could not be asked.
    Unknown,
}

impl Git {
    /// Asks about a file, whose path is absolute and without links.
    pub fn standing(&self, file: &Path) -> Standing {
        if !file.ancestors().skip(1).any(|folder| folder.join(".git").exists()) {
            return Standing::Outside;
        }
        match self.ask(&["--literal-pathspecs", "ls-files", "--error-unmatch"], file) {
            Some(0) => Standing::Tracked,
            Some(1) => match self.ask(&["check-ignore", "--no-index", "--quiet"], file) {
                Some(0) => Standing::Ignored,
                Some(1) => Standing::Unignored,
                _ => Standing::Unknown,
            },
            _ => Standing::Unknown,
        }
    }

    /// How git ends when it is asked something about a file.
    fn ask(&self, arguments: &[&str], file: &Path) -> Option<i32> {
        let git = program::find("git", &self.path)?;
        let variables = [("HOME", self.home.as_str()), ("GIT_OPTIONAL_LOCKS", "0"), ("LC_ALL", "C")];
        let mut command = program::command(&git, &variables);
        for setting in ["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"] {
            command.args(["-c", setting]);
        }
        // In front of a name that begins with a colon it is a path all the same.
        let name = Path::new(".").join(file.file_name()?);
        command.arg("-C").arg(file.parent()?).args(arguments).arg("--").arg(name);
        // Their names are nobody's business here.
        command.stdout(std::process::Stdio::null());
        command.status().ok()?.code()
    }
}
