//! Our own reading of Terraform's variables, held against the real `terraform` where it is installed.
//!
//! Each probe is a `variable` block and a file of values. `terraform console` tells what the variable is; envcheck must
//! refuse what it refuses, and hand a container what it evaluates to.

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use envcheck::config::Config;
use envcheck::fact::SettingValue;
use envcheck::project::{Options, Project};

/// A variable's type, and the line that gives it a value.
struct Probe {
    kind: &'static str,
    values: &'static str,
}

const fn probe(kind: &'static str, values: &'static str) -> Probe {
    Probe { kind, values }
}

/// The grammar of values and the conversions; the ones of the measured list, and some more.
const PROBES: &[Probe] = &[
    probe("string", r#"a = "${1+1}""#),
    probe("string", "a = 1 + 1"),
    probe("string", r#"a = true ? "x" : "y""#),
    probe("string", "a = <<EOT\nhello\n world\nEOT\n"),
    probe("string", "a = <<EOT\nno line break\nEOT"),
    probe("string", "a = <<EOT\r\nhello\r\n world\r\nEOT\r\n"),
    probe("string", "a = <<-EOT\n\thello\n\t\tworld\n\tEOT\n"),
    probe("string", "a = <<EOT\n$${x} %%{y} \\n \"q\"\nEOT \n"),
    probe("string", "a = <<-EOT\n    hello\n\n      world\n    EOT\n"),
    probe("string", "a = <<-EOT\n    hello ${1 + 2}\n      world\n    EOT\n"),
    probe("string", r#"a = "tab\tnl\nunic\u00e9 $${esc} %%{esc}""#),
    probe("string", r#"a = "$${HOME} $HOME 100% $""#),
    probe("string", "a = 5"),
    probe("string", "a = true"),
    probe("string", "a = 1.50"),
    probe("string", "a = 0.10"),
    probe("string", "a = 1e21"),
    probe("string", "a = 12345678901234567890"),
    probe("string", "a = -0.5e-3"),
    probe("string", "a = 007"),
    probe("string", "a = 1E3"),
    probe("string", "a = \"x\" # c\n# hash\n// slash\n/* block */"),
    probe("string", "a = \"\""),
    probe("string", "a = (\n\"x\"\n)"),
    probe("string", r#"a = ["x"]"#),
    probe("string", "a = {x=1}"),
    probe("string", r#"a = [for x in ["a"] : x]"#),
    probe("string", r#"a = upper("x")"#),
    probe("string", "a = var.b"),
    probe("string", "a = local.x"),
    probe("string", "a = x"),
    probe("string", "block \"x\" { y = 1 }"),
    probe("string", "a = \"x\"\na = \"y\""),
    probe("string", "\"a\" = \"x\""),
    probe("string", "a: \"x\""),
    probe("string", "a = \"unterminated"),
    probe("string", "a=\"x\" b=\"y\""),
    probe("string", "1a = 2"),
    probe("string", "a = 'x'"),
    probe("string", r#"a = "\q""#),
    probe("string", "a = \"x\"; "),
    probe("string", "a = \"x\"\nb"),
    probe("string", "a = \"multi\nline\""),
    probe("string", "a = <<EOT\n${upper(\"x\")}\nEOT"),
    probe("string", "a = <<\"EOT\"\nx\nEOT"),
    probe("string", "a = \"nonl\""),
    probe("string", "\u{feff}a = \"bom\""),
    probe("string", "a = \"crlf\"\r\n"),
    probe("number", r#"a = "5""#),
    probe("number", r#"a = "5x""#),
    probe("number", r#"a = """#),
    probe("number", r#"a = " 5""#),
    probe("number", r#"a = "0x10""#),
    probe("number", "a = true"),
    probe("bool", r#"a = "true""#),
    probe("bool", r#"a = "True""#),
    probe("bool", r#"a = "1""#),
    probe("bool", r#"a = "0""#),
    probe("bool", "a = 1"),
    probe("bool", r#"a = "yes""#),
    probe("list(string)", r#"a = "a""#),
    probe("list(string)", r#"a = ["a", 1, true]"#),
    probe("list(string)", "a = []"),
    probe("list(string)", r#"a = ["a",]"#),
    probe("list(number)", r#"a = ["a"]"#),
    probe("set(string)", r#"a = ["b","a","b"]"#),
    probe("map(string)", "a = {a=1, b=true}"),
    probe("map(string)", "a = {a={}}"),
    probe("map(string)", "a = {a=1, a=2}"),
    probe("map(string)", "a = [1]"),
    probe("object({a=string,b=optional(number,3)})", r#"a = {a="x"}"#),
    probe("object({a=string,b=optional(number)})", r#"a = {a="x"}"#),
    probe("object({a=string})", r#"a = {a="x", extra=1}"#),
    probe("object({a=string})", "a = {}"),
    probe("object({a=object({b=bool})})", "a = {a={b=\"no\"}}"),
    probe("tuple([string,number])", r#"a = ["a","5"]"#),
    probe("tuple([string,number])", r#"a = ["a"]"#),
    probe("any", r#"a = {x=[1,"a"]}"#),
];

#[test]
fn values_are_what_terraform_makes_of_them() {
    let Some(terraform) = terraform() else {
        return skipped();
    };
    let mut wrong = Vec::new();
    for Probe { kind, values } in PROBES {
        let folder = tempfile::tempdir().expect("a folder can be made");
        write(folder.path(), "main.tf", &main(kind));
        write(folder.path(), "terraform.tfvars", values);
        let judged = judge(&terraform, folder.path());
        let own = own(folder.path());
        if judged != own {
            wrong.push(format!("{kind}: {values:?}\n  terraform: {judged:?}\n  envcheck:  {own:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} probes differ:\n{}", wrong.len(), PROBES.len(), wrong.join("\n"));
}

/// What stands in a file of JSON beside the local `a`, which is handed to a container.
const IN_JSON: &[&str] = &[
    r#""locals": {"a": "x"}"#,
    r#""locals": {"a": "${1 + 1}"}"#,
    r#""locals": {"a": "${upper(\"a\\u00e9\")}-${1 + 1}\n"}"#,
    r#""locals": {"a": "\ud83d\ude00\u00e9\\n \"q\" ${local.b}", "b": "b\ttab"}"#,
    r#""locals": {"a": "$${x} %%{y} $HOME 100% $$"}"#,
    r#""locals": {"a": "${"}"#,
    r#""locals": {"a": "${a b}"}"#,
    r#""locals": {"a": "${local.b.c}", "b": {"c": 1.50}}"#,
    r#""locals": {"a": "${local.b[\"k-x\"]}", "b": {"k-${lower(\"X\")}": true}}"#,
    r#""locals": {"a": "${local.b[\"//\"]}", "b": {"//": "kept"}}"#,
    r#""locals": {"a": "${join(\",\", local.b)}", "b": ["x", "${2 > 1}", 3]}"#,
    r#""locals": {"a": "x", "a": "y"}"#,
    r#""locals": {"a": "${local.b.x}", "b": {"x": 1, "x": 2}}"#,
    r#""locals": [{"a": "${local.b}"}, {"b": 12345678901234567890}]"#,
    r#""locals": {"a": ["x"]}"#,
    r#""locals": "x""#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": {"default": "${upper(\"x\")} $${y}"}}"#,
    r#""locals": {"a": "${var.v}"}, "variable": [{"v": {"//": "c", "type": "number", "default": "5"}}]"#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": [{"type": "string", "default": 1e3}]}"#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": {"default": 1, "default": 2}}"#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": {"default": 1, "foo": 2}}"#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": "x"}"#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": {"type": "list(string)", "default": "x"}}"#,
    r#""locals": {"a": "${var.v[1]}"}, "variable": {"v": {"type": "list(string)", "default": ["x", 7]}}"#,
    r#""locals": {"a": "${var.v}"}, "variable": {"v": {"default": "x"}}, "variable": {"w": {"default": "y"}}"#,
    r#""locals": {"a": "x",}"#,
];

#[test]
fn json_is_what_terraform_makes_of_it() {
    let Some(terraform) = terraform() else {
        return skipped();
    };
    let mut wrong = Vec::new();
    for text in IN_JSON {
        let (alone, folder) = (tempfile::tempdir().expect("made"), tempfile::tempdir().expect("made"));
        write(alone.path(), "main.tf.json", &format!("{{{text}}}"));
        write(folder.path(), "main.tf.json", &format!("{{{text}}}"));
        let service = main("string").replace("var.a", "local.a").replace("variable \"a\"", "variable \"none\"");
        write(folder.path(), "service.tf", &service);
        let judged = asked(&terraform, alone.path(), "local.a");
        let own = own(folder.path());
        if judged != own {
            wrong.push(format!("{text}\n  terraform: {judged:?}\n  envcheck:  {own:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} texts differ:\n{}", wrong.len(), IN_JSON.len(), wrong.join("\n"));
}

/// The files in which a variable is given a value, the winner of which is told by its name.
#[test]
fn the_order_of_files_is_terraforms() {
    let Some(terraform) = terraform() else {
        return skipped();
    };
    let all = [
        "terraform.tfvars",
        "terraform.tfvars.json",
        "a.auto.tfvars",
        "b.auto.tfvars.json",
        "c.auto.tfvars",
        ".hidden.auto.tfvars",
        "prod.tfvars.example",
    ];
    for from in 0..all.len() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        write(folder.path(), "main.tf", &main("string"));
        for name in &all[..all.len() - from] {
            let text =
                if name.ends_with("json") { format!("{{\"a\": \"{name}\"}}") } else { format!("a = \"{name}\"\n") };
            write(folder.path(), name, &text);
        }
        assert_eq!(own(folder.path()), judge(&terraform, folder.path()), "with {:?}", &all[..all.len() - from]);
    }
}

/// Files that override `main.tf`, which calls `./m` with `a = "base"`, `b = "base"` and hands its output to the local `a`.
const OVERRIDES: &[&[(&str, &str)]] = &[
    &[],
    &[("override.tf", "module \"m\" {\n  b = \"over\"\n}\n")],
    &[("x_override.tf", "module \"m\" {\n  source = \"./n\"\n}\n")],
    &[
        ("a_override.tf", "locals {\n  c = \"a\"\n}\n"),
        ("b_override.tf.json", r#"{"locals": {"c": "${upper(\"b\")}"}}"#),
    ],
    &[("override.tf.json", r#"{"variable": {"d": {"default": "over"}}}"#)],
    &[("override.tf", "variable \"d\" {\n  type = number\n}\n")],
    &[("m/override.tf", "output \"o\" {\n  value = \"over-${var.b}\"\n}\n")],
    &[
        ("m/x_override.tf", "variable \"b\" {\n  type = number\n}\n"),
        ("override.tf", "module \"m\" {\n  b = \"007\"\n}\n"),
    ],
    &[("overrides.tf", "locals {\n  e = \"none\"\n}\n"), ("xoverride.tf", "locals {\n  f = \"none\"\n}\n")],
];

#[test]
fn overrides_are_what_terraform_makes_of_them() {
    let Some(terraform) = terraform() else {
        return skipped();
    };
    let main = "module \"m\" {\n  source = \"./m\"\n  a      = \"base\"\n  b      = \"base\"\n}\nlocals {\n  a = \
                \"${module.m.o} ${local.c} ${var.d}\"\n  c = \"base\"\n}\nvariable \"d\" {\n  default = \"007\"\n}\n";
    let child = |name: &str| {
        format!(
            "variable \"a\" {{}}\nvariable \"b\" {{}}\noutput \"o\" {{\n  value = \"{name} ${{var.a}} ${{var.b}}\"\n}}\n"
        )
    };
    let mut wrong = Vec::new();
    for files in OVERRIDES {
        let (alone, folder) = (tempfile::tempdir().expect("made"), tempfile::tempdir().expect("made"));
        for path in [alone.path(), folder.path()] {
            for name in ["m", "n"] {
                std::fs::create_dir(path.join(name)).expect("made");
                write(&path.join(name), "main.tf", &child(name));
            }
            write(path, "main.tf", main);
            files.iter().for_each(|(name, text)| write(path, name, text));
        }
        let service = self::main("string").replace("var.a", "local.a").replace("variable \"a\"", "variable \"none\"");
        write(folder.path(), "service.tf", &service);
        let get = Command::new(&terraform).arg("get").current_dir(alone.path()).output().expect("terraform starts");
        let judged = asked(&terraform, alone.path(), "local.a");
        let own = own(folder.path());
        if judged.is_none() || judged != own {
            let said = String::from_utf8_lossy(&get.stdout);
            wrong.push(format!("{files:?}\n  terraform: {judged:?} {said}\n  envcheck:  {own:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), OVERRIDES.len(), wrong.join("\n"));
}

/// A command line that gives `a` a value: its type, `TF_VAR_a`, the arguments, and the files beside the module.
type Line = (&'static str, Option<&'static str>, &'static [&'static str], &'static [(&'static str, &'static str)]);

const LINES: &[Line] = &[
    ("string", None, &["-var", "a=cmd"], &[]),
    ("string", None, &["-var=a=b=c"], &[]),
    ("string", None, &["-var=a="], &[]),
    ("string", Some("env"), &[], &[]),
    ("string", Some("env"), &["-var=a=cmd"], &[]),
    ("string", Some("env"), &[], &[("terraform.tfvars", "a = \"file\"")]),
    ("string", Some("env"), &[], &[("x.auto.tfvars", "a = \"file\"")]),
    ("string", Some("env"), &["-var-file=x.tfvars"], &[("x.tfvars", "a = \"file\"")]),
    ("string", None, &["-var=a=cmd"], &[("terraform.tfvars", "a = \"file\""), ("z.auto.tfvars", "a = \"auto\"")]),
    ("string", None, &["-var=a=cmd", "-var-file=x.tfvars"], &[("x.tfvars", "a = \"file\"")]),
    ("string", None, &["-var-file=x.tfvars", "-var=a=cmd"], &[("x.tfvars", "a = \"file\"")]),
    ("string", None, &["-var=a=cmd", "-var-file=x.tfvars"], &[("x.tfvars", "b = \"file\"")]),
    ("string", None, &["-var=a=one", "-var=a=two"], &[]),
    ("string", None, &["-var=a=[1]"], &[]),
    ("string", Some("5"), &[], &[]),
    ("number", None, &["-var=a=5"], &[]),
    ("number", Some("1.50"), &[], &[]),
    ("bool", Some("true"), &[], &[]),
    ("bool", None, &["-var=a=1"], &[]),
    ("list(string)", None, &["-var=a=[\"x\", 1]"], &[]),
    ("list(string)", Some("[\"x\"]"), &[], &[]),
    ("map(string)", None, &["-var=a={x=1, \"y\"=true}"], &[]),
    ("map(number)", None, &["-var=a={\"x\":\"7\"}"], &[]),
    ("any", None, &["-var=a=\"quoted\""], &[]),
    ("any", None, &["-var=a=5"], &[]),
    ("any", Some("true"), &[], &[]),
];

#[test]
fn what_commands_give_is_what_terraform_takes() {
    let Some(terraform) = terraform() else {
        return skipped();
    };
    let mut wrong = Vec::new();
    for line @ (kind, environment, arguments, files) in LINES {
        let (alone, folder) = (tempfile::tempdir().expect("made"), tempfile::tempdir().expect("made"));
        let text = main(kind).replacen('}', "}\nvariable \"b\" {\n  default = 1\n}", 1);
        write(alone.path(), "main.tf", text.split("resource").next().expect("the first part"));
        write(folder.path(), "main.tf", &text);
        for (name, text) in *files {
            write(alone.path(), name, text);
            write(folder.path(), name, text);
        }
        let given = arguments.iter().fold(String::new(), |given, argument| given + " '" + argument + "'");
        let environment_of_step =
            environment.map(|value| format!("        env:\n          TF_VAR_a: '{value}'\n")).unwrap_or_default();
        let workflow = format!(
            "on: push\njobs:\n  deploy:\n    runs-on: x\n    steps:\n      - run: terraform apply{given}\n\
             {environment_of_step}"
        );
        std::fs::create_dir_all(folder.path().join(".github/workflows")).expect("made");
        write(&folder.path().join(".github/workflows"), "deploy.yml", &workflow);
        let variables: Vec<(&str, &str)> = environment.iter().map(|value| ("TF_VAR_a", *value)).collect();
        let judged = asked_with(&terraform, alone.path(), "var.a", arguments, &variables);
        let own = own(folder.path());
        if judged.is_none() || judged != own {
            wrong.push(format!("{line:?}\n  terraform: {judged:?}\n  envcheck:  {own:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} command lines differ:\n{}", wrong.len(), LINES.len(), wrong.join("\n"));
}

/// A module that hands a variable, as JSON, to a container.
fn main(kind: &str) -> String {
    format!(
        "variable \"a\" {{\n  type = {kind}\n}}\nresource \"google_cloud_run_v2_service\" \"s\" {{\n  name = \"s\"\n  \
         template {{\n    containers {{\n      env {{\n        name  = \"A\"\n        value = var.a\n      }}\n      \
         dynamic \"env\" {{\n        for_each = can(var.a[0]) ? {{ for i, v in var.a : \"L${{i}}\" => v }} : \
         try({{ for k, v in var.a : \"M${{k}}\" => v }}, {{}})\n        content {{\n          name  = env.key\n          \
         value = env.value\n        }}\n      }}\n    }}\n  }}\n}}\n"
    )
}

/// What the judge says: the value where it is a text, a number or a truth, nothing where it is refused.
fn judge(terraform: &Path, folder: &Path) -> Option<Judged> {
    // The resource needs a provider; the variable alone is asked for.
    let main = std::fs::read_to_string(folder.join("main.tf")).expect("it was written");
    let only = main.split("resource").next().unwrap_or_default().to_owned();
    let alone = tempfile::tempdir().expect("a folder can be made");
    for entry in std::fs::read_dir(folder).expect("it can be listed").flatten() {
        std::fs::copy(entry.path(), alone.path().join(entry.file_name())).expect("it can be copied");
    }
    write(alone.path(), "main.tf", &only);
    asked(terraform, alone.path(), "var.a")
}

/// What the judge says of an expression.
fn asked(terraform: &Path, folder: &Path, expression: &str) -> Option<Judged> {
    asked_with(terraform, folder, expression, &[], &[])
}

fn asked_with(
    terraform: &Path,
    folder: &Path,
    expression: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Option<Judged> {
    let mut child = Command::new(terraform)
        .args(["console", "-no-color"])
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("terraform starts");
    let asked = format!("jsonencode([can(tostring({expression})) ? tostring({expression}) : null])\n");
    child.stdin.take().expect("it is piped").write_all(asked.as_bytes()).expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() || stderr.contains("Error:") || stdout.contains("Error:") {
        return None;
    }
    // The console prints a text of HCL, which holds the JSON.
    let line = stdout.lines().last()?.trim();
    let json: String = serde_json::from_str(line).ok()?;
    let [value]: [Option<String>; 1] = serde_json::from_str(&json).ok()?;
    Some(value.map_or(Judged::Collection, Judged::Text))
}

/// What a variable is.
#[derive(Debug, PartialEq)]
enum Judged {
    /// This, where a text is wanted.
    Text(String),
    /// Something that is no text.
    Collection,
}

/// What envcheck says of the same.
fn own(folder: &Path) -> Option<Judged> {
    let project = Project::load(folder, Config::default(), &Options::default()).expect("it loads");
    let mut problems = project.problems.iter().map(|(path, _)| path);
    let own = project.files.values().any(|file| !file.loaded.problems.is_empty());
    if own || problems.next().is_some() {
        return None;
    }
    let targets = project.groups.iter().flat_map(|group| &group.targets);
    let settings = targets.flat_map(|target| &target.layers).flat_map(|layer| &layer.settings);
    let given = settings.into_iter().find(|setting| setting.name.as_str() == "A")?;
    let SettingValue::Given(template) = &given.value else { return None };
    Some(match template.as_literal() {
        Some(value) => Judged::Text(value.expose().to_owned()),
        None => Judged::Collection,
    })
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file can be written");
}

#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
fn skipped() {
    eprintln!("skipped: `terraform` is not installed, which is the judge here");
}

fn terraform() -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).flat_map(|folder| [folder.join("terraform"), folder.join("tofu")]);
    found.into_iter().find(|program| program.is_file())
}
