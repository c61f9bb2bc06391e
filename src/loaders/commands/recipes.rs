//! Scripts that stand in a file with little around them: recipes of Makefiles, scripts of a package, jobs of a pipeline.

use std::collections::BTreeMap;

use super::{Content, Given, Shell, Variable, run};
use crate::fact::{Link, StoredRead, TargetGroup};
use crate::loaders::Files;
use crate::source::{SourcePath, Span};
use crate::syntax::shell::Script;

/// Scripts that run in one shell, one after the other.
#[derive(Debug, Default)]
pub(in crate::loaders) struct Recipe {
    pub(in crate::loaders) scripts: Vec<Script>,
    /// What programs with arguments of their own are given: program first.
    pub(in crate::loaders) programs: Vec<Vec<super::Argument>>,
    /// The folder that it begins in, relative to the file's; `None` where that is not known.
    pub(in crate::loaders) folder: Option<String>,
    pub(in crate::loaders) variables: BTreeMap<String, Variable>,
    /// The word by which it says for what environment.
    pub(in crate::loaders) environment: Option<String>,
    pub(in crate::loaders) anywhere: bool,
}

/// All of a file.
#[derive(Debug, Default)]
pub(in crate::loaders) struct Recipes {
    pub(in crate::loaders) all: Vec<Recipe>,
    /// What the file's own language replaces, as far as it says with what.
    pub(in crate::loaders) replaced: BTreeMap<String, Content>,
    /// What of stores it reads by itself.
    pub(in crate::loaders) reads: Vec<StoredRead>,
    /// Whether a part of the file is missing.
    pub(in crate::loaders) lossy: bool,
}

impl Recipes {
    /// What the recipes give, one after the other.
    fn given(&self, path: &SourcePath) -> Vec<Given> {
        let foreign = |text: &str, _: Span| {
            let text = text.trim();
            self.replaced.get(text).cloned().unwrap_or_else(|| Content::unknown(Some(text)))
        };
        let one = |recipe: &Recipe| {
            let folder = recipe.folder.as_ref().and_then(|folder| path.folder().join(folder));
            let mut shell = Shell {
                path,
                folder,
                variables: recipe.variables.clone(),
                foreign: &foreign,
                environment: recipe.environment.clone(),
                anywhere: recipe.anywhere,
                // Whoever runs it may have made files before.
                given: Given::nothing(true),
            };
            for script in &recipe.scripts {
                run(script, &mut shell);
            }
            for arguments in &recipe.programs {
                super::program(arguments, &mut shell);
            }
            shell.given
        };
        self.all.iter().map(one).collect()
    }

    /// The files that it names, and what of it may be shown.
    pub(in crate::loaders) fn links(&self, path: &SourcePath) -> (Vec<Link>, Vec<(Span, String)>) {
        let mut links: Vec<Link> = Vec::new();
        let mut shown = Vec::new();
        for given in self.given(path) {
            for link in given.links {
                if !links.contains(&link) {
                    links.push(link);
                }
            }
            shown.extend(given.shown);
        }
        (links, shown)
    }

    /// Its targets and all else; `None` where it gives nothing to anybody.
    pub(in crate::loaders) fn group(&self, path: &SourcePath, files: &Files<'_>) -> Option<TargetGroup> {
        let mut group = TargetGroup { paths: vec![path.clone()], ..TargetGroup::default() };
        for mut given in self.given(path) {
            for mut target in given.targets(files) {
                target.partial |= self.lossy;
                group.targets.push(target);
            }
            group.builds.extend(given.images(files));
            group.terraform_arguments.extend(given.terraform);
            group.written_files.extend(given.written);
        }
        group.stored_reads.extend(self.reads.iter().cloned());
        let something = !group.targets.is_empty()
            || !group.builds.is_empty()
            || !group.terraform_arguments.is_empty()
            || !group.written_files.is_empty()
            || !group.stored_reads.is_empty();
        something.then_some(group)
    }
}
