//! The build script refuses functions that Lambda cannot run.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Return the build script of this build: the newest one beside its output.
fn build_script() -> PathBuf {
    let builds = Path::new(env!("OUT_DIR")).ancestors().nth(2).unwrap();
    let folders = std::fs::read_dir(builds).unwrap().map(|entry| entry.unwrap().path());
    let own =
        folders.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("plexmon-deploy-"));
    let scripts = own.map(|folder| folder.join("build-script-build")).filter(|path| path.is_file());
    scripts.max_by_key(|path| path.metadata().unwrap().modified().unwrap()).unwrap()
}

/// Run the build script with these files as functions. Return its errors, as cargo would show them.
fn errors(functions: &[(&str, &Path)]) -> Vec<String> {
    let out = tempfile::tempdir().unwrap();
    let mut script = Command::new(build_script());
    script.env_clear().env("OUT_DIR", out.path()).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = script.envs(functions.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("cargo::error=")).map(str::to_owned).collect();
    assert_eq!(output.status.success(), errors.is_empty(), "{text}");
    errors
}

#[test]
fn an_unfit_function_is_a_build_error() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    // This test is a program of the right kind, for one of the two processors.
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let newer = replaced(&program, b"GLIBC_2.34\0", b"GLIBC_2.99\0");
    let (x86_64, arm64) = ("PLEXMON_EMBED_X86_64", "PLEXMON_EMBED_ARM64");
    for (variable, path, message) in [
        (x86_64, folder.path().join("missing"), "which could not be read: No such file or directory"),
        (x86_64, folder.path().to_owned(), "which could not be read: Is a directory"),
        (x86_64, write("empty", b""), "which cannot run on Lambda (x86_64): it is not a Linux program"),
        (
            x86_64,
            write("script", b"#!/bin/sh\n"),
            "which cannot run on Lambda (x86_64): it is not a Linux program",
        ),
        (x86_64, write("cut", &program[..20]), "its ELF header is damaged"),
        (arm64, write("program", &program), "which cannot run on Lambda (arm64): it is built for x86_64"),
        (
            x86_64,
            write("newer", &newer),
            "it needs glibc 2.99, but Lambda has 2.34; build it with `cargo zigbuild`",
        ),
    ] {
        let errors = errors(&[(variable, &path)]);
        let start = format!("{variable} names `{}`", path.display());
        assert_eq!(errors.len(), 1, "{message}: {errors:?}");
        assert!(errors[0].starts_with(&start) && errors[0].contains(message), "{message}: {errors:?}");
    }
}

#[test]
fn without_functions_nothing_is_embedded() {
    assert_eq!(errors(&[]), [""; 0]);
    assert_eq!(errors(&[("PLEXMON_EMBED_X86_64", Path::new(""))]), [""; 0]);
}

fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}
