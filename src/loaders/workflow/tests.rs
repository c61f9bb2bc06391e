//! Tests of the workflow loader.

use super::*;

fn loaded(text: &str) -> Loaded {
    let source = SourceFile::new(SourcePath::new(".github/workflows/x.yml"), text.as_bytes().to_vec());
    load(&source, &Claim::new(Role::Deploy))
}

#[test]
fn workflows_and_actions_are_known_by_their_paths() {
    let reads = |path: &str| claims(&SourcePath::new(path)).is_some();
    for path in [".github/workflows/a.yml", "x/.github/workflows/b.yaml", "action.yml", ".github/actions/a/action.yaml"]
    {
        assert!(reads(path), "{path}");
    }
    for path in [".github/dependabot.yml", ".github/workflows/a.md", "workflows/a.yml", ".github/workflows/x/a.yml"] {
        assert!(!reads(path), "{path}");
    }
}

#[test]
fn what_is_no_yaml_is_one_problem() {
    let loaded = loaded("on: push\njobs:\n  a:\n    steps:\n      - run: \"x\n    b: [\n  c: 'd\n");
    assert_eq!(loaded.problems.len(), 1, "{:?}", loaded.problems);
}

#[test]
fn no_text_is_too_much_for_it() {
    let deep = format!("jobs: {}1{}", "{a: ".repeat(300), "}".repeat(300));
    let nested = format!("jobs: {{a: {{steps: [{{run: \"{}\"}}]}}}}", "$(".repeat(30_000));
    let steps =
        format!("jobs:\n  a:\n    steps:\n{}", "      - run: gcloud run deploy x --set-env-vars A=1\n".repeat(5_000));
    let expression = format!("jobs: {{a: {{env: {{X: \"${{{{ {} }}}}\"}}}}}}", "(".repeat(30_000));
    let anchors = "jobs: &a {a: {steps: &s [{run: x}, *s], env: *a}}\n".to_owned();
    for text in [
        "",
        "\u{feff}on: push\n",
        "- a\n",
        "jobs: 1\n",
        "jobs: {a: 1, b: [], c: {steps: {}, env: 7, uses: [x], strategy: {matrix: [1]}}}\n",
        "jobs: {a: {uses: ./.github/workflows/x.yml}}\n",
        "jobs: {a: {steps: [{uses: ./}, {uses: ./../..}, {run: [1]}]}}\n",
        &deep,
        &nested,
        &steps,
        &expression,
        &anchors,
    ] {
        let _ = loaded(text);
    }
}

#[test]
fn values_are_not_shown() {
    let text = "env:\n  A: hunter2\n  B: ${{ secrets.B || 'hunter2' }}\njobs:\n  a:\n    env: {C: hunter2}\n    steps:\n      \
                - run: gcloud run deploy api --set-env-vars \"D=hunter2,E=$A\" # hunter2\n      - run: |\n          \
                echo \"F=hunter2\" >> .env\n          docker build --build-arg G=hunter2 -t hunter2 .\n      \
                - uses: google-github-actions/deploy-cloudrun@v2\n        with:\n          service: api\n          \
                env_vars: |-\n            H=hunter2\n            I='hunter2'\n";
    let loaded = loaded(text);
    assert!(loaded.problems.is_empty());
    for span in &loaded.shown {
        assert!(!text[span.start..span.end].contains("hunter2"), "{}", &text[span.start..span.end]);
    }
    let shown: Vec<&str> = loaded.shown.iter().map(|span| &text[span.start..span.end]).collect();
    for name in ["A:", "D", "F", "G", "H", "I"] {
        assert!(shown.contains(&name), "{name} is not shown");
    }
}

/// The files that the builds of a job with this matrix name.
fn files(matrix: &str) -> Vec<String> {
    let text = format!(
        "jobs:\n  a:\n    strategy:\n      matrix: {matrix}\n    steps:\n      - uses: docker/build-push-action@v6\n        \
         with: {{file: \"${{{{ matrix.a }}}}/${{{{ matrix.b }}}}\"}}\n"
    );
    let links = loaded(&text).links;
    links.into_iter().filter(|link| link.kind == LinkKind::Dockerfile).map(|link| link.path).collect()
}

#[test]
fn each_run_that_a_matrix_lists_is_told() {
    let ends = |matrix: &str| -> Vec<String> {
        files(matrix).iter().map(|path| path.trim_start_matches("../").to_owned()).collect()
    };
    assert_eq!(ends("{include: [{a: x, b: y}, {a: z, b: w}]}"), ["x/y", "z/w"]);
    assert_eq!(ends("{a: [x, z], include: [{b: y}, {a: z, b: w}]}"), ["x/y", "z/w"]);
    assert_eq!(ends("{a: [x, z], include: [{a: z, b: w}, {b: y}]}"), ["x/y", "z/y"]);
    assert_eq!(ends("{a: [x], include: [{b: y}, {a: q, b: r}]}"), ["x/y", "q/r"]);
    // What cannot be told is left open.
    assert!(ends("{a: [x], b: [y]}").is_empty());
    assert!(ends("{a: [x], exclude: [{a: x}], include: [{a: q, b: r}]}").is_empty());
    assert!(ends("{a: \"${{ fromJSON(inputs.a) }}\", include: [{a: q, b: r}]}").is_empty());
}

/// The variables of env files that a job writes in another shell's language.
fn written(head: &str, step: &str) -> Vec<String> {
    use std::collections::BTreeMap;
    let text = format!("on: push\n{head}jobs:\n  a:\n    runs-on: RUNNER\n    steps:\n{step}");
    let runner = if head.contains("linux") { "ubuntu-latest" } else { "windows-latest" };
    let text = text.replace("RUNNER", runner);
    let path = SourcePath::new(".github/workflows/x.yml");
    let source = SourceFile::new(path.clone(), text.as_bytes().to_vec());
    let claim = Claim::new(Role::Deploy);
    let loaded = load(&source, &claim);
    let file = crate::loaders::File { source, format: LOADER.name, claim, loaded, outcomes: Vec::new(), local: false };
    let files = BTreeMap::from([(path, file)]);
    let groups = assemble::assemble(&crate::loaders::Files::new(&files, &|_| false)).groups;
    let written = groups.into_iter().flat_map(|group| group.written_files);
    written.flat_map(|file| file.settings).map(|setting| format!("{}", setting.name)).collect()
}

#[test]
fn each_step_is_read_in_the_language_of_its_shell() {
    let power = "      - run: |\n          $env:A = 'x'\n          \"B=$env:A\" >> .env\n";
    let posix = "      - run: echo B=1 >> .env\n";
    assert_eq!(written("", power), ["B"]);
    assert!(written("# linux\n", "      - {run: \"'B=1' | Out-File .env\"}\n").is_empty());
    assert_eq!(written("", &power.replace("- run", "- shell: pwsh\n        run")), ["B"]);
    assert_eq!(written("defaults: {run: {shell: bash}}\n", posix), ["B"]);
    let cmd = "      - shell: cmd\n        run: |\n          set A=1\n          echo C=%A%x>> .env\n";
    assert_eq!(written("", cmd), ["C"]);
    assert!(written("", &posix.replace("- run", "- shell: python\n        run")).is_empty());
    assert!(written("", &posix.replace("- run", "- shell: ${{ matrix.shell }}\n        run")).is_empty());
}
