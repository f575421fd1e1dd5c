//! The program itself, which prints its version, completions and man pages.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Context as _, Error, Result};
use crate::functions::check_readable;
use crate::platform::Architecture;

/// Shells, and how a script for each is called where the shell looks for it.
pub const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "plexmon-deploy.bash"),
    ("elvish", "plexmon-deploy.elv"),
    ("fish", "plexmon-deploy.fish"),
    ("powershell", "_plexmon-deploy.ps1"),
    ("zsh", "_plexmon-deploy"),
];

/// The page of the program; there is one for each of its commands as well.
const MAIN_PAGE: &str = "plexmon-deploy.1";

/// A `plexmon-deploy` that this machine can run.
#[derive(Debug)]
pub struct Program(PathBuf);

/// What a program says about itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    pub version: String,
    /// The SHA-256 of each embedded function.
    pub functions: Vec<(Architecture, String)>,
}

impl Program {
    pub fn new(path: &Path) -> Result<Self> {
        check_readable(path)?;
        // Without a folder, the program would be looked for on the PATH.
        let path = std::path::absolute(path).context(|| format!("could not read `{}`", path.display()))?;
        Ok(Self(path))
    }

    pub fn read(&self) -> Result<Vec<u8>> {
        std::fs::read(&self.0).context(|| format!("could not read `{}`", self.0.display()))
    }

    pub fn version(&self) -> Result<Version> {
        let text = self.output(["--version"])?;
        Version::parse(&text).ok_or_else(|| {
            Error::new(format!("`{}` is not plexmon-deploy", self.0.display()))
                .cause(format!("`--version` printed: {}", text.trim()))
        })
    }

    pub fn completions(&self, shell: &str) -> Result<String> {
        self.output(["completions", shell])
    }

    /// Return the man pages by their names.
    pub fn man_pages(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let failed = || "could not write the man pages";
        let folder = tempfile::tempdir().context(failed)?;
        self.output([OsStr::new("man"), OsStr::new("--out"), folder.path().as_os_str()])?;
        let mut pages = Vec::new();
        for entry in std::fs::read_dir(folder.path()).context(failed)? {
            let entry = entry.context(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            pages.push((name, std::fs::read(entry.path()).context(failed)?));
        }
        pages.sort();
        if !pages.iter().any(|(name, _)| name == MAIN_PAGE) {
            return Err(Error::new(format!("`plexmon-deploy man` has not written {MAIN_PAGE}")));
        }
        Ok(pages)
    }

    fn output<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<String> {
        let mut command = Command::new(&self.0);
        // Nothing of the user's settings should be in the archive.
        command.args(arguments).env_clear().stdin(Stdio::null());
        command.envs(std::env::var_os("SYSTEMROOT").map(|value| ("SYSTEMROOT", value)));
        let output = command.output().map_err(|error| {
            Error::new(format!("could not start `{}`", self.0.display()))
                .cause(error)
                .hint("make the archive on a machine that can run the program")
        })?;
        if !output.status.success() {
            return Err(Error::new(format!("`{}` failed", self.0.display()))
                .cause(String::from_utf8_lossy(&output.stderr)));
        }
        String::from_utf8(output.stdout).context(|| format!("`{}` printed invalid UTF-8", self.0.display()))
    }
}

impl Version {
    /// Parse `plexmon-deploy 1.2.0` and the lines of its functions.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let version = lines.next()?.strip_prefix("plexmon-deploy ")?.split_whitespace().next()?.to_owned();
        let lines: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
        let functions = Architecture::ALL.into_iter().filter_map(|architecture| {
            let line = lines.iter().find(|words| words.contains(&architecture.as_str()))?;
            Some((architecture, (*line.iter().find(|word| is_sha256(word))?).to_owned()))
        });
        Some(Self { version, functions: functions.collect() })
    }

    pub fn architectures(&self) -> Vec<Architecture> {
        self.functions.iter().map(|(architecture, _)| *architecture).collect()
    }

    /// Refuse a program that contains another function than this one.
    pub fn check_function(&self, architecture: Architecture, sha256: &str) -> Result<()> {
        match self.functions.iter().find(|(known, _)| *known == architecture) {
            Some((_, embedded)) if embedded == sha256 => Ok(()),
            embedded => {
                let embedded = embedded.map_or("no function", |(_, embedded)| embedded);
                Err(Error::new(format!(
                    "the program contains another function for {}",
                    architecture.as_str()
                ))
                .cause(format!("embedded: {embedded}\nexpected: {sha256}"))
                .hint("build the program with this function"))
            }
        }
    }
}

fn is_sha256(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(digit: &str) -> String {
        digit.repeat(64)
    }

    #[test]
    fn version_and_functions_are_read() {
        let text =
            format!("plexmon-deploy 1.2.0\nfunction x86_64 {}\nfunction arm64 {}\n", hash("a"), hash("1"));
        let version = Version::parse(&text).unwrap();
        assert_eq!(version.version, "1.2.0");
        let expected = [(Architecture::X86_64, hash("a")), (Architecture::Arm64, hash("1"))];
        assert_eq!(version.functions, expected);
        assert!(version.check_function(Architecture::Arm64, &hash("1")).is_ok());
        let error = version.check_function(Architecture::Arm64, &hash("2")).unwrap_err().to_string();
        assert!(error.contains("another function for arm64"), "{error}");
    }

    #[test]
    fn a_program_without_functions_and_another_program_are_recognized() {
        let version = Version::parse("plexmon-deploy 0.1.0\n").unwrap();
        assert_eq!(version.architectures(), []);
        assert!(version.check_function(Architecture::X86_64, &hash("a")).is_err());
        for text in ["", "rustc 1.95.0\n", "plexmon-deploy\n"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_program_that_cannot_be_started_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plexmon-deploy");
        assert!(Program::new(&path).is_err());
        std::fs::write(&path, "no program").unwrap();
        let error = Program::new(&path).unwrap().version().unwrap_err().to_string();
        assert!(error.contains("could not start") && error.contains("that can run the program"), "{error}");
    }
}
