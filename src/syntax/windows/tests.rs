//! Tests of the reading of PowerShell and cmd.

use super::*;
use crate::syntax::shell::{Command, Direction};

fn tell(script: &Script, text: &str) -> Vec<String> {
    script.commands.iter().map(|command| command_told(command, text)).collect()
}

fn command_told(command: &Command, text: &str) -> String {
    let mut told: Vec<String> = Vec::new();
    for assignment in &command.assignments {
        told.push(format!("{}={}", assignment.name, word_told(&assignment.word, text)));
        assert!(assignment.span.end <= text.len());
    }
    told.extend(command.words.iter().map(|word| word_told(word, text)));
    for redirection in &command.redirections {
        let sign = match redirection.kind {
            Direction::Write => ">",
            Direction::Append => ">>",
            _ => "?",
        };
        told.push(format!("{sign}{}", word_told(&redirection.word, text)));
    }
    let told = told.join(" ");
    format!("{}{told}{}", if command.conditional { "? " } else { "" }, if command.piped { " |" } else { "" })
}

fn word_told(word: &Word, text: &str) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal { text: literal, span, .. } => {
            // Where it is written as it is, it stands where it is said to.
            if span.len() == literal.expose().len() {
                assert_eq!(&text[span.start..span.end], literal.expose());
            }
            literal.expose().to_owned()
        }
        Piece::Variable { name, .. } => format!("<{name}>"),
        Piece::Foreign { text, .. } => format!("«{}»", text.expose().trim()),
        Piece::Substitution { .. } | Piece::Unknown { .. } => "…".to_owned(),
    };
    format!("[{}]", word.pieces.iter().map(piece).collect::<Vec<_>>().concat())
}

fn power(text: &str) -> Vec<String> {
    tell(&powershell(text, &|range| Span::new(range.start, range.end)), text)
}

fn batch(text: &str) -> Vec<String> {
    tell(&cmd(text, &|range| Span::new(range.start, range.end)), text)
}

#[test]
fn variables_of_the_environment_are_set() {
    assert_eq!(
        power("$env:A = 'it''s $x'\n$Env:B = \"v-$env:A-${env:C}-$Tag\"; $tag = 5"),
        ["A=[it's $x]", "B=[v-<A>-<C>-<$tag>]", "$tag=[5]"]
    );
    assert_eq!(
        power("$env:A = 'a' + $b\n$env:B = Get-Thing x\n$env:C += ';x'\n$env:D = $(x \"}\")\n$env:E = [x]::y('z')"),
        ["A=[…]", "B=[…]", "C=[…]", "D=[…]", "E=[…]"]
    );
    assert_eq!(
        power("if ($x) {\n  $env:A = '1'\n} else { $env:B = '2' }\n$env:C = '3'"),
        ["? A=[1]", "? B=[2]", "C=[3]"]
    );
}

#[test]
fn lines_for_later_steps_are_written() {
    assert_eq!(power("\"X=$v\" >> $env:GITHUB_ENV"), ["[echo] [X=<$v>] >>[<GITHUB_ENV>]"]);
    assert_eq!(
        power("echo \"X=${{ secrets.X }}\" | Out-File -FilePath $env:GITHUB_ENV -Encoding utf8 -Append"),
        ["[echo] [X=«secrets.X»] >>[<GITHUB_ENV>]"]
    );
    assert_eq!(power("'X=1' | Out-File $env:GITHUB_ENV"), ["[echo] [X=1] >[<GITHUB_ENV>]"]);
    assert_eq!(power("Add-Content -Path $env:GITHUB_ENV -Value \"X=1`nY=2\""), ["[echo] [X=1\nY=2] >>[<GITHUB_ENV>]"]);
    assert_eq!(power("Get-Content a | Where-Object { $_ } | Out-File .env"), ["[…] >[.env]"]);
    assert_eq!(power("Get-Content a | sort | Out-File .env"), ["[…] >[.env]"]);
    assert_eq!(power("@\"\nA=$env:B\nC=d\n\"@ | Out-File .env"), ["[echo] [A=<B>\nC=d] >[.env]"]);
    assert_eq!(power("echo 'A=1' 'B=2' >> .env"), ["[echo] […] >>[.env]"]);
}

