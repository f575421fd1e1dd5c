//! The command line: what is refused, before anything is built.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::path::Path;
use std::process::Command;

/// Run the program and return its exit code, stdout and stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_plexmon-release")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn notes_of_another_version_are_refused() {
    let (code, stdout, stderr) = run(&["notes", "v999.0.0"]);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_eq!(
        stderr,
        format!(
            "error: the tag `v999.0.0` does not match the version {version}\n\n\
             hint: tag the release `v{version}`, or change the version in Cargo.toml\n"
        )
    );
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    for arguments in
        [&[][..], &["notes"], &["archive", "--partiall"], &["archive", "--binary", "a", "--profile", "b"]]
    {
        assert_eq!(run(arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn what_cannot_become_an_archive_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("archives");
    let out_text = out.to_str().unwrap();
    // A program of this platform that is not plexmon-deploy.
    let other = env!("CARGO_BIN_EXE_plexmon-release");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_str().unwrap();
    for (arguments, message) in [
        (&["--target", "mips-unknown-linux-gnu"][..], "no archive is made for `mips-unknown-linux-gnu`"),
        (&["--function-arm64", "/nowhere/bootstrap"], "could not read `/nowhere/bootstrap`"),
        (&["--function-x86_64", root], "cause: it is a folder"),
        (&["--binary", "/nowhere/plexmon-deploy"], "could not read `/nowhere/plexmon-deploy`"),
        (&["--binary", other], "is not plexmon-deploy\n  cause: `--version` printed: plexmon-release "),
        (&["--binary", other, "--target", "riscv64-linux"], "no archive is made for `riscv64-linux`"),
    ] {
        let (code, stdout, stderr) = run(&[&["archive", "--out", out_text], arguments].concat());
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
        assert!(!out.exists());
    }
}

/// Cargo starts in the checkout, while the user is elsewhere.
#[test]
#[cfg(unix)]
fn a_relative_target_folder_is_that_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let cargo = place.join("cargo");
    // Written by another process: a test that forks at the same time would keep this file open for writing, and it
    // could not be executed ("text file busy").
    let write = r#"printf '#!/bin/sh\necho "$CARGO_TARGET_DIR" >&2\nexit 1\n' > "$0" && chmod +x "$0""#;
    assert!(Command::new("sh").args(["-c", write]).arg(&cargo).status().unwrap().success());
    let mut archive = Command::new(env!("CARGO_BIN_EXE_plexmon-release"));
    archive.arg("archive").env("CARGO", &cargo).env("CARGO_TARGET_DIR", "built").current_dir(&place);
    let stderr = String::from_utf8(archive.output().unwrap().stderr).unwrap();
    assert!(stderr.contains(&format!("cause: {}\n", place.join("built").display())), "{stderr}");
}
