//! Cargo: what the workspace consists of, and builds whose progress is shown as Cargo prints it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Context as _, Error, Result};

/// The part of `cargo metadata` that is used.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// The SPDX expression.
    pub license: Option<String>,
    /// Relative to the manifest.
    pub license_file: Option<PathBuf>,
    pub manifest_path: PathBuf,
    /// `None` for a package of this workspace.
    pub source: Option<String>,
}

/// The root of the checkout that this program was built from.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Return a command of Cargo in the checkout. The variables that `cargo run` sets for this program are left out: they
/// would make build scripts run again.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "OUT_DIR" {
            command.env_remove(&name);
        }
    }
    // Cargo starts in another folder than this program did.
    if let Some(folder) =
        std::env::var_os("CARGO_TARGET_DIR").and_then(|folder| std::path::absolute(folder).ok())
    {
        command.env("CARGO_TARGET_DIR", folder);
    }
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Return the packages of the workspace, and its dependencies on a platform.
pub fn metadata(triple: &str) -> Result<Metadata> {
    let text = listed(&["metadata", "--format-version", "1", "--filter-platform", triple], triple)?;
    serde_json::from_str(&text).context(|| "could not read the output of `cargo metadata`")
}

/// Return the packages that a program contains on a platform, each as `name version`: not those of tests and build
/// scripts. A procedural macro counts, because the code that it writes is in the program; what it consists of itself does
/// not.
pub fn contained(program: &str, triple: &str) -> Result<HashSet<String>> {
    let lines = |edges: &str| {
        let arguments = ["tree", "--package", program, "--target", triple, "--edges", edges];
        listed(&[&arguments[..], &["--prefix", "none", "--format", "{p}"]].concat(), triple)
    };
    let (own, all) = (lines("normal,no-proc-macro")?, lines("normal")?);
    let macros = all.lines().filter(|line| line.contains(MACRO));
    Ok(own.lines().chain(macros).filter_map(package_of).collect())
}

/// How `cargo tree` marks a procedural macro.
const MACRO: &str = " (proc-macro)";

/// Read `serde v1.0.229 (proc-macro) (*)` as `serde 1.0.229`.
fn package_of(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some(format!("{name} {version}"))
}

/// Return what a command of Cargo prints, which needs the sources of all dependencies.
fn listed(arguments: &[&str], triple: &str) -> Result<String> {
    let mut command = cargo();
    let output = command.args(arguments).args(["--locked", "--offline"]).output();
    let output = output.context(|| "could not start cargo")?;
    if !output.status.success() {
        return Err(Error::new(format!("could not list the dependencies for {triple}"))
            .cause(String::from_utf8_lossy(&output.stderr))
            .hint("download all dependencies with `cargo fetch --locked`"));
    }
    String::from_utf8(output.stdout).context(|| "cargo printed invalid UTF-8")
}

/// Return the version in the workspace's manifest.
pub fn version(metadata: &Metadata) -> Result<&str> {
    let package = metadata.packages.iter().find(|package| package.name == "plexmon-deploy");
    let package = package.ok_or_else(|| Error::new("the workspace has no package `plexmon-deploy`"))?;
    Ok(&package.version)
}

/// Return the target triple of this machine.
pub fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().context(|| "could not start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| {
        Error::new("rustc does not say for which machine it is")
            .cause(String::from_utf8_lossy(&output.stderr))
    })
}

/// A program to build.
#[derive(Debug, Default)]
pub struct Build<'a> {
    /// `build` or `zigbuild`.
    pub command: &'a str,
    pub package: &'a str,
    pub program: &'a str,
    pub profile: &'a str,
    /// `None` for this machine.
    pub target: Option<String>,
    /// Variables to set, or to remove, in this order.
    pub variables: Vec<(&'a str, Option<OsString>)>,
}

impl Build<'_> {
    /// Build it and return its path.
    pub fn run(&self) -> Result<PathBuf> {
        let mut command = cargo();
        command.args([self.command, "--locked", "--package", self.package, "--bin", self.program]);
        command.args(["--profile", self.profile, "--message-format", "json-render-diagnostics"]);
        command.args(self.target.iter().flat_map(|target| ["--target", target]));
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .context(|| format!("could not start `cargo {}`", self.command))?;
        if !output.status.success() {
            return Err(Error::new(format!("could not build {}", self.package))
                .cause(format!("`cargo {}` ended with {}; see above", self.command, output.status)));
        }
        let messages = String::from_utf8_lossy(&output.stdout);
        executable(&messages, self.program)
            .ok_or_else(|| Error::new(format!("cargo does not say where `{}` is", self.program)))
    }
}

/// Read the path of a program from cargo's messages.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == program)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_program_is_read_from_the_messages() {
        let messages = "not JSON\n\
            {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"bootstrap\"},\"executable\":null}\n\
            {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"bootstrap\"},\"executable\":\"/t/bootstrap\"}\n";
        assert_eq!(executable(messages, "bootstrap"), Some(PathBuf::from("/t/bootstrap")));
        assert_eq!(executable(messages, "plexmon-deploy"), None);
    }

    #[test]
    fn packages_are_read_from_the_tree() {
        assert_eq!(package_of("serde v1.0.229 (proc-macro) (*)").as_deref(), Some("serde 1.0.229"));
        assert_eq!(package_of(""), None);
    }

    #[test]
    fn metadata_has_the_version_and_the_packages() {
        let metadata = metadata("x86_64-unknown-linux-gnu").unwrap();
        assert_eq!(version(&metadata).unwrap(), env!("CARGO_PKG_VERSION"));
        assert!(metadata.packages.len() > 100);
    }
}
