//! What `environment` comes to.

use super::*;

fn web(environment: &str) -> String {
    format!("services:\n  web:\n    image: x\n    environment:\n{environment}")
}

#[test]
fn a_plain_scalar_is_what_the_container_sees() {
    for (written, seen) in [
        ("007", "7"),
        ("1.10", "1.1"),
        ("true", "true"),
        ("yes", "yes"),
        ("0x1F", "31"),
        ("12:30:45", "12:30:45"),
        ("2024-01-02", "2024-01-02 00:00:00 +0000 UTC"),
        ("\"007\"", "007"),
        ("'1.10'", "1.10"),
        ("!!str 007", "007"),
        ("\"\"", ""),
    ] {
        assert_eq!(value(&web(&format!("      A: {written}\n"))).as_deref(), Some(seen), "{written}");
    }
    assert_eq!(value(&web("      - A=007\n")).as_deref(), Some("007"));
}

#[test]
fn null_in_any_writing_passes_through_and_an_empty_string_does_not() {
    let text = web("      A:\n      B: ~\n      C: null\n      D: \"\"\n      E: 'null'\n");
    assert_eq!(environment(&text), ["A", "B", "C", "D=", "E=null"]);
    assert_eq!(environment(&web("      - A\n      - B=\n      - C=~\n")), ["A", "B=", "C=~"]);
}

#[test]
fn a_list_item_ends_its_name_at_the_first_equals_sign() {
    assert_eq!(environment(&web("      - URL=http://h/?a=b\n      - \"Q=x y\"\n")), ["URL=http://h/?a=b", "Q=x y"]);
}

#[test]
fn both_forms_of_a_dollar_sign_are_read() {
    assert_eq!(environment(&web("      A: $$x\n      B: ${B}\n      C: $1\n")), ["A=$x", "B=${B}", "C=$1"]);
}

#[test]
fn keys_are_never_interpolated_and_names_of_list_items_are() {
    assert_eq!(environment(&web("      $A: 1\n")), ["$A=1"]);
    let group = group(&[("compose.yaml", &web("      - $A=1\n      - B=2\n"))]);
    assert_eq!(settings(&target(&group, "web").layers[0]), ["B=2"]);
    assert_eq!(target(&group, "web").layers[0].state, LayerState::Partial);
    assert_eq!(reads(&group), ["A for plumbing of web"]);
}

#[test]
fn an_empty_environment_is_fine() {
    let text = web("");
    assert!(problems(&text).is_empty());
    assert!(environment(&text).is_empty());
}

#[test]
fn own_keys_win_over_merge_keys_and_the_first_of_a_list_wins() {
    let text = "
x-a: &a { A: a, B: a, C: a }
x-b: &b { B: b, C: b, D: b }
services:
  web:
    image: x
    environment:
      <<: [*a, *b]
      A: own
";
    assert_eq!(environment(text), ["A=own", "B=a", "C=a", "D=b"]);
}

#[test]
fn a_value_through_an_anchor_stands_where_its_text_stands() {
    let text = "x-env: &env\n  TOKEN: &t abc\nservices:\n  web:\n    image: x\n    environment:\n      <<: *env\n      OTHER: *t\n";
    let given = given(&[("compose.yaml", text)]);
    let group = given.assemble().groups.remove(0);
    let settings = &target(&group, "web").layers[0].settings;
    assert_eq!(settings.iter().map(shown).collect::<Vec<_>>(), ["OTHER=abc", "TOKEN=abc"]);
    assert_eq!(given.text(&settings[0].place), "OTHER");
    assert_eq!(given.text(&settings[1].place), "TOKEN");
    assert!(settings[1].place.span.start < text.find("services").unwrap());
    assert_eq!(settings[0].value_span, settings[1].value_span);
}

