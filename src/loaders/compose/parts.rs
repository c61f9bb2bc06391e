//! What a compose file says before anything is joined: services in pieces, as they stand in one file.

use std::collections::BTreeMap;

use crate::fact::{Read, Setting};
use crate::name::Name;
use crate::source::{Place, Span};
use crate::value::{Operator, Part, Template};

/// One compose file.
#[derive(Default)]
pub(super) struct ComposeFile {
    /// Its services in the order of the file; a document behind `---` adds to those before it.
    pub(super) services: Vec<Service>,
    /// Where to find a service by its name; the last one, where documents repeat it.
    pub(super) by_name: BTreeMap<String, usize>,
    /// The projects that it includes.
    pub(super) includes: Vec<Include>,
    /// The secrets that it declares.
    pub(super) secrets: Vec<String>,
    /// The configs that it declares.
    pub(super) configs: Vec<String>,
    /// Every reference in it.
    pub(super) reads: Vec<Read>,
    /// Whether a part of it is missing, so that services may be incomplete.
    pub(super) lossy: bool,
}

/// How a part of a later file meets the same part of an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// As that kind of part is merged.
    #[default]
    Merge,
    /// `!override`: it stands instead.
    Replace,
    /// `!reset`: neither stands.
    Reset,
}

/// A part of a service that may be absent, and that may say how it is merged.
#[derive(Clone, Debug)]
pub(super) struct Field<T> {
    pub(super) value: Option<T>,
    pub(super) mode: Mode,
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self { value: None, mode: Mode::Merge }
    }
}

/// A service, or what one file says of it.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) place: Place,
    pub(super) mode: Mode,
    pub(super) environment: Field<Variables>,
    pub(super) env_files: Field<Vec<EnvFile>>,
    pub(super) build: Field<BuildPart>,
    pub(super) image: Field<Text>,
    pub(super) command: Field<Command>,
    pub(super) entrypoint: Field<Command>,
    pub(super) restart: Field<Text>,
    pub(super) profiles: Field<()>,
    pub(super) mounts: Field<Vec<Mount>>,
    pub(super) container_name: Field<Text>,
    /// Further names on the network.
    pub(super) aliases: Vec<String>,
    /// The services that it waits for until they have ended.
    pub(super) awaits_end_of: Vec<String>,
    /// The secrets and configs that it names.
    pub(super) grants: Vec<Grant>,
    pub(super) extends: Option<Extends>,
    /// Whether something other than an image and a build makes it whole (`provider`).
    pub(super) provided: bool,
    /// Whether compose gives it variables that are not listed (`models`).
    pub(super) injected: bool,
    /// Whether a part of it was not understood.
    pub(super) partial: bool,
}

impl Service {
    pub(super) fn new(name: &str, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            place,
            mode: Mode::Merge,
            environment: Field::default(),
            env_files: Field::default(),
            build: Field::default(),
            image: Field::default(),
            command: Field::default(),
            entrypoint: Field::default(),
            restart: Field::default(),
            profiles: Field::default(),
            mounts: Field::default(),
            container_name: Field::default(),
            aliases: Vec::new(),
            awaits_end_of: Vec::new(),
            grants: Vec::new(),
            extends: None,
            provided: false,
            injected: false,
            partial: false,
        }
    }

    /// Whether nothing here says what runs, so that it only changes a service of another file.
    pub(super) fn is_overlay(&self) -> bool {
        self.image.value.is_none() && self.build.value.is_none() && self.extends.is_none() && !self.provided
    }
}

/// The variables of `environment` or of `build.args`.
#[derive(Clone, Debug)]
pub(super) struct Variables {
    pub(super) settings: Vec<Setting>,
    /// The names that `!reset` takes away from an earlier file, and where.
    pub(super) resets: Vec<(Name, Span)>,
    /// Whether they are a list, out of which `!reset` can take nothing.
    pub(super) is_list: bool,
    /// Whether all of them were understood.
    pub(super) whole: bool,
    /// Where they are named.
    pub(super) place: Place,
}

