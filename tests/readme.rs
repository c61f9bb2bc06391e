//! The console blocks of the README and the guides, run as they stand.

#[test]
fn the_readme_shows_what_the_program_prints() {
    trycmd::TestCases::new().case("README.md").case("docs/ci.md").case("docs/sync.md");
}
