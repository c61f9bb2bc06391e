//! A repository whose secrets are synced, and runs over it.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use envcheck::config::{Config, Known};
use envcheck::model::Model;
use envcheck::name::Environment;
use envcheck::name::Name;
use envcheck::project::{Options, Project};
use envcheck::source::{SourceFile, SourcePath};
use envcheck::stores::http::Pace;
use envcheck::stores::{self, Address, SecretStore, StoreError};
use envcheck::sync::{
    self, Applied, Apply, Asking, Given, Item, Journal, Keeper, OnChanged, Origin, OtherStore, Outcome, Plan,
    PlannedStore, Policy, Progress, StoreChoice, Values, Wishes,
};
use envcheck::value::Value;
use tempfile::TempDir;

use crate::fake::{Fake, PROJECT};

/// What is written into the values of these tests, so that one that shows is found.
pub(crate) const CANARY: &str = "c4n4ry";

/// A schema of secrets with these names.
pub(crate) fn schema(names: &[&str]) -> String {
    let lines = names.iter().map(|name| format!("{name} = {{ secret = true }}\n"));
    format!("[server]\n{}", lines.collect::<String>())
}

/// A repository with one app.
pub(crate) struct Shop {
    pub(crate) folder: TempDir,
}

impl Shop {
    /// With this schema.
    pub(crate) fn new(schema: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shop = Self { folder };
        shop.write("env.schema.toml", schema);
        shop.write("package.json", "{\"name\": \"shop\", \"scripts\": {\"start\": \"node .\"}}");
        shop.write("envcheck.toml", "[[store]]\nkind = \"google\"\nproject = { production = \"demo-proj\" }\nsecret_name = \"{name}\"\nowner = \"shop\"\n");
        shop
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// How a run goes about it.
#[derive(Clone, Copy)]
pub(crate) struct How {
    pub(crate) on_changed: OnChanged,
    pub(crate) compare: bool,
    pub(crate) generate: bool,
    pub(crate) at_once: usize,
    pub(crate) pace: Pace,
}

impl Default for How {
    fn default() -> Self {
        Self { on_changed: OnChanged::Skip, compare: true, generate: false, at_once: 1, pace: quick() }
    }
}

/// Tries again at once, and not often.
pub(crate) fn quick() -> Pace {
    Pace {
        base: Duration::from_millis(1),
        cap: Duration::from_millis(4),
        patience: Duration::from_millis(5),
        tries: 3,
        ..Pace::default()
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) plan: Plan,
    pub(crate) applied: Vec<Applied>,
    pub(crate) journal: String,
}

impl Ran {
    /// The action and the outcome of each item, by the id of its secret.
    pub(crate) fn told(&self) -> BTreeMap<String, (&'static str, Option<&'static str>)> {
        let outcome = |at: usize| self.applied.iter().find(|one| one.item == at).map(|one| one.outcome.word());
        let items = self.plan.items.iter().enumerate();
        items.map(|(at, item)| (item.wish.secret.to_string(), (item.action.word(), outcome(at)))).collect()
    }

    pub(crate) fn is_in_step(&self) -> bool {
        !self.plan.changes() && !self.plan.leaves_gaps()
    }

    /// All that anybody gets to see of it.
    pub(crate) fn shown(&self) -> String {
        let document = serde_json::to_string(&sync::PlanDocument::new(&self.plan, &self.applied)).unwrap();
        let text = sync::plan_text(&self.plan, true) + &sync::summary(&self.plan, &self.applied);
        format!("{text}{document}{}{:?}", self.journal, self)
    }
}

struct Silent;

impl Progress for Silent {
    fn finished(&self, _item: &Item, _outcome: &Outcome) {}
}

/// Plans and applies, as the command does.
pub(crate) fn run(shop: &Shop, fake: &Fake, values: &[(&str, &str)], how: How) -> Result<Ran, StoreError> {
    let environment = Environment::new("production");
    let source =
        SourceFile::new(SourcePath::new("envcheck.toml"), fs::read(shop.path().join("envcheck.toml")).unwrap());
    let (config, problems) = Config::parse(&source, &Known { rules: &[], formats: &[], stores: &["google"] });
    assert!(problems.is_empty(), "{problems:?}");
    let options = Options { environments: vec!["production".to_owned()], certain: true, ..Options::default() };
    let mut project = Project::load(shop.path(), config, &options).unwrap();
    let google = stores::find("google").unwrap();
    let choice = StoreChoice::Other(OtherStore { kind: google, address: PROJECT.to_owned() });
    let mut wishes: Wishes = sync::wishes(&Model::new(&project), &environment, &[], None, &choice);
    assert!(wishes.unplaced.is_empty(), "{:?}", wishes.unplaced);
    let endpoint = fake.endpoint();
    let address = Address { name: PROJECT, endpoint: Some(&endpoint), own_environment: &|_| None, pace: how.pace };
    let stores: Vec<Box<dyn SecretStore>> = vec![(google.open)(&address)?];
    let given = values.iter().map(|(name, value)| {
        let value = Value::new(format!("{CANARY}-{value}"));
        (Name::new(name), Given { value, origin: Origin::Stdin })
    });
    let values = Values { given: given.collect(), ..Values::default() };
    let limits: Vec<_> = stores.iter().map(|store| store.limits()).collect();
    sync::give(&mut wishes, &values);
    sync::judge(&mut project, &environment, &mut wishes, &values, &limits);
    let interrupted = AtomicBool::new(false);
    let at_once = NonZeroUsize::new(how.at_once).unwrap();
    let asking = Asking { compare: how.compare, at_once, interrupted: &interrupted };
    let everything = sync::observe(&stores, &wishes, asking)?.unwrap();
    let policy = Policy {
        on_changed: how.on_changed,
        adopt: false,
        generate: how.generate,
        is_production: true,
        now: jiff::Timestamp::now(),
    };
    let keeper = Keeper { owner: "shop", keeps_labels: true };
    let both = wishes.list.iter().zip(&everything.observed);
    let plan = Plan {
        environment,
        is_production: true,
        stores: vec![PlannedStore {
            kind: "google",
            place: stores[0].place(),
            keeps_labels: true,
            keeps_versions: true,
        }],
        items: both.map(|(wish, observed)| sync::decide(wish.clone(), observed, keeper, &policy)).collect(),
        not_secret: Vec::new(),
        prunable: Vec::new(),
    };
    let lines = Lines::default();
    let journal = Journal::new("run".to_owned(), Box::new(lines.clone()));
    let applied = if plan.is_blocked() {
        Vec::new()
    } else {
        sync::apply(
            &plan,
            Apply {
                stores: &stores,
                wanted: &wishes.stores,
                policy: &policy,
                compare: how.compare,
                make: &|_| Ok(Value::new(format!("{CANARY}-{}", made()))),
                journal: &journal,
                pace: how.pace,
                at_once,
                interrupted: &interrupted,
                progress: &Silent,
            },
        )
    };
    assert!(!journal.has_failed());
    let journal = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    Ok(Ran { plan, applied, journal })
}

/// Something new each time.
fn made() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    u128::from(COUNT.fetch_add(1, Ordering::Relaxed)) + 1
}

#[derive(Clone, Default)]
struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
