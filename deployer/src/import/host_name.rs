//! Host names: which are valid, and which resolve only within the home.

use std::net::{IpAddr, Ipv4Addr};

use super::exclusion::Exclusion;

/// Top-level domains that never resolve to a home from outside, including some that may be delegated one day.
const INTERNAL_SUFFIXES: [&str; 16] = [
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
    // `home.arpa`, and reverse DNS.
    "arpa",
    "test",
    "example",
    "invalid",
    "onion",
    "alt",
];

/// Domains whose names resolve to the local machine or to its router.
const INTERNAL_DOMAINS: [&str; 6] =
    ["fritz.box", "localtest.me", "lvh.me", "lacolhost.com", "vcap.me", "local.gd"];

/// Domains of mesh networks.
const MESH_DOMAINS: [&str; 4] = ["ts.net", "beta.tailscale.net", "netbird.cloud", "netbird.selfhosted"];

/// Domains whose names contain the address that they resolve to.
const ADDRESS_DOMAINS: [&str; 6] =
    ["nip.io", "sslip.io", "xip.io", "traefik.me", "plex.direct", "backname.io"];

/// Return why this name cannot be reached from outside, if so.
pub fn why_not_public(host: &str) -> Option<Exclusion> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Some(Exclusion::NumericAddress);
    }
    if !is_host(&host) {
        return Some(Exclusion::NotAName);
    }
    if host.starts_with("*.") {
        return Some(Exclusion::ManyNames);
    }
    if MESH_DOMAINS.iter().any(|domain| is_within(&host, domain)) {
        return Some(Exclusion::MeshOnly);
    }
    let Some((_, ending)) = host.rsplit_once('.') else { return Some(Exclusion::HomeOnly) };
    let internal = INTERNAL_SUFFIXES.contains(&ending)
        || INTERNAL_DOMAINS.iter().any(|domain| is_within(&host, domain))
        || ADDRESS_DOMAINS.iter().any(|domain| is_within(&host, domain) && !has_public_address(&host))
        || !tld::exist(ending);
    internal.then_some(Exclusion::HomeOnly)
}

/// Whether it is this domain or a name below it.
pub fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether the wildcard or name `pattern` covers `host`. `*` covers one label or more.
pub fn covers(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.to_ascii_lowercase(), host.to_ascii_lowercase());
    pattern == host
        || pattern.strip_prefix('*').is_some_and(|rest| rest.starts_with('.') && host.ends_with(rest))
}

/// Whether the name contains only public addresses, as in `app.203.0.113.7.nip.io` or `203-0-113-7.plex.direct`.
fn has_public_address(host: &str) -> bool {
    let numbers: Vec<Option<u8>> = host.split(['.', '-']).map(|part| part.parse().ok()).collect();
    let addresses = numbers.windows(4).filter_map(|four| match four {
        [Some(a), Some(b), Some(c), Some(d)] => Some(Ipv4Addr::new(*a, *b, *c, *d)),
        _ => None,
    });
    let mut addresses = addresses.peekable();
    addresses.peek().is_some()
        && addresses.all(|address| {
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            !(address.is_private() || address.is_loopback() || address.is_link_local() || shared)
        })
}

/// Whether the name has only letters, digits, hyphens, underscores and dots, so that it is safe to write anywhere.
pub fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    host.len() <= 253 && host.strip_prefix("*.").unwrap_or(host).split('.').all(label)
}

/// Return the name as DNS has it, with non-ASCII letters encoded, for proxies that encode them themselves.
pub fn encoded(host: &str) -> String {
    let url = (!host.is_ascii()).then(|| url::Url::parse(&format!("http://{host}/")).ok()).flatten();
    url.as_ref().and_then(url::Url::host_str).unwrap_or(host).to_owned()
}

/// Whether the path can be written into an address as it is.
pub fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 200
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_below_public_domains_are_public() {
        for host in [
            "plex.example.com",
            "home.example.co.uk",
            "me.duckdns.org",
            "nas.synology.me",
            "app.xn--p1ai",
            "app.203.0.113.7.nip.io",
            "APP.Example.DEV",
        ] {
            assert_eq!(why_not_public(host), None, "{host}");
        }
        for host in [
            "nas",
            "m.o",
            "app.homelab",
            "app.server",
            "sonarr.lan",
            "sonarr.LOCAL",
            "sonarr.home.arpa",
            "sonarr.internal",
            "sonarr.local.",
            "box.fritz.box",
            "app.192.168.1.10.nip.io",
            "app-10-0-0-7.sslip.io",
            "localtest.me",
            "app.localhost",
            "hidden.onion",
        ] {
            assert_eq!(why_not_public(host), Some(Exclusion::HomeOnly), "{host}");
        }
        for host in ["nas.tail1234.ts.net", "ts.net", "NAS.Tail1234.TS.NET"] {
            assert_eq!(why_not_public(host), Some(Exclusion::MeshOnly), "{host}");
        }
        assert_eq!(why_not_public("notts.net"), None);
        assert_eq!(why_not_public("192.168.1.10"), Some(Exclusion::NumericAddress));
        assert_eq!(why_not_public("[::1]"), Some(Exclusion::NumericAddress));
        assert_eq!(why_not_public("*.example.com"), Some(Exclusion::ManyNames));
        assert_eq!(why_not_public("a b.example.com"), Some(Exclusion::NotAName));
    }

    #[test]
    fn wildcards_cover_subdomains() {
        assert!(covers("*.example.com", "a.Example.com") && covers("a.example.com", "A.example.com"));
        assert!(!covers("*.example.com", "example.com") && !covers("*.example.com", "a.example.org"));
    }
}
