//! The variables of several apps as one list, in the order in which schemas declare them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Asked, GenerateError};
use crate::fact::{Declaration, Type};
use crate::name::{Environment, Name, is_variable_name};
use crate::random::Kind;
use crate::schemas::resolve::Declared;

/// A variable, and every app that declares it.
pub struct Variable<'m> {
    /// Its name; a family has one `*`.
    pub name: &'m Name,
    /// The apps that declare it, first the one with the word on it.
    pub declarers: Vec<Declarer<'m>>,
}

/// An app that declares a variable.
#[derive(Clone, Copy)]
pub struct Declarer<'m> {
    /// The app, by index.
    pub app: usize,
    /// What its schemas say.
    pub declared: &'m Declared,
}

impl<'m> Variable<'m> {
    /// The declaration that stands for all.
    pub fn declaration(&self) -> &'m Arc<Declaration> {
        &self.declarers[0].declared.declaration
    }

    /// Whether it stands for many names.
    pub fn is_family(&self) -> bool {
        self.name.as_str().contains('*')
    }
}

/// The variables of the apps, families included.
///
/// # Errors
///
/// There is none, or the name of one is no name of a variable.
pub(super) fn of<'m>(asked: &Asked<'m>) -> Result<Vec<Variable<'m>>, GenerateError> {
    let mut by_name: BTreeMap<&Name, Vec<Declarer<'m>>> = BTreeMap::new();
    for app in asked.apps.iter().copied() {
        let Some(schema) = asked.model.schemas.get(app) else { continue };
        let of_families = schema.resolved.families.iter();
        for (name, declared) in schema.resolved.declarations.iter().chain(of_families) {
            by_name.entry(name).or_default().push(Declarer { app, declared });
        }
    }
    if by_name.is_empty() {
        return Err(GenerateError::Undeclared);
    }
    if let Some(name) = by_name.keys().find(|name| !is_variable_name(&name.as_str().replace('*', "_"))) {
        return Err(GenerateError::Grammar { text: name.to_string(), what: "name of a variable" });
    }
    let mut variables: Vec<Variable<'m>> =
        by_name.into_iter().map(|(name, declarers)| Variable { name, declarers }).collect();
    variables.sort_by_key(|variable| &variable.declarers[0].declared.place);
    Ok(variables)
}

/// How a value of a variable is made, if anything but its issuer makes it.
pub fn kind_of(declaration: &Declaration) -> Option<Kind> {
    if declaration.issued_by.is_some() {
        return None;
    }
    if let Some(kind) = &declaration.generate {
        return Kind::parse(kind).ok();
    }
    let bytes = declaration.constraints.bytes.filter(|_| declaration.secret == Some(true))?;
    let kind = match declaration.kind {
        Some(Type::Base64) => format!("base64:{bytes}"),
        Some(Type::Hex) => format!("hex:{bytes}"),
        _ => return None,
    };
    Kind::parse(&kind).ok()
}

/// What a declaration says in the environment that is asked for, or everywhere.
pub(super) fn in_environment(asked: &Asked<'_>, declaration: &Arc<Declaration>) -> Arc<Declaration> {
    match &asked.environment {
        Some(environment) => declaration.in_environment(&asked.model.environments.names(environment)),
        None => Arc::clone(declaration),
    }
}

/// Whether a declaration asks for a value in an environment.
pub(super) fn is_required(asked: &Asked<'_>, declaration: &Declaration, environment: &Environment) -> bool {
    declaration.is_required(|words| asked.model.environments.is_among(environment, words))
}
