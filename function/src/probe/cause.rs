//! Why a target is not well: the class that its owner can do something about.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::observation::Verdict;

/// What is wrong, by who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The host name has no address.
    Dns,
    /// Nothing takes the connection.
    Connect,
    /// There is no common TLS.
    Tls,
    /// The certificate is not valid.
    Certificate,
    /// The proxy or tunnel is there, the app behind it is not.
    App,
    /// The tunnel is gone: power, line or host.
    Home,
    /// Cloudflare reaches the server, which does not answer as it should.
    Origin,
    /// Cloudflare Access refuses the monitor.
    Access,
    /// Cloudflare wants proof that the monitor is a person.
    Challenge,
    /// A firewall in front of the app blocks the monitor: its address, country, network or user agent.
    Blocked,
    /// The monitor asked too often for somebody in between.
    RateLimited,
    /// A login page in front of the app answers in its place.
    LoginWall,
    /// The answer cannot be judged: cut at the limit, or in an unsupported coding.
    Unreadable,
    /// The app is busy with itself and says so.
    Maintenance,
    /// Something answers, but not as it should.
    Condition,
    /// It answers, but late.
    Slow,
    /// It took the connection and then did not answer in time.
    Timeout,
    /// It lets in who should not get in.
    Exposed,
    /// The monitor itself cannot see out.
    Blind,
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
            Self::Maintenance => "maintenance",
            Self::Condition => "condition",
            Self::Slow => "slow",
            Self::Timeout => "timeout",
            Self::Exposed => "exposed",
            Self::Blind => "blind",
            Self::Other => "other",
        })
    }
}

impl Cause {
    /// What can be said of a target that fails like this.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Access
            | Self::Challenge
            | Self::Blocked
            | Self::RateLimited
            | Self::LoginWall
            | Self::Unreadable
            | Self::Maintenance
            | Self::Blind
            | Self::Other => Verdict::Unseen,
            Self::Dns
            | Self::Connect
            | Self::Tls
            | Self::Certificate
            | Self::App
            | Self::Home
            | Self::Origin
            | Self::Condition
            | Self::Slow
            | Self::Timeout
            | Self::Exposed => Verdict::Down,
        }
    }

    /// The nearest cause that the first release knows: its deployer reads no other word in a reply.
    pub fn in_first_release(self) -> Self {
        match self {
            Self::Blocked | Self::RateLimited | Self::Unreadable | Self::Other => Self::Challenge,
            Self::LoginWall => Self::Access,
            known => known,
        }
    }

    /// Causes that a whole home has in common count as one: without power its tunnel is gone, and its own address
    /// does not answer either.
    pub fn class(self) -> Self {
        match self {
            Self::Connect | Self::Timeout | Self::Origin => Self::Home,
            other => other,
        }
    }

    /// Whether its explanation is whole without the link of the chain.
    pub(super) fn speaks_for_itself(self) -> bool {
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
                | Self::Maintenance
                | Self::Exposed
                | Self::Blind
        )
    }
}

/// Something that went wrong on the way, with its explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn new(cause: Cause, why: impl Into<String>) -> Self {
        Self { cause, why: why.into() }
    }

    /// [`Fault::new`], for `map_err`.
    pub(super) fn of<W: Into<String>>(cause: Cause) -> impl Fn(W) -> Self {
        move |why| Self::new(cause, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_of_a_later_release_is_other() {
        assert_eq!(serde_json::from_str::<Cause>("\"meteorite\"").unwrap(), Cause::Other);
        for known in [Cause::RateLimited, Cause::LoginWall, Cause::Home, Cause::Other] {
            let text = serde_json::to_string(&known).unwrap();
            assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), known, "{text}");
        }
    }
}
