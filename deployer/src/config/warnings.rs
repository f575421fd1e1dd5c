//! Warnings about settings that AWS accepts but that cannot work: unreachable addresses, schedules that never fire.

use std::net::IpAddr;

use plexmon_function::contract::secrets::Secrets;
use url::Host;

use super::Config;
use super::domain::{self, Domain};
use super::reach::{Unreachable, host, of_address, why_unreachable};
use super::reader::{Table, Value};
use crate::error::Result;

const ADVICE: &str = "use the public name or address";

/// The settings that warnings are about, with their places in the file.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    addresses: Vec<Stated>,
    schedule: Option<String>,
    /// The places of domains whose registries do not say when they end, with their names.
    unpublished: Vec<(String, String)>,
}

/// An address, with its place in the file.
#[derive(Debug, Clone)]
struct Stated {
    /// `config.toml:12`
    place: String,
    /// ``[[target]] url``
    key: String,
    address: Address,
}

#[derive(Debug, Clone)]
enum Address {
    OfTarget {
        name: String,
        url: String,
    },
    Written(String),
    /// The `url` or `host` of this channel; without a text, it is a secret.
    OfChannel {
        name: String,
        text: Option<String>,
    },
    /// The secret address of the heartbeat.
    OfHeartbeat,
}

/// The facts that decide which warnings apply.
pub struct Circumstances<'a> {
    /// The time, in Unix seconds.
    pub now: u64,
    /// Whether AWS is an emulator on this machine, whose functions can reach the machine itself.
    pub aws_is_local: bool,
    /// The secrets, if they are known.
    pub secrets: Option<&'a Secrets>,
}

impl Statements {
    /// Collect them from a configuration that was read without an error.
    pub(super) fn collect(top: &Table<'_>) -> Result<Self> {
        let (mut addresses, mut unpublished) = (Vec::new(), Vec::new());
        let mut add = |value: &Value<'_>, address| {
            addresses.push(Stated { place: value.place(), key: value.key.clone(), address });
        };
        for target in top.get("target").map(|list| list.array()).transpose()?.unwrap_or_default() {
            let table = target.table("[[target]]")?;
            if let (Some(name), Some(url)) = (table.get("name"), table.get("url")) {
                let (name, text) = (name.string()?.to_owned(), url.string()?.to_owned());
                // The name of a DNS record may be written without a scheme.
                let address = if text.contains("://") { text.clone() } else { format!("dns://{text}") };
                if let (Domain::Unpublished(domain), Some(value)) =
                    (domain::read(&table, &address)?, table.get("domain_expiry"))
                    && !unpublished.iter().any(|(_, known)| *known == domain)
                {
                    unpublished.push((value.place(), domain));
                }
                add(&url, Address::OfTarget { name, url: text });
            }
        }
        for value in top.get("control").map(|list| list.array()).transpose()?.unwrap_or_default() {
            add(&value, Address::Written(value.string()?.to_owned()));
        }
        if let Some(url) = top.table("heartbeat", "[heartbeat]")?.and_then(|table| table.get("url")) {
            add(
                &url,
                url.value.as_str().map_or(Address::OfHeartbeat, |text| Address::Written(text.to_owned())),
            );
        }
        if let Some(notify) = top.table("notify", "[notify]")? {
            for (name, value) in notify.entries() {
                let table = value.table(&format!("[notify.{name}]"))?;
                for value in ["url", "host"].into_iter().filter_map(|key| table.get(key)) {
                    let text = value.value.as_str().map(str::to_owned);
                    add(&value, Address::OfChannel { name: name.to_owned(), text });
                }
            }
        }
        Ok(Self { addresses, unpublished, schedule: top.get("schedule").map(|value| value.place()) })
    }
}

impl Config {
    /// Return the warnings to show before a deployment.
    pub fn warnings(&self, circumstances: &Circumstances<'_>) -> Vec<String> {
        let mut warnings: Vec<String> =
            self.statements.addresses.iter().filter_map(|stated| stated.warning(circumstances)).collect();
        warnings.extend(self.channels_at_targets(circumstances));
        for (place, domain) in &self.statements.unpublished {
            warnings.push(format!(
                "{place}: `domain_expiry`: the registry of `{domain}` does not publish when registrations end, so there is \
                 no warning about it"
            ));
        }
        if let Some(place) = &self.statements.schedule
            && !self.schedule.fires_after(circumstances.now)
        {
            warnings.push(format!(
                "{place}: `schedule` is valid but never fires again, so nothing would be checked; use other days or \
                 years"
            ));
        }
        warnings
    }

    /// Return a warning for each channel if all of them are at hosts of targets: none could report that these are down.
    fn channels_at_targets(&self, circumstances: &Circumstances<'_>) -> Vec<String> {
        let stated = &self.statements.addresses;
        let at_target = |channel: &Host| {
            stated.iter().find_map(|stated| match &stated.address {
                Address::OfTarget { name, url } if host(url).as_ref() == Some(channel) => Some(name),
                _ => None,
            })
        };
        let warning = |stated: &Stated| {
            let Address::OfChannel { .. } = stated.address else { return None };
            let host = stated.host(circumstances).filter(|host| why_unreachable(host).is_none())?;
            let target = at_target(&host)?;
            Some(format!(
                "{}: `{}`: `{host}` is also the host of the target `{target}`, and a channel cannot report that its \
                 own host is down; add a channel elsewhere",
                stated.place, stated.key
            ))
        };
        let warnings: Vec<String> = stated.iter().filter_map(warning).collect();
        if warnings.len() == self.channels.len() { warnings } else { Vec::new() }
    }

    /// Return a warning about the address that the host of a target resolved to, or about IPv6 if it has no other address.
    pub fn resolved_warning(&self, target: &str, address: IpAddr, aws_is_local: bool) -> Option<String> {
        let is_its =
            |stated: &&Stated| matches!(&stated.address, Address::OfTarget { name, .. } if name == target);
        let stated = self.statements.addresses.iter().find(is_its)?;
        let Address::OfTarget { url, .. } = &stated.address else { return None };
        let host = host(url)?;
        let Host::Domain(name) = &host else { return None };
        if why_unreachable(&host).is_some() {
            return None;
        }
        let found = of_address(address).filter(|found| !(aws_is_local && *found == Unreachable::Loopback))?;
        let means = match found {
            Unreachable::Ipv6 => {
                format!("`{name}` has only IPv6 addresses, and Lambda has no IPv6; add an A record")
            }
            _ => format!(
                "`{name}` resolves to {address} here, which {found}; check that public DNS has another address for it"
            ),
        };
        Some(format!("{}: `{}`: {means}", stated.place, stated.key))
    }
}

impl Stated {
    fn warning(&self, circumstances: &Circumstances<'_>) -> Option<String> {
        let host = self.host(circumstances)?;
        let found = why_unreachable(&host)?;
        if circumstances.aws_is_local && found == Unreachable::Loopback {
            return None;
        }
        Some(format!("{}: `{}`: `{host}` {found}; {ADVICE}", self.place, self.key))
    }
    /// Return the host, if it is known.
    fn host(&self, circumstances: &Circumstances<'_>) -> Option<Host> {
        host(match &self.address {
            Address::OfTarget { url: text, .. }
            | Address::Written(text)
            | Address::OfChannel { text: Some(text), .. } => text,
            Address::OfChannel { name, text: None } => {
                circumstances.secrets?.channel(name).get("url")?.expose()
            }
            Address::OfHeartbeat => circumstances.secrets?.heartbeat.as_ref()?.expose(),
        })
    }
}
