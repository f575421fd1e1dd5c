//! What one job uploads is what others download.

use std::collections::BTreeSet;

use super::sources::{Workflow, all};
use super::steps::{Job, Step, jobs};

#[test]
fn jobs_download_what_jobs_before_them_upload() {
    for workflow in all() {
        let problems = problems(&workflow);
        assert!(problems.is_empty(), "{}: {}", workflow.name, problems.join("\n"));
    }
}

#[test]
fn wrong_artifacts_are_reported() {
    let workflow = |download: &str| Workflow {
        name: "sample".to_owned(),
        text: format!(
            "jobs:\n  a:\n    strategy:\n      matrix:\n        x: [1, 2]\n    steps:\n      - uses: actions/upload-artifact@v1\n        \
             with:\n          name: part-${{{{ matrix.x }}}}\n  b:\n    steps:\n      - uses: actions/upload-artifact@v1\n        \
             with:\n          name: other\n  c:\n    needs: a\n    steps:\n      - uses: actions/download-artifact@v1\n        \
             with:\n          {download}\n"
        ),
    };
    let problems = |download: &str| problems(&workflow(download)).join(", ");
    assert_eq!(problems("pattern: part-*"), "nothing downloads other");
    assert_eq!(problems("name: part-1"), "nothing downloads other, nothing downloads part-2");
    assert!(problems("name: part-3").contains("c downloads part-3, which nothing uploads"));
    assert!(problems("pattern: '*'").contains("c downloads other without waiting for b"));
}

/// The archives that are expected in a release are those that are made.
#[test]
fn a_release_waits_for_every_archive() {
    let workflows = all();
    let release = workflows.iter().find(|workflow| workflow.name.ends_with("release.yml")).unwrap();
    let jobs = jobs(release);
    let archives = jobs.iter().filter(|job| job.id == "archive").count();
    let attest = jobs.iter().find(|job| job.id == "attest").unwrap();
    let counted =
        attest.steps.iter().any(|step| step.script.contains(&format!("| wc -l)\" -eq {archives}\n")));
    assert!(counted, "the job `attest` does not check that there are {archives} archives");
}

fn problems(workflow: &Workflow) -> Vec<String> {
    let jobs = jobs(workflow);
    let named = |job: &Job, action: &str, key: &str| -> Vec<String> {
        let steps = job.steps.iter().filter(|step: &&Step| step.action == action);
        steps.filter_map(|step| step.with.get(key).cloned()).collect()
    };
    let uploads: BTreeSet<(String, String)> = jobs
        .iter()
        .flat_map(|job| {
            named(job, "actions/upload-artifact", "name").into_iter().map(|name| (name, job.id.clone()))
        })
        .collect();
    let (mut problems, mut downloaded) = (BTreeSet::new(), BTreeSet::new());
    for job in &jobs {
        let before = before(&jobs, &job.id);
        let action = "actions/download-artifact";
        for wanted in [named(job, action, "name"), named(job, action, "pattern")].concat() {
            let found: Vec<_> = uploads.iter().filter(|(name, _)| matches(&wanted, name)).collect();
            if found.is_empty() {
                problems.insert(format!("{} downloads {wanted}, which nothing uploads", job.id));
            }
            for (name, by) in found {
                downloaded.insert(name);
                if !before.contains(by) {
                    problems.insert(format!("{} downloads {name} without waiting for {by}", job.id));
                }
            }
        }
    }
    let unused = uploads.iter().filter(|(name, _)| !downloaded.contains(name));
    problems.extend(unused.map(|(name, _)| format!("nothing downloads {name}")));
    problems.into_iter().collect()
}

/// All jobs that have ended before a job starts.
fn before(jobs: &[Job], id: &str) -> BTreeSet<String> {
    let own = jobs.iter().filter(|job| job.id == id).flat_map(|job| job.needs.clone());
    own.flat_map(|need| {
        let mut all = before(jobs, &need);
        all.insert(need);
        all
    })
    .collect()
}

/// Whether a name matches a pattern with `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|end| {
            (0..=end.len()).any(|at| end.is_char_boundary(at) && matches(rest, &end[at..]))
        }),
    }
}
