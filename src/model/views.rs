//! Views: concrete environments that an app will see, as ordered stacks of layers.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::fact::{Layer, LayerKind, LayerState, LinkOutcome, Setting, SettingValue};
use crate::name::{Environment, Name, SecretName, Version};
use crate::source::{Place, SourcePath};
use crate::tables::references;
use crate::value::{Known, Template, Value};

use super::given::Given;

/// How deep references to references are followed.
const DEPTH: usize = 16;

/// How much may be looked up for one value, in bytes; a look-up that finds nothing costs [`LOOK_UP`] as well. Where each
/// of a few variables is made of the next one many times, the ways through them would be without number.
const BUDGET: usize = 256 << 10;

/// What a look-up costs beside what it brings.
const LOOK_UP: usize = 64;

/// What is left of the bounds of one evaluation.
#[derive(Clone, Copy)]
struct Bounds<'a> {
    depth: usize,
    budget: &'a Cell<usize>,
}

impl Bounds<'_> {
    /// Pays for a look-up; whether it can be afforded.
    fn pay(&self, length: usize) -> bool {
        let left = self.budget.get().checked_sub(LOOK_UP + length);
        self.budget.set(left.unwrap_or_default());
        left.is_some()
    }

    fn deeper(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }
}

/// One concrete environment that an app will see.
pub struct View {
    /// The app, by index.
    pub app: usize,
    /// Where.
    pub environment: Environment,
    /// The target that it is the environment of, by index; `None`: the app's env files.
    pub target: Option<usize>,
    /// What it is made of, strongest first.
    pub layers: Vec<ViewLayer>,
    /// What references in it resolve in beside the view itself, strongest first.
    pub surroundings: Vec<ViewLayer>,
    /// Why nothing may be concluded from what it lacks, if that is so.
    pub partial: Option<Reason>,
    /// Whether it says nothing of secrets that it lacks, though it is whole otherwise.
    pub partial_for_secrets: Option<Reason>,
    /// Whether it was built here, so that it is whole for variables that the build consumes.
    pub builds: bool,
}

/// One layer of a [`View`].
pub struct ViewLayer {
    /// What it is.
    pub kind: LayerKind,
    /// Where it is named, or the file itself.
    pub named: Place,
    /// What it gives.
    pub settings: Given,
    /// Why it may give more than that.
    pub open: Option<Reason>,
    /// Whether what a template lists stands in for what could not be read.
    pub stand_in: bool,
    /// Whether only the build sees it.
    pub build_only: bool,
    /// Whether it is a file that need not be there (`required: false`).
    pub optional: bool,
    /// Why it may not be there at all, so that what it gives is not known.
    pub doubtful: Option<Reason>,
}

/// When a variable is consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// When the image or the bundle is built: public variables.
    Build,
    /// When the app runs.
    Run,
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// There is no listing of the environment's store.
    NoListing,
    /// A listing is there, but is known to lack a part.
    TruncatedListing,
    /// A listing is there, and was saved too long ago to tell what is there now.
    OldListing,
    /// Nothing tells the ids of the secrets.
    NoSecretName,
    /// A file that would give it is not in the checkout, or could not be read.
    Unread(SourcePath),
    /// It depends on an expression that is not resolved here.
    Unresolved,
    /// The rest comes from a platform that is not known here.
    Platform,
    /// What stands there points into a store that is not known here: `op://…`.
    KeptElsewhere,
    /// The platform gives it to whatever it runs: `PORT`.
    ByPlatform,
    /// The image is built elsewhere.
    BuiltElsewhere,
    /// The target runs a command of its own, which may not need everything.
    OwnCommand,
    /// Its value arrives as a file.
    InFile,
    /// The target mounts an env file, or its image brings one, which is not seen here.
    OwnFile,
    /// The app reads this env file, if it lies in the image.
    InImage(SourcePath),
    /// It is for test runs, which set up what they need.
    TestRun,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoListing => f.write_str("no listing"),
            Self::TruncatedListing => f.write_str("the listing is incomplete"),
            Self::OldListing => f.write_str("the listing is older than 30 days"),
            Self::NoSecretName => f.write_str("nothing tells the ids of the secrets"),
            Self::Unread(path) => write!(f, "`{path}` was not read"),
            Self::Unresolved => f.write_str("an unresolved expression"),
            Self::Platform => f.write_str("nothing says what the platform gives"),
            Self::KeptElsewhere => f.write_str("it points into another store"),
            Self::ByPlatform => f.write_str("the platform gives it"),
            Self::BuiltElsewhere => f.write_str("the image is built elsewhere"),
            Self::OwnCommand => f.write_str("the target runs a command of its own"),
            Self::InFile => f.write_str("its value arrives as a file"),
            Self::OwnFile => f.write_str("the target brings an env file of its own"),
            Self::InImage(path) => write!(f, "nothing says whether `{path}` lies in the image"),
            Self::TestRun => f.write_str("a test run sets up what it needs"),
        }
    }
}

