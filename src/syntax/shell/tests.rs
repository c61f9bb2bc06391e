//! Tests of the shell reader; `bash` is the judge of its words.

use proptest::prelude::*;

use super::*;

/// A script in brackets: one command a line, words in `[]`.
fn told(text: &str, host: Host) -> String {
    lines(&Script::parse(text, host, &|range| range.into())).join("\n")
}

fn lines(script: &Script) -> Vec<String> {
    let command = |command: &Command| {
        let assignments = command.assignments.iter().map(|a| format!("{}={}", a.name, word(&a.word)));
        let words = command.words.iter().map(word);
        let redirections = command.redirections.iter().map(|r| format!("{:?}{}", r.kind, word(&r.word)));
        let mut all: Vec<String> = assignments.chain(words).chain(redirections).collect();
        all.extend(command.piped.then(|| "|".to_owned()));
        all.extend(command.conditional.then(|| "?".to_owned()));
        all.join(" ")
    };
    script.commands.iter().map(command).collect()
}

fn word(word: &Word) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal { text, .. } => text.expose().to_owned(),
        Piece::Variable { name, operation, .. } => match operation {
            Operation::Take => format!("${name}"),
            Operation::Default { word: inner, .. } => format!("${{{name}:-{}}}", self::word(inner)),
            Operation::Required => format!("${{{name}?}}"),
            Operation::Other => format!("${{{name}…}}"),
        },
        Piece::Substitution { script, .. } => format!("$({})", lines(script).join("; ")),
        Piece::Foreign { text, .. } => format!("«{}»", text.expose().trim()),
        Piece::Unknown { .. } => "…".to_owned(),
    };
    format!("[{}]", word.pieces.iter().map(piece).collect::<String>())
}

fn plain(text: &str) -> String {
    told(text, Host::Plain)
}

