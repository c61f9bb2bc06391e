//! Tests of what command lines give; gcloud's own parser is the judge of its lists, where it is there.

use std::fmt::Write as _;

use proptest::strategy::{Strategy as _, ValueTree as _};

use super::*;
use crate::fact::{LayerState, Target, TerraformArgumentKind};
use crate::loaders::Files;
use crate::syntax::shell::{Host, Script};

/// What a script gives, with some variables of its surroundings.
fn given(text: &str, variables: &[(&str, &str)]) -> Given {
    let path = SourcePath::new(".github/workflows/x.yml");
    let script = Script::parse(text, Host::GitHub, &|range| range.into());
    let variables = variables.iter().map(|(name, value)| {
        let place = Place::new(&path, Span::default());
        ((*name).to_owned(), Variable { content: Content::text(value), place, value_span: Span::default() })
    });
    let foreign = |text: &str, _| match text.trim().strip_prefix("secrets.") {
        Some(name) => Content::stored(StoreKind::GitHubSecrets, SecretName::new(name), Version::Latest),
        None => Content::unknown(Some(text.trim())),
    };
    let mut shell = Shell {
        path: &path,
        folder: Some(SourcePath::new("")),
        variables: variables.collect(),
        foreign: &foreign,
        environment: variables_environment(text),
        anywhere: false,
        given: Given::default(),
    };
    run(&script, &mut shell);
    shell.given
}

/// Containers are looked at only where something is deployed.
fn variables_environment(text: &str) -> Option<String> {
    text.contains(" run -").then(|| "qa".to_owned())
}

fn targets(given: &Given) -> Vec<Target> {
    given.targets(&Files::new(&BTreeMap::new(), &|_| false))
}

fn value(value: &SettingValue) -> String {
    match value {
        SettingValue::Given(template) => match (template.as_literal(), template.references().first()) {
            (Some(literal), _) => literal.expose().to_owned(),
            (None, Some(reference)) => format!("${{{}:-…}}", reference.name),
            _ => "…".to_owned(),
        },
        SettingValue::PassThrough => "<".to_owned(),
        SettingValue::Injected { secret, version, store } => format!("{store:?}:{secret}@{version}"),
        SettingValue::Unknown => "?".to_owned(),
    }
}

/// `kind name: A=b C=d +secret-file partial`.
fn told(text: &str) -> String {
    let given = given(text, &[("KNOWN", "k v"), ("TF_VAR_size", "3")]);
    let target = |target: &Target| {
        let mut line = format!("{:?} {}:", target.kind, target.name);
        for layer in &target.layers {
            for setting in &layer.settings {
                let _ = write!(line, " {}={}", setting.name, value(&setting.value));
            }
            if let LayerState::Unread { .. } = layer.state {
                line.push_str(" +file");
            }
        }
        for file in &target.secret_files {
            let _ = write!(line, " {}={}@{}", file.path, file.secret, file.version);
        }
        let flags = [
            (target.partial, "partial"),
            (target.signs.keeps_secrets, "keeps-secrets"),
            (target.signs.own_command, "own-command"),
        ];
        for (_, word) in flags.iter().filter(|(is, _)| *is) {
            let _ = write!(line, " {word}");
        }
        if let Some(environment) = &target.environment {
            let _ = write!(line, " in {environment}");
        }
        line
    };
    targets(&given).iter().map(target).collect::<Vec<_>>().join("\n")
}

#[test]
fn set_takes_away_what_was_there_and_update_adds() {
    for (command, expected) in [
        ("gcloud run deploy api --image x --set-env-vars A=1,B=2", "CloudRunService api: A=1 B=2 keeps-secrets"),
        (
            "gcloud run deploy api --set-env-vars=A=1 --set-secrets=B=b:latest,/s/f=c:3",
            "CloudRunService api: A=1 B=GoogleSecretManager:b@latest /s/f=c@3",
        ),
        (
            "gcloud run deploy api --set-secrets B=b:latest",
            "CloudRunService api: B=GoogleSecretManager:b@latest partial",
        ),
        ("gcloud run services update api --update-env-vars A=1 --region x", "CloudRunService api: A=1 partial"),
        ("gcloud run deploy api --image x", ""),
        ("gcloud beta run jobs create job --image x --set-env-vars A=1", "CloudRunJob job: A=1"),
        ("gcloud functions deploy f --gen2 --trigger-http --set-env-vars A=1 --clear-secrets", "Function f: A=1"),
        ("gcloud run deploy --quiet --image x api --clear-env-vars --clear-secrets", "CloudRunService api:"),
        ("gcloud run deploy api --env-vars-file env.yaml --clear-secrets", "CloudRunService api: +file"),
        (
            "gcloud run deploy api-staging --set-env-vars ^@^A=1,2@B=3",
            "CloudRunService api-staging: A=1,2 B=3 keeps-secrets in staging",
        ),
        (
            "gcloud run deploy api --set-env-vars \"A=$KNOWN,B=$X,C=${{ secrets.C }},D=x-${{ secrets.D }}\"",
            "CloudRunService api: A=k v B=? C=GitHubSecrets:C@latest D=… keeps-secrets",
        ),
        ("gcloud run deploy api --set-env-vars $VARS", "CloudRunService api: partial keeps-secrets"),
        ("gcloud run deploy api --set-env-vars A=1 $FLAGS", "CloudRunService api: A=1 partial keeps-secrets"),
        ("gcloud run deploy api --set-env-vars A=1 --command x", "CloudRunService api: A=1 keeps-secrets own-command"),
        ("gcloud run services describe api --format x", ""),
    ] {
        assert_eq!(told(command), expected, "{command}");
    }
}

