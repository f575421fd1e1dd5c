//! Parts of the configuration that could not be read in full, reported once for each reason.

use crate::import::missing_value::{MissingReason, MissingValue};

/// A part that could not be read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    pub missing: MissingValue,
    part: IncompletePart,
}

/// The part of the configuration that is incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
enum IncompletePart {
    /// The rules of the tunnel at this address.
    Rules(String),
    /// The domain of the Access application at this address.
    Domain(String),
    /// Whatever the module publishes.
    Module,
    /// The tunnel at this address has no rule with a host name.
    Empty(String),
}

impl Incomplete {
    /// Rules of a tunnel are missing.
    pub fn rules(address: &str, missing: MissingValue) -> Self {
        Self { missing, part: IncompletePart::Rules(address.to_owned()) }
    }

    /// The domain of an Access application is not known.
    pub fn domain(address: &str, missing: MissingValue) -> Self {
        Self { missing, part: IncompletePart::Domain(address.to_owned()) }
    }

    /// A tunnel has no host names, probably because the variables that it iterates over are set elsewhere.
    pub fn empty(address: &str) -> Self {
        let missing = MissingValue::new(format!("{address}.config"), MissingReason::Variable);
        Self { missing, part: IncompletePart::Empty(address.to_owned()) }
    }

    /// A module could not be read.
    pub fn module(missing: MissingValue) -> Self {
        Self { missing, part: IncompletePart::Module }
    }
}

impl std::fmt::Display for Incomplete {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let MissingValue { what, .. } = &self.missing;
        let why = self.missing.why();
        match &self.part {
            IncompletePart::Rules(address) => write!(
                formatter,
                "Not all rules of `{address}` are known: they depend on `{what}`, {why}. Add the missing host names by hand."
            ),
            IncompletePart::Domain(address) => write!(
                formatter,
                "The domain that `{address}` protects is not known: it depends on `{what}`, {why}. If it is that of a target, \
                 set `exposure = \"closed\"` for that target."
            ),
            IncompletePart::Empty(address) => write!(
                formatter,
                "`{address}` has no rule with a host name. If its rules come from variables, set them in a `terraform.tfvars` file."
            ),
            IncompletePart::Module => {
                let why = match &self.missing.reason {
                    MissingReason::Module(source) => format!("is not in the given folders (`{source}`)"),
                    _ => "could not be read".to_owned(),
                };
                write!(
                    formatter,
                    "`{what}` {why}, so what it publishes is not known. Add its host names by hand."
                )
            }
        }
    }
}