#[test]
fn words_are_cut_at_blanks_and_quotes_join_them() {
    assert_eq!(plain("a 'b c'\"d e\"f\\ g"), "[a] [b cd ef g]");
    assert_eq!(plain("a \\\n  b"), "[a] [b]");
    assert_eq!(plain("a\"\" ''"), "[a] []");
    assert_eq!(plain(r#""a\$b\"c\d""#), r#"[a$b"c\d]"#);
    assert_eq!(plain(r"$'a\tb\'c'"), "[a\tb'c]");
    assert_eq!(plain("a # b\nc#d"), "[a]\n[c#d]");
}

#[test]
fn commands_end_where_the_shell_ends_them() {
    assert_eq!(plain("a && b || c; d | e & f"), "[a]\n[b]\n[c] ?\n[d] |\n[e]\n[f]");
    assert_eq!(plain("if a; then b; else c; fi; d"), "[a] ?\n[b] ?\n[c] ?\n[d]");
    assert_eq!(plain("for x in 1 2; do b $x; done\nc"), "[for] [x] [in] [1] [2] ?\n[b] [$x] ?\n[c]");
    assert_eq!(plain("case $1 in a|b) c;; *) d;; esac; e"), "[case] […] [in] [a] | ?\n[c] ?\n[d] ?\n[e]");
    assert_eq!(plain("f() { a; }; b"), "[a] ?\n[b]");
    assert_eq!(plain("(cd x && y); { z; }"), "[cd] [x]\n[y]\n[z]");
    assert_eq!(plain("[[ -n $a && $b ]] && c"), "[[[] [-n] [$a]\n[$b] []]]\n[c]");
}

#[test]
fn expansions_are_kept_as_pieces() {
    assert_eq!(
        plain("a $B ${C} ${D:-e$F} ${G:?x} ${H%%.*} $1 $((1+2))"),
        "[a] [$B] [$C] [${D:-[e$F]}] [${G?}] [${H…}] […] […]"
    );
    assert_eq!(plain("echo \"$(a \"b c\" | d)\" `e f`"), "[echo] [$([a] [b c] |; [d])] [$([e] [f])]");
    assert_eq!(plain("x=$(cat <<EOF\n)\nEOF\n) y"), "x=[$([cat] Text[)\n])] [y]");
    assert_eq!(plain("a '$B' \\$C"), "[a] [$B] [$C]");
}

#[test]
fn assignments_and_redirections_are_told_apart_from_words() {
    assert_eq!(plain("A=1 B='x y' c D=2 >> f 2>&1 < in"), "A=[1] B=[x y] [c] [D=2] Append[f] Other[1] Read[in]");
    assert_eq!(plain("A+=x; B=(1 2) c"), "A=[…x]\nB=[…] [c]");
    assert_eq!(plain("cat > .env <<EOF\nA=$B\n\\$C\nEOF\nd"), "[cat] Write[.env] Text[A=$B\n$C\n]\n[d]");
    assert_eq!(plain("cat <<-'E'\n\t$A\n\tE\nb"), "[cat] Text[\t$A\n]\n[b]");
    assert_eq!(plain("a &> b; c <<< d; e > >(f)"), "[a] Write[b]\n[c] Text[d]\n[e] Write[…]");
}

#[test]
fn what_the_host_replaces_is_a_piece() {
    assert_eq!(told("a ${{ b.c }}-$D '${{e}}' \"${{ '}}' }}\"", Host::GitHub), "[a] [«b.c»-$D] [«e»] [«'}}'»]");
    assert_eq!(told("a $_B ${_C} $$D $(e)", Host::CloudBuild), "[a] [«_B»] [«_C»] [$D] [$([e])]");
    assert_eq!(told("a $(B) ${C} $$D $@ $$(e)", Host::Make), "[a] [«B»] [«C»] [$D] […] [$([e])]");
    assert_eq!(told("a {{b}} \"{{c}}\" $D {x}", Host::Just), "[a] [«b»] [«c»] [$D] [{x}]");
}

#[test]
fn spans_are_those_of_the_text() {
    let text = "A='b c' -d=$E >> \"f\"";
    let script = Script::parse(text, Host::Plain, &|range| range.into());
    let command = &script.commands[0];
    let at = |span: Span| &text[span.start..span.end];
    assert_eq!(at(command.assignments[0].span), "A");
    assert_eq!(at(command.assignments[0].word.span), "'b c'");
    assert_eq!(at(command.words[0].span), "-d=$E");
    assert_eq!(at(command.words[0].pieces[1].span()), "$E");
    assert_eq!(at(command.redirections[0].word.pieces[0].span()), "f");
}

#[test]
fn what_is_never_closed_ends_the_script() {
    for text in ["a 'b", "a \"b", "a $(b", "a `b", "a ${b", "cat <<E\na", "a ${b:-", "$((", "a \"${b:-\"c"] {
        assert!(!Script::parse(text, Host::GitHub, &|range| range.into()).whole, "{text}");
    }
    assert!(!Script::parse("a ${{ b", Host::GitHub, &|range| range.into()).whole);
}

#[test]
fn deep_nesting_and_long_texts_end() {
    for piece in [
        "$(",
        "`",
        "(",
        "${a:-",
        "\"$(",
        "{ ",
        "if ",
        "case x in ",
        "<<a ",
        "a|",
        "'",
        "$((",
        "f(){ ",
        "\\`",
        "[[ (",
        "=(",
    ] {
        let text = piece.repeat(60_000);
        for host in [Host::Plain, Host::GitHub, Host::CloudBuild, Host::Make, Host::Just] {
            let script = Script::parse(&text, host, &|range| range.into());
            assert!(script.commands.len() <= 60_001);
        }
    }
}

/// What bash makes of words: it prints each one, and a line break.
fn bash(text: &str) -> Option<Vec<String>> {
    let script = format!("for word in {text}\ndo printf '%s\\0' \"$word\"; done");
    let output = std::process::Command::new("bash").args(["--norc", "-f", "-c", &script]).output().ok()?;
    let words = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| words.split_terminator('\0').map(str::to_owned).collect())
}

#[test]
fn bash_cuts_the_same_words() {
    if bash("a").is_none() {
        eprintln_skipped();
        return;
    }
    proptest!(ProptestConfig::with_cases(150), |(text in "([a-z=#,:.^@-]|'[a-z $\"\\\\]{0,3}'|\"[a-z ']{0,3}\"|\\\\[a-z$'\" \\\\]| |\\\\\n){1,12}")| {
        let Some(expected) = bash(&format!("x{text}")) else { return Ok(()) };
        let script = Script::parse(&format!("x{text}"), Host::Plain, &|range| range.into());
        let assigned = script.commands.iter().any(|command| !command.assignments.is_empty());
        prop_assume!(!assigned && !expected.is_empty());
        let words: Vec<String> = script.commands.iter().flat_map(|command| &command.words)
            .filter_map(|word| Some(word.literal()?.as_str().to_owned())).collect();
        prop_assert_eq!(words, expected);
    });
}

#[expect(clippy::print_stderr, reason = "a test that could not run says so")]
fn eprintln_skipped() {
    eprintln!("skipped: there is no bash here to judge the words");
}
