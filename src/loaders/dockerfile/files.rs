//! Which files a Dockerfile copies, and where to.

use super::instruction::Instruction;
use super::words::{self, Char};
use super::{Reader, names_env_file};
use crate::fact::{Copied, Stage};
use crate::source::Span;

impl Reader<'_> {
    /// `WORKDIR /app`.
    pub(super) fn work_in(&mut self, instruction: &Instruction) {
        let path = words::text(&instruction.arguments);
        if let Some(folder) = self.folders.last_mut() {
            *folder = absolute(folder, path.trim_matches(['"', '\'']));
        }
    }

    /// `COPY --from=build /a /b ./`, and `ADD`.
    pub(super) fn copy(&mut self, instruction: &Instruction) {
        let folder = self.folder();
        let Some(stage) = self.image.stages.last_mut() else { return };
        let text = words::text(&instruction.arguments);
        stage.names_env_file |= names_env_file(&text);
        let words = words::split(&instruction.arguments, self.escape);
        let (flags, rest) = split_flags(&words);
        let from = flags.iter().find_map(|flag| flag.strip_prefix("from=")).map(str::to_owned);
        stage.copies.extend(from.clone());
        let mut paths = json(&rest.concat_text()).unwrap_or_else(|| {
            rest.0.iter().map(|word| words::text(word).trim_matches(['"', '\'']).to_owned()).collect()
        });
        let Some(to) = paths.pop() else { return };
        paths.retain(|path| !path.starts_with("<<") && !path.contains("://"));
        add(stage, &folder, from, &paths, &to, false, instruction.span);
    }

    /// `--mount=type=bind,source=.env,target=/app/.env` of a command.
    pub(super) fn bind(&mut self, options: &str, span: Span) {
        let folder = self.folder();
        let Some(stage) = self.image.stages.last_mut() else { return };
        let option = |names: &[&str]| {
            options.split(',').find_map(|option| {
                let (name, value) = option.split_once('=')?;
                names.contains(&name).then(|| value.to_owned())
            })
        };
        let from = option(&["from"]);
        stage.copies.extend(from.clone());
        // A mount without a type binds.
        if option(&["type"]).is_some_and(|kind| kind != "bind") {
            return;
        }
        let Some(to) = option(&["target", "dst", "destination"]) else { return };
        let source = option(&["source", "src"]).unwrap_or_default();
        add(stage, &folder, from, &[source], &to, true, span);
    }

    /// The working folder of the stage at hand.
    pub(super) fn folder(&self) -> String {
        self.folders.last().cloned().unwrap_or_else(|| "/".to_owned())
    }
}

/// How many paths of one instruction, and how many instructions of one stage, are followed.
const SOURCES: usize = 1_000;
const COPIES: usize = 1_000;

fn add(stage: &mut Stage, folder: &str, from: Option<String>, sources: &[String], to: &str, mounted: bool, span: Span) {
    let sources = sources.iter().map(|source| match from {
        Some(_) => absolute("/", source),
        None => absolute("/", source).trim_start_matches('/').to_owned(),
    });
    let sources: Vec<String> = sources.take(SOURCES).collect();
    if sources.is_empty() || stage.files.len() >= COPIES {
        return;
    }
    let place = absolute(folder, to);
    let into_folder = to.ends_with('/') || to == "." || to.ends_with("/.") || place == folder;
    stage.files.push(Copied { from, sources, to: place, into_folder, mounted, span });
}

/// A path from the root, without `.` and `..`.
pub(super) fn absolute(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    parts.retain(|part| !part.is_empty());
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The words of an instruction behind its flags.
pub(super) struct Rest<'a>(pub(super) Vec<&'a [Char]>);

impl Rest<'_> {
    pub(super) fn concat_text(&self) -> String {
        self.0.iter().map(|word| words::text(word)).collect::<Vec<_>>().join(" ")
    }
}

/// The flags, without their `--`, and the other words.
pub(super) fn split_flags<'a>(words: &[&'a [Char]]) -> (Vec<String>, Rest<'a>) {
    let flags: Vec<String> =
        words.iter().map_while(|word| words::text(word).strip_prefix("--").map(str::to_owned)).collect();
    let rest = words.get(flags.len()..).unwrap_or_default().to_vec();
    (flags, Rest(rest))
}

/// The words of the JSON form, `["a", "b"]`; `None` where it is none, which makes it a shell's.
pub(super) fn json(text: &str) -> Option<Vec<String>> {
    text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}
