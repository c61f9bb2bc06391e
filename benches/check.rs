//! A whole check of a tree, from the disk to findings, in one process.

mod generated;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use envcheck::config::Config;
use envcheck::model::Model;
use envcheck::project::{Options, Project};

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 20, 200], sample_count = 10)]
fn load_and_join(bencher: Bencher<'_, '_>, apps: usize) {
    let root = tempfile::tempdir().expect("a folder can be made");
    generated::tree(root.path(), apps);
    bencher.counter(ItemsCount::new(apps * 2 * generated::VARIABLES)).bench(|| {
        let project = Project::load(black_box(root.path()), Config::default(), &Options::default());
        let project = project.expect("no listing is named");
        black_box(Model::new(&project).bindings.len())
    });
}
