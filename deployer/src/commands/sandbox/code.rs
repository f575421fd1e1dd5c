//! Which code the sandbox runs as the function.

use std::path::{Path, PathBuf};

use crate::artifact::{HostProfile, Origin, embedded, runs_here};
use crate::cli::Sandbox;
use crate::config::Architecture;
use crate::error::{Error, Result};

/// What decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub wish: Wish,
    pub embedded: Embedded,
    /// Whether there are a checkout and cargo.
    pub can_build: bool,
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The code of this file.
    File(PathBuf),
    /// The code that would be uploaded.
    Upload,
    /// Any build of the same code.
    Any,
}

/// The function for this machine's processor that this program contains, if it is a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embedded {
    None,
    Runs,
    /// This machine is no Linux, or one without a recent glibc.
    CannotRun,
}

impl Wish {
    pub fn of(args: &Sandbox) -> Self {
        match (&args.source.bootstrap, args.release) {
            (Some(path), _) => Self::File(path.clone()),
            (None, true) => Self::Upload,
            (None, false) => Self::Any,
        }
    }
}

impl Embedded {
    /// Start the function of this program, if there is one. `scratch` is a folder for the attempt.
    pub async fn probe(architecture: Architecture, scratch: &Path) -> Result<Self> {
        Ok(match embedded::find(architecture) {
            None => Self::None,
            Some(function) if runs_here(&function.binary()?, scratch).await => Self::Runs,
            Some(_) => Self::CannotRun,
        })
    }
}

/// Prefer what needs no build, then what was built for its purpose.
pub fn choose(facts: &Facts) -> Result<Origin> {
    const HINT: &str = "leave out --release: this program then serves as the function itself";
    match (&facts.wish, facts.embedded, facts.can_build) {
        (Wish::File(path), _, _) => Ok(Origin::File(path.clone())),
        (_, Embedded::Runs, _) => Ok(Origin::Release),
        (Wish::Any, _, true) => Ok(Origin::Host(HostProfile::Quick)),
        (Wish::Any, _, false) => Ok(Origin::Itself),
        (Wish::Upload, _, true) => Ok(Origin::Host(HostProfile::Lambda)),
        (Wish::Upload, Embedded::CannotRun, false) => {
            Err(Error::new("the function that would be uploaded cannot run on this machine").hint(HINT))
        }
        (Wish::Upload, Embedded::None, false) => {
            Err(Error::new("--release needs cargo and the checkout that this program was built from")
                .hint(HINT))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(wish: Wish, embedded: Embedded, can_build: bool) -> Result<Origin, String> {
        choose(&Facts { wish, embedded, can_build }).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_file_of_the_user_is_always_preferred() {
        for embedded in [Embedded::None, Embedded::Runs, Embedded::CannotRun] {
            for can_build in [true, false] {
                let file = PathBuf::from("/tmp/bootstrap");
                let origin = choice(Wish::File(file.clone()), embedded, can_build);
                assert_eq!(origin, Ok(Origin::File(file)));
            }
        }
    }

    #[test]
    fn the_embedded_function_is_used_where_it_runs() {
        for wish in [Wish::Any, Wish::Upload] {
            for can_build in [true, false] {
                assert_eq!(choice(wish.clone(), Embedded::Runs, can_build), Ok(Origin::Release));
            }
        }
    }

    #[test]
    fn a_checkout_with_cargo_builds_it() {
        for embedded in [Embedded::None, Embedded::CannotRun] {
            assert_eq!(choice(Wish::Any, embedded, true), Ok(Origin::Host(HostProfile::Quick)));
            assert_eq!(choice(Wish::Upload, embedded, true), Ok(Origin::Host(HostProfile::Lambda)));
        }
    }

    #[test]
    fn otherwise_this_program_is_the_function_unless_the_uploaded_one_is_wanted() {
        for embedded in [Embedded::None, Embedded::CannotRun] {
            assert_eq!(choice(Wish::Any, embedded, false), Ok(Origin::Itself));
            assert!(choice(Wish::Upload, embedded, false).is_err());
        }
    }
}