#[test]
fn spans_are_those_of_the_name_and_of_the_value_without_quotes() {
    let text = web(
        "      - PLAIN=a=b # c\n      - \"QUOTED=x\\ty\"\n      - 'SINGLE=it''s'\n      - BARE\n      - >-\n        FOLDED=one\n        two\n",
    );
    let given = given(&[("compose.yaml", &text)]);
    let group = given.assemble().groups.remove(0);
    let spans: Vec<(&str, &str)> = target(&group, "web").layers[0]
        .settings
        .iter()
        .map(|setting| (given.text(&setting.place), slice(&text, setting.value_span)))
        .collect();
    let expected =
        [("PLAIN", "a=b"), ("QUOTED", "x\\ty"), ("SINGLE", "it''s"), ("BARE", ""), ("FOLDED", "one\n        two")];
    assert_eq!(spans, expected);
}

#[test]
fn spans_of_a_mapping_are_those_of_key_and_value() {
    let text = "\u{feff}services:\r\n  wéb:\r\n    image: x\r\n    environment:\r\n      \"KEY\": 'välue'\r\n      \
                BLOCK: |\r\n        one\r\n        two ${X}\r\n      EMPTY: \"\"\r\n      NULL:\r\n      FLOW: {a: b}\r\n";
    let given = given(&[("compose.yaml", text)]);
    let group = given.assemble().groups.remove(0);
    let settings = &target(&group, "wéb").layers[0].settings;
    let spans: Vec<(&str, &str)> =
        settings.iter().map(|setting| (given.text(&setting.place), slice(text, setting.value_span))).collect();
    let expected =
        [("KEY", "välue"), ("BLOCK", "one\r\n        two ${X}"), ("EMPTY", ""), ("NULL", ""), ("FLOW", "{a: b}")];
    assert_eq!(spans, expected);
    assert_eq!(slice(text, group.reads[0].reference.span), "${X}");
}

#[test]
fn what_is_no_scalar_is_unknown_and_a_problem() {
    let text = web("      A: [x]\n      B: {y: z}\n      C: .inf\n      D: 1\n");
    assert_eq!(environment(&text), ["A=?", "B=?", "C=?", "D=1"]);
    let places: Vec<_> = problems(&text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["[x]", "{y: z}", ".inf"]);
}

#[test]
fn a_list_item_that_is_no_text_is_a_problem() {
    let text = web("      - A: 1\n      - 5\n      - true\n      -\n      - B=2\n");
    assert_eq!(problems(&text).len(), 4);
    assert_eq!(environment(&text), ["A=?", "B=2"]);
    let group = group(&[("compose.yaml", &text)]);
    assert_eq!(target(&group, "web").layers[0].state, LayerState::Partial);
}

#[test]
fn a_space_before_the_equals_sign_is_a_problem() {
    let text = web("      - \"E = 5\"\n");
    assert_eq!(problems(&text), [("E".to_owned(), "compose refuses the space between `E` and `=`".to_owned())]);
}

#[test]
fn an_environment_that_is_text_is_a_problem() {
    let text = "services:\n  web:\n    image: x\n    environment: A=1\n";
    assert_eq!(problems(text), [("A=1".to_owned(), "`environment` must be a mapping or a list".to_owned())]);
    assert_eq!(target(&group(&[("compose.yaml", text)]), "web").layers[0].state, LayerState::Partial);
}

#[test]
fn a_repeated_name_is_a_problem_in_a_mapping_and_the_last_wins_in_a_list() {
    assert_eq!(
        problems(&web("      A: 1\n      A: 2\n")),
        [("A".to_owned(), "this key stands twice in one mapping".to_owned())]
    );
    let list = web("      - A=1\n      - A=2\n");
    assert!(problems(&list).is_empty());
    assert_eq!(environment(&list).last().unwrap(), "A=2");
}

#[test]
fn an_invalid_template_is_a_problem_and_its_value_unknown() {
    let text = web("      A: ${A B}\n      B: \"${B:-one\\\n        two}\"\n      C: \"${\"\n");
    assert_eq!(environment(&text)[0], "A=?");
    assert_eq!(environment(&text)[2], "C=?");
    let places: Vec<_> = problems(&text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["${A B}", "${"]);
}

#[test]
fn an_unclosed_brace_in_a_flow_list_is_no_yaml() {
    assert!(!problems("services: { web: { image: x, environment: [A=${X:-y}] } }").is_empty());
}
