//! Files of one folder to a module: its variables, locals, resources and calls of other modules.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::{At, Given, Layered, TfFile};
use crate::loaders::{File, Files};
use crate::source::{SourcePath, Span};
use crate::syntax::hcl::{Block, Expression, Kind, Label};

/// A folder with `.tf` files.
pub(super) struct Module<'a> {
    pub(super) folder: SourcePath,
    /// The file that stands for it.
    pub(super) path: &'a SourcePath,
    pub(super) variables: BTreeMap<&'a str, Variable<'a>>,
    pub(super) locals: BTreeMap<&'a str, At<'a, Expression>>,
    /// Resources by kind and name.
    pub(super) resources: BTreeMap<(&'a str, &'a str), Layered<'a>>,
    /// What `data` blocks look up, by kind and name.
    pub(super) data: BTreeMap<(&'a str, &'a str), Layered<'a>>,
    pub(super) calls: BTreeMap<&'a str, Call<'a>>,
    pub(super) outputs: BTreeMap<&'a str, At<'a, Expression>>,
    /// Every place that reads a variable.
    pub(super) reads: Vec<(&'a str, &'a SourcePath, Span)>,
    /// Whether every file of it was read whole.
    pub(super) whole: bool,
}

/// A `variable` block.
pub(super) struct Variable<'a> {
    pub(super) label: At<'a, Label>,
    pub(super) block: At<'a, Block>,
    pub(super) default: Option<At<'a, Expression>>,
    pub(super) kind: Option<At<'a, Expression>>,
    pub(super) nullable: bool,
    pub(super) sensitive: bool,
}

/// A `module` block.
pub(super) struct Call<'a> {
    pub(super) block: Layered<'a>,
    /// The module that it calls, by index, if it is one of the repository.
    pub(super) module: Option<usize>,
}

/// A file of values.
pub(super) struct ValuesFile<'a> {
    pub(super) path: &'a SourcePath,
    pub(super) values: &'a [Given],
    pub(super) whole: bool,
    pub(super) local: bool,
}

/// The modules of a project, by folder, and its files of values, by path.
pub(super) fn find<'a>(files: &Files<'a>) -> (Vec<Module<'a>>, Vec<ValuesFile<'a>>) {
    let mut folders: BTreeMap<SourcePath, Vec<(&'a SourcePath, &'a File)>> = BTreeMap::new();
    let mut values = Vec::new();
    for (path, file) in files.of(super::LOADER.name) {
        match parsed(file) {
            Some(TfFile::Values { values: given, whole }) => {
                values.push(ValuesFile { path, values: given, whole: *whole, local: file.local });
            }
            Some(_) => folders.entry(path.folder()).or_default().push((path, file)),
            None => {}
        }
    }
    folders.retain(|_, files| files.iter().any(|(_, file)| says_something(file)));
    let by_folder: BTreeMap<SourcePath, usize> =
        folders.keys().enumerate().map(|(index, folder)| (folder.clone(), index)).collect();
    let modules = folders.into_iter().filter_map(|(folder, files)| module(folder, &files, &by_folder)).collect();
    (modules, values)
}

/// Whether a file makes its folder a module: a lone `terraform` block only says where the state of another one is kept.
fn says_something(file: &File) -> bool {
    match parsed(file) {
        Some(TfFile::Blocks { body, .. }) => body.broken || body.blocks.iter().any(|block| &*block.kind != "terraform"),
        _ => true,
    }
}

fn parsed(file: &File) -> Option<&TfFile> {
    file.loaded.parsed.as_ref()?.downcast_ref()
}

