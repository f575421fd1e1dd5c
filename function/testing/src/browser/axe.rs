//! axe-core, which finds violations of the rules of accessibility.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Browser, Violation};
use crate::python;

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/browser/requirements.txt");

/// The tags of the rules that count.
const RULES: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]"#;

pub fn violations(browser: &Browser, directory: &Path) -> Vec<Violation> {
    let axe = fs::read_to_string(program(directory)).unwrap();
    // Where it could not decide, because it cannot see the colors, it says "incomplete". Such rules count as well.
    let script = format!(
        "{axe}; return axe.run(document, {{ runOnly: {{ type: 'tag', values: {RULES} }}, \
         resultTypes: ['violations', 'incomplete'] }})\
         .then(found => found.violations.concat(found.incomplete))"
    );
    let found = browser.run(&script);
    found
        .as_array()
        .unwrap_or_else(|| panic!("axe-core does not answer: {found}"))
        .iter()
        .map(violation)
        .collect()
}

fn violation(rule: &Value) -> Violation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let node = |node: &Value| format!("{}\n    {}", text(&node["html"]), text(&node["failureSummary"]));
    let nodes = rule["nodes"].as_array().into_iter().flatten().map(node).collect();
    Violation { rule: text(&rule["id"]), help: text(&rule["help"]), nodes }
}

/// Return the path of axe-core; it is installed once.
fn program(directory: &Path) -> PathBuf {
    let requirements = Path::new(REQUIREMENTS);
    let directory = directory.join("axe");
    let programs = python::programs(requirements, Path::new("python3"), &directory, &["--require-hashes"]);
    let libraries = fs::read_dir(programs.join("../lib")).unwrap().flatten();
    let mut found =
        libraries.map(|python| python.path().join("site-packages/axe_playwright_python/axe.min.js"));
    found.find(|axe| axe.is_file()).unwrap_or_else(|| panic!("{} has no axe-core", requirements.display()))
}
