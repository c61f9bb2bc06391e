//! Tests of the manifest loader.

use super::*;

fn read(path: &str, text: &str) -> Loaded {
    let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
    let claim = claims(source.path()).unwrap();
    let loaded = load(&source, &claim);
    for problem in &loaded.problems {
        assert!(!problem.hides_facts);
        assert!(source.text().get(problem.span.start..problem.span.end).is_some());
    }
    loaded
}

fn manifest(path: &str, text: &str) -> Manifest {
    let loaded = read(path, text);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    loaded.manifest.unwrap()
}

/// `name`, `name@path`, with `*` for development.
fn told(manifest: &Manifest) -> Vec<String> {
    let told = |dependency: &Dependency| {
        let path = dependency.path.as_ref().map(|path| format!("@{path}")).unwrap_or_default();
        format!("{}{path}{}", dependency.name, if dependency.development { "*" } else { "" })
    };
    manifest.dependencies.iter().map(told).collect()
}

fn members(manifest: &Manifest) -> Vec<&str> {
    manifest.members.as_ref().unwrap().iter().map(String::as_str).collect()
}

#[test]
fn manifests_are_claimed_by_name() {
    let claimed = |path: &str| claims(&SourcePath::new(path)).is_some();
    for path in
        ["a/package.json", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "Gemfile", "go.work"]
    {
        assert!(claimed(path), "{path}");
    }
    for path in
        ["package-lock.json", "requirementsx.txt", "requirements.md", "tsconfig.json", "Cargo.lock", "Gemfile.lock"]
    {
        assert!(!claimed(path), "{path}");
    }
}

#[test]
fn a_package_json_is_read() {
    let found = manifest(
        "package.json",
        r#"{"name": "@x/web", "dependencies": {"next": "1", "@x/ui": "workspace:*", "@x/db": "workspace:../db", "l": "link:./l"},
            "devDependencies": {"f": "file:../f"}, "peerDependencies": {"p": "1"}, "optionalDependencies": {"o": "npm:x@1"},
            "scripts": {"dev": "next dev", "odd": 1}, "exports": {}, "workspaces": {"packages": ["apps/*", "!apps/old"]}}"#,
    );
    assert_eq!(found.name.as_deref(), Some("@x/web"));
    assert_eq!(told(&found), ["next", "@x/ui", "@x/db@../db", "l@./l", "o", "p", "f@../f*"]);
    assert_eq!(members(&found), ["apps/*", "!apps/old"]);
    assert_eq!(found.scripts, [("dev".to_owned(), "next dev".to_owned())]);
    assert!(found.library && !found.binary);
}

