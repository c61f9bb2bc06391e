//! Whether git tracks a file. Git is asked, with everything off that a repository could make it run.

use std::path::Path;

use super::super::program;

/// What is needed to ask git.
pub(super) struct Git {
    /// `PATH`.
    pub(super) path: String,
    /// `HOME`, where git keeps which repositories of others are trusted.
    pub(super) home: String,
}

/// What git says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tracked {
    /// It is tracked.
    Yes,
    /// It is not, or lies in no work tree.
    No,
    /// Git could not be asked.
    Unknown,
}

impl Git {
    /// Asks about a file, whose path is absolute and without links.
    pub(super) fn tracks(&self, file: &Path) -> Tracked {
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Tracked::Unknown };
        if !folder.ancestors().any(|folder| folder.join(".git").exists()) {
            return Tracked::No;
        }
        let Some(git) = program::find("git", &self.path) else { return Tracked::Unknown };
        let variables = [
            ("HOME", self.home.as_str()),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_LITERAL_PATHSPECS", "1"),
            ("LC_ALL", "C"),
        ];
        let mut command = program::command(&git, &variables);
        for setting in ["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"] {
            command.args(["-c", setting]);
        }
        command.arg("-C").arg(folder).args(["ls-files", "--error-unmatch", "--"]).arg(name);
        // Their names are nobody's business here.
        command.stdout(std::process::Stdio::null());
        match command.status().ok().and_then(|status| status.code()) {
            Some(0) => Tracked::Yes,
            Some(1) => Tracked::No,
            _ => Tracked::Unknown,
        }
    }
}
