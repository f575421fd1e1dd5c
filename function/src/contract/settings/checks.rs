//! What is checked of a target besides one HTTP response: other protocols, its domain, and what it says about itself.

use serde::{Deserialize, Serialize};

use super::Quantity;

/// How a target is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// With one HTTP request.
    #[default]
    Http,
    /// With a connection alone: `tcp://host:port`.
    Tcp {
        /// Whether to complete a TLS handshake.
        #[serde(default)]
        tls: bool,
    },
    /// With a DNS query: `dns://name`.
    Dns {
        /// The type of the records.
        record: DnsRecord,
        /// The records' values, in any order; empty if any answer will do.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        equals: Vec<String>,
        /// The DNS-over-HTTPS services to ask, in this order, until one answers.
        resolvers: Vec<String>,
    },
}

impl Protocol {
    pub(super) fn is_http(&self) -> bool {
        *self == Self::Http
    }
}

/// Where a request over plain http must be redirected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// To an `https://` address.
    Https,
}

/// A type of DNS records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DnsRecord {
    /// IPv4 addresses.
    #[default]
    A,
    /// IPv6 addresses.
    Aaaa,
    /// An alias.
    Cname,
    /// Mail servers.
    Mx,
    /// Texts.
    Txt,
    /// Name servers.
    Ns,
    /// Which authorities may issue certificates.
    Caa,
}

/// A domain whose registration ends some day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainSettings {
    /// The registered name: `example.com`.
    pub name: String,
    /// The address of the registry's answer about it (RDAP).
    pub rdap: String,
}

/// What an app says about itself, with requests of its own after the target has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InsideCheck {
    /// Free space, as Sonarr, Radarr and their relatives report it: a warning below this limit.
    Disk {
        /// The version of their API: `v1` or `v3`.
        api: String,
        /// The least free space.
        min: Quantity,
        /// The paths of the file systems to check; if there are none, the largest one for data.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        paths: Vec<String>,
    },
    /// The age of the latest snapshot of each of Kopia's sources: a warning above this limit.
    Backup {
        /// The largest age, in seconds.
        max_age_s: u64,
        /// Whether to ask the control API, which has a user of its own.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        control: bool,
    },
    /// The monitors on a public page of Uptime Kuma: a warning for each that is down.
    Kuma {
        /// The page's name in its address.
        slug: String,
    },
    /// Plex's libraries: down if they do not answer.
    PlexLibraries,
}

/// A status page of the service behind an app, asked once when the app is down, to explain why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudStatus {
    /// What messages call the service: "Plex".
    pub service: String,
    /// The address of its summary, in Statuspage's format.
    pub url: String,
}
