//! From the command line to a report: locate, load, join, judge, ignore, filter. Each command uses a part of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::failure::CliError;
use super::overview::Overview;
use crate::config::{Config, Known};
use crate::finding::{Finding, Findings, Level, Settled, settle};
use crate::ignore::{self, Circumstances, UNUSED_IGNORE};
use crate::levels::Levels;
use crate::loaders::LOADERS;
use crate::model::Model;
use crate::name::Environment;
use crate::parallel;
use crate::project::{ConfigChoice, Located, Options, Project, locate};
use crate::reporters::{Report, Summary, Texts};
use crate::rules::{self, RULES};
use crate::schemas::SCHEMAS;
use crate::source::{SourceFile, SourcePath, Span};
use crate::stores::STORES;

/// Where to look: what all commands share.
#[derive(Debug, Default, Args)]
pub(super) struct Where {
    /// Files and folders to speak of; everything below their root is read.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// What a store holds in an environment, as saved: names, never values.
    #[arg(long, value_name = "[ENV=]FILE", value_hint = clap::ValueHint::FilePath)]
    listing: Vec<OsString>,
    /// The config to use instead of the nearest `envcheck.toml`.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no config.
    #[arg(long)]
    no_config: bool,
    /// Leave git-ignored files alone.
    #[arg(long)]
    tracked_only: bool,
}

/// A project, and what else reports speak of.
pub(super) struct Opened {
    pub(super) located: Located,
    pub(super) project: Project,
    config: Option<(SourceFile, Vec<Span>)>,
}

impl Where {
    /// Finds the root, reads the config, loads the project.
    pub(super) fn open(&self, environments: &[String]) -> Result<Opened, CliError> {
        self.load(environments, false)
    }

    /// The same for an environment that is there because the user says so.
    pub(super) fn open_for(&self, environment: &str) -> Result<Opened, CliError> {
        self.load(&[environment.to_owned()], true)
    }

    fn load(&self, environments: &[String], certain: bool) -> Result<Opened, CliError> {
        let choice = match (&self.config, self.no_config) {
            (Some(path), _) => ConfigChoice::File(path.clone()),
            (None, true) => ConfigChoice::Without,
            (None, false) => ConfigChoice::Nearest,
        };
        let here = vec![PathBuf::from(".")];
        let located = locate(if self.paths.is_empty() { &here } else { &self.paths }, &choice)?;
        let source = located.read_config()?;
        let config = source.as_ref().map_or_else(|| Ok(Config::default()), parse_config)?;
        let options = Options {
            tracked_only: self.tracked_only,
            listings: self.listing.iter().map(split_listing).collect(),
            environments: environments.to_vec(),
            certain,
            now: jiff::Timestamp::now(),
        };
        let project = Project::load(&located.root, config, &options)?;
        let config = source.map(|source| {
            let shown = headers(&source);
            (source, shown)
        });
        Ok(Opened { located, project, config })
    }
}

/// `ENV=FILE` or `FILE`; a path may hold `=`, an environment's name holds no separator.
fn split_listing(argument: &OsString) -> (Option<String>, PathBuf) {
    match argument.to_str().and_then(|text| text.split_once('=')) {
        Some((environment, path)) if !environment.is_empty() && !environment.contains(['/', '\\', '.']) => {
            (Some(environment.to_owned()), PathBuf::from(path))
        }
        _ => (None, PathBuf::from(argument)),
    }
}

fn parse_config(source: &SourceFile) -> Result<Config, CliError> {
    let rules: Vec<&str> = known_rules().into_iter().collect();
    let formats: Vec<&str> =
        LOADERS.iter().map(|loader| loader.name).chain(SCHEMAS.iter().map(|schema| schema.name)).collect();
    let stores: Vec<&str> = STORES.iter().map(|store| store.name).collect();
    let (config, problems) = Config::parse(source, &Known { rules: &rules, formats: &formats, stores: &stores });
    if problems.is_empty() {
        return Ok(config);
    }
    let error = |problem: crate::fact::Problem| {
        let at = source.position(problem.span.start);
        let path = source.path().to_string();
        CliError::Config { path, line: at.line, column: at.column, message: problem.message, help: problem.help }
    };
    Err(CliError::Several(problems.into_iter().map(error).collect()))
}

