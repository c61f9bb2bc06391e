//! What is said when envcheck itself is wrong: a place in its source, and nothing else.

use std::io::Write as _;
use std::panic::PanicHookInfo;

/// Says where the program failed. Not why: a panic's message may hold anything.
pub fn say_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", in_source(at.file()), at.line()));
    // With stderr gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "envcheck: internal error{place}");
}

/// The file of a panic without the folders of the machine that built it.
fn in_source(file: &str) -> String {
    let file = file.replace('\\', "/");
    let behind = |marker: &str| file.split_once(marker).map(|(_, rest)| rest);
    let part = if let Some(rest) = behind("/registry/src/") {
        rest.split_once('/').map_or(rest, |(_, rest)| rest)
    } else if let Some(rest) = behind("/rustc/") {
        rest.split_once('/').map_or(rest, |(_, rest)| rest)
    } else {
        file.rfind("src/").map_or(file.as_str(), |at| &file[at..])
    };
    part.to_owned()
}

#[cfg(test)]
mod tests {
    use super::in_source;

    #[test]
    fn a_place_names_no_folder_of_the_machine() {
        assert_eq!(in_source("src/cli/mod.rs"), "src/cli/mod.rs");
        assert_eq!(in_source("/home/me/envcheck/src/source.rs"), "src/source.rs");
        assert_eq!(in_source("/root/.cargo/registry/src/index-1/miette-7.6.0/src/lib.rs"), "miette-7.6.0/src/lib.rs");
        assert_eq!(in_source("/rustc/abc/library/core/src/str.rs"), "library/core/src/str.rs");
        assert_eq!(in_source("C:\\x\\src\\main.rs"), "src/main.rs");
    }
}
