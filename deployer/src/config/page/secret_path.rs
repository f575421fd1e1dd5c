//! The secret first segment of the page's paths: its value, and what may be one.

use std::collections::{BTreeMap, BTreeSet};

use plexmon_function::contract::secrets::SecretValue;

use super::PageConfig;
use crate::artifact::sha256;
use crate::config::SecretSource;
use crate::error::{Error, Result};

/// The shortest value. With 64 possible characters, it has more than 128 bits.
const MIN_LENGTH: usize = 22;
/// The longest one: it is a part of every address.
const MAX_LENGTH: usize = 128;
/// A random value has at least this many different characters; `aaaa...` and `12341234...` do not.
const MIN_DIFFERENT: usize = 10;

/// What this run knows of the secret path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPath {
    /// The page has none: anyone who has its host name finds it.
    NotConfigured,
    Value(SecretValue),
    /// The environment variable that is not set.
    Missing(String),
}

impl SecretPath {
    /// Return the SHA-256 of its value in hexadecimal; without the value, the one that was `recorded` with the function.
    pub fn digest(&self, recorded: Option<&str>) -> Option<String> {
        match self {
            Self::NotConfigured => None,
            Self::Value(value) => Some(sha256(value.expose().as_bytes())),
            Self::Missing(_) => recorded.map(str::to_owned),
        }
    }

    /// Fail if it is configured, but its digest is neither known nor recorded.
    pub fn require(&self, digest: Option<&str>) -> Result<()> {
        match self {
            Self::Missing(variable) if digest.is_none() => {
                Err(Error::usage(format!("`{variable}` is not set"))
                    .cause("the status page has no secret path in AWS yet, so it has to be known now")
                    .hint(format!(
                        "set it in the environment and run again: export {variable}=...; \
                         `openssl rand -hex 16` prints a good one"
                    )))
            }
            _ => Ok(()),
        }
    }
}

impl PageConfig {
    /// Read the secret path from where the configuration says. A variable may be missing; a file must exist.
    pub fn read_secret_path(&self) -> Result<SecretPath> {
        let Some(source) = &self.secret_path else { return Ok(SecretPath::NotConfigured) };
        let mut missing = Vec::new();
        let value = source.fetch(&BTreeMap::new(), &mut missing)?;
        if let Some(variable) = missing.pop() {
            return Ok(SecretPath::Missing(variable));
        }
        match check(value.expose()) {
            Ok(()) => Ok(SecretPath::Value(value)),
            Err(why) => Err(refusal(source, &why)),
        }
    }
}

/// Say why the value is refused, without showing it.
fn refusal(source: &SecretSource, why: &str) -> Error {
    Error::usage(format!("the `secret_path` of [page], from {}, {why}", source.described()))
        .hint("`openssl rand -hex 16` prints a good one")
}

fn check(value: &str) -> std::result::Result<(), String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    if !value.bytes().all(is_allowed) {
        return Err("may only consist of A-Z a-z 0-9 - _ . ~".to_owned());
    }
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&value.len()) {
        return Err(format!("must have {MIN_LENGTH} to {MAX_LENGTH} characters"));
    }
    if value.bytes().collect::<BTreeSet<u8>>().len() < MIN_DIFFERENT {
        return Err(format!("has fewer than {MIN_DIFFERENT} different characters, so it could be guessed"));
    }
    Ok(())
}
