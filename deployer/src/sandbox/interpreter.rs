//! Find a Python for the private environment: the first one that is new enough, or an error that says what to install.

use std::process::Stdio;

use tokio::process::Command;

use crate::error::{Error, Result};

/// The oldest Python that the emulator supports.
const OLDEST: (u8, u8) = (3, 10);

/// Plain names first, which the user expects; then versions that may be installed beside an old `python3`.
#[cfg(not(windows))]
const COMMANDS: [&[&str]; 7] = [
    &["python3"],
    &["python"],
    &["python3.14"],
    &["python3.13"],
    &["python3.12"],
    &["python3.11"],
    &["python3.10"],
];
#[cfg(windows)]
const COMMANDS: [&[&str]; 3] = [&["py", "-3"], &["python"], &["python3"]];

/// Prints `3 12 1`: the version, and whether `python -m venv` can create an environment with pip. (Debian and Ubuntu ship
/// Python without `ensurepip` unless `python3-venv` is installed.)
const VERSION_SCRIPT: &str = "import sys, importlib.util as u; \
    print(*sys.version_info[:2], int(all(map(u.find_spec, ('venv', 'ensurepip')))))";

/// An installed Python.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    command: &'static [&'static str],
    version: (u8, u8),
    has_venv: bool,
}

/// The command with its arguments for a Python that can create an environment.
pub(super) async fn find() -> Result<&'static [&'static str]> {
    let mut candidates = Vec::new();
    for command in COMMANDS {
        let Some(candidate) = inspect(command).await else { continue };
        if candidate.is_usable() {
            return Ok(command);
        }
        candidates.push(candidate);
    }
    Err(unusable(&candidates))
}

/// Whether `uv` is installed, the faster installer, which also brings its own Python.
pub(super) async fn has_uv() -> bool {
    let mut version = Command::new("uv");
    version.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    version.output().await.is_ok_and(|output| output.status.success())
}

async fn inspect(command: &'static [&'static str]) -> Option<Candidate> {
    let (program, arguments) = command.split_first()?;
    let mut script = Command::new(program);
    script.args(arguments).args(["-I", "-c", VERSION_SCRIPT]).stdin(Stdio::null()).kill_on_drop(true);
    let output = script.output().await.ok()?;
    let (version, has_venv) = parse(&String::from_utf8_lossy(&output.stdout))?;
    Some(Candidate { command, version, has_venv })
}

fn parse(answer: &str) -> Option<((u8, u8), bool)> {
    let mut words = answer.split_whitespace();
    let version = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((version, words.next()? == "1"))
}

impl Candidate {
    fn is_new_enough(&self) -> bool {
        self.version >= OLDEST
    }

    fn is_usable(&self) -> bool {
        self.is_new_enough() && self.has_venv
    }
}

/// The error for the three cases: no Python, an old one, or one that cannot create environments.
fn unusable(candidates: &[Candidate]) -> Error {
    let (oldest_major, oldest_minor) = OLDEST;
    if let Some(bare) = candidates.iter().find(|candidate| candidate.is_new_enough()) {
        let (major, minor) = bare.version;
        return Error::new(format!("Python {major}.{minor} cannot create virtual environments"))
            .hint("install its `venv` module (Debian, Ubuntu: `sudo apt install python3-venv`), or uv");
    }
    let hint =
        format!("install Python {oldest_major}.{oldest_minor} or newer (https://www.python.org), or uv");
    match candidates.iter().max_by_key(|candidate| candidate.version) {
        Some(Candidate { command, version: (major, minor), has_venv: _ }) => {
            Error::new(format!("the AWS emulator needs Python {oldest_major}.{oldest_minor} or newer"))
                .cause(format!("the newest Python found is {major}.{minor} (`{}`)", command.join(" ")))
                .hint(hint)
        }
        None => Error::new("the AWS emulator needs Python, but there is none on the PATH").hint(hint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(version: (u8, u8), has_venv: bool) -> Candidate {
        Candidate { command: &["python3"], version, has_venv }
    }

    #[test]
    fn version_and_venv_are_parsed() {
        assert_eq!(parse("3 12 1\n"), Some(((3, 12), true)));
        assert_eq!(parse("3 9 0\r\n"), Some(((3, 9), false)));
        // The placeholder of the Windows Store prints a sentence instead.
        assert_eq!(parse("Python was not found; run without arguments"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(candidate((3, 10), true).is_usable());
        assert!(!candidate((3, 9), true).is_usable());
        assert!(!candidate((3, 14), false).is_usable());
    }

    #[test]
    fn each_case_has_its_own_message() {
        let none = unusable(&[]);
        assert!(none.message().contains("none on the PATH"), "{none}");

        let old = unusable(&[candidate((2, 7), true), candidate((3, 9), true)]);
        assert!(old.causes()[0].contains("3.9"), "{old}");

        let bare = unusable(&[candidate((3, 9), true), candidate((3, 11), false)]);
        assert!(bare.hint_text().is_some_and(|hint| hint.contains("python3-venv")), "{bare}");
    }
}
