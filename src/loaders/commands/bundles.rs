//! Commands that build what browsers get, with the variables that they see, and those that hand it to users afterwards.
//! Whose bundle it is, is for `model`.

use zeroize::Zeroizing;

use super::{Argument, Shell, Variable};
use crate::fact::{BundleBuild, Bundler, BundlerKind, Setting};
use crate::name::{Name, is_variable_name};
use crate::source::{Place, SourcePath};
use crate::tables::bundlers;

/// How many builds of one job are told.
const MOST: usize = 64;

/// How many variables of one build are told.
const SETTINGS: usize = 500;

/// The builds of a job so far.
#[derive(Default)]
pub(in crate::loaders) struct Bundles {
    all: Vec<BundleBuild>,
    /// Of each of them, whether what it built is there until a later one writes over it.
    stays: Vec<bool>,
    /// How many there were before this step.
    before: usize,
    /// Whether this step runs only in some cases.
    conditional: bool,
    /// Whether it runs for what is not merged yet alone.
    reviews: bool,
}

impl Bundles {
    /// Begins another step.
    pub(in crate::loaders) fn begin(&mut self, conditional: bool, reviews: bool) {
        (self.before, self.conditional, self.reviews) = (self.all.len(), conditional, reviews);
    }

    /// Those that are given something.
    pub(in crate::loaders) fn given(self) -> impl Iterator<Item = BundleBuild> {
        self.all.into_iter().filter(|bundle| !bundle.settings.is_empty() || !bundle.files.is_empty())
    }

    /// Takes back that anything was published: the job is not for users.
    pub(in crate::loaders) fn keep_back(&mut self) {
        for bundle in &mut self.all {
            bundle.published = false;
        }
    }

    fn add(&mut self, bundle: BundleBuild, conditional: bool) {
        if self.all.len() >= MOST {
            return;
        }
        // What another step builds in the same folder takes its place; nobody can tell apart what is built elsewhere.
        let place = |of: &BundleBuild| (of.folder.clone(), of.bundler.folder.clone(), of.bundler.packages.clone());
        for (known, stays) in self.all.iter().zip(&mut self.stays).take(self.before) {
            *stays &= bundle.folder.is_some() && place(known) != place(&bundle);
        }
        self.all.push(bundle);
        self.stays.push(!conditional && !self.conditional);
    }

    /// Says that what was built goes to users; `of`: the folder in which it was, where only that is meant.
    fn publish(&mut self, of: Option<&SourcePath>) {
        if self.reviews {
            return;
        }
        for (bundle, stays) in self.all.iter_mut().zip(&self.stays) {
            bundle.published |= *stays && of.is_none_or(|folder| bundle.folder.as_ref() == Some(folder));
        }
    }
}

/// Takes what a command builds and publishes: all of its words, and those without the programs that only run it.
pub(super) fn command(all: &[Argument], words: &[Argument], conditional: bool, shell: &mut Shell<'_>) {
    let Some((first, rest)) = words.split_first() else { return };
    let texts: Vec<Zeroizing<String>> = rest.iter().map(text).collect();
    let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
    // With its folders, which tell a tool from a script of the same name.
    let written = first.literal().unwrap_or_default();
    let found = bundlers::bundlers(&written, &texts);
    if !found.is_empty() {
        shell.given.show(first.span(), &written);
        let before = shell.variables.clone();
        let wrappers = all.get(..all.len().saturating_sub(words.len())).unwrap_or_default();
        for word in wrappers {
            shell.wrapped_with(word);
        }
        for bundler in found {
            let place = shell.place(first.span());
            shell.bundle(bundler, conditional, place);
        }
        shell.variables = before;
    }
    published(written.rsplit('/').next().unwrap_or_default(), &texts, shell);
}

/// Takes what a program publishes whose arguments stand in one text, and which runs in a folder.
pub(in crate::loaders) fn publishes(program: &str, arguments: &Argument, folder: Option<&str>, shell: &mut Shell<'_>) {
    let texts: Vec<Zeroizing<String>> = arguments.words().iter().map(text).collect();
    let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
    let inner = folder.map_or_else(|| shell.folder.clone(), |folder| shell.path_of(folder));
    let outer = std::mem::replace(&mut shell.folder, inner);
    published(program, &texts, shell);
    shell.folder = outer;
}

/// A word, as far as it is known from its beginning.
fn text(word: &Argument) -> Zeroizing<String> {
    word.literal().unwrap_or_else(|| Zeroizing::new(word.beginning().to_owned()))
}

