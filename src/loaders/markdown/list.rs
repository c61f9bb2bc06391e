//! Lists. Those of one section describe variables together, if two items begin with a name and the section says so.

use super::Reader;
use super::names::{self, Found, Style};
use crate::source::Span;

/// The least number of items with a name.
const ITEMS: usize = 2;

/// The list that is open, and what the section's lists named so far.
#[derive(Default)]
pub(super) struct Lists {
    open: bool,
    /// Whether a blank line was the last one.
    loose: bool,
    /// The items that begin with names.
    named: Vec<(Span, Vec<Found>)>,
}

impl Lists {
    /// A line that begins with a marker of this length.
    pub(super) fn item(&mut self, reader: &mut Reader<'_>, line: Span, length: usize) {
        self.open = true;
        self.loose = false;
        let text = reader.source.slice(line);
        let marker = text.get(..length).unwrap_or_default();
        let indent = marker.len() - marker.trim_start().len();
        reader.show(line.start + indent, marker.trim().len());
        let mut start = line.start + length;
        let rest = reader.source.slice(Span::new(start, line.end));
        if ["[ ] ", "[x] ", "[X] "].iter().any(|sign| rest.starts_with(sign)) {
            start += 4;
        }
        let place = Span::new(start, line.end);
        let text = reader.source.slice(place);
        let (mut found, behind) = names::leading(text);
        let rest = text.get(behind..).unwrap_or_default();
        let told =
            rest.trim().is_empty() || [":", "=", " -", " –", " —", " ("].iter().any(|sign| rest.starts_with(sign));
        found.retain(|found| match found.style {
            Style::Code => true,
            Style::Marked => found.is_certain(),
            Style::Plain => found.is_certain() && told,
        });
        if found.is_empty() {
            reader.text(place);
        } else {
            reader.prose(place, behind);
            self.named.push((place, found));
        }
    }

    /// A blank line.
    pub(super) fn blank(&mut self) {
        self.loose = true;
    }

    /// Whether a line without a marker still belongs to the open list.
    pub(super) fn takes(&mut self, line: &str) -> bool {
        let taken = self.open && (!self.loose || line.starts_with('\t') || line.starts_with("  "));
        if taken {
            self.loose = false;
        }
        taken
    }

    /// Ends the open list.
    pub(super) fn end(&mut self) {
        self.open = false;
    }

    /// Ends the section.
    pub(super) fn finish(&mut self, reader: &mut Reader<'_>) {
        let lists = std::mem::take(self);
        let certain = |item: &&(Span, Vec<Found>)| item.1.iter().any(Found::is_certain);
        let enough = lists.named.iter().filter(certain).take(ITEMS).count() == ITEMS;
        let names = || lists.named.iter().flat_map(|(_, found)| found).map(|found| found.name.as_str());
        let listed = enough && reader.section.speaks_of_variables(names());
        let number = listed.then(|| reader.next_list());
        for (place, found) in &lists.named {
            for found in found.iter().filter(|found| listed || (found.style == Style::Code && found.is_certain())) {
                reader.found(*place, found, number);
            }
        }
    }
}
