//! Tests of the Kubernetes loader.

use std::collections::BTreeMap;

use super::*;
use crate::fact::{LayerState, LinkOutcome, SettingValue, StoreKind, Target, TargetGroup, TargetKind};
use crate::loaders::{File, Files, LOADERS};
use crate::source::{SourceFile, SourcePath};

/// The groups of some files; those that nothing claims are left out.
fn groups(files: &[(&str, &str)]) -> Vec<TargetGroup> {
    let mut read = BTreeMap::new();
    for (path, text) in files {
        let path = SourcePath::new(path);
        let claimed = LOADERS.iter().find_map(|loader| Some((loader, (loader.claims)(&path)?)));
        let Some((loader, claim)) = claimed else { continue };
        let source = SourceFile::new(path.clone(), text.as_bytes().to_vec());
        let loaded = (loader.load)(&source, &claim);
        let file = File { source, format: loader.name, claim, loaded, outcomes: Vec::new(), local: false };
        read.insert(path, file);
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
    (LOADER.assemble.unwrap())(&Files::new(&read, &|_| false)).groups
}

/// `NAME=value` of each layer, strongest first; `?` unknown, `-` passed through, `store:id@version` injected.
fn told(target: &Target) -> Vec<String> {
    let value = |value: &SettingValue| match value {
        SettingValue::Given(template) => {
            template.as_literal().map_or("?".to_owned(), |value| value.expose().to_owned())
        }
        SettingValue::PassThrough => "-".to_owned(),
        SettingValue::Injected { store, secret, version } => format!("{store:?}:{secret}@{version}"),
        SettingValue::Unknown => "?".to_owned(),
    };
    let layer = |layer: &crate::fact::Layer| {
        let settings: Vec<String> =
            layer.settings.iter().map(|setting| format!("{}={}", setting.name, value(&setting.value))).collect();
        let open = if layer.state == LayerState::Whole { "" } else { " …" };
        format!("{}{open}", settings.join(" "))
    };
    target.layers.iter().map(layer).collect()
}

fn only(files: &[(&str, &str)]) -> Target {
    let mut groups = groups(files);
    assert_eq!(groups.len(), 1, "{groups:#?}");
    let mut targets = groups.remove(0).targets;
    assert_eq!(targets.len(), 1, "{targets:#?}");
    targets.remove(0)
}

/// A pod with these lines below its one container.
fn pod(lines: &str) -> String {
    let lines = lines.replace('\n', "\n      ");
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: api\nspec:\n  containers:\n    - name: main\n      image: acme/api\n      {lines}\n"
    )
}

const MAP: &str =
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {A: one, B: two, nginx.conf: x}\n";

#[test]
fn a_list_of_variables_is_stronger_than_the_sources_and_a_later_source_than_an_earlier_one() {
    let other = MAP.replace("conf}", "other}").replace("one", "three");
    let text = pod(
        "env: [{name: A, value: own}]\nenvFrom:\n- configMapRef: {name: conf}\n- prefix: X_\n  configMapRef: {name: other}",
    );
    let target = only(&[("k8s/a.yaml", &format!("{text}{MAP}{other}"))]);
    assert_eq!(told(&target), ["A=own", "X_A=three X_B=two", "A=one B=two"]);
    assert_eq!((target.kind, target.name.as_str(), target.partial), (TargetKind::KubernetesContainer, "api", false));
}

#[test]
fn variables_take_those_above_them() {
    let text = pod(
        "env:\n- {name: A, value: x}\n- {name: B, value: \"$(A)-$(NONE)-$$(A)-$A\"}\n- {name: C, value: \"$(D)\"}\n- {name: D, value: d}\n- {name: E}\n- {name: F, value: \"${G}\"}",
    );
    assert_eq!(told(&only(&[("k8s/a.yaml", &text)])), ["A=x B=x-$(NONE)-$(A)-$A C=$(D) D=d E= F=?"]);
}

#[test]
fn what_a_variable_takes_may_be_unknown() {
    let text = pod("env:\n- {name: B, value: \"$(A)\"}\nenvFrom: [{secretRef: {name: elsewhere}}]");
    assert_eq!(told(&only(&[("k8s/a.yaml", &text)])), ["B=?", " …"]);
}

