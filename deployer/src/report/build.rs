//! The progress of building the function.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::text::plural;

/// What is reported about a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildStage<'a> {
    Started {
        /// The platform, such as `x86_64` or `this machine`.
        platform: &'a str,
        /// The program that builds.
        tool: &'a str,
    },
    /// The build has advanced, which may happen many times a second.
    Advanced(&'a BuildProgress),
    /// The build is still in progress: reported after every [`HEARTBEAT`](super::HEARTBEAT), with or without a change.
    Continues(&'a BuildProgress),
}

/// How far a build is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildProgress {
    pub phase: BuildPhase,
    /// The time since the phase began.
    pub elapsed: Duration,
}

/// What a build does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildPhase {
    /// Nothing was reported yet.
    Preparing,
    /// Another cargo uses the same folder.
    Blocked,
    /// Download the sources of dependencies.
    Downloading,
    /// Compile the crates.
    Compiling {
        done: usize,
        /// `None` if the tool does not say.
        total: Option<usize>,
        /// One of those that are being compiled.
        current: Option<String>,
    },
    /// Only the program itself is left, which is mostly the work of the linker.
    Linking,
}

impl BuildPhase {
    /// Whether both are the same kind of work, however far it is.
    pub fn is_same_work(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Display for BuildStage<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { platform, tool } => {
                write!(formatter, "building the function for {platform} with {tool}")
            }
            Self::Advanced(progress) | Self::Continues(progress) => progress.fmt(formatter),
        }
    }
}

impl Display for BuildProgress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let so_far = format_args!("{} s so far", self.elapsed.as_secs());
        write!(formatter, "building the function: ")?;
        match &self.phase {
            BuildPhase::Preparing => write!(formatter, "{so_far}"),
            BuildPhase::Blocked => write!(formatter, "waiting for another cargo to end, {so_far}"),
            BuildPhase::Downloading => write!(formatter, "downloading dependencies, {so_far}"),
            BuildPhase::Compiling { done, total, current } => {
                match total {
                    Some(total) => write!(formatter, "{done} of {total} crates")?,
                    None => write!(formatter, "{} so far", plural(*done, "crate"))?,
                }
                current.as_ref().map_or(Ok(()), |name| write!(formatter, " ({name})"))
            }
            BuildPhase::Linking => write!(formatter, "linking, {so_far}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_says_how_far_it_is() {
        let compiling = |total, current: Option<&str>| BuildPhase::Compiling {
            done: 143,
            total,
            current: current.map(str::to_owned),
        };
        for (phase, text) in [
            (BuildPhase::Preparing, "40 s so far"),
            (BuildPhase::Blocked, "waiting for another cargo to end, 40 s so far"),
            (BuildPhase::Downloading, "downloading dependencies, 40 s so far"),
            (compiling(Some(210), None), "143 of 210 crates"),
            (compiling(Some(210), Some("aws-sdk-ssm")), "143 of 210 crates (aws-sdk-ssm)"),
            (compiling(None, None), "143 crates so far"),
            (BuildPhase::Linking, "linking, 40 s so far"),
        ] {
            let progress = BuildProgress { phase, elapsed: Duration::from_millis(40_900) };
            assert_eq!(
                BuildStage::Continues(&progress).to_string(),
                format!("building the function: {text}")
            );
        }
    }
}
