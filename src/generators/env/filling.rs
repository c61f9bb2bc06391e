//! Where the value of each variable of an env file comes from. How the file looks is for `render`.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::variables::{self, Variable, kind_of};
use super::super::{Asked, GenerateError, quote, secret};
use super::services::{self, Service};
use crate::fact::{Agreement, Declaration, FactKind, LayerKind, Role};
use crate::loaders::File;
use crate::model::{Binding, Sighting, Source as EnvSource, State, readers};
use crate::name::{Environment, Name};
use crate::random::{Kind, Source};
use crate::source::SourcePath;
use crate::syntax::dotenv::Dialect;
use crate::tables::{made_secrets, placeholders, secret_names};
use crate::value::{Known, Template, Value};

/// How deep references to references are followed.
const DEPTH: usize = 16;

/// What becomes of a variable.
#[derive(Debug)]
pub(super) enum Decision {
    /// The file has it.
    Present,
    /// The template's line, as it stands.
    Template,
    /// This value.
    Value {
        /// The value.
        value: Value,
        /// Whether it was made just now.
        generated: bool,
    },
    /// Somebody has to be asked for it.
    Ask,
    /// Nobody needs it: its line is commented out.
    Off,
}

impl Decision {
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::Present | Self::Template | Self::Value { .. })
    }
}

/// An env file, and what becomes of each variable of it.
pub(super) struct Filling<'a> {
    pub(super) asked: &'a Asked<'a>,
    pub(super) environment: &'a Environment,
    /// What is there by now.
    pub(super) file: Option<&'a File>,
    /// What the file starts from, and whether it lies beside it, so that all of it is meant.
    pub(super) template: Option<(&'a EnvSource<'a>, bool)>,
    /// What the schemas declare, in their order.
    pub(super) variables: Vec<Variable<'a>>,
    pub(super) decisions: BTreeMap<Name, Decision>,
    /// What is in the file and has no value.
    pub(super) empty: BTreeSet<Name>,
    /// The loaders that read the file.
    pub(super) readers: Vec<Dialect>,
    pub(super) given: BTreeMap<&'a Name, &'a Template>,
    pub(super) shown: BTreeMap<&'a Name, &'a Template>,
    pub(super) services: Vec<Service<'a>>,
}

impl<'a> Filling<'a> {
    /// Decides on every variable that the apps declare or the template names.
    pub(super) fn decide(
        asked: &'a Asked<'a>,
        path: &SourcePath,
        source: &mut dyn Source,
    ) -> Result<Self, GenerateError> {
        let model = asked.model;
        let Some(environment) = &asked.environment else { return Err(GenerateError::Undeclared) };
        let file = model.project.files.get(path);
        let template = model.stand_in(path).map(|template| (template, template.path.is_beside(path)));
        let compose = model
            .targets
            .iter()
            .flat_map(|target| &target.target.layers)
            .any(|layer| matches!(&layer.kind, LayerKind::EnvFile(Some(named)) if named == path));
        let mut dialects: Vec<Dialect> = readers(model.project, path).iter().map(|reader| reader.dialect).collect();
        dialects.extend(compose.then_some(Dialect::Compose));
        let mut filling = Self {
            asked,
            environment,
            file,
            template,
            variables: variables::of(asked)?,
            decisions: BTreeMap::new(),
            empty: BTreeSet::new(),
            readers: dialects,
            given: file.map(definitions).unwrap_or_default(),
            shown: template.map(|(template, _)| definitions(template.file)).unwrap_or_default(),
            services: services::find(model, environment),
        };
        let local = filling.given_to_services();
        let declared: Vec<&Name> =
            filling.variables.iter().filter(|variable| !variable.is_family()).map(|variable| variable.name).collect();
        let undeclared: Vec<&Name> = match template {
            Some((_, true)) if file.is_none() => {
                filling.shown.keys().copied().filter(|name| !declared.contains(name)).collect()
            }
            _ => Vec::new(),
        };
        for name in declared.into_iter().chain(undeclared) {
            let decision = filling.first_decision(name, &local, source)?;
            filling.decisions.insert(name.clone(), decision);
        }
        filling.agree();
        filling.groups(source);
        filling.references();
        Ok(filling)
    }

    /// What the schemas say of a name here, and the app that says it.
    pub(super) fn declaration(&self, name: &Name) -> Option<(usize, Arc<Declaration>)> {
        let of_app = |app: &usize| Some((*app, self.asked.model.schemas[*app].declaration(name)?));
        let (app, declared) = self.asked.apps.iter().find_map(of_app)?;
        Some((app, variables::in_environment(self.asked, &declared.declaration)))
    }

