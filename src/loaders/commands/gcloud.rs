//! `gcloud run deploy`, `run jobs`, `functions deploy`, `builds submit`.
//!
//! `--set-*` and `--clear-*` take away what was there before, values and references to secrets apart (gcloud 528,
//! `command_lib/run/config_changes.py`); `--update-*` and `--remove-*` do not.

use super::flags::{Flags, Style};
use super::given::Service;
use super::{Argument, Content, Shell, arg_dict};
use crate::fact::{Build, ImageBuild, LinkKind, SecretFile, Setting, SettingValue, StoreKind, TargetKind};
use crate::name::{Name, SecretName, Version};
use crate::source::{Place, Span};

const STYLE: Style = Style {
    switches: &[
        "--allow-unauthenticated",
        "--quiet",
        "-q",
        "--async",
        "--cpu-boost",
        "--cpu-throttling",
        "--use-http2",
        "--session-affinity",
        "--execute-now",
        "--wait",
        "--http2",
        "--gen2",
        "--trigger-http",
        "--retry",
        "--default-url",
        "--deploy-health-check",
        "--invoker-iam-check",
        "--gpu-zonal-redundancy",
        "--binary-authorization",
    ],
    letters: "",
    single_dash: false,
    ends_at_first: false,
};

/// Reads the arguments of gcloud.
pub(super) fn gcloud(arguments: &[Argument], shell: &mut Shell<'_>) {
    let flags = STYLE.read(arguments);
    let words: Vec<&Argument> =
        flags.rest.iter().copied().filter(|word| !matches!(word.beginning(), "alpha" | "beta" | "preview")).collect();
    let word = |at: usize| words.get(at).and_then(|word| word.literal());
    let three = [word(0), word(1), word(2)].map(|word| word.map(|word| word.to_string()).unwrap_or_default());
    let [first, second, third] = three.each_ref().map(String::as_str);
    let (kind, creates, name) = match (first, second, third) {
        ("run", "deploy", _) => (TargetKind::CloudRunService, false, words.get(2)),
        ("run", "services" | "worker-pools", "update" | "deploy") => (TargetKind::CloudRunService, false, words.get(3)),
        ("run", "jobs", "create") => (TargetKind::CloudRunJob, true, words.get(3)),
        ("run", "jobs", "deploy" | "update") => (TargetKind::CloudRunJob, false, words.get(3)),
        ("functions", "deploy", _) => (TargetKind::Function, false, words.get(2)),
        ("builds", "submit", _) => return submit(&flags, words.get(2).copied(), shell),
        _ => return,
    };
    let Some(name) = name else { return };
    for (word, text) in words.iter().zip(&three) {
        shell.given.show(word.span(), text);
    }
    deploy(kind, creates, name, &flags, shell);
}

/// The `flags` of the action that deploys to Cloud Run.
pub(in crate::loaders) fn flags_of_action(kind: TargetKind, name: &Argument, flags: &Argument, shell: &mut Shell<'_>) {
    let words = flags.words();
    deploy(kind, false, name, &STYLE.read(&words), shell);
}

fn deploy(kind: TargetKind, creates: bool, name: &Argument, flags: &Flags<'_>, shell: &mut Shell<'_>) {
    shell.given.deploys = true;
    let (label, place) = (name.to_content().described(), shell.place(name.span()));
    shell.given.show(name.span(), &label);
    let said = shell.environment.clone();
    let project = flags.last(&["--project"]).and_then(Argument::literal);
    let environment = said.or_else(|| {
        let of_words = || environment_of(&label).or_else(|| environment_of(project.as_ref()?));
        if shell.anywhere { None } else { of_words() }
    });
    let mut changes = Changes::default();
    for flag in &flags.given {
        let Some(what) = What::of(&flag.name) else { continue };
        shell.given.show(flag.name_span, &flag.name);
        changes.take(what, flag.value.as_ref(), shell);
    }
    if let Some(file) = flags.last(&["--flags-file"]) {
        shell.link(LinkKind::FlagsFile, &file.to_content(), file.span());
    }
    let image = flags.last(&["--image"]).map(|image| (image.to_content().described(), image.span()));
    let build = flags.last(&["--source"]).and_then(|source| {
        let context = shell.path_of(&source.literal()?)?;
        let dockerfile = context.join("Dockerfile");
        Some(Build {
            context: Some(context),
            dockerfile,
            stage: None,
            arguments: Vec::new(),
            secrets: None,
            span: source.span(),
        })
    });
    // What stands where the name is expected is the name.
    let is_name = |word: &&Argument| word.span() == name.span();
    let unknown = flags.rest.iter().filter(|word| word.is_unknown() && !is_name(word)).count();
    let open =
        flags.open && unknown > 0 || flags.half_known || shell.anywhere || flags.has(&["--container", "--flags-file"]);
    let service = shell.given.service(kind, &label, place);
    service.environment = environment;
    service.image = image.or(service.image.take());
    service.build = build.or(service.build.take());
    service.own_command |= flags.has(&["--command", "--args"]);
    service.one_shot |= kind == TargetKind::CloudRunJob;
    service.partial |= open;
    service.speaks |= creates;
    if creates {
        service.plain.whole = true;
        service.secrets.whole = true;
    }
    changes.apply(service);
}

