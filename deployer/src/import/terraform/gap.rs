//! What is known to be incomplete, said once for each reason.

use crate::import::missing::{Missing, Reason};

/// Something that was not read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub missing: Missing,
    of: Of,
}

/// What it is a gap of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Of {
    /// The rules of the tunnel at this address.
    Rules(String),
    /// The domain of the Access application at this address.
    Domain(String),
    /// What the module publishes, if anything.
    Module,
    /// All rules of the tunnel at this address: there are none with a name.
    Empty(String),
}

impl Gap {
    /// Rules of a tunnel.
    pub fn rules(address: &str, missing: Missing) -> Self {
        Self { missing, of: Of::Rules(address.to_owned()) }
    }

    /// The name that an application of Access guards.
    pub fn domain(address: &str, missing: Missing) -> Self {
        Self { missing, of: Of::Domain(address.to_owned()) }
    }

    /// A tunnel without names: what it loops over is likely to be given elsewhere.
    pub fn empty(address: &str) -> Self {
        let missing = Missing::new(format!("{address}.config"), Reason::Variable);
        Self { missing, of: Of::Empty(address.to_owned()) }
    }

    /// All that a module has.
    pub fn module(missing: Missing) -> Self {
        Self { missing, of: Of::Module }
    }
}

impl std::fmt::Display for Gap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Missing { what, .. } = &self.missing;
        let why = self.missing.why();
        match &self.of {
            Of::Rules(address) => write!(
                formatter,
                "Not all rules of `{address}` are known: they depend on `{what}`, {why}. Add the hosts that are missing by hand."
            ),
            Of::Domain(address) => write!(
                formatter,
                "What `{address}` guards is not known: it depends on `{what}`, {why}. If it is one of the targets, set \
                 `exposure = \"closed\"` there."
            ),
            Of::Empty(address) => write!(
                formatter,
                "`{address}` has no rule with a host name. If variables give it some, put them into a `terraform.tfvars`."
            ),
            Of::Module => {
                let why = match &self.missing.reason {
                    Reason::Module(source) => format!("is not a folder of this home (`{source}`)"),
                    _ => "could not be read".to_owned(),
                };
                write!(formatter, "`{what}` {why}: what it publishes is not known. Add its hosts by hand.")
            }
        }
    }
}
