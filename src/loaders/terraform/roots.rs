//! Which modules are applied, and with which files of values: one application for each environment that has files.

use std::collections::{BTreeMap, BTreeSet};

use super::claims;
use super::evaluate::Scope;
use super::given::{Named, Runs};
use super::instance::{Instance, World};
use super::modules::ValuesFile;
use super::parts::Given;
use super::value::{Data, Val};
use crate::fact::{ModuleValues, Problem};
use crate::name::Name;
use crate::source::{Place, SourcePath};
use crate::tables::environments;

/// Folders that hold what shows or tests a module.
const EXAMPLES: &[&str] = &["examples", "example", "samples", "test", "tests", "testing", "e2e"];

/// How many environments of one module are told apart.
const APPLICATIONS: usize = 50;

/// A module that is applied, with values for its variables.
pub(super) struct Application<'a> {
    pub(super) environment: Option<String>,
    /// The files of values that it is applied with.
    pub(super) paths: Vec<&'a SourcePath>,
    pub(super) inputs: BTreeMap<&'a str, Val<'a>>,
    /// Whether values come from files that are not seen here.
    pub(super) doubtful: bool,
}

/// A file of values with the module that it is for.
pub(super) struct ValuesOf<'v, 'a> {
    pub(super) file: &'v ValuesFile<'a>,
    pub(super) module: usize,
    pub(super) automatic: bool,
    pub(super) environment: Option<String>,
}

/// Whether a folder shows or tests something.
pub(super) fn is_example(folder: &SourcePath) -> bool {
    folder.as_str().split('/').any(|part| EXAMPLES.contains(&part))
}

/// The modules that are applied, by index.
pub(super) fn roots(world: &World<'_>) -> Vec<usize> {
    let called: BTreeSet<usize> =
        world.modules.iter().flat_map(|module| module.calls.values().filter_map(|call| call.module)).collect();
    let free: Vec<usize> = (0..world.modules.len()).filter(|index| !called.contains(index)).collect();
    let is_part = |index: &usize| {
        let folder = world.modules.get(*index).map(|module| &module.folder);
        folder.is_some_and(|folder| folder.as_str().split('/').any(|part| part == "modules"))
    };
    // A module that nobody calls is kept for others, where something else is there to be applied.
    let applied: Vec<usize> = free.iter().copied().filter(|index| !is_part(index)).collect();
    let mut roots = if applied.is_empty() { free } else { applied };
    // Modules that call each other in a circle are reached from nowhere.
    let mut reached = BTreeSet::new();
    reach(world, &roots, &mut reached);
    for index in called {
        if !reached.contains(&index) && !is_part(&index) {
            roots.push(index);
            reach(world, &[index], &mut reached);
        }
    }
    roots
}

fn reach(world: &World<'_>, from: &[usize], reached: &mut BTreeSet<usize>) {
    let mut work = from.to_vec();
    while let Some(index) = work.pop() {
        if reached.insert(index) {
            let calls = world.modules.get(index).into_iter().flat_map(|module| module.calls.values());
            work.extend(calls.filter_map(|call| call.module));
        }
    }
}

