//! What schemas say that cannot be, beside the problems of single files: told once, however many apps share a schema.

use crate::fact::{LinkKind, LinkOutcome, Problem};
use crate::name::Name;
use crate::schemas::resolve::Resolved;
use crate::schemas::value_schema::ValueSchema;
use crate::source::SourcePath;

use super::Model;

impl Model<'_> {
    /// Circles of schemas, relations of variables that nothing declares, and JSON Schemas that judge nothing.
    pub fn problems(&self) -> Vec<(SourcePath, Problem)> {
        let mut found: Vec<(SourcePath, Problem)> = Vec::new();
        let of_apps = self.schemas.iter().flat_map(|schema| schema.resolved.problems.iter().chain(&schema.undeclared));
        for problem in of_apps {
            if !found.contains(problem) {
                found.push(problem.clone());
            }
        }
        for (path, file) in &self.project.files {
            for (link, outcome) in file.loaded.links.iter().zip(&file.outcomes) {
                let (LinkKind::JsonSchema, LinkOutcome::Loaded(target)) = (link.kind, outcome) else { continue };
                let Some(fault) = self.project.value_schemas.get(target).and_then(ValueSchema::fault) else {
                    continue;
                };
                let message = format!("the JSON Schema `{target}` {}", fault.reason());
                found.push((path.clone(), Problem::new(link.span, message).help(fault.help()).harmless()));
            }
        }
        found
    }
}

/// The relations of a schema that speak of variables which it does not declare. An open schema may declare anything.
pub(super) fn undeclared(resolved: &Resolved) -> Vec<(SourcePath, Problem)> {
    if resolved.open {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (path, group) in &resolved.groups {
        let lacking: Vec<Name> = group.kind.names().into_iter().filter(|name| !resolved.has(name)).collect();
        if !lacking.is_empty() {
            let of =
                if group.name.is_empty() { "this group".to_owned() } else { format!("the group `{}`", group.name) };
            found.push((path.clone(), problem(group.span, &of, &lacking)));
        }
    }
    for (path, agree) in &resolved.agrees {
        let lacking: Vec<Name> = agree.relation.names().into_iter().filter(|name| !resolved.has(name)).collect();
        if !lacking.is_empty() {
            found.push((path.clone(), problem(agree.span, "this agreement", &lacking)));
        }
    }
    found
}

fn problem(span: crate::source::Span, of: &str, lacking: &[Name]) -> Problem {
    const SHOWN: usize = 3;
    let mut names: Vec<String> =
        lacking.iter().take(SHOWN).map(|name| format!("`{}`", name.as_str().replace('*', "{ITEM}"))).collect();
    if lacking.len() > SHOWN {
        names.push(format!("{} more", lacking.len() - SHOWN));
    }
    let message = format!("{of} speaks of {}, which no schema declares", names.join(", "));
    Problem::new(span, message).help("declare it, or repair its name").harmless()
}
