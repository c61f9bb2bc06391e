//! What git ignores: the `.gitignore` files above and below the root, and `.git/info/exclude`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::source::SourcePath;

/// The ignore files that matter to a root, nearest last.
#[derive(Default)]
pub struct GitIgnore {
    root: PathBuf,
    /// The files above the root, and `.git/info/exclude`, weakest first.
    above: Vec<Gitignore>,
    /// The files at and below the root, by folder.
    below: BTreeMap<SourcePath, Gitignore>,
}

impl GitIgnore {
    /// Reads what stands above the root, up to the top of the git work tree.
    pub fn above(root: &Path) -> Self {
        let mut above = Vec::new();
        if let Some(top) = work_tree(root) {
            above.extend(read_file(top, &top.join(".git/info/exclude")).ok().flatten());
            let between: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
            above.extend(between.into_iter().rev().filter_map(|folder| read(folder).ok().flatten()));
        }
        Self { root: root.to_owned(), above, below: BTreeMap::new() }
    }

    /// Whether the root lies in a git work tree at all.
    pub fn is_in_work_tree(&self) -> bool {
        work_tree(&self.root).is_some()
    }

    /// Adds the ignore file of a folder at or below the root.
    pub(super) fn add(&mut self, folder: SourcePath, file: Gitignore) {
        self.below.insert(folder, file);
    }

    pub(super) fn into_below(self) -> BTreeMap<SourcePath, Gitignore> {
        self.below
    }

    /// Whether git ignores a path below the root, itself or with one of its folders. It need not exist.
    pub fn matches(&self, path: &SourcePath, is_folder: bool) -> bool {
        let mut folders: Vec<SourcePath> = path.folders().filter(|folder| !folder.as_str().is_empty()).collect();
        folders.reverse();
        folders.iter().any(|folder| self.matches_itself(folder, true)) || self.matches_itself(path, is_folder)
    }

    /// Whether git ignores a path, given that it ignores none of its folders.
    pub(super) fn matches_itself(&self, path: &SourcePath, is_folder: bool) -> bool {
        if self.below.is_empty() && self.above.is_empty() {
            return false;
        }
        let absolute = self.root.join(path.as_str());
        let folders = (!self.below.is_empty()).then(|| path.folders()).into_iter().flatten();
        let below = folders.filter_map(|folder| self.below.get(&folder));
        for file in below.chain(self.above.iter().rev()) {
            match file.matched(&absolute, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

/// Reads the `.gitignore` of a folder; what git could not read in it either is passed over.
pub(super) fn read(folder: &Path) -> Result<Option<Gitignore>, TooLarge> {
    read_file(folder, &folder.join(".gitignore"))
}

/// An ignore file that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The greatest size of an ignore file, in bytes: its patterns become automata, which need a hundred times as much.
const LIMIT: u64 = 256 << 10;

fn read_file(folder: &Path, path: &Path) -> Result<Option<Gitignore>, TooLarge> {
    match std::fs::symlink_metadata(path) {
        Ok(file) if file.is_file() && file.len() > LIMIT => return Err(TooLarge),
        Ok(file) if file.is_file() => {}
        _ => return Ok(None),
    }
    let Ok(bytes) = std::fs::read(path) else { return Ok(None) };
    let mut builder = GitignoreBuilder::new(folder);
    for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
        // A pattern that is none excludes nothing, here as in git.
        let _ = builder.add_line(None, &without_groups(line));
    }
    Ok(builder.build().ok().filter(|file| !file.is_empty()))
}

/// A pattern in which braces stand for themselves, as in git; the matcher would take them for groups, and overflow its
/// stack where there are many in one another.
fn without_groups(line: &str) -> Cow<'_, str> {
    if !line.contains(['{', '}']) {
        return Cow::Borrowed(line);
    }
    let mut pattern = String::with_capacity(line.len() + 8);
    let mut escaped = false;
    for character in line.chars() {
        if matches!(character, '{' | '}') && !escaped {
            pattern.push('\\');
        }
        escaped = character == '\\' && !escaped;
        pattern.push(character);
    }
    Cow::Owned(pattern)
}

/// The top of the git work tree that holds a folder.
pub(super) fn work_tree(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

#[cfg(test)]
mod tests {
    use super::without_groups;

    #[test]
    fn braces_of_an_ignore_file_are_no_groups() {
        assert_eq!(without_groups("a/*.{x,y}"), r"a/*.\{x,y\}");
        assert_eq!(without_groups(r"\{a\\{"), r"\{a\\\{");
        assert_eq!(without_groups("*.log"), "*.log");
    }
}
