//! A unit: what its lines do one after the other, those of its drop-ins behind its own, and the target that comes of it.
//!
//! What a file gives wins over `Environment=`, and a later file over an earlier one; an empty assignment takes back what
//! stands above it.

use super::lines::words;
use super::{Form, link};
use crate::fact::{
    Layer, LayerKind, LayerState, LinkOutcome, Loaded, Setting, SettingValue, Target, TargetKind, TargetSigns,
};
use crate::name::{Name, is_variable_name};
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::value::{Template, Value};

/// What one line does.
pub(super) enum Step {
    /// Sets variables; an empty line takes all of them back.
    Variables(Span, Vec<Setting>),
    /// Names a file of variables; `None` takes all of them back.
    File(Option<EnvFile>),
    /// Hands on variables of the manager; an empty line takes all of them back.
    Passed(Span, Vec<Setting>),
    /// Takes variables away in the end.
    Unset(Vec<Name>),
    /// Names the image of a container.
    Image(String, Span),
    /// Names the container.
    Name(String),
    /// Gives a stored secret as a variable, if it is said as which.
    Secret(Option<Setting>),
    /// Starts another program than the image's.
    Command,
    /// Gives more than is known.
    Open,
}

/// A file of variables.
#[derive(Clone)]
pub(super) struct EnvFile {
    pub(super) span: Span,
    pub(super) required: bool,
    /// Its place among the links of its file, if it lies beside that.
    pub(super) link: Option<usize>,
}

/// A line that stands in the section of what is started.
pub(super) struct Reader<'a> {
    pub(super) source: &'a SourceFile,
    pub(super) form: Form,
    pub(super) key: Span,
    pub(super) value: Span,
}

impl Reader<'_> {
    pub(super) fn step(&self, loaded: &mut Loaded) -> Option<Step> {
        let text = self.source.slice(self.value);
        let is_container = self.form == Form::Container;
        Some(match self.source.slice(self.key) {
            "Environment" => Step::Variables(self.key, self.variables(loaded)),
            "EnvironmentFile" => Step::File(self.file(loaded)),
            "PassEnvironment" => Step::Passed(self.key, self.names(loaded)),
            "UnsetEnvironment" => Step::Unset(self.names(loaded).into_iter().map(|setting| setting.name).collect()),
            "Image" if is_container => Step::Image(text.trim().to_owned(), self.value),
            "ContainerName" if is_container => Step::Name(text.trim().to_owned()),
            "Secret" if is_container => Step::Secret(self.secret(loaded)),
            "Exec" | "Entrypoint" if is_container => Step::Command,
            "EnvironmentHost" if is_container && !matches!(text.trim(), "false" | "no" | "0" | "off") => Step::Open,
            "PodmanArgs" if is_container && text.contains("-e") => Step::Open,
            _ => return None,
        })
    }

    fn setting(&self, name: &str, span: Span, value_span: Span, value: SettingValue, loaded: &mut Loaded) -> Setting {
        loaded.shown.push(span);
        Setting { name: Name::new(name), place: Place::new(self.source.path(), span), value_span, value }
    }

    fn variables(&self, loaded: &mut Loaded) -> Vec<Setting> {
        let mut found = Vec::new();
        for word in words(self.source.slice(self.value), self.value.start) {
            let at = match word.text.find('=') {
                Some(at) => at,
                // What podman is given by name alone it takes of the machine.
                None if self.form == Form::Container && is_variable_name(&word.text) => {
                    let span = word.span(0, word.text.len());
                    found.push(self.setting(&word.text, span, span, SettingValue::PassThrough, loaded));
                    continue;
                }
                None => continue,
            };
            let (name, text) = word.text.split_at(at);
            let text = text.get(1..).unwrap_or_default();
            if !is_variable_name(name) {
                continue;
            }
            let (span, value_span) = (word.span(0, at), word.span(at + 1, word.text.len()));
            let value = if has_specifier(text) || text.contains('\u{1a}') {
                Template::unknown(value_span)
            } else {
                Template::literal(Value::new(text.replace("%%", "%")))
            };
            found.push(self.setting(name, span, value_span, SettingValue::Given(value), loaded));
        }
        found
    }

    /// Names of variables; an assignment is none.
    fn names(&self, loaded: &mut Loaded) -> Vec<Setting> {
        let words = words(self.source.slice(self.value), self.value.start);
        let names = words.iter().filter(|word| is_variable_name(&word.text));
        let named = names.map(|word| {
            let span = word.span(0, word.text.len());
            self.setting(&word.text, span, span, SettingValue::PassThrough, loaded)
        });
        named.collect()
    }

    fn file(&self, loaded: &mut Loaded) -> Option<EnvFile> {
        let text = self.source.slice(self.value);
        if text.is_empty() {
            return None;
        }
        let path = text.strip_prefix('-').unwrap_or(text);
        let required = path.len() == text.len();
        let span = Span::new(self.value.end - path.len(), self.value.end);
        loaded.shown.push(span);
        // Systemd takes absolute paths alone, which are none of the repository; podman's are relative to the unit.
        let is_beside = self.form == Form::Container && !path.starts_with('/') && !has_specifier(path);
        let link = is_beside.then(|| link(loaded, path, span, required));
        Some(EnvFile { span, required, link })
    }

    /// `NAME[,type=env][,target=VARIABLE]`.
    fn secret(&self, loaded: &mut Loaded) -> Option<Setting> {
        let text = self.source.slice(self.value).trim_end();
        let mut options = text.split(',');
        let name = options.next()?;
        let option =
            |key: &str| text.split(',').skip(1).find_map(|option| option.trim().strip_prefix(key)?.strip_prefix('='));
        if option("type") != Some("env") {
            return None;
        }
        let variable = option("target").unwrap_or(name).trim();
        let at = text.rfind(variable).filter(|_| is_variable_name(variable))?;
        let span = Span::new(self.value.start + at, self.value.start + at + variable.len());
        Some(self.setting(variable, span, span, SettingValue::Unknown, loaded))
    }
}

