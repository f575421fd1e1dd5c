//! Which proxy a request uses, by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as in the AWS CLI.
//!
//! Lower-case variables take precedence. Like the CLI, this does not read `ALL_PROXY`. Unlike the CLI, it never uses a
//! proxy for this machine itself or for the metadata addresses of cloud machines, which a proxy could not reach.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use super::environment::Environment;
use crate::error::{Error, Result};

/// A proxy and the variable that sets it.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub variable: &'static str,
    /// Includes user and password, so it is never shown.
    pub uri: Uri,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.variable, self.address())
    }
}

impl Proxy {
    /// Scheme, host and port.
    pub fn address(&self) -> String {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        format!("{}://{host}", self.uri.scheme_str().unwrap_or("http"))
    }
}

/// The proxies for both schemes, and the hosts that bypass them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    pub http: Option<Proxy>,
    pub https: Option<Proxy>,
    bypass: Vec<Bypass>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Bypass {
    Everything,
    /// A host and its subdomains, optionally on one port only.
    Host {
        name: String,
        port: Option<u16>,
    },
    Network {
        address: u128,
        mask: u128,
    },
}

impl Proxies {
    /// Read the variables.
    pub fn read(environment: &Environment) -> Result<Self> {
        let no_proxy = first(environment, "no_proxy", "NO_PROXY").map_or("", |(_, value)| value);
        Ok(Self {
            http: proxy(environment, "http_proxy", "HTTP_PROXY")?,
            https: proxy(environment, "https_proxy", "HTTPS_PROXY")?,
            bypass: no_proxy
                .split([',', ' '])
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .map(bypass)
                .collect(),
        })
    }

    /// The proxy for a request; `None` if the request is sent directly to its host.
    pub fn route(&self, uri: &Uri) -> Option<&Proxy> {
        let (proxy, usual_port) = match uri.scheme_str() {
            Some("https") => (self.https.as_ref()?, 443),
            Some("http") => (self.http.as_ref()?, 80),
            _ => return None,
        };
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(usual_port);
        let bypassed = is_near(&host) || self.bypass.iter().any(|bypass| bypass.covers(&host, port));
        (!bypassed).then_some(proxy)
    }
}

/// The variable that applies: the lower-case one if it exists, even if it is empty.
fn first<'a>(
    environment: &'a Environment,
    lower: &'static str,
    upper: &'static str,
) -> Option<(&'static str, &'a str)> {
    let variable = if environment.has(lower) { lower } else { upper };
    Some((variable, environment.get(variable)?))
}

fn proxy(environment: &Environment, lower: &'static str, upper: &'static str) -> Result<Option<Proxy>> {
    let Some((variable, value)) = first(environment, lower, upper) else { return Ok(None) };
    let text = match value.strip_prefix("//") {
        Some(rest) => format!("http://{rest}"),
        None if value.contains("://") => value.to_owned(),
        None => format!("http://{value}"),
    };
    // The value is not shown, since it may contain a password.
    let hint = format!("write {variable} as http://host:port or http://user:password@host:port");
    let uri: Uri = text.parse().map_err(|_| {
        Error::usage(format!("{variable} is not the URL of a proxy"))
            .hint(format!("{hint}, with special characters of the password percent-encoded"))
    })?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.host().is_some_and(|host| !host.is_empty()) => {
            Ok(Some(Proxy { variable, uri }))
        }
        Some(scheme) if scheme.starts_with("socks") => {
            Err(Error::usage(format!("{variable} is a SOCKS proxy, which is not supported"))
                .hint(format!("set {variable} to an HTTP proxy, or unset it")))
        }
        _ => Err(Error::usage(format!("{variable} is not the URL of an HTTP proxy")).hint(hint)),
    }
}

fn bypass(entry: &str) -> Bypass {
    if entry == "*" {
        return Bypass::Everything;
    }
    if let Some(network) = entry.split_once('/').and_then(|(address, length)| network(address, length)) {
        return network;
    }
    if let Ok(address) = entry.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Bypass::Network { address: bits(address), mask: u128::MAX };
    }
    let (name, port) = match entry.rsplit_once(':').map(|(name, port)| (name, port.parse())) {
        Some((name, Ok(port))) => (name, Some(port)),
        _ => (entry, None),
    };
    let name = name.trim_matches(['[', ']']).trim_start_matches('*').trim_start_matches('.');
    Bypass::Host { name: name.to_ascii_lowercase(), port }
}

