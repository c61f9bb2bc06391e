//! Images that steps build and other targets run by name: groups made by hand, as a loader of workflows would say them.

mod support;

use std::path::Path;

use envcheck::fact::{
    Build, ImageBuild, Layer, LayerKind, LayerState, Setting, SettingValue, StoreKind, Target, TargetGroup, TargetKind,
    TargetSigns, WrittenFile,
};
use envcheck::model::Model;
use envcheck::name::{Name, SecretName, Version};
use envcheck::project::{Options, Project};
use envcheck::source::{Place, SourcePath, Span};
use envcheck::value::{Template, Value};
use support::report;

const NEXT: &str = r#"{ "name": "web", "scripts": { "start": "next start" }, "dependencies": { "next": "^15.2.0" } }"#;
const DOCKERFILE: &str = "FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM node:22\n\
                          COPY --from=build /app/.next /srv\nCMD [\"node\", \"/srv/server.js\"]\n";

/// A repository with two apps, each with a Dockerfile, and a file that stands for a workflow.
fn repository(folder: &Path, dockerfile: &str) -> Project {
    for (path, text) in [
        ("apps/web/package.json", NEXT),
        ("apps/web/Dockerfile", dockerfile),
        ("apps/server/package.json", r#"{ "name": "server", "scripts": { "start": "node ." } }"#),
        ("apps/server/Dockerfile", "FROM node:22\nCOPY . /app\nCMD [\"node\", \"/app\"]\n"),
        ("README.md", "It stands for a file that no loader reads.\n"),
    ] {
        let path = folder.join("repo").join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }
    let config = envcheck::config::Config::default();
    Project::load(&folder.join("repo"), config, &Options::default()).expect("it can be read")
}

/// An env file in the folder of the web app that a step writes.
fn written(name: &str, opaque: bool, settings: Vec<Setting>) -> WrittenFile {
    let path = SourcePath::new(&format!("apps/web/{name}"));
    WrittenFile { path: Some(path), settings, opaque, place: place(3), environment: None }
}

fn place(at: usize) -> Place {
    Place::new(&SourcePath::new("README.md"), Span::new(at, at + 1))
}

fn given(name: &str, value: &str, at: usize) -> Setting {
    let value = SettingValue::Given(Template::literal(Value::new(value)));
    Setting { name: Name::new(name), place: place(at), value_span: Span::new(at, at + 1), value }
}

fn injected(name: &str, at: usize) -> Setting {
    let (store, secret, version) = (StoreKind::GitHubSecrets, SecretName::new(name), Version::Latest);
    Setting { value: SettingValue::Injected { store, secret, version }, ..given(name, "", at) }
}

fn build(app: &str, arguments: Vec<Setting>) -> Build {
    let path = |path: String| Some(SourcePath::new(&path));
    Build {
        context: path(format!("apps/{app}")),
        dockerfile: path(format!("apps/{app}/Dockerfile")),
        stage: None,
        arguments,
        secrets: Some(Vec::new()),
        span: Span::default(),
    }
}

fn step(build: Build, images: &[&str], environment: Option<&str>) -> ImageBuild {
    ImageBuild {
        build,
        path: place(0).path,
        images: images.iter().map(ToString::to_string).collect(),
        environment: environment.map(ToOwned::to_owned),
        partial: false,
    }
}

fn target(kind: TargetKind, name: &str, image: &str, settings: Vec<Setting>) -> Target {
    let layer = Layer { kind: LayerKind::Environment, named: place(1), settings, state: LayerState::Whole };
    Target {
        kind,
        name: name.to_owned(),
        place: place(1),
        layers: vec![layer],
        secret_files: Vec::new(),
        environment: Some("production".to_owned()),
        build: None,
        image: Some((image.to_owned(), Span::default())),
        mounts: Vec::new(),
        signs: TargetSigns::default(),
        partial: false,
    }
}

fn service(name: &str, image: &str, settings: Vec<Setting>) -> Target {
    target(TargetKind::CloudRunService, name, image, settings)
}

/// The messages of one rule over a repository with this group.
fn messages(dockerfile: &str, rule: &str, builds: Vec<ImageBuild>, targets: Vec<Target>) -> Vec<String> {
    messages_of(dockerfile, rule, TargetGroup { builds, targets, ..TargetGroup::default() })
}

fn messages_of(dockerfile: &str, rule: &str, group: TargetGroup) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut project = repository(folder.path(), dockerfile);
    project.groups.push(TargetGroup { paths: vec![place(0).path], ..group });
    let report = report(&project, &[rule]);
    report.findings.iter().map(|finding| finding.message.clone()).collect()
}