/// What a view comes to for one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has this value, not the empty string.
    Given(Value),
    /// It is the empty string.
    Empty {
        /// The absent variables for which it stands in.
        absent: Vec<Name>,
    },
    /// It takes a stored secret.
    Injected(SecretName, Version),
    /// It is given, and with what is not known.
    GivenUnknown(Reason),
    /// Only a file gives it that need not be there.
    Unguaranteed(SourcePath),
    /// Whether it is given is not known.
    Unknown(Reason),
    /// Nothing gives it.
    Absent,
}

impl State {
    /// Whether the app gets something that is not the empty string, as far as anyone can tell.
    pub fn is_given(&self) -> bool {
        matches!(self, Self::Given(_) | Self::Injected(..) | Self::GivenUnknown(_) | Self::Unguaranteed(_))
    }
}

/// What a view says of one variable.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The view, by index.
    pub view: usize,
    /// What it comes to.
    pub state: State,
    /// What gives it.
    pub winner: Option<Arc<Setting>>,
    /// What would give it if stronger layers did not.
    pub shadowed: Vec<Arc<Setting>>,
}

impl ViewLayer {
    /// A layer of a target. `stand_in`: the names that a template lists for a file that was not read.
    pub fn of(layer: &Layer, stand_in: Option<&[(Name, Place)]>) -> Self {
        let mut settings: Vec<Arc<Setting>> = layer.settings.iter().cloned().map(Arc::new).collect();
        let unread = match &layer.state {
            LayerState::Whole => None,
            // The `.env` beside a compose file need not exist; where git does not ignore it, it does not.
            LayerState::Unread { outcome: LinkOutcome::Missing(_), .. } if is_default(layer) && stand_in.is_none() => {
                None
            }
            LayerState::Partial => Some(Reason::Unread(layer_path(layer))),
            LayerState::Unread { outcome, .. } => Some(match outcome {
                LinkOutcome::Unresolved => Reason::Unresolved,
                _ => Reason::Unread(layer_path(layer)),
            }),
        };
        if unread.is_some() {
            let listed = stand_in.unwrap_or_default().iter();
            settings.extend(listed.map(|(name, place)| {
                let (name, place, value_span) = (name.clone(), place.clone(), place.span);
                Arc::new(Setting { name, place, value_span, value: SettingValue::Unknown })
            }));
        }
        Self {
            kind: layer.kind.clone(),
            named: layer.named.clone(),
            settings: Given::new(settings),
            open: unread,
            stand_in: stand_in.is_some(),
            build_only: false,
            optional: false,
            doubtful: None,
        }
    }

    /// A layer of an env file.
    pub fn of_file(path: &SourcePath, settings: Vec<Arc<Setting>>, open: Option<Reason>) -> Self {
        Self {
            kind: LayerKind::EnvFile(Some(path.clone())),
            named: Place::new(path, crate::source::Span::default()),
            settings: Given::new(settings),
            open,
            stand_in: false,
            build_only: false,
            optional: false,
            doubtful: None,
        }
    }
}

fn is_default(layer: &Layer) -> bool {
    matches!(layer.kind, LayerKind::DefaultEnvFile(_))
}

fn layer_path(layer: &Layer) -> SourcePath {
    match &layer.kind {
        LayerKind::EnvFile(Some(path)) | LayerKind::DefaultEnvFile(path) | LayerKind::Image(path) => path.clone(),
        _ => layer.named.path.clone(),
    }
}

impl View {
    /// What it says of a variable. `documented`: whether some document or template names a variable, so that its
    /// absence here proves nothing.
    pub fn look(&self, index: usize, name: &Name, phase: Phase, documented: &dyn Fn(&Name) -> bool) -> Sighting {
        self.look_in(&|layer| phase == Phase::Build || !layer.build_only, index, name, documented)
    }

    /// What the build alone, without what is given when the target starts, says of a variable.
    pub fn look_at_build(&self, index: usize, name: &Name, documented: &dyn Fn(&Name) -> bool) -> Sighting {
        self.look_in(&|layer| layer.build_only, index, name, documented)
    }

