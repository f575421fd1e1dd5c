//! The functions to embed: given as files, or built with what this machine has.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::cargo::Build;
use crate::error::{Context as _, Error, Result};
use crate::platform::Architecture;

/// The newest glibc of `provided.al2023`, on which the function runs.
const GLIBC: &str = "2.34";

/// Where a function comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Given(PathBuf),
    /// Plain Cargo, for the processor of this machine on Linux.
    Cargo,
    /// cargo-zigbuild, which builds for every processor and an older glibc.
    Zigbuild,
}

/// What this machine can build functions with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tools {
    /// The architecture for which plain Cargo builds a function.
    pub native: Option<Architecture>,
    pub has_zigbuild: bool,
}

impl Tools {
    fn source(self, architecture: Architecture) -> Option<Source> {
        match self {
            Self { has_zigbuild: true, .. } => Some(Source::Zigbuild),
            Self { native, .. } if native == Some(architecture) => Some(Source::Cargo),
            _ => None,
        }
    }
}

/// Decide where each function comes from, before anything is built.
pub fn sources(
    given: &[(Architecture, PathBuf)],
    tools: Tools,
    is_partial: bool,
) -> Result<Vec<(Architecture, Source)>> {
    let source = |architecture: Architecture| {
        let file = given.iter().find(|(of, _)| *of == architecture).map(|(_, path)| path.clone());
        let source = file.map(Source::Given).or_else(|| tools.source(architecture))?;
        Some((architecture, source))
    };
    let sources: Vec<_> = Architecture::ALL.into_iter().filter_map(source).collect();
    let available: Vec<_> = sources.iter().map(|(architecture, _)| *architecture).collect();
    let required = required(&available, is_partial);
    let error = Error::new(format!("there is no function for {}", names(&required)));
    match required.as_slice() {
        [] => Ok(sources),
        [one] => Err(error.hint(format!(
            "pass it with --function-{} PATH, install `cargo-zigbuild` to build it here, or accept an archive without \
             it with --partial",
            one.as_str()
        ))),
        _ => Err(error.hint(
            "pass a compiled function with --function-x86_64 PATH, or install `cargo-zigbuild` to build both here",
        )),
    }
}

/// Return the functions whose absence is not accepted: all that are missing, if there is no function at all.
pub fn required(available: &[Architecture], is_partial: bool) -> Vec<Architecture> {
    let missing = missing(available);
    if is_partial && !available.is_empty() { Vec::new() } else { missing }
}

/// Return `x86_64 and arm64`.
pub fn names(architectures: &[Architecture]) -> String {
    architectures.iter().map(|architecture| architecture.as_str()).collect::<Vec<_>>().join(" and ")
}

/// Return the architectures without a function.
pub fn missing(available: &[Architecture]) -> Vec<Architecture> {
    Architecture::ALL.into_iter().filter(|architecture| !available.contains(architecture)).collect()
}

/// Refuse a file that cannot be read, before anything is built.
pub fn check_readable(path: &Path) -> Result<()> {
    // Windows cannot open a folder.
    let error = match File::open(path) {
        _ if path.is_dir() => Error::new(unreadable(path)).cause("it is a folder"),
        Ok(_) => return Ok(()),
        Err(error) => Error::new(unreadable(path)).cause(error),
    };
    Err(error.hint("correct the path of the file"))
}

fn unreadable(path: &Path) -> String {
    format!("could not read `{}`", path.display())
}

/// Build or find a function and return its path.
pub fn obtain(architecture: Architecture, source: &Source) -> Result<PathBuf> {
    let build = |command, target| {
        Build {
            command,
            package: "plexmon-function",
            program: "bootstrap",
            profile: "lambda",
            target,
            ..Build::default()
        }
        .run()
    };
    match source {
        // Cargo runs in another folder than the user.
        Source::Given(path) => std::path::absolute(path).context(|| unreadable(path)),
        Source::Cargo => build("build", None),
        Source::Zigbuild => build("zigbuild", Some(format!("{}.{GLIBC}", architecture.function_triple()))),
    }
}

/// Whether a program is on the PATH.
pub fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

#[cfg(test)]
mod tests {
    use Architecture::{Arm64, X86_64};

    use super::*;

    const BARE: Tools = Tools { native: None, has_zigbuild: false };
    const LINUX: Tools = Tools { native: Some(X86_64), ..BARE };
    const ZIG: Tools = Tools { has_zigbuild: true, ..LINUX };

    fn given() -> Vec<(Architecture, PathBuf)> {
        vec![(Arm64, PathBuf::from("arm"))]
    }

    #[test]
    fn a_given_function_is_used_and_the_other_one_is_built() {
        let sources = sources(&given(), LINUX, false).unwrap();
        assert_eq!(sources, [(X86_64, Source::Cargo), (Arm64, Source::Given("arm".into()))]);
    }

    #[test]
    fn zig_builds_both() {
        let sources = sources(&[], ZIG, false).unwrap();
        assert_eq!(sources, [(X86_64, Source::Zigbuild), (Arm64, Source::Zigbuild)]);
    }

    #[test]
    fn one_function_is_enough_only_if_that_is_accepted() {
        let error = sources(&[], LINUX, false).unwrap_err().to_string();
        assert_eq!(
            error,
            "error: there is no function for arm64\n\nhint: pass it with --function-arm64 PATH, install \
             `cargo-zigbuild` to build it here, or accept an archive without it with --partial"
        );
        assert_eq!(sources(&[], LINUX, true).unwrap(), [(X86_64, Source::Cargo)]);
        assert_eq!(sources(&given(), BARE, true).unwrap(), [(Arm64, Source::Given("arm".into()))]);
    }

    #[test]
    fn an_archive_without_any_function_is_always_refused() {
        for is_partial in [false, true] {
            let error = sources(&[], BARE, is_partial).unwrap_err().to_string();
            assert!(error.contains("no function for x86_64 and arm64"), "{error}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bootstrap");
        let message = |path: &Path| check_readable(path).map_err(|error| error.to_string());
        assert!(message(&file).unwrap_err().contains("bootstrap`\n  cause: "));
        assert!(
            message(folder.path()).unwrap_err().contains("cause: it is a folder\n\nhint: correct the path")
        );
        std::fs::write(&file, "").unwrap();
        assert_eq!(message(&file), Ok(()));
    }
}
