//! One `[[target]]`: presets, address, conditions and headers.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_function::settings::{DEFAULT_TARGET_TIMEOUT_S, HeaderValue, Target};
use url::Url;

use super::SecretSources;
use super::reader::{Table, Value};
use super::secret;
use crate::error::Result;

/// What a `kind` stands for.
struct Preset {
    kind: &'static str,
    /// Used where the address has no path of its own.
    path: &'static str,
    contains: Option<&'static str>,
}

const PRESETS: [Preset; 2] = [
    Preset { kind: "plex", path: "/identity", contains: Some("machineIdentifier=") },
    Preset { kind: "http", path: "/", contains: None },
];

pub fn read(table: Table<'_>, folder: &Path, longest_s: u32, secrets: &mut SecretSources) -> Result<Target> {
    let name = target_name(&table.require("name", "name = \"plex\"")?)?;
    let preset = preset(table.get("kind"))?;
    let mut url = address(&table.require("url", "url = \"https://plex.example.com\"")?)?;
    if matches!(url.path(), "" | "/") {
        url.set_path(preset.path);
    }
    let status = match table.get("status") {
        Some(value) => statuses(&value)?,
        None => vec![200],
    };
    let contains = match table.get("contains") {
        Some(value) if value.string()?.is_empty() => {
            return Err(value.error("is empty; leave it out if any body will do"));
        }
        Some(value) => Some(value.string()?.to_owned()),
        None => preset.contains.map(str::to_owned),
    };
    let timeout_s = match table.get("timeout_s") {
        Some(value) => value.integer(1..=longest_s).map_err(|error| {
            error.hint(
                "a run also needs 15 s for AWS and Pushover: raise `timeout_s` in [function] to allow more",
            )
        })?,
        None => DEFAULT_TARGET_TIMEOUT_S.min(longest_s),
    };
    let headers = match table.table("headers", "[[target]] headers")? {
        Some(headers) => headers_of(&headers, &name, folder, secrets)?,
        None => BTreeMap::new(),
    };
    let secrets_over_http = table.get("secrets_over_http").map(|value| value.boolean()).transpose()?;
    let secrets_over_http = secrets_over_http.unwrap_or_default();
    if url.scheme() == "http" && !secrets_over_http {
        in_the_open(&table, &headers)?;
    }
    let ca_pem = table.get("ca_file").map(|value| authority(&value, folder)).transpose()?;
    table.finish()?;
    Ok(Target { name, url: url.to_string(), status, contains, headers, timeout_s, ca_pem, secrets_over_http })
}

fn target_name(value: &Value<'_>) -> Result<String> {
    let name = value.string()?;
    let good = !name.trim().is_empty()
        && name.trim() == name
        && name.chars().count() <= 60
        && !name.contains(|character: char| character.is_control() || "{}".contains(character));
    if good {
        Ok(name.to_owned())
    } else {
        Err(value.error("must be 1 to 60 characters, without braces and without space around it"))
    }
}

fn preset(kind: Option<Value<'_>>) -> Result<&'static Preset> {
    let [_, http] = &PRESETS;
    let Some(value) = kind else { return Ok(http) };
    let kind = value.string()?;
    PRESETS.iter().find(|preset| preset.kind == kind).ok_or_else(|| {
        let known = PRESETS.map(|preset| format!("\"{}\"", preset.kind)).join(", ");
        value.error(format!("is \"{kind}\", but must be one of {known}"))
    })
}

/// An absolute http or https address without credentials in it.
pub fn address(value: &Value<'_>) -> Result<Url> {
    let text = value.string()?;
    let wrong = |why: &str| {
        value
            .error(why)
            .hint("write the address as a browser shows it, for example \"https://plex.example.com\"")
    };
    let mut url = Url::parse(text).map_err(|error| wrong(&format!("is not a complete address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must start with https:// or http://"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(value
            .error("has a user name or password in it, which would end up in messages and logs")
            .hint(
                "send it as a header from the environment: headers = { Authorization = { env = \"VAR\" } }",
            ));
    }
    url.set_fragment(None);
    Ok(url)
}

fn statuses(value: &Value<'_>) -> Result<Vec<u16>> {
    let one = |value: &Value<'_>| value.integer(100..=599).map(|status| status as u16);
    if value.value.as_integer().is_some() {
        return Ok(vec![one(value)?]);
    }
    let mut list = value.array()?.iter().map(one).collect::<Result<Vec<_>>>()?;
    if list.is_empty() {
        return Err(value.error("is empty: no answer could count as up").hint("for example: status = [200]"));
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

fn headers_of(
    headers: &Table<'_>,
    target: &str,
    folder: &Path,
    secrets: &mut SecretSources,
) -> Result<BTreeMap<String, HeaderValue>> {
    let mut result = BTreeMap::new();
    for (name, value) in headers.entries() {
        if http::HeaderName::try_from(name).is_err() {
            return Err(value.error("is not a valid HTTP header name"));
        }
        let content = if let Some(literal) = value.value.as_str() {
            if http::HeaderValue::try_from(literal).is_err() {
                return Err(value.error("holds characters that an HTTP header cannot carry"));
            }
            HeaderValue::Literal(literal.to_owned())
        } else {
            let source = secret::read(&value, folder)?;
            secrets.headers.entry(target.to_owned()).or_default().insert(name.to_owned(), source);
            HeaderValue::Secret
        };
        result.insert(name.to_owned(), content);
    }
    Ok(result)
}

/// Refuses a secret that everybody on the way could read.
fn in_the_open(table: &Table<'_>, headers: &BTreeMap<String, HeaderValue>) -> Result<()> {
    let secret = headers.iter().find(|(_, value)| **value == HeaderValue::Secret);
    let (Some((name, _)), Some(value)) = (secret, table.get("headers")) else { return Ok(()) };
    Err(value.error(format!("has the secret `{name}`, and the address is plain http: everybody on the way could read it")).hint(
        "use an https:// address; or, if nobody else is on the way, add secrets_over_http = true to this target",
    ))
}

/// The certificates in a PEM file, checked so that the function need not find out at night.
fn authority(value: &Value<'_>, folder: &Path) -> Result<String> {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject;

    let (path, text) = super::companion(value, folder)?;
    let certificates = CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    match certificates {
        Ok(list) if !list.is_empty() => Ok(text),
        _ => Err(value
            .error(format!("names `{}`, which holds no PEM certificate", path.display()))
            .hint("the file must have a -----BEGIN CERTIFICATE----- block")),
    }
}
