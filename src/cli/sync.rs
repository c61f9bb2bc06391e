//! `envcheck sync`: plans what the stores of an environment need, asks, applies, verifies, says what it did.

mod confirm;
mod options;
mod progress;
mod saved;
mod schemas;
mod stores;
mod values;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use super::failure::{CliError, Exit};
use super::output;
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::project::{Environments, Project};
use crate::random;
use crate::source::visible;
use crate::stores::{Limits, SecretStore};
use crate::sync::{
    self, Applied, Apply, Asking, Everything, Journal, Keeper, Plan, PlannedStore, Policy, Prunable, StoreChoice,
    Values, WantedStore, Wish, Wishes,
};
use crate::value::Value;

pub(super) use options::Sync;
use stores::pace;
pub(super) use stores::{choice, environment, open_all};

/// Set by the first Ctrl-C: what is begun is finished, nothing more is begun.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

impl Sync {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        self.refuse_values()?;
        let mut opened = self.at.open_for(&self.env)?;
        let environment = environment(&opened.project, &self.env)?;
        let choice = choice(self.store.as_deref())?;
        schemas::must_be_read(&opened.project)?;
        let mut wishes = self.wishes(&opened.project, &environment, &choice)?;
        let stores = open_all(&opened.project, &wishes, self.endpoint.as_deref())?;
        self.confirm_project(&wishes, &stores)?;
        let limits: Vec<Limits> = stores.iter().map(|store| store.limits()).collect();
        let mut values = values::given(self, &opened.project, &wishes)?;
        sync::give(&mut wishes, &values);
        self.must_fit(&values, &wishes)?;
        let at_once = self.at_once(&limits);
        let asking = Asking { compare: !self.no_compare, at_once, interrupted: &INTERRUPTED };
        let Some(everything) = sync::observe(&stores, &wishes, asking)? else { return Err(CliError::Interrupted) };
        if self.prompt {
            values::ask(self, &mut values, &wishes, &everything.observed)?;
            sync::give(&mut wishes, &values);
        }
        sync::judge(&mut opened.project, &environment, &mut wishes, &values, &limits);
        sync::refused(&mut wishes, &stores);
        if self.generate || self.rotate.is_some() {
            sync::unfit_recipes(&mut wishes);
        }
        let policy = self.policy(&opened.project, &environment);
        let project = &opened.project;
        let run = Run { options: self, project, environment, choice, wishes, stores, policy, at_once };
        let plan = run.plan(&everything)?;
        run.finish(plan)
    }

    fn wishes(&self, project: &Project, environment: &Environment, choice: &StoreChoice) -> Result<Wishes, CliError> {
        let model = Model::new(project);
        for name in &self.app {
            if !model.apps.list.iter().any(|app| app.name == *name) {
                let known = model.apps.list.iter().map(|app| app.name.as_str());
                return Err(CliError::unknown("app", name, known));
            }
        }
        let only = self.only()?;
        let mut wishes = sync::wishes(&model, environment, &self.app, only.as_ref(), choice);
        if let Some(name) = &self.rotate {
            self.only_rotated(&model, &mut wishes, name)?;
        }
        if !wishes.unplaced.is_empty() {
            let told = wishes.unplaced.iter().map(|(app, name, reason)| {
                CliError::Usage(format!("`{}` of {}: {reason}", visible(name.as_str()), visible(app)))
            });
            return Err(CliError::Several(told.collect()));
        }
        if wishes.list.is_empty() {
            return Err(CliError::Usage(match &self.only {
                Some(only) => format!("no secret of {environment} fits `{}`", visible(only)),
                None => format!("no schema declares a secret or a `stored` variable for {environment}"),
            }));
        }
        Ok(wishes)
    }

    fn only_rotated(&self, model: &Model<'_>, wishes: &mut Wishes, name: &str) -> Result<(), CliError> {
        let rotated = Name::new(name);
        let is_it = |wish: &Wish| wish.wanted.iter().any(|wanted| wanted.variable == rotated);
        if !wishes.list.iter().any(is_it) && !wishes.unplaced.iter().any(|(_, name, _)| *name == rotated) {
            let known = wishes.list.iter().filter_map(Wish::variable).map(Name::as_str);
            return Err(CliError::unknown("secret", name, known.collect::<Vec<_>>()));
        }
        wishes.list.retain(is_it);
        wishes.unplaced.retain(|(_, name, _)| *name == rotated);
        wishes.not_secret.clear();
        let gives = self.from.is_some() || self.prompt;
        for wish in &mut wishes.list {
            wish.rotate = true;
            wish.faults.extend(sync::why_not_rotated(model, wish, gives));
        }
        Ok(())
    }

    /// A source that gives nothing of what is wanted is the wrong one.
    fn must_fit(&self, values: &Values, wishes: &Wishes) -> Result<(), CliError> {
        let fits =
            |name: &Name| wishes.list.iter().flat_map(|wish| &wish.wanted).any(|wanted| wanted.variable == *name);
        let mut names = values.given.keys().chain(&values.ambiguous);
        if self.from.is_none() || names.any(fits) {
            return Ok(());
        }
        let wanted = wishes.list.iter().filter_map(Wish::variable).take(3).map(|name| format!("`{name}`"));
        let wanted: Vec<String> = wanted.collect();
        Err(CliError::Usage(format!(
            "`--from` gives none of the variables that are wanted, such as {}",
            wanted.join(", ")
        )))
    }

    fn policy(&self, project: &Project, environment: &Environment) -> Policy {
        Policy {
            on_changed: self.on_changed.into(),
            adopt: self.adopt,
            generate: self.generate,
            is_production: is_production(project, environment),
            now: jiff::Timestamp::now(),
        }
    }
}

