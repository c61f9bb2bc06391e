//! What each loader and each schema source says of the files in `fixtures/loaders`, held against `facts.txt` beside them.
//!
//! A case is a folder `fixtures/loaders/<format>/<case>/` with the files and a `facts.txt`, which `SNAPSHOTS=overwrite`
//! writes anew. `<format>` names the loader or schema source. Files that another one claims are read by that one: they
//! show what is joined. Of values only the kind is written, never the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use envcheck::fact::{Fact, FactKind, Link, LinkOutcome, Loaded, Module, Role};
use envcheck::loaders::{self, Assembled, Claim, File, Files, LOADERS};
use envcheck::schemas;
use envcheck::source::{SourceFile, SourcePath, Span};
use envcheck::value::{Part, Template};
use snapbox::Data;
use walkdir::WalkDir;

const FACTS: &str = "facts.txt";

#[test]
fn loaders_say_what_the_fixtures_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/loaders");
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    let (mut cases, mut wrong) = (0, Vec::new());
    for format in folders(&root) {
        for case in folders(&format) {
            cases += 1;
            let told = tell(&name(&format), &case);
            let expected = Data::read_from(&case.join(FACTS), Some(snapbox::data::DataFormat::Text)).raw();
            let title = format!("{}/{}", name(&format), name(&case));
            if let Err(error) = assert.try_eq(Some(&title), Data::text(told), expected) {
                wrong.push(error.to_string());
            }
        }
    }
    assert!(cases > 0, "no fixtures under {}", root.display());
    assert!(wrong.is_empty(), "{} of {cases} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

/// Everything that the files of a case say.
fn tell(format: &str, case: &Path) -> String {
    let mut files = BTreeMap::new();
    for path in inputs(case) {
        let bytes = std::fs::read(case.join(path.as_str())).expect("a fixture can be read");
        if let Some(file) = read(format, SourceFile::new(path.clone(), bytes)) {
            files.insert(path, file);
        }
    }
    let paths: BTreeSet<SourcePath> = files.keys().cloned().collect();
    for (path, file) in &mut files {
        file.outcomes = file.loaded.links.iter().map(|link| follow(path, link, &paths)).collect();
    }
    let mut told = String::new();
    for (path, file) in files.iter().filter(|(_, file)| file.format == format) {
        if !told.is_empty() {
            told.push('\n');
        }
        tell_file(&mut told, path, file);
    }
    if let Some(assemble) = loaders::loader(format).and_then(|loader| loader.assemble) {
        let Assembled { groups, modules, problems, .. } = assemble(&Files::new(&files, &|_| false));
        for (path, problem) in problems {
            let source = files.get(&path).map(|file| &file.source);
            let at = source.map(|source| at(source, problem.span)).unwrap_or_default();
            line(&mut told, &format!("{path}:{at} problem: {}", problem.message));
        }
        for module in modules {
            tell_module(&mut told, &module);
        }
        for group in groups {
            // What only some formats have is told by those that have it.
            line(
                &mut told,
                &format!("\n{group:#?}").replace("    origins: {},\n", "").replace("    bundles: [],\n", ""),
            );
        }
    }
    assert!(!told.is_empty(), "nothing in {} is a file for `{format}`", case.display());
    told
}

/// Reads a file with what claims it; one that nothing claims, with the loader of this case if its links name files.
fn read(format: &str, source: SourceFile) -> Option<File> {
    let file = |source, format, claim, loaded| {
        Some(File { source, format, claim, loaded, outcomes: Vec::new(), local: false })
    };
    if let Some(schema) = schemas::claimant(&source) {
        let loaded = (schema.load)(&source);
        return file(source, schema.name, Claim::new(Role::Schema), loaded);
    }
    let wanted = loaders::loader(format);
    let mut all = wanted.into_iter().chain(LOADERS.iter().copied());
    let claimed = all.find_map(|loader| Some((loader, (loader.claims)(source.path())?)));
    // A listing has no name of its own and is linked by no file: the config names it.
    let role = |loader: &loaders::Loader| match loader.links.first() {
        Some((_, role)) => Some(*role),
        None => (loader.name == "listing").then_some(Role::Listing),
    };
    let linked = || wanted.and_then(|loader| Some((loader, Claim::new(role(loader)?))));
    let (reader, claim) = claimed.or_else(linked)?;
    let loaded = (reader.load)(&source, &claim);
    file(source, reader.name, claim, loaded)
}

fn follow(path: &SourcePath, link: &Link, paths: &BTreeSet<SourcePath>) -> LinkOutcome {
    match path.folder().join(&link.path) {
        None => LinkOutcome::Outside,
        Some(target) if paths.contains(&target) => LinkOutcome::Loaded(target),
        Some(target) => LinkOutcome::Missing(target),
    }
}

fn tell_file(told: &mut String, path: &SourcePath, file: &File) {
    let File { source, claim, loaded, .. } = file;
    let words: String = claim.words.words.iter().fold(String::new(), |words, word| format!("{words} `{word}`"));
    let local = if claim.words.local { " local" } else { "" };
    line(told, &format!("{path}: {:?}{words}{local}", claim.role));
    for fact in &loaded.facts {
        assert_eq!(source.slice(fact.span).is_empty(), fact.span.is_empty(), "the span of `{}` fits", fact.name);
        line(told, &format!("{} {} {}", at(source, fact.span), fact.name, kind(source, fact)));
    }
    tell_rest(told, source, loaded);
    line(told, "shown:");
    for number in 1..=source.position(source.text().len()).line {
        let shown = shown(source, source.line(number), &loaded.shown);
        if !shown.trim().is_empty() {
            line(told, format!("{number:>4} | {shown}").trim_end());
        }
    }
}

fn tell_module(told: &mut String, module: &Module) {
    let flags = |flags: &[(bool, &str)]| words(flags.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()));
    let Module { folder, variables, undeclared, given, is_root, is_example, whole } = module;
    let of_module = flags(&[(*is_root, "root"), (*is_example, "example"), (!whole, "not whole")]);
    line(told, &format!("\nmodule {folder}{of_module}"));
    for variable in variables {
        let of_variable = flags(&[
            (variable.required, "required"),
            (!variable.takes_text, "no text"),
            (variable.sensitive, "sensitive"),
            (!variable.used, "unused"),
            (variable.holds_id, "id"),
            (variable.stored, "stored"),
        ]);
        let feeds = words(variable.feeds.iter().map(ToString::to_string));
        let feeds = if feeds.is_empty() { feeds } else { format!(" feeds{feeds}") };
        line(told, &format!("  {} ({}){of_variable}{feeds}", variable.name, variable.place.path));
    }
    for (name, places) in undeclared {
        let places = words(places.iter().map(|place| format!("{}:{}", place.path, place.span.start)));
        line(told, &format!("  {name} is read and not declared:{places}"));
    }
    for values in given {
        let names = words(values.names.iter().map(|(name, _)| name.to_string()));
        let of_values = flags(&[
            (values.automatic, "automatic"),
            (values.template, "template"),
            (!values.whole, "not whole"),
            (values.local, "local"),
        ]);
        line(told, &format!("  {}{of_values} {:?}:{names}", values.path, values.environment));
    }
}

