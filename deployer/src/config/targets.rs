//! `[[target]]`: the list of targets; [`target`](super::target) reads each of them.

use std::collections::BTreeSet;

use plexmon_function::contract::settings::Target;

use super::reader::{Table, tables};
use super::{SecretSources, target};
use crate::error::Result;

const EXAMPLE: &str =
    "add [[target]] with name = \"plex\", kind = \"plex\" and url = \"https://plex.example.com\"";

/// All targets, whose names must be unique.
pub fn read(
    top: &Table<'_>,
    reader: &target::TargetReader<'_>,
    secrets: &mut SecretSources,
) -> Result<Vec<Target>> {
    let Some(list) = top.get("target") else {
        return Err(top.error("there is no [[target]], so nothing would be checked").hint(EXAMPLE));
    };
    let mut names = BTreeSet::new();
    let mut targets = Vec::new();
    for value in tables(&list)? {
        for target in reader.read(value.table("[[target]]")?, secrets)? {
            if !names.insert(target.name.clone()) {
                return Err(value.error(format!("has a second entry with the name \"{}\"", target.name)));
            }
            targets.push(target);
        }
    }
    if targets.is_empty() {
        return Err(list.error("is empty, so nothing would be checked").hint(EXAMPLE));
    }
    Ok(targets)
}
