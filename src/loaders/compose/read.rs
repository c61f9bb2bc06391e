//! One compose file to its parts. References are found apart, in `references`.

use super::parts::{BuildPart, ComposeFile, EnvFile, Extends, Field, Grant, Include, Mode, Mount, Service, Text};
use super::signs;
use super::values::{Reader, inner_span, is_name, is_text, mode};
use crate::fact::{Link, LinkKind, Loaded, Problem};
use crate::source::{Place, SourceFile, Span};
use crate::syntax::yaml::{Entry, Kind, Node, Yaml};

/// Reads everything but the references; links and problems go to `loaded`.
pub(super) fn file(source: &SourceFile, yaml: &Yaml, loaded: &mut Loaded) -> ComposeFile {
    let lossy = yaml.faults().iter().any(|fault| fault.lossy);
    let mut file = ComposeFile { lossy, ..ComposeFile::default() };
    let mut reader = Reader { source, loaded };
    for document in yaml.documents() {
        if document.kind() != Kind::Mapping {
            reader.problem(document.site(), "a compose file is a mapping that holds `services`");
            file.lossy = true;
            continue;
        }
        for entry in document.entries() {
            match entry.name {
                "services" => reader.services(entry, &mut file),
                "include" => reader.includes(entry, &mut file),
                "secrets" => file.secrets.extend(names(entry.value)),
                "configs" => file.configs.extend(names(entry.value)),
                _ => {}
            }
        }
    }
    file.by_name = file.services.iter().enumerate().map(|(at, service)| (service.name.clone(), at)).collect();
    file
}

fn names(node: Node<'_>) -> impl Iterator<Item = String> {
    node.entries().into_iter().map(|entry| entry.name.to_owned())
}

