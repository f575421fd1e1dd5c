//! `[heartbeat]`: the address to ping after each run.

use std::path::Path;

use plexmon_function::contract::settings::HeartbeatSettings;

use super::reader::Table;
use super::{SecretSources, address, secret};
use crate::error::Result;

/// `[heartbeat]`; its address is a secret if it comes from a variable or a file.
pub fn read(table: Table<'_>, folder: &Path, secrets: &mut SecretSources) -> Result<HeartbeatSettings> {
    let url = table.require("url", "url = { env = \"HEARTBEAT_URL\" }")?;
    let heartbeat = if url.value.as_str().is_some() {
        let instead = "write url = { env = \"HEARTBEAT_URL\" } and set the variable to the whole address";
        HeartbeatSettings::Address(address::address_or(&url, instead)?.to_string())
    } else {
        secrets.heartbeat = Some(secret::read(&url, folder)?);
        HeartbeatSettings::Secret
    };
    table.finish()?;
    Ok(heartbeat)
}
