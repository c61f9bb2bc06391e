//! Fixtures as reports: what the tests over `fixtures/` share.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use envcheck::cli::{self, Wanted};
use envcheck::config::{Config, Known};
use envcheck::levels::Levels;
use envcheck::loaders::LOADERS;
use envcheck::project::{Options, Project};
use envcheck::reporters::{self, Look, Report};
use envcheck::schemas::SCHEMAS;
use envcheck::source::{SourceFile, SourcePath};

/// The folder `fixtures/<name>`.
pub(crate) fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The folders in a folder, by name.
pub(crate) fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(of)
        .unwrap_or_else(|_| panic!("there must be a folder {}", of.display()))
        .map(|entry| entry.expect("the fixtures can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The name of a folder.
pub(crate) fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("fixtures have plain names")
}

/// Loads a fixture as a repository of its own, with its config if it has one.
pub(crate) fn load(root: &Path) -> Project {
    let path = root.join("envcheck.toml");
    let config = match std::fs::read(&path) {
        Err(_) => Config::default(),
        Ok(bytes) => {
            let source = SourceFile::new(SourcePath::new("envcheck.toml"), bytes);
            let rules: Vec<&str> = cli::known_rules().into_iter().collect();
            let formats: Vec<&str> =
                LOADERS.iter().map(|loader| loader.name).chain(SCHEMAS.iter().map(|schema| schema.name)).collect();
            let stores = ["google", "aws", "vault", "github", "dotenv"];
            let known = Known { rules: &rules, formats: &formats, stores: &stores };
            let (config, problems) = Config::parse(&source, &known);
            assert!(problems.is_empty(), "{}: {problems:?}", path.display());
            config
        }
    };
    Project::load(root, config, &Options::default()).expect("a fixture names no listing on a command line")
}

/// The report of a project with these rules alone, or with the default ones.
pub(crate) fn report(project: &Project, rules: &[&str]) -> Report {
    let only: BTreeSet<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let levels = Levels { only, ..Levels::default() };
    let today = jiff::civil::date(2026, 11, 20);
    cli::report(project, None, &Wanted { today, ..Wanted::new(levels) })
}

/// A report in a format, as a file would get it.
pub(crate) fn written(report: &Report, format: &str, quiet: bool) -> String {
    let mut bytes = Vec::new();
    let reporter = reporters::find(format).expect("a known format");
    (reporter.write)(report, &Look { quiet, ..Look::default() }, &mut bytes).expect("memory takes every byte");
    String::from_utf8(bytes).expect("reports are text")
}

/// Compares a text with a file beside the fixture; `SNAPSHOTS=overwrite` rewrites the file.
pub(crate) fn compare(text: &str, file: &Path) {
    let expected = snapbox::Data::read_from(file, Some(snapbox::data::DataFormat::Text));
    snapbox::Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV).eq(text.to_owned(), expected.raw());
}
