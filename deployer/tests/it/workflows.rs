//! The workflows for GitHub Actions, ours and those in the documentation: linted, and compared with our own programs.
#![cfg(target_os = "linux")]

mod artifacts;
mod commands;
pub mod documented;
mod linters;
mod sources;
mod steps;

use linters::{actionlint, zizmor};
use sources::{Workflow, all};

#[test]
fn every_workflow_passes_the_linters() {
    let workflows = all();
    let names: Vec<&str> = workflows.iter().map(|workflow| workflow.name.as_str()).collect();
    for own in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        assert!(names.contains(&own), "{names:?}");
    }
    for (linter, findings) in [("zizmor", zizmor(&workflows)), ("actionlint", actionlint(&workflows))] {
        assert_eq!(findings, None, "{linter} has findings");
    }
}

const GOOD: &str = "\
name: Sample
on: push
permissions: {}
concurrency:
  group: sample
  cancel-in-progress: true
jobs:
  sample:
    name: Sample
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - name: Print
        run: echo ok
";

#[test]
fn a_wrong_workflow_is_reported() {
    let sample = |old: &str, new: &str| {
        assert!(GOOD.contains(old), "{old}");
        [Workflow { name: "sample".to_owned(), text: GOOD.replace(old, new) }]
    };
    assert_eq!((zizmor(&sample("ok", "ok")), actionlint(&sample("ok", "ok"))), (None, None));
    for (old, new, finding) in [
        ("echo ok", "echo ${{ github.event.issue.title }}", "template-injection"),
        ("run: echo ok", "uses: actions/checkout@v7", "unpinned-uses"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
    ] {
        let findings = zizmor(&sample(old, new)).unwrap_or_default();
        assert!(findings.contains(finding), "{new}: {findings}");
    }
    for (old, new, finding) in [
        ("ubuntu-24.04", "ubuntu-24.4", "runner-label"),
        ("timeout-minutes", "timeout-minute", "syntax-check"),
        ("echo ok", "echo ${{ github.nothing }}", "expression"),
    ] {
        let findings = actionlint(&sample(old, new)).unwrap_or_default();
        assert!(findings.contains(finding), "{new}: {findings}");
    }
}
