//! `[state]`: the SSM parameter in which the function keeps its state.

use plexmon_function::contract::settings::DEFAULT_STATE_PARAMETER;

use super::deployment::DEFAULT_NAME;
use super::reader::{Table, Value};
use crate::error::Result;
use crate::names::parameters::is_derived;

/// The parameter that the table names, if it names one.
pub fn read(table: Table<'_>) -> Result<Option<String>> {
    let parameter = table.get("parameter").map(|value| parameter(&value)).transpose()?;
    table.finish()?;
    Ok(parameter)
}

/// The parameter of a deployment whose configuration names none.
pub fn default_parameter(deployment: &str, name: Option<Value<'_>>) -> Result<String> {
    if deployment == DEFAULT_NAME {
        return Ok(DEFAULT_STATE_PARAMETER.to_owned());
    }
    let parameter = format!("/homelab/{deployment}");
    match name {
        Some(name) if is_derived(&parameter) => Err(name
            .error(format!("{DERIVED}: the state would be in `{parameter}`"))
            .hint("choose another name, or name the `parameter` in [state]")),
        _ => Ok(parameter),
    }
}

const DERIVED: &str = "ends with `_secrets`, `_announcements`, `_history`, `_history_unreadable`, or with `_part` or `_history` \
     and a number, which plexmon appends itself";

/// Whether SSM accepts the name, with `_secrets` appended, and it is not a name that plexmon derives from another one.
pub fn is_parameter_name(name: &str) -> bool {
    is_allowed_by_ssm(name) && !is_derived(name)
}

fn is_allowed_by_ssm(name: &str) -> bool {
    let lower = name.trim_start_matches('/').to_ascii_lowercase();
    // A name without a slash has no levels.
    (name.starts_with('/') || !name.contains('/'))
        && !name.ends_with('/')
        && !name.contains("//")
        && name.len() <= 900
        && name.split('/').count() <= 16
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
        && !lower.is_empty()
        && !lower.starts_with("aws")
        && !lower.starts_with("ssm")
}

fn parameter(value: &Value<'_>) -> Result<String> {
    let name = value.string()?;
    let is_valid = name.starts_with('/') && is_allowed_by_ssm(name);
    if is_valid && is_derived(name) {
        Err(value.error(DERIVED))
    } else if is_valid {
        Ok(name.to_owned())
    } else {
        Err(value.error(
            "must be the name of an SSM parameter: it starts with `/`, has at most 15 levels of a-z A-Z 0-9 _ . -, \
             and does not begin with aws or ssm",
        ))
    }
}
