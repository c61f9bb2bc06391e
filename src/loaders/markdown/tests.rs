//! Tests of the Markdown loader.

use super::*;

fn read(text: &str) -> Loaded {
    let source = SourceFile::new(SourcePath::new("README.md"), text.as_bytes().to_vec());
    let loaded = load(&source, &Claim::new(Role::Document));
    assert!(loaded.problems.is_empty());
    for fact in &loaded.facts {
        assert_eq!(source.slice(fact.span).replace('\\', ""), fact.name.as_str());
    }
    for span in &loaded.shown {
        assert!(source.text().get(span.start..span.end).is_some());
    }
    loaded
}

/// `NAME` in prose, `0 NAME` in the first list.
fn told(text: &str) -> Vec<String> {
    let told = |fact: &Fact| match &fact.kind {
        FactKind::Mention { list: Some(list), .. } => format!("{list} {}", fact.name),
        _ => fact.name.to_string(),
    };
    read(text).facts.iter().map(told).collect()
}

fn headings(text: &str) -> Vec<Option<String>> {
    let heading = |fact: &Fact| match &fact.kind {
        FactKind::Mention { heading, .. } => heading.clone(),
        _ => None,
    };
    read(text).facts.iter().map(heading).collect()
}

#[test]
fn documents_are_claimed_by_name_and_folder() {
    let claimed = |path: &str| claims(&SourcePath::new(path)).is_some();
    for path in
        ["README.md", "docs/ENV.mdx", "a.markdown", "docs/database-migrations.md", "docs/releasing.md", "CLAUDE.md"]
    {
        assert!(claimed(path), "{path}");
    }
    for path in [
        "CHANGELOG.md",
        "CHANGELOG-v2.md",
        "docs/history.md",
        "UPGRADING.md",
        "docs/upgrade-guide.md",
        "MIGRATION_GUIDE.md",
        "LICENSE.md",
        "CODE_OF_CONDUCT.md",
        "code-of-conduct.md",
        "SECURITY.md",
        ".github/ISSUE_TEMPLATE/bug.md",
        ".github/pull_request_template.md",
        "a/node_modules/b/README.md",
        "vendor/x/README.md",
        "x.txt",
        ".md",
        ".changeset/a.md",
    ] {
        assert!(!claimed(path), "{path}");
    }
}

#[test]
fn a_table_of_variables_is_a_list() {
    let text = "# Env\n| Variable | Description |\n|---|:-:|\n| `A_B` | see `C_D` |\n| **`PORT`**, `E_F` / G_H | x |\n| X\\_Y (needed) | y |\n";
    assert_eq!(told(text), ["0 A_B", "C_D", "0 PORT", "0 E_F", "0 G_H", "0 X_Y"]);
    assert_eq!(headings(text)[0].as_deref(), Some("Env"));
}

#[test]
fn a_table_of_secrets_counts_with_plain_names() {
    let text = "| Secret | Where Stored | Used By |\n|--------|---|---|\n| A_B | GitHub Secrets / Railway | API |\n| C_D | x | API |\n| E_F | x | y |\n| API Server | x | y |\n| TOKEN | | |\n";
    assert_eq!(told(text), ["0 A_B", "0 C_D", "0 E_F", "0 TOKEN"]);
}

#[test]
fn a_table_of_other_things_is_prose() {
    assert_eq!(
        told("| Code | Text |\n|---|---|\n| `A_B` | x |\n| `C_D` | x |\n| `E_F` | x |\n"),
        ["A_B", "C_D", "E_F"]
    );
    assert_eq!(told("| Name | Text |\n|---|---|\n| `A_B` | x |\n| `C_D` | x |\n| API | x |\n"), ["A_B", "C_D"]);
    assert_eq!(
        told("| Old name | New name |\n|---|---|\n| A_B | x |\n| C_D | x |\n| E_F | x |\n"),
        Vec::<String>::new()
    );
}

#[test]
fn the_second_column_can_hold_the_names() {
    let text = "| # | Env var |\n|---|---|\n| 1 | `A_B` |\n|| C_D |\n| 3 | [E_F](#x) |\n| 4 |\n";
    assert_eq!(told(text), ["0 A_B", "0 C_D", "0 E_F"]);
}