    pub(super) fn is_required(&self, name: &Name) -> bool {
        let of_app = |app: &usize| {
            let declared = self.asked.model.schemas[*app].resolved.declarations.get(name)?;
            Some(variables::is_required(self.asked, &declared.declaration, self.environment))
        };
        self.asked.apps.iter().filter_map(of_app).any(|required| required)
    }

    /// Whether everything that runs an app here, and needs the variable, gets it without this file.
    fn is_given_elsewhere(&self, name: &Name) -> bool {
        let model = self.asked.model;
        let declares = |app: &&usize| model.schemas[**app].resolved.declarations.contains_key(name);
        self.asked.apps.iter().filter(declares).all(|app| {
            let of_name = |binding: &&Binding| binding.environment == *self.environment && binding.name == *name;
            let Some(binding) = model.bindings_of(*app).iter().find(of_name) else { return false };
            let all = binding.sightings.iter().all(|sighting| self.is_given(sighting));
            !binding.sightings.is_empty() && all || !binding.required
        })
    }

    /// Whether a view gives the variable by itself, and not only because the template says that the file will.
    fn is_given(&self, sighting: &Sighting) -> bool {
        let stands_in = sighting.winner.as_ref().is_some_and(|winner| {
            let file = self.asked.model.project.files.get(&winner.place.path);
            file.is_some_and(|file| file.claim.role == Role::Template)
        });
        !stands_in && matches!(sighting.state, State::Given(_) | State::Injected(..) | State::GivenUnknown(_))
    }

    fn first_decision(
        &mut self,
        name: &Name,
        local: &BTreeMap<Name, Value>,
        source: &mut dyn Source,
    ) -> Result<Decision, GenerateError> {
        if let Some(given) = self.given.get(name) {
            if given.is_empty() {
                self.empty.insert(name.clone());
            }
            return Ok(Decision::Present);
        }
        let fixed = |value: Value| Decision::Value { value, generated: false };
        let Some((app, declaration)) = self.declaration(name) else {
            return Ok(match local.get(name) {
                Some(value) => fixed(value.clone()),
                None if self.is_usable(name, None) => Decision::Template,
                None => Decision::Off,
            });
        };
        let required = self.is_required(name);
        let elsewhere = self.is_given_elsewhere(name);
        if elsewhere && (self.file.is_some() || !self.shown.contains_key(name)) {
            return Ok(Decision::Off);
        }
        let accepted = |value: &Value| self.asked.model.accepts(&declaration, value).is_ok();
        if let Some(value) = local.get(name).filter(|value| accepted(value)) {
            return Ok(fixed(value.clone()));
        }
        if required && kind_of(&declaration).is_some() {
            // What the kind makes and the declaration does not take, nobody can make.
            return Ok(match secret(self.asked.model, name, &declaration, source) {
                Ok((_, made)) => Decision::Value { value: made.value, generated: true },
                Err(GenerateError::Random(error)) => return Err(error.into()),
                Err(_) => Decision::Ask,
            });
        }
        let refers = self.shown.get(name).is_some_and(|template| !template.references().is_empty());
        if let Some(value) = self.own_word(&declaration).filter(|_| required && !refers) {
            return Ok(fixed(value));
        }
        if self.is_usable(name, Some(&declaration)) {
            return Ok(Decision::Template);
        }
        let shown = declaration.example.as_ref().filter(|_| declaration.secret != Some(true) && required);
        if let Some(value) = declaration.default.as_ref().or(shown).filter(|value| !value.is_empty() && accepted(value))
        {
            return Ok(fixed(value.clone()));
        }
        let dependencies = &self.asked.model.apps.list[app].dependencies;
        let made = made_secrets::find(name.as_str(), dependencies)
            .filter(|_| required && declaration.secret != Some(false) && declaration.issued_by.is_none());
        if let Some(kind) = made.and_then(|made| Kind::parse(made.kind).ok()) {
            let value = kind.make(source)?.value;
            if accepted(&value) {
                return Ok(Decision::Value { value, generated: true });
            }
        }
        Ok(if required && !elsewhere { Decision::Ask } else { Decision::Off })
    }

    /// The word for the environment, where a variable takes nothing but such words.
    fn own_word(&self, declaration: &Declaration) -> Option<Value> {
        let names = self.asked.model.environments.names(self.environment);
        let values = declaration.constraints.values.as_ref()?;
        values.iter().find(|value| names.contains(&value.expose())).cloned()
    }

    /// Whether the template's line can stay.
    fn is_usable(&self, name: &Name, declaration: Option<&Declaration>) -> bool {
        let Some(template) = self.shown.get(name) else { return false };
        let secret = declaration.and_then(|declaration| declaration.secret);
        let secret = secret.unwrap_or_else(|| secret_names::is_secret_name(name));
        let Some(value) = template.as_literal() else { return !template.references().is_empty() };
        !value.is_empty()
            && !placeholders::is_placeholder_in(name, &value, secret)
            && declaration.is_none_or(|declaration| self.asked.model.accepts(declaration, &value).is_ok())
    }

