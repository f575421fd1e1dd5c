//! Where a plan applies.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// Where a plan applies. A plan for one deployment, account or region has another digest than the same steps elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The deployment's name.
    pub deployment: String,
    pub partition: String,
    pub account: String,
    pub region: String,
}

impl Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in account {}, region {}", self.deployment, self.account, self.region)
    }
}