#[test]
fn a_table_without_outer_pipes_is_read() {
    assert_eq!(told("Env key | Use\n--- | ---\nA_B | x\nC_D | y\nE_F | z\n\nG_H | x\n"), ["0 A_B", "0 C_D", "0 E_F"]);
}

#[test]
fn lists_that_begin_with_names_are_lists() {
    let text = "# Env\n- `A_B`: text, not `X_Y`\n  more `Z_Z`\n\n* **C_D** - text\n1. `PORT` (x)\n   - [ ] E_F=1\n\ntext `G_H`\n";
    assert_eq!(told(text), ["0 A_B", "X_Y", "Z_Z", "0 C_D", "0 PORT", "0 E_F", "G_H"]);
}

#[test]
fn the_lists_of_one_section_are_one() {
    let text = "## Secrets\n### Server\nAuth:\n- `A_B`\n\nData:\n\n- `C_D`, `E_F`\n### Client\n- `G_H`\n";
    assert_eq!(told(text), ["0 A_B", "0 C_D", "0 E_F", "G_H"]);
}

#[test]
fn one_item_with_a_name_makes_no_list() {
    assert_eq!(told("# Env\n- `A_B` is x\n- other\n- **C** d\n"), ["A_B"]);
    assert_eq!(told("# Env\n- A_B is no plain name\n- C_D neither\n"), Vec::<String>::new());
}

#[test]
fn names_of_other_things_are_no_list() {
    assert_eq!(told("# Compression\n- `A_LEVELS`\n- `A_QUALITY`\n"), ["A_LEVELS", "A_QUALITY"]);
    assert_eq!(told("# Error codes\n- `BAD_TOKEN`\n- `BAD_KEY`\n"), ["BAD_TOKEN", "BAD_KEY"]);
    assert_eq!(told("# A\n|Name|Use|\n|-|-|\n|`A_X`||\n|`B_X`||\n|`C_X`||\n"), ["A_X", "B_X", "C_X"]);
}

#[test]
fn what_makes_a_list_one_of_variables_may_stand_before_it_or_in_its_names() {
    assert_eq!(told("# Compression\nSet these variables:\n- `A_X`\n- `B_X`\n"), ["0 A_X", "0 B_X"]);
    assert_eq!(told("# Compression\n- Env vars:\n  - `A_X`\n  - `B_X`\n"), ["0 A_X", "0 B_X"]);
    assert_eq!(told("# Data\n- `A_URL`\n- `B_PASSWORD`\n- `C_X`\n"), ["0 A_URL", "0 B_PASSWORD", "0 C_X"]);
}

#[test]
fn blocks_of_assignments_are_lists() {
    let text = "```env\n# comment\nA_B=hunter2\n# C_D=\nexport PORT=1\n```\n\n~~~\nE_F=1\nG_H=\n~~~\n";
    assert_eq!(told(text), ["0 A_B", "0 C_D", "0 PORT", "1 E_F", "1 G_H"]);
}

#[test]
fn scripts_and_other_languages_are_no_lists() {
    assert_eq!(told("```bash\nPROJECT_ID=x\nREGION=y\ngcloud run deploy $PROJECT_ID\n```\n"), ["PROJECT_ID"]);
    assert_eq!(told("```yaml\nA_B=1\nC_D=2\n```\n```env\nA_B=1\n```\n"), ["A_B"]);
    assert_eq!(told("```sh\nA_B=1 npm test\nC_D='x y' npm start\n```\n"), Vec::<String>::new());
}

#[test]
fn a_shell_block_that_writes_an_env_file_is_a_list() {
    assert_eq!(told("```bash\ncat > .env <<'EOF'\nA_B=1 2\nC_D=2\nEOF\nnpm start\n```\n"), ["0 A_B", "0 C_D"]);
    assert_eq!(told("```bash\n# .env.local\nA_B=x y\nC_D=2\n```\n"), ["0 A_B", "0 C_D"]);
    assert_eq!(told("```bash\ncp .env.example .env\n\nA_B=1 # why\nC_D=\"a\nX_Y=1\nb\"\n```\n"), ["0 A_B", "0 C_D"]);
}

#[test]
fn headings_of_both_kinds_are_kept() {
    let text = "`A_A`\n# One `B_B` ##\n`C_C`\n\nTwo\n===\n`D_D`\n\nThree\n---\n`E_E`\n";
    let found: Vec<Option<String>> = headings(text);
    let found: Vec<&str> = found.iter().map(|heading| heading.as_deref().unwrap_or("-")).collect();
    assert_eq!(found, ["-", "One `B_B`", "One `B_B`", "Two", "Three"]);
}

