//! Files that mark a unit or something that runs, and what an app's dependencies say of its env files.
//! Whether a folder is an app, `model` decides.

use std::sync::OnceLock;

use super::{Dependencies, any};
use crate::name::matches_glob;

/// Files that say one thing of the folder that they stand in.
#[derive(Debug)]
pub struct Marker {
    /// Globs of file names, in lower case.
    pub files: &'static [&'static str],
    /// The packages one of which must be a dependency for it to count; empty: none must.
    pub packages: &'static [&'static str],
    /// What the file is.
    pub reason: &'static str,
}

/// Why a file (its name, any case) makes its folder a unit.
pub fn unit_marker(file: &str) -> Option<&'static Marker> {
    let file = file.to_ascii_lowercase();
    UNIT_MARKERS.iter().find(|marker| any(marker.files, &file))
}

/// Why a file (its name, any case) says that something runs in its folder. Without a readable manifest a marker that
/// needs a package does not count.
pub fn run_marker(file: &str, dependencies: &Dependencies) -> Option<&'static Marker> {
    let file = file.to_ascii_lowercase();
    RUN_MARKERS.iter().find(|marker| {
        any(marker.files, &file) && (marker.packages.is_empty() || dependencies.has_any(marker.packages))
    })
}

/// Whether a file is a Dockerfile by its name.
pub fn is_dockerfile(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    any(DOCKERFILES, &file) && !file.ends_with(".dockerignore")
}

/// Whether a folder of this name (one path segment, any case) holds Dockerfiles for what stands elsewhere.
pub fn holds_images(folder: &str) -> bool {
    IMAGE_FOLDERS.contains(&folder.to_ascii_lowercase().as_str())
}

/// Folders that describe how others are built and run; an image in one of them makes no app of it.
const IMAGE_FOLDERS: &[&str] = &[
    "docker",
    ".docker",
    "dockerfiles",
    "compose",
    "containers",
    "deploy",
    "deployment",
    "deployments",
    "devops",
    "hosting",
    "infra",
    "infrastructure",
    "ops",
    "podman",
    "ci",
    ".ci",
];

/// In which order an app stacks its env files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOrder {
    /// `.env.E.local`, `.env.local` (not in test), `.env.E`, `.env`.
    Next,
    /// `.env.E.local`, `.env.E`, `.env.local`, `.env`.
    Vite,
    /// `.env` alone; nothing is stacked.
    Plain,
}

/// What loads an app's env files.
#[derive(Debug)]
pub struct EnvLoader {
    /// The packages one of which implies it.
    pub packages: &'static [&'static str],
    /// The order of the files.
    pub order: FileOrder,
    /// Why.
    pub reason: &'static str,
}

/// The loader that an app's dependencies imply; the framework beats a library beside it.
pub fn env_loader(dependencies: &Dependencies) -> Option<&'static EnvLoader> {
    ENV_LOADERS.iter().find(|loader| dependencies.has_any(loader.packages))
}

/// A package that reads the env files of its folder.
#[derive(Debug)]
pub struct FileReader {
    /// The manifests that name it.
    pub manifests: &'static [&'static str],
    /// The package.
    pub package: &'static str,
    /// The loader, as the config names it, perhaps with its version.
    pub loader: &'static str,
    /// The package whose version is the loader's, if that makes a difference.
    pub version_of: Option<&'static str>,
    /// The prefixes of the names that it hands on; empty: all.
    pub prefixes: &'static [&'static str],
    /// The package beside which it only parses for the other one.
    pub unless: Option<&'static str>,
}

/// What reads the env files of a folder whose manifest, of this name, depends on a package.
pub fn file_reader(manifest: &str, package: &str) -> Option<&'static FileReader> {
    let names = |reader: &&FileReader| reader.manifests.iter().any(|glob| matches_glob(glob, manifest));
    FILE_READERS.iter().find(|reader| reader.package == package && names(reader))
}

