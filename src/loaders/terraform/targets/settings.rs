//! What a target is given: names with values, and with ids of stored secrets.

use super::{Builder, Made};
use crate::fact::{SecretFile, Setting, SettingValue, StoreKind};
use crate::loaders::ecs;
use crate::loaders::terraform::value::{Data, Val};
use crate::name::{Name, SecretName, Version};
use crate::source::{Place, Span};
use crate::value::Template;

/// The id of a stored secret with its version.
pub(super) struct Stored {
    pub(super) secret: SecretName,
    pub(super) version: Version,
}

impl Stored {
    /// What its file is called where nothing names it.
    pub(super) fn file_name(&self) -> &str {
        let secret = self.secret.as_str();
        secret.rsplit('/').next().unwrap_or(secret)
    }
}

impl<'a> Builder<'_, 'a> {
    /// A variable with a plain value.
    pub(super) fn plain(&mut self, made: &mut Made<'a>, name: &Val<'a>, value: &Val<'a>) {
        let Some((name, place)) = named(made, name) else { return };
        self.world.mark_fed(value, &name);
        let value_span = value.first_in(&place.path).unwrap_or_else(|| Span::new(place.span.end, place.span.end));
        let value = match (value.as_text(), &value.data) {
            (Some(text), _) => {
                self.remember(&place, value_span, value);
                SettingValue::Given(Template::literal(crate::value::Value::clone(&text)))
            }
            (None, Data::Stored(stored)) => SettingValue::clone(stored),
            (None, _) => SettingValue::Given(Template::unknown(value_span)),
        };
        made.settings.push(Setting { name, place, value_span, value });
    }

    /// A variable with a stored secret, or with one that cannot be told.
    pub(super) fn injected(
        &mut self,
        made: &mut Made<'a>,
        name: &Val<'a>,
        store: StoreKind,
        id: &Val<'a>,
        stored: Option<Stored>,
    ) {
        let Some((name, place)) = named(made, name) else { return };
        self.world.mark_id(id);
        let value_span = id.first_in(&place.path).unwrap_or_else(|| Span::new(place.span.end, place.span.end));
        let value = match stored {
            Some(Stored { secret, version }) => SettingValue::Injected { store, secret, version },
            None => SettingValue::Unknown,
        };
        made.settings.push(Setting { name, place, value_span, value });
    }

    /// A variable of which only the name is known.
    pub(super) fn unknown(made: &mut Made<'a>, name: &Val<'a>) {
        let Some((name, place)) = named(made, name) else { return };
        let value_span = Span::new(place.span.end, place.span.end);
        made.settings.push(Setting { name, place, value_span, value: SettingValue::Unknown });
    }

    /// Variables of a map.
    pub(super) fn plain_map(&mut self, made: &mut Made<'a>, map: &Val<'a>) {
        match &map.data {
            Data::Map(entries, whole) => {
                made.whole &= whole;
                for entry in entries.iter() {
                    let name = Val::text(&*entry.key);
                    let name = match entry.key_at.or_else(|| map.last()) {
                        Some(spot) => name.passing(spot, None),
                        None => name,
                    };
                    self.plain(made, &name, &entry.value);
                }
            }
            Data::Null => {}
            _ => made.whole = false,
        }
    }

    /// A secret that is found as a file.
    pub(super) fn file(&mut self, made: &mut Made<'a>, path: String, id: &Val<'a>, stored: Option<Stored>) {
        self.world.mark_id(id);
        let (Some(Stored { secret, version }), Some((file, span))) = (stored, id.origin()) else { return };
        let place = Place::new(file, span);
        let store = StoreKind::GoogleSecretManager;
        made.secret_files.push(SecretFile { path, place, store, secret, version });
    }

    /// Keeps where a value comes from that is handed on at a place.
    fn remember(&mut self, name: &Place, value_span: Span, value: &Val<'a>) {
        let Some((path, span)) = value.origin() else { return };
        // Where nothing tells the place of the value, it is that of the name.
        let at = Place::new(&name.path, if value_span.is_empty() { name.span } else { value_span });
        let origin = Place::new(path, span);
        if at == origin {
            return;
        }
        let known = self.origins.entry(at).or_insert_with(|| Some(origin.clone()));
        if known.as_ref() != Some(&origin) {
            *known = None;
        }
    }
}

/// The name of a variable and where it stands; where it cannot be told, the target may have any.
fn named<'a>(made: &mut Made<'a>, name: &Val<'a>) -> Option<(Name, Place)> {
    let text = name.as_text().filter(|text| !text.is_empty());
    let (Some(text), Some((path, span))) = (text, name.origin()) else {
        made.whole = false;
        return None;
    };
    Some((Name::new(text.expose()), Place::new(path, span)))
}

/// Google's ids: `id`, `projects/p/secrets/id`, `projects/p/secrets/id/versions/v`.
pub(super) fn google(id: &Val<'_>, version: &Val<'_>) -> Option<Stored> {
    let text = id.as_text()?;
    let parts: Vec<&str> = text.expose().split('/').collect();
    let behind = |word: &str| parts.iter().position(|part| *part == word).and_then(|at| parts.get(at + 1)).copied();
    // The project is a part of the name where it is told.
    let secret = match (behind("projects"), behind("secrets")) {
        (Some(project), Some(secret)) if !secret.is_empty() => format!("projects/{project}/secrets/{secret}"),
        (_, secret) => secret.or_else(|| parts.last().copied()).filter(|secret| !secret.is_empty())?.to_owned(),
    };
    let version = match behind("versions") {
        Some(version) => self::version(version),
        None if version.is_null() => Version::Latest,
        None => version.as_text().map_or(Version::Unknown, |version| self::version(version.expose())),
    };
    Some(Stored { secret: SecretName::new(&secret), version })
}

fn version(text: &str) -> Version {
    // Whoever hands on a whole version names it by its last part.
    match text.rsplit('/').next().unwrap_or(text) {
        "latest" => Version::Latest,
        other => Version::Pinned(other.to_owned()),
    }
}

/// AWS' ids: names and ARNs, with the key in the secret behind them.
pub(super) fn aws(id: &Val<'_>) -> Option<(StoreKind, Stored)> {
    let text = id.as_text()?;
    let (store, secret) = ecs::stored(text.expose())?;
    Some((store, Stored { secret, version: Version::Latest }))
}
