//! The source formats other than schemas: each sees one file and says what it says.
//!
//! A new format is one file here and a line in [`LOADERS`]; every rule works on it at once.

use std::collections::BTreeMap;

use memchr::memrchr;

use crate::fact::{FileWords, LinkKind, LinkOutcome, Loaded, Module, Role, Setting, TargetGroup};
use crate::source::{SourceFile, SourcePath};

pub mod bake;
pub mod cloud_build;
mod commands;
pub mod compose;
pub mod dockerfile;
pub mod dotenv;
pub mod ecs;
pub mod env_vars_file;
pub mod gitlab;
pub mod kubernetes;
pub mod listing;
pub mod manifest;
pub mod markdown;
pub mod next_config;
pub mod platform;
pub mod recipe;
pub mod systemd;
pub mod terraform;
pub mod workflow;
mod yaml;

/// Every loader. The first one that claims a path reads the file.
pub static LOADERS: &[&Loader] = &[
    &dotenv::LOADER,
    &compose::LOADER,
    &dockerfile::LOADER,
    &dockerfile::ignore::LOADER,
    &dockerfile::script::LOADER,
    &bake::LOADER,
    &manifest::LOADER,
    &markdown::LOADER,
    &next_config::LOADER,
    &workflow::LOADER,
    &gitlab::LOADER,
    &cloud_build::LOADER,
    &recipe::LOADER,
    &ecs::LOADER,
    &env_vars_file::LOADER,
    &kubernetes::LOADER,
    &platform::LOADER,
    &systemd::LOADER,
    &terraform::LOADER,
    &listing::LOADER,
];

/// The loaders whose `assemble` is told what the others came to: those that are driven by the commands of others.
pub static DRIVEN: &[&str] = &["terraform"];

/// What reads one source format.
pub struct Loader {
    /// Its name, as `format` in the config and `sources` say it.
    pub name: &'static str,
    /// What a file is, told from its path alone, before it is opened.
    pub claims: fn(&SourcePath) -> Option<Claim>,
    /// The links that name files of this format, whatever their names are, and the role that such a file has.
    pub links: &'static [(LinkKind, Role)],
    /// Says what one file says. Pure; never fails and never panics: what it cannot read is a problem of the result.
    pub load: fn(&SourceFile, &Claim) -> Loaded,
    /// Joins what several files say together. Pure.
    pub assemble: Option<fn(&Files<'_>) -> Assembled>,
}

/// What a file is, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What it is for.
    pub role: Role,
    /// What its name says beside that.
    pub words: FileWords,
}

impl Claim {
    /// A file of this role whose name says nothing else.
    pub fn new(role: Role) -> Self {
        Self { role, words: FileWords::default() }
    }
}

/// A file that was read.
pub struct File {
    /// Its text.
    pub source: SourceFile,
    /// The name of the loader or schema source that read it.
    pub format: &'static str,
    /// What it is.
    pub claim: Claim,
    /// What it says.
    pub loaded: Loaded,
    /// How following its links ended: one outcome a link, in the order of [`Loaded::links`].
    pub outcomes: Vec<LinkOutcome>,
    /// Whether git ignores it, so that it exists on this machine only.
    pub local: bool,
}

impl File {
    /// The files that it extends and that were read.
    pub fn extends(&self) -> impl Iterator<Item = &SourcePath> {
        self.loaded.links.iter().zip(&self.outcomes).filter_map(|(link, outcome)| match outcome {
            LinkOutcome::Loaded(path) if link.kind == LinkKind::Extends => Some(path),
            _ => None,
        })
    }
}

/// What several files say together.
#[derive(Default)]
pub struct Assembled {
    /// The targets.
    pub groups: Vec<TargetGroup>,
    /// The modules that take variables of their own.
    pub modules: Vec<Module>,
    /// What is given to commands that run tests.
    pub tried: Vec<Setting>,
    /// What cannot be read together, and in which file.
    pub problems: Vec<(SourcePath, crate::fact::Problem)>,
    /// The files with more in them than is worked out, each with what stopped it.
    pub unfinished: Vec<(SourcePath, &'static str)>,
}

/// The files of a project, for a loader's `assemble`.
pub struct Files<'a> {
    read: &'a BTreeMap<SourcePath, File>,
    ignored: &'a (dyn Fn(&SourcePath) -> bool + Sync),
    groups: &'a [TargetGroup],
}

