//! The names of the SSM parameters that belong together: the state, its parts and its SecureString.

use plexmon_function::contract::parts::PART_SUFFIX;

/// A pattern that matches every additional part of a state parameter.
pub fn any_part(state_parameter: &str) -> String {
    format!("{state_parameter}{PART_SUFFIX}*")
}

/// Appended to the name of the state parameter, this gives the name of its SecureString.
const SECRETS_SUFFIX: &str = "_secrets";

/// The SecureString that belongs to a state parameter.
pub fn secrets_parameter(state_parameter: &str) -> String {
    format!("{state_parameter}{SECRETS_SUFFIX}")
}

/// The state parameter to which one of our parameters belongs; a state parameter belongs to itself.
pub fn state_parameter(name: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (name.strip_suffix(SECRETS_SUFFIX), name.rsplit_once(PART_SUFFIX)) {
        (Some(state), _) => state,
        (None, Some((state, number))) if is_number(number) => state,
        _ => name,
    }
}

/// Whether the name is derived from the name of a state parameter: a part or the SecureString.
pub fn is_derived(name: &str) -> bool {
    state_parameter(name) != name
}

/// Whether the name is that of a SecureString.
pub fn is_secret(name: &str) -> bool {
    name.ends_with(SECRETS_SUFFIX)
}
