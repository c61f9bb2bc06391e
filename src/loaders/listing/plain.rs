//! Names one a line, as `gcloud secrets list --format='value(name)'` prints them.

use super::Reader;
use super::google::Resource;
use crate::fact::Problem;
use crate::source::Span;

/// Reads the lines. One that is no name makes the whole file none.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<(), Problem> {
    let source = reader.source;
    let mut project: Option<Option<String>> = None;
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let trimmed = line.trim_start_matches('\u{feff}').trim();
        let at = start + line.find(trimmed).unwrap_or_default();
        start += line.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let span = Span::new(at, at + trimmed.len());
        let Some(resource) = Resource::parse(trimmed).filter(|resource| resource.version.is_none()) else {
            return Err(Problem::new(span, "this is no name of a secret, so this file is no listing")
                .help("save one with `gcloud secrets list --format=json`"));
        };
        // What a store prints as a value ends without a line break, and a token looks like a name.
        let alone = reader.listing.secrets.is_empty() && source.text().len() == start && !line.ends_with('\n');
        if alone && resource.project.is_none() {
            return Err(Problem::new(
                span,
                "this single word could be a secret's value, so it is not taken for a name",
            )
            .help("save a listing with `gcloud secrets list --format=json`"));
        }
        reader.listing.truncated |= resource.regional;
        let own = resource.project.map(str::to_owned);
        match &project {
            None => project = Some(own),
            Some(first) if *first != own => project = Some(None),
            Some(_) => {}
        }
        reader.secret(resource.secret, Span::new(span.end - resource.secret.len(), span.end));
    }
    reader.listing.project = project.flatten();
    Ok(())
}