fn words(all: impl Iterator<Item = String>) -> String {
    all.fold(String::new(), |words, word| words + " " + &word)
}

fn tell_rest(told: &mut String, source: &SourceFile, loaded: &Loaded) {
    for link in &loaded.links {
        let required = if link.required { "required" } else { "optional" };
        line(told, &format!("{} link {:?} `{}` {required}", at(source, link.span), link.kind, link.path));
    }
    for ignore in &loaded.ignores {
        let rules = ignore.rules.join(", ");
        line(
            told,
            &format!("{} ignore [{rules}] {:?} on line {}", at(source, ignore.span), ignore.reason, ignore.line),
        );
    }
    for problem in &loaded.problems {
        let hides = if problem.hides_facts { " (hides facts)" } else { "" };
        line(told, &format!("{} problem: {}{hides}", at(source, problem.span), problem.message));
        line(told, &format!("  help: {}", problem.help.as_deref().unwrap_or("none")));
    }
    let debug = [
        loaded.schema.as_ref().map(|schema| format!("{schema:?}")),
        loaded.manifest.as_ref().map(|manifest| format!("{manifest:?}")),
        loaded.image.as_ref().map(|image| format!("{image:#?}")),
        loaded.listing.as_ref().map(|listing| format!("{listing:#?}")),
        loaded.script.as_ref().map(|script| format!("{script:#?}")),
        loaded.kept_back.as_ref().map(|kept_back| format!("{kept_back:?}")),
        loaded.public_at_run_time.then(|| "public at run time".to_owned()),
    ];
    for text in debug.into_iter().flatten() {
        line(told, &without_nothing(&text));
    }
}

