//! A public name, and what stands behind it; wherever it was found.

use std::net::IpAddr;

use super::missing::Missing;

/// One way in from outside.
#[derive(Debug, Clone)]
pub struct Route {
    /// The host name, or what is missing to know it.
    pub host: Result<String, Missing>,
    /// The part of the site that leads there, if not all of it does.
    pub path: Option<String>,
    pub to: Destination,
    /// What the owner calls this way, if he gave it a name.
    pub label: Option<String>,
    /// A proxy on the way that may ask for a login.
    pub middleware: Option<String>,
    pub https: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The container at this place of the list.
    Container(usize),
    /// Whatever answers there, as the proxy sees it.
    Address { host: String, port: Option<u16> },
}

impl Route {
    pub fn new(host: Result<String, impl Into<Missing>>, to: Destination) -> Self {
        Self { host: host.map_err(Into::into), path: None, to, label: None, middleware: None, https: true }
    }
}

impl Destination {
    /// `http://container:port`; nothing for what is not asked by HTTP.
    pub fn of_address(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (authority, Some(if scheme == "https" { 443 } else { 80 })),
        };
        Some(Self::Address { host: host.to_owned(), port })
    }
}

/// Why nobody outside can find this name, if so.
pub fn hidden(host: &str) -> Option<&'static str> {
    if !is_host(host) {
        return Some("cannot be used as it is written");
    }
    if host.starts_with("*.") {
        return Some("stands for many names");
    }
    if host.parse::<IpAddr>().is_ok() {
        return Some("is an address, not a name");
    }
    let ending = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let inside = [
        "local",
        "lan",
        "home",
        "internal",
        "localhost",
        "localdomain",
        "intranet",
        "private",
        "corp",
        "docker",
        "arpa",
        "test",
    ];
    (!host.contains('.') || inside.contains(&ending.as_str())).then_some("is known at home only")
}

/// Letters, digits, hyphens and dots: nothing that could be mistaken for anything else where it is written.
pub fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    host.len() <= 253 && host.strip_prefix("*.").unwrap_or(host).split('.').all(label)
}

/// A path that can be written into an address as it is.
pub fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 200
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte))
}
