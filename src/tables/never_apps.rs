//! Folders that are never apps, and files that are tests: what they read requires nothing.

use super::Row;

/// Why a folder of this name (one path segment, any case) and all below it is never an app.
pub fn never_an_app(folder: &str) -> Option<&'static Row> {
    let folder = folder.to_ascii_lowercase();
    NEVER_APPS.iter().find(|row| row.holds(&folder))
}

/// Why a file is test code: its reads are readers, and require and document nothing.
///
/// `path` is relative to the root, with `/`.
pub fn test_code(path: &str) -> Option<&'static Row> {
    let path = path.to_ascii_lowercase();
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    folders
        .split('/')
        .find_map(|folder| TEST_FOLDERS.iter().find(|row| row.holds(folder)))
        .or_else(|| TEST_FILES.iter().find(|row| row.holds(file)))
}

static NEVER_APPS: &[Row] = &[
    Row::new(&["example", "examples", "sample", "samples", "demo", "demos"], "shows how; nobody runs it"),
    Row::new(&["fixture", "fixtures", "__fixtures__"], "food of tests"),
    Row::new(&["template", "templates"], "grows into an app elsewhere"),
    Row::new(&["playground", "playgrounds", "sandbox"], "for trying out"),
    Row::new(&["tooling", ".devcontainer", ".storybook"], "serves the developers"),
    Row::new(&["docs"], "documentation; a docs site needs a config entry to be an app"),
    Row::new(&["legacy", "deprecated", "archived"], "no longer run"),
    Row::new(&["e2e", "cypress", "playwright", "*-tests", "*-e2e"], "a test app"),
];

static TEST_FOLDERS: &[Row] = &[
    Row::new(&["test", "tests", "__tests__", "spec", "specs"], "test code"),
    Row::new(&["e2e", "cypress", "playwright", "*-e2e", "*-tests"], "a test app"),
    Row::new(&["mock", "mocks", "__mocks__", "fixtures", "__fixtures__"], "stands in for the real thing"),
];

static TEST_FILES: &[Row] = &[
    Row::new(&["*.test.*", "*.spec.*", "*_test.*", "*_spec.rb", "test_*.py", "conftest.py"], "test code"),
    Row::new(&["*.e2e.*", "*.cy.*", "*.e2e-spec.*"], "an end-to-end test"),
    Row::new(&["*.stories.*"], "a story of Storybook"),
    Row::new(&["*.mock.*", "*.mocks.*", "mock.*", "mocks.*"], "stands in for the real thing"),
    Row::new(&["jest.*", "vitest.*", "playwright.*", "cypress.*"], "a test runner's config"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_samples_and_tests_are_never_apps() {
        for folder in ["examples", "Sample", "fixtures", "e2e", "api-tests", ".devcontainer", "docs"] {
            assert!(never_an_app(folder).is_some(), "{folder}");
        }
        for folder in ["", "apps", "web", "api", "test", "latest", "demo-app", "documents"] {
            assert!(never_an_app(folder).is_none(), "{folder}");
        }
    }

    #[test]
    fn test_code_is_known_by_folder_and_by_file() {
        for path in [
            "src/__tests__/a.ts",
            "tests/conftest.py",
            "src/a.test.ts",
            "pkg/main_test.go",
            "vitest.config.ts",
            "src/Button.stories.tsx",
            "e2e/login.ts",
            "a/mocks/b.js",
        ] {
            assert!(test_code(path).is_some(), "{path}");
        }
        for path in ["", "src/env.ts", "src/latest.ts", "src/contest.py", "src/testing-utils.ts", "attest/a.go"] {
            assert!(test_code(path).is_none(), "{path}");
        }
    }
}
