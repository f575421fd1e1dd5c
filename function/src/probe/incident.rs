//! An incident that the service behind an app reports about itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a service reports about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its name: "Plex".
    pub service: String,
    /// The name of the incident.
    pub name: String,
}

impl fmt::Display for Incident {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} itself reports an incident: {}", self.service, self.name)
    }
}
