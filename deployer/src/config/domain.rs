//! `domain_expiry`: the domain whose registration is watched, and the registry that knows when it ends.

use plexmon_function::contract::settings::DomainSettings;
use url::{Host, Url};

use super::address::{address_or, is_private};
use super::reader::{Table, Value};
use crate::error::Result;

/// Registries by top-level domain.
const REGISTRIES: &str = include_str!("registries.txt");

/// Second-level labels below which domains are registered, as in `example.co.uk`; only below top-level domains of two
/// letters.
const SECOND_LEVEL: [&str; 18] = [
    "ac", "asn", "co", "com", "edu", "go", "gob", "gov", "id", "ltd", "me", "mil", "ne", "net", "nom", "or",
    "org", "plc",
];

/// What the configuration says about a domain.
pub enum Domain {
    NotWatched,
    Watched(DomainSettings),
    /// The registry of this domain does not publish when registrations end.
    Unpublished(String),
}

impl Domain {
    /// Return the settings of a domain that is watched.
    pub fn watched(self) -> Option<DomainSettings> {
        match self {
            Self::Watched(domain) => Some(domain),
            Self::NotWatched | Self::Unpublished(_) => None,
        }
    }
}

/// Read the keys about a target's domain. `url` is the target's address.
pub fn read(table: &Table<'_>, url: &str) -> Result<Domain> {
    let (expiry, rdap) = (table.get("domain_expiry"), table.get("rdap"));
    let Some(expiry) = expiry.filter(|value| value.value.as_bool() != Some(false)) else {
        return match rdap {
            Some(rdap) => {
                Err(rdap.error("has no effect without `domain_expiry`").hint("add domain_expiry = true"))
            }
            None => Ok(Domain::NotWatched),
        };
    };
    let name = name(&expiry, url)?;
    let server = match &rdap {
        Some(value) => Some(server(value)?),
        None => server_for(&name).map(str::to_owned),
    };
    Ok(match server {
        Some(server) => Domain::Watched(DomainSettings {
            rdap: format!("{}/domain/{name}", server.trim_end_matches('/')),
            name,
        }),
        None => Domain::Unpublished(name),
    })
}

/// Return the domain: the written one, or the one that the address is below.
fn name(expiry: &Value<'_>, url: &str) -> Result<String> {
    if let Some(text) = expiry.value.as_str() {
        let written = text.trim_end_matches('.');
        return match Host::parse(written) {
            Ok(Host::Domain(name)) if name.contains('.') && !name.starts_with('.') => Ok(name),
            _ => Err(expiry.error(format!("is \"{text}\", which is not a domain")).hint(
                "write the registered domain alone: domain_expiry = \"example.co.uk\"; or true for the one in `url`",
            )),
        };
    }
    if expiry.value.as_bool().is_none() {
        return Err(expiry.error(format!("must be true or the name of a domain, not {}", expiry.type_name())));
    }
    let host = Url::parse(url).ok().and_then(|url| Host::parse(url.host_str()?).ok());
    let name = match &host {
        Some(Host::Domain(name)) => registered(name),
        _ => None,
    };
    name.ok_or_else(|| {
        expiry
            .error("needs the name of a domain: the address of this target is not below one")
            .hint("write the domain: domain_expiry = \"example.com\"")
    })
}

/// Return the registered part of a host name: its last two labels, or three below labels such as `co.uk`.
fn registered(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let &[.., second, top] = labels.as_slice() else { return None };
    let is_below_second = top.len() == 2 && SECOND_LEVEL.contains(&second);
    let count = if is_below_second { 3 } else { 2 };
    let from = labels.len().checked_sub(count)?;
    Some(labels.get(from..)?.join("."))
}

fn server(value: &Value<'_>) -> Result<String> {
    let url = address_or(value, "leave them out: registries need none")?;
    if !is_private(&url) {
        return Err(value
            .error("is plain http, and its answers could be forged on the way")
            .hint("use an https:// address"));
    }
    Ok(url.to_string())
}

/// Return the server of the registry of a domain, if there is one.
fn server_for(name: &str) -> Option<&'static str> {
    let top = name.rsplit('.').next()?;
    let lines = REGISTRIES.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(' ')).find_map(|mut words| {
        let server = words.next()?;
        words.any(|word| word == top).then_some(server)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_name_has_two_labels_or_three() {
        for (host, expected) in [
            ("plex.home.example.com", Some("example.com")),
            ("example.com", Some("example.com")),
            ("plex.example.co.uk", Some("example.co.uk")),
            ("plex.example.com.au", Some("example.com.au")),
            ("plex.co.uk", Some("plex.co.uk")),
            ("co.uk", None),
            ("plex.co.com", Some("co.com")),
            ("plex.example.de", Some("example.de")),
            ("xn--mller-kva.example", Some("xn--mller-kva.example")),
            ("localhost", None),
        ] {
            assert_eq!(registered(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn every_line_has_a_server_with_https_and_top_level_domains() {
        let mut seen = std::collections::BTreeSet::new();
        for line in REGISTRIES.lines().filter(|line| !line.starts_with('#')) {
            let (server, tops) = line.split_once(' ').unwrap();
            let url = Url::parse(server).unwrap();
            assert!(url.scheme() == "https" && server.ends_with('/'), "{server}");
            for top in tops.split(' ') {
                assert!(top.bytes().all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(&byte)));
                assert!(seen.insert(top), "{top} is listed twice");
            }
        }
        assert_eq!(server_for("example.com"), Some("https://rdap.verisign.com/com/v1/"));
        assert_eq!(server_for("example.de"), None);
    }
}
