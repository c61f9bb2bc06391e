//! Ways to hand public variables to browsers when the app runs, so that what the build lacked is not lost.

use super::{Dependencies, Row};

/// The package by which an app hands public variables to browsers at run time.
pub fn package(dependencies: &Dependencies) -> Option<&'static Row> {
    PACKAGES.iter().find(|row| dependencies.has_any(row.names))
}

/// Whether a file (its name, any case) is a script that hands browsers their variables, or what it is made of.
pub fn is_script(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    SCRIPTS.iter().any(|row| row.holds(&file))
}

/// The names of such files, in small letters.
pub fn scripts() -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().flat_map(|row| row.names).copied()
}

/// Why the text of a framework's config says that the app has variables of the run time.
pub fn config_sign(text: &str) -> Option<&'static str> {
    CONFIG_SIGNS.iter().flat_map(|row| row.names).copied().find(|sign| text.contains(sign))
}

/// Whether the value that a build gets stands for one that is put in later: `__NEXT_PUBLIC_API_URL__`.
pub fn is_mark(name: &str, value: &str) -> bool {
    let between = |mark: &str| value.len() > 2 * mark.len() && value.starts_with(mark) && value.ends_with(mark);
    !value.is_empty()
        && (value.to_ascii_uppercase().contains(&name.to_ascii_uppercase())
            || ["__", "%", "%%", "@@", "##"].iter().any(|mark| between(mark))
            || value.starts_with("{{") && value.ends_with("}}")
            || value.starts_with("${") && value.ends_with('}')
            || value.starts_with("http") && (value.contains("://__") || value.contains("://%")))
}

static PACKAGES: &[Row] = &[
    Row::new(&["next-runtime-env", "next-runtime-dotenv"], "a script in the page, written by the server"),
    Row::new(&["@import-meta-env/*"], "replaces the values in the built files at the start"),
    Row::new(&["react-inject-env", "runtime-env-cra", "@beam-australia/react-env"], "writes `window.env` at the start"),
    Row::new(&["vite-envs", "vite-plugin-runtime-env"], "writes the page's variables at the start"),
];

static SCRIPTS: &[Row] = &[
    Row::new(&["__env.js", "__env.json"], "next-runtime-env's file"),
    Row::new(
        &["env-config.js", "env-config.template.js", "env-config.js.template", "env-config.sh"],
        "made at the start of the container",
    ),
    Row::new(
        &["env.template.js", "env.js.template", "config.template.js", "config.js.template", "config.template.json"],
        "filled in by `envsubst`",
    ),
    Row::new(&["runtime-env.js", "runtime-config.js", "runtime-config.json"], "fetched by the page"),
];

static CONFIG_SIGNS: &[Row] = &[
    Row::new(&["publicRuntimeConfig", "serverRuntimeConfig"], "Next's config of the run time"),
    Row::new(&["runtimeConfig"], "Nuxt's config of the run time"),
    Row::new(&["__ENV", "window.env", "window._env_"], "a script that the server writes"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_told_from_a_value() {
        for value in
            ["__NEXT_PUBLIC_API_URL__", "NEXT_PUBLIC_API_URL", "BAKED_NEXT_PUBLIC_API_URL", "%API%", "{{ API }}"]
        {
            assert!(is_mark("NEXT_PUBLIC_API_URL", value), "{value}");
        }
        for value in ["", "https://api.shop.io", "__", "%", "true"] {
            assert!(!is_mark("NEXT_PUBLIC_API_URL", value), "{value}");
        }
    }

    #[test]
    fn packages_and_files_are_known() {
        assert!(package(&["next", "next-runtime-env"].into_iter().collect()).is_some());
        assert!(package(&["@import-meta-env/unplugin"].into_iter().collect()).is_some());
        assert!(package(&["next"].into_iter().collect()).is_none() && package(&Dependencies::unknown()).is_none());
        assert!(is_script("__ENV.js") && !is_script("env.ts"));
    }

    #[test]
    fn every_row_has_its_names_once_and_a_reason() {
        for table in [PACKAGES, SCRIPTS, CONFIG_SIGNS] {
            super::super::tests::is_sound(table.iter());
        }
    }
}
