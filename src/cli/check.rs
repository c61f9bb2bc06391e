//! `envcheck check`: the linter.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::failure::{CliError, Exit};
use super::listing;
use super::look::{self, Color};
use super::output;
use super::overview::{Overview, says_something};
use super::run::{Opened, Scope, Wanted, Where, examine, known_rules};
use crate::finding::Level;
use crate::levels::Levels;
use crate::model::Model;
use crate::name::Environment;
use crate::project::Environments;
use crate::reporters::{self, Look, REPORTERS, Report, Reporter};
use crate::source::visible;

/// Tells what is wrong.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Check {
    #[command(flatten)]
    at: Where,
    /// Report of this environment only; findings that belong to none are always reported.
    #[arg(long, value_name = "ENV")]
    env: Vec<String>,
    /// Report of this app only; findings that belong to none are always reported.
    #[arg(long, value_name = "APP")]
    app: Vec<String>,
    /// Run this rule and no other that is not named so; one that is off comes on.
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Make all findings of this rule warnings.
    #[arg(short = 'W', value_name = "RULE")]
    warning: Vec<String>,
    /// Make all findings of this rule errors.
    #[arg(short = 'E', value_name = "RULE")]
    error: Vec<String>,
    /// Turn this rule off.
    #[arg(short = 'A', value_name = "RULE")]
    off: Vec<String>,
    /// Report also what is merely unclean.
    #[arg(long)]
    pedantic: bool,
    /// The least level of findings at which the exit code is 1.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,
    /// Say nothing but findings.
    #[arg(short, long)]
    quiet: bool,
    /// Exit with 0 where there is nothing to check.
    #[arg(long)]
    allow_nothing: bool,
    /// Ask the secret stores of the config what they hold: names and states of versions, never values.
    #[arg(long)]
    live: bool,
    /// How to report, and where to: stdout, or this file.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    format: Vec<OsString>,
    /// When to use colours.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Never,
}

/// Where a format goes.
struct Output {
    reporter: &'static Reporter,
    file: Option<PathBuf>,
}

impl Check {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        let outputs = self.outputs()?;
        let (report, exit) = match self.report() {
            Ok(report) => {
                let exit = self.exit(&report);
                (report, exit)
            }
            Err(error) => {
                let report = Report { root: ".".to_owned(), errors: error.failures(), ..Report::default() };
                (report, error.say())
            }
        };
        let mut failed = None;
        for output in &outputs {
            if let Err(error) = self.write(output, &report) {
                failed = Some(error.say());
            }
        }
        Ok(failed.unwrap_or(exit))
    }

    fn report(&self) -> Result<Report, CliError> {
        let known = known_rules();
        let mut mistakes: Vec<CliError> = Vec::new();
        for rule in [&self.rule, &self.warning, &self.error, &self.off].into_iter().flatten() {
            if !known.contains(rule.as_str()) {
                mistakes.push(CliError::unknown("rule", rule, known.iter().copied()));
            }
        }
        let mut command_line = BTreeMap::new();
        let named = [(Level::Warning, &self.warning), (Level::Error, &self.error), (Level::Off, &self.off)];
        for (level, rule) in named.into_iter().flat_map(|(level, rules)| rules.iter().map(move |rule| (level, rule))) {
            if command_line.insert(rule.clone(), level).is_some_and(|before| before != level) {
                mistakes.push(CliError::Usage(format!("the rule `{}` is given two levels", visible(rule))));
            }
        }
        if !mistakes.is_empty() {
            return Err(CliError::Several(mistakes));
        }
        let mut opened = self.at.open(&self.env)?;
        if self.live {
            listing::ask_live(&mut opened.project, &self.env)?;
        }
        let levels = Levels {
            config: opened.project.config.rules.clone(),
            command_line,
            only: self.rule.iter().cloned().collect(),
            pedantic: self.pedantic,
        };
        let model = Model::new(&opened.project);
        let (overview, found) = examine(&model, &levels);
        let scope = self.scope(&opened, &model, &overview)?;
        let report = opened.report(overview, found, &Wanted { scope, ..Wanted::new(levels) });
        // The process ends soon, and its memory with it: to take it apart piece by piece is a tenth of a run.
        std::mem::forget(model);
        std::mem::forget(opened);
        Ok(report)
    }

    /// What to report of, if there is such a thing.
    fn scope(&self, opened: &Opened, model: &Model<'_>, overview: &Overview) -> Result<Scope, CliError> {
        if !says_something(&opened.project) && model.bundled().next().is_none() {
            if self.allow_nothing {
                return Ok(Scope::default());
            }
            let root = visible(&opened.located.root.to_string_lossy()).into_owned();
            return Err(CliError::Nothing { root, unread: opened.project.unread.len() });
        }
        let environments = Environments::new(&opened.project.config);
        let mut mistakes = Vec::new();
        let mut wanted = Vec::new();
        for name in &self.env {
            match environment(name, overview, &environments) {
                Ok(environment) if model.says_of(&Environment::new(&environment)) => wanted.push(environment),
                Ok(_) => mistakes.push(CliError::Silent(visible(name).into_owned())),
                Err(error) => mistakes.push(error),
            }
        }
        for name in &self.app {
            if !overview.apps.contains(name) {
                mistakes.push(CliError::unknown("app", name, overview.apps.iter().map(String::as_str)));
            }
        }
        if !mistakes.is_empty() {
            return Err(CliError::Several(mistakes));
        }
        Ok(Scope { paths: opened.located.scope.clone(), environments: wanted, apps: self.app.clone() })
    }

    fn exit(&self, report: &Report) -> Exit {
        let least = match self.fail_on {
            FailOn::Error => Level::Error,
            FailOn::Warning => Level::Warning,
            FailOn::Never => return Exit::Clean,
        };
        if report.findings.iter().any(|finding| finding.level >= least) { Exit::Found } else { Exit::Clean }
    }

    /// The formats; `text` goes to stdout where no other one does.
    fn outputs(&self) -> Result<Vec<Output>, CliError> {
        let mut outputs: Vec<Output> = Vec::new();
        for argument in &self.format {
            let (name, file) = split_format(argument);
            let reporter = reporters::find(&name)
                .ok_or_else(|| CliError::unknown("format", &name, REPORTERS.iter().map(|reporter| reporter.name)))?;
            outputs.push(Output { reporter, file });
        }
        match outputs.iter().filter(|output| output.file.is_none()).count() {
            0 => outputs.extend(REPORTERS.first().map(|reporter| Output { reporter, file: None })),
            1 => {}
            _ => return Err(CliError::Usage("two formats cannot both go to stdout; write `FORMAT=FILE`".to_owned())),
        }
        Ok(outputs)
    }

    fn write(&self, output: &Output, report: &Report) -> Result<(), CliError> {
        let look = match output.file {
            Some(_) => Look { quiet: self.quiet, ..Look::default() },
            None => look::stdout(self.color, self.quiet),
        };
        let mut bytes = Vec::new();
        (output.reporter.write)(report, &look, &mut bytes)
            .map_err(|_| CliError::Unwritable { path: output.reporter.name.to_owned(), reason: "memory ran out" })?;
        match &output.file {
            Some(path) => output::to_file(path, &bytes),
            None => output::to_stdout(&bytes),
        }
    }
}