/// The word for an environment that a name ends with: `api-staging`.
fn environment_of(name: &str) -> Option<String> {
    const WORDS: &[&str] = &[
        "production",
        "prod",
        "prd",
        "staging",
        "stg",
        "development",
        "dev",
        "preprod",
        "preproduction",
        "uat",
        "qa",
        "preview",
    ];
    let last = name.rsplit(['-', '_']).next()?;
    (last.len() < name.len() && WORDS.contains(&last)).then(|| last.to_owned())
}

/// What a flag does with variables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Set,
    Update,
    Remove,
    Clear,
    File,
    SetSecrets,
    UpdateSecrets,
    RemoveSecrets,
    ClearSecrets,
}

impl What {
    fn of(flag: &str) -> Option<Self> {
        Some(match flag {
            "--set-env-vars" => Self::Set,
            "--update-env-vars" => Self::Update,
            "--remove-env-vars" => Self::Remove,
            "--clear-env-vars" => Self::Clear,
            "--env-vars-file" => Self::File,
            "--set-secrets" => Self::SetSecrets,
            "--update-secrets" => Self::UpdateSecrets,
            "--remove-secrets" => Self::RemoveSecrets,
            "--clear-secrets" => Self::ClearSecrets,
            _ => return None,
        })
    }
}

/// What the flags of one command change.
#[derive(Default)]
struct Changes {
    all: Vec<(What, Change)>,
    /// Whether something of them could not be read.
    open: bool,
}

enum Change {
    Nothing,
    Settings(Vec<Setting>, Vec<SecretFile>),
    Names(Vec<String>),
    File(Option<crate::source::SourcePath>, Place),
}

impl Changes {
    fn take(&mut self, what: What, value: Option<&Argument>, shell: &mut Shell<'_>) {
        let change = match (what, value) {
            (What::Clear | What::ClearSecrets, _) => Change::Nothing,
            (_, None) => return self.open = true,
            (What::File, Some(value)) => {
                let place = shell.place(value.span());
                Change::File(shell.link(LinkKind::EnvVarsFile, &value.to_content(), value.span()), place)
            }
            (What::Remove | What::RemoveSecrets, Some(value)) => {
                let items = arg_dict::items(value).unwrap_or_default();
                let names = items.iter().filter_map(|item| Some(item.literal()?.trim().to_owned()));
                Change::Names(names.collect())
            }
            (What::Set | What::Update, Some(value)) => self.settings(value, false, shell),
            (What::SetSecrets | What::UpdateSecrets, Some(value)) => self.settings(value, true, shell),
        };
        self.all.push((what, change));
    }

    fn settings(&mut self, value: &Argument, secrets: bool, shell: &mut Shell<'_>) -> Change {
        let Ok(pairs) = arg_dict::pairs(value) else {
            // gcloud itself refuses it, unless what is not known makes a list of it.
            self.open = true;
            return Change::Settings(Vec::new(), Vec::new());
        };
        let (settings, files, whole) = settings(pairs, secrets, shell);
        self.open |= !whole;
        Change::Settings(settings, files)
    }