fn network(address: &str, length: &str) -> Option<Bypass> {
    let (address, length) = (address.parse::<IpAddr>().ok()?, length.parse::<u32>().ok()?);
    let width = if address.is_ipv4() { 32 } else { 128 };
    let free = u32::checked_sub(width, length)?;
    let mask = u128::MAX.checked_shl(free).unwrap_or(0);
    Some(Bypass::Network { address: bits(address) & mask, mask })
}

/// An address as a number; an IPv4 address is mapped to IPv6.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Bypass {
    fn covers(&self, host: &str, port: u16) -> bool {
        match self {
            Self::Everything => true,
            Self::Network { address, mask } => {
                host.parse::<IpAddr>().is_ok_and(|found| bits(found) & mask == *address)
            }
            Self::Host { name, port: only } => {
                let below = |rest: &str| rest.is_empty() || rest.ends_with('.');
                only.is_none_or(|only| only == port)
                    && !name.is_empty()
                    && host.strip_suffix(name.as_str()).is_some_and(below)
            }
        }
    }
}

/// Whether a host is this machine or a link-local metadata service.
fn is_near(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || (address.segments()[0], address.segments()[1]) == (0xfd00, 0x0ec2)
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STS: &str = "https://sts.eu-central-1.amazonaws.com/";

    fn proxies<const N: usize>(variables: [(&str, &str); N]) -> Proxies {
        Proxies::read(&Environment::from(variables)).unwrap()
    }

    fn routed(proxies: &Proxies, uri: &str) -> Option<String> {
        proxies.route(&uri.parse().unwrap()).map(|proxy| format!("{} {}", proxy.variable, proxy.address()))
    }

    #[test]
    fn each_scheme_has_its_proxy_and_lower_case_takes_precedence() {
        let both = proxies([("HTTPS_PROXY", "http://a:1"), ("HTTP_PROXY", "//b:2"), ("http_proxy", "c:3")]);
        assert_eq!(routed(&both, STS).as_deref(), Some("HTTPS_PROXY http://a:1"));
        assert_eq!(routed(&both, "http://aws.example/").as_deref(), Some("http_proxy http://c:3"));
        assert_eq!(routed(&proxies([("HTTP_PROXY", "http://a:1")]), STS), None);
        assert_eq!(routed(&proxies([("ALL_PROXY", "http://a:1")]), STS), None);
        assert_eq!(routed(&proxies([("HTTPS_PROXY", "http://a:1"), ("https_proxy", "")]), STS), None);
        let secret = proxies([("HTTPS_PROXY", "https://me:p%40ss@proxy.example:8443")]);
        assert_eq!(routed(&secret, STS).as_deref(), Some("HTTPS_PROXY https://proxy.example:8443"));
    }

    #[test]
    fn no_proxy_accepts_hosts_suffixes_ports_and_networks() {
        for (no_proxy, uri, direct) in [
            ("*", STS, true),
            ("amazonaws.com", STS, true),
            (".amazonaws.com", STS, true),
            ("*.amazonaws.com", STS, true),
            ("AmazonAWS.com:443", STS, true),
            ("amazonaws.com:8443", STS, false),
            ("other.example, sts.eu-central-1.amazonaws.com", STS, true),
            ("azonaws.com", STS, false),
            (",", STS, false),
            ("10.0.0.0/8", "https://10.1.2.3/", true),
            ("10.0.0.0/8", "https://11.1.2.3/", false),
            ("0.0.0.0/0", "https://10.1.2.3/", true),
            ("10.1.2.3", "https://10.1.2.3:8443/", true),
            ("10.1.2.3:8443", "https://10.1.2.3:8443/", true),
            ("fd12::/16", "https://[fd12::1]/", true),
            ("[fd12::1]", "https://[fd12::1]/", true),
            ("", "https://127.0.0.1:4566/", true),
            ("", "https://localhost:4566/", true),
            ("", "https://[::1]:4566/", true),
            ("", "https://169.254.170.2/", true),
            ("", "https://[fd00:ec2::254]/", true),
        ] {
            let proxies = proxies([("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", no_proxy)]);
            assert_eq!(routed(&proxies, uri).is_none(), direct, "{no_proxy:?} {uri}");
        }
    }

    #[test]
    fn an_unusable_proxy_is_rejected_without_showing_its_password() {
        for value in ["socks5://me:secret@a:1", "http://me:sec ret@a:1", "ftp://me:secret@a", "http://"] {
            let error = Proxies::read(&Environment::from([("HTTPS_PROXY", value)])).unwrap_err();
            assert_eq!(error.exit(), crate::error::Exit::Usage, "{value}");
            let text = error.to_string();
            assert!(
                text.contains("HTTPS_PROXY") && !text.contains("secret") && !text.contains("sec ret"),
                "{text}"
            );
        }
    }
}
