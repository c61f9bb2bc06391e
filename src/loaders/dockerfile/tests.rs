//! Tests of the Dockerfile loader.

use super::*;

fn read(text: &str) -> (SourceFile, Loaded) {
    let source = SourceFile::new(SourcePath::new("app/Dockerfile"), text.as_bytes().to_vec());
    let loaded = load(&source, &Claim::new(Role::Manifest));
    (source, loaded)
}

fn image(text: &str) -> Image {
    read(text).1.image.unwrap()
}

/// `NAME=value`, `NAME=?` for a value with references, `NAME` without one.
fn told(settings: &[&Setting]) -> Vec<String> {
    let told = |setting: &&Setting| match &setting.value {
        SettingValue::Given(template) => match template.as_literal() {
            Some(value) => format!("{}={}", setting.name, value.expose()),
            None => format!("{}=?", setting.name),
        },
        _ => setting.name.to_string(),
    };
    settings.iter().map(told).collect()
}

#[test]
fn files_are_claimed_by_name() {
    let claimed = |path: &str| claims(&SourcePath::new(path)).is_some();
    for path in ["Dockerfile", "a/dockerfile", "Dockerfile.prod", "apps/web.Dockerfile", "Containerfile"] {
        assert!(claimed(path), "{path}");
    }
    for path in
        [".dockerignore", "Dockerfile.dockerignore", "Dockerfile.j2", "dockerfiles", "docker.yml", ".dockerfile"]
    {
        assert!(!claimed(path), "{path}");
    }
}

#[test]
fn both_forms_of_env_are_read() {
    let image = image("FROM a\nENV A=1 B=\"x y\" C= \\\n  D=a\\ b\nENV E some text = x\n");
    assert_eq!(told(&image.environment(None)), ["A=1", "B=x y", "C=", "D=a b", "E=some text = x"]);
}

#[test]
fn spans_are_those_of_the_file() {
    let (source, loaded) = read("\u{feff}FROM ä\r\nENV A=\"ö\" \\\r\n # why\r\n BB=22\r\n");
    let image = loaded.image.unwrap();
    let spans: Vec<(&str, &str)> = image.stages[0]
        .settings
        .iter()
        .map(|setting| (source.slice(setting.place.span), source.slice(setting.value_span)))
        .collect();
    assert_eq!(spans, [("A", "\"ö\""), ("BB", "22")]);
    let shown: Vec<&str> = loaded.shown.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(shown, ["FROM", "ENV", "=", "A", "=", "BB"]);
}

#[test]
fn a_stage_has_what_the_stages_set_that_it_starts_from() {
    let image = image(
        "ARG TAG=1\nFROM node:$TAG AS base\nENV A=1 B=1\nFROM base AS build\nARG X\nENV B=2\nFROM nginx\n\
         COPY --from=build /a /b\nARG Y=1\nENV C=$Y\nFROM BASE as other\nRUN --mount=type=cache,from=build,target=/x y\n",
    );
    assert_eq!(told(&image.environment(Some("build"))), ["A=1", "B=1", "B=2"]);
    assert_eq!(told(&image.environment(Some("2"))), ["C=?"]);
    assert_eq!(told(&image.environment(None)), ["A=1", "B=1"]);
    assert!(image.environment(Some("none")).is_empty());
    assert_eq!(told(&image.arguments(Some("2"))), ["X", "Y=1"]);
    assert_eq!(told(&image.arguments(None)), ["X"]);
    assert_eq!(image.arguments.len(), 1);
}

#[test]
fn a_stage_that_starts_from_itself_ends() {
    let image = image("FROM a AS a\nENV A=1\nCOPY --from=a x y\nFROM a AS a\nENV B=1\n");
    assert_eq!(told(&image.environment(Some("a"))), ["A=1", "B=1"]);
    assert_eq!(image.arguments(None).len(), 0);
}

/// What the commands of the last stage read.
fn reads(text: &str) -> Vec<String> {
    let stages = image(text).stages;
    let commands = stages.last().unwrap().commands.iter();
    commands.flat_map(|command| &command.shell.reads).map(|read| format!("{} {:?}", read.name, read.need)).collect()
}

#[test]
fn commands_read_what_their_shell_expands() {
    let text = "FROM a\nRUN <<EOF\nx $A\nEOF\nRUN cat <<EOF > x\nit's $B\nEOF\nENTRYPOINT [\"a\", \"$C\"]\n\
                CMD b ${D:-1} \\\n ${E:?}\n";
    assert_eq!(reads(text), ["A Hoped", "B Hoped", "D Optional", "E Required"]);
    assert_eq!(reads("FROM a\nCMD [\"sh\", \"-c\", \"x ${A:-b}\"]\n"), ["A Optional"]);
    assert_eq!(reads("FROM a\nRUN A=1 x $A\n"), ["A Hoped"; 0]);
}

