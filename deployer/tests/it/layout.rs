//! The layout of the crates: how modules are named, how long files are, and that modules do not depend on each other in
//! a circle.

mod circles;
mod modules;

use std::fs;
use std::path::{Path, PathBuf};

use self::circles::circles;
use self::modules::modules;

/// The root of the workspace.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

const CRATES: [&str; 4] = ["deployer", "deployer/release", "function", "function/testing"];

/// Modules that are still in a circle. This list must only become shorter.
const KNOWN_CIRCLES: &[&str] = &[];

/// A longer file needs a reason in its head comment.
const LONGEST_FILE: usize = 300;

/// How a line of the head comment begins that gives the reason.
const REASON: &str = "//! Long because ";

/// All Rust files below a folder of the workspace, as paths relative to its root.
fn rust_files(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    collect(&Path::new(ROOT).join(folder), folder, &mut files);
    files.sort();
    files
}

fn collect(path: &Path, name: &str, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries {
        let path: PathBuf = entry.unwrap().path();
        let name = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &name, files);
        } else if name.ends_with(".rs") {
            files.push(name);
        }
    }
}

/// All Rust files of the crates, their tests and benchmarks included.
fn all_rust_files() -> Vec<String> {
    let folders =
        CRATES.iter().flat_map(|name| ["src", "tests", "benches"].map(|part| format!("{name}/{part}")));
    let files: Vec<String> = folders.flat_map(|folder| rust_files(&folder)).collect();
    assert!(files.len() > 300, "only {} files were found", files.len());
    files
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(file)).unwrap()
}

#[test]
fn modules_do_not_depend_on_each_other_in_a_circle() {
    for name in CRATES {
        let found = circles(&modules(name), KNOWN_CIRCLES);
        assert!(
            found.is_empty(),
            "{} of {name} that depend on each other in a circle; move what both need into a file of its own, which \
             depends on neither:\n\n{}",
            if found.len() == 1 {
                "1 group of files".to_owned()
            } else {
                format!("{} groups of files", found.len())
            },
            found.join("\n")
        );
    }
}

#[test]
fn long_files_give_a_reason() {
    let is_unexplained = |file: &String| {
        let text = read(file);
        let head = text.lines().take_while(|line| line.starts_with("//!"));
        text.lines().count() > LONGEST_FILE && !head.into_iter().any(|line| line.starts_with(REASON))
    };
    let long: Vec<String> = all_rust_files().into_iter().filter(is_unexplained).collect();
    assert!(
        long.is_empty(),
        "these files have more than {LONGEST_FILE} lines; split each one by topic, or explain its length in its head \
         comment with a line that begins with `{REASON}`:\n{}",
        long.join("\n")
    );
}

#[test]
fn the_file_of_a_module_is_beside_its_folder() {
    let is_mod = |file: &String| file.ends_with("/mod.rs");
    let wrong: Vec<String> = all_rust_files().into_iter().filter(is_mod).collect();
    assert!(
        wrong.is_empty(),
        "move each `x/mod.rs` to `x.rs`, as in all other modules:\n{}",
        wrong.join("\n")
    );
}
