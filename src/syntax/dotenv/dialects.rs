//! The loaders of env files, each with its version; what they do stands in the modules beside.

/// Which loader reads an env file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// npm `dotenv` 16 to 18: no references.
    Dotenv,
    /// npm `dotenv` with `dotenv-expand` up to 12.
    DotenvExpand12,
    /// npm `dotenv` with `dotenv-expand` 1000, which runs commands.
    DotenvExpand1000,
    /// `@next/env`, with an expansion of its own.
    Next,
    /// Vite up to 7.
    Vite6,
    /// Vite from 8 on, which parses as Node does.
    Vite8,
    /// Node 20: `--env-file`, `util.parseEnv`.
    Node20,
    /// Node from 22 on.
    Node22,
    /// Bun.
    Bun,
    /// Deno.
    Deno,
    /// `python-dotenv` before 1.2.4.
    PythonDotenv10,
    /// `python-dotenv` from 1.2.4 on.
    PythonDotenv124,
    /// `python-decouple`.
    PythonDecouple,
    /// `django-environ`.
    DjangoEnviron,
    /// The crate `dotenvy`.
    Dotenvy,
    /// The gem `dotenv`.
    RubyDotenv,
    /// `godotenv`.
    Godotenv,
    /// compose-go: `env_file` and the project's `.env`.
    Compose,
    /// `docker run --env-file`, and compose's `env_file` with `format: raw`: no quotes, no references.
    Docker,
    /// systemd's `EnvironmentFile=`.
    Systemd,
    /// A shell that sources the file; told by pattern, never run.
    Bash,
    /// GNU make that includes the file; told by pattern, never run.
    Make,
}

/// What is known of a [`Dialect`].
#[derive(Debug)]
pub struct Known {
    /// Which.
    pub dialect: Dialect,
    /// The loader, as the config names it.
    pub loader: &'static str,
    /// The version from which on it reads so, as the config names it behind `@`; empty where all versions do.
    pub version: &'static str,
    /// What a message calls it.
    pub words: &'static str,
    /// What it is.
    pub about: &'static str,
}

impl Known {
    /// Its id: `vite@8`, `compose`.
    pub fn id(&self) -> String {
        if self.version.is_empty() { self.loader.to_owned() } else { format!("{}@{}", self.loader, self.version) }
    }
}

/// What is known of a dialect.
pub fn known(dialect: Dialect) -> &'static Known {
    DIALECTS.iter().find(|known| known.dialect == dialect).unwrap_or(&DIALECTS[0])
}

/// The dialect that an id of the config names: `vite@8`, `vite@7.1`; without a version, the newest one.
pub fn find(id: &str) -> Option<Dialect> {
    let (loader, version) = id.split_once('@').map_or((id, None), |(loader, version)| (loader, Some(version)));
    let mut of_loader = DIALECTS.iter().filter(|known| known.loader == loader);
    let Some(version) = version else { return of_loader.next_back().map(|known| known.dialect) };
    let wanted = numbers(version)?;
    let first = of_loader.clone().next()?;
    // An older version than any that is known reads as the oldest of them.
    let found = of_loader.rfind(|known| numbers(known.version).is_some_and(|least| least <= wanted)).unwrap_or(first);
    Some(found.dialect)
}

/// The numbers of a version, as many as stand there.
fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

const fn row(
    dialect: Dialect,
    loader: &'static str,
    version: &'static str,
    words: &'static str,
    about: &'static str,
) -> Known {
    Known { dialect, loader, version, words, about }
}

/// Every dialect; those of one loader from the oldest to the newest.
pub static DIALECTS: &[Known] = &[
    row(Dialect::Dotenv, "dotenv", "", "dotenv", "npm `dotenv` 16 to 18, without references"),
    row(Dialect::DotenvExpand12, "dotenv-expand", "12", "dotenv-expand 12", "npm `dotenv` with `dotenv-expand` to 12"),
    row(Dialect::DotenvExpand1000, "dotenv-expand", "1000", "dotenv-expand 1000", "the same from 1000 on: runs `$(…)`"),
    row(Dialect::Next, "next", "", "Next.js", "`@next/env`, which Next.js uses"),
    row(Dialect::Vite6, "vite", "6", "Vite 6-7", "Vite up to 7, and what is built on it"),
    row(Dialect::Vite8, "vite", "8", "Vite 8", "Vite from 8 on, which parses as Node does"),
    row(Dialect::Node20, "node", "20", "Node 20", "`node --env-file` of Node 20"),
    row(Dialect::Node22, "node", "22", "Node 22", "`node --env-file` from Node 22 on"),
    row(Dialect::Bun, "bun", "", "Bun", "Bun, which reads `.env` by itself"),
    row(Dialect::Deno, "deno", "", "Deno", "`deno --env-file`"),
    row(Dialect::PythonDotenv10, "python-dotenv", "1.0", "python-dotenv 1.0", "`python-dotenv` before 1.2.4"),
    row(Dialect::PythonDotenv124, "python-dotenv", "1.2.4", "python-dotenv 1.2.4", "`python-dotenv` from 1.2.4 on"),
    row(Dialect::PythonDecouple, "python-decouple", "", "python-decouple", "`python-decouple`, line by line"),
    row(Dialect::DjangoEnviron, "django-environ", "", "django-environ", "`django-environ`, line by line"),
    row(Dialect::Dotenvy, "dotenvy", "", "dotenvy", "the crate `dotenvy`"),
    row(Dialect::RubyDotenv, "ruby-dotenv", "", "Ruby dotenv", "the gem `dotenv`: runs `$(…)`"),
    row(Dialect::Godotenv, "godotenv", "", "godotenv", "`github.com/joho/godotenv` 1.5"),
    row(Dialect::Compose, "compose", "", "docker compose", "compose's `env_file` and `.env`"),
    row(Dialect::Docker, "docker", "", "docker run", "`docker run --env-file`, and `format: raw` of compose"),
    row(Dialect::Systemd, "systemd", "", "systemd", "`EnvironmentFile=` of a unit"),
    row(Dialect::Bash, "bash", "", "a shell", "a shell that sources the file; known by pattern, never run"),
    row(Dialect::Make, "make", "", "make", "GNU make that includes the file; known by pattern, never run"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_without_a_version_is_the_newest_dialect() {
        assert_eq!(find("vite"), Some(Dialect::Vite8));
        assert_eq!(find("compose"), Some(Dialect::Compose));
        assert_eq!(find("phpdotenv"), None);
    }

    #[test]
    fn a_version_is_of_the_last_dialect_that_is_not_newer() {
        for (id, dialect) in [
            ("vite@7.1", Dialect::Vite6),
            ("vite@5", Dialect::Vite6),
            ("vite@8", Dialect::Vite8),
            ("node@24", Dialect::Node22),
            ("python-dotenv@1.2.2", Dialect::PythonDotenv10),
            ("python-dotenv@1.2.4", Dialect::PythonDotenv124),
            ("dotenv-expand@11", Dialect::DotenvExpand12),
        ] {
            assert_eq!(find(id), Some(dialect), "{id}");
        }
        assert_eq!(find("vite@latest"), None);
    }

    #[test]
    fn every_id_finds_its_own_dialect() {
        for known in DIALECTS {
            assert_eq!(find(&known.id()), Some(known.dialect), "{}", known.id());
        }
    }
}
