//! Addresses in the configuration.

use plexmon_function::endpoint::is_loopback;
use url::Url;

use super::reader::Value;
use crate::error::Result;

/// Whether what is sent there cannot be read on the way: it is encrypted, or stays on this machine.
pub fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || url.host_str().is_some_and(is_loopback)
}

/// Read a complete `http` or `https` address without credentials.
pub fn address(value: &Value<'_>) -> Result<Url> {
    address_or(
        value,
        "send it as a header from the environment: headers = { Authorization = { env = \"VAR\" } }",
    )
}

/// Read an address, with a hint where credentials belong instead.
pub fn address_or(value: &Value<'_>, instead: &str) -> Result<Url> {
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
        return Err(wrong("has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(value
            .error("has a user name or password in it, which would end up in messages and logs")
            .hint(instead));
    }
    url.set_fragment(None);
    Ok(url)
}
