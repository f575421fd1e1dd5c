//! The kinds of targets that are not apps: `tcp`, a port; and `dns`, the records of a name.

use plexmon_function::contract::settings::{DnsRecord, Protocol};
use plexmon_function::probe::condition;
use url::{Host, Url};

use super::address::{address, address_or, is_private};
use super::preset::{HTTP, Preset};
use super::reader::{Table, Value};
use super::{described, filled, kind};
use crate::error::Result;

/// The names of DNS records that can be checked.
pub const RECORDS: &[&str] = &["A", "AAAA", "CNAME", "MX", "TXT", "NS", "CAA"];

/// The DNS services that are asked unless the configuration names others.
const RESOLVERS: [&str; 2] = ["https://cloudflare-dns.com/dns-query", "https://dns.google/resolve"];

/// The keys of one of these kinds alone.
const OF_TCP: [&str; 1] = ["tls"];
const OF_DNS: [&str; 3] = ["record", "equals", "resolver"];

/// The keys that need an HTTP request, besides the conditions.
const OF_HTTP: [&str; 8] =
    ["headers", "access", "secrets_over_http", "method", "body", "pin", "tell_version", "severity"];

/// The port between mail servers, which AWS blocks.
const SMTP_RELAY_PORT: u16 = 25;

/// What no response is expected of.
static NO_REQUEST: Preset = Preset { status: &[], ..HTTP };

/// What a target is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// An app that is reached over HTTP.
    App(&'static Preset),
    Tcp,
    Dns,
}

impl Kind {
    pub fn read(value: Option<Value<'_>>) -> Result<Self> {
        match value.as_ref().and_then(|value| value.value.as_str()) {
            Some("tcp") => Ok(Self::Tcp),
            Some("dns") => Ok(Self::Dns),
            _ => kind::preset(value).map(Self::App),
        }
    }

    /// What applies where the target's table says nothing else.
    pub fn preset(self) -> &'static Preset {
        match self {
            Self::App(preset) => preset,
            Self::Tcp | Self::Dns => &NO_REQUEST,
        }
    }

    /// Read the address of the target, and the keys that belong to it.
    pub fn endpoint(self, table: &Table<'_>) -> Result<Endpoint> {
        self.check_keys(table)?;
        let url = table.require("url", "url = \"https://plex.example.com\"")?;
        match self {
            Self::App(preset) => app(preset, &url),
            Self::Tcp => tcp(table, &url),
            Self::Dns => dns(table, &url),
        }
    }

    /// Reject the keys of other kinds.
    fn check_keys(self, table: &Table<'_>) -> Result<()> {
        let reject = |keys: &[&'static str], why: &str| -> Result<()> {
            let given = keys.iter().find_map(|key| table.get(key));
            given.map_or(Ok(()), |value| Err(value.error(format!("has no effect {why}"))))
        };
        let conditions: Vec<&'static str> = condition::SETTINGS.iter().map(|setting| setting.key).collect();
        match self {
            Self::App(_) => {
                reject(&OF_TCP, "without kind = \"tcp\"; over https, TLS is always used")?;
                reject(&OF_DNS, "without kind = \"dns\"")
            }
            Self::Tcp => {
                let conditions: Vec<&str> = conditions.into_iter().filter(|key| *key != "contains").collect();
                let why = "with kind = \"tcp\", which sends no HTTP request";
                reject(&conditions, why)?;
                reject(&OF_HTTP, why)?;
                reject(&OF_DNS, "without kind = \"dns\"")
            }
            Self::Dns => {
                let why = "with kind = \"dns\", which asks only DNS services";
                reject(&conditions, why)?;
                reject(&OF_HTTP, why)?;
                reject(&["ca_file", "exposure"], why)?;
                reject(&OF_TCP, "without kind = \"tcp\"")
            }
        }
    }
}

/// Where and how a target is reached.
pub struct Endpoint {
    pub protocol: Protocol,
    pub url: String,
    /// Whether secrets that are sent there cannot be read on the way.
    pub is_private: bool,
    /// What messages call it; empty if that is the target's name.
    pub label: String,
}

/// Read the address of an app, and append the path of its preset.
fn app(preset: &Preset, value: &Value<'_>) -> Result<Endpoint> {
    let url = kind::requested(address(value)?, preset);
    let label = if preset.kind == HTTP.kind { "" } else { preset.label };
    Ok(Endpoint {
        protocol: Protocol::Http,
        is_private: is_private(&url),
        url: url.to_string(),
        label: label.to_owned(),
    })
}