/// `FORMAT` or `FORMAT=FILE`.
fn split_format(argument: &OsStr) -> (String, Option<PathBuf>) {
    match argument.to_str().and_then(|text| text.split_once('=')) {
        Some((name, file)) if !file.is_empty() => (name.to_owned(), Some(PathBuf::from(file))),
        _ => (argument.to_string_lossy().into_owned(), None),
    }
}

/// The environment that a word of the command line means: one that is spoken of, else what the config or the table says.
fn environment(word: &str, overview: &Overview, environments: &Environments) -> Result<String, CliError> {
    let spoken = |name: &str| overview.environments.iter().any(|known| known.as_str() == name);
    let meant = environments.of_word(word).filter(|_| !spoken(word)).unwrap_or_else(|| Environment::new(word));
    if spoken(meant.as_str()) {
        Ok(meant.to_string())
    } else if environments.configured().any(|configured| configured == meant) {
        Err(CliError::Silent(visible(word).into_owned()))
    } else {
        Err(CliError::unknown("environment", word, overview.environments.iter().map(Environment::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_may_name_its_file() {
        assert_eq!(split_format(OsStr::new("json")), ("json".to_owned(), None));
        assert_eq!(split_format(OsStr::new("json=a=b")), ("json".to_owned(), Some(PathBuf::from("a=b"))));
        assert_eq!(split_format(OsStr::new("json=")), ("json=".to_owned(), None));
    }

    #[test]
    fn an_environment_is_known_by_its_words_and_must_be_spoken_of() {
        let overview =
            Overview { environments: vec![Environment::new("qa"), Environment::new("test")], ..Overview::default() };
        let entry = |name: &str, word: &str| crate::config::EnvironmentEntry {
            name: name.to_owned(),
            words: vec![word.to_owned()],
            ..crate::config::EnvironmentEntry::default()
        };
        let environments = vec![entry("qa", "quality"), entry("live", "prod")];
        let environments =
            Environments::new(&crate::config::Config { environments, ..crate::config::Config::default() });
        assert_eq!(environment("qa", &overview, &environments).unwrap(), "qa");
        assert_eq!(environment("quality", &overview, &environments).unwrap(), "qa");
        assert!(matches!(environment("prod", &overview, &environments), Err(CliError::Silent(_))));
        assert!(matches!(environment("tset", &overview, &environments), Err(CliError::Unknown { .. })));
    }
}