    /// What compose gives to local services and the schema says that variables repeat.
    fn given_to_services(&self) -> BTreeMap<Name, Value> {
        let mut found = BTreeMap::new();
        let nothing = |_: &Name| Known::Unknown;
        for (url, parts) in self.urls() {
            let Some(text) = self.candidate(&url) else { continue };
            let Some(service) = services::of_url(&self.services, text.expose()) else { continue };
            for (part, name) in parts {
                if let Some(value) = service.part(&part, &nothing) {
                    found.insert(name, value);
                }
            }
        }
        let declared = self.variables.iter().map(|variable| variable.name);
        for name in declared.chain(self.shown.keys().copied()) {
            let literals = self.services.iter().filter_map(|service| service.literal(name));
            let values: BTreeSet<String> = literals.map(|value| value.expose().to_owned()).collect();
            if let (1, Some(value)) = (values.len(), values.into_iter().next()) {
                found.entry(name.clone()).or_insert_with(|| Value::new(value));
            }
        }
        found
    }

    /// URLs whose parts other variables repeat.
    pub(super) fn urls(&self) -> Vec<(Name, Vec<(String, Name)>)> {
        let agrees = self.asked.apps.iter().flat_map(|app| &self.asked.model.schemas[*app].resolved.agrees);
        let mut found: Vec<(Name, Vec<(String, Name)>)> = Vec::new();
        for (_, agree) in agrees {
            if let Agreement::Parts { url, parts } = &agree.relation
                && !found.iter().any(|(known, _)| known == url)
            {
                found.push((url.clone(), parts.clone()));
            }
        }
        found
    }

    /// A URL to start from: the file's, the template's, the schema's default or example.
    pub(super) fn candidate(&self, name: &Name) -> Option<Value> {
        let literal = |template: Option<&&Template>| template.and_then(|template| template.as_literal());
        let of_schema = || {
            let (_, declaration) = self.declaration(name)?;
            declaration.default.clone().or_else(|| declaration.example.clone())
        };
        let found = literal(self.given.get(name)).or_else(|| literal(self.shown.get(name))).or_else(of_schema)?;
        (!found.is_empty() && services::part_of(found.expose(), "host").is_some()).then_some(found)
    }

    /// What a variable will hold.
    pub(super) fn known(&self, name: &Name) -> Known {
        self.known_at(name, &Cell::new(DEPTH * DEPTH), DEPTH)
    }

    fn known_at(&self, name: &Name, budget: &Cell<usize>, depth: usize) -> Known {
        let (Some(left), Some(deeper)) = (budget.get().checked_sub(1), depth.checked_sub(1)) else {
            return Known::Unknown;
        };
        budget.set(left);
        let evaluated = |template: Option<&&Template>| {
            let lookup = |name: &Name| self.known_at(name, budget, deeper);
            template.and_then(|template| template.evaluate(&lookup).value).map_or(Known::Unknown, Known::Value)
        };
        match self.decisions.get(name) {
            Some(Decision::Present) => evaluated(self.given.get(name)),
            Some(Decision::Template) => evaluated(self.shown.get(name)),
            Some(Decision::Value { value, .. }) => Known::Value(value.clone()),
            Some(Decision::Ask | Decision::Off) | None => Known::Absent,
        }
    }

    pub(super) fn value(&self, name: &Name) -> Option<Value> {
        match self.known(name) {
            Known::Value(value) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    pub(super) fn is_generated(&self, name: &Name) -> bool {
        matches!(self.decisions.get(name), Some(Decision::Value { generated: true, .. }))
    }

    /// Puts a value where the file has none yet.
    pub(super) fn put(&mut self, name: &Name, value: Value, generated: bool) {
        let is_open = self.decisions.get(name).is_some_and(|decision| !matches!(decision, Decision::Present));
        let is_the_same = self.value(name).as_ref() == Some(&value);
        let accepted = self.declaration(name).is_none_or(|(_, of)| self.asked.model.accepts(&of, &value).is_ok());
        if is_open && !is_the_same && accepted {
            self.decisions.insert(name.clone(), Decision::Value { value, generated });
        }
    }

    /// A value as the file holds it; `None` where its loaders cannot be given it.
    pub(super) fn written(&self, value: &Value) -> Option<Value> {
        quote::dotenv(value, &self.readers)
    }
}

/// What a file gives, the last word on each name.
fn definitions(file: &File) -> BTreeMap<&Name, &Template> {
    let facts = file.loaded.facts.iter();
    let definitions = facts.filter_map(|fact| match &fact.kind {
        FactKind::Definition { value, .. } => Some((&fact.name, value)),
        _ => None,
    });
    definitions.collect()
}
