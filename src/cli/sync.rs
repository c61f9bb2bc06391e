//! `envcheck sync`: plans what the stores of an environment need, asks, applies, verifies, says what it did.

mod confirm;
mod options;
mod progress;
mod saved;
mod stores;
mod values;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use super::failure::{CliError, Exit};
use super::output;
use super::run::Opened;
use crate::model::Model;
use crate::name::{Environment, Name};
use crate::project::Environments;
use crate::random;
use crate::source::visible;
use crate::stores::{Limits, SecretStore, StoreError};
use crate::sync::{
    self, Applied, Apply, Asking, Everything, Item, Keeper, Plan, PlannedStore, Policy, StoreChoice, Wish, Wishes,
};
use crate::value::Value;

pub(super) use options::Sync;
pub(super) use stores::{choice, environment, open_all};

/// Set by the first Ctrl-C: what is begun is finished, nothing more is begun.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

impl Sync {
    pub(super) fn run(&self) -> Result<Exit, CliError> {
        self.refuse_values()?;
        let mut opened = self.at.open(std::slice::from_ref(&self.env))?;
        let environment = environment(&opened.project, &self.env)?;
        let choice = choice(self.store.as_deref())?;
        let mut wishes = self.wishes(&opened, &environment, &choice)?;
        let stores = open_all(&opened.project, &wishes, self.endpoint.as_deref())?;
        self.confirm_project(&stores)?;
        listen_for_interrupts();
        let limits: Vec<Limits> = stores.iter().map(|store| store.limits()).collect();
        let mut values = values::given(self, &opened.project, &wishes)?;
        sync::judge(&mut opened.project, &environment, &mut wishes, &values, &limits);
        let at_once = self.at_once(&limits);
        let asking = Asking { compare: !self.no_compare, at_once, interrupted: &INTERRUPTED };
        let Some(everything) = sync::observe(&stores, &wishes, asking).map_err(unreadable)? else {
            return Err(CliError::Interrupted);
        };
        if self.prompt {
            values::ask(&mut values, &wishes, &everything.observed)?;
            sync::judge(&mut opened.project, &environment, &mut wishes, &values, &limits);
        }
        let policy = self.policy(&opened, &environment);
        let plan = self.plan(&opened, &environment, &choice, wishes.clone(), &stores, &everything, &policy)?;
        self.finish(&opened, &wishes, &stores, &plan, &policy, at_once)
    }