/// The lines of a config that may be shown: headers of tables.
fn headers(source: &SourceFile) -> Vec<Span> {
    let is_name = |character: char| character.is_ascii_lowercase() || matches!(character, '[' | ']' | '_' | '.');
    let mut start = 0;
    let mut shown = Vec::new();
    for line in source.text().split_inclusive('\n') {
        let text = line.trim();
        if text.starts_with('[') && text.ends_with(']') && text.chars().all(is_name) {
            let indent = line.len() - line.trim_start().len();
            shown.push(Span::new(start + indent, start + indent + text.len()));
        }
        start += line.len();
    }
    shown
}

/// The ids of all rules.
pub fn known_rules() -> BTreeSet<&'static str> {
    RULES.iter().map(|rule| rule.id).chain([UNUSED_IGNORE]).collect()
}

/// The level that a rule has by itself.
pub(super) fn default_level(rule: &str) -> Level {
    rules::find(rule).map_or(Level::Warning, |rule| rule.default_level)
}

/// Which part of the findings is reported. What is empty excludes nothing.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Files and folders, one of which a label of the finding must lie in.
    pub paths: Vec<SourcePath>,
    /// Environments; a finding without one is always reported.
    pub environments: Vec<String>,
    /// Apps; a finding without one is always reported.
    pub apps: Vec<String>,
}

impl Scope {
    fn holds(&self, finding: &Finding) -> bool {
        let within = |path: &SourcePath| self.paths.iter().any(|scope| path.is_below(scope));
        let mut labels = std::iter::once(&finding.primary).chain(&finding.related);
        (self.paths.is_empty() || labels.any(|label| within(&label.place.path)))
            && self.speaks_of(finding.app.as_deref(), finding.environment.as_ref())
    }

    fn speaks_of(&self, app: Option<&str>, environment: Option<&Environment>) -> bool {
        let named = |names: &[String], name: Option<&str>| {
            names.is_empty() || name.is_none_or(|name| names.iter().any(|wanted| wanted == name))
        };
        named(&self.environments, environment.map(Environment::as_str)) && named(&self.apps, app)
    }
}

/// How a run judges.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which rules run, and how loud they are.
    pub levels: Levels,
    /// What is reported.
    pub scope: Scope,
    /// The day on which ignores must still hold.
    pub today: Date,
}

impl Wanted {
    /// Everything, at these levels, today.
    pub fn new(levels: Levels) -> Self {
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        Self { levels, scope: Scope::default(), today }
    }
}

/// Runs the rules that are wanted. Levels are the findings' own.
pub fn findings(model: &Model<'_>, levels: &Levels) -> Vec<Finding> {
    let wanted: Vec<_> = RULES.iter().filter(|rule| levels.runs(rule.id, rule.default_level)).collect();
    // Each rule speaks for itself; the order of reports is made later.
    let found = parallel::map(model.project.is_large(), wanted, |rule| {
        let mut found = Vec::new();
        (rule.check)(model, &mut Findings::new(rule.id, rule.default_level, &mut found));
        found
    });
    found.into_iter().flatten().collect()
}

/// What a project comes to, and what the rules that are wanted say of it.
pub(super) fn examine(model: &Model<'_>, levels: &Levels) -> (Overview, Vec<Finding>) {
    parallel::join(model.project.is_large(), || Overview::of(model), || findings(model, levels))
}

