//! The packages that a program contains on a platform.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cargo::{self, Package};
use crate::error::Result;

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
    let contained = cargo::contained(program, triple)?;
    let packages = cargo::metadata(triple)?.packages.into_iter();
    let dependencies = packages.filter(|package| package.source.is_some()).map(Dependency::of);
    Ok(dependencies
        .filter(|found| contained.contains(&format!("{} {}", found.name, found.version)))
        .collect())
}

impl Dependency {
    fn of(package: Package) -> Self {
        Self {
            name: package.name,
            version: package.version,
            license: package.license.unwrap_or_else(|| "no SPDX expression".to_owned()),
            license_file: package.license_file,
            folder: package.manifest_path.parent().map(PathBuf::from).unwrap_or_default(),
        }
    }
}
