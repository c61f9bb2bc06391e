//! Tests of what commands give. How strong each is, is held against the real binary in `tests/terraform.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::fact::{SettingValue, TargetGroup};
use crate::loaders::{DRIVEN, File, Files, LOADERS};
use crate::source::{SourceFile, SourcePath};

const MAIN: &str = "variable \"a\" {\n  default = \"own\"\n}\nvariable \"b\" {\n  default = \"own\"\n}\nresource \
                    \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  template {\n    containers {\n      env {\n        \
                    name  = \"A\"\n        value = var.a\n      }\n      env {\n        name  = \"B\"\n        value = var.b\n      \
                    }\n    }\n  }\n}\n";

/// `production A=x B=?`, a line for each application; `env` is what stands in `.github/workflows/w.yml`.
fn applied(files: &[(&str, &str)]) -> String {
    let read = |path: &str, text: &str| {
        let source = SourceFile::new(SourcePath::new(path), text.as_bytes().to_vec());
        let mut claims = LOADERS.iter().filter_map(|loader| Some((loader, (loader.claims)(source.path())?)));
        let (loader, claim) = claims.next().expect("somebody reads it");
        let loaded = (loader.load)(&source, &claim);
        File { source, format: loader.name, claim, loaded, outcomes: Vec::new(), local: false }
    };
    let main = [("i/main.tf", MAIN)];
    let files: BTreeMap<SourcePath, File> =
        files.iter().chain(&main).map(|(path, text)| (SourcePath::new(path), read(path, text))).collect();
    let none = |_: &SourcePath| false;
    let assemble = |driven: bool, files: &Files<'_>| -> Vec<TargetGroup> {
        let loaders = LOADERS.iter().filter(|loader| DRIVEN.contains(&loader.name) == driven);
        loaders.filter_map(|loader| loader.assemble).flat_map(|assemble| assemble(files).groups).collect()
    };
    let groups = assemble(false, &Files::new(&files, &none));
    let mut told = String::new();
    for target in assemble(true, &Files::new(&files, &none).beside(&groups)).iter().flat_map(|group| &group.targets) {
        let _ = write!(told, "{}", target.environment.as_deref().unwrap_or("-"));
        for setting in target.layers.iter().flat_map(|layer| &layer.settings) {
            let value = match &setting.value {
                SettingValue::Given(template) => template.as_literal().map(|value| value.expose().to_owned()),
                SettingValue::Injected { store, secret, .. } => Some(format!("{store:?}:{secret}")),
                SettingValue::PassThrough | SettingValue::Unknown => Some("¿".to_owned()),
            };
            let _ = write!(told, " {}={}", setting.name, value.as_deref().unwrap_or("?"));
        }
        told.push('\n');
    }
    told
}

/// A workflow with one job for each text, which begins with the job's environment.
fn workflow(jobs: &[&str]) -> String {
    let mut text = "on: push\njobs:\n".to_owned();
    for (index, job) in jobs.iter().enumerate() {
        let (environment, rest) = job.split_once('|').expect("an environment");
        let environment = if environment.is_empty() { "" } else { &format!("    environment: {environment}\n") };
        let _ = writeln!(text, "  job{index}:\n    runs-on: x\n{environment}    steps:\n{rest}");
    }
    text
}

fn of_jobs(jobs: &[&str]) -> String {
    applied(&[(".github/workflows/w.yml", &workflow(jobs))])
}

#[test]
fn what_a_secret_gives_comes_from_the_secret() {
    let job = "|      - run: terraform -chdir=i apply -var a=${{ secrets.KEY }} -var b=x-${{ secrets.KEY }}";
    assert_eq!(of_jobs(&[job]), "- A=GitHubSecrets:KEY B=?\n");
    let job =
        "|      - run: terraform apply\n        working-directory: i\n        env:\n          TF_VAR_a: ${{ vars.V }}";
    assert_eq!(of_jobs(&[job]), "- A=GitHubVariables:V B=own\n");
}

