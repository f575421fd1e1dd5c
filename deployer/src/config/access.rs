//! Service tokens of Cloudflare Access: shared ones in `[access.NAME]`, or one that belongs to a single target.

use std::path::Path;

use super::reader::{Table, Value};
use super::{SecretSource, SecretSources, secret};
use crate::error::Result;

const EXAMPLE: &str =
    "{ id = { env = \"CF_ACCESS_CLIENT_ID\" }, secret = { env = \"CF_ACCESS_CLIENT_SECRET\" } }";

/// All tables `[access.NAME]`.
pub fn read(access: Table<'_>, folder: &Path, secrets: &mut SecretSources) -> Result<()> {
    for (name, value) in access.entries() {
        if matches!(name, "id" | "secret") {
            return Err(value
                .error("belongs in the table of a token")
                .hint("put it below [access.NAME], with a name of your choice"));
        }
        let token = token(value.table(&format!("[access.{name}]"))?, folder)?;
        secrets.access.insert(name.to_owned(), token);
    }
    Ok(())
}

/// The name of a target's token: a shared one, or the target's own.
pub fn of_target(
    value: &Value<'_>,
    target: &str,
    folder: &Path,
    secrets: &mut SecretSources,
) -> Result<String> {
    if let Some(name) = value.value.as_str() {
        if !secrets.access.contains_key(name) {
            return Err(value
                .error(format!("names \"{name}\", but there is no [access.{name}]"))
                .hint(format!("add that table, or write the token here: access = {EXAMPLE}")));
        }
        return Ok(name.to_owned());
    }
    if value.value.as_table().is_none() {
        return Err(value
            .error(format!("must be a string or a table, not {}", value.type_name()))
            .hint(format!("name a table [access.NAME], or write the token here: access = {EXAMPLE}")));
    }
    // A shared token cannot have this name: a key with a colon needs quotes in TOML, and quoted names are rejected.
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
