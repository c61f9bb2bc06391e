//! Commands that build what browsers get: of which package, in which folder, by which script. Whose package that is, and
//! what its scripts lead to, is for `model`.

use std::collections::BTreeSet;

use crate::fact::{Bundler, BundlerKind};

use super::Row;

/// The env files that such a build reads in the folder of its package, strongest first.
pub const FILES: &[&str] = &[".env.production.local", ".env.local", ".env.production", ".env"];

/// What a line of a package's scripts comes to.
#[derive(Debug, Default)]
pub struct ScriptLine {
    /// The commands that build, or that lead to one.
    pub bundlers: Vec<Bundler>,
    /// The variables that it sets on the way.
    pub sets: BTreeSet<String>,
}

/// What a line of a package's scripts comes to.
pub fn in_script(line: &str) -> ScriptLine {
    let mut told = ScriptLine::default();
    let mut folder = String::new();
    for command in line.split(['&', ';', '|', '\n', '(', ')']) {
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\'', '\\'])).collect();
        let mut words = words.as_slice();
        while let Some((first, rest)) = words.split_first() {
            if let Some((name, _)) = first.split_once('=').filter(|_| !first.starts_with('-')) {
                told.sets.insert(name.to_owned());
            } else if !WRAPPERS.iter().any(|row| row.names.contains(first)) && !is_a_flag(first) {
                break;
            }
            words = rest;
        }
        let Some((program, rest)) = words.split_first() else { continue };
        if *program == "cd" {
            folder.extend(rest.first().into_iter().flat_map(|to| [to, "/"]));
            continue;
        }
        for mut bundler in bundlers(program, rest) {
            if !folder.is_empty() {
                bundler.folder = Some(format!("{folder}{}", bundler.folder.unwrap_or_default()));
            }
            told.bundlers.push(bundler);
        }
    }
    told
}

/// The builds that a command leads to: by its program, with or without folders, and its arguments. What cannot be told
/// is no word.
pub fn bundlers(program: &str, arguments: &[&str]) -> Vec<Bundler> {
    let program = program.rsplit('/').next().unwrap_or(program);
    let program = program.strip_suffix(".js").unwrap_or(program);
    if program == "node" {
        let at = arguments.iter().position(|word| !is_a_flag(word)).unwrap_or(arguments.len());
        let Some((program, rest)) = arguments.get(at..).and_then(<[&str]>::split_first) else { return Vec::new() };
        // Any script of a repository may be called like a tool; one of its packages is the tool.
        return if program.contains("node_modules/") && *program != "node" {
            framework(program, rest)
        } else {
            Vec::new()
        };
    }
    let options = Options::of(program, arguments);
    let words = options.words.as_slice();
    let runs_word =
        |words: &[&str]| usize::from(matches!(words.first(), Some(&("run" | "run-script" | "exec" | "dlx" | "x"))));
    match program {
        "npm" => {
            let Some(at) = words.iter().position(|word| matches!(*word, "run" | "run-script")) else {
                return Vec::new();
            };
            options.script(words.get(at + 1))
        }
        "yarn" if words.first() == Some(&"workspace") => {
            let skip = 2 + runs_word(words.get(2..).unwrap_or_default());
            let packages = words.get(1).map(|name| (*name).to_owned()).into_iter().collect();
            Options { packages, ..options.clone() }.script(words.get(skip))
        }
        "yarn" if words.first() == Some(&"workspaces") => {
            let at = words.iter().position(|word| *word == "run").map(|at| at + 1);
            Options { all: true, ..options.clone() }.script(at.and_then(|at| words.get(at)))
        }
        // `bun build` is a bundler of its own, which knows no public variables.
        "bun" if options.packages.is_empty() && runs_word(words) == 0 => Vec::new(),
        "pnpm" | "yarn" | "bun" => {
            let rest = words.get(runs_word(words)..).unwrap_or_default();
            match rest.split_first() {
                // A program of the package, called without `exec`.
                Some((first, rest)) if is_framework(first) => {
                    let mut found = framework(first, rest);
                    for bundler in &mut found {
                        bundler.folder = bundler.folder.take().or_else(|| options.folder.clone());
                        bundler.packages.clone_from(&options.packages);
                    }
                    found
                }
                _ => options.script(rest.first()),
            }
        }
        "turbo" | "lerna" | "nx" => options.task(),
        "run-s" | "run-p" | "npm-run-all" | "npm-run-all2" => {
            words.iter().flat_map(|word| options.script(Some(word))).collect()
        }
        "vercel" | "vc" | "netlify" | "ntl" if words.first() == Some(&"build") => options.script(Some(&"build")),
        _ => framework(program, arguments),
    }
}

