//! The stored secrets that targets take: as variables, and as files. Whether a store holds them is for `stored`.

use std::sync::Arc;

use crate::fact::{SecretFile, Setting, SettingValue, StoreKind, TargetKind};
use crate::name::{Name, SecretName, Version};
use crate::source::Place;
use crate::tables::platform;

use super::stored::{Holding, bare};
use super::views::{Reason, Sighting, State};
use super::{AppTarget, Model};

/// A stored secret that a target takes.
pub struct Injection<'m> {
    /// The target.
    pub target: &'m AppTarget<'m>,
    /// The variable that it is given as, or the path of the file.
    pub name: &'m str,
    /// The variable, if it is given as one.
    pub variable: Option<&'m Name>,
    /// Where the target names it.
    pub place: &'m Place,
    /// Where it is kept.
    pub store: StoreKind,
    /// Its id.
    pub secret: &'m SecretName,
    /// Which version.
    pub version: &'m Version,
}

impl<'m> Injection<'m> {
    /// Its id without the project that it may be named with.
    pub fn id(&self) -> &'m str {
        bare(self.secret.as_str())
    }
}

impl Model<'_> {
    /// Every stored secret that a target takes, also one of a third party's image.
    pub fn injections(&self) -> impl Iterator<Item = Injection<'_>> {
        self.targets.iter().flat_map(|target| {
            let settings = target.target.layers.iter().flat_map(|layer| &layer.settings);
            let variables = settings.filter_map(move |setting| {
                let SettingValue::Injected { store, secret, version } = &setting.value else { return None };
                let (name, variable, place) = (setting.name.as_str(), Some(&setting.name), &setting.place);
                Some(Injection { target, name, variable, place, store: *store, secret, version })
            });
            let files = target.target.secret_files.iter().map(move |file| Injection {
                target,
                name: &file.path,
                variable: None,
                place: &file.place,
                store: file.store,
                secret: &file.secret,
                version: &file.version,
            });
            variables.chain(files)
        })
    }

    /// Whether the stored secret that a view takes is in a listing; `None` where it takes none, or no listing tells.
    pub fn takes_what_is_stored(&self, sighting: &Sighting) -> Option<bool> {
        let State::Injected(secret, _) = &sighting.state else { return None };
        let SettingValue::Injected { store, .. } = &sighting.winner.as_ref()?.value else { return None };
        let view = &self.views[sighting.view];
        let app = self.apps.list.get(view.app);
        match self.stores.holding_for(app, &view.environment, Some(*store), secret).ok()? {
            Holding::Held(..) => Some(true),
            Holding::Lacking(..) => Some(false),
        }
    }

    /// What a view says of a variable that nothing gives but the platform that runs its target.
    pub(super) fn given_by_platform(&self, view: usize, name: &Name, sighting: Sighting) -> Sighting {
        if sighting.state != State::Absent {
            return sighting;
        }
        let target = self.views[view].target.and_then(|target| self.targets.get(target));
        let place = match target.map(|target| target.target.kind) {
            Some(TargetKind::CloudRunService) => platform::Place::CloudRunService,
            Some(TargetKind::CloudRunJob) => platform::Place::CloudRunJob,
            _ => return sighting,
        };
        match platform::given_in(place, name.as_str()) {
            Some(_) => Sighting { state: State::GivenUnknown(Reason::ByPlatform), ..sighting },
            None => sighting,
        }
    }

    /// What a view says of a variable whose value arrives as a file, if its target mounts a stored secret there.
    pub(super) fn in_secret_file(&self, view: usize, name: &Name, sighting: Sighting) -> Sighting {
        let of = &self.views[view];
        let Some(target) = of.target.and_then(|target| self.targets.get(target)) else { return sighting };
        if target.target.secret_files.is_empty() {
            return sighting;
        }
        let path = match (&sighting.state, &sighting.winner) {
            (State::GivenUnknown(Reason::InFile), Some(winner)) => literal(&winner.value),
            (State::Unknown(Reason::InFile), _) => {
                self.schemas[of.app].declaration(name).and_then(|declared| declared.declaration.file.clone())
            }
            _ => None,
        };
        let found = path.and_then(|path| target.target.secret_files.iter().find(|file| is_at(file, &path)));
        let Some(SecretFile { place, store, secret, version, .. }) = found else { return sighting };
        let value = SettingValue::Injected { store: *store, secret: secret.clone(), version: version.clone() };
        let setting = Setting { name: name.clone(), place: place.clone(), value_span: place.span, value };
        let state = State::Injected(secret.clone(), version.clone());
        Sighting { state, winner: Some(Arc::new(setting)), ..sighting }
    }
}

fn literal(value: &SettingValue) -> Option<String> {
    let SettingValue::Given(template) = value else { return None };
    template.as_literal().map(|value| value.expose().to_owned())
}

fn is_at(file: &SecretFile, path: &str) -> bool {
    !file.path.is_empty() && file.path.split('/').filter(|part| !part.is_empty()).eq(parts(path))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}
