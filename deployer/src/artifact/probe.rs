//! Find out whether a function for Lambda runs on this machine, by running it.
//!
//! A comparison of versions would have to know the processor, the loader, the C library (glibc or musl, and which one),
//! and whether files of this folder may be executed. The attempt takes milliseconds and answers for all of them.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

/// The time for an answer, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

/// Whether `binary`, a function for Lambda, runs on this machine. It is written into `folder` for the attempt.
pub async fn runs_here(binary: &[u8], folder: &Path) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let Ok(place) = tempfile::Builder::new().prefix("probe-").tempdir_in(folder) else { return false };
    let program = place.path().join("bootstrap");
    if std::fs::write(&program, binary).and_then(|()| make_executable(&program)).is_err() {
        return false;
    }
    match tokio::time::timeout(PATIENCE, output(&program, place.path())).await {
        Ok(Ok(output)) => is_from_function(&output.stdout),
        Ok(Err(_)) | Err(_) => false,
    }
}

async fn output(program: &Path, folder: &Path) -> std::io::Result<Output> {
    loop {
        let mut command = Command::new(program);
        command.env_clear().current_dir(folder).kill_on_drop(true);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        match command.output().await {
            // A child that was started while the file was written has it open for a moment.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => tokio::time::sleep(PAUSE).await,
            result => return result,
        }
    }
}

/// Whether this is what the function prints when it is started outside of Lambda: a log line in JSON that says that it has
/// no configuration. The loader's errors, such as one about a missing version of glibc, are on stderr.
fn is_from_function(stdout: &[u8]) -> bool {
    serde_json::from_slice::<Value>(stdout).is_ok_and(|line| line["error"].is_string())
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_log_line_is_from_the_function() {
        assert!(is_from_function(b"{\"error\":\"plexmon cannot start: there is no plexmon.json\"}\n"));
        for other in ["", "{}", "[]", "usage: bootstrap", "{\"error\":1}"] {
            assert!(!is_from_function(other.as_bytes()), "{other}");
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod attempts {
    use super::*;

    /// An ELF file for another processor, without code.
    fn for_another_processor() -> Vec<u8> {
        let mut header = b"\x7fELF\x02\x01\x01".to_vec();
        header.resize(16, 0);
        let machine: u8 = if cfg!(target_arch = "aarch64") { 0x3e } else { 0xb7 };
        header.extend([3, 0, machine, 0, 1, 0, 0, 0]);
        header.resize(4096, 0);
        header
    }

    #[tokio::test]
    async fn only_a_function_that_answers_runs_here() {
        let folder = tempfile::tempdir().unwrap();
        let script = |text: &str| format!("#!/bin/sh\n{text}\n").into_bytes();
        for (what, binary, expected) in [
            ("a function", script("echo '{\"error\":\"plexmon cannot start\"}'; exit 1"), true),
            ("no glibc of this version", script("echo 'version GLIBC_2.34 not found' >&2; exit 1"), false),
            ("no loader", b"#!/nowhere/ld-linux.so\n".to_vec(), false),
            ("another processor", for_another_processor(), false),
            ("a crash", script("kill -SEGV $$"), false),
        ] {
            assert_eq!(runs_here(&binary, folder.path()).await, expected, "{what}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
