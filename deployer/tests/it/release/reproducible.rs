//! The function and its zip are the same from every folder: what AWS runs can be compared with what anyone builds.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::archive::function;
use crate::support::{Deploy, cargo_environment};

const CONFIG: &str = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";

/// Copy the files of the checkout that belong to the repository.
fn copy_checkout(to: &Path) {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(list).current_dir(checkout).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    for name in names.split_terminator('\0') {
        let (from, to) = (checkout.join(name), to.join(name));
        // A deleted file is listed until the deletion is committed.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
}

/// Build the function in this checkout, with nothing that was compiled elsewhere.
fn build(checkout: &Path) -> Vec<u8> {
    let target = checkout.join("compiled");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--locked", "--offline", "--package", "plexmon-function", "--bin", "bootstrap"]);
    command.args(["--profile", "lambda"]).current_dir(checkout).env_clear().envs(cargo_environment());
    let output = command.env("CARGO_TARGET_DIR", &target).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read(target.join("lambda/bootstrap")).unwrap()
}

/// Pack the function and return the zip.
fn packed(home: &Path, options: &[&str]) -> Vec<u8> {
    let zip = home.join("function.zip");
    Deploy::new(home).args(["package", "-o"]).args([&zip]).args(options).run().ended(0);
    fs::read(zip).unwrap()
}

#[test]
#[ignore = "needs a deployer with its function inside, and builds the function again; `.ci/run` does both"]
fn the_function_and_its_zip_are_the_same_from_every_folder() {
    let folder = tempfile::tempdir().unwrap();
    let checkout = folder.path().join("another folder/plexmon");
    copy_checkout(&checkout);
    let here = fs::read(function()).unwrap();
    let there = build(&checkout);
    assert_eq!(here.len(), there.len());
    assert!(here == there, "the function differs");

    fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
    let bootstrap = checkout.join("compiled/lambda/bootstrap");
    let given = packed(folder.path(), &["--bootstrap", bootstrap.to_str().unwrap()]);
    let released = packed(folder.path(), &[]);
    assert!(given == released, "the zip differs");
}
