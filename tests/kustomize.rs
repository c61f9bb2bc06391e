//! What patches of kustomizations come to, held against `kubectl kustomize` where it is installed.
//!
//! Each probe is patched by both: what `kustomize` writes is read as a manifest, and what envcheck makes of the patch must
//! be the same, or unknown. Where `kustomize` refuses the patch, envcheck must not be sure of anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use envcheck::config::Config;
use envcheck::fact::{LayerState, SettingValue, Target};
use envcheck::project::{Options, Project};

const BASE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: api, labels: {app: api, environment: staging}}
spec:
  template:
    spec:
      initContainers:
      - {name: first, image: acme/first, env: [{name: I, value: i}]}
      containers:
      - name: main
        image: acme/api
        env:
        - {name: A, value: a}
        - {name: B, value: b}
        - {name: K, valueFrom: {secretKeyRef: {name: s, key: k}}}
        envFrom: [{configMapRef: {name: conf}}]
      - name: side
        image: acme/side
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: api}
spec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: acme/api, env: [{name: J, value: j}]}]}}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {C: c, D: d}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {E: e}
";

/// Operations on the deployment: what is done, where in its pods, and with what.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("add", "containers/0/env/-", "{name: NEW, value: new}"),
    ("add", "containers/0/env/0", "{name: NEW, value: new}"),
    ("add", "containers/0/env/3", "{name: NEW, value: new}"),
    ("add", "containers/0/env/4", "{name: NEW, value: new}"),
    ("add", "containers/0/env/x", "{name: NEW, value: new}"),
    ("add", "containers/1/env/-", "{name: NEW, value: new}"),
    ("add", "containers/1/env", "[{name: NEW, value: new}]"),
    ("add", "containers/2/env", "[{name: NEW, value: new}]"),
    ("add", "containers/0/env", "[{name: NEW, value: new}]"),
    ("add", "containers/-", "{name: new, image: x, env: [{name: NEW, value: new}]}"),
    ("add", "containers/0", "{name: new, image: x, env: [{name: NEW, value: new}]}"),
    ("add", "initContainers/-", "{name: new, image: x, env: [{name: NEW, value: new}]}"),
    ("replace", "containers/1", "{name: new, image: x, env: [{name: NEW, value: new}]}"),
    ("replace", "containers/0/env/0/value", "new"),
    ("replace", "containers/0/env/1/value", "new"),
    ("replace", "containers/0/env/7/value", "new"),
    ("replace", "containers/0/env/0/name", "NEW"),
    ("replace", "containers/0/env/0", "{name: NEW, value: new}"),
    ("replace", "containers/0/env", "[{name: NEW, value: new}, {name: M}]"),
    ("replace", "containers/0/envFrom/0/configMapRef/name", "other"),
    ("replace", "containers/0/envFrom/0", "{prefix: P_, configMapRef: {name: other}}"),
    ("add", "containers/0/envFrom/-", "{configMapRef: {name: other}}"),
    ("add", "containers/0/envFrom/0", "{configMapRef: {name: other}}"),
    ("remove", "containers/0/envFrom", ""),
    ("remove", "containers/0/envFrom/0", ""),
    ("remove", "containers/0/env/1", ""),
    ("remove", "containers/0/env/3", ""),
    ("remove", "containers/0/env", ""),
    ("remove", "containers/0/env/0/value", ""),
    ("remove", "containers/0", ""),
    ("remove", "containers/9", ""),
    ("remove", "initContainers", ""),
    ("replace", "initContainers/0/env/0/value", "new"),
    ("replace", "containers/0/image", "acme/new"),
    ("replace", "containers/0/env/2/valueFrom/secretKeyRef/key", "other"),
    ("replace", "containers/0/env/2/valueFrom", "{configMapKeyRef: {name: conf, key: D}}"),
    ("test", "containers/0/env/0/value", "a"),
];

/// Whole kustomizations beside those.
const KUSTOMIZATIONS: &[&str] = &[
    "patches: [{target: {kind: Deploy.*}, patch: '[{op: remove, path: /spec/template/spec/containers/0/env/0}]'}]",
    "patches: [{target: {kind: Deploy.*}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {kind: Deploy}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {labelSelector: 'app=api'}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {labelSelector: 'app!=api', kind: Deployment}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {labelSelector: 'app in (api)', kind: Deployment}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {group: apps, version: v1, name: a.i}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {group: batch, name: api}, patch: '- {op: add, path: /spec/jobTemplate/spec/template/spec/containers/0/env/-, value: {name: NEW, value: new}}'}]",
    "patches: [{target: {namespace: default, kind: Deployment}, patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {kind: ConfigMap, name: conf}, patch: '- {op: add, path: /data/NEW, value: new}\n\n\n- {op: replace, path: /data/C, value: new}\n\n\n- {op: remove, path: /data/D}'}]",
    "patches: [{target: {kind: ConfigMap, name: conf}, patch: '- {op: replace, path: /data, value: {X: x}}'}]",
    "patchesJson6902: [{target: {version: v1, group: apps, kind: Deployment, name: api}, path: patch.json}]",
    "patches: [{target: {kind: Deployment}, path: patch.yaml}]",
    "patches: [{path: merge.yaml}, {target: {kind: Deployment}, path: patch.yaml}]",
    "patches: [{target: {kind: Deployment}, path: patch.yaml}, {path: merge.yaml}]",
    "namePrefix: x-\npatches: [{target: {name: x-api, kind: Deployment}, path: patch.yaml}]",
    "patches: [{target: {kind: Deployment}, patch: 'kind: Deployment\n\napiVersion: apps/v1\n\nmetadata: {name: any}\n\nspec: {template: {spec: {containers: [{name: main, env: [{name: A, value: over}]}]}}}'}]",
    "patches: [{target: {kind: CronJob}, patch: '- {op: replace, path: /spec/jobTemplate/spec/template, value: {spec: {containers: [{name: x, image: y}]}}}'}]",
    "patches: [{target: {kind: CronJob}, patch: '- {op: copy, from: /metadata/name, path: /spec/jobTemplate/spec/template/spec/containers/0/env/0/value}'}]",
    "patches: [{patch: '- {op: remove, path: /spec/template/spec/containers/0/env/0}'}]",
    "patches: [{target: {kind: CronJob}, patch: '- {op: replace, path: /spec/schedule, value: x}'}]",
];

