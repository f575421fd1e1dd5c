//! What the installation reports.

use std::fmt::{self, Display};
use std::time::Duration;

/// A stage of the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallStage<'a> {
    /// A sentence for the user.
    Note(&'a str),
    /// What it is waiting for and since when; reported every few seconds.
    Waiting { waiting_for: &'a str, elapsed: Duration },
}

/// Receives the stages.
pub type Report<'a> = &'a dyn Fn(InstallStage<'_>);

impl Display for InstallStage<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(text) => formatter.write_str(text),
            Self::Waiting { waiting_for, elapsed } => {
                write!(formatter, "waiting for {waiting_for}, {} s so far", elapsed.as_secs())
            }
        }
    }
}