/// A framework's own command.
fn framework(program: &str, arguments: &[&str]) -> Vec<Bundler> {
    let program = program.rsplit('/').next().unwrap_or(program);
    let program = program.strip_suffix(".js").unwrap_or(program);
    let options = Options::of(program, arguments);
    let builds = options.words.first().is_some_and(|word| TASKS.contains(word) || *word == "vite:build");
    if !is_framework(program) || !builds {
        return Vec::new();
    }
    let folder = options.words.get(1).map(|folder| (*folder).to_owned());
    vec![Bundler { runs: BundlerKind::Framework, folder, packages: Vec::new() }]
}

fn is_framework(program: &str) -> bool {
    FRAMEWORKS.iter().any(|row| row.names.contains(&program))
}

fn is_a_flag(word: &str) -> bool {
    word.starts_with('-')
}

/// What the arguments of a command choose.
#[derive(Clone, Default)]
struct Options<'w> {
    folder: Option<String>,
    packages: Vec<String>,
    /// Whether they choose every package of a workspace.
    all: bool,
    words: Vec<&'w str>,
}

impl<'w> Options<'w> {
    fn of(program: &str, arguments: &[&'w str]) -> Self {
        let mut found = Self::default();
        let mut rest = arguments.iter().copied().take_while(|word| *word != "--");
        while let Some(word) = rest.next() {
            if !is_a_flag(word) {
                found.words.push(word);
                continue;
            }
            let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            let chooses = match name {
                // To pnpm it is the workspace's root.
                "-w" => program == "npm",
                _ => CHOOSING.contains(&name),
            };
            if matches!(name, "-r" | "--recursive" | "--workspaces" | "-ws") {
                found.all = true;
            } else if matches!(name, "--prefix" | "--cwd" | "--dir" | "-C") {
                found.folder = value.or_else(|| rest.next()).map(str::to_owned);
            } else if chooses {
                let value = value.or_else(|| rest.next()).unwrap_or_default();
                found.packages.extend(value.split(',').map(|name| name.trim_matches(['.', '^', '"', '\'']).to_owned()));
            } else if value.is_none() && VALUED.contains(&name) {
                let value = rest.next();
                if matches!(name, "-t" | "--target" | "--targets") {
                    found.words.extend(value);
                }
            } else if matches!(name, "--target" | "--targets") {
                found.words.extend(value);
            }
        }
        found
    }

    fn script(&self, name: Option<&&str>) -> Vec<Bundler> {
        let Some(name) = name else { return Vec::new() };
        let name = (*name).to_owned();
        let all = self.all && self.packages.is_empty();
        let runs = if all { BundlerKind::Task(name) } else { BundlerKind::Script(name) };
        vec![Bundler { runs, folder: self.folder.clone(), packages: self.packages.clone() }]
    }

    /// `turbo run build --filter=web`, `nx build web`, `nx run web:build`, `turbo web#build`.
    fn task(&self) -> Vec<Bundler> {
        let words = self.words.iter().filter(|word| !matches!(**word, "run" | "run-many" | "affected"));
        let mut packages = self.packages.clone();
        let mut task = None;
        for word in words.flat_map(|word| word.split(',')) {
            let parts: Vec<&str> = word.split(['#', ':']).collect();
            match parts.as_slice() {
                [package, name, ..] if TASKS.contains(name) => {
                    packages.push((*package).to_owned());
                    task.get_or_insert((*name).to_owned());
                }
                [name, ..] if TASKS.contains(name) => {
                    task.get_or_insert_with(|| word.to_owned());
                }
                [project] if task.is_some() => packages.push((*project).to_owned()),
                _ => {}
            }
        }
        let Some(task) = task else { return Vec::new() };
        vec![Bundler { runs: BundlerKind::Task(task), folder: self.folder.clone(), packages }]
    }
}

/// What a framework's command is told.
const TASKS: &[&str] = &["build", "generate", "export"];

/// Flags that choose packages.
const CHOOSING: &[&str] = &["--filter", "-F", "--workspace", "--scope", "--project", "--projects", "-p"];

/// Flags with a value behind them, which is no word.
const VALUED: &[&str] = &[
    "--mode",
    "-m",
    "--config",
    "-c",
    "--outDir",
    "--base",
    "--logLevel",
    "-l",
    "--loglevel",
    "-t",
    "--target",
    "--targets",
    "--concurrency",
    "--token",
    "--output-dir",
    "--platform",
];

/// Programs that only run another one.
static WRAPPERS: &[Row] = &[
    Row::new(&["cross-env", "cross-env-shell", "env"], "sets variables"),
    Row::new(&["npx", "bunx", "pnpx"], "runs a program of a package"),
    Row::new(&["export", "exec", "time", "command"], "the shell's own"),
];

/// Programs of frameworks that write public variables into what they build.
static FRAMEWORKS: &[Row] = &[
    Row::new(&["next", "nuxt", "nuxi", "vite", "astro", "gatsby", "expo"], "the framework's own command"),
    Row::new(&["remix", "react-router", "vinxi", "rolldown-vite"], "Vite's plugins with commands of their own"),
    Row::new(&["react-scripts", "craco", "react-app-rewired", "vue-cli-service"], "webpack behind a framework"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use BundlerKind::{Framework, Script, Task};

    fn one(line: &str) -> Option<(BundlerKind, String, String)> {
        let mut all = in_script(line).bundlers;
        let found = all.pop()?;
        assert!(all.is_empty(), "{line}");
        Some((found.runs, found.folder.unwrap_or_default(), found.packages.join(" ")))
    }

    #[test]
    fn a_build_is_told_with_its_script_its_folder_and_its_package() {
        let script = |name: &str| Script(name.to_owned());
        let task = || Task("build".to_owned());
        for (line, runs, folder, packages) in [
            ("vite build", Framework, "", ""),
            ("tsc -b && vite build --mode production", Framework, "", ""),
            ("NODE_ENV=production npx next build apps/web", Framework, "apps/web", ""),
            ("node --max-old-space-size=8192 ./node_modules/vite/bin/vite.js build", Framework, "", ""),
            ("yarn --cwd web vite build", Framework, "web", ""),
            ("npm run build", script("build"), "", ""),
            ("npm --prefix web run build:production -- --base /x", script("build:production"), "web", ""),
            ("npm run build -w @shop/web", script("build"), "", "@shop/web"),
            ("pnpm --filter=web... build", script("build"), "", "web"),
            ("pnpm -C apps/web run build", script("build"), "apps/web", ""),
            ("pnpm -w build", script("build"), "", ""),
            ("pnpm -r build", task(), "", ""),
            ("yarn workspace @shop/web build", script("build"), "", "@shop/web"),
            ("bun run build", script("build"), "", ""),
            ("cd web && yarn build", script("build"), "web/", ""),
            ("turbo run lint build --filter web", task(), "", "web"),
            ("turbo web#build", task(), "", "web"),
            ("nx run web:build:production", task(), "", "web"),
            ("nx build web", task(), "", "web"),
            ("nx run-many -t build -p web", task(), "", "web"),
            ("run-p type-check \"build-only\" --", script("build-only"), "", ""),
        ] {
            let mut found = in_script(line).bundlers;
            let last = found.pop().unwrap_or_else(|| panic!("{line} builds nothing"));
            let told = (last.runs, last.folder.unwrap_or_default(), last.packages.join(" "));
            assert_eq!(told, (runs, folder.to_owned(), packages.to_owned()), "{line}");
        }
    }

    #[test]
    fn what_builds_nothing_for_browsers_is_told_as_nothing() {
        for line in
            ["npm ci", "vite", "next start", "cargo build", "make build", "bun build x.ts", "node build.js", "", "cd"]
        {
            assert!(one(line).is_none(), "{line}");
        }
    }

    #[test]
    fn what_a_script_sets_itself_is_told() {
        let told = in_script("cross-env A=1 vite build && B=2 C=3 true");
        assert_eq!(told.sets.iter().map(String::as_str).collect::<Vec<_>>(), ["A", "B", "C"]);
    }

    #[test]
    fn every_row_has_its_words_once_and_a_reason() {
        for table in [WRAPPERS, FRAMEWORKS] {
            super::super::tests::is_sound(table.iter());
        }
    }
}
