//! Addresses that a Lambda function cannot reach: it is on the public internet and has only IPv4.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Suffixes of names that only a local network resolves, by RFC 6762, 6761 and 8375, by ICANN's reservation or by custom.
const LOCAL: [&str; 16] = [
    "local",
    "lan",
    "internal",
    "home.arpa",
    "home",
    "corp",
    "intranet",
    "private",
    "localdomain",
    "fritz.box",
    "speedport.ip",
    "test",
    "invalid",
    "example",
    "onion",
    "alt",
];

/// Domains whose names contain the address that they resolve to, such as `192-168-1-5.….plex.direct`.
const ADDRESS_IN_NAME: [&str; 3] = ["plex.direct", "nip.io", "sslip.io"];

/// Why AWS cannot reach a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    Loopback,
    Private,
    /// 100.64.0.0/10: carrier-grade NAT, or a tailnet.
    Shared,
    LinkLocal,
    Documentation,
    /// Not assigned, or not unicast.
    Reserved,
    Ipv6,
    LocalName,
    /// A name without a domain.
    BareName,
    Tailnet,
}

impl fmt::Display for Unreachable {
    /// Complete a sentence that begins with the host.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Loopback => "is only this machine; in AWS, it would be the function itself",
            Self::Private => "is a private address that AWS cannot reach",
            Self::Shared => "is an address in a carrier's network or a tailnet that AWS cannot reach",
            Self::LinkLocal => "is a link-local address that AWS cannot reach",
            Self::Documentation => "is an address reserved for documentation, at which nothing answers",
            Self::Reserved => "is not the address of a host on the internet",
            Self::Ipv6 => "is an IPv6 address, but Lambda has no IPv6",
            Self::LocalName => "is a name in a local network that AWS cannot resolve",
            Self::BareName => "is a name without a domain that AWS cannot resolve",
            Self::Tailnet => {
                "is a name in a tailnet that AWS cannot reach unless Tailscale Funnel publishes it"
            }
        })
    }
}

/// Return the host of a URL, or of a host without a URL.
pub fn host(text: &str) -> Option<Host> {
    let text = text.trim();
    let Ok(url) =
        Url::parse(text).map_err(drop).and_then(|url| if url.has_host() { Ok(url) } else { Err(()) })
    else {
        return Host::parse(text).or_else(|_| text.parse::<Ipv6Addr>().map(Host::Ipv6)).ok();
    };
    // The parser reads numbers as addresses only for http and similar schemes.
    Host::parse(url.host_str()?).ok()
}

/// Return whether an address is this machine.
pub fn is_loopback(address: &str) -> bool {
    host(address).and_then(|host| why_unreachable(&host)) == Some(Unreachable::Loopback)
}

/// Return why AWS cannot reach this host, if its name or address shows it.
pub fn why_unreachable(host: &Host) -> Option<Unreachable> {
    match host {
        Host::Ipv4(address) => of_v4(*address),
        Host::Ipv6(address) => of_address(IpAddr::V6(*address)),
        Host::Domain(name) => of_name(name),
    }
}

/// Return why AWS cannot reach this address.
pub fn of_address(address: IpAddr) -> Option<Unreachable> {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) if address.is_loopback() => Some(Unreachable::Loopback),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => of_v4(mapped).or(Some(Unreachable::Ipv6)),
            None => Some(Unreachable::Ipv6),
        },
    }
}

fn of_v4(address: Ipv4Addr) -> Option<Unreachable> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Some(Unreachable::Loopback),
        _ if address.is_private() => Some(Unreachable::Private),
        (100, 64..=127, _) => Some(Unreachable::Shared),
        _ if address.is_link_local() => Some(Unreachable::LinkLocal),
        _ if address.is_documentation() => Some(Unreachable::Documentation),
        (0 | 224.., ..) | (192, 0, 0) | (198, 18 | 19, _) => Some(Unreachable::Reserved),
        _ => None,
    }
}

fn of_name(name: &str) -> Option<Unreachable> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_in =
        |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if is_in("localhost") {
        Some(Unreachable::Loopback)
    } else if !name.contains('.') {
        Some(Unreachable::BareName)
    } else if LOCAL.into_iter().any(is_in) {
        Some(Unreachable::LocalName)
    } else if is_in("ts.net") {
        Some(Unreachable::Tailnet)
    } else {
        let labels = ADDRESS_IN_NAME.iter().find_map(|domain| name.strip_suffix(domain))?;
        of_v4(contained(labels)?)
    }
}