#[test]
fn quotations_are_read_through() {
    assert_eq!(
        told("> # Env\n> - `A_B`: x\n> - `C_D`: y\n>\n> ```env\n> E_F=1\n> G_H=2\n> ```\n"),
        ["0 A_B", "0 C_D", "1 E_F", "1 G_H"]
    );
}

#[test]
fn names_are_shown_and_values_are_not() {
    let text = "# Settings\n```env\nA_B=hunter2\nC_D=x\n```\n| Key | Use |\n|---|---|\n| A_B | secret |\n- `E_F`: why\n- `C_D`\n";
    let source = SourceFile::new(SourcePath::new("README.md"), text.as_bytes().to_vec());
    let loaded = load(&source, &Claim::new(Role::Document));
    let shown: Vec<&str> = loaded.shown.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(
        shown,
        [
            "```env",
            "=",
            "A_B",
            "=",
            "C_D",
            "```",
            "|",
            "|",
            "|",
            "|",
            "|",
            "|",
            "|---|---|",
            "|",
            "|",
            "|",
            "-",
            "-",
            "`E_F`",
            "`C_D`"
        ]
    );
}

#[test]
fn ignores_are_found() {
    let loaded = read("<!-- envcheck: ignore[x] y -->\n- `A_B`: x <!-- envcheck: ignore[z] q -->\n");
    assert_eq!(loaded.ignores.iter().map(|ignore| ignore.line).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(loaded.facts.len(), 1);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = "\u{feff}# Ü env\r\n| Name | Ü |\r\n|---|---|\r\n| `A_B` | ü |\r\n| `C_D` | |\r\n| `E_F` | |\r\n\r\n```env\r\nG_H=1\r\nI_J=\r\n```\r\n";
    assert_eq!(told(text), ["0 A_B", "0 C_D", "0 E_F", "1 G_H", "1 I_J"]);
    assert_eq!(headings(text)[0].as_deref(), Some("Ü env"));
}

#[test]
fn hostile_text_is_survived_and_quick() {
    let big = 100_000;
    for text in [
        String::new(),
        "`".repeat(big),
        "` `` ``` ".repeat(big / 9),
        "<!---->".repeat(big / 7),
        "`<!--`".repeat(big / 6),
        "{/*<!--".repeat(big / 7),
        "> ".repeat(big / 2),
        "|".repeat(big) + "\n|-|\n" + &"|".repeat(big),
        "- ".repeat(big / 2),
        "-\n\n".repeat(big / 3),
        "- `A_B`\n\n".repeat(big / 9),
        "[".repeat(big),
        "<".repeat(big),
        format!("- {}", "<".repeat(big)),
        format!("- {}", "<a>".repeat(big / 3)),
        "# ".repeat(big / 2),
        format!("# {}\n{}", "x".repeat(big), "`A_B` ".repeat(big / 6)),
        "a|b\n-|-\n".repeat(big / 8),
        format!("{}\n-|-\n{}", "key|".repeat(big / 4), "A_B|".repeat(big / 4)),
        format!("key|\n-|-\n{}", "A_B|\n".repeat(big / 5)),
        "```\n".repeat(big / 4),
        format!("```bash\n{}", "A_B='\n".repeat(big / 6)),
        "\u{1a}\0\u{202e}".repeat(1000),
        "---\n".repeat(big / 4),
        "`A_B`, ".repeat(big / 7),
        format!("- {}", "`A_B`, ".repeat(big / 7)),
        format!("- {}", "`A_B, ".repeat(big / 7)),
    ] {
        let start = std::time::Instant::now();
        read(&text);
        assert!(start.elapsed().as_secs() < 5, "{}", text.chars().take(20).collect::<String>());
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic_and_every_span_fits(
        pieces in proptest::collection::vec("(`|``|```env|~~~|A_B|A_B=|\\||\\|-\\|-|# Env|- |1\\. |> |<!--|-->|\\[|\\]\\(|\\*|\\\\|\n|\n\n|\r\n| |é|.)", 0..60),
    ) {
        // The spans are held against the text by `read` itself.
        read(&pieces.concat());
    }
}
