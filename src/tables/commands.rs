//! What commands do, by their words: serve developers, end by themselves, build what browsers get, write variables into
//! it. How a command line is split is for whoever asks.

use super::Row;

/// Whether a word of a command makes it a development server or a watcher.
pub fn develops(word: &str) -> bool {
    let holds = |word: &str| DEVELOPMENT.iter().any(|row| row.names.contains(&word));
    holds(word) || word.split(':').next().is_some_and(holds)
}

/// Whether a word of a command, in small letters, makes it end by itself.
pub fn ends(word: &str) -> bool {
    ENDING.iter().any(|row| row.names.contains(&word))
}

/// Whether a command builds what browsers get: by its first word, without folders, and the others.
pub fn builds<'w>(program: &str, mut rest: impl Iterator<Item = &'w str>) -> bool {
    if BUNDLERS.iter().any(|row| row.names.contains(&program)) {
        return true;
    }
    let runs = RUNNERS.iter().any(|row| row.names.contains(&program));
    runs && rest.any(|word| {
        let task = word.rsplit('#').next().unwrap_or(word);
        BUILD_TASKS.contains(&task)
            || task.split_once(':').is_some_and(|(first, _)| BUILD_TASKS.contains(&first))
            || task.rsplit_once(':').is_some_and(|(_, last)| BUILD_TASKS.contains(&last))
    })
}

/// What a line of commands does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// One of them builds what browsers get.
    pub builds: bool,
    /// One of them serves developers.
    pub develops: bool,
}

/// What a line of commands does, as compose and package managers have them.
pub fn in_line(text: &str) -> Line {
    let mut told = Line::default();
    for command in text.split(['&', ';', '|', '\n', '(', ')', '\'', '"']) {
        let mut words = command.split_whitespace().skip_while(|word| word.contains('='));
        told.develops |= words.clone().any(develops);
        let program = words.next().map(|word| word.rsplit('/').next().unwrap_or(word));
        told.builds |= program.is_some_and(|program| builds(program, words));
    }
    told
}

/// The script of a package that a command runs: `npm run start:prod`, `yarn serve`.
pub fn script<'w>(program: &str, rest: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let manages = matches!(program, "npm" | "pnpm" | "yarn" | "bun");
    let mut words = rest.filter(|word| !word.starts_with('-') && !matches!(*word, "run" | "run-script"));
    words.next().filter(|_| manages)
}

/// Whether a text of a command or a script writes variables into files that were built before.
pub fn replaces(text: &str) -> bool {
    REPLACEMENTS.iter().any(|row| row.names.iter().any(|sign| text.contains(sign)))
}

static DEVELOPMENT: &[Row] = &[
    Row::new(&["dev", "develop", "start:dev"], "the script that package managers run by that name"),
    Row::new(&["runserver", "runserver_plus"], "Django's own server"),
    Row::new(&["--reload", "--watch", "watch"], "starts anew when a file changes"),
    Row::new(
        &["nodemon", "air", "watchexec", "watchfiles", "watchmedo", "ts-node-dev", "cargo-watch"],
        "starts another program anew when a file changes",
    ),
    Row::new(&["storybook"], "shows components"),
];

static ENDING: &[Row] = &[
    Row::new(&["migrate", "migration", "migrations"], "changes a database and ends"),
    Row::new(&["seed", "seeds", "init", "bootstrap"], "fills something once"),
    Row::new(&["collectstatic"], "gathers files once"),
];

/// Programs that do nothing but build.
static BUNDLERS: &[Row] = &[Row::new(&["webpack", "webpack-cli", "rollup", "parcel", "esbuild"], "a bundler")];

/// Programs that build if they are told to.
static RUNNERS: &[Row] = &[
    Row::new(
        &["npm", "pnpm", "yarn", "bun", "npx", "bunx", "pnpx", "corepack", "deno"],
        "runs a script of the package",
    ),
    Row::new(&["turbo", "nx", "lerna", "rush", "moon"], "runs a task of many packages"),
    Row::new(&["make", "just", "task"], "runs a task of the repository"),
    Row::new(
        &["next", "nuxt", "nuxi", "vite", "astro", "remix", "react-router", "vinxi", "gatsby", "expo", "ng"],
        "the framework's own command",
    ),
    Row::new(
        &["react-scripts", "craco", "react-app-rewired", "vue-cli-service", "rspack", "rsbuild", "quasar", "ionic"],
        "a bundler behind a framework",
    ),
    Row::new(&["dotenv", "env-cmd", "cross-env", "doppler", "infisical"], "runs another command with more variables"),
];

/// What such a program is told.
const BUILD_TASKS: &[&str] = &["build", "generate", "export"];

/// Signs that a container writes its variables into what browsers get when it starts.
static REPLACEMENTS: &[Row] = &[
    Row::new(&["envsubst"], "puts variables into a text"),
    Row::new(&["sed -i", "sed -r -i", "sed -E -i", "sed --in-place", "perl -pi", "perl -i"], "changes files in place"),
    Row::new(&["xargs sed", "-exec sed"], "changes many files"),
    Row::new(&["import-meta-env", "react-inject-env", "runtime-env-cra", "react-env"], "a tool made for it"),
    Row::new(
        &["window.", "window[", "__ENV", "_env_", "env-config", "env.js", "config.js"],
        "writes a script for browsers",
    ),
    Row::new(
        &["replace-variable", "replace_variable", "replace-env", "replace_env", "inject-env"],
        "a script made for it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> bool {
        let mut words = text.split_whitespace();
        words.next().is_some_and(|program| builds(program, words))
    }

    #[test]
    fn a_build_of_a_client_is_known_by_its_words() {
        for text in [
            "npm run build",
            "pnpm --filter web build",
            "yarn build:production",
            "turbo run build --filter=web",
            "next build",
            "bun run build",
            "nx run web:build",
            "npx expo export -p web",
            "webpack --mode production",
            "pnpm web#build",
        ] {
            assert!(line(text), "{text}");
        }
        for text in
            ["npm ci", "cargo build", "go build ./...", "docker build .", "npm run start", "next start", "build"]
        {
            assert!(!line(text), "{text}");
        }
    }

    #[test]
    fn a_line_and_the_script_that_a_command_runs_are_told() {
        assert_eq!(in_line("A=1 next build && next start"), Line { builds: true, develops: false });
        assert_eq!(in_line("sh -c 'nodemon x'"), Line { builds: false, develops: true });
        assert_eq!(script("npm", ["run", "start:prod"].into_iter()), Some("start:prod"));
        assert_eq!(script("yarn", ["--silent", "serve"].into_iter()), Some("serve"));
        assert_eq!(script("node", ["server.js"].into_iter()), None);
    }

    #[test]
    fn what_writes_variables_at_the_start_is_known() {
        assert!(replaces("envsubst < a > b") && replaces("find . -exec sed -i s/A/B/ {} +"));
        assert!(!replaces("node server.js") && !replaces("sed -n 1p x"));
    }

    #[test]
    fn every_row_has_its_words_once_and_a_reason() {
        for table in [DEVELOPMENT, ENDING, BUNDLERS, RUNNERS, REPLACEMENTS] {
            super::super::tests::is_sound(table.iter());
        }
    }
}