#[test]
fn later_commands_change_what_earlier_ones_gave() {
    let script = "gcloud run deploy api --set-env-vars A=1,B=2 --clear-secrets\n\
                  gcloud run services update api --update-env-vars C=3 --remove-env-vars A";
    assert_eq!(told(script), "CloudRunService api: B=2 C=3");
    let script =
        "gcloud run deploy api --update-env-vars A=1\ngcloud run deploy api --set-env-vars B=2 --clear-secrets";
    assert_eq!(told(script), "CloudRunService api: B=2");
}

#[test]
fn secrets_are_named_in_every_form() {
    let known = |text: &str| secret_reference(&Content::text(text)).map(|(name, version)| format!("{name}@{version}"));
    assert_eq!(known("a:latest").unwrap(), "a@latest");
    assert_eq!(known("a:7").unwrap(), "a@7");
    assert_eq!(known("projects/12/secrets/a").unwrap(), "a@latest");
    assert_eq!(known("projects/12/secrets/a:4").unwrap(), "a@4");
    assert_eq!(known("projects/12/secrets/a/versions/4").unwrap(), "a@4");
    assert_eq!(known(""), None);
    assert_eq!(known("a/b"), None);
}

#[test]
fn containers_get_what_docker_gives_them() {
    for (command, expected) in [
        (
            "docker run --rm -it -e A=1 -eB=2 --env C -e KNOWN -p 80:80 acme/api:1",
            "DockerContainer api: A=1 B=2 C=< KNOWN=k v in qa",
        ),
        ("docker run --name web --env-file .env acme/api bash", "DockerContainer web: +file own-command in qa"),
        ("sudo docker container run -d --env=A='x y' img", "DockerContainer img: A=x y in qa"),
        ("A=7 docker run -e A img", "DockerContainer img: A=7 in qa"),
        ("docker run img", ""),
        ("docker run -d img", ""),
        ("docker ps", ""),
    ] {
        assert_eq!(told(command), expected, "{command}");
    }
}

#[test]
fn builds_know_their_dockerfile_and_arguments() {
    let told = |text: &str| {
        let given = given(text, &[("KNOWN", "k")]);
        let build = &given.builds[0];
        let arguments: Vec<String> = build
            .build
            .arguments
            .iter()
            .map(|argument| format!("{}={}", argument.name, value(&argument.value)))
            .collect();
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            build.build.context, build.build.dockerfile, build.build.stage, build.images, arguments
        )
    };
    assert_eq!(
        told(
            "cd apps && docker build -f api/Dockerfile.prod --target run -t x/api:$SHA --build-arg A=1 --build-arg KNOWN --build-arg=B=${{ secrets.B }} ."
        ),
        r#"Some(apps) Some(apps/api/Dockerfile.prod) Some("run") ["x/api:${SHA}"] ["A=1", "KNOWN=k", "B=GitHubSecrets:B@latest"]"#
    );
    assert_eq!(told("docker buildx build --push web --tag a"), r#"Some(web) Some(web/Dockerfile) None ["a"] []"#);
    assert_eq!(
        told("gcloud builds submit --tag gcr.io/p/api apps/api"),
        r#"Some(apps/api) Some(apps/api/Dockerfile) None ["gcr.io/p/api"] []"#
    );
    assert!(given("docker build https://x/y.git", &[]).builds[0].build.context.is_none());
}

