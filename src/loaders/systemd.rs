//! Units of systemd: `Environment=` and `EnvironmentFile=` of services. Drop-ins and what a manager adds stand elsewhere.
//!
//! Source: `systemd.exec(5)`, `systemd.syntax(7)`. What a file gives wins over `Environment=`, and a later file over an
//! earlier one; an empty assignment takes back what stands above it.

use super::{Assembled, Claim, Files, Loader};
use crate::fact::{
    InlineIgnore, Layer, LayerKind, LayerState, LinkOutcome, Loaded, Role, Setting, SettingValue, Target, TargetGroup,
    TargetKind, TargetSigns,
};
use crate::name::{Name, is_variable_name};
use crate::source::{Place, SourceFile, SourcePath, Span};
use crate::value::{Template, Value};

/// The loader.
pub static LOADER: Loader = Loader { name: "systemd", claims, links: &[], load, assemble: Some(assemble) };

fn claims(path: &SourcePath) -> Option<Claim> {
    path.name().strip_suffix(".service").filter(|stem| !stem.is_empty()).map(|_| Claim::new(Role::Deploy))
}

/// One unit.
struct Unit {
    settings: Vec<Setting>,
    /// Where the list begins.
    listed: Span,
    files: Vec<EnvFile>,
}

/// A file of the machine: systemd takes absolute paths alone, so it is none of the repository.
struct EnvFile {
    span: Span,
    required: bool,
}

fn load(source: &SourceFile, _claim: &Claim) -> Loaded {
    let mut loaded = Loaded::default();
    // Other programs have files of that ending too.
    if !source.text().contains("[Service]") || !source.text().contains("Environment") {
        return loaded;
    }
    let mut unit = Unit { settings: Vec::new(), listed: Span::default(), files: Vec::new() };
    let mut in_service = false;
    for (key, span) in Lines::new(source, &mut loaded) {
        match key {
            Key::Section(name) => in_service = name == "Service",
            Key::Entry(key) if in_service => match source.slice(key) {
                "Environment" => {
                    loaded.shown.push(key);
                    unit.variables(source, key, span, &mut loaded);
                }
                "EnvironmentFile" => {
                    loaded.shown.push(key);
                    unit.file(source, span, &mut loaded);
                }
                _ => {}
            },
            Key::Entry(_) => {}
        }
    }
    if !unit.settings.is_empty() || !unit.files.is_empty() {
        loaded.parsed = Some(Box::new(unit));
    }
    loaded
}

impl Unit {
    fn variables(&mut self, source: &SourceFile, key: Span, value: Span, loaded: &mut Loaded) {
        if source.slice(value).trim().is_empty() {
            self.settings.clear();
        }
        if self.settings.is_empty() {
            self.listed = key;
        }
        for word in words(source.slice(value), value.start) {
            let Some(at) = word.text.find('=') else { continue };
            let (name, text) = word.text.split_at(at);
            let text = text.get(1..).unwrap_or_default();
            if !is_variable_name(name) {
                continue;
            }
            let (span, value_span) = (word.span(0, at), word.span(at + 1, word.text.len()));
            let value = if has_specifier(text) || text.contains('\u{1a}') {
                Template::unknown(value_span)
            } else {
                Template::literal(Value::new(text.replace("%%", "%")))
            };
            loaded.shown.push(span);
            let place = Place::new(source.path(), span);
            self.settings.push(Setting { name: Name::new(name), place, value_span, value: SettingValue::Given(value) });
        }
    }

    fn file(&mut self, source: &SourceFile, span: Span, loaded: &mut Loaded) {
        let text = source.slice(span);
        if text.is_empty() {
            self.files.clear();
            return;
        }
        let path = text.strip_prefix('-').unwrap_or(text);
        let required = path.len() == text.len();
        let span = Span::new(span.end - path.len(), span.end);
        loaded.shown.push(span);
        self.files.push(EnvFile { span, required });
    }
}

/// Whether a text holds a specifier such as `%i`, which the manager resolves.
fn has_specifier(text: &str) -> bool {
    text.replace("%%", "").contains('%')
}

/// What stands before the `=` of a line.
enum Key<'a> {
    Section(&'a str),
    Entry(Span),
}