/// Judges findings: their levels, what is ignored, what is in scope. In the order of reports.
fn judge(found: Vec<Finding>, project: &Project, wanted: &Wanted) -> (Vec<Settled>, Vec<ignore::Ignored>) {
    let levels = &wanted.levels;
    let mut settled = settle(found);
    for Settled { finding, .. } in &mut settled {
        finding.level = levels.of(finding.rule, default_level(finding.rule), finding.level);
    }
    let known = known_rules();
    let ran = known.iter().copied().filter(|rule| levels.runs(rule, default_level(rule))).collect();
    let circumstances = Circumstances { known: &known, ran: &ran, today: wanted.today };
    let outcome = ignore::apply(settled, &project.files, &project.config, &circumstances);
    let mut unused = settle(outcome.unused);
    for Settled { finding, .. } in &mut unused {
        finding.level = levels.of(UNUSED_IGNORE, default_level(UNUSED_IGNORE), finding.level);
    }
    let mut kept = outcome.kept;
    kept.extend(unused.into_iter().filter(|unused| unused.finding.level > Level::Pedantic));
    kept.retain(|settled| wanted.scope.holds(&settled.finding));
    kept.sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
    (kept, outcome.ignored)
}

fn order(finding: &Finding) -> impl Ord {
    let place = &finding.primary.place;
    (&place.path, place.span.start, finding.rule, &finding.message)
}

/// Makes the whole report of a project.
pub fn report(project: &Project, config: Option<(&SourceFile, &[Span])>, wanted: &Wanted) -> Report {
    let model = Model::new(project);
    let (overview, found) = examine(&model, &wanted.levels);
    report_findings(found, project, config, overview, wanted)
}

fn report_findings(
    found: Vec<Finding>,
    project: &Project,
    config: Option<(&SourceFile, &[Span])>,
    mut overview: Overview,
    wanted: &Wanted,
) -> Report {
    let scope = &wanted.scope;
    overview.unknown.retain(|entry| scope.speaks_of(Some(&entry.app), Some(&entry.environment)));
    overview.proofs.retain(|entry| scope.speaks_of(Some(&entry.app), Some(&entry.environment)));
    let (findings, ignored) = judge(found, project, wanted);
    let mut texts = Texts::new(&project.files);
    if let Some((source, shown)) = config {
        texts.add(source, shown);
    }
    let default = |rule: &str| known_rules().contains(rule).then(|| default_level(rule));
    let summary = Summary {
        ignored,
        baselined: 0,
        sources: project.files.len(),
        unread: {
            // A path that several lines name was not read once.
            let all: BTreeSet<_> =
                project.unread.iter().map(|unread| (unread.path.clone(), unread.reason.clone())).collect();
            all.into_iter().collect()
        },
        variables: overview.variables,
        apps: overview.apps,
        environments: overview.environments,
        unknown: overview.unknown,
        proofs: overview.proofs,
        skipped: project
            .config
            .sources
            .iter()
            .filter(|entry| entry.role == Some(None))
            .flat_map(|entry| entry.files.clone())
            .collect(),
        lowered: wanted.levels.lowered(default).map(str::to_owned).collect(),
    };
    let name = project.root.file_name().map_or_else(|| "/".into(), |name| name.to_string_lossy());
    Report {
        name: name.into_owned(),
        root: from_here(&project.root),
        errors: Vec::new(),
        findings: Report::resolve(&findings, &texts),
        summary,
    }
}

impl Opened {
    /// The report of this project.
    pub(super) fn report(&self, overview: Overview, found: Vec<Finding>, wanted: &Wanted) -> Report {
        let config = self.config.as_ref().map(|(source, shown)| (source, shown.as_slice()));
        report_findings(found, &self.project, config, overview, wanted)
    }
}

/// A folder relative to the one that envcheck runs in.
fn from_here(folder: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    relative(folder, &here)
}

fn relative(folder: &Path, here: &Path) -> String {
    let Some(common) = here.ancestors().find(|above| folder.starts_with(above)) else {
        return folder.to_string_lossy().into_owned();
    };
    let up = here.strip_prefix(common).map_or(0, |rest| rest.components().count());
    let down = folder.strip_prefix(common).unwrap_or(folder);
    let mut parts = vec!["..".to_owned(); up];
    parts.extend(down.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    }));
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests;
