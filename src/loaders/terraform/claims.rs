//! Which files are Terraform's, told by their names.

use crate::fact::{FileWords, Role};
use crate::loaders::Claim;
use crate::source::SourcePath;
use crate::tables::environments;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Blocks: `.tf`, `.tofu`.
    Blocks,
    /// Blocks as JSON: `.tf.json`.
    BlocksInJson,
    /// Values of variables: `.tfvars`.
    Values,
    /// The same as JSON.
    ValuesInJson,
}

/// Words that make a file of values one that shows what to write.
const TEMPLATE: &[&str] = &["example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults"];

pub(super) fn claims(path: &SourcePath) -> Option<Claim> {
    let form = form(path)?;
    // What was fetched for Terraform's own use.
    if path.as_str().split('/').any(|part| part == ".terraform" || part == ".terragrunt-cache") {
        return None;
    }
    let role = match form {
        Form::Blocks | Form::BlocksInJson => Role::Deploy,
        Form::Values | Form::ValuesInJson => Role::Inputs,
    };
    let words = if role == Role::Inputs { words(path).map(str::to_owned).collect() } else { Vec::new() };
    Some(Claim { role, words: FileWords { words, local: false } })
}

/// What a file is by the end of its name.
pub(super) fn form(path: &SourcePath) -> Option<Form> {
    let name = path.name();
    let (stem, last) = name.rsplit_once('.')?;
    let before = || stem.rsplit_once('.').map_or("", |(_, end)| end);
    match last {
        "tf" | "tofu" => Some(Form::Blocks),
        "tfvars" => Some(Form::Values),
        "json" => match before() {
            "tf" | "tofu" => Some(Form::BlocksInJson),
            "tfvars" => Some(Form::ValuesInJson),
            _ => None,
        },
        // `terraform.tfvars.example`.
        last if TEMPLATE.contains(&last) && before() == "tfvars" => Some(Form::Values),
        _ => None,
    }
}

/// Whether a file of values only shows what to write.
pub(super) fn is_template(path: &SourcePath) -> bool {
    path.name().split(['.', '-', '_']).any(|word| TEMPLATE.contains(&word))
}

/// Whether a file of values is read without being named: in the folder of the module that is applied.
pub(super) fn is_automatic(path: &SourcePath) -> bool {
    let name = path.name();
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// How late a file that is read unasked comes among the others; of one rank, by name.
pub(super) fn rank(path: &SourcePath) -> u8 {
    match path.name() {
        "terraform.tfvars" => 0,
        "terraform.tfvars.json" => 1,
        _ => 2,
    }
}

/// The words of a file's name that may name an environment.
pub(super) fn words(path: &SourcePath) -> impl Iterator<Item = &str> {
    const OWN: &[&str] = &["", "terraform", "tofu", "tf", "tfvars", "auto", "json", "main", "vars", "variables"];
    path.name().split(['.', '-', '_']).filter(|word| !OWN.contains(word) && !TEMPLATE.contains(word))
}

/// The word of a path that names an environment: of the file's name, else of the nearest folder below `home`.
pub(super) fn environment(path: &SourcePath, home: &SourcePath) -> Option<String> {
    let known = |word: &&str| environments::environment_of(word).is_some();
    let named = words(path).find(known).map(str::to_owned);
    named.or_else(|| {
        let folders = path.folders().take_while(|folder| folder != home && !folder.as_str().is_empty());
        folders.into_iter().find_map(|folder| folder.name().split(['-', '_', '.']).find(known).map(str::to_owned))
    })
}
