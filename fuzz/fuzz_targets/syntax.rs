//! The syntaxes that have no loader of their own, on any text: no panic.
#![no_main]

use envcheck::source::Span;
use envcheck::syntax::expression::Expression;
use envcheck::syntax::shell::{Host, Script};
use envcheck::syntax::{hcl, interpolation, json, url, yaml};
use envcheck::value::Known;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(template) = interpolation::parse(text, 0) {
        for reference in template.references() {
            assert!(text.get(reference.span.start..reference.span.end).is_some());
        }
        let _ = template.evaluate(&|_| Known::Absent);
    }
    let _ = json::parse(text, json::Dialect::Comments);
    let _ = yaml::Yaml::parse(text);
    let _ = hcl::Hcl::parse(text);
    let _ = hcl::Hcl::parse_values(text);
    let _ = Expression::parse(text, 0);
    for host in [Host::Plain, Host::GitHub, Host::CloudBuild, Host::Make, Host::Just] {
        let _ = Script::parse(text, host, &|range| Span::new(range.start, range.end));
    }
    if let Some(found) = url::read(text) {
        assert!(text.get(found.scheme.start..found.scheme.end).is_some());
    }
});
