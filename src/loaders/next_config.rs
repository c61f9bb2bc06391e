//! `next.config.*`: whether it hands out variables when the app runs. Nothing else of it is read, and nothing is run.

use super::{Claim, Loader};
use crate::fact::{Loaded, Role};
use crate::source::{SourceFile, SourcePath};
use crate::tables::browser_runtime;

/// The loader.
pub static LOADER: Loader = Loader { name: "next-config", claims, links: &[], load, assemble: None };

fn claims(path: &SourcePath) -> Option<Claim> {
    let end = path.name().strip_prefix("next.config.")?;
    matches!(end, "js" | "mjs" | "cjs" | "ts" | "mts").then(|| Claim::new(Role::Manifest))
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let code = source.text().lines().map(|line| line.split("//").next().unwrap_or(line));
    let says = code.into_iter().any(|line| browser_runtime::config_sign(line).is_some());
    Loaded { public_at_run_time: says, ..Loaded::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_of_the_run_time_is_told_unless_it_is_a_comment() {
        let says = |text: &str| {
            let source = SourceFile::new(SourcePath::new("next.config.js"), text.as_bytes().to_vec());
            load(&source, &Claim::new(Role::Manifest)).public_at_run_time
        };
        assert!(says("module.exports = {\n  publicRuntimeConfig: { url: process.env.API_URL },\n}"));
        assert!(!says("// publicRuntimeConfig is gone\nexport default {}"));
        assert!(claims(&SourcePath::new("apps/web/next.config.mjs")).is_some());
        assert!(claims(&SourcePath::new("next.config.json")).is_none());
    }
}
