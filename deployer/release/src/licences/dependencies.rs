//! The packages that a program contains on a platform.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use crate::cargo::{self, Metadata, Package};
use crate::error::{Error, Result};

/// A package from a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    pub name: String,
    pub version: String,
    /// The SPDX expression, or what stands in its place.
    pub license: String,
    /// The file that the package names.
    pub license_file: Option<PathBuf>,
    pub folder: PathBuf,
}

/// Return what a program of the workspace contains.
pub fn of_program(program: &str, triple: &str) -> Result<BTreeSet<Dependency>> {
    let mut found = contained(&cargo::metadata(triple)?, program)?;
    let built = cargo::tree(program, triple)?;
    found.retain(|dependency| built.contains(&format!("{} {}", dependency.name, dependency.version)));
    Ok(found)
}

/// Follow the usual dependencies, not those of tests and build scripts. A procedural macro counts, because the code that
/// it writes is in the program; what it consists of itself is not.
fn contained(metadata: &Metadata, program: &str) -> Result<BTreeSet<Dependency>> {
    let packages: HashMap<&str, &Package> =
        metadata.packages.iter().map(|package| (package.id.as_str(), package)).collect();
    let nodes: HashMap<&str, _> =
        metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let root = metadata.packages.iter().find(|package| package.name == program && package.source.is_none());
    let root = root.ok_or_else(|| Error::new(format!("the workspace has no package `{program}`")))?;
    let (mut found, mut done, mut next) = (BTreeSet::new(), HashSet::new(), vec![root.id.as_str()]);
    while let Some(id) = next.pop() {
        let Some(package) = packages.get(id).filter(|_| done.insert(id)) else { continue };
        if package.source.is_some() {
            found.insert(dependency(package));
        }
        if is_macro(package) {
            continue;
        }
        let dependencies = nodes.get(id).into_iter().flat_map(|node| &node.deps);
        let usual =
            dependencies.filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        next.extend(usual.map(|dependency| dependency.pkg.as_str()));
    }
    Ok(found)
}

fn is_macro(package: &Package) -> bool {
    package.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "proc-macro"))
}

fn dependency(package: &Package) -> Dependency {
    Dependency {
        name: package.name.clone(),
        version: package.version.clone(),
        license: package.license.clone().unwrap_or_else(|| "no SPDX expression".to_owned()),
        license_file: package.license_file.clone(),
        folder: package.manifest_path.parent().map(PathBuf::from).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dependencies_of_tests_build_scripts_and_macros_are_not_in_the_program() {
        let package = |id: &str, kind: &str| {
            let source = if id == "program" { json!(null) } else { json!("registry") };
            json!({"id": id, "name": id, "version": "1.0.0", "license": "MIT", "license_file": null,
                   "manifest_path": format!("/{id}/Cargo.toml"), "source": source, "targets": [{"kind": [kind]}]})
        };
        let dependency = |id: &str, kinds: &[Option<&str>]| {
            let kinds: Vec<_> = kinds.iter().map(|kind| json!({"kind": kind})).collect();
            json!({"pkg": id, "dep_kinds": kinds})
        };
        let metadata: Metadata = serde_json::from_value(json!({
            "target_directory": "/t",
            "packages": [package("program", "bin"), package("used", "lib"), package("inner", "lib"),
                         package("macro", "proc-macro"), package("syn", "lib"), package("test", "lib"),
                         package("build", "lib"), package("both", "lib")],
            "resolve": {"nodes": [
                {"id": "program", "deps": [dependency("used", &[None]), dependency("macro", &[None]),
                    dependency("test", &[Some("dev")]), dependency("build", &[Some("build")]),
                    dependency("both", &[Some("dev"), None])]},
                {"id": "used", "deps": [dependency("inner", &[None]), dependency("used", &[None])]},
                {"id": "macro", "deps": [dependency("syn", &[None])]},
            ]},
        }))
        .unwrap();
        let found = contained(&metadata, "program").unwrap();
        let names: Vec<&str> = found.iter().map(|dependency| dependency.name.as_str()).collect();
        assert_eq!(names, ["both", "inner", "macro", "used"]);
        assert!(contained(&metadata, "used").is_err(), "a package of the registry is not a program");
    }
}
