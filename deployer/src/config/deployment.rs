//! `name` and `region`: what is deployed under which name, and where.

use super::reader::Value;
use crate::error::Result;

/// The deployment's name if the configuration does not set one.
pub const DEFAULT_NAME: &str = "plex-remote-health";

/// The deployment's name.
pub fn name(value: Option<Value<'_>>) -> Result<String> {
    let Some(value) = value else { return Ok(DEFAULT_NAME.to_owned()) };
    let name = value.string()?;
    let is_valid = !name.is_empty()
        && name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_valid {
        Ok(name.to_owned())
    } else {
        Err(value.error("must consist of 1 to 40 characters from a-z, A-Z, 0-9, `-` and `_`"))
    }
}

/// The region to deploy to.
pub fn region(value: Value<'_>) -> Result<String> {
    let region = value.string()?;
    let parts: Vec<&str> = region.split('-').collect();
    let is_valid = parts.len() >= 3
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && parts.iter().all(|part| !part.is_empty())
        && parts.last().is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_valid {
        Ok(region.to_owned())
    } else {
        Err(value.error("must be an AWS region such as \"us-east-1\""))
    }
}
