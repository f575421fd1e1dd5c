//! The workflows that the documentation proposes: least rights, and scripts that other tests run.

use std::collections::BTreeSet;
use std::path::Path;

use plexmon_deploy::import::yaml::{self, Node};

use super::sources::all;

/// A workflow that users copy.
pub struct Documented {
    pub name: String,
    root: Node,
}

impl Documented {
    fn all() -> Vec<Self> {
        let pages = all().into_iter().filter(|workflow| workflow.name.starts_with("deployer/docs/ci.md"));
        pages
            .map(|workflow| {
                let root = yaml::read(&workflow.text, Path::new(&workflow.name)).unwrap().remove(0);
                Self { name: root.get("name").and_then(Node::text).unwrap().to_owned(), root }
            })
            .collect()
    }

    /// The workflow of this name.
    pub fn named(name: &str) -> Self {
        Self::all().into_iter().find(|workflow| workflow.name == name).unwrap()
    }

    fn jobs(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.root.get("jobs").unwrap().entries().iter().map(|(name, job)| (name.as_ref(), job))
    }

    fn steps(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.jobs()
            .flat_map(|(name, job)| job.get("steps").unwrap().items().iter().map(move |step| (name, step)))
    }

    /// The script of a step, by the names of its job and its own.
    pub fn script(&self, job: &str, name: &str) -> String {
        let mut steps = self.steps();
        let step = steps.find(|(of, step)| *of == job && step.get("name").and_then(Node::text) == Some(name));
        let script = step.and_then(|(_, step)| step.get("run")?.text());
        script.unwrap_or_else(|| panic!("{} has no step {name:?}", self.name)).to_owned()
    }
}

/// The texts at `with.KEY` of all steps of a job.
fn with<'a>(job: &'a Node, key: &str) -> Vec<&'a str> {
    let steps = job.get("steps").unwrap().items();
    steps.iter().filter_map(|step| step.get("with")?.get(key)?.text()).collect()
}

#[test]
fn each_job_has_the_least_rights() {
    let mut found = BTreeSet::new();
    for workflow in Documented::all() {
        for (name, job) in workflow.jobs() {
            let rights = job.get("permissions").unwrap().pairs().into_iter();
            let rights: Vec<String> = rights.map(|(scope, access)| format!("{scope}: {access}")).collect();
            found.insert(format!("{}, {name}: {}", workflow.name, rights.join(", ")));
        }
    }
    insta::assert_snapshot!(found.into_iter().collect::<Vec<_>>().join("\n"), @"
    plexmon deploy, apply: contents: read, id-token: write
    plexmon deploy, plan: contents: read, id-token: write
    plexmon drift, drift: contents: read, id-token: write, issues: write
    plexmon plan, plan: contents: read, id-token: write, pull-requests: write
    ");
}

#[test]
fn no_checkout_keeps_its_token_and_no_script_contains_what_others_wrote() {
    for workflow in Documented::all() {
        for (_, step) in workflow.steps() {
            let text = |key| step.get(key).and_then(Node::text).unwrap_or_default();
            assert!(!text("run").contains("${{"), "{}", workflow.name);
            if text("uses").starts_with("actions/checkout@") {
                let keeps = step.get("with").and_then(|with| with.get("persist-credentials"));
                assert_eq!(keeps.and_then(Node::text), Some("false"), "{}", workflow.name);
            }
        }
    }
}

/// The job that may write, and only that one, is in the environment that the trust policy names.
#[test]
fn only_the_approved_job_has_the_role_that_writes() {
    for workflow in Documented::all() {
        for (name, job) in workflow.jobs() {
            let is_apply = name == "apply";
            let role = if is_apply { "${{ vars.AWS_APPLY_ROLE }}" } else { "${{ vars.AWS_PLAN_ROLE }}" };
            assert_eq!(with(job, "role-to-assume"), [role], "{} {name}", workflow.name);
            let environment = job.get("environment").and_then(Node::text);
            assert_eq!(environment, is_apply.then_some("production"), "{} {name}", workflow.name);
        }
    }
}