#[test]
fn a_lent_secret_is_no_read_of_the_surroundings() {
    let text =
        "FROM a\nRUN --mount=type=secret,id=npm,env=NPM_TOKEN --mount=type=secret,target=/run/secrets/b x $NPM_TOKEN\n";
    assert!(reads(text).is_empty());
    let secrets = image(text).stages[0].commands[0].secrets.clone();
    let told: Vec<_> =
        secrets.iter().map(|mount| (mount.id.as_deref(), mount.variable.as_ref().map(Name::as_str))).collect();
    assert_eq!(told, [(Some("npm"), Some("NPM_TOKEN")), (Some("b"), None)]);
    let (source, loaded) = read(text);
    assert!(loaded.shown.iter().any(|span| source.slice(*span) == "NPM_TOKEN"));
}

#[test]
fn a_build_sees_the_arguments_of_its_stage_that_stand_before_it() {
    let image = image(
        "ARG G=1\nFROM a AS base\nARG A\nENV E=1\nFROM base AS build\nARG B\nARG G\nRUN npm run build\nARG C\n\
         FROM a AS other\nARG D\nFROM nginx\nARG F\nCOPY --from=build /x /y\n",
    );
    let bundling = image.bundling(None);
    assert_eq!(bundling.len(), 1);
    let (arguments, settings) = image.seen_by(bundling[0]);
    assert_eq!(told(&arguments), ["A", "B", "G"]);
    assert_eq!(told(&settings), ["E=1"]);
    assert_eq!(told(&[image.defaults().of(arguments[2]).unwrap()]), ["G=1"]);
    assert!(image.defaults().of(arguments[0]).is_none());
    assert!(image.bundling(Some("other")).is_empty());
}

#[test]
fn files_of_the_context_are_followed_through_the_stages() {
    let image = image(
        "FROM a AS build\nWORKDIR /app\nCOPY package*.json ./\nCOPY apps/web ./apps/web\nCOPY docker/start.sh /start\n\
         FROM b\nWORKDIR /srv\nCOPY --from=build /app/apps/web/ .\nCOPY --from=build /start ./bin/\n",
    );
    let into = |path: &str| image.copies_of(1, path).len();
    assert_eq!((into("apps/web/.env"), into(".env"), into("package.json"), into("docker/start.sh")), (1, 0, 0, 1));
    assert_eq!(image.copies_of(0, "package-lock.json").len(), 1);
    assert_eq!(image.origin(1, "/srv/bin/start").as_deref(), Some("docker/start.sh"));
    assert_eq!(image.origin(1, "/srv/entry.sh").as_deref(), Some("apps/web/entry.sh"));
    assert_eq!(image.origin(1, "/etc/x"), None);
}

#[test]
fn the_script_that_a_container_starts_is_named() {
    let links = |text: &str| -> Vec<String> { read(text).1.links.into_iter().map(|link| link.path).collect() };
    let text = "FROM a\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./docker/entry.sh\"]\nCMD [\"node\", \"x.js\"]\n";
    assert_eq!(links(text), ["docker/entry.sh", "../docker/entry.sh"]);
    assert_eq!(links("FROM a\nCOPY run /run\nCMD /run\n"), ["run", "../run"]);
    assert_eq!(links("FROM a\nENTRYPOINT [\"docker-entrypoint.sh\"]\n"), [""; 0]);
    assert_eq!(links("FROM a\nCOPY --from=busybox /bin/x /x\nENTRYPOINT [\"/x\"]\n"), [""; 0]);
}

#[test]
fn checks_that_are_turned_off_are_told() {
    let skipped = |text: &str| image(text).skipped_checks;
    assert_eq!(skipped("# syntax=docker/dockerfile:1\n# check=skip=A,B;error=true\nFROM a\n"), ["A", "B"]);
    assert_eq!(skipped("FROM a\n# check=skip=A\n"), [""; 0]);
}

#[test]
fn what_a_base_is_made_of_is_told() {
    let image = image("ARG A=1\nARG B=$A\nFROM --platform=$C x:${B}\n");
    assert_eq!(image.base_reads.iter().map(Name::as_str).collect::<Vec<_>>(), ["A", "C", "B"]);
}

