//! What git ignores: the `.gitignore` files above and below the root, and `.git/info/exclude`.

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
            let mut exclude = GitignoreBuilder::new(top);
            exclude.add(top.join(".git/info/exclude"));
            above.extend(exclude.build());
            let between: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
            above.extend(between.into_iter().rev().filter_map(read));
        }
        Self { root: root.to_owned(), above, below: BTreeMap::new() }
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
pub(super) fn read(folder: &Path) -> Option<Gitignore> {
    let path = folder.join(".gitignore");
    if !std::fs::symlink_metadata(&path).is_ok_and(|file| file.is_file()) {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    builder.add(path);
    builder.build().ok().filter(|file| !file.is_empty())
}

/// The top of the git work tree that holds a folder.
pub(super) fn work_tree(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}
