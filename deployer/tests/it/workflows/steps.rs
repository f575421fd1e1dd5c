//! The jobs of a workflow, one for each combination of its matrix.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_deploy::import::yaml::{self, Node};

use super::sources::Workflow;

pub struct Job {
    pub id: String,
    /// The jobs that have ended before.
    pub needs: Vec<String>,
    pub steps: Vec<Step>,
}

/// A step with the values of the matrix filled in.
#[derive(Default)]
pub struct Step {
    /// The action without its version.
    pub action: String,
    pub with: BTreeMap<String, String>,
    pub env: BTreeMap<String, String>,
    pub script: String,
}

type Values = BTreeMap<String, String>;

pub fn jobs(workflow: &Workflow) -> Vec<Job> {
    let document = yaml::read(&workflow.text, Path::new(&workflow.name)).unwrap();
    let jobs = document[0].get("jobs").unwrap().entries();
    jobs.iter()
        .flat_map(|(id, job)| combinations(job).into_iter().map(|values| one(id, job, &values)))
        .collect()
}

fn one(id: &str, job: &Node, values: &Values) -> Job {
    let needs = job.get("needs").map(Node::texts).unwrap_or_default();
    let steps = job.get("steps").map(Node::items).unwrap_or_default();
    Job {
        id: id.to_owned(),
        needs: needs.into_iter().map(str::to_owned).collect(),
        steps: steps.iter().map(|step| read(step, values)).collect(),
    }
}

fn read(step: &Node, values: &Values) -> Step {
    let text = |key: &str| filled(step.get(key).and_then(Node::text).unwrap_or_default(), values);
    let map = |key: &str| {
        let pairs = step.get(key).map(Node::pairs).unwrap_or_default();
        pairs.into_iter().map(|(key, value)| (key, filled(&value, values))).collect()
    };
    let action = text("uses").split('@').next().unwrap_or_default().to_owned();
    Step { action, with: map("with"), env: map("env"), script: text("run") }
}

fn filled(text: &str, values: &Values) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{{ matrix.{name} }}}}"), value)
    })
}

/// The combinations of a matrix, which has either lists or `include`; one without values if there is no matrix.
fn combinations(job: &Node) -> Vec<Values> {
    let Some(matrix) = job.get("strategy").and_then(|strategy| strategy.get("matrix")) else {
        return vec![Values::new()];
    };
    if let Some(include) = matrix.get("include") {
        return include.items().iter().map(|item| item.pairs().into_iter().collect()).collect();
    }
    matrix.entries().iter().fold(vec![Values::new()], |known, (name, list)| {
        let extended = |values: &Values| {
            let with = |value: &str| {
                let mut values = values.clone();
                values.insert(name.to_string(), value.to_owned());
                values
            };
            list.texts().into_iter().map(with).collect::<Vec<_>>()
        };
        known.iter().flat_map(extended).collect()
    })
}

#[test]
fn a_matrix_is_expanded() {
    let text = "jobs:\n  a:\n    strategy:\n      matrix:\n        x: [1, 2]\n        y: [3]\n    steps:\n      \
                - run: echo ${{ matrix.x }} ${{ matrix.y }}\n  b:\n    needs: a\n    strategy:\n      matrix:\n        \
                include:\n          - z: 4\n    steps:\n      - uses: c@d\n        with:\n          e: ${{ matrix.z }}\n";
    let jobs = jobs(&Workflow { name: "sample".to_owned(), text: text.to_owned() });
    let scripts: Vec<&str> = jobs.iter().map(|job| job.steps[0].script.as_str()).collect();
    assert_eq!(scripts, ["echo 1 3", "echo 2 3", ""]);
    assert_eq!((jobs[2].needs.join(""), jobs[2].steps[0].action.as_str()), ("a".to_owned(), "c"));
    assert_eq!(jobs[2].steps[0].with["e"], "4");
}
