//! Artefacts, `fixtures/generate/<case>/`: the `command` and the `output.txt` that it makes.
//!
//! A command is `GENERATOR [FOLDER] [--app A]... [--env E]`; without a folder the case's own files are read. Random bytes
//! count up here, so that made values are the same each time. `SNAPSHOTS=overwrite cargo test --test generate` writes
//! the outputs anew.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use envcheck::generators::{self, Artefact, Asked};
use envcheck::model::Model;
use envcheck::name::Environment;
use envcheck::random::{RandomError, Source};
use support::{compare, fixtures, folders, load, name};

/// Bytes that count up.
#[derive(Default)]
struct Counter(u8);

impl Source for Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

/// What a command of a case asks for.
struct Command {
    generator: String,
    folder: PathBuf,
    apps: Vec<String>,
    environment: Option<String>,
}

impl Command {
    fn of(case: &Path) -> Self {
        let text = std::fs::read_to_string(case.join("command")).expect("a case has a command");
        let mut words = text.split_whitespace().map(str::to_owned);
        let generator = words.next().expect("a generator");
        let mut command = Self { generator, folder: case.to_owned(), apps: Vec::new(), environment: None };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--app" => command.apps.extend(words.next()),
                "--env" => command.environment = words.next(),
                folder => command.folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            }
        }
        command
    }

    fn run(&self) -> Vec<Artefact> {
        let project = load(&self.folder);
        let model = Model::new(&project);
        let is_meant = |app: &usize| self.apps.is_empty() || self.apps.contains(&model.apps.list[*app].name);
        let asked = Asked {
            model: &model,
            apps: (0..model.apps.list.len()).filter(is_meant).collect(),
            environment: self.environment.as_deref().map(Environment::new),
        };
        let generator = generators::find(&self.generator).expect("a known generator");
        (generator.make)(&asked, &mut Counter::default()).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn written(artefacts: &[Artefact]) -> String {
    let mut text = String::new();
    for artefact in artefacts {
        if let Some(path) = &artefact.path {
            let _ = writeln!(text, "=== {path}");
        }
        text.push_str(artefact.text.expose());
        for remark in &artefact.remarks {
            let _ = writeln!(text, "--- {remark}");
        }
    }
    text
}

#[test]
fn every_case_makes_its_output() {
    let mut failures = Vec::new();
    for case in folders(&fixtures("generate")) {
        let text = written(&Command::of(&case).run());
        let same = std::panic::catch_unwind(|| compare(&text, &case.join("output.txt"))).is_ok();
        if !same {
            failures.push(format!("{} makes something else:\n{text}", name(&case)));
        }
    }
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
}