/// The module that each file of values is for.
pub(super) fn assign<'v, 'a>(world: &World<'a>, roots: &[usize], files: &'v [ValuesFile<'a>]) -> Vec<ValuesOf<'v, 'a>> {
    let by_folder: BTreeMap<&SourcePath, usize> =
        world.modules.iter().enumerate().map(|(index, module)| (&module.folder, index)).collect();
    let declares = |module: usize, file: &ValuesFile<'a>| {
        let known = world.modules.get(module).map(|module| &module.variables);
        file.values.iter().filter(|given| known.is_some_and(|known| known.contains_key(&*given.name))).count()
    };
    let mut assigned = Vec::new();
    for file in files {
        let own = by_folder.get(&file.path.folder()).copied();
        if let Some(module) = own.filter(|_| claims::is_automatic(file.path) || claims::is_template(file.path)) {
            let automatic = !claims::is_template(file.path);
            let environment = claims::words(file.path).find(|word| environments::environment_of(word).is_some());
            let environment = environment.map(str::to_owned);
            assigned.push(ValuesOf { file, module, automatic, environment });
            continue;
        }
        let above = file.path.folders().find_map(|folder| by_folder.get(&folder).copied());
        // Somebody may apply another module with it: one that knows little of it is not meant.
        let fits = |module: &usize| declares(*module, file) * 2 >= file.values.len();
        let beside = || {
            let fit: Vec<usize> = roots
                .iter()
                .copied()
                .filter(|root| file.values.len() > 2 && declares(*root, file) == file.values.len())
                .filter(|root| {
                    let folder = file.path.folder().folder();
                    world.modules.get(*root).is_some_and(|module| module.folder.is_below(&folder))
                })
                .collect();
            if let [only] = fit.as_slice() { Some(*only) } else { None }
        };
        let Some(module) = above.filter(fits).or_else(beside) else { continue };
        let home = world.modules.get(module).map(|module| module.folder.clone());
        let home = home.filter(|home| file.path.is_below(home)).unwrap_or_else(|| file.path.folder().folder());
        let environment = claims::environment(file.path, &home);
        assigned.push(ValuesOf { file, module, automatic: false, environment });
    }
    assigned.sort_by(|one, other| {
        let key = |of: &ValuesOf<'_, 'a>| (claims::rank(of.file.path), of.file.path.clone());
        key(one).cmp(&key(other))
    });
    assigned
}

/// With what a module is applied. Problems are values that Terraform refuses.
pub(super) fn applications<'a>(
    world: &World<'a>,
    module: usize,
    assigned: &[ValuesOf<'_, 'a>],
    runs: &Runs<'a>,
    problems: &mut Vec<(SourcePath, Problem)>,
) -> Vec<Application<'a>> {
    let own: Vec<Known<'_, 'a>> = assigned
        .iter()
        .filter(|of| of.module == module && !claims::is_template(of.file.path))
        .map(|of| Known::of(world, of))
        .collect();
    let read = |inputs: &mut BTreeMap<&'a str, Val<'a>>, file: &Known<'_, 'a>, known: bool| {
        let is_known = known && !file.of.file.local;
        let value = |value: &Val<'a>| if is_known { value.clone() } else { value.with(Data::Unknown) };
        inputs.extend(file.values.iter().map(|(given, known)| (&*given.name, value(known))));
    };
    for file in &own {
        for (given, value) in &file.values {
            let path = file.of.file.path;
            problems.extend(misfit(world, module, &given.name, value.clone(), path, given.value.span));
        }
    }
    let mut base = BTreeMap::new();
    let mut paths = Vec::new();
    for file in own.iter().filter(|file| file.of.automatic) {
        read(&mut base, file, true);
        paths.extend((!file.of.file.local).then_some(file.of.file.path));
    }
    let named: Vec<&Known<'_, 'a>> = own.iter().filter(|file| !file.of.automatic && !file.of.file.local).collect();
    let of = |path: &SourcePath| own.iter().find(|file| file.of.file.path == path);
    let commanded = Named {
        environment: &|path| of(path)?.word(),
        gives: &|path, name| Some(of(path)?.values.iter().any(|(given, _)| &*given.name == name)),
    };
    let mut words: BTreeSet<&str> = named.iter().filter_map(|file| file.word()).collect();
    if words.is_empty()
        && let Some(folder) = world.modules.get(module).map(|module| &module.folder)
    {
        // One environment alone is named by whoever knows the words of the config.
        words = runs.environments(folder, &commanded);
        words = if words.len() > 1 { words } else { BTreeSet::new() };
    }
    let unnamed: Vec<&Known<'_, 'a>> = named.iter().copied().filter(|file| file.of.environment.is_none()).collect();
    let local: Vec<&Known<'_, 'a>> = own.iter().filter(|file| !file.of.automatic && file.of.file.local).collect();
    let mut found = Vec::new();
    let word_of = |inputs: &BTreeMap<&'a str, Val<'a>>| {
        let mut words = environments::VARIABLES.iter().filter_map(|name| inputs.get(name)?.as_text());
        words.find(|word| environments::environment_of(word.expose()).is_some()).map(|word| word.expose().to_owned())
    };
    for word in words.into_iter().take(APPLICATIONS) {
        let (mut inputs, mut paths) = (base.clone(), paths.clone());
        match unnamed.as_slice() {
            // Commands alone tell the environments apart.
            [only] if named.len() == 1 => read(&mut inputs, only, true),
            all => {
                for file in all {
                    read(&mut inputs, file, false);
                }
            }
        }
        for file in &local {
            read(&mut inputs, file, false);
        }
        let mut seen: BTreeMap<&'a str, Val<'a>> = BTreeMap::new();
        for file in named.iter().filter(|file| file.word() == Some(word)) {
            let mut own = BTreeMap::new();
            read(&mut own, file, true);
            for (name, value) in own {
                // Two regions of one environment are applied one by one.
                let differs = seen.get(name).is_some_and(|known| known.as_text() != value.as_text());
                let value = if differs { value.with(Data::Unknown) } else { value };
                seen.insert(name, value.clone());
                inputs.insert(name, value);
            }
            paths.push(file.of.file.path);
        }
        runs.add(world, module, Some(word), &commanded, &mut inputs);
        found.push(Application { environment: Some(word.to_owned()), paths, inputs, doubtful: false });
    }
    if !found.is_empty() {
        return found;
    }
    let (mut inputs, mut doubtful) = (base, false);
    if let [only] = unnamed.as_slice() {
        read(&mut inputs, only, true);
        paths.push(only.of.file.path);
    } else {
        for file in unnamed.iter().chain(&local) {
            read(&mut inputs, file, false);
        }
        doubtful = paths.is_empty();
    }
    runs.add(world, module, None, &commanded, &mut inputs);
    let environment = word_of(&inputs);
    found.push(Application { environment, paths, inputs, doubtful });
    found
}