/// A run whose stores were asked.
struct Run<'a> {
    options: &'a Sync,
    project: &'a Project,
    environment: Environment,
    choice: StoreChoice,
    wishes: Wishes,
    stores: Vec<Box<dyn SecretStore>>,
    policy: Policy,
    at_once: NonZeroUsize,
}

impl Run<'_> {
    fn plan(&self, everything: &Everything) -> Result<Plan, CliError> {
        let wanted = &self.wishes.stores;
        let planned: Vec<PlannedStore> =
            wanted.iter().zip(&self.stores).map(|(wanted, store)| planned(wanted, store.as_ref())).collect();
        let mut prunable = Vec::new();
        if self.options.prune.is_some() {
            let model = Model::new(self.project);
            prunable = sync::prunable(&model, &self.choice, &self.wishes, &self.stores, &everything.listed)?;
            self.keep_mentioned(&mut prunable)?;
        }
        let keeper = |wish: &Wish| Keeper {
            owner: wanted.get(wish.store).map_or("", |wanted| wanted.owner.as_str()),
            keeps_labels: planned.get(wish.store).is_some_and(|planned| planned.keeps_labels),
        };
        let both = self.wishes.list.iter().zip(&everything.observed);
        let items = both.map(|(wish, observed)| sync::decide(wish.clone(), observed, keeper(wish), &self.policy));
        Ok(Plan {
            environment: self.environment.clone(),
            is_production: self.policy.is_production,
            items: items.collect(),
            stores: planned,
            not_secret: self.wishes.not_secret.clone(),
            prunable,
        })
    }

    /// Keeps what stands anywhere in the repository, even where nobody knows what it means there.
    fn keep_mentioned(&self, prunable: &mut Vec<Prunable>) -> Result<(), CliError> {
        let untold = self.wishes.stores.iter().find(|store| !store.owner_is_told);
        if let (Some(store), false) = (untold, prunable.is_empty()) {
            return Err(CliError::Usage(format!(
                "`--prune` needs to know whose secrets are meant, and another repository may be called `{0}` too: write \
                 `owner = \"{0}\"` into the `[[store]]`",
                visible(&store.owner)
            )));
        }
        let names: Vec<String> = prunable.iter().map(|one| one.secret.to_string()).collect();
        let mentions = self.project.mentions(&names.iter().map(String::as_str).collect::<Vec<_>>());
        if let (Some(unread), true) = (&mentions.unread, self.options.disables()) {
            return Err(CliError::Unreadable {
                path: visible(unread).into_owned(),
                reason: "and it may name a secret that would be disabled",
            });
        }
        prunable.retain(|one| !mentions.found.contains(one.secret.as_str()));
        Ok(())
    }

    /// Shows the plan, and does it where that is wanted.
    fn finish(&self, mut plan: Plan) -> Result<Exit, CliError> {
        let options = self.options;
        let only_status = options.asks_for_nothing();
        if options.is_text() {
            output::text(&sync::plan_text(&plan, only_status))?;
        }
        if let Some(path) = &options.plan {
            saved::must_equal(path, &plan)?;
        }
        if let Some(path) = &options.plan_out {
            output::to_file(path, saved::document(&plan, &[])?.as_bytes())?;
        }
        let stays = options.dry_run || options.plan_out.is_some() || only_status;
        let disables = options.disables() && !plan.prunable.is_empty();
        if plan.is_blocked() || stays || !(plan.changes() || disables) {
            self.say_document(&plan, &[])?;
            let pending = stays && (plan.changes() || disables);
            return Ok(if plan.is_blocked() || plan.leaves_gaps() || pending { Exit::Found } else { Exit::Clean });
        }
        if disables && sync::is_too_much(&plan.prunable, &self.wishes) {
            return Err(CliError::Usage(format!(
                "{} secrets would be disabled, more than a fifth of what is kept: disable them by hand",
                plan.prunable.len()
            )));
        }
        confirm::ask(options, &plan)?;
        let (journal, path) = saved::journal(options.journal.as_deref())?;
        listen_for_interrupts();
        let applied = self.apply(&plan, &journal);
        let mut good = applied.iter().all(|one| one.outcome.is_good());
        if options.is_text() {
            output::text(&sync::summary(&plan, &applied))?;
            if options.rotate.is_some() {
                output::text(&sync::after_rotation(&Model::new(self.project), &plan, &applied))?;
            }
        }
        if good && disables {
            good = self.prune(&mut plan, &journal)?;
        }
        self.say_document(&plan, &applied)?;
        if journal.has_failed() {
            output::notice(&format!("the journal `{}` could not be written whole", path.to_string_lossy()));
            good = false;
        }
        Ok(match (good, plan.leaves_gaps()) {
            (false, _) => Exit::Partly,
            (true, true) => Exit::Found,
            (true, false) => Exit::Clean,
        })
    }

    fn apply(&self, plan: &Plan, journal: &Journal) -> Vec<Applied> {
        let changes = plan.items.iter().filter(|item| item.action.changes()).count();
        let progress = progress::Lines::new(changes, self.options.is_text());
        let with = Apply {
            stores: &self.stores,
            wanted: &self.wishes.stores,
            policy: &self.policy,
            compare: !self.options.no_compare,
            make: &make,
            journal,
            pace: pace(),
            at_once: self.at_once,
            interrupted: &INTERRUPTED,
            progress: &progress,
        };
        let applied = sync::apply(plan, with);
        progress.end();
        applied
    }

    /// Disables what nothing needs any more; whether all of it was.
    fn prune(&self, plan: &mut Plan, journal: &Journal) -> Result<bool, CliError> {
        for at in 0..plan.prunable.len() {
            let Some(prunable) = plan.prunable.get(at) else { break };
            let secret = prunable.secret.clone();
            let result = if INTERRUPTED.load(Ordering::Relaxed) {
                return Ok(false);
            } else {
                sync::disable(plan, prunable, &self.stores, journal)
            };
            if let Some(prunable) = plan.prunable.get_mut(at) {
                prunable.disabled = Some(result.is_ok());
            }
            if let Err(error) = result {
                CliError::Store(error).say();
                return Ok(false);
            }
            if self.options.is_text() {
                output::text(&format!("  {}: disabled\n", visible(secret.as_str())))?;
            }
        }
        Ok(true)
    }

    fn say_document(&self, plan: &Plan, applied: &[Applied]) -> Result<(), CliError> {
        if self.options.is_text() {
            return Ok(());
        }
        output::to_stdout(saved::document(plan, applied)?.as_bytes())
    }
}

fn planned(wanted: &WantedStore, store: &dyn SecretStore) -> PlannedStore {
    let limits = store.limits();
    PlannedStore {
        kind: wanted.kind,
        place: store.place(),
        keeps_labels: limits.keeps_labels,
        keeps_versions: limits.keeps_versions,
    }
}

/// A value by a recipe of the schema.
fn make(recipe: &str) -> Result<Value, String> {
    let kind = random::Kind::parse(recipe).map_err(str::to_owned)?;
    kind.make(&mut random::System).map(|made| made.value).map_err(|error| error.to_string())
}

/// Whether an environment is production, or is treated like it.
fn is_production(project: &Project, environment: &Environment) -> bool {
    Environments::new(&project.config).is_among(environment, &["production".to_owned()])
}

/// From here on the first Ctrl-C lets what is begun be finished, and the second one ends the run.
fn listen_for_interrupts() {
    // Where no handler can be set, Ctrl-C ends the process at once, and the next run repairs what that leaves.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            #[expect(clippy::exit, clippy::disallowed_methods, reason = "whoever asks twice waits for nothing more")]
            std::process::exit(Exit::Partly as i32);
        }
        output::notice("finishing what is begun; nothing more is begun");
    });
}
