//! A public name, and what is behind it; wherever it was found.

use std::path::PathBuf;

use super::missing::Missing;
use super::name::is_path;
use super::obstacle::Obstacle;
use super::variables::Variables;

/// One way in from outside.
#[derive(Debug, Clone)]
pub struct Route {
    /// The host name, or what is missing to know it.
    pub host: Result<String, Missing>,
    /// The public port, unless it is the usual one of its scheme.
    pub port: Option<u16>,
    /// The part of the site that leads there, if not all of it does.
    pub path: Option<String>,
    pub to: Destination,
    /// What the owner calls this way, if he gave it a name.
    pub label: Option<String>,
    /// A step of the proxy that may ask for a login.
    pub login: Option<Login>,
    pub https: bool,
    /// The folder of the file that has it: of several containers with the same name, the nearest is meant.
    pub folder: Option<PathBuf>,
    pub source: Source,
    /// Why the monitor cannot ask there.
    pub obstacle: Option<Obstacle>,
    /// Whether something is there at all is only likely.
    pub is_guess: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The container at this place of the list, and the port that it listens on, if it is known.
    Container { index: usize, port: Option<u16> },
    /// Whatever answers there, as the proxy sees it.
    Address { host: String, port: Option<u16> },
    /// Not known, or not to be written as an address: a socket, say.
    Elsewhere,
}

/// Who leads the visitor there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A tunnel: its names are public for sure, on the usual port, with TLS.
    Tunnel,
    /// A reverse proxy at home.
    Proxy,
}

/// A step that may ask visitors for a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub proxy: &'static str,
    pub name: String,
}

impl Route {
    pub fn new(host: Result<String, impl Into<Missing>>, to: Destination) -> Self {
        Self {
            host: host.map_err(Into::into),
            port: None,
            path: None,
            to,
            label: None,
            login: None,
            https: true,
            folder: None,
            source: Source::Proxy,
            obstacle: None,
            is_guess: false,
        }
    }

    /// With this path, as far as it can be asked for. The whole site has none.
    pub fn at(mut self, path: Option<&str>) -> Self {
        match path.map(|path| path.trim_end_matches('/')) {
            None | Some("") => self.path = None,
            Some(path) if is_path(path) => self.path = Some(path.to_owned()),
            Some(_) => self.obstacle = self.obstacle.or(Some(Obstacle::PathPattern)),
        }
        self
    }

    pub fn blocked(mut self, why: Option<Obstacle>) -> Self {
        self.obstacle = self.obstacle.or(why);
        self
    }
}

/// The host name with its variables filled in.
pub fn filled(host: &str, variables: &Variables) -> Result<String, String> {
    let host = variables.fill(host.trim()).map(|host| host.trim().trim_end_matches('.').to_owned())?;
    // Proxies have variables of their own, which are nowhere to be looked up.
    match host.split_once('{').map(|(_, rest)| rest.split('}').next().unwrap_or_default()) {
        Some(variable) => Err(variable.trim_start_matches(['$', '{']).trim().chars().take(60).collect()),
        None => Ok(host),
    }
}

impl Destination {
    /// `http://container:port`; nothing for what is not asked by HTTP.
    pub fn of_address(address: &str) -> Option<Self> {
        let (scheme, rest) = address.trim().split_once("://")?;
        let usual = match scheme.to_ascii_lowercase().as_str() {
            "http" | "h2c" | "ws" => 80,
            "https" | "wss" => 443,
            _ => return None,
        };
        Self::of_authority(rest, Some(usual))
    }

    /// The same, where the scheme may be left out and `port` is the usual one.
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
