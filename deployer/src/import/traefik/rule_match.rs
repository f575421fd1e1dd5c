//! The combinations of host and path that a rule accepts.

use crate::import::exclusion::Exclusion;

/// One combination of matchers that accepts a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleMatch {
    pub host: Option<HostMatch>,
    pub path: Option<String>,
    pub exclusion: Option<Exclusion>,
}

/// The host of a match. Variables are not expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostMatch {
    Name(String),
    /// An expression that matches several names.
    Pattern,
}

impl RuleMatch {
    /// Combine two matches; `None` if they exclude each other.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let host = match (&self.host, &other.host) {
            (Some(HostMatch::Name(one)), Some(HostMatch::Name(two))) if one != two => return None,
            (Some(HostMatch::Name(name)), _) | (_, Some(HostMatch::Name(name))) => {
                Some(HostMatch::Name(name.clone()))
            }
            (one, two) => one.clone().or_else(|| two.clone()),
        };
        // Keep the more specific path.
        let longer = |path: &&String| path.len();
        let path = [&self.path, &other.path].into_iter().flatten().max_by_key(longer).cloned();
        let exclusion = self.exclusion.clone().or_else(|| other.exclusion.clone());
        Some(Self { host, path, exclusion })
    }
}
