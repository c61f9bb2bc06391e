//! Real workflows are read without a false problem: those that lie among the sources of cargo's own registry.

use std::path::{Path, PathBuf};

use envcheck::loaders::LOADERS;
use envcheck::source::{SourceFile, SourcePath};
use walkdir::WalkDir;

#[test]
#[expect(clippy::print_stderr, reason = "a test that could not run says so")]
fn real_workflows_are_read_without_a_false_problem() {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let Some(sources) = home.map(|home| home.join("registry/src")).filter(|sources| sources.is_dir()) else {
        eprintln!("skipped: there is no registry here with workflows to read");
        return;
    };
    let mut read = 0;
    for entry in WalkDir::new(&sources).max_depth(5).into_iter().flatten() {
        let Some(path) = of_pipeline(entry.path()) else { continue };
        let Some((loader, claim)) = LOADERS.iter().find_map(|loader| Some((loader, (loader.claims)(&path)?))) else {
            continue;
        };
        let Ok(bytes) = std::fs::read(entry.path()) else { continue };
        let source = SourceFile::new(path, bytes);
        let loaded = (loader.load)(&source, &claim);
        assert!(loaded.problems.is_empty(), "{}: {:?}", entry.path().display(), loaded.problems);
        read += 1;
    }
    if read == 0 {
        eprintln!("skipped: no source in the registry brings a workflow");
    }
}

/// The path that a file has in its repository, if it is a workflow or a pipeline.
fn of_pipeline(path: &Path) -> Option<SourcePath> {
    let name = path.file_name()?.to_str()?;
    let is_workflow = path.parent()?.ends_with(".github/workflows");
    if is_workflow {
        return Some(SourcePath::new(&format!(".github/workflows/{name}")));
    }
    matches!(name, ".gitlab-ci.yml" | "cloudbuild.yaml" | "Makefile" | "justfile").then(|| SourcePath::new(name))
}
