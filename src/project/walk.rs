//! The walk: every folder that git would not ignore, every file that a name says something of.
//!
//! A file is classified by its path before it is opened, and an ignored folder is never entered; a git-ignored env
//! file beside what is tracked is read all the same, and marked local.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::{Glob, GlobMatcher};
use ignore::Match;
use ignore::gitignore::Gitignore;
use memchr::memchr;
use rayon::Scope;

use super::entries::{self, Kind};
use super::gitignore::{self, TooLarge};
use super::locate::spelt;
use super::read::{Reader, Refusal, read_anywhere};
use super::{GitIgnore, Unread, glance};
use crate::config::Config;
use crate::fact::{Loaded, Problem, Role};
use crate::loaders::{self, Claim, File, LOADERS, Loader};
use crate::parallel;
use crate::schemas::{self, SCHEMAS, SchemaSource};
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::conflict::{self, Conflict};
use crate::tables::frameworks;

/// Folders that are never entered, wherever they are.
const NEVER: &[&str] = &[".git", "node_modules", "target"];

/// Folders that are not entered below the root: other people's code, and inputs of tests.
const NOT_BELOW_THE_ROOT: &[&str] = &["vendor", "third_party", "testdata", "fixtures"];

/// Why a template of a whole project or file is not read.
const MADE_LATER: &str = "another tool makes the real file of it";
/// Why a file is not read that has the name of a schema: other tools have such files too.
pub const NO_SCHEMA: &str = "no known kind of schema";
/// Why a file is not read that nobody wants to be read.
pub const SKIPPED: &str = "skipped by the config";

/// Whether a file that does not parse holds blocks of a templating language (`{% if … %}`).
fn is_made_later(file: &File) -> bool {
    let is_block = |line: &str| line.contains("{%") && line.contains("%}") && !line.trim_start().starts_with('#');
    // A schema is nobody's template: what is wrong in it must be said.
    file.claim.role != Role::Schema && !file.loaded.problems.is_empty() && file.source.text().lines().any(is_block)
}

/// What the walk found.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) files: BTreeMap<SourcePath, File>,
    pub(super) unread: Vec<Unread>,
    pub(super) markers: Vec<SourcePath>,
    pub(super) ignored: GitIgnore,
}

/// What reads a file.
#[derive(Clone, Copy)]
pub(super) enum Format {
    Schema(&'static SchemaSource),
    Other(&'static Loader),
}

impl Format {
    pub(super) fn named(name: &str) -> Option<Self> {
        let schema = SCHEMAS.iter().find(|source| source.name == name).map(|source| Self::Schema(source));
        schema.or_else(|| loaders::loader(name).map(Self::Other))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Schema(schema) => schema.name,
            Self::Other(loader) => loader.name,
        }
    }

    /// Reads and loads one file.
    pub(super) fn load(self, source: SourceFile, claim: Claim, local: bool) -> File {
        let (format, mut loaded) = match self {
            Self::Schema(schema) => (schema.name, (schema.load)(&source)),
            Self::Other(loader) => (loader.name, (loader.load)(&source, &claim)),
        };
        if !loaded.problems.is_empty() {
            settle_conflicts(source.text(), &mut loaded);
        }
        if claim.role != Role::Schema {
            loaded.shown.iter_mut().for_each(|span| *span = without_value(source.text(), *span));
        }
        loaded.shown.sort_unstable();
        // They stay as long as the project.
        loaded.shown.shrink_to_fit();
        loaded.facts.shrink_to_fit();
        File { source, format, claim, loaded, outcomes: Vec::new(), local }
    }
}

/// What of a span may be shown: of `NAME=value`, which somebody wrote where a name is wanted, the name alone.
fn without_value(text: &str, span: Span) -> Span {
    let shown = text.as_bytes().get(span.start..span.end).unwrap_or_default();
    let Some(at) = memchr(b'=', shown) else { return span };
    let name = shown[..at].trim_ascii_start();
    let name = name.strip_prefix(b"\"").or_else(|| name.strip_prefix(b"'")).unwrap_or(name);
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    if is_name { Span::new(span.start, span.start + at) } else { span }
}

/// Tells an unfinished merge as one, instead of all that is no syntax in it.
fn settle_conflicts(text: &str, loaded: &mut Loaded) {
    for Conflict { whole, marker } in conflict::find(text) {
        loaded.problems.retain(|problem| !(whole.start..=whole.end).contains(&problem.span.start));
        let help = "keep what holds of both sides, and take the lines of git away";
        loaded.problems.push(Problem::new(marker, "this is a merge that nobody finished").help(help));
        loaded.shown.push(marker);
    }
}

/// What a path claims to be, and who reads it.
fn classify(path: &SourcePath) -> Option<(Format, Claim)> {
    if let Some(schema) = SCHEMAS.iter().find(|schema| (schema.claims)(path)) {
        return Some((Format::Schema(schema), Claim::new(Role::Schema)));
    }
    LOADERS.iter().find_map(|loader| Some((Format::Other(loader), (loader.claims)(path)?)))
}

/// The `[[source]]` entries of the config, ready to be asked.
struct Overrides(Vec<(Vec<GlobMatcher>, Override)>);

#[expect(clippy::option_option, reason = "as in the config: not said, said to be skipped, said to be a role")]
struct Override {
    format: Option<String>,
    role: Option<Option<Role>>,
}

impl Overrides {
    fn new(config: &Config) -> Self {
        let entries = config.sources.iter().map(|entry| {
            let globs = entry.files.iter().filter_map(|glob| Glob::new(glob).ok()).map(|glob| glob.compile_matcher());
            (globs.collect(), Override { format: entry.format.clone(), role: entry.role })
        });
        Self(entries.collect())
    }