#[test]
fn patches_come_to_what_kustomize_makes_of_them() {
    let Some(kubectl) = kubectl() else { return skipped() };
    let pods = |(op, path, value): &(&str, &str, &str)| {
        let value = if value.is_empty() { String::new() } else { format!(", value: {value}") };
        let one = format!("{{op: {op}, path: /spec/template/spec/{path}{value}}}");
        format!("patches:\n- target: {{kind: Deployment, name: api}}\n  patch: |-\n    - {one}\n")
    };
    let probes = OPERATIONS.iter().map(pods).chain(KUSTOMIZATIONS.iter().map(|text| format!("{text}\n")));
    let (mut exact, mut count) = (0, 0);
    for probe in probes {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it can be written");
        write("base.yaml", BASE);
        write("kustomization.yaml", &format!("resources: [base.yaml]\n{probe}"));
        let list = "[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/env/0/value\", \"value\": \"by-file\"}]";
        write("patch.json", list);
        write("patch.yaml", &format!("# operations\n{}", list.replace("\"op\"", "op")));
        write(
            "merge.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: \
             extra, image: z}, {name: main, env: [{name: Z, value: z}, {name: B, value: over}]}]}}}\n",
        );
        let own = told(folder.path());
        let judged = judge(&kubectl, folder.path());
        let Some(judged) = judged else {
            let deployment = own.iter().filter(|(name, _)| name.ends_with("true"));
            assert!(deployment.clone().all(|(_, said)| said.partial), "{probe}\nis refused, and yet {own:#?}");
            continue;
        };
        count += 1;
        exact += usize::from(own.values().all(|said| !said.partial));
        for (name, said) in own.iter().filter(|(_, said)| !said.partial) {
            let names = |said: &Said| said.variables.keys().cloned().collect::<Vec<_>>();
            let of = judged.get(name).or_else(|| judged.get(&format!("x-{name}")));
            assert_eq!(Some(names(said)), of.map(names), "{name}\n{probe}");
        }
        for (name, said) in &own {
            for (variable, value) in said.variables.iter().filter(|(_, value)| !matches!(value.as_str(), "?" | "")) {
                let of = judged.get(name).or_else(|| judged.get(&format!("x-{name}")));
                let Some(of) = of.filter(|of| !said.partial || of.variables.contains_key(variable)) else { continue };
                assert_eq!(of.variables.get(variable), Some(value), "`{variable}` of {name}\n{probe}");
            }
        }
    }
    // Not all of them may end in silence.
    assert!(exact * 4 > count * 3, "{exact} of {count}");
}

#[derive(Debug)]
struct Said {
    variables: BTreeMap<String, String>,
    partial: bool,
}

/// The variables of each target: its kind and name, and what each is given.
fn told(folder: &Path) -> BTreeMap<String, Said> {
    let project = Project::load(folder, Config::default(), &Options::default()).expect("it loads");
    let targets = project.groups.iter().flat_map(|group| &group.targets);
    targets.map(|target| (format!("{} {}", target.name, target.signs.restarts), said(target))).collect()
}

fn said(target: &Target) -> Said {
    let mut variables = BTreeMap::new();
    for setting in target.layers.iter().rev().flat_map(|layer| &layer.settings) {
        let value = match &setting.value {
            SettingValue::Given(template) => template.as_literal().map_or("?".to_owned(), |of| of.expose().to_owned()),
            SettingValue::Injected { secret, .. } => format!("secret {secret}"),
            SettingValue::PassThrough => "-".to_owned(),
            SettingValue::Unknown => "?".to_owned(),
        };
        variables.insert(setting.name.to_string(), value);
    }
    let image = target.image.as_ref().map(|(image, _)| image.clone()).unwrap_or_default();
    variables.insert("its image".to_owned(), image);
    variables.insert("its environment".to_owned(), target.environment.clone().unwrap_or_default());
    let open = target.layers.iter().any(|layer| layer.state != LayerState::Whole);
    Said { variables, partial: target.partial || open }
}

/// What `kustomize` writes, read as a manifest; `None` where it refuses.
fn judge(kubectl: &Path, folder: &Path) -> Option<BTreeMap<String, Said>> {
    let output = Command::new(kubectl).arg("kustomize").arg(folder).output().expect("it starts");
    if !output.status.success() {
        return None;
    }
    let made = tempfile::tempdir().expect("a folder can be made");
    let path = made.path().join("deployment.yaml");
    std::fs::write(path, &output.stdout).expect("it can be written");
    Some(told(made.path()))
}

fn kubectl() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|program| program.is_file())
}

#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
fn skipped() {
    eprintln!("skipped: `kubectl` is not installed, which is the judge here");
}
