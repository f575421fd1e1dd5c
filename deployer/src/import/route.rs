//! A public name and its destination, from any source.

use std::path::PathBuf;

use super::exclusion::Exclusion;
use super::host_name::is_path;
use super::missing_value::MissingValue;
use super::variables::Variables;

/// A public name that leads to an app.
#[derive(Debug, Clone)]
pub struct Route {
    /// The host name, or the value that is missing to know it.
    pub host: Result<String, MissingValue>,
    /// The public port, unless it is the default of its scheme.
    pub port: Option<u16>,
    /// The path, if only a part of the site leads there.
    pub path: Option<String>,
    pub to: Destination,
    /// The owner's name for it, such as that of a router.
    pub label: Option<String>,
    /// A middleware that may require a login.
    pub login: Option<LoginStep>,
    pub https: bool,
    /// The folder of the file that defines it: of several containers with one name, the nearest is meant.
    pub folder: Option<PathBuf>,
    pub source: RouteSource,
    /// Why the monitor cannot use it.
    pub exclusion: Option<Exclusion>,
    /// Whether it is only likely that an app exists there.
    pub is_guess: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The container at this index, and the port that it listens on, if known.
    Container { index: usize, port: Option<u16> },
    /// An address on the proxy's network.
    Address { host: String, port: Option<u16> },
    /// Not known, or not expressible as an address, such as a socket.
    Unknown,
}

/// What routes clients to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteSource {
    /// A tunnel: its names are certainly public, on the default port, with TLS.
    Tunnel,
    /// A reverse proxy at home.
    Proxy,
}

/// A middleware that may require a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginStep {
    pub proxy: &'static str,
    pub name: String,
}

impl Route {
    pub fn new(host: Result<String, impl Into<MissingValue>>, to: Destination) -> Self {
        Self {
            host: host.map_err(Into::into),
            port: None,
            path: None,
            to,
            label: None,
            login: None,
            https: true,
            folder: None,
            source: RouteSource::Proxy,
            exclusion: None,
            is_guess: false,
        }
    }

    /// Set the path, unless it cannot be requested literally. The whole site has none.
    pub fn with_path(mut self, path: Option<&str>) -> Self {
        match path.map(|path| path.trim_end_matches('/')) {
            None | Some("") => self.path = None,
            Some(path) if is_path(path) => self.path = Some(path.to_owned()),
            Some(_) => self.exclusion = self.exclusion.or(Some(Exclusion::PathPattern)),
        }
        self
    }

    pub fn excluded_for(mut self, why: Option<Exclusion>) -> Self {
        self.exclusion = self.exclusion.or(why);
        self
    }
}

/// Expand the variables of a host name.
pub fn expand_host(host: &str, variables: &Variables) -> Result<String, String> {
    let host = variables.fill(host.trim()).map(|host| host.trim().trim_end_matches('.').to_owned())?;
    // Placeholders of the proxy itself cannot be looked up.
    match host.split_once('{').map(|(_, rest)| rest.split('}').next().unwrap_or_default()) {
        Some(variable) => Err(variable.trim_start_matches(['$', '{']).trim().chars().take(60).collect()),
        None => Ok(host),
    }
}

impl Destination {
    /// Parse `http://container:port`; `None` for other protocols.
    pub fn of_address(address: &str) -> Option<Self> {
        let (scheme, rest) = address.trim().split_once("://")?;
        let usual = match scheme.to_ascii_lowercase().as_str() {
            "http" | "h2c" | "ws" => 80,
            "https" | "wss" => 443,
            _ => return None,
        };
        Self::of_authority(rest, Some(usual))
    }

    /// Parse an address whose scheme may be missing; `port` is its default port then.
    pub fn of_upstream(address: &str, port: Option<u16>) -> Option<Self> {
        if address.contains("://") { Self::of_address(address) } else { Self::of_authority(address, port) }
    }

    fn of_authority(address: &str, usual: Option<u16>) -> Option<Self> {
        let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, authority)| authority);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, usual),
        };
        let host = host.trim_matches(['[', ']']);
        (!host.is_empty()).then(|| Self::Address { host: host.to_owned(), port })
    }
}
