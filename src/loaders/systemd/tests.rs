//! Tests of the loader of units.

use std::collections::BTreeMap;

use super::*;
use crate::fact::{LayerState, LinkOutcome, Setting, SettingValue};
use crate::loaders::LOADERS;

fn unit(text: &str) -> (SourceFile, Loaded) {
    let source = SourceFile::new(SourcePath::new("deploy/api.service"), text.as_bytes().to_vec());
    let loaded = load(&source, &Claim::new(Role::Deploy));
    (source, loaded)
}

/// `NAME=value` as it is read, and as the spans of name and value say it.
fn told(text: &str) -> Vec<(String, String)> {
    let (source, loaded) = unit(text);
    let Some(parsed) = loaded.parsed.as_ref().and_then(|parsed| parsed.downcast_ref::<Parsed>()) else {
        return Vec::new();
    };
    let tell = |setting: &Setting| {
        let SettingValue::Given(template) = &setting.value else { panic!() };
        let value = template.as_literal().map_or("?".to_owned(), |value| value.expose().to_owned());
        let written = format!("{}={}", source.slice(setting.place.span), source.slice(setting.value_span));
        (format!("{}={value}", setting.name), written)
    };
    let path = source.path();
    unit::fold(parsed.steps.iter().map(|step| (path, step))).settings.iter().map(tell).collect()
}

/// The targets that some files come to: each with its layers, strongest first.
fn targets(files: &[(&str, &str)]) -> Vec<String> {
    let mut read = BTreeMap::new();
    for (path, text) in files {
        let path = SourcePath::new(path);
        let claimed = LOADERS.iter().find_map(|loader| Some((loader, (loader.claims)(&path)?)));
        let Some((loader, claim)) = claimed else { continue };
        let source = SourceFile::new(path.clone(), text.as_bytes().to_vec());
        let loaded = (loader.load)(&source, &claim);
        read.insert(path, File { source, format: loader.name, claim, loaded, outcomes: Vec::new(), local: false });
    }
    let known: Vec<SourcePath> = read.keys().cloned().collect();
    for (path, file) in &mut read {
        let follow = |link: &crate::fact::Link| match path.folder().join(&link.path) {
            Some(target) if known.contains(&target) => LinkOutcome::Loaded(target),
            Some(target) => LinkOutcome::Missing(target),
            None => LinkOutcome::Outside,
        };
        file.outcomes = file.loaded.links.iter().map(follow).collect();
    }
    let groups = assemble(&Files::new(&read, &|_| false)).groups;
    groups.iter().flat_map(|group| &group.targets).map(tell).collect()
}

fn tell(target: &Target) -> String {
    let value = |value: &SettingValue| match value {
        SettingValue::Given(template) => template.as_literal().map_or("?".to_owned(), |of| of.expose().to_owned()),
        SettingValue::PassThrough => "-".to_owned(),
        SettingValue::Injected { .. } | SettingValue::Unknown => "?".to_owned(),
    };
    let layer = |layer: &crate::fact::Layer| {
        let settings = layer.settings.iter().map(|setting| format!("{}={}", setting.name, value(&setting.value)));
        let settings: Vec<String> = settings.collect();
        format!("[{}{}]", settings.join(" "), if layer.state == LayerState::Whole { "" } else { "…" })
    };
    let layers: Vec<String> = target.layers.iter().map(layer).collect();
    let image = target.image.as_ref().map(|(image, _)| format!(" of {image}")).unwrap_or_default();
    format!("{}{image} {}{}", target.name, layers.concat(), if target.partial { " …" } else { "" })
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
    let parsed: &Parsed = loaded.parsed.as_ref().unwrap().downcast_ref().unwrap();
    let path = SourcePath::new("api.service");
    let unit = unit::fold(parsed.steps.iter().map(|step| (&path, step)));
    let required: Vec<bool> = unit.files.iter().map(|(_, file)| file.required).collect();
    assert_eq!(required, [false, true]);
    assert!(loaded.links.is_empty());
}

#[test]
fn drop_ins_are_read_behind_the_unit_in_the_order_of_their_names() {
    let base = "[Service]\nEnvironment=A=base B=base\nEnvironmentFile=/etc/base.env\n";
    let files = [
        ("x/api.service", base),
        ("x/api.service.d/20-last.conf", "[Service]\nEnvironment=C=last\nEnvironmentFile=-/etc/last.env\n"),
        ("x/api.service.d/10-first.conf", "[Service]\nEnvironment=B=first C=first\nEnvironmentFile=\n"),
        ("x/api.service.d/notes.txt", "[Service]\nEnvironment=D=no\n"),
        ("y/api.service.d/a.conf", "[Service]\nEnvironment=\nEnvironment=E=other\n"),
        ("y/nginx.d/a.conf", "[Service]\nEnvironment=E=no\n"),
    ];
    assert_eq!(targets(&files), ["api […][A=base B=base B=first C=first C=last] …", "api [E=other] …"]);
}

#[test]
fn a_drop_in_takes_back_what_the_unit_says() {
    let files = [
        ("api@.service", "[Service]\nEnvironment=A=base\nPassEnvironment=HOME X\nUnsetEnvironment=GONE\n"),
        (
            "api@.service.d/a.conf",
            "[Service]\nEnvironment=\nEnvironment=B=new GONE=1 X=own\nPassEnvironment=\nPassEnvironment=Y GONE\n",
        ),
    ];
    assert_eq!(targets(&files), ["api [B=new X=own][Y=-] …"]);
    assert_eq!(targets(&[("a.service", "[Service]\nPassEnvironment=A B\n")]), ["a [][A=- B=-] …"]);
    assert!(
        targets(&[("a.service", "[Service]\nLoadCredential=Environment:/etc/x\nSetCredential=a:hunter2\n")]).is_empty()
    );
}

#[test]
fn containers_of_podman_have_files_below_their_own_list() {
    let text = "[Unit]\nDescription=x\n[Container]\nImage=ghcr.io/acme/api:1\nEnvironment=A=a \"B=b c\"\nEnvironment=D\n\
                EnvironmentFile=api.env\nSecret=shop-db,type=env,target=DATABASE_URL\nSecret=KEY,type=env\nSecret=file\n\
                [Service]\nEnvironment=NO=1\n";
    let files = [("q/api.container", text), ("q/api.env", "A=file\nF=file\n")];
    assert_eq!(targets(&files), ["api of ghcr.io/acme/api:1 [A=a B=b c D=- DATABASE_URL=? KEY=?][A=file F=file]"]);
    let drop_in = "[Container]\nEnvironment=A=over\nEnvironmentHost=true\nEnvironmentFile=%h/x.env\n";
    let files =
        [("q/api.container", "[Container]\nImage=x\nContainerName=shop\n"), ("q/api.container.d/a.conf", drop_in)];
    assert_eq!(targets(&files), ["shop of x [A=over][…] …"]);
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

#[test]
fn odd_files_of_podman_end() {
    for text in [
        "[Container]",
        "[Container]\nImage=\nEnvironment=\nEnvironmentFile=\nSecret=\n",
        "[Container]\nSecret=,type=env,target=\nSecret=é,type=env\nSecret=a,target=é,type=env\n",
        "\u{feff}[Container]\r\nImage=x\r\nSecret=a,type=env \r\nEnvironmentFile=../../../../x\r\n",
        "[Container]\nEnvironment=\"A\nEnvironmentFile=-\nContainerName=%p\nPodmanArgs=-e X\n",
    ] {
        targets(&[("a.container", text), ("a.container.d/x.conf", text)]);
    }
}