/// An entry of `env_file`.
#[derive(Clone, Debug)]
pub(super) struct EnvFile {
    /// The path as it is written.
    pub(super) path: String,
    pub(super) place: Place,
    /// Its place among the links of its file.
    pub(super) link: usize,
    pub(super) required: bool,
    /// `format: raw`: lines as they are, without quotes and references.
    pub(super) raw: bool,
}

/// What one file says of a build.
#[derive(Clone, Debug)]
pub(super) struct BuildPart {
    pub(super) context: Option<Text>,
    pub(super) dockerfile: Option<Text>,
    /// Whether the Dockerfile stands in the compose file itself.
    pub(super) inline: bool,
    pub(super) stage: Option<Text>,
    pub(super) arguments: Field<Variables>,
    /// The ids of what it lends to commands, with where they stand; `None` where they cannot be told.
    pub(super) secrets: Option<Vec<(String, Place)>>,
    pub(super) place: Place,
}

/// A text with references, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) template: Template,
    pub(super) place: Place,
}

impl Text {
    /// The text where all of it is literal.
    pub(super) fn literal(&self) -> Option<String> {
        Some(self.template.as_literal()?.expose().to_owned())
    }

    /// The text with the defaults of its references, where each of them has one.
    pub(super) fn likely(&self) -> Option<String> {
        let mut text = String::new();
        likely(&self.template, &mut text, false)?;
        Some(text)
    }

    /// The text with the defaults of its references, and `${NAME}` for those that have none.
    pub(super) fn described(&self) -> Option<String> {
        let mut text = String::new();
        likely(&self.template, &mut text, true)?;
        Some(text)
    }
}

fn likely(template: &Template, text: &mut String, describe: bool) -> Option<()> {
    for part in &*template.parts {
        match part {
            Part::Literal(value) => text.push_str(value.expose()),
            Part::Reference(reference) => match &reference.operator {
                Some(Operator::Default { word, .. }) => likely(word, text, describe)?,
                _ if describe => {
                    text.push_str("${");
                    text.push_str(reference.name.as_str());
                    text.push('}');
                }
                _ => return None,
            },
            Part::Unknown(_) => return None,
        }
    }
    Some(())
}

/// What a command or an entry point tells about what runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::loaders) struct Command {
    /// It is a development server or a watcher.
    pub(in crate::loaders) serves_development: bool,
    /// It ends by itself: a migration, a seed.
    pub(in crate::loaders) ends: bool,
    /// It builds what browsers get before it serves it.
    pub(in crate::loaders) builds: bool,
}

/// A path of the host in a container.
#[derive(Clone, Debug)]
pub(super) struct Mount {
    pub(super) source: String,
    pub(super) target: String,
}

/// A secret or a config that a service names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Grant {
    pub(super) name: String,
    pub(super) is_secret: bool,
    pub(super) place: Place,
}

/// `extends` of a service.
#[derive(Clone, Debug)]
pub(super) struct Extends {
    pub(super) service: String,
    pub(super) place: Place,
    /// The link of the other file; `None` if the service stands in the same one.
    pub(super) link: Option<usize>,
}

/// An entry of the top-level `include`.
#[derive(Clone, Debug)]
pub(super) struct Include {
    /// The links of its files, the first one before its overrides.
    pub(super) paths: Vec<usize>,
    /// Its env files, instead of the `.env` of its folder: path, place, link. `/dev/null` is none.
    pub(super) env_files: Option<Vec<EnvFile>>,
    /// Its folder, if it is not the first file's.
    pub(super) folder: Option<Text>,
    pub(super) place: Place,
}

impl ComposeFile {
    /// The service of this name.
    pub(super) fn service(&self, name: &str) -> Option<&Service> {
        self.services.get(*self.by_name.get(name)?)
    }

    /// Whether it is to be read on top of the file beside it.
    pub(super) fn is_overlay(&self) -> bool {
        self.services.iter().any(Service::is_overlay)
    }
}