/// The app that a target of this image runs.
fn app_of(image: &str, builds: Vec<ImageBuild>) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut project = repository(folder.path(), DOCKERFILE);
    let targets = vec![service("x", image, Vec::new())];
    project.groups.push(TargetGroup { paths: vec![place(0).path], targets, builds, ..TargetGroup::default() });
    let model = Model::new(&project);
    model.targets[0].app.map(|app| model.apps.list[app].name.clone())
}

#[test]
fn a_target_runs_the_app_whose_image_a_step_builds_under_its_name() {
    let of = |image: &str, named: &str| app_of(image, vec![step(build("server", Vec::new()), &[named], None)]);
    for (image, named) in [
        ("gcr.io/p/beep-api", "gcr.io/p/beep-api:1"),
        ("gcr.io/p/beep-api@sha256:00", "gcr.io/p/beep-api"),
        ("${REGISTRY}/beep-api:${TAG}", "gcr.io/p/beep-api:latest"),
        ("gcr.io/p/beep-api", "${{ env.REGISTRY }}/${{ github.repository }}/beep-api:${{ github.sha }}"),
        ("${{ env.IMAGE }}:${{ github.sha }}", "${{ env.IMAGE }}:latest"),
    ] {
        assert_eq!(of(image, named).as_deref(), Some("server"), "{image} {named}");
    }
    for (image, named) in [
        ("gcr.io/p/beep-api", "gcr.io/other/beep-api"),
        ("gcr.io/p/beep-api", "gcr.io/p/beep-job"),
        ("gcr.io/p/beep-api", "${{ env.IMAGE }}"),
    ] {
        assert_eq!(of(image, named), None, "{image} {named}");
    }
}

#[test]
fn two_images_of_one_name_are_nobodys_unless_their_environment_tells() {
    let builds = |one, other| {
        vec![step(build("server", Vec::new()), &["r/x"], one), step(build("web", Vec::new()), &["r/x"], other)]
    };
    assert_eq!(app_of("r/x", builds(None, None)), None);
    assert_eq!(app_of("r/x", builds(Some("production"), Some("staging"))).as_deref(), Some("server"));
}

#[test]
fn a_public_variable_of_a_service_comes_too_late_for_the_image_that_a_step_builds() {
    let late = |dockerfile: &str, arguments: Vec<Setting>, settings: Vec<Setting>| {
        let builds = vec![step(build("web", arguments), &["r/beep-web"], None)];
        messages(dockerfile, "late-public-variable", builds, vec![service("web", "r/beep-web:1", settings)])
    };
    let url = |at| given("NEXT_PUBLIC_API_URL", "https://api.shop.io", at);
    let message = "`NEXT_PUBLIC_API_URL` of web is given to the service `web` in production after its bundle was built without it";
    assert_eq!(late(DOCKERFILE, Vec::new(), vec![url(5)]), [message]);
    let taking = DOCKERFILE.replace("RUN npm", "ARG NEXT_PUBLIC_API_URL\nRUN npm");
    assert_eq!(late(&taking, vec![url(7)], vec![url(5)]), [""; 0]);
    assert_eq!(late(&taking, vec![given("NEXT_PUBLIC_API_URL", "https://x.shop.io", 7)], vec![url(5)]).len(), 1);
    assert_eq!(
        late(&taking, vec![injected("NEXT_PUBLIC_API_URL", 7)], vec![injected("NEXT_PUBLIC_API_URL", 5)]),
        [""; 0]
    );
    // Nothing says how an image of another name is built.
    let other = vec![service("web", "r/other-web:1", vec![url(5)])];
    let builds = vec![step(build("web", Vec::new()), &["r/beep-web"], None)];
    assert_eq!(messages(DOCKERFILE, "late-public-variable", builds, other), [""; 0]);
}

#[test]
fn nothing_is_too_late_where_the_build_was_not_understood() {
    let mut unclear = step(build("web", Vec::new()), &["r/beep-web"], None);
    unclear.partial = true;
    let settings = vec![given("NEXT_PUBLIC_API_URL", "https://api.shop.io", 5)];
    let targets = vec![service("web", "r/beep-web:1", settings)];
    assert_eq!(messages(DOCKERFILE, "late-public-variable", vec![unclear], targets), [""; 0]);
}

