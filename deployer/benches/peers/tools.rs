//! Installs the tools from PyPI once, with everything pinned by hash.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::BenchResult;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Return the folder with the tools' programs.
pub async fn install(below: &Path) -> BenchResult<PathBuf> {
    let digest: String =
        Sha256::digest(REQUIREMENTS).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let folder = below.join(format!("tools-{digest}"));
    let marker = folder.join("complete");
    if !marker.exists() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let list = folder.join("requirements.txt");
        std::fs::write(&list, REQUIREMENTS)?;
        run(Command::new("python3").args(["-I", "-m", "venv"]).arg(&folder)).await?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        run(pip.args(["--require-hashes", "--no-deps", "-r"]).arg(&list)).await?;
        std::fs::write(&marker, "")?;
    }
    Ok(folder.join("bin"))
}

/// Return the output of a program, or include it in the error if it fails.
pub async fn run(command: &mut Command) -> BenchResult<String> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(text.into_owned());
    }
    Err(format!("{:?}: {text}{}", command.as_std(), String::from_utf8_lossy(&output.stderr)).into())
}

/// Return the pinned version.
pub fn version(package: &str) -> &'static str {
    let pins = REQUIREMENTS.lines().filter_map(|line| line.split([' ', '\\']).next()?.split_once("=="));
    pins.clone().find(|(name, _)| *name == package).map_or("?", |(_, version)| version)
}