fn strings(node: Node<'_>) -> Vec<Node<'_>> {
    if node.as_str().is_some() && !node.is_null() { vec![node] } else { node.items().collect() }
}

impl Reader<'_> {
    fn services(&mut self, entry: Entry<'_>, file: &mut ComposeFile) {
        match entry.value.kind() {
            Kind::Mapping => {}
            Kind::Unknown => return,
            _ if entry.value.is_null() => return,
            _ => {
                self.problem(entry.value.site(), "`services` must be a mapping");
                file.lossy = true;
                return;
            }
        }
        for entry in entry.value.entries() {
            let service = self.service(entry);
            file.services.push(service);
        }
    }

    fn service(&mut self, entry: Entry<'_>) -> Service {
        let span = inner_span(entry.key, self.source);
        let mut service = Service::new(entry.name, self.place(span));
        service.mode = mode(entry.value);
        match entry.value.kind() {
            Kind::Mapping => {}
            _ if service.mode == Mode::Reset => return service,
            Kind::Unknown => {
                service.partial = true;
                return service;
            }
            _ => {
                self.problem(entry.value.site(), format!("service `{}` must be a mapping", entry.name));
                service.partial = true;
                return service;
            }
        }
        // Links of a service that starts under a profile only are not needed for the others to start.
        let profiled = entry.value.get("profiles").is_some_and(|profiles| profiles.items().next().is_some());
        for part in entry.value.entries() {
            self.part(part, profiled, &mut service);
        }
        service
    }

    fn part(&mut self, entry: Entry<'_>, profiled: bool, service: &mut Service) {
        let node = entry.value;
        if node.kind() == Kind::Unknown {
            service.partial = true;
        }
        match entry.name {
            "environment" => service.environment = self.variables(node, "environment", entry.key.span()),
            "env_file" => service.env_files = self.env_files(entry, profiled),
            "build" => {
                service.build = self.build(entry);
                if let Some(secrets) = node.get("secrets") {
                    self.grants(secrets, true, service);
                }
            }
            "image" => service.image = self.field(node, |reader, node| reader.text(node)),
            "command" => service.command = self.field(node, |_, node| Some(signs::command(node))),
            "entrypoint" => service.entrypoint = self.field(node, |_, node| Some(signs::command(node))),
            "restart" => service.restart = self.field(node, |reader, node| reader.text(node)),
            "container_name" => service.container_name = self.field(node, |reader, node| reader.text(node)),
            "profiles" => service.profiles = self.field(node, |_, node| node.items().next().map(|_| ())),
            "volumes" => service.mounts = self.field(node, |reader, node| Some(reader.mounts(node))),
            "hostname" => service.aliases.extend(self.literal(node)),
            "networks" => {
                let aliases = node.entries().into_iter().filter_map(|network| network.value.get("aliases"));
                service.aliases.extend(aliases.flat_map(Node::items).filter_map(|alias| self.literal(alias)));
            }
            "links" => {
                let links = node.items().filter_map(|link| self.literal(link));
                service.aliases.extend(links.filter_map(|link| Some(link.split_once(':')?.1.to_owned())));
            }
            "depends_on" => {
                let ends = |entry: &Entry<'_>| {
                    let condition = entry.value.get("condition");
                    condition.and_then(Node::as_str) == Some("service_completed_successfully")
                };
                let awaited = node.entries().into_iter().filter(ends).map(|entry| entry.name.to_owned());
                service.awaits_end_of.extend(awaited);
            }
            "secrets" => self.grants(node, true, service),
            "configs" => self.grants(node, false, service),
            "models" => service.injected = !node.is_null(),
            "provider" => service.provided = !node.is_null(),
            "extends" => service.extends = self.extends(node, entry.key.span()),
            _ => {}
        }
    }

    fn field<T>(&mut self, node: Node<'_>, read: impl FnOnce(&mut Self, Node<'_>) -> Option<T>) -> Field<T> {
        let mode = mode(node);
        let value = if mode == Mode::Reset || node.is_null() { None } else { read(self, node) };
        Field { value, mode }
    }

    /// Links to a file, and tells which link it is.
    fn link(&mut self, kind: LinkKind, path: &str, span: Span, required: bool) -> usize {
        self.loaded.links.push(Link { kind, path: path.to_owned(), span, required });
        self.loaded.links.len() - 1
    }

    fn env_files(&mut self, entry: Entry<'_>, profiled: bool) -> Field<Vec<EnvFile>> {
        let node = entry.value;
        let mode = mode(node);
        if mode == Mode::Reset {
            return Field { value: None, mode };
        }
        let mut files = Vec::new();
        match node.kind() {
            Kind::Unknown => {}
            Kind::Scalar if node.is_null() => {
                let problem = Problem::new(entry.key.span(), "`env_file` is empty, which compose refuses");
                self.loaded.problems.push(problem.help("name a file, or remove the line").harmless());
            }
            Kind::Mapping => {
                self.problem(node.site(), "`env_file` must be a path or a list; write `- path: …` for the long form");
            }
            _ => {
                for item in strings(node) {
                    files.extend(self.env_file(item, profiled));
                }
            }
        }
        Field { value: Some(files), mode }
    }

    fn env_file(&mut self, item: Node<'_>, profiled: bool) -> Option<EnvFile> {
        let (path, required, raw) = if item.kind() == Kind::Mapping {
            let required = item.get("required").and_then(|node| match node.as_str()? {
                "true" | "True" | "TRUE" => Some(true),
                // What is not told does not make a missing file an error.
                _ => Some(false),
            });
            let raw = item.get("format").and_then(Node::as_str) == Some("raw");
            (item.get("path").filter(|path| !path.is_null()), required.unwrap_or(true), raw)
        } else {
            (Some(item).filter(|item| is_text(*item)), true, false)
        };
        let Some((path, text)) = path.and_then(|path| Some((path, path.as_str()?))) else {
            if item.kind() != Kind::Unknown {
                self.problem(item.site(), "an item of `env_file` must be a path, or a mapping with a `path`");
            }
            return None;
        };
        if text.split_once('=').is_some_and(|(name, _)| is_name(name)) {
            let problem =
                Problem::new(item.site(), "an item of `env_file` is the path of a file, and this is a variable");
            self.loaded.problems.push(problem.help("put it under `environment`"));
            return None;
        }
        let span = inner_span(path, self.source);
        let link = self.link(LinkKind::EnvFile, text, span, required && !profiled);
        Some(EnvFile { path: text.to_owned(), place: self.place(span), link, required, raw })
    }

    fn build(&mut self, entry: Entry<'_>) -> Field<BuildPart> {
        let node = entry.value;
        let mode = mode(node);
        if mode == Mode::Reset || node.is_null() {
            return Field { value: None, mode };
        }
        let place = self.place(entry.key.span());
        let arguments = node.get("args").map(|args| self.variables(args, "args", args.site())).unwrap_or_default();
        let text = |name: &str| node.get(name).and_then(|node| self.text(node));
        let part = BuildPart {
            context: if node.kind() == Kind::Scalar { self.text(node) } else { text("context") },
            dockerfile: text("dockerfile"),
            inline: node.get("dockerfile_inline").is_some(),
            stage: text("target"),
            arguments,
            secrets: self.lent(node.get("secrets")),
            place,
        };
        self.link_dockerfile(&part);
        Field { value: Some(part), mode }
    }

    /// The secrets of a build, by the names under which its commands ask for them.
    fn lent(&self, node: Option<Node<'_>>) -> Option<Vec<(String, Place)>> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Some(Vec::new()) };
        if node.kind() != Kind::Sequence || mode(node) == Mode::Reset {
            return None;
        }
        let one = |item: Node<'_>| {
            let named =
                if item.kind() == Kind::Mapping { item.get("target").or_else(|| item.get("source"))? } else { item };
            Some((self.literal(named)?, self.place(inner_span(named, self.source))))
        };
        node.items().map(one).collect()
    }

    fn link_dockerfile(&mut self, part: &BuildPart) {
        if part.inline || (part.context.is_none() && part.dockerfile.is_none()) {
            return;
        }
        let context = part.context.as_ref().map_or_else(|| Some(".".to_owned()), Text::likely);
        let dockerfile = part.dockerfile.as_ref().map_or_else(|| Some("Dockerfile".to_owned()), Text::likely);
        let (Some(context), Some(dockerfile)) = (context, dockerfile) else { return };
        if is_remote(&context) {
            return;
        }
        let named = part.dockerfile.as_ref().or(part.context.as_ref());
        let span = named.map_or(part.place.span, |text| text.place.span);
        let required = part.dockerfile.is_some() && part.context.is_some();
        let path = if dockerfile.starts_with('/') { dockerfile } else { format!("{context}/{dockerfile}") };
        self.link(LinkKind::Dockerfile, &path, span, required);
    }

    fn mounts(&self, node: Node<'_>) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for item in node.items() {
            if item.kind() == Kind::Mapping {
                let text = |name: &str| item.get(name).and_then(|node| self.text(node)?.likely());
                if text("type").as_deref() == Some("bind")
                    && let (Some(source), Some(target)) = (text("source"), text("target"))
                {
                    mounts.push(Mount { source, target });
                }
            } else if let Some(text) = self.text(item).and_then(|text| text.likely()) {
                let mut parts = text.split(':');
                if let (Some(source), Some(target)) = (parts.next(), parts.next()) {
                    mounts.push(Mount { source: source.to_owned(), target: target.to_owned() });
                }
            }
        }
        mounts
    }

    fn grants(&self, node: Node<'_>, is_secret: bool, service: &mut Service) {
        for item in node.items() {
            let named = if item.kind() == Kind::Mapping { item.get("source") } else { Some(item) };
            let Some((node, name)) = named.and_then(|node| Some((node, self.literal(node)?))) else { continue };
            let place = self.place(inner_span(node, self.source));
            service.grants.push(Grant { name, is_secret, place });
        }
    }

    fn extends(&mut self, node: Node<'_>, key: Span) -> Option<Extends> {
        if node.is_null() || mode(node) == Mode::Reset {
            return None;
        }
        let (named, file) = if node.kind() == Kind::Mapping {
            (node.get("service"), node.get("file").filter(|file| !file.is_null()))
        } else {
            (Some(node), None)
        };
        let Some((named, service)) = named.and_then(|named| Some((named, named.as_str()?))) else {
            self.problem(node.site(), "`extends` must name a `service`");
            let place = self.place(key);
            // An empty name is found nowhere, so that the service counts as not understood.
            return Some(Extends { service: String::new(), place, link: None });
        };
        let link = file.and_then(|file| Some((file, file.as_str()?))).map(|(file, path)| {
            let span = inner_span(file, self.source);
            self.link(LinkKind::Extends, path, span, true)
        });
        let place = self.place(inner_span(named, self.source));
        Some(Extends { service: service.to_owned(), place, link })
    }

    fn includes(&mut self, entry: Entry<'_>, file: &mut ComposeFile) {
        let node = entry.value;
        if node.kind() != Kind::Sequence {
            if !node.is_null() && node.kind() != Kind::Unknown {
                self.problem(node.site(), "`include` must be a list");
            }
            return;
        }
        for item in node.items() {
            let is_long = item.kind() == Kind::Mapping;
            let path = if is_long { item.get("path") } else { Some(item) };
            let paths: Vec<usize> = path
                .map(|path| self.paths(path, LinkKind::Include))
                .unwrap_or_default()
                .iter()
                .map(|of| of.link)
                .collect();
            if paths.is_empty() {
                if item.kind() != Kind::Unknown {
                    self.problem(item.site(), "an item of `include` must be a path, or a mapping with a `path`");
                }
                continue;
            }
            let env_files = item.get("env_file").filter(|node| !node.is_null());
            let env_files = env_files.map(|node| self.paths(node, LinkKind::EnvFile));
            let folder = item.get("project_directory").and_then(|node| self.text(node));
            file.includes.push(Include { paths, env_files, folder, place: self.place(item.site()) });
        }
    }

    fn paths(&mut self, node: Node<'_>, kind: LinkKind) -> Vec<EnvFile> {
        let mut found = Vec::new();
        for item in strings(node) {
            let Some(path) = item.as_str().filter(|path| *path != "/dev/null") else { continue };
            let span = inner_span(item, self.source);
            let link = self.link(kind, path, span, true);
            found.push(EnvFile { path: path.to_owned(), place: self.place(span), link, required: true, raw: false });
        }
        found
    }
}

/// Whether a build context is no folder: a repository, an archive, an address.
#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "docker compares it so")]
pub(super) fn is_remote(context: &str) -> bool {
    let path = context.split_once('#').map_or(context, |(path, _)| path);
    context.contains("://") || path.starts_with("git@") || path.starts_with("github.com/") || path.ends_with(".git")
}