/// The address in `app.192.168.1.5.` or `192-168-1-5.0123abcd.`.
fn contained(labels: &str) -> Option<Ipv4Addr> {
    let labels: Vec<&str> = labels.split('.').filter(|label| !label.is_empty()).collect();
    let dotted = labels.windows(4).rev().find_map(|four| four.join(".").parse().ok());
    let dashed = |label: &&str| {
        let parts: Vec<&str> = label.rsplitn(5, '-').take(4).collect();
        parts.into_iter().rev().collect::<Vec<_>>().join(".").parse().ok()
    };
    dotted.or_else(|| labels.iter().find_map(dashed))
}

#[cfg(test)]
mod tests {
    use super::Unreachable::{
        BareName, Documentation, Ipv6, LinkLocal, LocalName, Loopback, Private, Reserved, Shared, Tailnet,
    };
    use super::*;

    #[test]
    fn addresses_that_aws_cannot_reach_are_recognized_in_every_spelling() {
        for (address, expected) in [
            ("https://plex.example.com", None),
            ("https://plex.example.com.", None),
            ("https://8.8.8.8:32400", None),
            ("https://172.15.0.1", None),
            ("https://172.32.0.1", None),
            ("https://100.63.255.255", None),
            ("https://100.128.0.1", None),
            ("https://192.168.1.5:32400", Some(Private)),
            ("http://10.0.0.1", Some(Private)),
            ("http://172.16.0.1", Some(Private)),
            ("http://172.31.255.255", Some(Private)),
            ("https://100.64.1.2", Some(Shared)),
            ("https://100.127.0.1", Some(Shared)),
            ("https://169.254.169.254", Some(LinkLocal)),
            ("http://0xC0A80105", Some(Private)),
            ("http://3232235781", Some(Private)),
            ("http://0300.0250.1.5", Some(Private)),
            ("http://192.168.261", Some(Private)),
            ("tcp://0xC0A80105:22", Some(Private)),
            ("http://127.1", Some(Loopback)),
            ("http://127.0.0.53", Some(Loopback)),
            ("https://localhost:32400", Some(Loopback)),
            ("https://app.LOCALHOST", Some(Loopback)),
            ("http://[::1]", Some(Loopback)),
            ("http://[::ffff:127.0.0.1]", Some(Loopback)),
            ("http://[::ffff:192.168.1.5]", Some(Private)),
            ("http://[::ffff:8.8.8.8]", Some(Ipv6)),
            ("https://[2001:db8::1]", Some(Ipv6)),
            ("https://[2606:4700::1111]", Some(Ipv6)),
            ("https://[fd00::1]", Some(Ipv6)),
            ("https://[fe80::1]", Some(Ipv6)),
            ("https://192.0.2.7", Some(Documentation)),
            ("https://198.51.100.7", Some(Documentation)),
            ("https://203.0.113.7", Some(Documentation)),
            ("http://0.0.0.0", Some(Reserved)),
            ("http://255.255.255.255", Some(Reserved)),
            ("http://224.0.0.1", Some(Reserved)),
            ("http://198.18.0.1", Some(Reserved)),
            ("https://plex.local", Some(LocalName)),
            ("https://Plex.LAN.", Some(LocalName)),
            ("https://nas.internal", Some(LocalName)),
            ("https://nas.home.arpa", Some(LocalName)),
            ("https://nas.fritz.box", Some(LocalName)),
            ("https://thelan", Some(BareName)),
            ("https://plex", Some(BareName)),
            ("https://notlocal.com", None),
            ("https://local.example.com", None),
            ("https://nas.tail0123.ts.net", Some(Tailnet)),
            ("https://192-168-1-5.0123456789abcdef.plex.direct:32400", Some(Private)),
            ("https://8-8-8-8.0123456789abcdef.plex.direct:32400", None),
            ("https://plex.10.0.0.1.nip.io", Some(Private)),
            ("https://plex-10-0-0-1.sslip.io", Some(Private)),
            ("smtp.example.com", None),
            ("mail", Some(BareName)),
            ("192.168.1.9", Some(Private)),
            ("fd00::9", Some(Ipv6)),
        ] {
            let host = host(address).unwrap_or_else(|| panic!("no host in {address}"));
            assert_eq!(why_unreachable(&host), expected, "{address}");
        }
    }
}
