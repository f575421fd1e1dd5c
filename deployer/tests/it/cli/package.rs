//! `package`: the zip of `up` as a file, without AWS, whole or not at all.

use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use plexmon_deploy::artifact::sha256;
use plexmon_testing::rng::Rng;
use tempfile::TempDir;
use zip::ZipArchive;

use crate::support::{Deploy, Ran, snapshot};

pub(super) const X86_64: u8 = 0x3e;
const ARM64: u8 = 0xb7;

/// The head of a 64-bit Linux program, and bytes that cannot be compressed.
pub(super) fn program(machine: u8) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    bytes[16..20].copy_from_slice(&[2, 0, machine, 0]);
    bytes[52] = 64;
    let mut rng = Rng(1);
    bytes.extend((0..20_000).flat_map(|_| rng.draw().to_le_bytes()));
    bytes
}

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let config = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n\n\
                  [notify.pushover]\ntoken = { env = \"TOKEN\" }\nuser = { env = \"USER_KEY\" }\n\n\
                  [function]\narchitecture = \"x86_64\"\n";
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    std::fs::write(home.path().join("bootstrap"), program(X86_64)).unwrap();
    std::fs::write(home.path().join("other"), program(ARM64)).unwrap();
    home
}

fn package(home: &Path, args: &[&str]) -> Ran {
    Deploy::new(home).env("TOKEN", "a-secret").args(["package", "--bootstrap", "bootstrap"]).args(args).run()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_zip_has_the_program_and_its_settings() {
    let home = home();
    let document = package(home.path(), &["-o", "function.zip", "--json"]).ended(0).json();
    let bytes = std::fs::read(home.path().join("function.zip")).unwrap();
    let mut zip = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().unwrap().into_owned(), file.unix_mode().unwrap() & 0o777, content));
    }
    assert_eq!(files.len(), 2);
    assert_eq!(files[0], ("bootstrap".to_owned(), 0o755, program(X86_64)));
    assert_eq!((files[1].0.as_str(), files[1].1), ("plexmon.json", 0o644));
    let settings: serde_json::Value = serde_json::from_slice(&files[1].2).unwrap();
    assert_eq!(settings["targets"][0]["url"], "https://plex.example.com/identity");
    assert!(!settings.to_string().contains("a-secret"));

    assert_eq!(document["path"], "function.zip");
    assert_eq!(document["architecture"], "x86_64");
    assert_eq!(document["bytes"], bytes.len());
    assert_eq!(document["sha256"], sha256(&bytes));
    let decoded = base64::engine::general_purpose::STANDARD.decode(document["code_sha256"].as_str().unwrap());
    let hex: String = decoded.unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(document["sha256"], hex);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, other) = (home(), home());
    let text = package(one.path(), &["-o", "function.zip"]).ended(0);
    let document = package(one.path(), &["-o", "function.zip", "--json"]).ended(0).json();
    let mut shown = text.whole();
    for (value, name) in [("bytes", "BYTES"), ("sha256", "HEX"), ("code_sha256", "BASE64")] {
        let value = document[value].to_string();
        shown = shown.replace(value.trim_matches('"'), &format!("[{name}]"));
    }
    snapshot!(shown, @"
    exit 0
    --- stdout
    wrote function.zip ([BYTES] bytes, for x86_64)
      SHA-256     [HEX]
      CodeSha256  [BASE64]
    ");
    assert_eq!(package(other.path(), &["-o", "function.zip"]).ended(0).stdout, text.stdout);
    let read = |home: &TempDir| std::fs::read(home.path().join("function.zip")).unwrap();
    assert_eq!(read(&one), read(&other));
}

#[test]
fn a_file_is_replaced_and_a_folder_is_not() {
    let home = home();
    std::fs::write(home.path().join("function.zip"), "previous").unwrap();
    package(home.path(), &["-o", "function.zip"]).ended(0);
    assert!(std::fs::read(home.path().join("function.zip")).unwrap().starts_with(b"PK"));
    std::fs::create_dir(home.path().join("folder")).unwrap();
    snapshot!(package(home.path(), &["-o", "folder"]).whole(), @"
    exit 2
    --- stderr
    error: `folder` is a folder, and was not replaced

    hint: remove it, or choose another path
    ");
    snapshot!(package(home.path(), &["-o", "missing/function.zip"]).whole(), @"
    exit 1
    --- stderr
    error: could not write `missing/function.zip`
      cause: No such file or directory (os error [NUMBER])

    hint: choose a writable folder on a disk with free space
    ");
    snapshot!(package(home.path(), &["-o", "-"]).whole(), @"
    exit 2
    --- stderr
    error: the zip is written to a file, not to stdout

    hint: for example: -o plexmon.zip
    ");
    assert_eq!(names(home.path()), ["bootstrap", "config.toml", "folder", "function.zip", "other"]);
}

#[test]
fn a_program_that_lambda_cannot_run_is_not_packed() {
    let home = home();
    let with = |bootstrap: &str| {
        Deploy::new(home.path())
            .args(["package", "-o", "function.zip", "--bootstrap", bootstrap])
            .run()
            .ended(1)
    };
    snapshot!(with("other").whole(), @"
    exit 1
    --- stderr
    error: `other` cannot run on Lambda (x86_64)
      cause: it is built for arm64

    hint: set `architecture` in [function] to match, or build for the other processor
    ");
    snapshot!(with("config.toml").whole(), @"
    exit 1
    --- stderr
    error: `config.toml` cannot run on Lambda (x86_64)
      cause: it is not a Linux program

    hint: pass the compiled function, which cargo names `bootstrap`, with --bootstrap
    ");
    snapshot!(with("missing").whole(), @"
    exit 1
    --- stderr
    error: could not read the function's binary `missing`
      cause: No such file or directory (os error [NUMBER])
    ");
    assert_eq!(names(home.path()), ["bootstrap", "config.toml", "other"]);
}

/// A limit on the size of files stands in for a full disk.
#[cfg(unix)]
#[test]
fn nothing_is_left_of_a_zip_that_could_not_be_written() {
    let home = home();
    std::fs::write(home.path().join("function.zip"), "previous").unwrap();
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let program = env!("CARGO_BIN_EXE_plexmon-deploy");
    let output = Command::new("sh")
        .args(["-c", script, "sh", program, "package", "--bootstrap", "bootstrap", "-o", "function.zip"])
        .current_dir(home.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("error: could not write `") && stderr.contains("File too large"), "{stderr}");
    assert_eq!(std::fs::read_to_string(home.path().join("function.zip")).unwrap(), "previous");
    assert_eq!(names(home.path()), ["bootstrap", "config.toml", "function.zip", "other"]);
}