#[test]
fn a_fault_is_told_and_the_rest_is_read() {
    let (source, loaded) = read("FROM a\nENV A=1\nhunter2=x \\\n more\nagain\nENV B=1 word C=1\nENV D\nARG\n");
    let found: Vec<(&str, &str)> =
        loaded.problems.iter().map(|problem| (source.slice(problem.span), problem.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("hunter2=x", "this line begins with no instruction of a Dockerfile"),
            ("word", "this word of an `ENV` has no `=`"),
            ("D", "this `ENV` gives no value"),
            ("", "`ARG` names no argument"),
        ]
    );
    assert_eq!(told(&loaded.image.unwrap().environment(None)), ["A=1", "B=1", "C=1"]);
    assert!(loaded.shown.iter().all(|span| source.slice(*span) != "hunter2=x"));
}

#[test]
fn a_front_end_of_its_own_may_have_its_own_instructions() {
    assert!(read("# syntax=example.com/front:1\nFROM a\nINCLUDE b\n").1.problems.is_empty());
    assert_eq!(read("# syntax=docker/dockerfile:1\nFROM a\nINCLUDE b\n").1.problems.len(), 1);
}

#[test]
fn a_file_without_a_stage_is_told_once() {
    assert_eq!(read("").1.problems.len(), 1);
    assert_eq!(read("RUN x\nENV A=1\n").1.problems.len(), 1);
    assert_eq!(read("ARG A\n").1.problems.len(), 1);
}

#[test]
fn comments_can_ignore() {
    let loaded =
        read("FROM a\n# envcheck: ignore[plaintext-secret] public\nENV A=1 \\\n  # envcheck: ignore[x] y\n B=2\n").1;
    let lines: Vec<usize> = loaded.ignores.iter().map(|ignore| ignore.line).collect();
    assert_eq!(lines, [3, 5]);
}

#[test]
fn hostile_text_is_survived() {
    for text in [
        "FROM",
        "FROM \\",
        "ENV",
        "\\",
        "\\\\\n\\",
        "FROM a\nENV =",
        "FROM a\nENV =x",
        "FROM a\nENV A=\"",
        "FROM a\nENV A='\\",
        "FROM a\nRUN <<",
        "FROM a\nRUN <<''",
        "FROM a\nONBUILD",
        "FROM a\nONBUILD RUN <<X",
        "#",
        "# escape=",
        "\u{feff}",
        "\0\0",
        "FROM a\nENV $A=1 A$B=2 \"C\"=3",
        "FROM --platform=x",
        "FROM a as",
        "FROM a\nENV \u{85}A=1",
        "# escape=`\nFROM a\nENV A=`",
        "FROM a\nENV A=\u{1a}",
    ] {
        let (source, loaded) = read(text);
        for span in &loaded.shown {
            assert!(source.text().get(span.start..span.end).is_some(), "{text}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic_and_every_span_fits(
        pieces in proptest::collection::vec("(FROM a|ENV|ARG|RUN|A=|\\$\\{A:-|\\}|<<E|E|\"|'|\\\\|`|#| |\n|\r\n|é|.)", 0..40),
    ) {
        let (source, loaded) = read(&pieces.concat());
        let image = loaded.image.unwrap_or_default();
        let settings = image.stages.iter().flat_map(|stage| stage.settings.iter().chain(&stage.arguments));
        let settings: Vec<Span> = settings.flat_map(|setting| [setting.place.span, setting.value_span]).collect();
        let problems = loaded.problems.iter().map(|problem| problem.span);
        for span in loaded.shown.iter().copied().chain(settings).chain(problems) {
            proptest::prop_assert!(source.text().get(span.start..span.end).is_some());
        }
    }
}

#[test]
fn many_stages_and_copies_end() {
    let stages = |count: usize| -> String {
        let stage =
            |index: usize| format!("FROM s{} AS s{}\nCOPY --from=s{0} / /\nCOPY . .\n", index.saturating_sub(1), index);
        (0..count).map(stage).collect()
    };
    let image = image(&stages(300));
    assert!(!image.copies_of(299, ".env").is_empty());
    assert_eq!(image.origin(299, "/none/x").as_deref(), Some("none/x"));
    let (_, loaded) = read(&stages(3_000));
    assert_eq!(loaded.image.unwrap().stages.len(), STAGES);
    assert_eq!(loaded.problems.len(), 1);
}

#[test]
fn one_long_instruction_ends() {
    let text = format!("FROM a\nRUN {}\nCMD {}\n", "A=1 $B ".repeat(100_000), "x ".repeat(100_000));
    assert_eq!(image(&text).stages[0].commands.len(), 2);
    let text = format!("FROM a\nCOPY {} /x\n", "a*b ".repeat(100_000));
    assert!(image(&text).copies_of(0, "c").is_empty());
}