#[test]
fn terraform_is_given_variables() {
    let given = given(
        "cd infra\nterraform -chdir=prod plan -var 'a=b' -var=c=d -var-file=../prod.tfvars\nterraform init",
        &[("TF_VAR_size", "3")],
    );
    let told: Vec<String> = given
        .terraform
        .iter()
        .map(|argument| {
            let kind = match &argument.kind {
                TerraformArgumentKind::Variable(setting) => format!("{}={}", setting.name, value(&setting.value)),
                TerraformArgumentKind::Environment(setting) => {
                    format!("env {}={}", setting.name, value(&setting.value))
                }
                TerraformArgumentKind::File(path) => format!("{path:?}"),
                TerraformArgumentKind::Nothing => format!("{:?}", argument.run.kind),
            };
            format!("{:?} {kind}", argument.run.module)
        })
        .collect();
    assert_eq!(
        told,
        [
            "Some(infra/prod) Plan",
            "Some(infra/prod) a=b",
            "Some(infra/prod) c=d",
            "Some(infra/prod) Some(infra/prod.tfvars)",
            "Some(infra/prod) env size=3"
        ]
    );
}

#[test]
fn platforms_add_variables() {
    for (command, expected) in [
        ("vercel deploy --prod -e A=1 --build-env B=2 --token x", "PlatformApp vercel: A=1 B=2 partial in production"),
        ("npx vercel env add API_KEY production", "PlatformApp vercel: API_KEY=? partial in production"),
        ("railway variables --set \"A=1\" --set B=2", "PlatformApp railway: A=1 B=2 partial"),
        ("fly secrets set A=1 B=${{ secrets.B }} -a app", "PlatformApp fly: A=1 B=GitHubSecrets:B@latest partial"),
        ("kubectl set env deployment/api A=1 B-", "KubernetesContainer kubectl: A=1 partial"),
        ("helm upgrade api ./chart --set env.A=1,image.tag=x", "KubernetesContainer helm: A=1 partial"),
        ("kubectl get pods", ""),
    ] {
        assert_eq!(told(command), expected, "{command}");
    }
}

#[test]
fn files_that_are_written_are_known_line_by_line() {
    let written = |text: &str| {
        let given = given(text, &[]);
        let file = |file: &crate::fact::WrittenFile| {
            let settings: Vec<String> =
                file.settings.iter().map(|setting| format!("{}={}", setting.name, value(&setting.value))).collect();
            format!(
                "{} {}{}",
                file.path.as_ref().map_or("?", SourcePath::as_str),
                settings.join(" "),
                if file.opaque { " opaque" } else { "" }
            )
        };
        given.written.iter().map(file).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(written("echo A=1 > .env\necho \"B=${{ secrets.B }}\" >> .env"), ".env A=1 B=GitHubSecrets:B@latest");
    assert_eq!(
        written("cat > apps/x/.env.production <<EOF\n# c\nA=1\nexport B=\"x y\"\n\nC=$D\nEOF"),
        "apps/x/.env.production A=1 B=x y C=?"
    );
    assert_eq!(written("printf 'A=1\\n' | tee -a .env >/dev/null"), ".env A=1\\n");
    assert_eq!(
        written("cp .env.example .env; printenv >> .env.ci; vercel env pull; echo x > log.txt"),
        ".env  opaque; .env.ci  opaque; .env.local  opaque"
    );
    let given = given("echo \"A=b\" >> $GITHUB_ENV\necho \"o=${{ secrets.C }}\" >> \"$GITHUB_OUTPUT\"", &[]);
    assert_eq!(given.exports["A"].content.described(), "b");
    assert!(matches!(given.outputs["o"].parts[..], [Bit::Stored { .. }]));
}

#[test]
fn folders_and_variables_are_followed() {
    assert_eq!(
        told("export A=1; gcloud run deploy $NAME --set-env-vars A=$A"),
        "CloudRunService ${NAME}: A=1 keeps-secrets"
    );
    assert_eq!(
        told("A=1; if x; then A=2; fi; gcloud run deploy n --set-env-vars A=$A"),
        "CloudRunService n: A=? keeps-secrets"
    );
    assert_eq!(told("bash -c 'gcloud run deploy n --set-env-vars A=1'"), "CloudRunService n: A=1 keeps-secrets");
    let file = |text: &str| given(text, &[]).links.first().map(|link| link.path.clone()).unwrap_or_default();
    assert_eq!(file("(cd a); docker build -f D ."), "../../D");
    assert_eq!(file("(cd a && docker build -f D .)"), "../../a/D");
    assert_eq!(file("cd $X; docker build -f D ."), "");
}

/// The pairs of a list, by name; `None` where it is refused.
type Pairs = Option<Vec<(String, String)>>;

/// What this reader makes of a list.
fn read(text: &str) -> Pairs {
    let span = Span::new(0, text.len());
    let parts = if text.is_empty() { Vec::new() } else { vec![(Bit::Text(Value::new(text)), span)] };
    let pairs = arg_dict::pairs(&Argument::new(parts, span)).ok()?;
    let literal = |argument: &Argument| argument.literal().unwrap().to_string();
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in &pairs {
        // The last one of a name wins.
        found.retain(|(known, _)| *known != literal(name));
        found.push((literal(name), literal(value)));
    }
    found.sort();
    Some(found)
}

/// What gcloud 528 made of a list; `None`: it refuses it.
type Expected = Option<&'static [(&'static str, &'static str)]>;

/// The lists that its `ArgDict` was asked about.
const MEASURED: &[(&str, Expected)] = &[
    ("A=1,B=2", Some(&[("A", "1"), ("B", "2")])),
    ("A=1,B=x=y", Some(&[("A", "1"), ("B", "x=y")])),
    ("A=1,B", None),
    ("A=", Some(&[("A", "")])),
    ("A=a,b", None),
    ("^@^A=a,b@B=2", Some(&[("A", "a,b"), ("B", "2")])),
    ("^||^A=1||B=c,d", Some(&[("A", "1"), ("B", "c,d")])),
    ("A=\"x,y\"", None),
    ("A = 1", Some(&[("A ", " 1")])),
    (" A=1, B=2", Some(&[(" A", "1"), (" B", "2")])),
    ("A=1,A=2", Some(&[("A", "2")])),
    ("A='q'", Some(&[("A", "'q'")])),
    ("A=1,", Some(&[("A", "1")])),
    ("^:^A=http://x:1", None),
    ("A=1\nB=2", Some(&[("A", "1\nB=2")])),
    ("^;^A=1;B=2,3", Some(&[("A", "1"), ("B", "2,3")])),
    ("^@^A=x@y", None),
    ("A=a\\,b", None),
    ("=x", None),
    ("A", None),
    ("", Some(&[])),
    ("A==", Some(&[("A", "=")])),
    ("KEY=SECRET:latest,/mnt/a=SEC:3", Some(&[("/mnt/a", "SEC:3"), ("KEY", "SECRET:latest")])),
];

#[test]
fn lists_are_cut_as_gcloud_cuts_them() {
    for (text, expected) in MEASURED {
        let expected = expected.map(|pairs| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
        });
        assert_eq!(read(text), expected, "{text:?}");
    }
}

