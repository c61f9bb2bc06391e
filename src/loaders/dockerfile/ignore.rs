//! `.dockerignore`: what a build leaves out of its context. Which context it is of, `model` knows.

use crate::fact::{KeptBack, Loaded, Role};
use crate::loaders::{Claim, Loader};
use crate::source::{SourceFile, SourcePath};
use crate::syntax::path_pattern::PathPattern;

/// The loader.
pub static LOADER: Loader = Loader { name: "dockerignore", claims, links: &[], load, assemble: None };

/// How many patterns are read; nobody writes as many.
const MOST: usize = 1_000;

fn claims(path: &SourcePath) -> Option<Claim> {
    let name = path.name();
    let is_one = matches!(name, ".dockerignore" | ".containerignore")
        || name.strip_suffix(".dockerignore").is_some_and(|stem| !stem.is_empty());
    is_one.then(|| Claim::new(Role::Manifest))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let text = source.text().trim_start_matches('\u{feff}');
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::trim);
    let patterns = lines.filter(|line| !line.is_empty()).take(MOST).filter_map(|line| {
        let (line, is_exception) = line.strip_prefix('!').map_or((line, false), |rest| (rest.trim(), true));
        let cleaned = clean(line);
        (!cleaned.is_empty()).then(|| (PathPattern::new(&cleaned), is_exception))
    });
    Loaded { kept_back: Some(KeptBack { patterns: patterns.collect() }), ..Loaded::default() }
}

/// As Go's `filepath.Clean` does, and without a slash at either end; `.` alone means nothing.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, path: &str) -> bool {
        let source = SourceFile::new(SourcePath::new(".dockerignore"), text.as_bytes().to_vec());
        load(&source, &Claim::new(Role::Manifest)).kept_back.unwrap().holds(path)
    }

    #[test]
    fn files_are_claimed_by_name() {
        for path in [".dockerignore", "a/.dockerignore", "api.Dockerfile.dockerignore", "Dockerfile.dockerignore"] {
            assert!(claims(&SourcePath::new(path)).is_some(), "{path}");
        }
        assert!(claims(&SourcePath::new(".gitignore")).is_none());
    }

    #[test]
    fn a_pattern_means_the_root_of_the_context_unless_it_says_otherwise() {
        for (text, path) in [
            (".env", ".env"),
            (".env*\n", ".env.production"),
            ("**/.env", "apps/web/.env"),
            ("/.env", ".env"),
            ("./.env", ".env"),
            ("  .env  ", ".env"),
            ("\u{feff}.env\r\nx\r\n", ".env"),
            ("apps", "apps/web/.env"),
            ("*\n!apps", ".env"),
            ("*", "apps/web/.env"),
        ] {
            assert!(holds(text, path), "{text:?} {path}");
        }
        for (text, path) in [
            ("", ".env"),
            (".env", "apps/web/.env"),
            ("# .env", ".env"),
            (".env*\n!.env.production", ".env.production"),
            ("*\n!apps", "apps/web/.env"),
            (".", ".env"),
            ("!", ".env"),
        ] {
            assert!(!holds(text, path), "{text:?} {path}");
        }
    }
}
