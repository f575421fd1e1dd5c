//! Why a target is not up: the class of a failure, by who can fix it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an observation says about its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It works.
    Up,
    /// It does not work.
    Down,
    /// The probe could not find out.
    Unknown,
}

/// The class of a failure, by who can fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The host name has no address.
    Dns,
    /// Nothing accepts the connection.
    Connect,
    /// Client and server have no TLS version or cipher in common.
    Tls,
    /// The certificate is not valid.
    Certificate,
    /// The proxy or tunnel works, the app behind it does not.
    App,
    /// The tunnel is not connected: power, internet connection or host.
    Home,
    /// Cloudflare gets no valid response from the server.
    Origin,
    /// Cloudflare Access refuses the monitor.
    Access,
    /// Cloudflare demands proof that the monitor is a person.
    Challenge,
    /// A firewall in front of the app blocks the monitor: its address, country, network or user agent.
    Blocked,
    /// The server, or a proxy in front of it, limits the monitor's requests.
    RateLimited,
    /// A login page in front of the app answers instead of it.
    LoginWall,
    /// The body cannot be searched: longer than the limit, or in an unsupported encoding.
    Unreadable,
    /// No DNS service could be asked.
    Resolver,
    /// The app reports that it is busy with its own maintenance.
    Maintenance,
    /// The response does not meet the target's conditions.
    Condition,
    /// A measured value is beyond its limit.
    Limit,
    /// The response is correct, but slow.
    Slow,
    /// The server accepted the connection and did not respond in time.
    Timeout,
    /// The app admits requests that it should refuse.
    Exposed,
    /// The monitor itself has no network, or cannot find out whether the app is closed.
    #[serde(rename = "blind")]
    MonitorOffline,
    /// A cause that only a later release knows.
    #[serde(other)]
    Other,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Certificate => "certificate",
            Self::App => "app",
            Self::Home => "home",
            Self::Origin => "origin",
            Self::Access => "access",
            Self::Challenge => "challenge",
            Self::Blocked => "blocked",
            Self::RateLimited => "rate limited",
            Self::LoginWall => "login wall",
            Self::Unreadable => "unreadable",
            Self::Resolver => "resolver",
            Self::Maintenance => "maintenance",
            Self::Condition => "condition",
            Self::Limit => "limit",
            Self::Slow => "slow",
            Self::Timeout => "timeout",
            Self::Exposed => "exposed",
            Self::MonitorOffline => "blind",
            Self::Other => "other",
        })
    }
}

impl Cause {
    /// Return what a failure of this class says about the target.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Access
            | Self::Challenge
            | Self::Blocked
            | Self::RateLimited
            | Self::LoginWall
            | Self::Unreadable
            | Self::Resolver
            | Self::Maintenance
            | Self::MonitorOffline
            | Self::Other => Verdict::Unknown,
            Self::Dns
            | Self::Connect
            | Self::Tls
            | Self::Certificate
            | Self::App
            | Self::Home
            | Self::Origin
            | Self::Condition
            | Self::Limit
            | Self::Slow
            | Self::Timeout
            | Self::Exposed => Verdict::Down,
        }
    }

    /// Return the nearest cause that the first release knows. Its deployer rejects a reply with any other.
    pub fn in_first_release(self) -> Self {
        match self {
            Self::Blocked | Self::RateLimited | Self::Unreadable | Self::Resolver | Self::Other => {
                Self::Challenge
            }
            Self::LoginWall => Self::Access,
            Self::Limit => Self::Condition,
            known => known,
        }
    }

    /// Return the cause by which failures are grouped. Causes that a whole home can have in common count as one:
    /// without power its tunnel is disconnected, and its public address does not respond either.
    pub fn class(self) -> Self {
        match self {
            Self::Connect | Self::Timeout | Self::Origin => Self::Home,
            other => other,
        }
    }

    /// Return whether every explanation of it begins with the app's name.
    pub fn names_the_app(self) -> bool {
        self == Self::App
    }

    /// Return whether its explanation is complete without the link that failed.
    pub(super) fn is_self_explanatory(self) -> bool {
        matches!(
            self,
            Self::App
                | Self::Home
                | Self::Origin
                | Self::Access
                | Self::Challenge
                | Self::Blocked
                | Self::RateLimited
                | Self::LoginWall
                | Self::Unreadable
                | Self::Resolver
                | Self::Maintenance
                | Self::Limit
                | Self::Exposed
                | Self::MonitorOffline
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_of_a_later_release_is_read_as_other() {
        assert_eq!(serde_json::from_str::<Cause>("\"meteorite\"").unwrap(), Cause::Other);
        for known in [Cause::RateLimited, Cause::LoginWall, Cause::Home, Cause::Other] {
            let text = serde_json::to_string(&known).unwrap();
            assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), known, "{text}");
        }
    }
}