/// Read `tls` and the address of a port: `tcp://host:port`.
fn tcp(table: &Table<'_>, url: &Value<'_>) -> Result<Endpoint> {
    let example = "write the host and the port, for example \"tcp://home.example.com:22\"";
    let wrong = |why: &str| url.error(why).hint(example);
    let parsed = Url::parse(url.string()?).ok().filter(|parsed| parsed.scheme() == "tcp");
    let parsed = parsed.ok_or_else(|| wrong("must start with tcp://"))?;
    let host = parsed.host_str().and_then(|host| Host::parse(host).ok());
    let host = host.ok_or_else(|| wrong("has no valid host"))?;
    let port = parsed.port().filter(|port| *port != 0).ok_or_else(|| wrong("has no port"))?;
    let has_more = !matches!(parsed.path(), "" | "/")
        || parsed.query().or(parsed.fragment()).is_some()
        || !parsed.username().is_empty()
        || parsed.password().is_some();
    if has_more {
        return Err(wrong("has more than a host and a port"));
    }
    if port == SMTP_RELAY_PORT {
        return Err(url
            .error("has port 25, which AWS blocks for Lambda")
            .hint("check the mail server at port 587 or 465"));
    }
    let tls = table.get("tls").map(|value| value.boolean()).transpose()?.unwrap_or_default();
    let is_closed = table.get("exposure").is_some_and(|value| value.value.as_str() == Some("closed"));
    let unused = ["tls", "contains"].into_iter().find_map(|key| table.get(key)).filter(|_| is_closed);
    if let Some(value) = unused {
        return Err(value.error("has no effect with exposure = \"closed\": nothing answers at a closed port"));
    }
    let label = if is_closed { format!("port {port} of {host}") } else { String::new() };
    let url = format!("tcp://{host}:{port}");
    Ok(Endpoint { protocol: Protocol::Tcp { tls }, url, is_private: false, label })
}

/// Return the value of a record of this type.
fn example(record: &str) -> &'static str {
    match record {
        "A" => "203.0.113.7",
        "AAAA" => "2001:db8::7",
        "MX" => "10 mail.example.com",
        "CAA" => "0 issue letsencrypt.org",
        _ => "home.example.com",
    }
}

/// Read the name whose records are checked, and what is expected of them.
fn dns(table: &Table<'_>, url: &Value<'_>) -> Result<Endpoint> {
    let written = url.string()?;
    let name = written.strip_prefix("dns://").unwrap_or(written).trim_end_matches(['/', '.']);
    let name = match Host::parse(name) {
        Ok(Host::Domain(name)) if is_domain(&name) => name,
        _ => {
            return Err(url
                .error("is not a host name")
                .hint("write the name alone, for example \"dns://plex.example.com\""));
        }
    };
    let record = record(table.get("record").as_ref())?;
    let equals = texts(table.get("equals"))?;
    for value in &equals {
        if record.normalized(value.string()?).is_none() {
            return Err(value
                .error(format!("is not the value of a record of type {}", record.name()))
                .hint(format!("for example: equals = \"{}\"", example(record.name()))));
        }
    }
    let equals = equals.iter().map(|value| value.string().map(str::to_owned)).collect::<Result<_>>()?;
    let given = texts(table.get("resolver"))?;
    let mut resolvers = given.iter().map(resolver).collect::<Result<Vec<_>>>()?;
    if resolvers.is_empty() {
        resolvers = RESOLVERS.map(str::to_owned).to_vec();
    }
    let url = format!("dns://{name}");
    let protocol = Protocol::Dns { record, equals, resolvers };
    Ok(Endpoint { protocol, url, is_private: true, label: String::new() })
}

/// Whether DNS can have this name: labels of at most 63 letters, digits, hyphens and underscores.
fn is_domain(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_plain);
    name.len() <= 253 && name.split('.').all(is_label)
}

fn record(value: Option<&Value<'_>>) -> Result<DnsRecord> {
    let Some(value) = value else { return Ok(DnsRecord::A) };
    let choice = described::choice(value, RECORDS)?;
    let all = [
        DnsRecord::A,
        DnsRecord::Aaaa,
        DnsRecord::Cname,
        DnsRecord::Mx,
        DnsRecord::Txt,
        DnsRecord::Ns,
        DnsRecord::Caa,
    ];
    Ok(all.into_iter().find(|record| record.name() == choice).unwrap_or_default())
}

/// One text, or a list of at least one.
fn texts(value: Option<Value<'_>>) -> Result<Vec<Value<'_>>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    if value.value.as_str().is_some() { Ok(vec![value]) } else { filled(&value) }
}

fn resolver(value: &Value<'_>) -> Result<String> {
    let url = address_or(value, "leave them out: a DNS service needs none")?;
    if !is_private(&url) {
        return Err(value
            .error("is plain http, and its answers could be forged on the way")
            .hint("use an https:// address"));
    }
    Ok(url.to_string())
}
