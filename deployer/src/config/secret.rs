//! Where secret values come from: environment variables or files, never the configuration itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use plexmon_function::contract::secrets::{AccessToken, SecretValue, Secrets};
use plexmon_function::contract::state::MAX_BYTES;
use plexmon_function::endpoint::{Credentials, Endpoint};
use plexmon_function::notify::DESCRIPTIONS;

use super::reader::Value;
use crate::error::{Error, Result};

/// The header for a user and a password.
pub const AUTHORIZATION: &str = "Authorization";

/// The hint about a secret that would be sent unencrypted.
pub const OVER_HTTP: &str =
    "use an https:// address; or, on a network that you trust, add secrets_over_http = true to this target";

/// Where one secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    Env(String),
    File(PathBuf),
}

/// Where all secrets of the configuration come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretSources {
    /// Channel name, then `token`, `user`, `url` or `password`.
    pub channels: BTreeMap<String, BTreeMap<String, SecretSource>>,
    /// The kind of each channel.
    pub kinds: BTreeMap<String, &'static str>,
    /// Target name, header name.
    pub headers: BTreeMap<String, BTreeMap<String, SecretSource>>,
    /// User and password of `Authorization: Basic`, by target name.
    pub basic: BTreeMap<String, (String, SecretSource)>,
    /// Id and secret of Access tokens, by name.
    pub access: BTreeMap<String, (SecretSource, SecretSource)>,
    /// The address to ping.
    pub heartbeat: Option<SecretSource>,
}

/// The result of fetching the secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretLookup {
    /// The configuration names no secret.
    NoneConfigured,
    /// All of them were found.
    All(Secrets),
    /// These variables are not set.
    Missing(Vec<String>),
}

/// Read `{ env = "VAR" }` or `{ file = "path" }`; reject a literal value.
pub fn read(value: &Value<'_>, folder: &Path) -> Result<SecretSource> {
    if value.value.as_str().is_some() {
        return Err(value
            .error("must not be written into the file, where backups and repositories would keep the secret")
            .hint(format!(
                "write {} = {{ env = \"VARIABLE\" }} or {{ file = \"path\" }}, and put the value there",
                value.key.rsplit(' ').next().unwrap_or(&value.key)
            )));
    }
    let table = value.table(&value.key)?;
    let source = match (table.get("env"), table.get("file")) {
        (Some(variable), None) => SecretSource::Env(variable_name(&variable)?),
        (None, Some(path)) => SecretSource::File(folder.join(path.string()?)),
        _ => return Err(value.error("must be either { env = \"VARIABLE\" } or { file = \"path\" }")),
    };
    table.finish()?;
    Ok(source)
}

fn variable_name(value: &Value<'_>) -> Result<String> {
    let name = value.string()?;
    let good = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if good { Ok(name.to_owned()) } else { Err(value.error("must be the name of an environment variable")) }
}

impl SecretSources {
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = &SecretSource> {
        let channels = self.channels.values().flat_map(BTreeMap::values);
        let headers = self.headers.values().flat_map(BTreeMap::values);
        let passwords = self.basic.values().map(|(_, password)| password);
        let access = self.access.values().flat_map(|(id, secret)| [id, secret]);
        channels.chain(headers).chain(passwords).chain(access).chain(&self.heartbeat)
    }

    /// Warnings about secret files, these and `others`, that other users of this machine can read.
    pub fn warnings<'a>(&'a self, others: impl IntoIterator<Item = &'a SecretSource>) -> Vec<String> {
        let exposed = self.all().chain(others).filter_map(|source| match source {
            SecretSource::File(path) if is_exposed(path) => Some(path),
            _ => None,
        });
        let paths: BTreeSet<&PathBuf> = exposed.collect();
        let warning = |path: &PathBuf| {
            let path = path.display();
            format!("other users of this machine can read the secret in `{path}`: run `chmod 600 {path}`")
        };
        paths.into_iter().map(warning).collect()
    }

    /// Fetch every value. A variable may be missing; a file must exist.
    pub fn resolve(&self) -> Result<SecretLookup> {
        self.resolve_with(&BTreeMap::new())
    }

    /// [`resolve`](Self::resolve), with values for variables that are not set in our own environment.
    pub fn resolve_with(&self, additional: &BTreeMap<String, SecretValue>) -> Result<SecretLookup> {
        if self.is_empty() {
            return Ok(SecretLookup::NoneConfigured);
        }
        let mut missing = Vec::new();
        let mut fetch = |source: &SecretSource| source.fetch(additional, &mut missing);
        let mut secrets = Secrets::default();
        for (channel, sources) in &self.channels {
            secrets.channels.insert(channel.clone(), fetch_all(sources, &mut fetch)?);
        }
        for (target, sources) in &self.headers {
            secrets.headers.insert(target.clone(), fetch_all(sources, &mut fetch)?);
        }
        for (target, (user, password)) in &self.basic {
            let credentials = Credentials::new(user, fetch(password)?.expose()).basic();
            let header = SecretValue::new(format!("Basic {credentials}"));
            secrets.headers.entry(target.clone()).or_default().insert(AUTHORIZATION.to_owned(), header);
        }
        for (name, (id, secret)) in &self.access {
            let token = AccessToken { id: fetch(id)?, secret: fetch(secret)? };
            secrets.access.insert(name.clone(), token);
        }
        secrets.heartbeat = self.heartbeat.as_ref().map(&mut fetch).transpose()?;
        missing.sort();
        missing.dedup();
        if !missing.is_empty() {
            return Ok(SecretLookup::Missing(missing));
        }
        let size = serde_json::to_string(&secrets).map_or(0, |text| text.len());
        if size > MAX_BYTES {
            return Err(Error::usage(format!(
                "the secrets take {size} bytes, but an SSM parameter holds {MAX_BYTES}"
            ))
            .hint("share Access tokens in [access.NAME], or use fewer channels"));
        }
        self.check_addresses(&secrets)?;
        self.check_values(&secrets)?;
        Ok(SecretLookup::All(secrets))
    }
}

