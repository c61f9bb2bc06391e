//! What one file says by itself: links, ignores, problems, and what may be shown.

use super::*;

#[test]
fn every_form_of_env_file_is_a_link() {
    let link = |path: &str, required| (LinkKind::EnvFile, path.to_owned(), required);
    assert_eq!(links("services: {a: {image: x, env_file: .env}}"), [link(".env", true)]);
    assert_eq!(
        links(
            "services:\n  a:\n    image: x\n    env_file:\n      - a.env\n      - path: b.env\n        required: false\n      - path: 'c.env'\n        format: raw\n"
        ),
        [link("a.env", true), link("b.env", false), link("c.env", true)]
    );
    assert_eq!(links("services: {a: {image: x, env_file: ['${E}.env']}}"), [link("${E}.env", true)]);
}

#[test]
fn an_env_file_of_a_profiled_service_is_not_required() {
    let text = "services: {a: {image: x, profiles: [debug], env_file: a.env}}";
    assert_eq!(links(text), [(LinkKind::EnvFile, "a.env".to_owned(), false)]);
}

#[test]
fn includes_are_links_with_their_env_files() {
    let text = "include:\n  - a/compose.yaml\n  - path: [b.yml, c.yml]\n    env_file: [b.env, /dev/null]\n    project_directory: b\n";
    assert_eq!(
        links(text),
        [
            (LinkKind::Include, "a/compose.yaml".to_owned(), true),
            (LinkKind::Include, "b.yml".to_owned(), true),
            (LinkKind::Include, "c.yml".to_owned(), true),
            (LinkKind::EnvFile, "b.env".to_owned(), true),
        ]
    );
}

#[test]
fn extends_of_another_file_is_a_link_and_of_the_same_file_is_none() {
    let text =
        "services:\n  a: {extends: {file: base.yml, service: b}}\n  c: {extends: a}\n  d: {extends: {service: a}}\n";
    assert_eq!(links(text), [(LinkKind::Extends, "base.yml".to_owned(), true)]);
}

#[test]
fn dockerfiles_are_links() {
    let dockerfile = |path: &str, required| (LinkKind::Dockerfile, path.to_owned(), required);
    let build = |build: &str| links(&format!("services: {{a: {{build: {build}}}}}"));
    assert_eq!(build("./web"), [dockerfile("./web/Dockerfile", false)]);
    assert_eq!(build("{context: web, dockerfile: ../D.prod}"), [dockerfile("web/../D.prod", true)]);
    assert_eq!(build("{dockerfile: D}"), [dockerfile("./D", false)]);
    assert_eq!(build("{context: '${CTX:-api}'}"), [dockerfile("api/Dockerfile", false)]);
    assert!(build("{context: '${CTX}'}").is_empty());
    assert!(build("https://github.com/a/b.git#main").is_empty());
    assert!(build("{context: ., dockerfile_inline: FROM x}").is_empty());
}

#[test]
fn an_empty_env_file_is_a_problem() {
    let text = "services:\n  a:\n    image: x\n    env_file:\n";
    assert_eq!(problems(text), [("env_file".to_owned(), "`env_file` is empty, which compose refuses".to_owned())]);
    assert!(problems("services: {a: {image: x, env_file: []}}").is_empty());
    assert_eq!(problems("services: {a: {image: x, env_file: [5, {required: true}]}}").len(), 2);
    assert_eq!(problems("services: {a: {image: x, env_file: {path: a}}}").len(), 1);
}

#[test]
fn wrong_types_are_problems_and_no_panic() {
    for text in
        ["- a", "text", "services: [a]", "services: 5", "services: {a: }", "services: {a: [x]}", "include: a.yml"]
    {
        assert_eq!(problems(text).len(), 1, "{text}");
    }
    for text in ["", "services:", "services: {}", "x-a: 1", "volumes:\n  v:\n"] {
        assert!(problems(text).is_empty(), "{text}");
    }
}

#[test]
fn ignores_speak_of_their_own_line_or_the_next_one() {
    let text =
        "services:\n  web:\n    # envcheck: ignore[empty-value] on purpose\n    image: x # envcheck: ignore[a]\n";
    let found: Vec<_> = loaded(text).ignores.into_iter().map(|ignore| (ignore.rules, ignore.line)).collect();
    assert_eq!(found, [(vec!["empty-value".to_owned()], 4), (vec!["a".to_owned()], 4)]);
}