    fn apply(self, service: &mut Service) {
        service.speaks |= !self.all.is_empty();
        service.partial |= self.open;
        // What is removed is removed first.
        for (what, change) in &self.all {
            let Change::Names(names) = change else { continue };
            let side = if *what == What::Remove { &mut service.plain } else { &mut service.secrets };
            for name in names {
                side.remove(name);
                service.secret_files.retain(|file| file.path != *name);
            }
        }
        for (_, change) in &self.all {
            let Change::Settings(settings, _) = change else { continue };
            service.plain.make_way(settings);
            service.secrets.make_way(settings);
        }
        // A flag that is given twice adds to itself.
        let (mut cleared, mut cleared_secrets) = (false, false);
        for (what, change) in self.all {
            match what {
                What::Set | What::Clear | What::File if !std::mem::replace(&mut cleared, true) => {
                    service.plain.clear();
                    service.files.clear();
                }
                What::SetSecrets | What::ClearSecrets if !std::mem::replace(&mut cleared_secrets, true) => {
                    service.secrets.clear();
                    service.secret_files.clear();
                }
                _ => {}
            }
            let of_secrets = matches!(what, What::SetSecrets | What::UpdateSecrets);
            let side = if of_secrets { &mut service.secrets } else { &mut service.plain };
            match change {
                Change::Settings(settings, files) => {
                    side.settings.extend(settings);
                    service.secret_files.extend(files);
                }
                Change::File(path, place) => service.files.push((path, place)),
                Change::Nothing | Change::Names(_) => {}
            }
        }
    }
}

/// Pairs as settings, and as secrets that are files; whether all of them could be read.
pub(in crate::loaders) fn settings(
    pairs: Vec<(Argument, Argument)>,
    secrets: bool,
    shell: &mut Shell<'_>,
) -> (Vec<Setting>, Vec<SecretFile>, bool) {
    let (mut settings, mut files, mut whole) = (Vec::new(), Vec::new(), true);
    for (name, value) in pairs {
        let name = name.trimmed();
        let Some(text) = name.literal() else {
            whole = false;
            continue;
        };
        shell.given.show(name.span(), &text);
        let place = shell.place(name.span());
        let value_span = value.span();
        if !secrets {
            let value = value.to_content().setting(value_span);
            settings.push(Setting { name: Name::new(&text), place, value_span, value });
            continue;
        }
        let reference = secret_reference(&value.to_content());
        if reference.is_some()
            && let Some(text) = value.literal()
        {
            shell.given.show(value_span, &text);
        }
        let store = StoreKind::GoogleSecretManager;
        // `A=a:latest${MORE}` may go on.
        whole &= reference.is_some();
        if text.starts_with('/') {
            let file =
                reference.map(|(secret, version)| SecretFile { path: text.to_string(), place, store, secret, version });
            files.extend(file);
            continue;
        }
        let value = match reference {
            Some((secret, version)) => SettingValue::Injected { store, secret, version },
            None => SettingValue::Unknown,
        };
        settings.push(Setting { name: Name::new(&text), place, value_span, value });
    }
    (settings, files, whole)
}

/// `NAME:VERSION`, `projects/P/secrets/NAME[:VERSION|/versions/VERSION]`: the id and the version of a secret.
///
/// Source: `command_lib/run/secrets_mapping.py`; the actions of google-github-actions take `NAME/VERSION` forms as well.
pub(in crate::loaders) fn secret_reference(content: &Content) -> Option<(SecretName, Version)> {
    use super::Bit;
    let (text, known) = match content.parts.as_slice() {
        [Bit::Text(text)] => (text.expose(), true),
        // `name:${VERSION}`
        [Bit::Text(text), Bit::Unknown(_)] if text.expose().ends_with([':', '/']) => (text.expose(), false),
        _ => return None,
    };
    let text =
        text.strip_prefix("projects/").and_then(|rest| rest.split_once("/secrets/")).map_or(text, |(_, rest)| rest);
    let (name, version) = text.split_once("/versions/").or_else(|| text.split_once(':')).unwrap_or((text, "latest"));
    let is_id =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let version = match version {
        _ if !known => Version::Unknown,
        "latest" => Version::Latest,
        pinned => Version::Pinned(pinned.to_owned()),
    };
    is_id.then(|| (SecretName::new(name), version))
}

/// `gcloud builds submit --tag X [folder]` builds the Dockerfile of the folder.
fn submit(flags: &Flags<'_>, folder: Option<&Argument>, shell: &mut Shell<'_>) {
    let Some(tag) = flags.last(&["--tag", "-t"]) else { return };
    let context = match folder {
        None => shell.folder.clone(),
        Some(folder) => folder.literal().and_then(|folder| shell.path_of(&folder)),
    };
    let dockerfile = context.as_ref().and_then(|context| context.join("Dockerfile"));
    let build = Build {
        context,
        dockerfile,
        stage: None,
        arguments: Vec::new(),
        secrets: None,
        span: Span::new(tag.span().start, tag.span().end),
    };
    let images = vec![tag.to_content().described()];
    let (path, environment) = (shell.path.clone(), shell.environment.clone());
    shell.given.builds.push(ImageBuild { build, path, images, environment, partial: flags.open });
}
