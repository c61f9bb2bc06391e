//! `envcheck show`: every place that speaks of one variable, masked.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::failure::{CliError, Exit};
use super::run::Where;
use super::{output, show_line};
use crate::fact::{
    Fact, FactKind, Image, Layer, LayerKind, Module, Setting, SettingValue, Shell, TargetGroup, TerraformArgument,
    TerraformArgumentKind,
};
use crate::finding::Label;
use crate::model::{Model, StoredState};
use crate::name::Name;
use crate::project::Project;
use crate::reporters::{Passage, Texts};
use crate::source::{Place, SourcePath, Span, visible};

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
            if let Some(image) = &file.loaded.image {
                self.image(path, image);
            }
            if let Some(script) = &file.loaded.script {
                self.shell(path, script, Span::default());
            }
        }
        for group in &project.groups {
            self.group(group);
        }
        for module in &project.modules {
            self.module(module);
        }
        self.settings(project.tried.iter().filter(|setting| is_told(&setting.name)), "given");
    }

    fn image(&mut self, path: &SourcePath, image: &Image) {
        let arguments = image.arguments.iter().chain(image.stages.iter().flat_map(|stage| &stage.arguments));
        for argument in arguments {
            self.see(&argument.name, argument.place.clone(), "build argument");
        }
        for stage in &image.stages {
            self.settings(&stage.settings, "given");
            for command in &stage.commands {
                self.shell(path, &command.shell, command.span);
                for secret in &command.secrets {
                    for name in secret.variable.iter().filter(|name| is_told(name)) {
                        self.see(name, Place::new(path, secret.span), "lent to a build");
                    }
                }
            }
        }
    }

    /// What a command reads that stands at `around`; inside of JSON nothing tells where each piece stands.
    fn shell(&mut self, path: &SourcePath, shell: &Shell, around: Span) {
        for read in shell.reads.iter().filter(|read| is_told(&read.name)) {
            let span = if read.span.is_empty() { around } else { read.span };
            self.see(&read.name, Place::new(path, span), "referenced");
        }
    }

    fn module(&mut self, module: &Module) {
        for variable in &module.variables {
            self.see(&variable.name, variable.place.clone(), "declared");
        }
    }

    fn group(&mut self, group: &TargetGroup) {
        for target in &group.targets {
            for layer in &target.layers {
                self.layer(layer);
            }
            self.settings(target.build.iter().flat_map(|build| &build.arguments), "build argument");
        }
        let told = |setting: &&Setting| is_told(&setting.name);
        self.settings(group.builds.iter().flat_map(|step| &step.build.arguments).filter(told), "build argument");
        self.settings(group.written_files.iter().flat_map(|file| &file.settings).filter(told), "written");
        self.settings(group.terraform_arguments.iter().filter_map(of_terraform).filter(told), "given");
        for read in &group.stored_reads {
            let name = Name::new(read.secret.as_str());
            if !is_told(&name) {
                continue;
            }
            self.see(&name, read.place.clone(), "read from a store");
        }
        self.settings(group.bundles.iter().flat_map(|step| &step.settings).filter(told), "given");
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

/// Whether what a command names is a name for all that can be told: a piece of a password may stand where one is read.
fn is_told(name: &Name) -> bool {
    !name.as_str().bytes().any(|byte| byte.is_ascii_lowercase())
}

/// The variable that a command line gives to Terraform.
fn of_terraform(argument: &TerraformArgument) -> Option<&Setting> {
    match &argument.kind {
        TerraformArgumentKind::Variable(setting) | TerraformArgumentKind::Environment(setting) => Some(setting),
        TerraformArgumentKind::File(_) | TerraformArgumentKind::Nothing => None,
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