#[test]
fn programs_get_their_words() {
    assert_eq!(
        power("docker build `\n  --build-arg A=$env:A --build-arg \"B=b c\" -t x:$tag . # done\n& gcloud run deploy x"),
        [
            "[docker] [build] [--build-arg] [A=<A>] [--build-arg] [B=b c] [-t] [x:<$tag>] [.]",
            "[gcloud] [run] [deploy] [x]"
        ]
    );
    assert_eq!(
        power("Set-Location apps/web\ndocker build . && docker push x"),
        ["[cd] [apps/web]", "[docker] [build] [.]", "? [docker] [push] [x]"]
    );
    assert_eq!(
        power("gcloud run deploy x --set-env-vars A=1,B=2 --set-secrets \"A=a:1,B=b:2\""),
        ["[gcloud] [run] [deploy] [x] [--set-env-vars] [A=1…B=2] [--set-secrets] [A=a:1,B=b:2]"]
    );
    // What a POSIX shell would make something else of.
    assert!(power("export A=1\nset X=1\nread x\n<# docker build . #>").is_empty());
}

#[test]
fn batch_files_set_and_print() {
    assert_eq!(
        batch("@echo off\r\nset A=one two\r\nset \"B=b&c\"\r\nset /a C=1+1\r\nrem set D=1\r\n:: set D=1\r\n"),
        ["[echo] [off]", "A=[one two]", "B=[b&c]"]
    );
    assert_eq!(
        batch("echo X=%A%-v >> %GITHUB_ENV%\necho Y=${{ vars.Y }}>> %GITHUB_ENV%\n>>%GITHUB_ENV% echo Z=z"),
        ["[echo] [X=<A>-v] >>[<GITHUB_ENV>]", "[echo] [Y=«vars.Y»] >>[<GITHUB_ENV>]", "[echo] [Z=z] >>[<GITHUB_ENV>]"]
    );
    assert_eq!(batch("echo X=1>> f\necho X=ab1>> f"), ["[echo] […] >>[f]", "[echo] [X=ab1] >>[f]"]);
    assert_eq!(
        batch("docker build ^\n  --build-arg \"A=b c\" -t x:%TAG:~0,7% . && docker push x & call y"),
        ["[docker] [build] [--build-arg] [A=b c] [-t] [x:…] [.]", "? [docker] [push] [x]", "? [y]"]
    );
    assert_eq!(batch("if exist x (\n  set A=1\n)\nset B=2\nexport C=1"), ["? A=[1]", "B=[2]"]);
}

#[test]
fn no_script_is_too_much_for_it() {
    let deep = "$(".repeat(20_000);
    let open = "\"${{ ".repeat(5_000);
    let blocks = "{ ".repeat(20_000);
    let many = "$env:A = 'x'\n".repeat(20_000);
    for text in [
        "",
        "\u{feff}$env:A='é'",
        "$",
        "$env:",
        "${",
        "`",
        "\"",
        "'",
        "@'",
        "@\"\n",
        "@\"\nx\n\"@",
        "|",
        "| Out-File",
        "x | Out-File",
        ">",
        ">>",
        "2>&1",
        "&",
        "&& x",
        "}",
        "{",
        ")",
        "]",
        "$x.y.z = 1",
        "$env:A",
        "$env:A =",
        "a`",
        "\"a`",
        "$x[0]",
        "Add-Content",
        "Add-Content -Path",
        "<#",
        "#",
        ";",
        "\r\n",
        "%",
        "%%",
        "%A",
        "!A!",
        "set",
        "set =",
        "set \"",
        "set \"A",
        "set A=\"",
        "echo",
        "echo.",
        "^",
        "a ^",
        "a ^\n",
        "call",
        "call call",
        "(",
        "if",
        "for %%i in (a) do (",
        "é%é%é",
        "> ",
        "\"${{ x",
        &deep,
        &open,
        &blocks,
        &many,
    ] {
        power(text);
        batch(text);
    }
}
