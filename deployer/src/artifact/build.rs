//! Build the function for Lambda with the tools that this machine has.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use super::sources;
use crate::config::Architecture;
use crate::error::{Context, Error, Result};
use crate::report::BuildStage;

const PACKAGE: &str = "plexmon-function";
/// How many of the last lines of a failed build are shown.
const SHOWN_LINES: usize = 15;

/// The tools that can build for Lambda, in order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    /// Plain cargo, for the host's own processor on Linux.
    Cargo,
    /// cargo-zigbuild: zig as the linker can target an older glibc and another processor.
    Zigbuild,
    /// cargo-lambda, which uses zig as well.
    Lambda,
}

/// Build the function and return the path of the binary. `sources` is the digest in the code's identity.
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
        let binary = tool.run(&root, architecture, report).await?;
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
pub async fn build_for_host(sources: &str, report: &dyn Fn(BuildStage<'_>)) -> Result<PathBuf> {
    let root = workspace(sources)?;
    report(BuildStage::Started { platform: "this machine", tool: Tool::Cargo.name() });
    Tool::Cargo.run(&root, Architecture::X86_64, report).await
}

/// The checkout that this program was built from, if the function's sources have not changed.
fn workspace(sources: &str) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
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
            triple(architecture)
        ),
    )
}

fn triple(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        Architecture::Arm64 => "aarch64-unknown-linux-gnu",
    }
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Zigbuild => "cargo zigbuild",
            Self::Lambda => "cargo lambda",
        }
    }

    fn command(self, architecture: Architecture) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let common = ["--package", PACKAGE, "--bin", "bootstrap", "--profile", "lambda", "--locked"];
        match self {
            Self::Cargo => command.arg("build").args(common),
            Self::Zigbuild => command
                .arg("zigbuild")
                .args(common)
                .args(["--target", &format!("{}.2.34", triple(architecture))]),
            Self::Lambda => {
                command.args(["lambda", "build"]).args(common).args(["--target", triple(architecture)])
            }
        };
        command.args(["--message-format", "json-render-diagnostics"]);
        command
    }

    /// Run the build and return the path of the binary, which cargo reports.
    async fn run(
        self,
        root: &Path,
        architecture: Architecture,
        report: &dyn Fn(BuildStage<'_>),
    ) -> Result<PathBuf> {
        let mut child = self
            .command(architecture)
            .current_dir(root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context(|| format!("could not start {}", self.name()))
            .map_err(|error| {
                error.hint("install Rust from rustup.rs, or pass a compiled function with --bootstrap PATH")
            })?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(Error::new(format!("could not read the output of {}", self.name())));
        };
        let messages = executable(BufReader::new(stdout));
        let errors = follow(BufReader::new(stderr), report);
        let (binary, last, status) = tokio::join!(messages, errors, child.wait());
        let status = status.context(|| format!("could not wait for {}", self.name()))?;
        match binary {
            Some(binary) if status.success() => Ok(binary),
            _ => Err(Error::new(format!("{} could not build the function", self.name()))
                .cause(if last.is_empty() { status.to_string() } else { last.join("\n") })
                .hint("fix the errors of the compiler, or pass a compiled function with --bootstrap PATH")),
        }
    }
}

/// Read the path of the binary from cargo's messages.
async fn executable(mut messages: impl tokio::io::AsyncBufRead + Unpin) -> Option<PathBuf> {
    let mut found = None;
    let mut line = String::new();
    while messages.read_line(&mut line).await.is_ok_and(|count| count > 0) {
        if let Ok(message) = serde_json::from_str::<Value>(&line)
            && message["reason"] == "compiler-artifact"
            && message["target"]["name"] == "bootstrap"
        {
            found = message["executable"].as_str().map(PathBuf::from);
        }
        line.clear();
    }
    found
}

/// Report what is being compiled, and keep the last lines for an error.
async fn follow(
    mut errors: impl tokio::io::AsyncBufRead + Unpin,
    report: &dyn Fn(BuildStage<'_>),
) -> Vec<String> {
    let mut last = VecDeque::with_capacity(SHOWN_LINES);
    let mut line = String::new();
    while errors.read_line(&mut line).await.is_ok_and(|count| count > 0) {
        let text = line.trim_end();
        if let Some(what) = text.trim_start().strip_prefix("Compiling ") {
            report(BuildStage::Compiling { package: what });
        }
        if last.len() == SHOWN_LINES {
            last.pop_front();
        }
        last.push_back(text.to_owned());
        line.clear();
    }
    last.into()
}
