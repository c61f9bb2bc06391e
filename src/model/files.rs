//! Variables whose value arrives as a file: `NAME_FILE=path` gives `NAME`, and `file` in the schema says where it lies.

use super::schema::AppSchema;
use super::views::{Phase, Reason, Sighting, State, View};
use crate::name::Name;

impl AppSchema {
    /// The declared variable that this name gives as a file; `None` where it is a variable of its own.
    pub fn given_as_file(&self, name: &Name) -> Option<Name> {
        let bare = name.as_str().strip_suffix(Name::FILE).filter(|bare| !bare.is_empty())?;
        let bare = Name::new(bare);
        self.is_given_by(&bare, name).then_some(bare)
    }

    /// Whether a name is declared, and the one that names its file is no variable of its own.
    fn is_given_by(&self, name: &Name, file: &Name) -> bool {
        !self.resolved.declarations.contains_key(file) && self.declaration(name).is_some()
    }

    /// Whether a name is declared: as it is, by a family, or as what names the file of a declared one.
    pub fn declares(&self, name: &Name) -> bool {
        self.declaration(name).is_some() || self.given_as_file(name).is_some()
    }
}

/// What a view says of a variable, by its own name or by its file.
pub(super) fn look(
    schema: &AppSchema,
    view: &View,
    index: usize,
    name: &Name,
    phase: Phase,
    documented: &dyn Fn(&Name) -> bool,
) -> Sighting {
    let own = view.look(index, name, phase, documented);
    // What the build consumes is text in the bundle, which no file replaces.
    if phase == Phase::Build || !matches!(own.state, State::Absent | State::Unknown(_)) {
        return own;
    }
    let file = name.file();
    if schema.is_given_by(name, &file) {
        let by_file = view.look(index, &file, Phase::Run, documented);
        if let State::Given(_) | State::Injected(..) | State::GivenUnknown(_) = by_file.state {
            return Sighting { state: State::GivenUnknown(Reason::InFile), ..by_file };
        }
        if let State::Unguaranteed(_) = by_file.state {
            return by_file;
        }
    }
    let arrives = schema.declaration(name).is_some_and(|declared| declared.declaration.file.is_some());
    if arrives && own.state == State::Absent {
        return Sighting { state: State::Unknown(Reason::InFile), ..own };
    }
    own
}