impl SecretSources {
    /// Reject secret addresses that the function could not use. They are never shown.
    fn check_addresses(&self, secrets: &Secrets) -> Result<()> {
        for (channel, sources) in &self.channels {
            if let (Some(source), Some(address)) = (sources.get("url"), secrets.channel(channel).get("url")) {
                check_address(&format!("[notify.{channel}]"), source, address)?;
            }
        }
        match (&self.heartbeat, &secrets.heartbeat) {
            (Some(source), Some(address)) => check_address("[heartbeat]", source, address),
            _ => Ok(()),
        }
    }

    /// Reject secrets of which their service is known to have no such values. They are never shown.
    fn check_values(&self, secrets: &Secrets) -> Result<()> {
        for (channel, sources) in &self.channels {
            let description = DESCRIPTIONS.iter().find(|known| self.kinds.get(channel) == Some(&known.kind));
            let Some(description) = description else { continue };
            for (key, value) in secrets.channel(channel) {
                let (Some(source), Err(why)) =
                    (sources.get(key), (description.check_secret)(key, value.expose()))
                else {
                    continue;
                };
                let about = description.setting(key).map_or("", |setting| setting.about);
                let from = source.described();
                return Err(Error::usage(format!("the `{key}` of [notify.{channel}], from {from}, {why}"))
                    .hint(format!("it is {about}")));
            }
        }
        Ok(())
    }
}

fn check_address(table: &str, source: &SecretSource, address: &SecretValue) -> Result<()> {
    let wrong = |why: &str, hint: &str| {
        Err(Error::usage(format!("the `url` of {table}, from {}, {why}", source.described())).hint(hint))
    };
    match Endpoint::parse(address.expose()) {
        None => wrong("is not a valid address", "it must begin with https://"),
        Some(endpoint) if !endpoint.is_private() => wrong(
            "is a secret, but the address is plain http, so anyone on the network path could read it",
            "use an https:// address",
        ),
        Some(_) => Ok(()),
    }
}

fn fetch_all(
    sources: &BTreeMap<String, SecretSource>,
    fetch: &mut impl FnMut(&SecretSource) -> Result<SecretValue>,
) -> Result<BTreeMap<String, SecretValue>> {
    sources.iter().map(|(name, source)| Ok((name.clone(), fetch(source)?))).collect()
}

/// Whether the file's mode lets users other than its owner read it.
#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
}

/// On other systems, a file in a user's own folders is private by default.
#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}

impl SecretSource {
    pub(super) fn described(&self) -> String {
        match self {
            Self::Env(variable) => format!("the variable {variable}"),
            Self::File(path) => format!("`{}`", path.display()),
        }
    }

    pub(super) fn fetch(
        &self,
        additional: &BTreeMap<String, SecretValue>,
        missing: &mut Vec<String>,
    ) -> Result<SecretValue> {
        match self {
            Self::Env(variable) => {
                let value = std::env::var(variable).ok().filter(|value| !value.trim().is_empty());
                let value = value.or_else(|| additional.get(variable).map(|value| value.expose().to_owned()));
                if value.is_none() {
                    missing.push(variable.clone());
                }
                Ok(SecretValue::new(value.unwrap_or_default().trim()))
            }
            Self::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Error::usage(format!("could not read the secret in `{}`", path.display()))
                        .cause(error)
                        .hint("create the file with the value in it, readable only by you")
                })?;
                if text.trim().is_empty() {
                    return Err(Error::usage(format!("the secret file `{}` is empty", path.display()))
                        .hint("write the value into it"));
                }
                Ok(SecretValue::new(text.trim()))
            }
        }
    }
}