/// The lines of a unit, those that end with a backslash joined with the next one; comments are skipped.
struct Lines<'a> {
    source: &'a SourceFile,
    at: usize,
    ignores: Vec<InlineIgnore>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a SourceFile, loaded: &mut Loaded) -> Self {
        let mut lines = Self { source, at: 0, ignores: Vec::new() };
        while lines.next_line(true).is_some() {}
        loaded.ignores.append(&mut lines.ignores);
        Self { source, at: 0, ignores: Vec::new() }
    }

    /// The next logical line without its line break, and without comments before it.
    fn next_line(&mut self, with_ignores: bool) -> Option<Span> {
        let text = self.source.text();
        loop {
            let start = self.at;
            let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
            let mut end = start + rest.find('\n').unwrap_or(rest.len());
            let first = rest.trim_start_matches([' ', '\t', '\u{feff}']);
            if first.starts_with(['#', ';']) {
                self.at = end + 1;
                let span = Span::new(start + (rest.len() - first.len()), end);
                if with_ignores {
                    self.ignores.extend(InlineIgnore::at(self.source, span, true));
                }
                continue;
            }
            while text.get(start..end).is_some_and(|line| line.trim_end_matches('\r').ends_with('\\'))
                && end < text.len()
            {
                let next = text.get(end + 1..).unwrap_or_default();
                end += 1 + next.find('\n').unwrap_or(next.len());
            }
            self.at = end + 1;
            return Some(Span::new(start, end.min(text.len())));
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (Key<'a>, Span);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let span = self.next_line(false)?;
            let line = self.source.slice(span);
            let trimmed = line.trim_matches([' ', '\t', '\r', '\u{feff}']);
            if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                return Some((Key::Section(name), span));
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let name = key.trim_matches([' ', '\t', '\u{feff}']);
            let start = span.start + key.find(name).unwrap_or_default();
            let from = span.start + key.len() + 1 + (value.len() - value.trim_start().len());
            let end = (span.start + line.trim_end().len()).max(from);
            let value = Span::new(from.min(end), end);
            return Some((Key::Entry(Span::new(start, start + name.len())), value));
        }
    }
}

/// A word of a list, unquoted, with where each of its bytes stands.
struct Word {
    text: zeroize::Zeroizing<String>,
    places: Vec<Span>,
    end: usize,
}

impl Word {
    fn span(&self, from: usize, to: usize) -> Span {
        let start = self.places.get(from).map_or(self.end, |place| place.start);
        let end = to.checked_sub(1).and_then(|last| self.places.get(last)).map_or(start, |place| place.end);
        if from >= to { Span::new(start, start) } else { Span::new(start, end.max(start)) }
    }
}

/// Words apart by blanks; quotes may stand anywhere in one, and backslashes escape as in C.
fn words(text: &str, offset: usize) -> Vec<Word> {
    let new = || Word { text: zeroize::Zeroizing::new(String::new()), places: Vec::new(), end: 0 };
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let push = |word: &mut Option<Word>, found: char, length: usize| {
            let word = word.get_or_insert_with(new);
            word.text.push(found);
            word.end = offset + at + length;
            word.places.resize(word.text.len(), Span::new(offset + at, word.end));
        };
        match (quote, character) {
            (Some(open), _) if character == open => {
                quote = None;
                if let Some(word) = &mut word {
                    word.end = word.end.max(offset + at);
                }
            }
            (None, '"' | '\'') => {
                quote = Some(character);
                let word = word.get_or_insert_with(new);
                word.end = offset + at + 1;
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            (_, '\\') => match characters.next() {
                None => {}
                // A line that goes on.
                Some((_, '\n' | '\r')) if quote.is_some() => {}
                Some((_, '\n' | '\r')) => words.extend(word.take()),
                Some((_, 'n')) => push(&mut word, '\n', 2),
                Some((_, 't')) => push(&mut word, '\t', 2),
                Some((_, 's')) => push(&mut word, ' ', 2),
                Some((_, other)) => push(&mut word, other, 1 + other.len_utf8()),
            },
            (_, character) => push(&mut word, character, character.len_utf8()),
        }
    }
    words.extend(word);
    words
}