#[test]
fn bytes_that_are_no_utf8_are_a_problem_and_make_their_value_unknown() {
    let bytes =
        b"services:\n  web:\n    image: x\n    environment:\n      B: b\n      A: \"a\xff\"\n      C: c\xff\n".to_vec();
    let source = SourceFile::new(SourcePath::new("compose.yaml"), bytes);
    let loaded = (LOADER.load)(&source, &Claim::new(crate::fact::Role::Deploy));
    assert_eq!(loaded.problems.len(), 1);
    let outcomes = Vec::new();
    let file = File {
        source,
        format: "compose",
        claim: Claim::new(crate::fact::Role::Deploy),
        loaded,
        outcomes,
        local: false,
    };
    let given = Given { files: BTreeMap::from([(SourcePath::new("compose.yaml"), file)]), ignored: Vec::new() };
    let group = given.assemble().groups.remove(0);
    assert_eq!(settings(&target(&group, "web").layers[0]), ["B=b", "A=?"]);
    assert!(target(&group, "web").partial);
}

/// The text with everything that may not be shown replaced, line by line.
fn legible(text: &str) -> String {
    let source = source("compose.yaml", text);
    let loaded = loaded(text);
    let mut lines = Vec::new();
    for line in 1..=text.lines().count() {
        lines.push(crate::source::Snippet::new(&source, &loaded.shown, line).text.trim_end().to_owned());
    }
    lines.join("\n")
}

#[test]
fn names_and_structure_are_shown_and_values_are_not() {
    let text = "services:
  web: # hunter2
    image: hunter2
    env_file: [.env, 'a b.env']
    environment:
      TOKEN: hunter2
      \"Q\": ${PW:-hunter2}
      URL: postgres://u:${PW}@host
      MAP: {hunter2: hunter2}
      SET: {hunter2}
      RAW: pa$hunter2
  api:
    environment:
      - TOKEN=hunter2
      - \"OTHER=hunter2\"
      - BARE
x-e: &e { A: hunter2, hunter2 }
";
    assert_eq!(
        legible(text),
        "services:
  web: ••••
    image: ••••
    env_file: [.env••••a b.env••••]
    environment:
      TOKEN: ••••
      \"Q\": ${PW:-••••}
      URL: ••••${PW}••••
      MAP: ••••
      SET: ••••
      RAW: ••••
  api:
    environment:
      - TOKEN=••••
      - ••••OTHER=••••
      - BARE
x-e: •••• { A: •••• }"
    );
}

#[test]
fn nothing_of_a_broken_file_is_shown_behind_the_break() {
    let text = "services:\n  web:\n    environment:\n      A: \"hunter2\n      B: hunter2\n";
    assert!(!legible(text).contains("hunter2"));
}

#[test]
fn no_message_holds_a_value() {
    let texts = [
        "services: {a: {environment: [hunter2: hunter2, 'A = hunter2', '=hunter2']}}",
        "services: {a: {environment: {A: ['hunter2'], B: '${A hunter2}'}}}",
        "services: {a: {environment: ['my hunter2 = x'], args: {'my hunter2': []}}}",
        "services: {a: {environment: hunter2}}",
        "services: {a: {environment: {A: \"hunter2}}}",
        "hunter2",
        "services: hunter2",
    ];
    for text in texts {
        for (_, message) in problems(text) {
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_and_every_span_fits(
        text in "(services:|\n|  |    |web:|- |A=|environment:|env_file:|extends:|build:|\\$\\{A\\}|\\{|\\}|<<: |&a |\\*a|x|\"|é){0,40}"
    ) {
        let loaded = loaded(&text);
        let spans = loaded.shown.iter().copied().chain(loaded.problems.iter().map(|problem| problem.span));
        for span in spans.chain(loaded.links.iter().map(|link| link.span)) {
            proptest::prop_assert!(text.get(span.start..span.end).is_some());
        }
        let assembled = assembled(&[("compose.yaml", &text), ("compose.override.yaml", &text), (".env", "A=1")]);
        for setting in assembled.groups.iter().flat_map(|group| &group.targets).flat_map(|target| &target.layers).flat_map(|layer| &layer.settings) {
            proptest::prop_assert!(setting.place.path.name() == ".env" || text.get(setting.place.span.start..setting.place.span.end).is_some());
        }
    }
}
