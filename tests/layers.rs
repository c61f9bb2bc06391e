//! Holds every module to its layer: it names only what stands before it. Nothing is said of the inside of a layer.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// The modules of the library, lowest first. A new one is given its place here, which is the moment to think about it.
const LAYERS: &[&str] = &[
    "source",
    "memo",
    "parallel",
    "name",
    "value",
    "random",
    "syntax",
    "fact",
    "finding",
    "tables",
    "config",
    "schemas",
    "loaders",
    "stores",
    "project",
    "model",
    "rules",
    "levels",
    "ignore",
    "sync",
    "generators",
    "reporters",
    "cli",
    "main",
];

/// A module that its layer's neighbours below may name (`fact` does), so that it names nothing itself.
const ALONE: [&str; 2] = ["syntax", "comment"];

#[test]
fn no_module_names_one_that_stands_above_it() {
    let mut wrong = String::new();
    let mut files = 0;
    for entry in WalkDir::new("src").sort_by_file_name() {
        let entry = entry.expect("src can be read");
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(entry.path()).expect("a source file can be read");
            files += 1;
            for complaint in complaints(entry.path(), &source) {
                let _ = writeln!(wrong, "{}: {complaint}", entry.path().display());
            }
        }
    }
    assert!(files > 10, "only {files} files were found");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_map_in_lib_and_the_page_on_the_architecture_list_the_layers() {
    let layers = LAYERS.iter().copied().filter(|layer| *layer != "main").collect::<Vec<_>>();
    let map = fs::read_to_string("src/lib.rs").expect("src/lib.rs can be read");
    let declared = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split(';').next());
    assert_eq!(declared.collect::<Vec<_>>(), layers, "src/lib.rs");
    let page = fs::read_to_string("docs/architecture.md").expect("docs/architecture.md can be read");
    let described = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(described.collect::<Vec<_>>(), layers, "docs/architecture.md");
}

#[test]
fn an_upward_import_is_refused_in_every_spelling() {
    for source in [
        "use crate::model::Model;",
        "pub use crate::model;",
        "use crate::{fact::Fact, model::{Model, View}};",
        "use crate::{\n    fact::Fact,\n    {rules::RULES},\n};",
        "use crate :: /* here */ model::Model;",
        "use crate::r#model::Model;",
        "use super::super::model::Model;",
        "use super::super::{fact, model};",
        "fn f(model: &crate::model::Model<'_>) {}",
        "fn f<'a>(x: &'a str) -> char { let y = 'b'; crate::model::f('\"', x) }",
        "const A: &str = \"\\\"\"; type B = crate::model::Model;",
        "const A: &str = r#\"\"\"#; type B = crate::model::Model;",
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::model::Model;\n}",
        "mod tests { use super::super::super::model::Model; }",
        "mod a { mod b {} } use super::super::model::Model;",
        "pub(in crate::model) fn f() {}",
        "macro_rules! m { () => { $crate::model::f() } }",
    ] {
        let found = complaints(Path::new("src/loaders/compose.rs"), source);
        assert_eq!(found.len(), 1, "{source}\n{found:?}");
        assert!(found[0].contains("which stands above"), "{source}\n{found:?}");
    }
}

#[test]
fn what_is_no_upward_import_is_accepted() {
    for source in [
        "use crate::fact::Fact; use super::Claim; use super::dotenv; use crate::loaders::File;",
        "use crate::{fact::{Fact, FactKind}, source::Span}; pub(crate) fn f() {}",
        "// use crate::model::Model;\n/* crate::model /* nested */ crate::model */ /// [`crate::model::Model`]",
        "const A: &str = \"crate::model\"; const B: &[u8] = br##\"crate::model \"# \"##; const C: char = '\"';",
        "fn f(model: &str) { other::model(model); mycrate::model(); self::model() }",
        "mod tests { use super::*; use super::super::File; }",
    ] {
        assert_eq!(complaints(Path::new("src/loaders/compose.rs"), source), [""; 0], "{source}");
    }
}

#[test]
fn what_has_no_layer_is_asked_for_one() {
    let found = complaints(Path::new("src/news/feed.rs"), "");
    assert_eq!(found, ["`news` has no layer: give it its place in LAYERS of tests/layers.rs"]);
    let found = complaints(Path::new("src/loaders/compose.rs"), "\nuse crate::news::Feed;");
    assert_eq!(found, ["line 2: `news` has no layer: give it its place in LAYERS of tests/layers.rs"]);
    let found = complaints(Path::new("src/fact.rs"), "use super::*;");
    assert_eq!(found, ["line 1: names the whole crate: name the module instead"]);
}