/// Whether a file is worth knowing of by its mere presence. Asked of every file of a repository, so it must be cheap.
pub fn is_marker(file: &str) -> bool {
    /// A glob, and what stands before its first `*`.
    type Glob = (&'static str, &'static str);
    static BY_FIRST_LETTER: [OnceLock<Vec<Glob>>; 256] = [const { OnceLock::new() }; 256];
    let letter = file.bytes().next().unwrap_or_default().to_ascii_lowercase();
    let globs = BY_FIRST_LETTER[usize::from(letter)].get_or_init(|| {
        let all = UNIT_MARKERS.iter().chain(RUN_MARKERS).flat_map(|marker| marker.files);
        let begins = all.filter(|glob| glob.bytes().next().is_some_and(|first| first == letter || first == b'*'));
        begins.map(|glob| (*glob, glob.split('*').next().unwrap_or_default())).collect()
    });
    // Most names begin or end otherwise than each glob with the same first letter.
    let last = file.bytes().next_back().map(|last| last.to_ascii_lowercase());
    let fits = |(glob, start): &Glob| {
        glob.bytes().next_back().is_some_and(|end| end == b'*' || Some(end) == last)
            && file.as_bytes().get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
    };
    globs.iter().any(|glob| fits(glob) && matches_glob(glob.0, &file.to_ascii_lowercase()))
}

/// Whether an app with these dependencies has `.env` under the files of every environment.
pub fn stacks(dependencies: &Dependencies) -> bool {
    env_loader(dependencies).is_some_and(|loader| loader.order != FileOrder::Plain)
}

const DOCKERFILES: &[&str] =
    &["dockerfile", "dockerfile.*", "*.dockerfile", "containerfile", "containerfile.*", "*.containerfile"];

const fn marker(files: &'static [&'static str], reason: &'static str) -> Marker {
    Marker { files, packages: &[], reason }
}

static UNIT_MARKERS: &[Marker] = &[
    marker(&["package.json", "deno.json", "deno.jsonc"], "a JavaScript package"),
    marker(&["pyproject.toml", "requirements*.txt", "setup.py", "setup.cfg", "pipfile"], "a Python package"),
    marker(&["manage.py"], "a Django project"),
    marker(&["cargo.toml"], "a Rust package"),
    marker(&["go.mod"], "a Go module"),
    marker(&["composer.json", "artisan"], "a PHP package"),
    marker(&["gemfile"], "a Ruby app"),
    marker(&["pom.xml", "build.gradle", "build.gradle.kts"], "a JVM project"),
    marker(&["*.csproj", "*.fsproj"], "a .NET project"),
    marker(&["mix.exs"], "an Elixir project"),
    marker(&["pubspec.yaml"], "a Dart package"),
    marker(DOCKERFILES, "an image: a missing manifest never hides what is built"),
];

static RUN_MARKERS: &[Marker] = &[
    marker(DOCKERFILES, "an image is built of it"),
    marker(&["next.config.*"], "a Next.js app"),
    marker(&["nuxt.config.*"], "a Nuxt app"),
    Marker {
        files: &["vite.config.*"],
        packages: &["react", "vue", "svelte", "preact", "solid-js", "lit", "@builder.io/qwik", "react-dom", "htmx.org"],
        reason: "a Vite app; libraries use Vite too, so a view library must be there as well",
    },
    marker(&["astro.config.*"], "an Astro site"),
    Marker {
        files: &["svelte.config.*"],
        packages: &["@sveltejs/kit"],
        reason: "a SvelteKit app; plain Svelte libraries have the file too",
    },
    marker(&["remix.config.*", "react-router.config.*"], "a Remix or React Router app"),
    marker(&["angular.json"], "an Angular app"),
    marker(&["gatsby-config.*"], "a Gatsby site"),
    Marker { files: &["app.json", "app.config.*"], packages: &["expo"], reason: "an Expo app" },
    marker(&["manage.py", "wsgi.py", "asgi.py"], "a Python web app"),
    marker(&["artisan"], "a Laravel app"),
    marker(&["config.ru"], "a Rack app"),
    marker(&["wrangler.toml", "wrangler.json", "wrangler.jsonc"], "deployed to Cloudflare"),
    marker(&["vercel.json"], "deployed to Vercel"),
    marker(&["netlify.toml"], "deployed to Netlify"),
    marker(&["fly.toml"], "deployed to Fly.io"),
    marker(&["app.yaml"], "deployed to App Engine"),
    marker(&["procfile"], "deployed as on Heroku"),
    marker(&["serverless.yml", "serverless.yaml"], "deployed by Serverless"),
];