    fn wishes(&self, opened: &Opened, environment: &Environment, choice: &StoreChoice) -> Result<Wishes, CliError> {
        let model = Model::new(&opened.project);
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
        if !wishes.list.iter().any(is_it) {
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

    fn policy(&self, opened: &Opened, environment: &Environment) -> Policy {
        Policy {
            on_changed: self.on_changed.into(),
            adopt: self.adopt,
            generate: self.generate,
            is_production: is_production(&opened.project.config, environment),
            now: jiff::Timestamp::now(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "everything that a plan is made of, once")]
    fn plan(
        &self,
        opened: &Opened,
        environment: &Environment,
        choice: &StoreChoice,
        wishes: Wishes,
        stores: &[Box<dyn SecretStore>],
        everything: &Everything,
        policy: &Policy,
    ) -> Result<Plan, CliError> {
        let planned: Vec<PlannedStore> = wishes.stores.iter().zip(stores).map(planned).collect();
        let prunable = if self.prune.is_some() {
            let model = Model::new(&opened.project);
            sync::prunable(&model, choice, &wishes, stores, &everything.listed).map_err(unreadable)?
        } else {
            Vec::new()
        };
        let keeper = |wish: &Wish| {
            let (wanted, planned) = (wishes.stores.get(wish.store), planned.get(wish.store));
            Keeper {
                owner: wanted.map_or("", |wanted| wanted.owner.as_str()),
                keeps_labels: planned.is_some_and(|planned| planned.keeps_labels),
            }
        };
        let items: Vec<Item> = wishes
            .list
            .iter()
            .zip(&everything.observed)
            .map(|(wish, observed)| sync::decide(wish.clone(), observed, keeper(wish), policy))
            .collect();
        Ok(Plan {
            environment: environment.clone(),
            is_production: policy.is_production,
            stores: planned,
            items,
            not_secret: wishes.not_secret.clone(),
            prunable,
        })
    }

    /// Shows the plan, and does it where that is wanted.
    fn finish(
        &self,
        opened: &Opened,
        wishes: &Wishes,
        stores: &[Box<dyn SecretStore>],
        plan: &Plan,
        policy: &Policy,
        at_once: NonZeroUsize,
    ) -> Result<Exit, CliError> {
        let only_status = self.asks_for_nothing();
        if self.is_text() {
            output::text(&sync::plan_text(plan, only_status))?;
        }
        if let Some(path) = &self.plan {
            saved::must_equal(path, plan)?;
        }
        if let Some(path) = &self.plan_out {
            let text = saved::document(plan, &[])?;
            output::to_file(path, text.as_bytes())?;
        }
        let stays = self.dry_run || self.plan_out.is_some() || only_status;
        let disables = self.disables() && !plan.prunable.is_empty();
        if plan.is_blocked() || stays || !(plan.changes() || disables) {
            self.say_document(plan, &[])?;
            let pending = stays && plan.changes();
            return Ok(if plan.is_blocked() || plan.leaves_gaps() || pending { Exit::Found } else { Exit::Clean });
        }
        if disables && sync::is_too_much(&plan.prunable, wishes) {
            return Err(CliError::Usage(format!(
                "{} secrets would be disabled, more than a fifth of what is kept: disable them by hand",
                plan.prunable.len()
            )));
        }
        confirm::ask(self, plan)?;
        let applied = self.apply(wishes, stores, plan, policy, at_once)?;
        self.say_document(plan, &applied)?;
        if self.is_text() {
            output::text(&sync::summary(plan, &applied))?;
            if self.rotate.is_some() {
                let model = Model::new(&opened.project);
                output::text(&sync::after_rotation(&model, plan, &applied))?;
            }
        }
        let good = applied.iter().all(|one| one.outcome.is_good());
        if good && disables {
            return self.prune(stores, plan);
        }
        Ok(match (good, plan.leaves_gaps()) {
            (false, _) => Exit::Partly,
            (true, true) => Exit::Found,
            (true, false) => Exit::Clean,
        })
    }

    fn apply(
        &self,
        wishes: &Wishes,
        stores: &[Box<dyn SecretStore>],
        plan: &Plan,
        policy: &Policy,
        at_once: NonZeroUsize,
    ) -> Result<Vec<Applied>, CliError> {
        let (journal, path) = saved::journal(self.journal.as_deref())?;
        let changes = plan.items.iter().filter(|item| item.action.changes()).count();
        let progress = progress::Lines::new(changes, self.is_text());
        let applied = sync::apply(
            plan,
            Apply {
                stores,
                wanted: &wishes.stores,
                policy,
                compare: !self.no_compare,
                make: &make,
                journal: &journal,
                at_once,
                interrupted: &INTERRUPTED,
                progress: &progress,
            },
        );
        progress.end();
        if journal.has_failed() {
            output::notice(&format!("the journal `{}` could not be written whole", visible(&path.to_string_lossy())));
        }
        Ok(applied)
    }

    fn prune(&self, stores: &[Box<dyn SecretStore>], plan: &Plan) -> Result<Exit, CliError> {
        for prunable in &plan.prunable {
            if INTERRUPTED.load(Ordering::Relaxed) {
                return Ok(Exit::Partly);
            }
            if let Err(error) = sync::disable(prunable, stores) {
                CliError::Store(error).say();
                return Ok(Exit::Partly);
            }
            if self.is_text() {
                output::text(&format!("{}: disabled\n", visible(prunable.secret.as_str())))?;
            }
        }
        Ok(Exit::Clean)
    }

    fn say_document(&self, plan: &Plan, applied: &[Applied]) -> Result<(), CliError> {
        if self.is_text() {
            return Ok(());
        }
        output::to_stdout(saved::document(plan, applied)?.as_bytes())
    }
}

fn planned((wanted, store): (&sync::WantedStore, &Box<dyn SecretStore>)) -> PlannedStore {
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

fn unreadable(error: StoreError) -> CliError {
    CliError::Store(error)
}

/// Whether an environment is production, or is treated like it.
fn is_production(config: &crate::config::Config, environment: &Environment) -> bool {
    Environments::new(config).is_among(environment, &["production".to_owned()])
}

/// The first Ctrl-C lets what is begun be finished.
fn listen_for_interrupts() {
    // Where no handler can be set, Ctrl-C ends the process at once, and the next run repairs what that leaves.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            return;
        }
        output::notice("finishing what is begun; nothing more is begun");
    });
}