#[test]
fn keys_come_from_config_maps_secrets_and_the_cluster() {
    let text = pod("env:
- {name: A, valueFrom: {configMapKeyRef: {name: conf, key: B}}}
- {name: LACKING, valueFrom: {configMapKeyRef: {name: conf, key: C}}}
- {name: NOWHERE, valueFrom: {configMapKeyRef: {name: other, key: C}}}
- {name: MAYBE, valueFrom: {secretKeyRef: {name: other, key: C, optional: true}}}
- {name: CLUSTER, valueFrom: {secretKeyRef: {name: other, key: C}}}
- {name: CODED, valueFrom: {secretKeyRef: {name: s, key: coded}}}
- {name: TEXT, valueFrom: {secretKeyRef: {name: s, key: text}}}
- {name: BAD, valueFrom: {secretKeyRef: {name: s, key: bad}}}
- {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}");
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {coded: aHVudGVyMg==, bad: '%', text: eA==}\nstringData: {text: plain}\n";
    let target = only(&[("k8s/a.yaml", &format!("{text}{MAP}{secret}"))]);
    let told = told(&target);
    assert_eq!(told, ["A=two NOWHERE=? MAYBE=- CLUSTER=Kubernetes:other/C@latest CODED=hunter2 TEXT=plain BAD=? IP=?"]);
}

#[test]
fn external_secrets_lead_to_the_ids_of_their_store() {
    let text =
        pod("env: [{name: A, valueFrom: {secretKeyRef: {name: made, key: a}}}]\nenvFrom: [{secretRef: {name: made}}]");
    let external = "---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: x}
spec:
  secretStoreRef: {name: gcp, kind: ClusterSecretStore}
  target: {name: made}
  data:
  - {secretKey: a, remoteRef: {key: shop-a, version: \"3\"}}
  - {secretKey: B, remoteRef: {key: projects/1/secrets/shop-b}}
  dataFrom:
  - extract: {key: shop-all}
";
    let store = "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: gcp}\nspec: {provider: {gcpsm: {projectID: p}}}\n";
    let target = only(&[("k8s/a.yaml", &format!("{text}{external}")), ("infra/store.yaml", store)]);
    assert_eq!(
        told(&target),
        [
            "A=GoogleSecretManager:shop-a@3",
            "a=GoogleSecretManager:shop-a@3 B=GoogleSecretManager:projects/1/secrets/shop-b@latest …"
        ]
    );
    assert_eq!(target.secret_files.len(), 1);
    assert_eq!(target.secret_files[0].secret.as_str(), "shop-all");
    let target = only(&[("k8s/a.yaml", &format!("{text}{external}"))]);
    assert!(told(&target)[0].starts_with("A=Kubernetes:"), "the store is not known");
}

#[test]
fn cloud_run_writes_the_version_where_a_cluster_has_the_key() {
    let text = "apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: api}
spec:
  template:
    metadata:
      annotations: {run.googleapis.com/secrets: 'alias:projects/9/secrets/real , b:projects/9/secrets/c'}
    spec:
      containers:
      - image: gcr.io/p/api
        env:
        - {name: A, valueFrom: {secretKeyRef: {name: own, key: latest}}}
        - {name: B, valueFrom: {secretKeyRef: {name: alias, key: '2'}}}
        volumeMounts: [{name: v, mountPath: /secrets/db/}, {name: w, mountPath: /w}]
      volumes:
      - {name: v, secret: {secretName: alias, items: [{key: '7', path: url}]}}
      - {name: w, secret: {secretName: whole}}
";
    let target = only(&[("service.yaml", text)]);
    assert_eq!(target.kind, TargetKind::CloudRunService);
    assert_eq!(told(&target), ["A=GoogleSecretManager:own@latest B=GoogleSecretManager:projects/9/secrets/real@2"]);
    let files: Vec<String> = target
        .secret_files
        .iter()
        .map(|file| {
            assert_eq!(file.store, StoreKind::GoogleSecretManager);
            format!("{} {}@{}", file.path, file.secret, file.version)
        })
        .collect();
    assert_eq!(files, ["/secrets/db/url projects/9/secrets/real@7", "/w/whole whole@latest"]);
}

#[test]
fn knative_in_a_cluster_is_not_cloud_run() {
    let text = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{image: a/b, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: password}}}]}]}}}\n";
    assert_eq!(told(&only(&[("service.yaml", text)])), ["A=Kubernetes:s/password@latest"]);
}