fn assemble(files: &Files<'_>) -> Assembled {
    let mut assembled = Assembled::default();
    for (path, file) in files.of(LOADER.name) {
        let Some(unit) = file.loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Unit>()) else { continue };
        let place = |span| Place::new(path, span);
        let mut layers: Vec<Layer> = unit
            .files
            .iter()
            .rev()
            .map(|of| Layer {
                kind: LayerKind::EnvFile(None),
                named: place(of.span),
                settings: Vec::new(),
                state: LayerState::Unread { outcome: LinkOutcome::Outside, required: of.required },
            })
            .collect();
        layers.push(Layer {
            kind: LayerKind::Environment,
            named: place(unit.listed),
            settings: unit.settings.clone(),
            state: LayerState::Whole,
        });
        let target = Target {
            kind: TargetKind::SystemdUnit,
            name: path.name().trim_end_matches(".service").trim_end_matches('@').to_owned(),
            place: place(unit.listed),
            layers,
            secret_files: Vec::new(),
            environment: None,
            build: None,
            image: None,
            mounts: Vec::new(),
            signs: TargetSigns { restarts: true, ..TargetSigns::default() },
            // Its program may read files of the machine by itself.
            partial: true,
        };
        let group = TargetGroup { paths: vec![path.clone()], targets: vec![target], ..TargetGroup::default() };
        assembled.groups.push(group);
    }
    assembled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> (SourceFile, Loaded) {
        let source = SourceFile::new(SourcePath::new("deploy/api.service"), text.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Deploy));
        (source, loaded)
    }

    /// `NAME=value` as it is read, and as the spans of name and value say it.
    fn told(text: &str) -> Vec<(String, String)> {
        let (source, loaded) = unit(text);
        let Some(unit) = loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Unit>()) else {
            return Vec::new();
        };
        let tell = |setting: &Setting| {
            let SettingValue::Given(template) = &setting.value else { panic!() };
            let value = template.as_literal().map_or("?".to_owned(), |value| value.expose().to_owned());
            let written = format!("{}={}", source.slice(setting.place.span), source.slice(setting.value_span));
            (format!("{}={value}", setting.name), written)
        };
        unit.settings.iter().map(tell).collect()
    }

    #[test]
    fn words_are_quoted_as_systemd_does() {
        let text = "[Unit]\nEnvironment=NO=1\n[Service]\n Environment = A=1 \"B=two words\" C='x y' D=\"q\\\"\"z E=%i F=100%%\\\n  G=\nEnvironment=H=$X;y # no comment\r\n#Environment=I=1\n";
        let told = told(text);
        let read: Vec<&str> = told.iter().map(|(read, _)| read.as_str()).collect();
        assert_eq!(read, ["A=1", "B=two words", "C=x y", "D=q\"z", "E=?", "F=100%", "G=", "H=$X;y"]);
        let written: Vec<&str> = told.iter().map(|(_, written)| written.as_str()).collect();
        assert_eq!(written[..3], ["A=1", "B=two words", "C=x y"]);
        assert_eq!(written[6], "G=");
    }

    #[test]
    fn an_empty_assignment_takes_back_what_stands_above() {
        assert_eq!(told("[Service]\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2\n")[0].0, "B=2");
        assert!(told("[Service]\nEnvironment=A=1\nEnvironment=\n").is_empty());
    }

    #[test]
    fn env_files_of_the_machine_are_not_looked_for() {
        let (_, loaded) = unit("[Service]\nEnvironmentFile=-/etc/api.env\nEnvironmentFile=/opt/api.env\n");
        let unit: &Unit = loaded.parsed.as_ref().unwrap().downcast_ref().unwrap();
        let required: Vec<bool> = unit.files.iter().map(|file| file.required).collect();
        assert_eq!(required, [false, true]);
        assert!(loaded.links.is_empty());
    }

    #[test]
    fn odd_texts_end() {
        for text in [
            "",
            "[Service]",
            "[Service]\nEnvironment",
            "[Service]\nEnvironment=\"A=1",
            "[Service]\nEnvironment=A=1\\",
            "[Service]\nEnvironment==\n=Environment\n",
            "\u{feff}[Service]\nEnvironment=\u{1a}=é 'é=\\",
            "[D-BUS Service]\nName=x\n",
        ] {
            told(text);
        }
    }
}
