//! Programs from PyPI that tests run, installed once into a virtual environment below Cargo's target directory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Return the directory of the programs of these packages. `requirements` has all of them with their versions. They are
/// installed below `directory`, which is a test's `CARGO_TARGET_TMPDIR`, unless they already are; other processes wait
/// for that.
pub fn programs(requirements: &Path, python: &Path, directory: &Path, options: &[&str]) -> PathBuf {
    let wanted = fs::read_to_string(requirements).unwrap();
    fs::create_dir_all(directory).unwrap();
    let lock = File::create(directory.join("lock")).unwrap();
    lock.lock().unwrap();
    let environment = directory.join("environment");
    // Written last: an interrupted installation begins again.
    let complete = environment.join("complete");
    if fs::read_to_string(&complete).ok().as_ref() != Some(&wanted) {
        run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment), requirements);
        let mut pip = Command::new(environment.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        pip.args(["--only-binary", ":all:"]).args(options).arg("--requirement").arg(requirements);
        run(&mut pip, requirements);
        fs::write(complete, wanted).unwrap();
    }
    environment.join("bin")
}

fn run(command: &mut Command, requirements: &Path) {
    let output = command.stdin(Stdio::null()).output();
    let output =
        output.unwrap_or_else(|why| panic!("{} cannot be run: {why}", command.get_program().display()));
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "could not install {}: {text}", requirements.display());
}
