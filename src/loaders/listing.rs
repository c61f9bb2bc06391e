//! Saved listings: what a store holds, as names and states of versions. A file that holds a value is refused, but for
//! those of platforms, which print names with values: of these only the names are taken.
//!
//! Another store's listing is one more line in [`SHAPES`].

mod aws;
mod github;
mod google;
mod own;
mod plain;
mod platform;

use std::collections::HashMap;

pub use self::own::{Heading, written};
use super::{Claim, Loader};
use crate::fact::{Listing, Loaded, Problem, Stored, VersionState};
use crate::name::SecretName;
use crate::source::{SourceFile, SourcePath, Span};
use crate::syntax::json::{self, Dialect, Kind, Node};

/// The loader. No file is a listing by its name: listings are named by the config or the command line.
pub static LOADER: Loader = Loader { name: "listing", claims, links: &[], load, assemble: None };

/// One way to write a listing in JSON: reads it; `None` if the document is no such listing. A problem means that nothing
/// may be concluded from it.
type Shape = fn(&Node<'_>, &mut Reader<'_>) -> Option<Result<(), Problem>>;

/// The JSON shapes of listings. The first one that fits reads the file.
static SHAPES: &[Shape] = &[own::read, github::read, aws::read, platform::read, google::read];

/// Keys under which stores hand out values: Google's and Vault's, AWS's.
const PAYLOADS: [&str; 4] = ["payload", "data", "SecretString", "SecretBinary"];

/// Keys below which a user chooses the keys.
const FREE: [&str; 4] = ["labels", "annotations", "versionAliases", "tags"];

fn claims(_path: &SourcePath) -> Option<Claim> {
    None
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut reader = Reader { source, listing: Listing::default(), known: HashMap::new(), shown: Vec::new() };
    match reader.read() {
        Ok(()) => {
            reader.finish();
            Loaded { listing: Some(reader.listing), shown: reader.shown, ..Loaded::default() }
        }
        // What is no listing could be anything, a secret included: nothing of it is shown.
        Err(problem) => Loaded { problems: vec![problem], ..Loaded::default() },
    }
}

/// A listing in the making.
struct Reader<'a> {
    source: &'a SourceFile,
    listing: Listing,
    /// The place of each secret in the listing.
    known: HashMap<String, usize>,
    shown: Vec<Span>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Problem> {
        if let Some(at) = self.source.damage() {
            return Err(Problem::new(Span::new(at, at + 1), "this listing is not UTF-8")
                .help("save it again as UTF-8; PowerShell's `>` writes UTF-16"));
        }
        let text = self.source.text().trim_start_matches('\u{feff}').trim_start();
        match text.as_bytes().first() {
            // Some versions of gcloud print nothing where there is nothing.
            None => Ok(()),
            Some(b'{' | b'[') => self.json(),
            Some(b'<') => {
                let start = self.source.text().len() - text.len();
                Err(Problem::new(Span::new(start, start + 1), "this is a web page, no listing"))
            }
            Some(_) if platform::table(self).is_some() => Ok(()),
            Some(_) => plain::read(self),
        }
    }

    fn json(&mut self) -> Result<(), Problem> {
        let root = json::parse(self.source.text(), Dialect::Strict)
            .map_err(|span| Problem::new(span, "this listing is no valid JSON"))?;
        let Some(root) = root else { return Ok(()) };
        // The variables of a platform may have any name, and values are passed over there.
        if let Some(span) = payload(&root).filter(|_| !platform::fits(&root)) {
            return Err(Problem::new(span, "this file holds a secret's payload; a listing has names and states only")
                .help("delete it, and save the output of a `list` command instead"));
        }
        if root.get("error").is_some_and(Node::is_object) {
            return Err(Problem::new(beginning(&root), "this is an error of the store's API, no listing"));
        }
        let Some(result) = SHAPES.iter().find_map(|shape| shape(&root, self)) else {
            return Err(Problem::new(beginning(&root), "this is no listing that envcheck knows")
                .help("save one with `gcloud secrets list --format=json`"));
        };
        self.show_keys(&root);
        result
    }

    fn show_keys(&mut self, node: &Node<'_>) {
        for member in node.members() {
            self.shown.push(member.key_span);
            if !FREE.contains(&&*member.key) {
                self.show_keys(&member.value);
            }
        }
        for element in node.elements() {
            self.show_keys(element);
        }
    }

    /// The secret of this name, new if it was not there yet.
    fn secret(&mut self, name: &str, span: Span) -> &mut Stored {
        self.shown.push(span);
        let secrets = &mut self.listing.secrets;
        let index = *self.known.entry(name.to_owned()).or_insert(secrets.len());
        if index == secrets.len() {
            secrets.push(Stored { name: SecretName::new(name), span, versions: None });
        }
        &mut secrets[index]
    }

    /// Sorts versions, newest first, and makes one of those that are told twice.
    fn finish(&mut self) {
        for versions in self.listing.secrets.iter_mut().filter_map(|secret| secret.versions.as_mut()) {
            self.listing.has_versions = true;
            // Numbers come as text; without zeros in front the longer one is the greater one.
            versions.sort_by(|a, b| (b.number.len(), &b.number).cmp(&(a.number.len(), &a.number)));
            versions.dedup_by(|later, first| {
                let same = later.number == first.number;
                if same {
                    first.aliases.append(&mut later.aliases);
                }
                same
            });
        }
    }
}

/// The first sign of a value: enough to point at a whole document.
fn beginning(node: &Node<'_>) -> Span {
    Span::new(node.span.start, (node.span.start + 1).min(node.span.end))
}

/// The first key in a document that holds a value of a secret.
fn payload(node: &Node<'_>) -> Option<Span> {
    match &node.kind {
        Kind::Object(members) => members.iter().find_map(|member| {
            if PAYLOADS.iter().any(|key| member.key.eq_ignore_ascii_case(key)) {
                return Some(member.key_span);
            }
            if FREE.contains(&&*member.key) && member.value.members().iter().all(|free| free.value.text().is_some()) {
                return None;
            }
            payload(&member.value)
        }),
        Kind::Array(elements) => elements.iter().find_map(payload),
        _ => None,
    }
}

fn state(word: Option<&str>) -> VersionState {
    match word {
        Some("ENABLED") => VersionState::Enabled,
        Some("DISABLED") => VersionState::Disabled,
        Some("DESTROYED") => VersionState::Destroyed,
        _ => VersionState::Unknown,
    }
}

/// Whether a text can be the id of a secret (Google: letters, digits, `_` and `-`, at most 255).
fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests;