static ENV_LOADERS: &[EnvLoader] = &[
    EnvLoader { packages: &["next"], order: FileOrder::Next, reason: "@next/env" },
    EnvLoader { packages: &["gatsby"], order: FileOrder::Plain, reason: "Gatsby reads `.env.E` alone" },
    EnvLoader { packages: &["nuxt"], order: FileOrder::Plain, reason: "Nuxt reads `.env` alone" },
    EnvLoader { packages: &["expo"], order: FileOrder::Next, reason: "@expo/env stacks as Next does" },
    EnvLoader {
        packages: &["react-scripts", "@craco/craco", "react-app-rewired"],
        order: FileOrder::Next,
        reason: "Create React App: `.env.local` beats `.env.E`, but not in test",
    },
    EnvLoader { packages: &["@vue/cli-service"], order: FileOrder::Vite, reason: "Vue CLI" },
    EnvLoader { packages: &["dotenv-flow"], order: FileOrder::Next, reason: "dotenv-flow: `.env.local` not in test" },
    EnvLoader {
        packages: &["dotenv-rails"],
        order: FileOrder::Next,
        reason: "dotenv-rails: `.env.local` not in test, the environment's local file first",
    },
    EnvLoader { packages: &["symfony/dotenv"], order: FileOrder::Vite, reason: "Symfony's `bootEnv`" },
    EnvLoader {
        packages: &["vite", "@sveltejs/kit", "astro"],
        order: FileOrder::Vite,
        reason: "Vite's `loadEnv`; after the frameworks that only use Vite for tests",
    },
    EnvLoader {
        packages: &[
            "dotenv",
            "dotenv-cli",
            "dotenvx",
            "@dotenvx/dotenvx",
            "python-dotenv",
            "python-decouple",
            "django-environ",
            "environs",
            "pydantic-settings",
            "dotenvy",
            "vlucas/phpdotenv",
            "github.com/joho/godotenv",
            "@nestjs/config",
            "@adonisjs/core",
            "laravel/framework",
        ],
        order: FileOrder::Plain,
        reason: "a library that reads `.env` unless told otherwise",
    },
];

const NPM: &[&str] = &["package.json"];
const PYPI: &[&str] = &["pyproject.toml", "requirements*.txt", "*requirements.txt", "Pipfile"];

const fn reader(manifests: &'static [&'static str], package: &'static str, loader: &'static str) -> FileReader {
    FileReader { manifests, package, loader, version_of: None, prefixes: &[], unless: None }
}

const fn versioned(
    manifests: &'static [&'static str],
    package: &'static str,
    loader: &'static str,
    of: &'static str,
) -> FileReader {
    FileReader { version_of: Some(of), ..reader(manifests, package, loader) }
}