impl<'a> Files<'a> {
    /// All files of a project; `ignored` tells whether git would ignore a path.
    pub fn new(files: &'a BTreeMap<SourcePath, File>, ignored: &'a (dyn Fn(&SourcePath) -> bool + Sync)) -> Self {
        Self { read: files, ignored, groups: &[] }
    }

    /// The same files, beside what other loaders made of them.
    #[must_use]
    pub fn beside(self, groups: &'a [TargetGroup]) -> Self {
        Self { groups, ..self }
    }

    /// What other loaders made of the files, for those that are [`DRIVEN`].
    pub fn groups(&self) -> &'a [TargetGroup] {
        self.groups
    }

    /// Every file that was read, by path.
    pub fn all(&self) -> impl Iterator<Item = (&'a SourcePath, &'a File)> {
        self.read.iter()
    }

    /// The files that the loader of this name read, by path.
    pub fn of(&self, format: &'static str) -> impl Iterator<Item = (&'a SourcePath, &'a File)> {
        self.read.iter().filter(move |(_, file)| file.format == format)
    }

    /// The file at a path, if it was read.
    pub fn get(&self, path: &SourcePath) -> Option<&'a File> {
        self.read.get(path)
    }

    /// Whether git would ignore a file at this path, also where there is none.
    pub fn is_ignored(&self, path: &SourcePath) -> bool {
        (self.ignored)(path)
    }
}

/// Ends of the names of code and pictures, which no loader and no schema source reads; sorted.
const CODE: &[&str] = &[
    "c", "cc", "cjs", "cpp", "cs", "css", "cts", "dart", "ex", "exs", "gif", "go", "h", "hpp", "html", "ico", "java",
    "jpeg", "jpg", "js", "jsx", "kt", "less", "lua", "mjs", "mts", "php", "png", "py", "pyi", "rb", "rs", "sass",
    "scala", "scss", "snap", "sql", "svelte", "svg", "swift", "ts", "tsx", "ttf", "vue", "webp", "woff", "woff2",
];

/// The same ends as numbers, which are found at a fraction of the cost.
static CODE_NUMBERS: [u64; CODE.len()] = {
    let mut numbers = [0; CODE.len()];
    let mut at = 0;
    while at < numbers.len() {
        numbers[at] = number(CODE[at].as_bytes());
        at += 1;
    }
    numbers
};

/// The first eight bytes of a word as a number, which is ordered as the word is.
const fn number(word: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let mut at = 0;
    while at < word.len() && at < bytes.len() {
        bytes[at] = word[at];
        at += 1;
    }
    u64::from_be_bytes(bytes)
}

/// Whether the end of a file's name says that it is code or a picture. Asked of every file of a repository.
pub fn is_code(name: &str) -> bool {
    let Some(dot) = memrchr(b'.', name.as_bytes()) else { return false };
    let end = name.as_bytes().get(dot + 1..).unwrap_or_default();
    let is_code = end.len() < 8 && CODE_NUMBERS.binary_search(&number(end)).is_ok();
    let begins = |word: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    // `Dockerfile.php` is the image for it.
    is_code && !begins("dockerfile.") && !begins("containerfile.")
}

/// The loader of this name.
pub fn loader(name: &str) -> Option<&'static Loader> {
    LOADERS.iter().copied().find(|loader| loader.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas;

    #[test]
    fn nobody_claims_code() {
        assert!(CODE.is_sorted() && CODE.iter().all(|end| end.len() < 8));
        let stems =
            ["x", ".env", "a.env", "env", ".env.example", "a.Dockerfile", "docker-compose", "env.schema", "README"];
        for end in
            ["c", "cs", "css", "go", "js", "mjs", "php", "png", "py", "rb", "rs", "snap", "sql", "svg", "ts", "vue"]
        {
            for stem in stems {
                let path = SourcePath::new(&format!("a/{stem}.{end}"));
                assert!(is_code(path.name()) && !schemas::claims(&path), "{path}");
                assert!(LOADERS.iter().all(|loader| (loader.claims)(&path).is_none()), "{path}");
            }
        }
        assert!(
            !is_code("ts")
                && !is_code("x.tf")
                && !is_code("Dockerfile.php")
                && !is_code(".env")
                && !is_code("compose.yaml")
        );
    }
}
