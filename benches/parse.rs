//! Reading single texts: bytes a second of each format, over generated texts of three sizes.

mod generated;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use envcheck::fact::{Loaded, Role};
use envcheck::loaders::{self, Claim};
use envcheck::schemas::SCHEMAS;
use envcheck::source::{SourceFile, SourcePath};
use envcheck::syntax::dotenv::{self, Dialect};

fn main() {
    divan::main();
}

/// How many variables a text holds.
const SIZES: [usize; 3] = [10, 100, 1_000];

fn bench(bencher: Bencher<'_, '_>, path: &str, text: &str, load: impl Fn(&SourceFile) -> Loaded + Sync) {
    let path = SourcePath::new(path);
    bencher
        .counter(BytesCount::of_str(text))
        .with_inputs(|| SourceFile::new(path.clone(), text.as_bytes().to_vec()))
        .bench_refs(|source| load(black_box(source)));
}

fn loader(bencher: Bencher<'_, '_>, format: &str, role: Role, path: &str, text: &str) {
    let loader = loaders::loader(format).expect("the format is known");
    bench(bencher, path, text, |source| (loader.load)(source, &Claim::new(role)));
}

#[divan::bench(args = SIZES)]
fn env_file(bencher: Bencher<'_, '_>, variables: usize) {
    loader(bencher, "dotenv", Role::Values, ".env", &generated::env_file(variables, "development"));
}

#[divan::bench(args = SIZES)]
fn env_file_with_references(bencher: Bencher<'_, '_>, variables: usize) {
    let text = generated::env_file(variables, "development") + "A='1'\nB=${A:-x}\n";
    loader(bencher, "dotenv", Role::Values, ".env", &text);
}

#[divan::bench(args = SIZES)]
fn env_file_as_compose_reads_it(bencher: Bencher<'_, '_>, variables: usize) {
    let text = generated::env_file(variables, "development") + "A='1'\nB=${A:-x}\n";
    bencher.counter(BytesCount::of_str(&text)).bench(|| dotenv::read(black_box(&text), Dialect::Compose));
}

#[divan::bench(args = SIZES)]
fn compose(bencher: Bencher<'_, '_>, variables: usize) {
    loader(bencher, "compose", Role::Deploy, "compose.yaml", &generated::compose(variables));
}

#[divan::bench(args = SIZES)]
fn schema(bencher: Bencher<'_, '_>, variables: usize) {
    let text = generated::schema(variables);
    let schema = SCHEMAS.iter().find(|schema| schema.name == "env-schema").expect("the kind of schema is known");
    bench(bencher, "env.schema.toml", &text, |source| (schema.load)(source));
}