/// Whether a text holds a specifier such as `%i`, which the manager resolves.
fn has_specifier(text: &str) -> bool {
    text.replace("%%", "").contains('%')
}

/// What the lines of a unit come to.
#[derive(Default)]
pub(super) struct Unit {
    pub(super) settings: Vec<Setting>,
    /// Where the list begins.
    pub(super) listed: Option<Place>,
    pub(super) files: Vec<(SourcePath, EnvFile)>,
    pub(super) passed: Vec<Setting>,
    pub(super) secrets: Vec<Setting>,
    pub(super) image: Option<(String, Place)>,
    pub(super) name: Option<String>,
    pub(super) own_command: bool,
    pub(super) open: bool,
}

/// Takes lines one after the other.
pub(super) fn fold<'s>(steps: impl Iterator<Item = (&'s SourcePath, &'s Step)>) -> Unit {
    let mut unit = Unit::default();
    let mut unset: Vec<&Name> = Vec::new();
    for (path, step) in steps {
        match step {
            Step::Variables(key, settings) => {
                if settings.is_empty() {
                    unit.settings.clear();
                }
                if unit.settings.is_empty() {
                    unit.listed = Some(Place::new(path, *key));
                }
                unit.settings.extend(settings.iter().cloned());
            }
            Step::File(None) => unit.files.clear(),
            Step::File(Some(file)) => unit.files.push((path.clone(), file.clone())),
            Step::Passed(key, names) => {
                if names.is_empty() {
                    unit.passed.clear();
                }
                unit.listed.get_or_insert_with(|| Place::new(path, *key));
                unit.passed.extend(names.iter().cloned());
            }
            Step::Unset(names) if names.is_empty() => unset.clear(),
            Step::Unset(names) => unset.extend(names),
            Step::Image(image, span) => unit.image = Some((image.clone(), Place::new(path, *span))),
            Step::Name(name) => unit.name = Some(name.clone()),
            Step::Secret(secret) => unit.secrets.extend(secret.clone()),
            Step::Command => unit.own_command = true,
            Step::Open => unit.open = true,
        }
    }
    unit.settings.retain(|setting| !unset.contains(&&setting.name));
    unit.passed.retain(|setting| !unset.contains(&&setting.name));
    unit
}

impl Unit {
    /// The service; `None` where nothing is said of its variables.
    pub(super) fn target(&self, name: &str) -> Option<Target> {
        if self.settings.is_empty() && self.files.is_empty() && self.passed.is_empty() {
            return None;
        }
        let first = self.files.first().map(|(path, file)| Place::new(path, file.span));
        let place = self.listed.clone().or(first)?;
        let layer = |settings: &[Setting]| Layer {
            kind: LayerKind::Environment,
            named: place.clone(),
            settings: settings.to_vec(),
            state: LayerState::Whole,
        };
        let mut layers: Vec<Layer> = self
            .files
            .iter()
            .rev()
            .map(|(path, file)| Layer {
                kind: LayerKind::EnvFile(None),
                named: Place::new(path, file.span),
                settings: Vec::new(),
                state: LayerState::Unread { outcome: LinkOutcome::Outside, required: file.required },
            })
            .collect();
        layers.push(layer(&self.settings));
        if !self.passed.is_empty() {
            layers.push(layer(&self.passed));
        }
        Some(Target {
            kind: TargetKind::SystemdUnit,
            name: name.to_owned(),
            place,
            layers,
            secret_files: Vec::new(),
            environment: None,
            build: None,
            image: None,
            mounts: Vec::new(),
            signs: TargetSigns { restarts: true, ..TargetSigns::default() },
            // Its program may read files of the machine by itself.
            partial: true,
        })
    }
}
