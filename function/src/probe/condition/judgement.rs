//! What conditions found, and what follows from it: an outage, a warning, or that the target is unknown.

use crate::contract::settings::Consequence;
use crate::probe::cause::Cause;
use crate::probe::error::ProbeError;
use crate::probe::finding::{Finding, Level};
use crate::probe::received::Unread;

/// What one condition found.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::probe) struct Judgement {
    /// Whether the condition is met.
    pub(in crate::probe) level: Level,
    /// What was found, for people.
    pub(in crate::probe) why: String,
    /// The cause of the outage if it is not met.
    pub(in crate::probe) cause: Cause,
    /// Whether something was found that only the app itself can have sent.
    pub(in crate::probe) is_proof: bool,
}

impl Judgement {
    pub(in crate::probe) fn met(why: impl Into<String>) -> Self {
        Self { level: Level::Met, why: why.into(), cause: Cause::Condition, is_proof: false }
    }

    pub(in crate::probe) fn not_met(why: impl Into<String>) -> Self {
        Self { level: Level::NotMet, ..Self::met(why) }
    }

    pub(in crate::probe) fn unknown(why: impl Into<String>) -> Self {
        Self { level: Level::Unknown, cause: Cause::Unreadable, ..Self::met(why) }
    }

    /// Judge a condition that needs the rest of a body.
    pub(in crate::probe) fn unread(unread: &Unread) -> Self {
        if unread.is_fault() { Self::not_met(unread.why()) } else { Self::unknown(unread.why()) }
    }

    pub(in crate::probe) fn with_proof(self) -> Self {
        Self { is_proof: true, ..self }
    }
}

/// What all conditions found.
#[derive(Debug, Default)]
pub(in crate::probe) struct Evaluation {
    /// What the last condition found that is met; absent if there is none.
    pub(in crate::probe) found: Option<String>,
    /// Why the target is not up.
    pub(in crate::probe) failure: Option<ProbeError>,
    /// What the conditions found whose failure is only a warning.
    pub(in crate::probe) findings: Vec<Finding>,
    /// Whether a value is close to a limit beyond which the target is down.
    pub(in crate::probe) is_near_limit: bool,
    /// Whether the app itself has answered.
    pub(in crate::probe) is_proof: bool,
}

impl Evaluation {
    /// Add what a condition found. `id` is the same in every run.
    pub(in crate::probe) fn add(
        &mut self,
        severity: Consequence,
        id: impl FnOnce() -> String,
        judgement: Judgement,
    ) {
        let Judgement { level, why, cause, is_proof } = judgement;
        self.is_proof |= is_proof;
        if severity == Consequence::Warn {
            self.findings.push(Finding { key: id(), level, why });
            return;
        }
        match level {
            Level::Met => self.found = Some(why),
            Level::NearLimit => {
                self.is_near_limit = true;
                self.found = Some(why);
            }
            // What is known to have failed matters more than what is not known.
            Level::NotMet if !self.has_failed() => self.failure = Some(ProbeError::new(cause, why)),
            Level::Unknown if self.failure.is_none() => self.failure = Some(ProbeError::new(cause, why)),
            Level::NotMet | Level::Unknown => {}
        }
    }

    fn has_failed(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.cause != Cause::Unreadable)
    }
}
