//! Patches of a kustomization, laid over what it brought in: whole resources, and lists of operations.

use super::assemble::Scope;
use super::edit;
use super::merge::{blur, change, lay_over, merged};
use super::operations::Operation;
use super::parts::{File, Map, Workload};
use super::select::Selector;

/// Lays a patch over what its target selects, or what it names itself, from workload number `from` on.
pub(super) fn known(file: &File, target: Option<&Selector>, from: usize, scope: &mut Scope) {
    if !file.operations.is_empty() {
        operate(&file.operations, target, from, scope);
    }
    for over in &file.workloads {
        let fits = |workload: &Workload| match target {
            Some(target) => target.fits(&workload.identity, &workload.name),
            None => Some(workload.identity.kind == over.identity.kind && workload.is_called(&over.name)),
        };
        let mut at = from;
        while let Some(workload) = scope.workloads.get_mut(at) {
            at += 1;
            match fits(workload) {
                Some(true) if over.removed => {
                    at -= 1;
                    scope.workloads.remove(at);
                }
                Some(true) => {
                    lay_over(workload, over);
                    workload.partial |= file.lossy;
                }
                Some(false) => {}
                None => change(workload),
            }
        }
    }
    for over in &file.maps {
        for ((secret, name), base) in &mut scope.maps {
            let fits = match target {
                Some(target) => target.fits_map(*secret, name),
                None => Some(*secret == over.secret && *name == over.name),
            };
            match fits {
                Some(true) => {
                    let taken = std::mem::replace(base, Map::new(name, *secret));
                    *base = merged(taken, over.clone());
                }
                Some(false) => {}
                None => blur(base),
            }
        }
    }
}

/// Applies operations to what they are for; without that `kustomize` refuses them.
fn operate(operations: &[Operation], target: Option<&Selector>, from: usize, scope: &mut Scope) {
    let Some(target) = target else { return unknown(target, from, scope) };
    for workload in scope.workloads.iter_mut().skip(from) {
        match target.fits(&workload.identity, &workload.name) {
            Some(true) => operations.iter().for_each(|operation| edit::workload(workload, operation)),
            Some(false) => {}
            None => change(workload),
        }
    }
    for ((secret, name), map) in &mut scope.maps {
        match target.fits_map(*secret, name) {
            Some(true) => operations.iter().for_each(|operation| edit::map(map, operation)),
            Some(false) => {}
            None => blur(map),
        }
    }
}

/// A patch of which nothing is known but what it is for.
pub(super) fn unknown(target: Option<&Selector>, from: usize, scope: &mut Scope) {
    for workload in scope.workloads.iter_mut().skip(from) {
        if target.is_none_or(|target| target.fits(&workload.identity, &workload.name) != Some(false)) {
            change(workload);
        }
    }
    for ((secret, name), map) in &mut scope.maps {
        if target.is_none_or(|target| target.fits_map(*secret, name) != Some(false)) {
            blur(map);
        }
    }
}