#[test]
fn commands_that_disagree_leave_a_value_unknown() {
    let apply = |arguments: &str| format!("|      - run: terraform -chdir=i apply {arguments}");
    let of = |one: &str, other: &str| of_jobs(&[&apply(one), &apply(other)]);
    assert_eq!(of("-var a=1", "-var a=1"), "- A=1 B=own\n");
    assert_eq!(of("-var a=1", "-var a=2"), "- A=? B=own\n");
    assert_eq!(of("-var a=1", ""), "- A=? B=own\n");
    assert_eq!(of("-var a=1 -var b=$B", "-var a=1 -var b=$B"), "- A=1 B=?\n");
    assert_eq!(of("-var a=1 -var-file=$F -var b=2", "-var-file=$F -var a=1 -var b=2"), "- A=? B=2\n");
    assert_eq!(of("-var a=1 $MORE", "-var a=1"), "- A=? B=own\n");
}

#[test]
fn what_is_only_planned_counts_where_nothing_else_is_applied() {
    let plan = "|      - run: cd i && terraform plan -var a=trial -out x";
    assert_eq!(of_jobs(&[plan, "|      - run: cd i && terraform apply x"]), "- A=trial B=own\n");
    assert_eq!(of_jobs(&[plan, "|      - run: cd i && terraform apply -var a=true"]), "- A=true B=own\n");
    assert_eq!(of_jobs(&["|      - run: cd i && terraform destroy -var a=x"]), "- A=own B=own\n");
}

#[test]
fn each_environment_that_commands_apply_is_an_application() {
    let apply =
        |environment: &str, arguments: &str| format!("{environment}|      - run: terraform -chdir=i apply {arguments}");
    let jobs = [apply("staging", "-var a=s"), apply("production", "-var a=p"), apply("", "-var b=both")];
    let jobs: Vec<&str> = jobs.iter().map(String::as_str).collect();
    assert_eq!(of_jobs(&jobs[..2]), "production A=p B=own\nstaging A=s B=own\n");
    assert_eq!(of_jobs(&jobs), "production A=? B=?\nstaging A=? B=?\n");
    let files =
        ["environment=staging", "environment=production"].map(|of| apply("", &format!("-var {of} -var a={of}")));
    let told = of_jobs(&[&files[0], &files[1]]);
    assert_eq!(told, "production A=environment=production B=own\nstaging A=environment=staging B=own\n");
    let workflow = workflow(&[&apply("", "-var-file=prod.tfvars -var a=p"), &apply("weekly", "-var a=w")]);
    let files = [(".github/workflows/w.yml", &*workflow), ("i/prod.tfvars", "a = \"f\"\nb = \"f\"\n")];
    assert_eq!(applied(&files), "production A=? B=f\n", "the other one may be for production as well");
}

#[test]
fn a_folder_that_cannot_be_told_makes_unknown() {
    let job = "|      - run: terraform apply -var a=x\n        working-directory: ${{ matrix.folder }}";
    assert_eq!(of_jobs(&[job]), "- A=? B=own\n");
    let job = "|      - run: terraform -chdir=elsewhere apply -var a=x";
    assert_eq!(of_jobs(&[job]), "- A=own B=own\n");
    let files = [(".env", "TF_VAR_a=x\n"), ("i/terraform.tfvars", "b = \"f\"\n")];
    assert_eq!(applied(&files), "- A=? B=f\n", "nobody knows whether it reaches a command");
}

#[test]
fn scripts_and_makefiles_give_as_well() {
    let make = "deploy:\n\tcd i && terraform apply -var a=make\n";
    assert_eq!(applied(&[("Makefile", make)]), "- A=make B=own\n");
    assert_eq!(applied(&[("deploy.sh", "export TF_VAR_b=script\nterraform -chdir=i apply\n")]), "- A=own B=script\n");
    assert_eq!(applied(&[("scripts/deploy.sh", "terraform apply -var a=x\n")]), "- A=? B=own\n");
}