    fn look_in(
        &self,
        is_meant: &dyn Fn(&ViewLayer) -> bool,
        index: usize,
        name: &Name,
        documented: &dyn Fn(&Name) -> bool,
    ) -> Sighting {
        let layers = || self.layers.iter().filter(|layer| is_meant(layer));
        let mut given = layers().enumerate().filter_map(|(at, layer)| Some((at, layer, layer.settings.last(name)?)));
        let open = |before: usize| layers().take(before).find_map(|layer| layer.open.clone());
        let Some((at, layer, winner)) = given.next() else {
            let state = open(self.layers.len()).map_or(State::Absent, State::Unknown);
            return Sighting { view: index, state, winner: None, shadowed: Vec::new() };
        };
        let mut shadowed = Vec::new();
        let mut is_optional = layer.optional;
        for (_, layer, setting) in given {
            is_optional &= layer.optional;
            shadowed.push(Arc::clone(setting));
        }
        let mut state = self.evaluate(&winner.value, name, documented);
        // A stronger layer that was not read may say otherwise; it cannot take the variable away.
        if let Some(reason) = open(at)
            && !matches!(state, State::Absent)
        {
            state = State::GivenUnknown(reason);
        }
        if let Some(reason) = &layer.doubtful {
            state = State::GivenUnknown(reason.clone());
        }
        if let LayerKind::EnvFile(Some(path)) = &layer.kind
            && is_optional
        {
            state = State::Unguaranteed(path.clone());
        }
        Sighting { view: index, state, winner: Some(Arc::clone(winner)), shadowed }
    }

    fn evaluate(&self, value: &SettingValue, name: &Name, documented: &dyn Fn(&Name) -> bool) -> State {
        let budget = Cell::new(BUDGET);
        let bounds = Bounds { depth: DEPTH, budget: &budget };
        match value {
            SettingValue::Given(template) => self.evaluate_template(template, name, documented, bounds),
            SettingValue::PassThrough => match self.surrounding(name, documented, bounds) {
                Known::Value(value) if value.is_empty() => State::Empty { absent: Vec::new() },
                Known::Value(value) => State::Given(value),
                Known::Absent => State::Absent,
                Known::Unknown => State::Unknown(Reason::Unresolved),
            },
            SettingValue::Injected { secret, version, .. } => State::Injected(secret.clone(), version.clone()),
            SettingValue::Unknown => State::GivenUnknown(Reason::Unresolved),
        }
    }

    fn evaluate_template(
        &self,
        template: &Template,
        name: &Name,
        documented: &dyn Fn(&Name) -> bool,
        bounds: Bounds<'_>,
    ) -> State {
        let evaluation = template.evaluate(&|reference| self.surrounding_of(reference, name, documented, bounds));
        let absent: Vec<Name> = evaluation.absent.iter().map(|reference| reference.name.clone()).collect();
        match evaluation.value {
            // The reader itself fails, or what it depends on is not known.
            None => State::GivenUnknown(Reason::Unresolved),
            Some(value) if value.is_empty() => State::Empty { absent },
            // What stands there is looked up in a store by whoever loads it.
            Some(value) if references::points_elsewhere(&value) => State::GivenUnknown(Reason::KeptElsewhere),
            Some(value) => State::Given(value),
        }
    }

    /// What a reference in the value of `of` resolves to: never to that value itself.
    fn surrounding_of(&self, name: &Name, of: &Name, documented: &dyn Fn(&Name) -> bool, bounds: Bounds<'_>) -> Known {
        if self.target.is_none() && name == of {
            return Known::Unknown;
        }
        self.surrounding(name, documented, bounds)
    }

    /// What the surroundings hold under a name. The shell above them is unknown, so what nobody gives is absent only
    /// where what would give it was read, or is documented without it.
    fn surrounding(&self, name: &Name, documented: &dyn Fn(&Name) -> bool, bounds: Bounds<'_>) -> Known {
        if !bounds.pay(0) {
            return Known::Unknown;
        }
        let layers = if self.target.is_some() { &self.surroundings } else { &self.layers };
        for layer in layers {
            if let Some(setting) = layer.settings.last(name) {
                let SettingValue::Given(template) = &setting.value else { return Known::Unknown };
                let Some(deeper) = bounds.deeper().filter(|_| bounds.pay(template.parts.len())) else {
                    return Known::Unknown;
                };
                let value = template.evaluate(&|inner| {
                    if inner == name { Known::Unknown } else { self.surrounding(inner, documented, deeper) }
                });
                let value = value.value.filter(|value| bounds.pay(value.expose().len()));
                return value.map_or(Known::Unknown, Known::Value);
            }
            if layer.open.is_some() && !layer.stand_in {
                return Known::Unknown;
            }
        }
        // Without a file or a template that would list it, nothing tells what the shell holds.
        if layers.is_empty() || self.target.is_none() || documented(name) { Known::Unknown } else { Known::Absent }
    }
}
