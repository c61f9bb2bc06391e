//! `envcheck show`: every place that speaks of one variable, masked.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::failure::{CliError, Exit};
use super::run::Where;
use super::{output, show_line};
use crate::fact::{Fact, FactKind, Layer, LayerKind, Setting, SettingValue, TargetGroup};
use crate::finding::Label;
use crate::model::{Model, StoredState};
use crate::name::Name;
use crate::project::Project;
use crate::reporters::{Passage, Texts};
use crate::source::{Place, visible};

/// Shows every place that declares, defines, references, injects, stores or mentions a variable.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The variable.
    #[arg(value_name = "NAME", required_unless_present = "line")]
    name: Option<String>,
    /// Shows instead how each loader reads a line of an env file: kinds, places and lengths, no value.
    #[arg(long, value_name = "FILE:LINE", conflicts_with = "name")]
    line: Option<String>,
    #[command(flatten)]
    at: Where,
}

impl Show {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let opened = self.at.open(&[])?;
        if let Some(line) = &self.line {
            return show_line::run(&opened.project, line);
        }
        let wanted = self.name.as_deref().unwrap_or_default();
        let mut sightings = Sightings::default();
        sightings.collect(&opened.project);
        sightings.stored(&Model::new(&opened.project));
        let name = Name::new(wanted);
        let Some(places) = sightings.places.get(&name) else {
            let known: BTreeSet<&str> = sightings.places.keys().map(Name::as_str).collect();
            return Err(CliError::unknown("variable", wanted, known));
        };
        let texts = Texts::new(&opened.project.files);
        let passages: BTreeSet<(String, usize, usize, &'static str, String)> =
            places.iter().map(|(place, what)| row(&texts.passage(&Label::new(place, *what)), what)).collect();
        let rows: Vec<Vec<String>> = passages
            .into_iter()
            .map(|(path, line, column, what, text)| {
                vec![format!("  {what}"), format!("{}:{line}:{column}", visible(&path)), text]
            })
            .collect();
        output::text(&format!("{}\n{}", visible(name.as_str()), output::table(&rows)))?;
        Ok(Exit::Clean)
    }
}

fn row(passage: &Passage, what: &'static str) -> (String, usize, usize, &'static str, String) {
    const WIDEST: usize = 80;
    let text = passage.snippet.as_ref().map_or("", |snippet| snippet.text.trim());
    let mut shown: String = text.chars().take(WIDEST).collect();
    if shown.len() < text.len() {
        shown.push_str("...");
    }
    (passage.path.as_str().to_owned(), passage.start.line, passage.start.column, what, shown)
}

/// Who speaks of what, and how.
#[derive(Default)]
struct Sightings {
    places: BTreeMap<Name, BTreeSet<(Place, &'static str)>>,
}

impl Sightings {
    fn collect(&mut self, project: &Project) {
        for (path, file) in &project.files {
            for fact in &file.loaded.facts {
                self.see(&fact.name, Place::new(path, fact.span), what(fact));
                if let FactKind::Definition { value, .. } = &fact.kind {
                    for reference in value.references().into_iter().filter(|reference| reference.is_meant()) {
                        self.see(&reference.name, Place::new(path, reference.span), "referenced");
                    }
                }
            }
            for stage in file.loaded.image.iter().flat_map(|image| &image.stages) {
                self.settings(&stage.settings, "given");
                self.settings(&stage.arguments, "build argument");
            }
        }
        for group in &project.groups {
            self.group(group);
        }
    }

    fn group(&mut self, group: &TargetGroup) {
        for target in &group.targets {
            for layer in &target.layers {
                self.layer(layer);
            }
            self.settings(target.build.iter().flat_map(|build| &build.arguments), "build argument");
        }
        self.settings(group.bundles.iter().flat_map(|step| &step.settings), "given");
        for read in group.reads.iter().filter(|read| read.reference.is_meant()) {
            self.see(&read.reference.name, Place::new(&read.path, read.reference.span), "referenced");
        }
    }

    /// What stands in a file that the target names is seen there already, as a definition.
    fn layer(&mut self, layer: &Layer) {
        if !matches!(layer.kind, LayerKind::EnvFile(_) | LayerKind::DefaultEnvFile(_)) {
            self.settings(&layer.settings, "given");
        }
    }

    fn settings<'a>(&mut self, settings: impl IntoIterator<Item = &'a Setting>, given: &'static str) {
        for setting in settings {
            let what = match setting.value {
                SettingValue::Injected { .. } => "injected",
                SettingValue::PassThrough => "passed through",
                SettingValue::Given(_) | SettingValue::Unknown => given,
            };
            self.see(&setting.name, setting.place.clone(), what);
        }
    }

    /// What a store holds, under the ids that the model knows the variables by.
    fn stored(&mut self, model: &Model<'_>) {
        for binding in &model.bindings {
            if let Some(StoredState::Held(_, place)) = &binding.stored {
                self.see(&binding.name, place.clone(), "stored");
            }
        }
    }

    fn see(&mut self, name: &Name, place: Place, what: &'static str) {
        self.places.entry(name.clone()).or_default().insert((place, what));
    }
}

fn what(fact: &Fact) -> &'static str {
    match fact.kind {
        FactKind::Declaration(_) => "declared",
        FactKind::Definition { .. } => "defined",
        FactKind::PassThrough => "passed through",
        FactKind::Reference { .. } => "referenced",
        FactKind::Mention { .. } => "mentioned",
    }
}