/// A file of values, with what they come to.
struct Known<'v, 'a> {
    of: &'v ValuesOf<'v, 'a>,
    values: Vec<(&'a Given, Val<'a>)>,
}

impl<'v, 'a> Known<'v, 'a> {
    fn of(world: &World<'a>, of: &'v ValuesOf<'v, 'a>) -> Self {
        let constant = Instance::root(of.module, BTreeMap::new(), false);
        let scope = Scope::of(&constant, of.file.path);
        Self { of, values: of.file.values.iter().map(|given| (given, scope.evaluate(world, &given.value))).collect() }
    }

    fn word(&self) -> Option<&'static str> {
        environments::environment_of(self.of.environment.as_deref()?)
    }
}

/// A value that Terraform refuses for its variable.
pub(super) fn misfit<'a>(
    world: &World<'a>,
    module: usize,
    name: &str,
    value: Val<'a>,
    path: &SourcePath,
    span: crate::source::Span,
) -> Option<(SourcePath, Problem)> {
    let variable = world.modules.get(module)?.variables.get(name)?;
    if value.is_null() && !variable.nullable && variable.default.is_none() {
        let problem = Problem::new(span, format!("`{name}` may not be null")).harmless();
        return Some((path.clone(), problem));
    }
    let misfit = super::convert::convert(value, variable.kind?.item).err()?;
    let message = format!("`{name}` takes {}, and Terraform refuses this for it", misfit.wanted());
    Some((path.clone(), Problem::new(span, message).harmless()))
}

/// What a file of values says, for those who judge it.
pub(super) fn fact(of: &ValuesOf<'_, '_>) -> ModuleValues {
    let ValuesFile { path, values, whole, local } = of.file;
    let names = values.iter().map(|given| (Name::new(&given.name), Place::new(path, given.span)));
    ModuleValues {
        path: (*path).clone(),
        environment: of.environment.clone(),
        names: names.collect(),
        automatic: of.automatic,
        template: claims::is_template(path),
        whole: *whole,
        local: *local,
    }
}