#[test]
fn comments_stand_alone_in_syntax() {
    let file = Path::new("src/syntax/comment.rs");
    assert_eq!(complaints(file, "use crate::source::Span;").len(), 1);
    assert_eq!(complaints(file, "use super::dotenv;").len(), 1);
    assert_eq!(complaints(file, "mod tests { use super::*; }"), [""; 0]);
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

/// What is wrong with one file, in the order of its lines.
fn complaints(path: &Path, source: &str) -> Vec<String> {
    let module = module_of(path);
    // The root only declares the modules.
    let Some(own) = module.first() else { return Vec::new() };
    let no_layer = |module: &str| format!("`{module}` has no layer: give it its place in LAYERS of tests/layers.rs");
    let Some(own_layer) = layer(own) else { return vec![no_layer(own)] };

    let mut complaints = Vec::new();
    for (line, path) in paths(source, &module) {
        let complaint = match path.first().map(|named| (named, layer(named))) {
            None => "names the whole crate: name the module instead".to_owned(),
            Some((named, None)) => no_layer(named),
            Some((named, Some(layer))) if layer > own_layer => {
                format!("`{own}` names `{named}`, which stands above it")
            }
            Some(_) if module.starts_with(&ALONE.map(str::to_owned)) && !path.starts_with(&module) => {
                format!("`{}` names `{}`, yet it must stand alone", module.join("::"), path.join("::"))
            }
            Some(_) => continue,
        };
        complaints.push(format!("line {line}: {complaint}"));
    }
    complaints.dedup();
    complaints
}

/// `loaders::compose` of `src/loaders/compose.rs`; nothing of the root.
fn module_of(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap_or(path).with_extension("");
    let mut module: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

/// Every path that begins with `crate` or `super`, from the root on, with its line.
fn paths(source: &str, module: &[String]) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut module = module.to_vec();
    // For each open brace, whether it opened a module.
    let mut braces = Vec::new();
    let mut at = 0;
    while let Some((line, token)) = tokens.get(at) {
        let is = |offset: usize, text: &str| tokens.get(at + offset).is_some_and(|(_, token)| token == text);
        let behind_path = at > 0 && tokens[at - 1].1 == "::";
        match token.as_str() {
            "mod" if is(2, "{") => {
                module.push(tokens[at + 1].1.clone());
                braces.push(true);
                at += 2;
            }
            "{" => braces.push(false),
            "}" if braces.pop() == Some(true) => {
                module.pop();
            }
            "crate" | "super" if is(1, "::") && !behind_path => {
                let mut start = if token == "crate" { Vec::new() } else { module.clone() };
                if token == "super" {
                    start.pop();
                }
                let mut next = at + 2;
                branches(&tokens, &mut next, &start, &mut |path| found.push((*line, path)));
                at = next - 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Follows a path, or each path of a group in braces, from the token at `at` on.
fn branches(tokens: &[(usize, String)], at: &mut usize, start: &[String], found: &mut impl FnMut(Vec<String>)) {
    let mut path = start.to_vec();
    while let Some((_, token)) = tokens.get(*at) {
        match token.as_str() {
            "super" => {
                path.pop();
            }
            "self" | "*" => {}
            "{" => {
                *at += 1;
                while tokens.get(*at).is_some_and(|(_, token)| token != "}") {
                    let before = *at;
                    branches(tokens, at, &path, found);
                    // Past the comma, past `as name`, and past anything unforeseen.
                    if *at == before || tokens.get(*at).is_some_and(|(_, token)| token != "}" && token != "{") {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            name if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => path.push(name.to_owned()),
            _ => break,
        }
        *at += 1;
        if tokens.get(*at).is_none_or(|(_, token)| token != "::") {
            break;
        }
        *at += 1;
    }
    if tokens.get(*at).is_some_and(|(_, token)| token == "as") {
        *at += 2;
    }
    found(path);
}

/// Names, `::` and single signs with their lines; no comments, no literals.
fn tokens(source: &str) -> Vec<(usize, String)> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = ignored(rest) {
            length
        } else if first.is_alphabetic() || first == '_' {
            let raw = if rest.starts_with("r#") { 2 } else { 0 };
            let end = rest[raw..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |end| raw + end);
            tokens.push((line, rest[raw..end].to_owned()));
            end
        } else {
            let length = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            tokens.push((line, rest[..length].to_owned()));
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// The length of the space, comment or literal that the text begins with.
fn ignored(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(block_comment(text));
    }
    let prefix = text.find(|c: char| !matches!(c, 'b' | 'c' | 'r')).unwrap_or(text.len());
    let (prefix, body) = text.split_at(prefix);
    if matches!(prefix, "r" | "br" | "cr") {
        let hashes = body.find(|c: char| c != '#').unwrap_or(body.len());
        if body[hashes..].starts_with('"') {
            let close = format!("\"{}", &body[..hashes]);
            let inner = hashes + 1;
            let end = body[inner..].find(&close).map_or(body.len(), |end| inner + end + close.len());
            return Some(prefix.len() + end);
        }
    }
    if matches!(prefix, "" | "b" | "c") && body.starts_with('"') {
        return Some(prefix.len() + quoted(body, '"'));
    }
    if matches!(prefix, "" | "b") && body.starts_with('\'') {
        // `'a'` and `'\n'`, but neither the lifetime `'a` nor the label `'a:`.
        let mut signs = body.chars().skip(1);
        let is_character = signs.next()? == '\\' || signs.next() == Some('\'');
        return Some(prefix.len() + if is_character { quoted(body, '\'') } else { 1 });
    }
    None
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            sign if sign == quote => return at + sign.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