    fn of(&self, path: &SourcePath) -> Option<&Override> {
        self.0.iter().find(|(globs, _)| globs.iter().any(|glob| glob.is_match(path.as_str()))).map(|(_, entry)| entry)
    }
}

/// The ignore files that hold in a folder, deepest first.
struct Chain {
    file: Gitignore,
    above: Option<Arc<Chain>>,
}

/// A folder to be walked, and the ignore files that hold in it.
struct Folder {
    path: SourcePath,
    disk: PathBuf,
    above: Option<Arc<Chain>>,
}

/// How many folders are walked before other threads are asked to help.
const FEW: usize = 16;

struct Walker<'a> {
    reader: &'a Reader,
    overrides: Overrides,
    tracked_only: bool,
    base: GitIgnore,
    found: Mutex<Walked>,
}

/// Walks the root.
pub(super) fn walk(reader: &Reader, config: &Config, tracked_only: bool) -> Walked {
    let walker = Walker {
        reader,
        overrides: Overrides::new(config),
        tracked_only,
        base: GitIgnore::above(reader.root()),
        found: Mutex::default(),
    };
    let mut open = vec![Folder { path: SourcePath::new(""), disk: reader.root().to_owned(), above: None }];
    for _ in 0..FEW {
        let Some(folder) = open.pop() else { break };
        walker.folder(folder, &mut |below| open.push(below));
    }
    if !open.is_empty() {
        parallel::start();
        rayon::scope(|scope| open.into_iter().for_each(|folder| walker.spawn(scope, folder)));
    }
    let mut found = walker.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut ignored = walker.base;
    for (folder, file) in std::mem::take(&mut found.ignored).into_below() {
        ignored.add(folder, file);
    }
    found.ignored = ignored;
    found.markers.sort();
    glance::set_templates_apart(&mut found);
    found
}

impl<'a> Walker<'a> {
    /// Walks a folder and what is below it, one task a folder.
    fn spawn<'s>(&'s self, scope: &Scope<'s>, folder: Folder)
    where
        'a: 's,
    {
        scope.spawn(move |scope| self.folder(folder, &mut |below| self.spawn(scope, below)));
    }

    /// Takes in the files of a folder, and hands on the folders in it that are to be walked.
    fn folder(&self, Folder { path, disk, above }: Folder, below: &mut dyn FnMut(Folder)) {
        let mut files = Vec::new();
        let mut folders = Vec::new();
        let mut has_ignore_file = false;
        let listed = entries::each(&disk, |name, kind| {
            let spelt = spelt(name);
            has_ignore_file |= spelt == ".gitignore";
            if kind == Kind::File && self.is_nobodys(&spelt) {
                return;
            }
            let child = path.child(&spelt);
            match kind {
                Kind::Folder => folders.push((child, disk.join(name))),
                Kind::File | Kind::Other => files.push((child, disk.join(name), kind == Kind::File)),
            }
        });
        if let Err(error) = listed {
            self.unread(path.clone(), &error);
        }
        let chain = if has_ignore_file { self.chain(&path, &disk, above) } else { above };
        // What is ignored is known only now: the ignore file may be the last entry.
        for (child, disk) in folders {
            if self.enters(&child, &disk, chain.as_deref()) {
                below(Folder { path: child, disk, above: chain.clone() });
            }
        }
        for (child, disk, is_plain) in files {
            self.file(child, &disk, is_plain, chain.as_deref());
        }
    }

    /// The ignore files that hold in a folder which has one itself.
    fn chain(&self, path: &SourcePath, disk: &Path, above: Option<Arc<Chain>>) -> Option<Arc<Chain>> {
        match gitignore::read(disk) {
            Ok(None) => above,
            Ok(Some(file)) => {
                self.found().ignored.add(path.clone(), file.clone());
                Some(Arc::new(Chain { file, above }))
            }
            Err(TooLarge) => {
                let reason = "larger than 256 kB, so nothing is ignored by it".to_owned();
                let path = path.join(".gitignore").unwrap_or_else(|| path.clone());
                self.found().unread.push(Unread { path, reason, named: None });
                above
            }
        }
    }

