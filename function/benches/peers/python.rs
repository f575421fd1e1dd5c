//! The original function in Python: its packages, and how it is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plexmon_testing::bench::{Backends, STATE_PARAMETER, Subject, run_tool};

use crate::tmp;

/// Install Python's Lambda runtime client and boto3, pinned by hash, once. Return the interpreter.
pub fn install() -> PathBuf {
    let requirements = include_str!("requirements.txt");
    let directory = tmp().join("peers-python");
    let (python, marker) = (directory.join("bin/python"), directory.join("complete"));
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == requirements) {
        return python;
    }
    let _ = fs::remove_dir_all(&directory);
    run_tool(Command::new("python3").args(["-I", "-m", "venv"]).arg(&directory));
    let list = directory.join("requirements.txt");
    fs::write(&list, requirements).unwrap();
    let mut install = Command::new(&python);
    install.args(["-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    run_tool(install.args(["--require-hashes", "--no-deps", "-r"]).arg(&list));
    fs::write(marker, requirements).unwrap();
    python
}

/// The function in Python. With `keeps_tls_context`, it does not create a TLS context for each run.
pub fn subject(python: &Path, backends: &Backends, keeps_tls_context: bool) -> Subject {
    let command = [python, Path::new("-m"), Path::new("awslambdaric"), Path::new("original.handler")];
    let name = if keeps_tls_context { "Python, TLS context kept" } else { "Python" };
    let mut subject = Subject::new(name, command.map(Path::to_owned).to_vec(), backends, tmp());
    let (ca_file, source) = (subject.directory().join("ca.pem"), subject.directory().join("original.py"));
    fs::write(&ca_file, &backends.ca_pem).unwrap();
    // Lambda's own packages are compiled. This file is small, and Python compiles it once, in the start that is not counted.
    fs::write(&source, include_str!("original.py")).unwrap();
    let directory = subject.directory().display().to_string();
    subject.extend_variables([
        ("CHECK_URL", backends.target_url()),
        ("CA_FILE", ca_file.display().to_string()),
        ("STATUS_PARAM", STATE_PARAMETER.to_owned()),
        ("PUSHOVER_URL", backends.channel_url()),
        ("PUSHOVER_TOKEN", "t".to_owned()),
        ("PUSHOVER_USER", "u".to_owned()),
        ("PYTHONPATH", directory),
    ]);
    if keeps_tls_context {
        subject.extend_variables([("KEEP_TLS_CONTEXT", "1".to_owned())]);
    }
    subject
}
