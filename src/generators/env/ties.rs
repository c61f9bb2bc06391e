//! What ties the variables of an env file to each other: relations of value and of presence, and references.

use super::super::secret;
use super::filling::{Decision, Filling};
use super::services;
use crate::fact::{Agreement, GroupKind, Type};
use crate::name::{Name, is_variable_name};
use crate::random::Source;
use crate::schemas::accepts::items;
use crate::value::Value;

impl Filling<'_> {
    /// Makes what is told twice the same: URLs and their parts, URLs and local services, equal variables.
    pub(super) fn agree(&mut self) {
        let urls = self.urls();
        for (url, parts) in &urls {
            let Some(start) = self.candidate(url).or_else(|| self.built(url, parts)) else { continue };
            if matches!(self.decisions.get(url), Some(Decision::Present)) {
                for (part, name) in parts {
                    if let Some(value) = services::part_of(start.expose(), part) {
                        self.put(name, value, false);
                    }
                }
                continue;
            }
            let service = services::of_url(&self.services, start.expose());
            let of_service = service.and_then(|of| services::agreeing(start.expose(), of, &|name| self.known(name)));
            let mut text = of_service.unwrap_or(start);
            for (part, name) in parts {
                let told = self.value(name);
                let other = told.as_ref().and_then(|told| services::with_part(text.expose(), part, told.expose()));
                if let Some(other) = other {
                    text = other;
                } else if let Some(value) = services::part_of(text.expose(), part) {
                    self.put(name, value, false);
                }
            }
            let generated = parts.iter().any(|(_, name)| self.is_generated(name));
            self.put(url, text, generated);
        }
        let of_services: Vec<Name> = self.decisions.keys().cloned().collect();
        for name in of_services.into_iter().filter(|name| !urls.iter().any(|(url, _)| url == name)) {
            let is_url = self.declaration(&name).is_some_and(|(_, of)| of.kind == Some(Type::Url));
            let Some(text) = self.candidate(&name).filter(|_| is_url) else { continue };
            let Some(service) = services::of_url(&self.services, text.expose()) else { continue };
            if let Some(value) = services::agreeing(text.expose(), service, &|name| self.known(name)) {
                self.put(&name, value, false);
            }
        }
        let agrees = self.asked.apps.iter().flat_map(|app| &self.asked.model.schemas[*app].resolved.agrees);
        for (_, agree) in agrees {
            let Agreement::Equal(names) = &agree.relation else { continue };
            let Some(value) = names.iter().find_map(|name| self.value(name)) else { continue };
            for name in names {
                self.put(name, value.clone(), false);
            }
        }
    }

    /// A URL of its parts alone.
    fn built(&self, url: &Name, parts: &[(String, Name)]) -> Option<Value> {
        let (_, declaration) = self.declaration(url)?;
        let of_part =
            |wanted: &str| parts.iter().find(|(part, _)| part == wanted).and_then(|(_, name)| self.value(name));
        let scheme = declaration.constraints.schemes.as_ref().and_then(|schemes| schemes.first().cloned());
        let scheme = of_part("scheme").map(|value| value.expose().to_owned()).or(scheme)?;
        let host = of_part("host")?;
        Some(Value::new(format!("{scheme}://{}", host.expose())))
    }

    /// Asks for what belongs to what is there; a feature that cannot be had whole is switched off.
    pub(super) fn groups(&mut self, source: &mut dyn Source) {
        let model = self.asked.model;
        let groups = self.asked.apps.iter().flat_map(|app| model.schemas[*app].resolved.groups.iter());
        let holds = |words: &[String]| words.is_empty() || model.environments.is_among(self.environment, words);
        let groups: Vec<_> = groups.map(|(_, group)| group).filter(|group| holds(&group.environments)).collect();
        for group in groups {
            match &group.kind {
                GroupKind::AllOrNone(names) => self.all_or_none(names),
                GroupKind::When { switches, require } => {
                    let is_on = |(name, values): &(Name, Vec<Value>)| {
                        self.value(name).is_some_and(|value| values.is_empty() || values.contains(&value))
                    };
                    if switches.iter().all(is_on) {
                        self.need(require, source);
                    }
                }
                GroupKind::ForEach { list, require } => {
                    let Some((value, (_, declaration))) = self.value(list).zip(self.declaration(list)) else {
                        continue;
                    };
                    let item = |item: &Value| item.expose().to_ascii_uppercase().replace(['-', '.'], "_");
                    let of_item = |item: String| require.iter().map(move |name| name.replace("{ITEM}", &item));
                    let names =
                        items(&declaration.constraints, &value).iter().map(item).flat_map(of_item).collect::<Vec<_>>();
                    let names: Vec<Name> = names.iter().map(|name| Name::new(name)).collect();
                    let plain = names.into_iter().filter(|name| is_variable_name(name.as_str()));
                    self.need(&plain.collect::<Vec<_>>(), source);
                }
                GroupKind::OneOf(names) | GroupKind::AtLeastOne(names) => {
                    let is_live = |name: &Name| self.decisions.get(name).is_some_and(Decision::is_live);
                    if !names.iter().any(is_live)
                        && let Some(first) = names.first()
                    {
                        self.need(std::slice::from_ref(first), source);
                    }
                }
            }
        }
    }

    fn all_or_none(&mut self, names: &[Name]) {
        let is_live = |name: &&Name| self.decisions.get(*name).is_some_and(Decision::is_live);
        if names.iter().all(|name| is_live(&name)) || !names.iter().any(|name| is_live(&name)) {
            return;
        }
        let firm = |name: &Name| {
            matches!(self.decisions.get(name), Some(Decision::Present)) || {
                let declared = self.declaration(name).and_then(|(_, declaration)| declaration.required.clone());
                declared.is_some() && self.is_required(name)
            }
        };
        let stays = names.iter().any(firm);
        for name in names {
            let Some(decision) = self.decisions.get_mut(name) else { continue };
            match decision {
                Decision::Off if stays => *decision = Decision::Ask,
                Decision::Template | Decision::Value { .. } | Decision::Ask if !stays => *decision = Decision::Off,
                _ => {}
            }
        }
    }

    fn need(&mut self, names: &[Name], source: &mut dyn Source) {
        for name in names {
            if self.given.contains_key(name) || self.decisions.get(name).is_some_and(Decision::is_live) {
                continue;
            }
            let made = match self.declaration(name) {
                Some((_, declaration)) => secret(self.asked.model, name, &declaration, source).ok(),
                None => None,
            };
            let decision =
                made.map_or(Decision::Ask, |(_, made)| Decision::Value { value: made.value, generated: true });
            self.decisions.insert(name.clone(), decision);
        }
    }

    /// Takes out lines of the template that refer to what is not there.
    pub(super) fn references(&mut self) {
        for _ in 0..self.decisions.len() {
            let is_dangling = |(name, decision): (&Name, &Decision)| {
                let template = self.shown.get(name).filter(|_| matches!(decision, Decision::Template))?;
                let references = template.references();
                let mut plain = references.iter().filter(|reference| reference.operator.is_none());
                let dangles = |name: &Name| self.decisions.get(name).is_some_and(|of| !of.is_live());
                plain.any(|reference| dangles(&reference.name)).then(|| name.clone())
            };
            let dangling: Vec<Name> = self.decisions.iter().filter_map(is_dangling).collect();
            if dangling.is_empty() {
                return;
            }
            for name in dangling {
                let decision = if self.is_required(&name) { Decision::Ask } else { Decision::Off };
                self.decisions.insert(name, decision);
            }
        }
    }
}