    /// Whether a file's name alone tells that nobody asks for it: most files of a repository are code.
    fn is_nobodys(&self, name: &str) -> bool {
        self.overrides.0.is_empty() && loaders::is_code(name) && !frameworks::is_marker(name)
    }

    fn enters(&self, path: &SourcePath, disk: &Path, chain: Option<&Chain>) -> bool {
        if NEVER.contains(&path.name()) || NOT_BELOW_THE_ROOT.contains(&path.name()) {
            return false;
        }
        // `{{cookiecutter.project_slug}}`: a project yet to be made, whose files are in no language yet.
        if path.name().contains("{{") {
            self.found().unread.push(Unread { path: path.clone(), reason: MADE_LATER.to_owned(), named: None });
            return false;
        }
        !self.is_ignored(path, disk, true, chain)
    }

    fn file(&self, path: SourcePath, disk: &Path, is_plain: bool, chain: Option<&Chain>) {
        let entry = self.overrides.of(&path);
        if entry.is_some_and(|entry| entry.role == Some(None)) {
            self.found().unread.push(Unread { path, reason: SKIPPED.to_owned(), named: None });
            return;
        }
        let is_looked_at = glance::is_worth_it(&path) && !self.is_ignored(&path, disk, false, chain);
        let told = if is_looked_at { glance::told(self.reader, &path, disk) } else { None };
        let mut claimed = told.or_else(|| classify(&path));
        if let Some(entry) = entry {
            if let Some(format) = entry.format.as_deref().and_then(Format::named) {
                let named = claimed.map(|(_, claim)| claim).filter(|claim| claim.role != Role::Schema);
                let claim = match format {
                    Format::Schema(_) => Claim::new(Role::Schema),
                    Format::Other(_) => named.unwrap_or_else(|| Claim::new(Role::Values)),
                };
                claimed = Some((format, claim));
            }
            if let (Some((_, claim)), Some(Some(role))) = (&mut claimed, entry.role) {
                claim.role = role;
            }
        }
        let Some((format, claim)) = claimed else {
            if !is_plain && self.leads_out(disk) && !self.is_ignored(&path, disk, true, chain) {
                let reason = Refusal::Outside.reason().to_owned();
                self.found().unread.push(Unread { path, reason, named: None });
                return;
            }
            if frameworks::is_marker(path.name()) && !self.is_ignored(&path, disk, false, chain) {
                self.found().markers.push(path);
            }
            return;
        };
        let local = self.is_ignored(&path, disk, false, chain);
        if local && (self.tracked_only || !matches!(claim.role, Role::Values | Role::Inputs)) {
            return;
        }
        let source = if is_plain {
            read_anywhere(disk).map(|bytes| SourceFile::new(path.clone(), bytes))
        } else {
            self.reader.read(&path, disk)
        };
        let is_configured = entry.is_some_and(|entry| entry.format.is_some());
        let loaded = source.map_err(Refusal::reason).and_then(|source| {
            let format = match format {
                // Several kinds of schema share names, and other tools use them too: the text decides.
                Format::Schema(_) if !is_configured => Format::Schema(schemas::claimant(&source).ok_or(NO_SCHEMA)?),
                format => format,
            };
            let file = format.load(source, claim, local);
            if is_made_later(&file) { Err(MADE_LATER) } else { Ok(file) }
        });
        match loaded {
            Ok(file) => {
                self.found().files.insert(path, file);
            }
            Err(reason) => self.found().unread.push(Unread { path, reason: reason.to_owned(), named: None }),
        }
    }

    /// Whether a symlink leads to a folder beyond the root. Within the root its files are found where they stand.
    fn leads_out(&self, disk: &Path) -> bool {
        disk.is_dir() && self.reader.check(disk) == Err(Refusal::Outside)
    }

    fn is_ignored(&self, path: &SourcePath, disk: &Path, is_folder: bool, chain: Option<&Chain>) -> bool {
        let mut next = chain;
        while let Some(link) = next {
            match link.file.matched(disk, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
            next = link.above.as_deref();
        }
        self.base.matches_itself(path, is_folder)
    }

    fn unread(&self, path: SourcePath, error: &std::io::Error) {
        let reason = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "permission denied",
            std::io::ErrorKind::NotFound => return,
            _ => "it could not be read",
        };
        self.found().unread.push(Unread { path, reason: reason.to_owned(), named: None });
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Walked> {
        // A loader that panicked on one file must not lose the others.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