fn module<'a>(
    folder: SourcePath,
    files: &[(&'a SourcePath, &'a File)],
    by_folder: &BTreeMap<SourcePath, usize>,
) -> Option<Module<'a>> {
    let (path, _) = files.iter().find(|(path, _)| path.name() == "main.tf").or(files.first())?;
    let mut module = Module {
        folder,
        path,
        variables: BTreeMap::new(),
        locals: BTreeMap::new(),
        resources: BTreeMap::new(),
        data: BTreeMap::new(),
        calls: BTreeMap::new(),
        outputs: BTreeMap::new(),
        reads: Vec::new(),
        whole: true,
    };
    let is_override = |path: &SourcePath| {
        let stem = path.name().split('.').next().unwrap_or_default();
        stem == "override" || stem.ends_with("_override")
    };
    // OpenTofu reads `main.tofu` instead of `main.tf`; Terraform does not.
    let tofu: BTreeSet<&str> = files.iter().filter_map(|(path, _)| path.name().split_once(".tofu")?.0.into()).collect();
    let is_shadowed = |path: &SourcePath| {
        path.name().split_once(".tf").is_some_and(|(stem, end)| matches!(end, "" | ".json") && tofu.contains(stem))
    };
    let read = files.iter().filter(|(path, _)| !is_shadowed(path));
    // What overrides comes last.
    let (last, first): (Vec<_>, Vec<_>) = read.partition(|(path, _)| is_override(path));
    module.whole = first.len() + last.len() == files.len();
    for ((path, file), overrides) in
        first.into_iter().map(|file| (file, false)).chain(last.into_iter().map(|file| (file, true)))
    {
        let Some(TfFile::Blocks { body, reads }) = parsed(file) else {
            module.whole = false;
            continue;
        };
        module.whole &= !body.broken;
        module.reads.extend(reads.iter().map(|(name, span)| (&**name, path, *span)));
        if overrides && file.local {
            // What overrides on this machine alone is deployed by nobody else.
            continue;
        }
        for block in &body.blocks {
            module.add(At { path, item: block }, overrides, by_folder);
        }
    }
    Some(module)
}

/// Adds a block; in a file of overrides, to the one of the same name.
fn layer<'a>(
    known: &mut BTreeMap<(&'a str, &'a str), Layered<'a>>,
    name: (&'a str, &'a str),
    block: At<'a, Block>,
    overrides: bool,
) {
    match known.get_mut(&name).filter(|_| overrides) {
        Some(known) => known.override_with(block),
        None => _ = known.insert(name, Layered::new(block)),
    }
}

impl<'a> Module<'a> {
    fn add(&mut self, block: At<'a, Block>, overrides: bool, by_folder: &BTreeMap<SourcePath, usize>) {
        let path = block.path;
        let item = block.item;
        match (&*item.kind, item.label(0), item.label(1)) {
            ("locals", _, _) => {
                let all = item.body.attributes.iter();
                self.locals.extend(all.map(|local| (&*local.name, At { path, item: &local.value })));
            }
            ("variable", Some(name), _) => self.variable(name, block),
            ("resource" | "ephemeral", Some(kind), Some(name)) => {
                layer(&mut self.resources, (kind, name), block, overrides);
            }
            ("data", Some(kind), Some(name)) => layer(&mut self.data, (kind, name), block, overrides),
            ("output", Some(name), _) => {
                if let Some(value) = item.body.get("value") {
                    self.outputs.insert(name, At { path, item: value });
                }
            }
            ("module", Some(name), _) => {
                let block = match self.calls.remove(name).filter(|_| overrides) {
                    Some(Call { block: mut known, .. }) => {
                        known.override_with(block);
                        known
                    }
                    None => Layered::new(block),
                };
                let source = block.get("source").and_then(|source| source.item.as_text());
                let local = source.map(crate::value::Value::expose).filter(|source| source.starts_with('.'));
                let folder = local.and_then(|source| path.folder().join(source));
                let module = folder.and_then(|folder| by_folder.get(&folder)).copied();
                self.calls.insert(name, Call { block, module });
            }
            _ => {}
        }
    }

    fn variable(&mut self, name: &'a str, block: At<'a, Block>) {
        let path = block.path;
        let Some(label) = block.item.labels.first() else { return };
        let body = &block.item.body;
        let variable = self.variables.entry(name).or_insert(Variable {
            label: At { path, item: label },
            block,
            default: None,
            kind: None,
            nullable: true,
            sensitive: false,
        });
        let at = |name: &str| body.get(name).map(|item| At { path, item });
        variable.default = at("default").or(variable.default);
        variable.kind = at("type").or(variable.kind);
        if body.get("nullable").is_some_and(|value| matches!(value.kind, Kind::Bool(false))) {
            variable.nullable = false;
        }
        // What is not `false` may be true.
        let is_kept = |name| body.get(name).is_some_and(|value| !matches!(value.kind, Kind::Bool(false)));
        variable.sensitive |= is_kept("sensitive") || is_kept("ephemeral");
    }
}