#[test]
fn an_argument_of_a_step_is_dropped_where_no_stage_takes_it() {
    let dropped = |name: &str| {
        let arguments = vec![given(name, "https://api.shop.io", 5)];
        messages(DOCKERFILE, "dropped-build-argument", vec![step(build("web", arguments), &["r/x"], None)], Vec::new())
    };
    assert_eq!(
        dropped("NEXT_PUBLIC_API_URL"),
        [
            "`NEXT_PUBLIC_API_URL` of web is given to the build of `apps/web/Dockerfile`, which has no `ARG` of that name"
        ]
    );
    assert_eq!(dropped("HTTPS_PROXY"), [""; 0]);
}

#[test]
fn a_secret_that_a_step_gives_to_the_last_stage_is_baked() {
    let baked = |dockerfile: &str| {
        let builds = vec![step(build("web", vec![injected("NPM_TOKEN", 5)]), &["r/x"], None)];
        messages(dockerfile, "baked-secret", builds, Vec::new())
    };
    let message = "`NPM_TOKEN` of web is a secret, and stays in the image of `apps/web/Dockerfile`";
    assert_eq!(baked("FROM node:22\nARG NPM_TOKEN\nRUN npm ci\n"), [message]);
    assert_eq!(baked("FROM node:22 AS a\nARG NPM_TOKEN\nRUN npm ci\nFROM node:22\nCOPY --from=a /x /x\n"), [""; 0]);
}

#[test]
fn what_a_step_writes_into_the_context_comes_into_the_image() {
    let of = |rule: &str, file: WrittenFile| {
        let builds = vec![step(build("web", Vec::new()), &["r/beep-web"], None)];
        let settings = vec![given("NEXT_PUBLIC_API_URL", "https://api.shop.io", 5)];
        let targets = vec![service("web", "r/beep-web:1", settings)];
        let all = DOCKERFILE.replace("COPY --from=build /app/.next /srv", "COPY --from=build /app /srv");
        messages_of(&all, rule, TargetGroup { builds, targets, written_files: vec![file], ..TargetGroup::default() })
    };
    let url = || vec![given("NEXT_PUBLIC_API_URL", "https://api.shop.io", 7)];
    assert_eq!(of("late-public-variable", written(".env.production", false, url())), [""; 0]);
    assert_eq!(of("late-public-variable", written(".env.production", true, Vec::new())), [""; 0]);
    assert_eq!(of("late-public-variable", written(".env.production", false, Vec::new())).len(), 1);
    assert_eq!(
        of("baked-secret", written(".env", false, vec![injected("SESSION_SECRET", 9)])),
        [
            "`SESSION_SECRET` is a secret, written to `apps/web/.env`, which is copied into the image of `apps/web/Dockerfile`"
        ]
    );
    assert_eq!(of("baked-secret", written(".env", false, url())), [""; 0]);
}

#[test]
fn a_secret_in_plain_text_is_told_at_every_kind_of_target() {
    for kind in [
        TargetKind::ComposeService,
        TargetKind::CloudRunService,
        TargetKind::CloudRunJob,
        TargetKind::Function,
        TargetKind::EcsContainer,
        TargetKind::KubernetesContainer,
        TargetKind::PlatformApp,
        TargetKind::SystemdUnit,
        TargetKind::DockerContainer,
    ] {
        let settings = || vec![given("SESSION_SECRET", "7Kq1Zb9T4xWmR2cLp8sV", 5)];
        let builds = vec![step(build("server", Vec::new()), &["r/x"], None)];
        let targets = vec![target(kind, "api", "r/x", settings())];
        let found = messages(DOCKERFILE, "plaintext-secret", builds, targets);
        assert_eq!(found.len(), 1, "{kind:?} {found:?}");
        let references = vec![target(kind, "api", "r/x", vec![injected("SESSION_SECRET", 5)])];
        assert_eq!(messages(DOCKERFILE, "plaintext-secret", Vec::new(), references), [""; 0], "{kind:?}");
    }
    let arguments = vec![given("SESSION_SECRET", "7Kq1Zb9T4xWmR2cLp8sV", 5)];
    let builds = vec![step(build("server", arguments), &["r/x"], Some("production"))];
    assert_eq!(messages(DOCKERFILE, "plaintext-secret", builds, Vec::new()).len(), 1);
}
