//! Every workflow of the repository, and every one that the documentation proposes.

use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A workflow as it is in a file of its own.
#[derive(Debug)]
pub struct Workflow {
    /// Its path, or that of the page that contains it, with a number.
    pub name: String,
    pub text: String,
}

pub fn all() -> Vec<Workflow> {
    let mut workflows = Vec::new();
    for (name, text) in files(".github/workflows", "yml") {
        workflows.push(Workflow { name, text });
    }
    for (page, text) in files("deployer/docs", "md") {
        let found = in_page(&text).into_iter().zip(1..);
        workflows.extend(found.map(|(text, number)| Workflow { name: format!("{page}, {number}"), text }));
    }
    workflows
}

/// The files of a folder with their paths, in order.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|own| own == extension) {
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            found.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The code blocks that are workflows, without the indentation of the list that they may be in.
fn in_page(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.find("```y").filter(|at| line[..*at].trim().is_empty()) else { continue };
        let block = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```"));
        let block = block.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()));
        let block: String = block.collect();
        if block.lines().any(|line| line == "jobs:") {
            blocks.push(block);
        }
    }
    blocks
}

#[test]
fn workflows_are_found_in_a_page() {
    let page = "a\n```yaml\nname: a\njobs:\n  b:\n```\n\n1. c\n\n   ```yaml\n   jobs:\n     d:\n   ```\n\
                ```yaml\nservices:\n```\n```toml\njobs:\n```\n";
    assert_eq!(in_page(page), ["name: a\njobs:\n  b:\n", "jobs:\n  d:\n"]);
}
