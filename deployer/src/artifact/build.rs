//! Build the function with the tools that this machine has.

mod environment;
mod failure;
mod output;
mod run;
mod tool;

use std::path::{Path, PathBuf};

use self::run::run;
use self::tool::Tool;
use super::sources;
use crate::config::Architecture;
use crate::error::{Context, Error, Result};
use crate::report::BuildStage;

/// The profile of a function that runs on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostProfile {
    /// The profile in which the dependencies were compiled together with this program.
    Quick,
    /// The profile of a function for the upload.
    Lambda,
}

/// Build the function for Lambda and return the path of the binary. `sources` is the digest in the code's identity.
pub async fn build(
    sources: &str,
    architecture: Architecture,
    report: &dyn Fn(BuildStage<'_>),
) -> Result<PathBuf> {
    let root = workspace(sources)?;
    let mut tools = Vec::new();
    if host_can_run(architecture) {
        tools.push(Tool::Cargo);
    }
    for (tool, program) in [(Tool::Zigbuild, "cargo-zigbuild"), (Tool::Lambda, "cargo-lambda")] {
        if on_path(program) {
            tools.push(tool);
        }
    }
    if tools.is_empty() {
        return Err(nothing_builds(architecture));
    }
    let mut rejected = None;
    for tool in tools {
        report(BuildStage::Started { platform: architecture.as_str(), tool: tool.name() });
        let binary = run(tool.command(architecture, &root), tool.name(), report).await?;
        let bytes = std::fs::read(&binary).context(|| format!("could not read `{}`", binary.display()))?;
        match super::check(&bytes, architecture) {
            Ok(()) => return Ok(binary),
            // A host that is newer than Lambda links against a newer glibc; zig can target an older one.
            Err(error) => rejected = Some(error),
        }
    }
    Err(rejected
        .unwrap_or_else(|| nothing_builds(architecture))
        .context("could not build the function for Lambda"))
}

/// Build the function for this machine with plain cargo.
pub async fn build_for_host(
    sources: &str,
    profile: HostProfile,
    report: &dyn Fn(BuildStage<'_>),
) -> Result<PathBuf> {
    let root = workspace(sources)?;
    let tool = Tool::Cargo.name();
    report(BuildStage::Started { platform: "this machine", tool });
    run(tool::for_host(profile, &root), tool, report).await
}

/// Whether this machine has what [`build_for_host`] needs: the checkout that this program was built from, and cargo.
pub fn can_build_for_host() -> bool {
    root().join("Cargo.toml").is_file() && (std::env::var_os("CARGO").is_some() || on_path("cargo"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The checkout that this program was built from, if the function's sources have not changed.
fn workspace(sources: &str) -> Result<PathBuf> {
    let root = root();
    let current = sources::digest(&root).map_err(|error| {
        Error::new(format!("the function's sources are no longer at `{}`", root.display()))
            .cause(error)
            .hint("run `cargo deploy up` in a checkout, or pass a compiled function with --bootstrap PATH")
    })?;
    if current != sources {
        return Err(Error::new("the function's sources have changed since this program was built")
            .hint("run `cargo deploy`, which rebuilds this program first"));
    }
    Ok(root)
}

fn host_can_run(architecture: Architecture) -> bool {
    let same = match architecture {
        Architecture::X86_64 => cfg!(target_arch = "x86_64"),
        Architecture::Arm64 => cfg!(target_arch = "aarch64"),
    };
    same && cfg!(all(target_os = "linux", target_env = "gnu"))
}

fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

fn nothing_builds(architecture: Architecture) -> Error {
    Error::new(format!("this machine cannot build a Linux program for {}", architecture.as_str())).hint(
        format!(
            "install cargo-lambda (`pip install cargo-lambda`) and `rustup target add {}`, \
         or pass a compiled function with --bootstrap PATH",
            tool::triple(architecture)
        ),
    )
}
