//! Folders that are never apps: what they read requires nothing.

use super::Row;

/// Why a folder of this name (one path segment, any case) and all below it is never an app.
pub fn never_an_app(folder: &str) -> Option<&'static Row> {
    let folder = folder.to_ascii_lowercase();
    NEVER_APPS.iter().find(|row| row.holds(&folder))
}

static NEVER_APPS: &[Row] = &[
    Row::new(&["example", "examples", "sample", "samples", "demo", "demos"], "shows how; nobody runs it"),
    Row::new(&["fixture", "fixtures", "__fixtures__"], "food of tests"),
    Row::new(&["template", "templates"], "grows into an app elsewhere"),
    Row::new(&["playground", "playgrounds", "sandbox"], "for trying out"),
    Row::new(&["tooling", ".devcontainer", ".dockerdev", ".storybook"], "serves the developers"),
    Row::new(&["docs"], "documentation; a docs site needs a config entry to be an app"),
    Row::new(&["legacy", "deprecated", "archived"], "no longer run"),
    Row::new(&["e2e", "cypress", "playwright", "*-tests", "*-e2e"], "a test app"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_names_once_and_a_reason() {
        super::super::tests::is_sound(NEVER_APPS.iter());
    }

    #[test]
    fn folders_of_samples_and_tests_are_never_apps() {
        for folder in ["examples", "Sample", "fixtures", "e2e", "api-tests", ".devcontainer", ".dockerdev", "docs"] {
            assert!(never_an_app(folder).is_some(), "{folder}");
        }
        for folder in ["", "apps", "web", "api", "test", "latest", "demo-app", "documents"] {
            assert!(never_an_app(folder).is_none(), "{folder}");
        }
    }
}
