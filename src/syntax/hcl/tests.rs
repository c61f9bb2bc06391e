use super::*;

fn text_of(text: &str, span: Span) -> &str {
    &text[span.start..span.end]
}

fn value(text: &str) -> Kind {
    let file = format!("a = {text}\n");
    let mut hcl = Hcl::parse_values(&file);
    assert_eq!(hcl.faults, [], "{text}");
    hcl.body.attributes.remove(0).value.kind
}

fn plain(text: &str) -> String {
    match value(text) {
        Kind::Text(text) => text.expose().to_owned(),
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn blocks_have_kinds_labels_and_bodies() {
    let text = "resource \"a\" b {\n  x = 1\n  y { z = 2 }\n}\nlocals {}\n";
    let hcl = Hcl::parse(text);
    assert_eq!(hcl.faults, []);
    let [resource, locals] = hcl.body.blocks.as_slice() else { panic!("two blocks") };
    assert_eq!((resource.label(0), resource.label(1), &*locals.kind), (Some("a"), Some("b"), "locals"));
    assert_eq!(text_of(text, resource.labels[0].span), "a");
    assert_eq!(text_of(text, resource.span).lines().count(), 4);
    assert!(resource.body.get("x").is_some() && resource.body.blocks[0].body.get("z").is_some());
}

#[test]
fn texts_are_unescaped() {
    assert_eq!(plain(r#""tab\tnl\nunic\u00e9 \U0001F600 \"q\" \\""#), "tab\tnl\nunic\u{e9} \u{1F600} \"q\" \\");
    assert_eq!(plain(r#""$${esc} %%{esc} $HOME 100% $""#), "${esc} %{esc} $HOME 100% $");
    assert_eq!(plain(r#""""#), "");
}

#[test]
fn heredocs_keep_their_last_line_break_and_lose_their_indent() {
    assert_eq!(plain("<<EOT\nhello\n world\nEOT"), "hello\n world\n");
    assert_eq!(plain("<<-EOT\n      x\n\n    y\n      EOT"), "  x\n\ny\n");
    assert_eq!(plain("<<EOT\nEOT"), "");
    assert_eq!(plain("<<EOT\na \\n \"b\"\nEOT"), "a \\n \"b\"\n");
    let Kind::Template(pieces) = value("<<-EOT\n  a ${var.b}\n    c\n  EOT") else { panic!("a template") };
    let [Piece::Text(first), Piece::Expression(_), Piece::Text(last)] = pieces.as_slice() else { panic!("{pieces:?}") };
    assert_eq!((first.expose(), last.expose()), ("a ", "\n  c\n"));
}

#[test]
fn expressions_are_read_whatever_they_hold() {
    for text in [
        "1 + 2 * 3 - -4",
        "true ? \"x\" : null",
        "[for k, v in { a = 1 } : \"${k}-${v}\" if v != 2]",
        "{ for s in var.list : s.name => s... }",
        "merge({ a = 1, b : 2 }, var.more)",
        "module.x[\"a\"].out[0].*.id",
        "var.list[*].name",
        "f(a, [1, 2,], b...)",
        "provider::x::f(1)",
        "(\n1\n+\n2\n)",
        "{\n  a = 1\n  \"b-c\" = 2, (var.k) = 3\n  \"${var.k}\" = 4\n}",
        "!(a && b) || c == d",
        "x.0.y",
        "\"%{ if var.a }y%{ else }n%{ endif }\"",
        "\"${ join(\", \", [\"a\"]) }\"",
        "[\n  # why\n  1, // not\n  /* 2 */\n]",
        "<<-A\n  ${jsonencode({\n    a = 1\n  })}\n  A",
        "{ for = 1 }",
        "[]",
        "{}",
    ] {
        value(text);
    }
}

#[test]
fn references_to_variables_are_found_wherever_they_stand() {
    let text = "a = \"x-${var.one}\"\nb { c = merge(var.two, { d = var.three[0].x })\n}\n";
    let hcl = Hcl::parse(text);
    let found: Vec<_> = hcl.reads.iter().map(|(name, span)| (&**name, text_of(text, *span))).collect();
    assert_eq!(found, [("one", "var.one"), ("two", "var.two"), ("three", "var.three")]);
}

#[test]
fn what_a_loop_calls_var_is_no_variable_of_the_module() {
    let hcl = Hcl::parse("a = [for var in var.all : var.name if var.on]\nb = var.two\n");
    let found: Vec<_> = hcl.reads.iter().map(|(name, _)| &**name).collect();
    assert_eq!(found, ["all", "two"]);
}

#[test]
fn what_terraform_refuses_is_a_fault() {
    for text in [
        "\"a\" = \"x\"",
        "a: \"x\"",
        "a = \"unterminated",
        "a=\"x\" b=\"y\"",
        "1a = 2",
        "a = 'x'",
        "a = \"\\q\"",
        "a = \"x\"; ",
        "a = \"x\"\nb",
        "a = \"multi\nline\"",
        "a = <<\"EOT\"\nx\nEOT",
        "a = <<EOT\nx\n",
        "a =",
        "a = [1, 2",
        "a = {",
        "}",
    ] {
        assert!(!Hcl::parse_values(text).faults.is_empty(), "{text}");
    }
}

#[test]
fn a_fault_costs_no_more_than_its_own_block() {
    let text = "variable \"a\" {\n  default = \"x\n}\n\nvariable \"b\" {}\n\nresource \"r\" \"s\" {\n  x = 1\n  \
                y {\n\nlocals {\n  z = 1\n}\n";
    let hcl = Hcl::parse(text);
    assert_eq!(hcl.faults.len(), 2, "{:?}", hcl.faults);
    let kinds: Vec<_> = hcl.body.blocks.iter().map(|block| (&*block.kind, block.body.broken)).collect();
    assert_eq!(kinds, [("variable", true), ("variable", false), ("resource", true), ("locals", false)]);
    assert!(hcl.body.blocks[2].body.get("x").is_some(), "what stands before the fault is kept");
    assert!(hcl.body.blocks[3].body.get("z").is_some());
}

#[test]
fn a_broken_line_of_values_costs_itself_alone() {
    let hcl = Hcl::parse_values("a = 1\nb = [1,\nc = 2\nd = \"x\n e = 3\nf = 4\n");
    let names: Vec<_> = hcl.body.attributes.iter().map(|attribute| &*attribute.name).collect();
    assert_eq!((names, hcl.faults.len()), (vec!["a", "c", "f"], 2));
}

#[test]
fn values_that_lost_their_quotes_are_never_shown() {
    let text = "password = hunter2\nkey = hunter2.x\nhunter2\ntoken = { a = hunter2 }\n";
    let hcl = Hcl::parse_values(text);
    assert!(!hcl.shown.iter().any(|span| text_of(text, *span).contains("hunter2")), "{:?}", hcl.shown);
}

#[test]
fn only_comments_that_speak_to_envcheck_are_kept() {
    let text = "# one\na = 1 // envcheck: ignore[x]\n  # envcheck: ignore[y]\n/* envcheck: ignore[z] */ b = 2\n";
    let hcl = Hcl::parse_values(text);
    let found: Vec<_> =
        hcl.comments.iter().map(|comment| (text_of(text, comment.span).trim(), comment.alone)).collect();
    let expected = [("envcheck: ignore[x]", false), ("envcheck: ignore[y]", true), ("envcheck: ignore[z]", true)];
    assert_eq!(found, expected);
}

#[test]
fn hostile_input_ends() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{ a = ", " }"), ("!", ""), ("f(", ")"), ("\"${", "}\"")] {
        let text = format!("a = {}1{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(Hcl::parse_values(&text).faults.len(), 1, "{open}");
    }
    Hcl::parse(&"b {\n".repeat(100_000));
    Hcl::parse(&"variable \"a\" {\n  x = \"\n".repeat(20_000));
    Hcl::parse(&format!("a = {}1", "1 + ".repeat(100_000)));
    Hcl::parse(&format!("a = x{}", ".y".repeat(100_000)));
    Hcl::parse(&"/*envcheck:*/".repeat(50_000));
    Hcl::parse("a = \u{1a}\u{1a}\n\"\u{0}");
    Hcl::parse("\u{feff}\r\na = 1\r\nb = <<E\r\nx\r\nE\r\n");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "[a{}\\[\\]()=\",.<E\n $%~?:!&#/*-]{0,60}") {
        for hcl in [Hcl::parse(&text), Hcl::parse_values(&text)] {
            for span in hcl.shown.iter().chain(hcl.faults.iter().map(|fault| &fault.span)) {
                proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{:?}", span);
            }
        }
    }

    /// `hcl-edit` refuses what Terraform takes (a key that is there twice), and takes what it refuses (`a = "${}"`?),
    /// so only what both take is compared: that is the number of attributes and blocks.
    #[test]
    fn what_the_judge_reads_is_read_alike(text in "([ab] = (1|\"x\"|\"a\\$\\{b\\}\"|\\[1, 2\\]|\\{ a = 1 \\}|f\\(1\\)|a\\.b|1 \\+ 2)\n|c \"d\" \\{\n\\}\n|# x\n){0,6}") {
        if let Ok(judged) = hcl_edit::parser::parse_body(&text) {
            let hcl = Hcl::parse(&text);
            proptest::prop_assert!(hcl.faults.is_empty(), "{:?}", hcl.faults);
            proptest::prop_assert_eq!(hcl.body.attributes.len(), judged.attributes().count());
            proptest::prop_assert_eq!(hcl.body.blocks.len(), judged.blocks().count());
        }
    }
}