#[test]
fn overlays_lie_over_their_bases() {
    let base = format!(
        "{}{MAP}",
        pod("env: [{name: A, value: base}, {name: C, value: c}]\nenvFrom: [{configMapRef: {name: gen}}]")
    );
    let files = [
        ("base/pod.yaml", base.as_str()),
        (
            "base/kustomization.yaml",
            "resources: [pod.yaml]\nconfigMapGenerator:\n- name: gen\n  literals: ['X=1', 'Y=\"2\"']\n  envs: [gen.env]\n",
        ),
        ("base/gen.env", "X=file\nZ=3\n"),
        (
            "overlays/prod/kustomization.yaml",
            "resources: [../../base]\npatches: [{path: patch.yaml}]\nconfigMapGenerator:\n- {name: gen, behavior: merge, literals: [Y=prod]}\nimages: [{name: acme/api, newName: gcr.io/p/api}]\n",
        ),
        (
            "overlays/prod/patch.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: main, env: [{name: A, value: prod}, {name: C, $patch: delete}]}]}\n",
        ),
    ];
    let groups = groups(&files);
    let [group] = groups.as_slice() else { panic!("{groups:#?}") };
    let paths: Vec<&str> = group.paths.iter().map(SourcePath::as_str).collect();
    assert_eq!(paths, ["base/kustomization.yaml", "overlays/prod/kustomization.yaml"]);
    assert_eq!(told(&group.targets[0]), ["A=prod", "X=1 Y=prod", "X=file Z=3"]);
    assert!(!group.targets[0].partial);
    assert_eq!(group.targets[0].image.as_ref().unwrap().0, "gcr.io/p/api");
}

#[test]
fn a_patch_that_is_not_followed_makes_its_target_partial() {
    let pod = pod("env: [{name: A, value: base}]");
    let with = |patch: &str| {
        let text = format!("resources: [pod.yaml]\npatches:\n{patch}\n");
        only(&[("k8s/pod.yaml", &pod), ("k8s/kustomization.yaml", &text)]).partial
    };
    assert!(with("- target: {name: api}\n  patch: '[{op: add, path: /spec/containers/0/env/-, value: {}}]'"));
    assert!(with("- path: missing.yaml"));
    assert!(!with("- target: {name: other}\n  patch: '[{op: add, path: /spec/containers/0/env/-, value: {}}]'"));
    assert!(!with("- target: {name: api}\n  patch: '[{op: replace, path: /spec/replicas, value: 3}]'"));
}

#[test]
fn patches_within_a_kustomization_are_laid_over_too() {
    let pod = pod("env: [{name: A, value: base}, {name: B, value: b}]\nenvFrom: [{configMapRef: {name: conf}}]");
    let text = "resources: [pod.yaml]
commonLabels: {environment: qa}
patchesStrategicMerge:
- |-
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: conf}
  data:
    A: patched
    C: new
patches:
- patch: |-
    apiVersion: v1
    kind: Pod
    metadata:
      name: api
    spec:
      containers:
        - name: main
          env:
            - name: A
              value: over
            - name: B
              $patch: delete
";
    let files = [("k8s/pod.yaml", format!("{pod}{MAP}")), ("k8s/kustomization.yaml", text.to_owned())];
    let target = only(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
    assert_eq!(told(&target), ["A=over", "B=two A=patched C=new"]);
    assert_eq!((target.environment.as_deref(), target.partial), (Some("qa"), false));
    let over = &target.layers[0].settings[0];
    assert_eq!(
        (&text[over.place.span.start..over.place.span.end], over.place.path.name()),
        ("A", "kustomization.yaml")
    );
    assert_eq!(&text[over.value_span.start..over.value_span.end], "over");
}

