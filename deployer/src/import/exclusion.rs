//! Reasons why a public name or a container is not monitored.

/// Why the monitor cannot use a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exclusion {
    NotAName,
    ManyNames,
    /// It accepts requests for any host, and has no host name of its own.
    AnyName,
    NumericAddress,
    HomeOnly,
    /// A machine's name in a mesh network.
    MeshOnly,
    /// The proxy accepts only requests with something that the monitor does not send.
    Restricted(Restriction),
    /// The paths that are forwarded cannot be listed.
    PathPattern,
    /// The destination does not speak HTTP.
    Protocol(String),
    /// The proxy returns a fixed response.
    FixedResponse,
    Redirect,
    UnreadableRule,
    /// A label of the container excludes it.
    Disabled(String),
    /// The proxy publishes only containers with this label.
    NotEnabled(String),
    /// Another app has the same address.
    Occupied {
        address: String,
        by: String,
    },
    /// A certificate has the name, but no configuration that was read.
    CertificateOnly,
    /// Compose does not start the container; holds the reason.
    SwitchedOff(String),
}

/// What a router requires of a request in addition to its host and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restriction {
    /// The name only: the value may be a secret.
    Header(String),
    Query(String),
    Method(String),
    ClientAddress,
    /// A matcher that is not supported.
    Other(String),
}

impl Exclusion {
    /// Return a sentence about `subject`, which is a host name or a pronoun.
    pub fn about(&self, subject: &str) -> String {
        match self {
            Self::NotAName => format!("{subject} is not a valid host name"),
            Self::ManyNames => format!("{subject} is a pattern for many names"),
            Self::AnyName => {
                format!("{subject} accepts requests for any host and has no host name of its own")
            }
            Self::NumericAddress => format!("{subject} is an IP address, not a host name"),
            Self::HomeOnly => format!("{subject} is known only inside the home network"),
            Self::MeshOnly => {
                format!(
                    "{subject} is known only inside the home network: it belongs to a mesh network (unless Tailscale Funnel publishes it)"
                )
            }
            Self::Restricted(what) => format!("{subject} is only for requests with {what}"),
            Self::PathPattern => format!("{subject} leads to it only for paths that match a pattern"),
            Self::Protocol(protocol) => format!("{subject} leads to {protocol}, not to HTTP"),
            Self::FixedResponse => format!("{subject} gets a fixed response from the proxy itself"),
            Self::Redirect => format!("{subject} only redirects to another address"),
            Self::UnreadableRule => format!("{subject} has a rule that could not be parsed"),
            Self::Disabled(label) => format!("switched off by its label `{label}`"),
            Self::NotEnabled(label) => {
                format!("the proxy publishes only containers with the label `{label}`")
            }
            Self::Occupied { address, by } => format!("its address {address} is already used by {by}"),
            Self::SwitchedOff(why) => format!("{why}; {subject} leads to it"),
            Self::CertificateOnly => format!(
                "{subject} is on the proxy's certificate; its destination is in the proxy's own files"
            ),
        }
    }

    /// Whether the host name may be written. A name that cannot be public may be the value of a variable that is not a
    /// host name.
    pub fn concerns_public_name(&self) -> bool {
        !matches!(
            self,
            Self::NotAName
                | Self::ManyNames
                | Self::AnyName
                | Self::NumericAddress
                | Self::HomeOnly
                | Self::MeshOnly
                | Self::Disabled(_)
                | Self::NotEnabled(_)
                | Self::Occupied { .. }
        )
    }
}

impl std::fmt::Display for Restriction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header(name) => write!(formatter, "the header `{}`", printable(name)),
            Self::Query(name) => write!(formatter, "the query parameter `{}`", printable(name)),
            Self::Method(name) => write!(formatter, "the method {}", printable(name)),
            Self::ClientAddress => formatter.write_str("certain client addresses"),
            Self::Other(name) => write!(formatter, "an unsupported condition (`{}`)", printable(name)),
        }
    }
}

/// Return the name of a header or the like, or `...` if it could be more than a name.
fn printable(name: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !name.is_empty() && name.len() <= 50 && name.bytes().all(is_plain) { name } else { "..." }
}