#[test]
fn both_forms_of_workspaces_are_read() {
    assert_eq!(members(&manifest("package.json", r#"{"workspaces": ["a"]}"#)), ["a"]);
    assert!(manifest("package.json", "{}").members.is_none());
    assert!(manifest("package.json", r#"{"bin": "x"}"#).binary);
}

#[test]
fn workspace_files_mark_a_root() {
    assert_eq!(members(&manifest("turbo.json", "{ // x\n }")), Vec::<&str>::new());
    assert_eq!(members(&manifest("lerna.json", r#"{"packages": ["p/*"]}"#)), ["p/*"]);
    assert!(manifest("apps/a/turbo.json", r#"{"extends": ["//"]}"#).members.is_none());
    assert_eq!(
        members(&manifest(
            "pnpm-workspace.yaml",
            "# x\npackages:\n  # apps\n  - 'apps/*' # x\n  - \"!a\"\n\ncatalog:\n  c: 1\n"
        )),
        ["apps/*", "!a"]
    );
    assert_eq!(members(&manifest("pnpm-workspace.yaml", "packages: [\"a\", b]\n")), ["a", "b"]);
}

#[test]
fn a_pyproject_is_read() {
    let found = manifest(
        "pyproject.toml",
        "[project]\nname = \"api\"\ndependencies = [\"fastapi[all]>=1\", \"Shared_Db\", \"https://x/y\"]\nscripts.run = \"a:b\"\n\
         [project.optional-dependencies]\nx = [\"redis ; python_version > '3'\"]\n[dependency-groups]\ndev = [\"pytest\", {include-group = \"x\"}]\n\
         [tool.uv.sources]\nshared-db = { path = \"../db\" }\n[tool.uv.workspace]\nmembers = [\"packages/*\"]\nexclude = [\"packages/x\"]\n",
    );
    assert_eq!(found.name.as_deref(), Some("api"));
    assert_eq!(told(&found), ["fastapi", "Shared_Db@../db", "redis", "pytest*"]);
    assert_eq!(members(&found), ["packages/*", "!packages/x"]);
    assert!(found.binary);
}

#[test]
fn poetry_and_pipenv_are_read() {
    let found = manifest(
        "pyproject.toml",
        "[tool.poetry]\nname = \"api\"\n[tool.poetry.dependencies]\npython = \"^3\"\ndjango = \"*\"\ndb = {path = \"../db\"}\n\
         [tool.poetry.group.dev.dependencies]\npytest = \"*\"\n",
    );
    assert_eq!(found.name.as_deref(), Some("api"));
    assert_eq!(told(&found), ["db@../db", "django", "pytest*"]);
    let found = manifest(
        "Pipfile",
        "[packages]\nflask = \"*\"\n[dev-packages]\npytest = \"*\"\n[scripts]\nrun = \"flask run\"\n",
    );
    assert_eq!(told(&found), ["flask", "pytest*"]);
    assert_eq!(found.scripts.len(), 1);
}

#[test]
fn requirements_are_read() {
    let text = "\u{feff}# x\r\n-r base.txt\r\nDjango==4 # why\r\nredis[hiredis]\r\n-e ../shared[x]\r\n./local\r\ngit+https://x/y\r\nname @ https://x\r\n--hash=a\r\n";
    assert_eq!(
        told(&manifest("requirements.txt", text)),
        ["Django", "redis", "shared@../shared", "local@./local", "name"]
    );
    assert_eq!(told(&manifest("requirements-dev.txt", "pytest")), ["pytest*"]);
    assert_eq!(told(&manifest("requirements.tests.txt", "pytest")), ["pytest*"]);
}

#[test]
fn a_cargo_toml_is_read() {
    let found = manifest(
        "Cargo.toml",
        "[package]\nname = \"a\"\n[lib]\n[[bin]]\nname = \"x\"\n[dependencies]\nserde = \"1\"\ndb = { path = \"../db\", package = \"my-db\" }\n\
         [dev-dependencies]\ninsta = \"1\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"x\"]\n",
    );
    assert_eq!(told(&found), ["my-db@../db", "serde", "insta*", "libc"]);
    assert_eq!(members(&found), ["crates/*", "!x"]);
    assert!(found.library && found.binary);
    assert!(manifest("Cargo.toml", "[package]\nname = \"a\"\n").members.is_none());
}

#[test]
fn go_files_are_read() {
    let found = manifest(
        "go.mod",
        "module x.y/z // c\n\ngo 1.22\n\nrequire (\n\ta.b/c v1.0.0 // indirect\n\td.e/f v1\n)\nrequire g.h/i v1\nreplace a.b/c => ../c\nreplace d.e/f v1 => g.h/x v2\n",
    );
    assert_eq!(found.name.as_deref(), Some("x.y/z"));
    assert_eq!(told(&found), ["a.b/c@../c", "d.e/f", "g.h/i"]);
    assert_eq!(members(&manifest("go.work", "go 1.22\nuse ./a\nuse (\n\t./b\n\t\"./c\"\n)\n")), ["./a", "./b", "./c"]);
}

#[test]
fn composer_and_gemfile_are_read() {
    let found = manifest(
        "composer.json",
        r#"{"name": "a/b", "type": "library", "require": {"php": "8", "laravel/framework": "1"}, "require-dev": {"p/u": "1"},
            "scripts": {"test": ["a", "b"], "dev": "c"}}"#,
    );
    assert_eq!(told(&found), ["laravel/framework", "p/u*"]);
    assert_eq!(found.scripts.len(), 3);
    assert!(found.library);
    let text = "source 'x'\ngem 'rails', '~> 7'\n# gem 'no'\ngem \"own\", path: '../own' # x\ngroup :development, :test do\n  gem 'rspec'\nend\ngem 'pry', group: :test\ngem('pg')\n";
    assert_eq!(told(&manifest("Gemfile", text)), ["rails", "own@../own", "rspec*", "pry*", "pg"]);
}

#[test]
fn a_broken_manifest_is_a_harmless_problem() {
    for (path, text) in [
        ("package.json", "{\"name\": \"hunter2"),
        ("package.json", "<<<<<<< HEAD\n{}"),
        ("Cargo.toml", "= hunter2"),
        ("pyproject.toml", "\u{feff}]["),
    ] {
        let loaded = read(path, text);
        assert!(loaded.manifest.is_some_and(|manifest| manifest.name.is_none()), "{path}");
        assert_eq!(loaded.problems.len(), 1);
        assert!(!loaded.problems[0].message.contains("hunter2"));
    }
}

#[test]
fn what_stands_beside_a_fault_is_read() {
    let found = read("Cargo.toml", "[package]\nname = \"a\"\nversion = \n[dependencies]\nb = \"1\"\n");
    assert_eq!(found.manifest.map(|manifest| told(&manifest)), Some(vec!["b".to_owned()]));
}

#[test]
fn wrong_types_and_hostile_text_are_survived() {
    let paths = [
        "package.json",
        "pnpm-workspace.yaml",
        "turbo.json",
        "lerna.json",
        "pyproject.toml",
        "Pipfile",
        "requirements.txt",
        "Cargo.toml",
        "go.mod",
        "go.work",
        "composer.json",
        "Gemfile",
    ];
    let texts = [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        "{\"name\": 1, \"dependencies\": [1], \"workspaces\": 3, \"scripts\": null, \"bin\": [], \"packages\": {\"a\": 1}}".to_owned(),
        "package = 1\nproject = []\ntool = 2\nworkspace = 3\ndependencies = \"x\"\ntarget = [1]\n".to_owned(),
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("[{}]", "a.".repeat(100_000)),
        "\u{1a}\0\r\r\n\u{feff}".to_owned(),
        "require (\n".repeat(1000),
        "gem '".to_owned(),
        "gem 'a', path:".to_owned(),
        "- \n-\npackages:\n-\n- \n".to_owned(),
        "end\nend\n".to_owned(),
        "replace =>\nreplace a =>\nmodule\n".to_owned(),
    ];
    for path in paths {
        for text in &texts {
            read(path, text);
        }
    }
}
