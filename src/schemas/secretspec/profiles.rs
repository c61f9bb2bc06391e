//! Profiles as environments: what they inherit, and what they ask for together.

use std::collections::{BTreeMap, BTreeSet};

use super::secret::{Generate, Need, Secret};
use crate::fact::{Constraints, Declaration, Group, GroupKind, Override, Required, Type};
use crate::name::{Name, is_environment_name, is_variable_name};
use crate::source::Span;
use crate::syntax::toml::Table;
use crate::tables::public;
use crate::value::Value;

/// The profile that others inherit from.
const DEFAULT: &str = "default";

/// All profiles of a file, each with all it inherits.
pub(super) struct Profiles(BTreeMap<String, Profile>);

#[derive(Default)]
struct Profile {
    span: Span,
    secrets: BTreeMap<String, Secret>,
    /// Whether it takes over what `default` says.
    inherits: bool,
}

impl Profiles {
    pub(super) fn read(table: &Table<'_>) -> Self {
        let mut profiles = BTreeMap::new();
        for item in table.items() {
            if !is_environment_name(item.key) {
                item.report(item.key_span, "this is no name of a profile".to_owned(), None, true);
                continue;
            }
            item.show_key();
            if let Some(table) = item.table() {
                profiles.insert(item.key.to_owned(), Profile::read(&table, item.key_span));
            }
        }
        if let Some(default) = profiles.remove(DEFAULT) {
            for profile in profiles.values_mut().filter(|profile| profile.inherits) {
                for (name, inherited) in &default.secrets {
                    let own = profile.secrets.get(name);
                    let merged = own.map_or_else(|| inherited.clone(), |own| own.or(inherited));
                    profile.secrets.insert(name.clone(), merged);
                }
            }
            profiles.insert(DEFAULT.to_owned(), default);
        }
        Self(profiles)
    }

    /// Every secret, declared once.
    pub(super) fn declarations(&self) -> Vec<(String, Span, Declaration)> {
        let names: BTreeSet<&String> = self.0.values().flat_map(|profile| profile.secrets.keys()).collect();
        names.into_iter().filter_map(|name| self.declaration(name)).collect()
    }

    fn declaration(&self, name: &str) -> Option<(String, Span, Declaration)> {
        let of = |profile: &str| self.0.get(profile).and_then(|profile| profile.secrets.get(name));
        let all: Vec<(&String, &Secret)> =
            self.0.iter().filter_map(|(profile, found)| Some((profile, found.secrets.get(name)?))).collect();
        let main = of(DEFAULT).or_else(|| all.first().map(|(_, secret)| *secret))?;
        let mut declaration = Declaration {
            kind: Some(main.kind()),
            required: Some(self.required(name)),
            default: of(DEFAULT).and_then(|secret| secret.default.clone()),
            description: main.description.clone(),
            generate: match &main.generate {
                Some(Generate::Yes(kind)) => kind.clone(),
                _ => None,
            },
            ..Declaration::default()
        };
        // One kind in one profile and another in the next: there is no word for that.
        if all.iter().any(|(_, secret)| secret.kind() != main.kind()) {
            declaration.kind = Some(Type::Unknown);
        }
        // What stands here in clear, or goes to every browser, is no secret, whatever the file is called.
        let in_clear = all.iter().any(|(_, secret)| secret.default.is_some());
        declaration.secret = (!in_clear && public::possible_prefix(name).is_none()).then_some(true);
        for (profile, secret) in all.iter().filter(|(profile, _)| *profile != DEFAULT) {
            if secret.default.is_some() && secret.default != declaration.default {
                declaration.overrides.push(Override {
                    environment: (*profile).clone(),
                    span: secret.span,
                    constraints: Constraints::default(),
                    default: secret.default.clone(),
                    example: None,
                });
            }
        }
        Some((name.to_owned(), main.span, declaration))
    }

    /// Where a secret is required, its defaults aside.
    fn required(&self, name: &str) -> Required {
        let asks = |profile: &Profile| {
            // A default is an override of its environment: there the answer does not matter.
            profile
                .secrets
                .get(name)
                .is_some_and(|secret| secret.is_needed() || secret.default.is_some() && !secret.broken)
        };
        let named: Vec<(&String, bool)> = self
            .0
            .iter()
            .filter(|(profile, _)| *profile != DEFAULT)
            .map(|(profile, found)| (profile, asks(found)))
            .collect();
        let by_default = self.0.get(DEFAULT).is_some_and(asks);
        if by_default && named.iter().all(|(_, asked)| *asked) {
            return Required::Always;
        }
        let of = |wanted: bool| -> Vec<String> {
            named.iter().filter(|(_, asked)| *asked == wanted).map(|(profile, _)| (*profile).clone()).collect()
        };
        match (by_default, of(true)) {
            (true, _) => Required::Except(of(false)),
            (false, asking) if asking.is_empty() => Required::Never,
            (false, asking) => Required::In(asking),
        }
    }

    /// The groups that secrets name, each profile's for its environment.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut groups = Vec::new();
        for (profile, found) in &self.0 {
            let mut members: BTreeMap<(&String, bool), Vec<Name>> = BTreeMap::new();
            for (name, secret) in &found.secrets {
                let Some(Need::Groups { exactly, least }) = &secret.required else { continue };
                for (group, exact) in
                    exactly.iter().map(|group| (group, true)).chain(least.iter().map(|group| (group, false)))
                {
                    members.entry((group, exact)).or_default().push(Name::new(name));
                }
            }
            // The group of every environment, if `default` has it and no profile changes anything.
            let alone = self.0.len() == 1;
            if profile == DEFAULT && !alone {
                continue;
            }
            for ((group, exact), members) in members {
                let kind = if exact { GroupKind::OneOf(members) } else { GroupKind::AtLeastOne(members) };
                let environments = if alone && profile == DEFAULT { Vec::new() } else { vec![profile.clone()] };
                groups.push(Group { name: group.clone(), span: found.span, kind, environments });
            }
        }
        groups
    }
}

impl Profile {
    fn read(table: &Table<'_>, span: Span) -> Self {
        let mut profile = Self { span, inherits: true, ..Self::default() };
        let (mut required, mut value) = (None, None);
        if let Some(defaults) = table.get("defaults").and_then(|item| item.table()) {
            profile.inherits = defaults.bool("inherit").unwrap_or(true);
            required = defaults.bool("required").map(|needed| if needed { Need::Always } else { Need::Never });
            value = defaults.string("default").map(|text| Value::new(text.text));
            defaults.get("providers");
            super::misspelled(&defaults.items(), &["inherit", "required", "default", "providers"]);
        }
        for item in table.items() {
            if item.key == "defaults" {
                continue;
            }
            if !is_secret(item.key) {
                item.report(item.key_span, "this is no name of a variable".to_owned(), None, false);
                continue;
            }
            item.show_key();
            let mut secret = Secret::read(&item);
            secret.required = secret.required.or_else(|| required.clone());
            secret.default = secret.default.or_else(|| value.clone());
            profile.secrets.insert(item.key.to_owned(), secret);
        }
        profile
    }
}

fn is_secret(key: &str) -> bool {
    is_variable_name(key)
}