#[test]
fn operations_that_make_no_sense_end_in_silence() {
    let pod = pod("env: [{name: A, value: base}, {name: B, value: b}]\nenvFrom: [{configMapRef: {name: conf}}]");
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let many = "      - {op: add, path: /spec/containers/0/env/-, value: {name: C}}\n".repeat(5_000);
    for patch in [
        "- {op: add, path: /spec/containers/0/env/-, value: [x]}",
        "- {op: add, path: /spec/containers/99999999999999999999/env/-, value: {name: C}}",
        "- {op: remove, path: /spec/containers/0/env/é}",
        "- {op: replace, path: /spec/containers/0/env/0/value, value: {a: b}}",
        "- {op: replace, path: '', value: {a: b}}",
        "- {op: replace, path: /spec/containers, value: x}",
        "- {op: move, from: /spec/containers/0/env/0, path: /spec/containers/0/env/1}",
        "- {op: [add], path: /spec}",
        "- {op: add, path: [x]}",
        &format!("- {{op: add, path: /spec/containers/0/env, value: {deep}}}"),
        many.trim(),
    ] {
        let text =
            format!("resources: [pod.yaml]\npatches:\n  - target: {{kind: Pod}}\n    patch: |-\n      {patch}\n");
        let target = only(&[("k8s/pod.yaml", &pod), ("k8s/kustomization.yaml", &text)]);
        let told = told(&target);
        let is_known = told.first().is_some_and(|layer| layer.contains("A=base") && layer.contains("B=b"));
        assert!(target.partial || !is_known || patch.contains("[add]") || patch.contains("[x]}"), "{patch}: {told:?}");
    }
}

#[test]
fn a_patch_with_marks_of_other_systems_is_read_as_well() {
    let pod = pod("env: [{name: A, value: base}]");
    let kustomization = "resources: [pod.yaml]\r\npatches:\r\n- {target: {kind: Pod}, path: patch.yaml}\r\n";
    let patch =
        "\u{feff}---\r\n# what changes\r\n- op: replace\r\n  path: /spec/containers/0/env/0/value\r\n  value: over\r\n";
    let files = [("k8s/pod.yaml", pod.as_str()), ("k8s/kustomization.yaml", kustomization), ("k8s/patch.yaml", patch)];
    let target = only(&files);
    assert_eq!((told(&target), target.partial), (vec!["A=over".to_owned()], false));
}

#[test]
fn patches_are_for_the_resources_of_their_own_kustomization() {
    let pod = |name: &str| pod("env: [{name: A, value: base}]").replace("name: api", &format!("name: {name}"));
    let patch = "resources: [pod.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |-\n    - {op: remove, path: /spec/containers/0/env/0}\n";
    let groups = groups(&[
        ("k8s/a/pod.yaml", &pod("a")),
        ("k8s/a/kustomization.yaml", "resources: [pod.yaml]\n"),
        ("k8s/b/pod.yaml", &pod("b")),
        ("k8s/b/kustomization.yaml", patch),
        ("k8s/all/kustomization.yaml", "resources: [../a, ../b]\n"),
    ]);
    let all: Vec<_> = groups[0].targets.iter().map(|target| (target.name.as_str(), told(target))).collect();
    assert_eq!(all, [("a", vec!["A=base".to_owned()]), ("b", vec![String::new()])]);
}

#[test]
fn a_patch_can_take_a_workload_away() {
    let text = "resources: [pod.yaml]\npatches:\n- patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: api}\n";
    assert!(groups(&[("k8s/pod.yaml", &pod("env: []")), ("k8s/kustomization.yaml", text)]).is_empty());
}

#[test]
fn kustomizations_in_a_circle_end() {
    let files = [
        ("k8s/a/kustomization.yaml", "resources: [../b, pod.yaml]\n"),
        ("k8s/b/kustomization.yaml", "resources: [../a, ../b, .]\n"),
        ("k8s/a/pod.yaml", &pod("env: []")),
    ];
    assert_eq!(groups(&files).len(), 1);
}