/// Takes what a command hands to users of what was built before.
fn published(program: &str, words: &[&str], shell: &mut Shell<'_>) {
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let is_upload = |to: &str| {
        let is_output = |word: &&str| is_output(word) || matches!(*word, "." | "./") && in_output(shell);
        words.iter().any(is_output) && words.iter().any(|word| word.starts_with(to))
    };
    let first = words.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
    let is = match program {
        // Without this it builds anew, with the variables of the platform.
        "vercel" | "vc" => has(&["--prebuilt"]) && has(&["--prod", "--target=production"]),
        "netlify" | "ntl" => {
            let is_built = has(&["--no-build", "-d"]) || words.iter().any(|word| word.starts_with("--dir"));
            first == "deploy" && has(&["--prod", "-p"]) && is_built
        }
        "wrangler" if first == "pages" => {
            // Every other branch is a preview.
            let at = words.iter().position(|word| word.starts_with("--branch"));
            let named = at.map(|at| match words.get(at).and_then(|word| word.split_once('=')) {
                Some((_, value)) => value,
                None => words.get(at + 1).copied().unwrap_or_default(),
            });
            has(&["deploy", "publish"]) && named.is_none_or(|name| matches!(name, "main" | "master" | "production"))
        }
        "wrangler" => {
            // A worker of the same folder serves what was built there.
            if matches!(first, "" | "deploy" | "publish")
                && !has(&["--dry-run"])
                && let Some(folder) = shell.folder.clone()
                && !shell.anywhere
            {
                shell.given.bundles.publish(Some(&folder));
            }
            return;
        }
        "firebase" => {
            let only = words.iter().position(|word| word.starts_with("--only"));
            let only = only.map(|at| [words.get(at).copied(), words.get(at + 1).copied()]);
            let of_hosting = |words: [Option<&str>; 2]| words.iter().flatten().any(|word| word.contains("hosting"));
            first == "deploy" && only.is_none_or(of_hosting)
        }
        "aws" => first == "s3" && has(&["sync", "cp", "mv"]) && is_upload("s3://"),
        "gsutil" => has(&["rsync", "cp", "mv"]) && is_upload("gs://"),
        "gcloud" => first == "storage" && has(&["rsync", "cp", "mv"]) && is_upload("gs://"),
        "gh-pages" | "surge" => true,
        _ => false,
    };
    if is {
        shell.publish();
    }
}

/// Whether a path leads into a folder of what was built.
fn is_output(path: &str) -> bool {
    const FOLDERS: &[&str] = &["dist", "build", "out", "public", "www", "_site", ".output"];
    !path.contains("://") && path.split('/').any(|part| FOLDERS.contains(&part))
}

fn in_output(shell: &Shell<'_>) -> bool {
    shell.folder.as_ref().is_some_and(|folder| is_output(folder.as_str()))
}

impl Shell<'_> {
    /// Takes it that what was built goes to users.
    pub(in crate::loaders) fn publish(&mut self) {
        if !self.anywhere {
            self.given.bundles.publish(None);
        }
    }

    /// Takes it that the package of a folder is built by its own script.
    pub(in crate::loaders) fn builds_package(&mut self, folder: Option<String>) {
        let folder = folder.map(|folder| folder.trim_start_matches('/').to_owned()).filter(|folder| !folder.is_empty());
        let bundler = Bundler { runs: BundlerKind::Script("build".to_owned()), folder, packages: Vec::new() };
        let place = self.place(crate::source::Span::default());
        self.bundle(bundler, false, place);
    }

    /// `cross-env NAME=value program`.
    fn wrapped_with(&mut self, word: &Argument) {
        let Some((name, value)) = word.split_once("=") else { return };
        let Some(text) = name.literal().filter(|text| is_variable_name(text)) else { return };
        let variable =
            Variable { content: value.to_content(), place: self.place(name.span()), value_span: value.span() };
        self.variables.insert(text.to_string(), variable);
    }

    fn bundle(&mut self, bundler: Bundler, conditional: bool, place: Place) {
        let variables = self.variables.iter().filter(|(name, _)| is_variable_name(name)).take(SETTINGS);
        let settings: Vec<Setting> = variables
            .map(|(name, variable)| Setting {
                name: Name::new(name),
                place: variable.place.clone(),
                value_span: variable.value_span,
                value: variable.content.setting(variable.value_span),
            })
            .collect();
        for setting in settings.iter().filter(|setting| setting.place.path == *self.path) {
            self.given.show(setting.place.span, setting.name.as_str());
        }
        let is_read = |name: &str| bundlers::FILES.contains(&name);
        let written = self.given.written.iter().filter(|of| of.path.as_ref().is_none_or(|path| is_read(path.name())));
        let bundle = BundleBuild {
            bundler,
            folder: self.folder.clone(),
            settings,
            files: written.cloned().collect(),
            environment: self.environment.clone(),
            published: false,
            place,
        };
        self.given.bundles.add(bundle, conditional);
    }
}