/// Asks gcloud's own parser, all at once; `None` where there is no gcloud.
fn gcloud(texts: &[String]) -> Option<Vec<Pairs>> {
    const ASK: &str = "import json,sys\nsys.path[:0]=['/usr/lib/google-cloud-sdk/lib','/usr/lib/google-cloud-sdk/lib/third_party']\n\
        from googlecloudsdk.calliope import arg_parsers\nd=arg_parsers.ArgDict()\nout=[]\n\
        for t in json.load(sys.stdin):\n  try: out.append(sorted(d(t).items()))\n  except Exception: out.append(None)\n\
        print(json.dumps(out))";
    let mut child = std::process::Command::new("python3")
        .args(["-c", ASK])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    serde_json::to_writer(&mut input, texts).ok()?;
    drop(input);
    let output = child.wait_with_output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that could not run says so")]
fn gcloud_itself_cuts_the_same_lists() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let list = "(\\^[@|:,]{0,2}\\^)?([A-C =]{0,2}[=,@|:]{0,2}[a-c'\"\\\\ \n]{0,2}){0,5}";
    let strategy = proptest::string::string_regex(list).unwrap();
    let texts: Vec<String> = (0..400).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let Some(expected) = gcloud(&texts) else {
        eprintln!("skipped: there is no gcloud here to judge the lists");
        return;
    };
    assert_eq!(expected.len(), texts.len());
    for (text, expected) in texts.iter().zip(expected) {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn the_lists_of_actions_know_quotes_and_lines() {
    let cut = |text: &str| {
        let span = Span::new(0, text.len());
        let pairs = lines_and_commas(&Argument::new(vec![(Bit::Text(Value::new(text)), span)], span))?;
        let literal = |argument: &Argument| argument.literal().unwrap().to_string();
        Some(
            pairs
                .iter()
                .map(|(name, value)| format!("{}={}", literal(name), literal(value)))
                .collect::<Vec<_>>()
                .join("|"),
        )
    };
    assert_eq!(cut("A=1\nB = 'x y' \n# c\n\nC=2,D=3").unwrap(), "A=1|B=x y|C=2|D=3");
    assert_eq!(cut("just words"), None);
}
