//! Units of systemd with their drop-ins, and podman's `.container` units: what they give to what they start.
//!
//! Source: `systemd.exec(5)`, `systemd.unit(5)`, `podman-systemd.unit(5)`. What a manager holds by itself stands elsewhere.

mod lines;
mod quadlet;
mod unit;

use std::collections::BTreeMap;

use super::{Assembled, Claim, File, Files, Loader};
use crate::fact::{LinkKind, Loaded, Role, Target, TargetGroup};
use crate::source::{SourceFile, SourcePath};
use lines::{Key, Lines};
use unit::Step;

/// The loader.
pub static LOADER: Loader = Loader { name: "systemd", claims, links: &[], load, assemble: Some(assemble) };

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A service: `api.service`.
    Service,
    /// A container: `api.container`.
    Container,
}

impl Form {
    /// The section that tells what is started.
    fn section(self) -> &'static str {
        match self {
            Self::Service => "Service",
            Self::Container => "Container",
        }
    }

    fn end(self) -> &'static str {
        match self {
            Self::Service => ".service",
            Self::Container => ".container",
        }
    }
}

/// What one file does, line by line.
struct Parsed {
    steps: Vec<Step>,
}

/// What a file is, with the name of its unit, the folder of that, and whether it only adds to it.
fn form(path: &SourcePath) -> Option<(Form, String, SourcePath, bool)> {
    let of = |name: &str| {
        [Form::Service, Form::Container].into_iter().find_map(|form| {
            let stem = name.strip_suffix(form.end()).filter(|stem| !stem.is_empty())?;
            Some((form, stem.to_owned()))
        })
    };
    if let Some((form, stem)) = of(path.name()) {
        return Some((form, stem, path.folder(), false));
    }
    // Asked of every file, so the name alone is looked at first.
    let _ = path.name().strip_suffix(".conf")?;
    let folder = path.folder();
    let unit = folder.name().strip_suffix(".d")?;
    let (form, stem) = of(unit)?;
    Some((form, stem, folder.folder(), true))
}

fn claims(path: &SourcePath) -> Option<Claim> {
    form(path).map(|_| Claim::new(Role::Deploy))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    let Some((form, ..)) = form(source.path()) else { return loaded };
    // Other programs have files of these endings too.
    let says = |word: &str| source.text().contains(word);
    let is_unit = match form {
        Form::Service => says("[Service]") && says("Environment"),
        Form::Container => says("[Container]"),
    };
    if !is_unit {
        return loaded;
    }
    let mut steps = Vec::new();
    let mut is_inside = false;
    for (key, span) in Lines::new(source, &mut loaded) {
        match key {
            Key::Section(name) => is_inside = name == form.section(),
            Key::Entry(key) if is_inside => {
                let reader = unit::Reader { source, form, key, value: span };
                if let Some(step) = reader.step(&mut loaded) {
                    loaded.shown.push(key);
                    steps.push(step);
                }
            }
            Key::Entry(_) => {}
        }
    }
    if !steps.is_empty() {
        loaded.parsed = Some(Box::new(Parsed { steps }));
    }
    loaded
}

/// Each unit with what its drop-ins add, in the order of their names.
fn assemble(files: &Files<'_>) -> Assembled {
    let mut units: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (path, file) in files.of(LOADER.name).filter(|(_, file)| file.loaded.parsed.is_some()) {
        let Some((form, name, folder, adds)) = form(path) else { continue };
        let key = (folder, name, form == Form::Container);
        units.entry(key).or_default().push((path, file, adds));
    }
    let mut assembled = Assembled::default();
    for ((_, name, is_container), mut parts) in units {
        parts.sort_by_key(|(path, _, adds)| (*adds, path.name().to_owned()));
        let steps = parts.iter().flat_map(|(path, file, _): &(&SourcePath, &File, bool)| {
            let parsed = file.loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Parsed>());
            parsed.into_iter().flat_map(|parsed| &parsed.steps).map(move |step| (*path, step))
        });
        let unit = unit::fold(steps);
        let target: Option<Target> = if is_container {
            quadlet::target(files, &name, &unit, parts.iter().all(|(_, _, adds)| *adds))
        } else {
            unit.target(name.trim_end_matches('@'))
        };
        if let Some(target) = target {
            let paths = parts.iter().map(|(path, ..)| (*path).clone()).collect();
            assembled.groups.push(TargetGroup { paths, targets: vec![target], ..TargetGroup::default() });
        }
    }
    assembled
}

/// A file that a unit names below its own folder.
fn link(loaded: &mut Loaded, path: &str, span: crate::source::Span, required: bool) -> usize {
    loaded.links.push(crate::fact::Link { kind: LinkKind::EnvFile, path: path.to_owned(), span, required });
    loaded.links.len() - 1
}

#[cfg(test)]
mod tests;
