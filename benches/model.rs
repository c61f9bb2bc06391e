//! Joining facts and judging them: bindings a second, which must not fall as they grow in number.

mod generated;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use envcheck::config::Config;
use envcheck::finding::Findings;
use envcheck::model::Model;
use envcheck::project::{Options, Project};
use envcheck::rules::RULES;

fn main() {
    divan::main();
}

/// How many apps make about 1,000, 10,000 and 100,000 bindings.
const APPS: [usize; 3] = [10, 100, 1_000];

fn project(apps: usize) -> Project {
    let root = tempfile::tempdir().expect("a folder can be made");
    generated::tree(root.path(), apps);
    Project::load(root.path(), Config::default(), &Options::default()).expect("no listing is named")
}

#[divan::bench(args = APPS, sample_count = 10)]
fn join(bencher: Bencher<'_, '_>, apps: usize) {
    let project = project(apps);
    let bindings = Model::new(&project).bindings.len();
    bencher.counter(ItemsCount::new(bindings)).bench(|| Model::new(black_box(&project)));
}

#[divan::bench(args = APPS, sample_count = 10)]
fn judge(bencher: Bencher<'_, '_>, apps: usize) {
    let project = project(apps);
    let model = Model::new(&project);
    bencher.counter(ItemsCount::new(model.bindings.len())).bench(|| {
        let mut found = Vec::new();
        for rule in RULES {
            (rule.check)(black_box(&model), &mut Findings::new(rule.id, rule.default_level, &mut found));
        }
        found
    });
}