fn kind(source: &SourceFile, fact: &Fact) -> String {
    match &fact.kind {
        FactKind::Declaration(declaration) => without_nothing(&format!("{declaration:?}")),
        FactKind::Definition { value, value_span } => {
            format!("definition {} = {}", at(source, *value_span), template(value))
        }
        FactKind::PassThrough => "pass-through".to_owned(),
        FactKind::Reference { fallback } => format!("reference{}", if *fallback { ", with a fallback" } else { "" }),
        FactKind::Mention { heading, list } => {
            let heading = heading.as_ref().map(|heading| format!(" under {heading:?}")).unwrap_or_default();
            format!("mention{heading}{}", if list.is_some() { ", listed" } else { "" })
        }
    }
}

/// The kind of a value.
fn template(value: &Template) -> String {
    if value.is_empty() {
        return "empty".to_owned();
    }
    if value.parts.iter().any(|part| matches!(part, Part::Unknown(_))) {
        return "unknown".to_owned();
    }
    let names: Vec<&str> = value.references().iter().map(|reference| reference.name.as_str()).collect();
    if names.is_empty() { "literal".to_owned() } else { format!("references[{}]", names.join(", ")) }
}

/// A line as a report may show it: everything else, however long, is `•`.
fn shown(source: &SourceFile, line: Span, spans: &[Span]) -> String {
    let mut text = String::new();
    for (index, character) in source.slice(line).char_indices() {
        let offset = line.start + index;
        if character.is_whitespace() || spans.iter().any(|span| span.contains(offset)) {
            text.push(character);
        } else if !text.ends_with('•') {
            text.push('•');
        }
    }
    text
}

/// Leaves out of a `Debug` text what says nothing.
fn without_nothing(text: &str) -> String {
    let nothing = regex::Regex::new(r"\b\w+: (None|\[\]|false)(, )?").expect("the pattern is one");
    nothing.replace_all(text, "").replace(", }", " }")
}

fn at(source: &SourceFile, span: Span) -> String {
    let (start, end) = (source.position(span.start), source.position(span.end));
    let line = if start.line == end.line { String::new() } else { format!("{}:", end.line) };
    format!("{}:{}-{line}{}", start.line, start.column, end.column)
}

fn line(told: &mut String, text: &str) {
    writeln!(told, "{text}").expect("a string takes all");
}

fn inputs(case: &Path) -> Vec<SourcePath> {
    let files = WalkDir::new(case).sort_by_file_name().into_iter().map(|entry| entry.expect("the case can be listed"));
    let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() != FACTS);
    let relative =
        |path: &Path| path.strip_prefix(case).expect("it lies in the case").to_string_lossy().replace('\\', "/");
    files.map(|entry| SourcePath::new(&relative(entry.path()))).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name();
    let entries = entries.into_iter().map(|entry| entry.expect("the fixtures can be listed"));
    entries.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
