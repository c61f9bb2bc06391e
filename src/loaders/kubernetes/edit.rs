//! Operations of patches, applied to what they are for. What cannot be followed leaves it partial, and its values unknown.
//!
//! Source: RFC 6902, and kustomize, which refuses what is not there; `tests/kustomize.rs` asks it.

use super::merge::{blur, change};
use super::objects::ENVIRONMENT_LABELS;
use super::operations::{Change, Operation, Payload};
use super::parts::{Container, Given, Map, Source, Variable, Workload};
use crate::fact::{Setting, SettingValue, TargetKind};
use crate::name::Name;
use crate::source::{Place, Span};

/// What cannot be followed, or what `kustomize` refuses.
struct Lost;

/// Applies an operation to a workload.
pub(super) fn workload(workload: &mut Workload, operation: &Operation) {
    if applied(workload, operation).is_err() {
        change(workload);
    }
}

fn applied(workload: &mut Workload, operation: &Operation) -> Result<(), Lost> {
    let path: Vec<&str> = operation.path.iter().map(String::as_str).collect();
    if operation.kind == Change::Unknown {
        return Err(Lost);
    }
    if let ["metadata", "labels", label] = path.as_slice() {
        if ENVIRONMENT_LABELS.contains(label) {
            workload.environment = match &operation.value {
                Payload::Text(word, _) if !word.is_empty() => Some(word.clone()),
                _ => None,
            };
        }
        return Ok(());
    }
    let way = workload.identity.way;
    let shared = path.iter().zip(way).take_while(|(one, other)| one == other).count();
    if shared < way.len() {
        // All of what holds the pods is replaced, or something else is.
        return if shared == path.len() { replaced(workload) } else { Ok(()) };
    }
    match path.get(way.len()..).unwrap_or_default() {
        ["initContainers"] if operation.kind == Change::Remove && !workload.partial => {
            workload.containers.retain(|container| !container.first);
            Ok(())
        }
        [] | ["containers" | "initContainers"] => replaced(workload),
        [list @ ("containers" | "initContainers"), at, rest @ ..] => {
            if workload.partial {
                // Where some of them were not understood, their numbers tell nothing.
                return Err(Lost);
            }
            in_list(workload, *list == "initContainers", at, rest, operation)
        }
        ["volumes", "-"] if operation.kind == Change::Add => {
            if let Payload::Volume(volume) = &operation.value {
                workload.volumes.push((**volume).clone());
                workload.partial |= workload.kind != TargetKind::KubernetesContainer;
            }
            Ok(())
        }
        ["volumes", ..] => {
            workload.volumes.clear();
            workload.partial = true;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// All containers are replaced by something that is not looked at.
fn replaced(workload: &mut Workload) -> Result<(), Lost> {
    workload.containers.iter_mut().for_each(|container| container.image = None);
    Err(Lost)
}

/// A container, or something within one, by its number among those of its list.
fn in_list(workload: &mut Workload, first: bool, at: &str, rest: &[&str], operation: &Operation) -> Result<(), Lost> {
    let own: Vec<usize> =
        (0..workload.containers.len()).filter(|index| workload.containers[*index].first == first).collect();
    let cloud_run = workload.kind != TargetKind::KubernetesContainer;
    if !rest.is_empty() {
        let index = number(at).and_then(|at| own.get(at)).ok_or(Lost)?;
        return in_container(&mut workload.containers[*index], rest, operation, cloud_run);
    }
    let made = || match &operation.value {
        Payload::Container(container) if !cloud_run => {
            let mut container = (**container).clone();
            if container.name.is_empty() {
                container.name.clone_from(&workload.name);
            }
            Ok(container)
        }
        _ => Err(Lost),
    };
    let behind = own.last().map_or(0, |last| last + 1);
    match operation.kind {
        Change::Add => {
            let container = made()?;
            let index = match at {
                "-" => behind,
                at => match number(at).ok_or(Lost)? {
                    at if at == own.len() => behind,
                    at => *own.get(at).ok_or(Lost)?,
                },
            };
            workload.containers.insert(index, container);
        }
        Change::Replace => {
            let container = made()?;
            let index = *number(at).and_then(|at| own.get(at)).ok_or(Lost)?;
            workload.containers[index] = container;
        }
        Change::Remove => {
            let index = *number(at).and_then(|at| own.get(at)).ok_or(Lost)?;
            workload.containers.remove(index);
        }
        Change::Unknown => return Err(Lost),
    }
    Ok(())
}

fn in_container(container: &mut Container, path: &[&str], operation: &Operation, cloud_run: bool) -> Result<(), Lost> {
    let kind = operation.kind;
    let given = |given: &Given| match given {
        Given::Key(_) if cloud_run => Given::Here(SettingValue::Unknown),
        given => given.clone(),
    };
    let of_here = |variable: &Variable| Variable { value: given(&variable.value), ..variable.clone() };
    match (path, &operation.value) {
        (["env" | "envFrom", ..], _) if container.partial => Err(Lost),
        (["env"], Payload::Variables(all, true)) => {
            container.environment = all.iter().map(of_here).collect();
            Ok(())
        }
        (["env"], _) if kind == Change::Remove => {
            container.environment.clear();
            Ok(())
        }
        (["env", at], Payload::Variable(variable)) => put(&mut container.environment, at, kind, of_here(variable)),
        (["env", at], _) if kind == Change::Remove => take(&mut container.environment, at),
        (["env", at, field @ ("value" | "valueFrom")], Payload::Given(new, span)) => {
            let variable = nth(&mut container.environment, at)?;
            let has_other = match (&variable.value, *field) {
                (Given::Here(SettingValue::Given(template)), _) => {
                    template.as_literal().is_none_or(|of| !of.is_empty())
                }
                (_, field) => field == "value",
            };
            // Beside a value of the other kind it is refused.
            let is_same = matches!(variable.value, Given::Here(SettingValue::Given(_))) == (*field == "value");
            if has_other && !is_same {
                return Err(Lost);
            }
            (variable.place, variable.value_span, variable.value) = (operation.place.clone(), *span, given(new));
            Ok(())
        }
        (["env", at, "value" | "valueFrom"], _) if kind == Change::Remove => {
            let variable = nth(&mut container.environment, at)?;
            variable.value = Given::Here(SettingValue::Given(crate::value::Template::default()));
            variable.value_span = Span::new(variable.place.span.end, variable.place.span.end);
            Ok(())
        }
        (["env", at, "name"], Payload::Text(name, span)) => {
            let variable = nth(&mut container.environment, at)?;
            let is_here = variable.place.path == operation.place.path;
            variable.name = Name::new(name);
            variable.place = Place::new(&operation.place.path, *span);
            if !is_here {
                variable.value_span = *span;
            }
            Ok(())
        }
        (["env", at, "valueFrom", object, field @ ("name" | "key")], Payload::Text(text, span)) => {
            let variable = nth(&mut container.environment, at)?;
            let is_same = |secret: bool| *object == if secret { "secretKeyRef" } else { "configMapKeyRef" };
            match &mut variable.value {
                Given::Key(reference) if is_same(reference.secret) => {
                    let part = if *field == "name" { &mut reference.object } else { &mut reference.key };
                    part.clone_from(text);
                    (variable.place, variable.value_span) = (operation.place.clone(), *span);
                }
                value => *value = Given::Here(SettingValue::Unknown),
            }
            Ok(())
        }
        (["env", at, "valueFrom", ..], _) => {
            nth(&mut container.environment, at)?.value = Given::Here(SettingValue::Unknown);
            Ok(())
        }
        (["envFrom", ..], _) => in_sources(&mut container.sources, path, operation),
        (["env", ..], _) => Err(Lost),
        (["image"], Payload::Text(image, _)) => {
            // It stands in another file than the container.
            let span = container.image.as_ref().map_or(container.place.span, |(_, span)| *span);
            container.image = Some((image.clone(), span));
            Ok(())
        }
        (["volumeMounts", "-"], Payload::Mount(mount)) if kind == Change::Add => {
            container.mounts.push(mount.clone());
            Ok(())
        }
        (["image"] | ["volumeMounts" | "command" | "args" | "name", ..], _) => {
            container.partial = true;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn in_sources(sources: &mut Vec<Source>, path: &[&str], operation: &Operation) -> Result<(), Lost> {
    let kind = operation.kind;
    match (path, &operation.value) {
        (["envFrom"], Payload::Sources(all, true)) => {
            sources.clone_from(all);
            Ok(())
        }
        (["envFrom"], _) if kind == Change::Remove => {
            sources.clear();
            Ok(())
        }
        (["envFrom", at], Payload::Source(source)) => put(sources, at, kind, (**source).clone()),
        (["envFrom", at], _) if kind == Change::Remove => take(sources, at),
        (["envFrom", at, key, "name"], Payload::Text(name, span)) => {
            let source: &mut Source = nth(sources, at)?;
            if source.secret != (*key == "secretRef") {
                return Err(Lost);
            }
            source.object.clone_from(name);
            source.place = Place::new(&operation.place.path, *span);
            Ok(())
        }
        _ => Err(Lost),
    }
}

fn number(at: &str) -> Option<usize> {
    at.bytes().all(|byte| byte.is_ascii_digit()).then(|| at.parse().ok()).flatten()
}

fn nth<'l, T>(list: &'l mut [T], at: &str) -> Result<&'l mut T, Lost> {
    number(at).and_then(|at| list.get_mut(at)).ok_or(Lost)
}

fn put<T>(list: &mut Vec<T>, at: &str, kind: Change, item: T) -> Result<(), Lost> {
    match (kind, at) {
        // An entry for a list that is not there is refused.
        (Change::Add, "-") if !list.is_empty() => list.push(item),
        (Change::Add, at) if !list.is_empty() && number(at).is_some_and(|at| at <= list.len()) => {
            list.insert(number(at).unwrap_or_default(), item);
        }
        (Change::Replace, at) => *nth(list, at)? = item,
        _ => return Err(Lost),
    }
    Ok(())
}

fn take<T>(list: &mut Vec<T>, at: &str) -> Result<(), Lost> {
    let at = number(at).filter(|at| *at < list.len()).ok_or(Lost)?;
    list.remove(at);
    Ok(())
}

/// Applies an operation to a config map or a secret.
pub(super) fn map(map: &mut Map, operation: &Operation) {
    let path: Vec<&str> = operation.path.iter().map(String::as_str).collect();
    match (operation.kind, path.as_slice(), &operation.value) {
        (Change::Add | Change::Replace, [field @ ("data" | "stringData"), key], Payload::Entry(text, coded, span)) => {
            let encoded = map.secret && *field == "data";
            let had_text = map.settings.iter().any(|setting| setting.name.as_str() == *key) && encoded;
            let value = match encoded {
                // Whether the one that was there stands as text, which is stronger, is not kept.
                true if had_text => SettingValue::Unknown,
                true => coded.clone(),
                false => text.clone(),
            };
            forget(map, key);
            map.settings.push(Setting {
                name: Name::new(key),
                place: operation.place.clone(),
                value_span: *span,
                value,
            });
        }
        (Change::Remove, ["data", key], _) if !map.secret => forget(map, key),
        (Change::Add | Change::Replace | Change::Remove, ["metadata" | "immutable" | "type", ..], _) => {}
        _ => blur(map),
    }
}

fn forget(map: &mut Map, key: &str) {
    map.settings.retain(|setting| setting.name.as_str() != key);
    for layer in &mut map.layers {
        layer.settings.retain(|setting| setting.name.as_str() != key);
    }
}
