//! Whether a view gives a variable, as far as relations between variables need to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bindings::{Binding, StoredState};
use super::views::{Phase, Reason, Sighting, State};
use super::{AppSchema, Model};
use crate::fact::{Constraints, Declaration, SettingValue, Type};
use crate::name::{Environment, Name};
use crate::value::{Operator, Part, Value};

/// Whether a view gives a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    Given,
    /// It does not, and a default stands in.
    Default,
    /// It does not, and is known to be whole.
    Absent,
    /// It cannot be told.
    Unknown,
}

/// What an app reads under the name of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This value, which a view gives.
    Given(Value),
    /// This value, which the schema says stands in.
    Default(Value),
    /// Nothing.
    Nothing,
    /// It cannot be told.
    Unknown,
}

/// The views of a model, ready to be asked about any variable.
pub struct Presences<'m> {
    model: &'m Model<'m>,
    bindings: BTreeMap<(usize, &'m Environment, &'m Name), &'m Binding>,
}

impl<'m> Presences<'m> {
    /// Makes a model ready.
    pub fn new(model: &'m Model<'m>) -> Self {
        let key = |binding: &'m Binding| (binding.app, &binding.environment, &binding.name);
        Self { model, bindings: model.bindings.iter().map(|binding| (key(binding), binding)).collect() }
    }

    /// The binding of a variable where a view is; a name of a family that nothing gives has none.
    pub fn binding(&self, view: usize, name: &Name) -> Option<&'m Binding> {
        let view = &self.model.views[view];
        self.bindings.get(&(view.app, &view.environment, name)).copied()
    }

    /// What a view says of a variable.
    pub fn sighting(&self, view: usize, name: &Name) -> Sighting {
        let known =
            self.binding(view, name).and_then(|binding| binding.sightings.iter().find(|seen| seen.view == view));
        known.cloned().unwrap_or_else(|| self.model.sight(view, name))
    }

    /// Whether a view gives a variable.
    pub fn of(&self, view: usize, name: &Name) -> Presence {
        let binding = self.binding(view, name);
        let sighting = self.sighting(view, name);
        match sighting.state {
            State::GivenUnknown(Reason::Unresolved) if is_demanded(&sighting) => Presence::Given,
            State::Given(_) | State::Injected(..) | State::GivenUnknown(Reason::InFile | Reason::ByPlatform) => {
                Presence::Given
            }
            State::Empty { .. } if self.may_be_empty(view, name) => Presence::Given,
            State::GivenUnknown(_) | State::Unguaranteed(_) | State::Unknown(_) => Presence::Unknown,
            State::Empty { .. } => Presence::Absent,
            State::Absent => match self.absent(view, name) {
                Presence::Absent if binding.is_some_and(|binding| binding.has_default) => Presence::Default,
                presence => presence,
            },
        }
    }

    /// What an app reads where a view is.
    pub fn reading(&self, view: usize, name: &Name) -> Reading {
        let default = || {
            let default = self.declaration(view, name).and_then(|declaration| declaration.default.clone());
            default.map_or(Reading::Nothing, Reading::Default)
        };
        match self.sighting(view, name).state {
            State::Given(value) => Reading::Given(value),
            State::Empty { .. } if self.may_be_empty(view, name) => Reading::Given(Value::new("")),
            State::Empty { .. } => default(),
            State::Absent if self.absent(view, name) == Presence::Absent => default(),
            _ => Reading::Unknown,
        }
    }

    /// The type of a variable, and what narrows it, where a view is.
    pub fn shape(&self, view: usize, name: &Name) -> (Type, Constraints) {
        let Some(declaration) = self.declaration(view, name) else { return Default::default() };
        (declaration.kind.unwrap_or_default(), declaration.constraints.clone())
    }

    /// Whether what a view lacks is lacking for good.
    fn absent(&self, view: usize, name: &Name) -> Presence {
        let of = &self.model.views[view];
        if self.model.phase(of.app, name) == Phase::Build && !of.builds {
            return Presence::Unknown;
        }
        let kept = self.declaration(view, name).is_some_and(|declaration| declaration.is_kept_in_store());
        let whole = if kept && of.target.is_none() {
            // A listing has the word on secrets that no target hands out.
            match self.binding(view, name).and_then(|binding| binding.stored.as_ref()) {
                Some(StoredState::Held(..)) => return Presence::Given,
                Some(StoredState::Lacking(..)) => true,
                _ => of.partial_for_secrets.is_none(),
            }
        } else {
            of.partial.is_none() && !(kept && of.partial_for_secrets.is_some())
        };
        if whole { Presence::Absent } else { Presence::Unknown }
    }

    fn may_be_empty(&self, view: usize, name: &Name) -> bool {
        self.schema(view).resolved.semantics.empty_is_a_value
            || self.declaration(view, name).is_some_and(|found| found.constraints.allow_empty == Some(true))
    }

    fn declaration(&self, view: usize, name: &Name) -> Option<Arc<Declaration>> {
        if let Some(binding) = self.binding(view, name) {
            return Some(Arc::clone(&binding.declaration));
        }
        let names = self.model.environments.names(&self.model.views[view].environment);
        Some(self.schema(view).declaration(name)?.declaration.in_environment(&names))
    }

    fn schema(&self, view: usize) -> &'m AppSchema {
        &self.model.schemas[self.model.views[view].app]
    }
}

/// Whether the reader itself fails where this is not given: `${NAME:?}`.
fn is_demanded(sighting: &Sighting) -> bool {
    let Some(SettingValue::Given(template)) = sighting.winner.as_ref().map(|winner| &winner.value) else {
        return false;
    };
    template.parts.iter().any(|part| match part {
        Part::Reference(reference) => matches!(reference.operator, Some(Operator::Required { empty_too: true, .. })),
        _ => false,
    })
}