/// Only what was measured; a framework whose reader was not is left out, so that nothing is said of it.
static FILE_READERS: &[FileReader] = &[
    reader(NPM, "next", "next"),
    FileReader { prefixes: &["VITE_"], ..versioned(NPM, "vite", "vite", "vite") },
    versioned(NPM, "@sveltejs/kit", "vite", "vite"),
    FileReader { unless: Some("dotenv-expand"), ..reader(NPM, "dotenv", "dotenv") },
    versioned(NPM, "dotenv-expand", "dotenv-expand", "dotenv-expand"),
    reader(NPM, "@nestjs/config", "dotenv"),
    versioned(PYPI, "python-dotenv", "python-dotenv", "python-dotenv"),
    versioned(PYPI, "pydantic-settings", "python-dotenv", "python-dotenv"),
    versioned(PYPI, "environs", "python-dotenv", "python-dotenv"),
    reader(PYPI, "python-decouple", "python-decouple"),
    reader(PYPI, "django-environ", "django-environ"),
    reader(&["Cargo.toml"], "dotenvy", "dotenvy"),
    reader(&["Gemfile"], "dotenv", "ruby-dotenv"),
    reader(&["Gemfile"], "dotenv-rails", "ruby-dotenv"),
    reader(&["go.mod"], "github.com/joho/godotenv", "godotenv"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn with(packages: &[&str]) -> Dependencies {
        packages.iter().copied().collect()
    }

    #[test]
    fn every_table_has_its_files_once_and_reasons() {
        for table in [UNIT_MARKERS, RUN_MARKERS] {
            let mut known = std::collections::BTreeSet::new();
            for marker in table {
                assert!(!marker.files.is_empty() && marker.reason.len() > 3, "{marker:?}");
                for file in marker.files {
                    assert_eq!(*file, file.to_ascii_lowercase());
                    // One file may mark several kinds of apps only where packages tell them apart.
                    assert!(known.insert((*file, marker.packages)), "{file} stands in the table twice");
                }
            }
        }
        assert!(ENV_LOADERS.iter().all(|loader| !loader.packages.is_empty() && loader.reason.len() > 3));
        let folders: std::collections::BTreeSet<&&str> = IMAGE_FOLDERS.iter().collect();
        assert_eq!(folders.len(), IMAGE_FOLDERS.len());
    }

    #[test]
    fn units_are_marked_by_manifests_and_dockerfiles() {
        for file in ["package.json", "requirements-dev.txt", "Cargo.toml", "Gemfile", "Shop.csproj", "api.Dockerfile"] {
            assert!(unit_marker(file).is_some(), "{file}");
        }
        for file in ["", "package-lock.json", "README.md", "Cargo.lock", "docker-compose.yml"] {
            assert!(unit_marker(file).is_none(), "{file}");
        }
    }

    #[test]
    fn what_runs_is_marked_by_a_framework_or_a_host() {
        for file in ["next.config.ts", "Dockerfile.prod", "fly.toml", "manage.py", "Procfile"] {
            assert!(run_marker(file, &Dependencies::unknown()).is_some(), "{file}");
        }
        assert!(run_marker("package.json", &with(&["next"])).is_none());
    }

    #[test]
    fn a_file_of_several_tools_needs_the_package() {
        assert!(run_marker("app.json", &with(&["expo"])).is_some());
        assert!(run_marker("app.json", &with(&["next"])).is_none());
        assert!(run_marker("vite.config.ts", &with(&["vite", "react"])).is_some());
        assert!(run_marker("vite.config.ts", &with(&["vite"])).is_none());
        assert!(run_marker("vite.config.ts", &Dependencies::unknown()).is_none());
    }

    #[test]
    fn dockerfiles_are_known_by_name() {
        assert!(is_dockerfile("Dockerfile") && is_dockerfile("web.dockerfile") && is_dockerfile("Dockerfile.web"));
        assert!(!is_dockerfile("Dockerfile.dockerignore") && !is_dockerfile("dockerfiles") && !is_dockerfile(""));
    }

    #[test]
    fn the_framework_beats_a_library_beside_it() {
        assert_eq!(env_loader(&with(&["dotenv", "next", "vite"])).map(|found| found.order), Some(FileOrder::Next));
        assert_eq!(env_loader(&with(&["dotenv", "vite"])).map(|found| found.order), Some(FileOrder::Vite));
        assert_eq!(env_loader(&with(&["dotenv"])).map(|found| found.order), Some(FileOrder::Plain));
        assert!(env_loader(&with(&["left-pad"])).is_none() && env_loader(&Dependencies::unknown()).is_none());
    }

    #[test]
    fn a_package_of_one_name_is_another_one_in_another_ecosystem() {
        let loader = |manifest, package| file_reader(manifest, package).map(|reader| reader.loader);
        assert_eq!(loader("package.json", "dotenv"), Some("dotenv"));
        assert_eq!(loader("Gemfile", "dotenv"), Some("ruby-dotenv"));
        assert_eq!(loader("requirements-dev.txt", "python-dotenv"), Some("python-dotenv"));
        assert_eq!(loader("Cargo.toml", "dotenv"), None);
        for reader in FILE_READERS {
            assert!(crate::syntax::dotenv::find(reader.loader).is_some(), "{}", reader.loader);
        }
    }
}