#[test]
fn numbers_and_booleans_are_refused_and_dates_are_text() {
    let load = |text: &str| {
        let source = SourceFile::new(SourcePath::new("k8s/a.yaml"), text.as_bytes().to_vec());
        (LOADER.load)(&source, &Claim::new(Role::Deploy))
    };
    for value in ["1", "1.5", "true", "yes", "Off", "y", "0x1F", "007", ".inf"] {
        let loaded = load(&pod(&format!("env: [{{name: A, value: {value}}}]")));
        assert_eq!(loaded.mangled.len(), 1, "{value}");
    }
    for value in ["'1'", "\"true\"", "text", "2024-01-02", "1.2.3", "oN", "yeS", "", "null", "12:30"] {
        let loaded = load(&pod(&format!("env:\n- name: A\n  value: {value}")));
        assert!(loaded.mangled.is_empty(), "{value}");
    }
}

#[test]
fn charts_and_other_files_say_nothing() {
    let load = |text: &str| {
        let source = SourceFile::new(SourcePath::new("charts/x/templates/a.yaml"), text.as_bytes().to_vec());
        (LOADER.load)(&source, &Claim::new(Role::Deploy))
    };
    for text in [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  {{- with .Values.x }}\n  name: {{ .Release.Name }}\n",
        "{{- if .Values.on }}\napiVersion: v1\nkind: Secret\n{{- end }}\n",
        "a: [\n",
        "",
        "\u{feff}",
        "\u{1a}\u{0}",
    ] {
        let loaded = load(text);
        assert!(loaded.problems.is_empty() && loaded.parsed.is_none(), "{text}");
    }
    let quoted = pod("env: [{name: A, value: \"{{ x }}\"}]");
    assert!(only(&[("k8s/a.yaml", &quoted)]).partial);
}

#[test]
fn plain_values_of_a_chart_are_read() {
    let text = "image: {repository: gcr.io/p/api, tag: x}
env:
  LOG_LEVEL: info
  PORT: 8080
  FROM: ${X}
worker:
  extraEnv:
    - {name: QUEUE, value: mail}
    - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}
monitoring: {env: prod, envVars: {lower: x}}
";
    let groups = groups(&[("charts/shop/values-production.yaml", text)]);
    let targets: Vec<&Target> = groups.iter().flat_map(|group| &group.targets).collect();
    let all: Vec<(String, Vec<String>)> = targets.iter().map(|target| (target.name.clone(), told(target))).collect();
    assert_eq!(
        all,
        [
            ("shop".to_owned(), vec!["LOG_LEVEL=info PORT=8080 FROM=?".to_owned()]),
            ("worker".to_owned(), vec!["QUEUE=mail KEY=Kubernetes:s/k@latest".to_owned()])
        ]
    );
    assert!(targets.iter().all(|target| target.partial));
    for other in ["a: b\n", "env: production\n", "env: {a: b}\n", "- env\n", "env: [\n"] {
        let source = SourceFile::new(SourcePath::new("helm/values.yaml"), other.as_bytes().to_vec());
        let loaded = load(&source, &Claim::new(Role::Deploy));
        assert!(loaded.problems.is_empty() && loaded.parsed.is_none(), "{other}");
    }
}

#[test]
fn odd_shapes_are_read_without_a_word() {
    let texts = [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: {a: b}}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: a\nspec: []\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: [a]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [a, [b], {env: c}, {env: [d, {name: [e]}, {name: f, valueFrom: g}]}], volumes: x}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: [b]\nstringData: {[c]: d}\n",
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: x}, y]\n",
        "apiVersion: x/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {data: [{}, {secretKey: [x], remoteRef: {key: y}}], dataFrom: {}}\n",
        "apiVersion: x/v1\nkind: SecretProviderClass\nmetadata: {name: a}\nspec: {provider: gcp, parameters: {secrets: '[\"'}}\n",
    ];
    for text in texts {
        for (path, text) in [("k8s/a.yaml", text), ("k8s/kustomization.yaml", text)] {
            for target in groups(&[(path, text)]).iter().flat_map(|group| &group.targets) {
                assert!(target.partial, "{text}");
            }
        }
    }
    for text in
        ["resources: x\npatches: y\n", "resources: [[a], {b: c}]\nconfigMapGenerator: [d, {name: [e]}]\n", "- a\n"]
    {
        groups(&[("k8s/kustomization.yaml", text)]);
    }
}
