//! Circles among modules, each as short as possible, with the lines that cause it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use super::modules::Module;

/// A description of each group of modules that depend on each other: its files, and the lines of the shortest circle.
///
/// Groups of modules that are all `known` are left out.
pub fn circles(modules: &BTreeMap<String, Module>, known: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for path in modules.keys() {
        if done.contains(path) {
            continue;
        }
        let group: BTreeSet<&String> = modules
            .keys()
            .filter(|other| reaches(modules, path, other) && reaches(modules, other, path))
            .collect();
        if group.iter().all(|path| known.contains(&path.as_str())) {
            continue;
        }
        let circle = group.iter().filter_map(|start| way(modules, start, start)).min_by_key(Vec::len);
        found.push(described(modules, &group, &circle.unwrap_or_default()));
        done.extend(group.into_iter().cloned());
    }
    found
}

fn reaches(modules: &BTreeMap<String, Module>, from: &str, to: &str) -> bool {
    way(modules, from, to).is_some()
}

/// The shortest way from one module to another, over at least one dependency.
fn way(modules: &BTreeMap<String, Module>, from: &str, to: &str) -> Option<Vec<String>> {
    let mut visited = BTreeSet::new();
    let mut queue = VecDeque::from([vec![from.to_owned()]]);
    while let Some(way) = queue.pop_front() {
        for next in modules[way.last()?].uses.keys() {
            let longer = [way.as_slice(), std::slice::from_ref(next)].concat();
            if next == to {
                return Some(longer);
            }
            if visited.insert(next) {
                queue.push_back(longer);
            }
        }
    }
    None
}

fn described(modules: &BTreeMap<String, Module>, group: &BTreeSet<&String>, circle: &[String]) -> String {
    let files: Vec<&str> = group.iter().map(|path| modules[*path].file.as_str()).collect();
    let mut text = format!("{}\n", files.join(", "));
    for pair in circle.windows(2) {
        let module = &modules[&pair[0]];
        let _ = writeln!(text, "  {}:{} uses {}", module.file, module.uses[&pair[1]], pair[1]);
    }
    text
}

#[test]
fn a_circle_is_found_with_its_lines() {
    let module = |file: &str, uses: &[(&str, usize)]| Module {
        file: file.to_owned(),
        uses: uses.iter().map(|(path, line)| ((*path).to_owned(), *line)).collect(),
    };
    let modules = BTreeMap::from([
        ("a".to_owned(), module("a.rs", &[("b", 1), ("d", 2)])),
        ("b".to_owned(), module("b.rs", &[("c", 3)])),
        ("c".to_owned(), module("c.rs", &[("a", 4), ("b", 5)])),
        ("d".to_owned(), module("d.rs", &[])),
    ]);
    assert_eq!(circles(&modules, &[]), ["a.rs, b.rs, c.rs\n  b.rs:3 uses c\n  c.rs:5 uses b\n"]);
    let opened = BTreeMap::from([
        ("a".to_owned(), module("a.rs", &[("b", 1)])),
        ("b".to_owned(), module("b.rs", &[])),
    ]);
    assert_eq!(circles(&opened, &[]), [""; 0]);
}
