//! Cloudflare Access: service tokens, shared in `[access.NAME]` or written at a target.

use std::path::Path;

use super::reader::{Table, Value};
use super::{SecretSource, SecretSources, secret};
use crate::error::Result;

const EXAMPLE: &str =
    "{ id = { env = \"CF_ACCESS_CLIENT_ID\" }, secret = { env = \"CF_ACCESS_CLIENT_SECRET\" } }";

/// `[access.NAME]`
pub fn read(access: Table<'_>, folder: &Path, secrets: &mut SecretSources) -> Result<()> {
    for (name, value) in access.entries() {
        if matches!(name, "id" | "secret") {
            return Err(value.error("stands in no table of a token").hint("write [access.NAME] above it"));
        }
        let token = token(value.table(&format!("[access.{name}]"))?, folder)?;
        secrets.access.insert(name.to_owned(), token);
    }
    Ok(())
}

/// The name of a target's token: one of the shared ones, or its own.
pub fn of_target(
    value: &Value<'_>,
    target: &str,
    folder: &Path,
    secrets: &mut SecretSources,
) -> Result<String> {
    if let Some(name) = value.value.as_str() {
        if !secrets.access.contains_key(name) {
            return Err(value
                .error(format!("names \"{name}\", and there is no [access.{name}]"))
                .hint(format!("add one, or write the token here: access = {EXAMPLE}")));
        }
        return Ok(name.to_owned());
    }
    if value.value.as_table().is_none() {
        return Err(value
            .error(format!("must be a text or a table, not {}", value.value.type_str()))
            .hint(format!("name one of [access.NAME], or write the token here: access = {EXAMPLE}")));
    }
    // No shared one can have a name with a colon: TOML would want quotes, and we do not take them.
    let name = format!("target:{target}");
    secrets.access.insert(name.clone(), token(value.table("[[target]] access")?, folder)?);
    Ok(name)
}

fn token(table: Table<'_>, folder: &Path) -> Result<(SecretSource, SecretSource)> {
    let id = secret::read(&table.require("id", "id = { env = \"CF_ACCESS_CLIENT_ID\" }")?, folder)?;
    let secret =
        secret::read(&table.require("secret", "secret = { env = \"CF_ACCESS_CLIENT_SECRET\" }")?, folder)?;
    table.finish()?;
    Ok((id, secret))
}
