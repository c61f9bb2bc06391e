//! Whether a name stands anywhere in a repository, in whatever file, code included: what is about to be taken away must
//! stand nowhere.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use memchr::memmem::Finder;
use walkdir::WalkDir;

use super::Project;
use super::locate::portable;
use crate::source::SourcePath;

/// The greatest size of a file that is looked into, in bytes.
const LIMIT: u64 = 10 << 20;

/// What [`Project::mentions`] says of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions<'n> {
    /// Those that stand somewhere.
    pub found: BTreeSet<&'n str>,
    /// The first file or folder that could not be looked into, so that any of them may stand there.
    pub unread: Option<String>,
}

impl Project {
    /// Which of some names stand in any file below the root that git does not ignore, as a part of whatever text.
    pub fn mentions<'n>(&self, names: &[&'n str]) -> Mentions<'n> {
        let mut mentions = Mentions::default();
        let finders: Vec<(&'n str, Finder<'_>)> = names.iter().map(|name| (*name, Finder::new(name))).collect();
        let is_ours = |entry: &walkdir::DirEntry| {
            let path = SourcePath::new(&portable(entry.path().strip_prefix(&self.root).unwrap_or(entry.path())));
            let folder = entry.file_type().is_dir();
            let passed_by = folder && matches!(entry.file_name().to_str(), Some(".git" | "node_modules"));
            entry.depth() == 0 || !passed_by && !self.ignored.matches(&path, folder)
        };
        for entry in WalkDir::new(&self.root).into_iter().filter_entry(is_ours) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map(|path| path.to_string_lossy().into_owned());
                    mentions.unread.get_or_insert(path.unwrap_or_default());
                    continue;
                }
            };
            if !entry.file_type().is_file() {
                continue;
            }
            let mut bytes = Vec::new();
            let read = fs::File::open(entry.path()).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
            if read.is_err() || bytes.len() as u64 == LIMIT {
                mentions.unread.get_or_insert(entry.path().to_string_lossy().into_owned());
            }
            for (name, finder) in &finders {
                if !mentions.found.contains(name) && finder.find(&bytes).is_some() {
                    mentions.found.insert(name);
                }
            }
        }
        mentions
    }
}
